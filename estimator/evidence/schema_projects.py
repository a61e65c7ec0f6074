"""Tables of what published projects cost: effort, calendars, label times, whole bills."""

from __future__ import annotations

from estimator.evidence.columns import ORIGIN, Table, need, number, table, text

USD = 1e11
_EFFORT = (
    need("id what"),
    number("value low high", 0, USD),
    need("unit"),
    number("n", 0, 1e7),
    text("year kind_of_source source applies_to note"),
)
_FITTED = (*text("quantity kind family"), *number("fit_low fit_high", 0, USD), *text("covers"))
_CASE = (
    need("case_id what"),
    number("stated", 0, USD, required=True),
    number("stated_low stated_high", 0, USD),
    need("unit"),
    text("year source scenario row"),
    need("measure"),
    text("note"),
)

PROJECT_TABLES: dict[str, Table] = {
    "people_effort": table("evidence/people_effort.csv", "id", *_EFFORT, _FITTED, ORIGIN),
    "people_effort_more": table(
        "evidence/people_effort_more.csv",
        "id",
        *_EFFORT,
        number("p10 p50 p90", 0, USD),
        _FITTED,
        ORIGIN,
    ),
    "cost_cases": table("evidence/cost_cases.csv", "case_id", *_CASE, ORIGIN),
    "cost_cases_more": table(
        "evidence/cost_cases_more.csv", "case_id", *_CASE, text("kind_of_source"), ORIGIN
    ),
    "labelling_effort_more": table(
        "evidence/labelling_effort_more.csv",
        "id",
        need("id task what unit_of_item"),
        text("item_length n_classes labeller"),
        number("passes", 0, 1000),
        number("seconds_per_label hours_total n_items usd_total", 0, USD),
        number("usd_per_label usd_per_hour", 0, 1e6),
        text("year source url kind_of_source note"),
        ORIGIN,
    ),
    "label_seconds_text_fit": table(
        "evidence/label_seconds_text_fit.csv",
        "what",
        need("what"),
        number("tokens_read", 1, 1e6, required=True),
        need("length_basis"),
        number("decisions", 1, 1000, required=True),
        number("seconds fit_seconds", 0, 1e6, required=True),
        need("labeller row"),
        ORIGIN,
    ),
    "labelling_prices_more": table(
        "catalog/labelling_prices_more.csv",
        "what",
        need("what task labelling_source"),
        number("usd_low usd_high", 0, 1e6, required=True),
        need("unit"),
        text("year source product_for_comparison_usd"),
        ORIGIN,
    ),
}
