"""The few figures that a link carries, so that whoever opens it later reads what moved, and why."""

from __future__ import annotations

import json
import math
from typing import Any, cast

from estimator.engine.answer import Answer
from estimator.engine.comparison import round_figure
from estimator.errors import InputError
from estimator.reading import parse_json
from estimator.report.moved import moved
from estimator.report.text import recommended
from estimator.words.statement import Statement, state

NUMBERS = 7
"""Spend, chance of the plan, total, quality, chance of the row, weeks, hours."""
NAME_LIMIT = 80


def figures_sent(answer: Answer) -> str:
    """The figures that a link carries: choice, seven numbers, versions of data and code."""
    row, plan = recommended(answer), answer["staged_plan"]
    quality, spend = (row["accuracy"] if row else None), plan["spend_usd"]
    numbers = (
        spend["mean"] if spend else None,
        plan["success_probability"],
        row["cost_usd"]["total"]["p50"] if row else None,
        quality["p50"] if quality else None,
        row["target_probability"] if row else None,
        row["calendar_weeks"]["p50"] if row else None,
        row["device_hours"]["p50"] if row else None,
    )
    key = row["key"] if row else None
    versions = (answer["data_version"], answer["code_version"])
    return json.dumps([key, *map(round_figure, numbers), *versions], separators=(",", ":"))


def since_sent(text: str, now: Answer) -> list[Statement]:
    """What moved since a link was made, and why; nothing where its figures read as they did.

    Raises
    ------
    InputError
        Where the text is not what ``figures_sent`` writes.
    """
    then = _answer(text, now)
    found = moved(then, now)
    return [] if found[0].key == "moved.same" else found


def _answer(text: str, now: Answer) -> Answer:
    """An answer that holds no more than a link carried."""
    key, numbers, data, code = _read(text)
    spend, plan_chance, total, quality, chance, weeks, hours = numbers
    like = next((r for r in now["approaches"] if r["key"] == key), None)
    rows: list[dict[str, Any]] = []
    if like is not None:
        measured = quality is not None and like["accuracy"] is not None
        metric = like["accuracy"]["metric"] if like["accuracy"] else ""
        rows.append(
            {
                "key": key,
                "approach": like["approach"],
                "accuracy": {"p50": quality, "metric": metric} if measured else None,
                "cost_usd": {"total": {"p50": total}},
                "target_probability": chance,
                "calendar_weeks": {"p50": weeks},
                "device_hours": {"p50": hours},
            }
        )
    found = {
        "data_version": data,
        "code_version": code,
        "inputs": now["inputs"],
        "recommendation": {"approach": key if like is not None else None},
        "staged_plan": {"spend_usd": {"mean": spend}, "success_probability": plan_chance},
        "approaches": rows,
        "sources": now["sources"],
    }
    return cast(Answer, found)


def _read(text: str) -> tuple[str | None, list[float | None], str, str]:
    bad = InputError("link.was", text[:20], state("allowed.link_was"))
    try:
        values = parse_json(text)
    except InputError:
        raise bad from None
    if not isinstance(values, list) or len(values) != NUMBERS + 3:
        raise bad
    key, numbers, versions = values[0], values[1:-2], values[-2:]
    for number in numbers:
        if number is not None and (type(number) not in (int, float) or not math.isfinite(number)):
            raise bad
    names = versions if key is None else [key, *versions]
    if not all(isinstance(n, str) and len(n) <= NAME_LIMIT and n.isprintable() for n in names):
        raise bad
    return key, numbers, versions[0], versions[1]
