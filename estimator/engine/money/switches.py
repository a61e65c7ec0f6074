"""Lines that can be switched off, by the judgement that carries them."""

from __future__ import annotations

from estimator.engine.results import MoneyEstimate

SWITCHES: dict[str, str] = {
    "labelling_guidelines": "labelling.guideline_hours",
    "labelling_pilot_round": "labelling.pilot_items",
    "labelling_review": "labelling.review_price_factor",
    "labelling_adjudication": "labelling.adjudication_price_factor",
    "labelling_tool": "labelling.tool_usd_per_seat_month",
    "labelling_platform_fee": "labelling.crowd_fee",
    "collection": "money.collection_usd_per_item",
    "people_data_collection": "people.weeks.data_collection",
    "people_data_cleaning": "people.weeks.data_cleaning",
    "people_integration": "people.weeks.integration",
    "people_compatibility": "people.weeks.compatibility",
    "people_governance": "people.weeks.governance",
    "people_operations": "people.weeks.operations",
    "bias_audit": "people.bias_audit_days",
    "bias_audit_review": "people.bias_audit_usd",
    "support": "serving.support_hours_per_month",
    "operations": "serving.operations_hours_per_month",
    "monitoring": "serving.monitoring_hours_per_month",
    "monitoring_tool": "serving.monitoring_tool_usd_per_month",
    "monitoring_labels": "serving.monitoring_labels_per_month",
    "yearly_audit": "serving.audit_days_per_year",
    "retraining_people": "serving.retraining_weeks",
    "storage": "serving.storage_usd_per_gb_month",
    "transfer": "serving.transfer_usd_per_gb",
}
"""Line and the assumption that is set to 0 to switch it off."""

SWITCH_FIELDS: dict[str, tuple[str, object]] = {
    "evaluation_set": ("n_evaluation", 0),
    "contingency": ("finance.contingency", "none"),
    "tax_project": ("finance.tax_rate", 0.0),
    "relabelling": ("serving.relabel_share", 0.0),
}
"""Line and the scenario field, with its value, that switches it off."""


def usd_without(money: MoneyEstimate, item: str) -> float:
    """Base total without one line, its part of the contingency included [USD].

    Tax and drift on the line are not taken back; re-price the scenario for the exact figure.
    """
    total = float(money.total_draws[0])
    lines = {i.item: i for i in money.items}
    line, reserve = lines[item], lines.get("contingency")
    saved = float(line.usd_draws[0])
    if reserve is not None and line.timing == "one_off" and item != "contingency":
        saved *= 1.0 + float(reserve.unit_price_usd_draws[0])
    return round(total - saved, 2)
