"""The one budget of a row, as it stands on every surface: plan, allowance, expected, safe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.engine.answer import Answer, Row
from estimator.words.format import Style
from estimator.words.texts import say

MONTHS_OF_A_QUARTER, MONTHS = 3, 12
NAMES = ("plan", "allowance", "expected", "safe")
FIELDS = ("plan_usd", "allowance_usd", "expected_usd", "safe_9_of_10_usd")


def budget_of(row: Row) -> Mapping[str, Any]:
    """Plan, allowance for surprises, expected total and safe amount of a row [USD].

    Notes
    -----
    Read from ``extras.budget`` and from nowhere else; plan + allowance = expected, to the cent.
    All are None where a price is missing, and for rows stored before there was a budget.
    """
    known = (row.get("extras") or {}).get("budget") or {}
    return {name: known.get(field) for name, field in zip(NAMES, FIELDS, strict=True)}


def budget_rows(row: Row, language: str) -> list[tuple[str, float | None]]:
    """``budget_of`` with its names in words."""
    return [(say(f"budget.{name}", language), usd) for name, usd in budget_of(row).items()]


def total_span(row: Row) -> Mapping[str, Any]:
    """Ends and middle of the bar of a row's total [USD]: p10, expected, safe in 9 of 10.

    Notes
    -----
    The middle is the expected total, which is the figure beside the bar; it is a mean, and may lie
    well above the median of a skewed total.
    """
    known = budget_of(row)
    low, expected = row["cost_usd"]["total"]["p10"], known["expected"]
    return {"p10": low, "p50": expected, "p90": known["safe"]}


def expected_span(figures: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same of a part of the total, whose expected amounts add up to it."""
    return {"p10": figures["p10"], "p50": figures["mean"], "p90": figures["p90"]}


def span_text(span: Mapping[str, Any], style: Style) -> str:
    """``133k (57k – 236k)``: the middle, and both ends in brackets."""
    ends = style.between(style.money_short(span["p10"]), style.money_short(span["p90"]))
    return f"{style.money_short(span['p50'])} ({ends})"


def planned(row: Row) -> dict[str, float]:
    """Plan of the phases that cost something [USD]; they add up to the plan."""
    phases = row["cost_usd"]["by_phase"]
    return {name: figures["base"] for name, figures in phases.items() if figures.get("base")}


def quarters(answer: Answer, row: Row) -> dict[str, list[int]]:
    """Months of the plan by quarter: of the fiscal year where the first day is known, else counted.

    Notes
    -----
    A fiscal year has the number of the year in which it ends.
    """
    out: dict[str, list[int]] = {}
    for month in range(len(row["cash_flow_usd"])):
        out.setdefault(_quarter(answer["inputs"], month), []).append(month)
    return out


def _quarter(inputs: Mapping[str, Any], month: int) -> str:
    """Name of the quarter in which a month of the project lies."""
    start = inputs["start_date"]
    if not start:
        return f"Q{month // MONTHS_OF_A_QUARTER + 1}"
    begins = (inputs["finance"].get("fiscal_start") or 1) - 1
    year, first = (int(x) for x in start.split("-")[:2])
    at = first - 1 - begins + month
    quarter = at % MONTHS // MONTHS_OF_A_QUARTER + 1
    if not begins:
        return f"{year + at // MONTHS} Q{quarter}"
    return f"FY{year + at // MONTHS + 1} Q{quarter}"


def quarter_rows(answer: Answer, row: Row) -> list[tuple[str, float]]:
    """Money of the plan by quarter [USD]; it adds up to the plan."""
    flow = row["cash_flow_usd"]
    return [(name, sum(flow[m] for m in part)) for name, part in quarters(answer, row).items()]


def quarter_head(answer: Answer, language: str) -> str:
    """What the quarters are counted by."""
    inputs = answer["inputs"]
    kind = "project" if not inputs["start_date"] else "calendar"
    if kind == "calendar" and (inputs["finance"].get("fiscal_start") or 1) > 1:
        kind = "fiscal"
    return say(f"budget.quarter.{kind}", language)
