"""The staged plan as tables: stages with their money, gates, ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.engine.answer import Answer
from estimator.report.figures_plan import stage_name
from estimator.words.format import Style
from estimator.words.statement import said
from estimator.words.texts import say

Table = tuple[list[str], list[list[str]]]


def stage_rows(answer: Answer, style: Style) -> Table:
    """Cash by stage: each with its weeks, its money, the chance that it is reached."""
    lang, plan = style.language, answer["staged_plan"]
    names = ("stage", "start", "weeks", "reached", "stage_usd", "expected_usd")
    header = [say(f"col.{n}", lang) for n in names]
    rows = [
        [
            f"{i}. {stage_name(s, style)}",
            style.weeks(s["start_weeks"]),
            style.weeks(s["weeks"]),
            style.percent(s["chance"]),
            style.money_about(s["usd"]),
            style.money_about(s["expected_usd"]),
        ]
        for i, s in enumerate(plan["stages"], start=1)
    ]
    total = plan.get("authorise_usd")
    if total:
        shown = style.money_about(total["expected"])
        rows.append([say("col.expected_total", lang), "", "", "", "", shown])
    return header, rows


def plan_lines(answer: Answer, style: Style) -> list[str]:
    """Every sentence of the plan, in reading order."""
    plan = answer["staged_plan"]
    out: list[str] = [*said(plan, "sentence", style), *said(plan, "before", style)]
    out += said(plan, "sentences", style)
    for gate in plan["gates"]:
        out += said(gate, "text", style)
    return [*out, *worth_lines(answer, style)]


def worth_lines(answer: Answer, style: Style) -> list[str]:
    """The first step over values of a month, and what to ask first."""
    plan = answer["staged_plan"]
    return [*said(plan, "ladder", style), *said(plan, "ask", style)]


def money_cells(answer: Answer) -> list[tuple[str, float]]:
    """The three totals, as they are named in the answer [USD]."""
    found: Mapping[str, Any] = answer["staged_plan"].get("authorise_usd") or {}
    return [(name, float(usd)) for name, usd in found.items()]
