"""Lines that can be switched off, by the judgement that carries them."""

from __future__ import annotations

from estimator.engine.money.lines import Bill

OFF: float | str = 0.0

SWITCHES: dict[str, str] = {
    "labelling_guidelines": "labelling.guideline_hours",
    "labelling_pilot_round": "labelling.pilot_items",
    "labelling_review": "labelling.review_price_factor",
    "labelling_adjudication": "labelling.adjudication_price_factor",
    "labelling_audit": "labelling.model_audit_share",
    "labelling_minimum_order": "labelling.minimum_order_usd",
    "labelling_tool": "labelling.tool_usd_per_seat_month",
    "labelling_platform_fee": "labelling.crowd_fee",
    "collection": "money.collection_usd_per_item",
    "people_data_collection": "people.share.data_collection",
    "people_data_cleaning": "people.share.data_cleaning",
    "people_integration": "people.share.integration",
    "people_compatibility": "people.share.compatibility",
    "people_governance": "people.share.governance",
    "people_operations": "people.weeks.operations",
    "people_user_training": "people.training_hours_per_user",
    "development_machine": "compute.standby_share",
    "bias_audit": "people.bias_audit_days",
    "bias_audit_review": "people.bias_audit_usd",
    "upkeep": "serving.upkeep_hours_per_month",
    "monitoring_tool": "serving.monitoring_tool_usd_per_month",
    "monitoring_labels": "serving.monitoring_labels_per_month",
    "yearly_audit": "serving.audit_days_per_year",
    "retraining_people": "serving.retraining_weeks",
    "storage": "serving.storage_usd_per_gb_month",
    "transfer": "serving.transfer_usd_per_gb",
}
"""Line and the assumption that is set to 0 to switch it off."""

SWITCH_FIELDS: dict[str, tuple[str, float | str]] = {
    "evaluation_set": ("n_evaluation", 0),
    "tax_project": ("finance.tax_rate", 0.0),
    "human_review": ("serving.review_share", 0.0),
    "relabelling": ("serving.relabel_share", 0.0),
}
"""Line and the scenario field, with its value, that switches it off."""


def line_switches(bill: Bill) -> dict[str, dict[str, object]]:
    """How to switch a line off, and the base total without it [USD].

    Returns
    -------
    dict
        By line: ``field`` (dotted path of the scenario), ``value`` that switches it off and
        ``total_without_usd``. Tax and drift on the line are not taken back; re-price the scenario
        for the exact figure.
    """
    base = {i.item: float(u[0]) for i, u in zip(bill.items, bill.usd, strict=True)}
    total = sum(base.values())
    out: dict[str, dict[str, object]] = {}
    for item, usd in base.items():
        if item in SWITCHES:
            field, value = f"assumptions.{SWITCHES[item]}", OFF
        elif item in SWITCH_FIELDS:
            field, value = SWITCH_FIELDS[item]
        else:
            continue
        out[item] = {"field": field, "value": value, "total_without_usd": round(total - usd, 2)}
    return out
