"""The forecast of a decision as it stood; one finished project as an anonymised row."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from estimator.engine.typed import check_value
from estimator.errors import InputError
from estimator.metrics import METRICS, own_metric
from estimator.vocabulary import Approach, Task

RATIOS = ("usd", "weeks", "effort", "labels", "hours")
"""Cost until live [USD], calendar weeks, person-weeks, labels bought, device-hours."""
QUANTITIES = (*RATIOS, "accuracy")
STATES = ("live", "stopped")
SCHEMA = 1
MOST, ROW_LIMIT = 1e15, 20_000
PERCENTILES = ("p10", "p50", "p90")
FIELDS = (
    "row", "schema", "task", "approach", "metric", "decided", "data_version", "code_version",
    "success_probability", "forecast", "state", "actual", "gates",
)  # fmt: skip
OPTIONAL = ("before",)
"""The forecast as it was without own factors, where they had moved it."""
_SHAPES = {
    "row": re.compile(r"[0-9a-f]{16}"),
    "decided": re.compile(r"[0-9]{4}-Q[1-4]"),
    "data_version": re.compile(r"[\w.+-]{0,64}"),
    "code_version": re.compile(r"[\w.+-]{0,64}"),
}


def forecast_of(answer: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What an answer promises of one of its rows, for a decision.

    Parameters
    ----------
    answer : mapping
        The JSON of ``compare``.
    key : str
        The row that is decided on.

    Returns
    -------
    dict
        Quantity -> p10, p50, p90; and the plan's words and chances.
    """
    row = next((r for r in answer["approaches"] if r["key"] == key), None)
    if row is None:
        raise InputError("approach", key, " | ".join(r["key"] for r in answer["approaches"]))
    people = [i for i in row["items"] if i["phase"] == "people" and i["unit"] == "person-week"]
    weeks = sum(i["quantity"] for i in people)
    money = {p: sum(i["usd"][p] for i in people) for p in (*PERCENTILES, "base")}
    spread = {p: weeks * money[p] / money["base"] if money["base"] else 0.0 for p in PERCENTILES}
    own = answer.get("own_projects") or {}
    share = own.get("factors", {}).get("labels", {}).get("p50", 1.0)
    labels = float(row["n_labelled_to_buy"]) * share
    found: dict[str, Any] = {
        "usd": _three(row["cost_usd"]["one_off"]),
        "weeks": _three(row["calendar_weeks"]),
        "effort": spread,
        "labels": dict.fromkeys(PERCENTILES, labels),
        "hours": _three(row["device_hours"]),
        "accuracy": _three(row["accuracy"]),
    }
    plan = answer.get("staged_plan") or {}
    return {
        "quantities": {k: v for k, v in found.items() if v and v["p50"] is not None},
        **({"before": own["before"][key]} if own else {}),
        "task": str(answer["inputs"]["task"]),
        "approach": str(row["approach"]),
        "metric": str((row["accuracy"] or answer["inputs"]["target"])["metric"]),
        "success_probability": plan.get("success_probability"),
        "plan": {k: plan[k] for k in ("sentence", "key", "values") if k in plan},
        "data_version": str(answer["data_version"]),
        "code_version": str(answer["code_version"]),
    }


def _three(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {p: found.get(p) for p in PERCENTILES} if found else None


def checked_actual(body: Mapping[str, Any], metric: str) -> dict[str, float]:
    """What a project took, by quantity; raises InputError for anything that is no amount.

    The quality that was reached lies in the range of its metric.
    """
    out: dict[str, float] = {}
    for name, value in body.items():
        if name not in QUANTITIES:
            raise InputError(name, value, " | ".join(QUANTITIES))
        if value is not None:
            out[name] = _amount(name, value)
    check_value("accuracy", out.get("accuracy"), metric)
    return out


def anonymous(
    row: str,
    at: str,
    forecast: Mapping[str, Any],
    state: str,
    actual: Mapping[str, Any],
    gates: int,
) -> dict[str, Any]:
    """A finished project without names, texts or days."""
    quarter = f"{at[:4]}-Q{(int(at[5:7]) + 2) // 3}"
    before = forecast.get("before")
    return {
        **({"before": {q: before[q] for q in RATIOS}} if before else {}),
        "row": row,
        "schema": SCHEMA,
        "decided": quarter,
        "state": state,
        "forecast": dict(forecast["quantities"]),
        "actual": dict(actual),
        "gates": gates,
        "success_probability": forecast.get("success_probability"),
        **{k: forecast[k] for k in ("task", "approach", "metric", "data_version", "code_version")},
    }


def checked_row(row: Any, where: str) -> dict[str, Any]:
    """A row that came from elsewhere; raises InputError naming the first thing that is wrong."""
    if not isinstance(row, Mapping):
        raise InputError(where, row, "one JSON object a line")
    for name in row:
        if name not in (*FIELDS, *OPTIONAL):
            raise InputError(f"{where}, {name}", row[name], ", ".join(FIELDS))
    for name in FIELDS:
        if name not in row:
            raise InputError(f"{where}, {name}", None, "every field of a row")
    for name, shape in _SHAPES.items():
        if not isinstance(row[name], str) or not shape.fullmatch(row[name]):
            raise InputError(f"{where}, {name}", row[name], shape.pattern)
    for name, allowed in (
        ("schema", (SCHEMA,)),
        ("task", tuple(map(str, Task))),
        ("approach", tuple(map(str, Approach))),
        ("metric", tuple(METRICS) if own_metric(str(row["metric"])) is None else (row["metric"],)),
        ("state", STATES),
    ):
        if row[name] not in allowed:
            raise InputError(f"{where}, {name}", row[name], " | ".join(map(str, allowed)))
    chance = row["success_probability"]
    if chance is not None and not (_is_number(chance) and 0 <= chance <= 1):
        raise InputError(f"{where}, success_probability", chance, "a number from 0 to 1")
    if not isinstance(row["gates"], int) or not 0 <= row["gates"] <= 100:
        raise InputError(f"{where}, gates", row["gates"], "a whole number from 0 to 100")
    if not isinstance(row["forecast"], Mapping) or not isinstance(row["actual"], Mapping):
        raise InputError(f"{where}, forecast", row["forecast"], "an object")
    forecast = {}
    for name, three in row["forecast"].items():
        if name not in QUANTITIES or not isinstance(three, Mapping) or set(three) != {*PERCENTILES}:
            raise InputError(f"{where}, forecast.{name}", three, "p10, p50 and p90 of a quantity")
        forecast[name] = {
            p: None if v is None else _amount(f"{where}, forecast.{name}.{p}", v)
            for p, v in three.items()
        }
    before = row.get("before", {})
    if not isinstance(before, Mapping) or set(before) - {*RATIOS}:
        raise InputError(f"{where}, before", before, ", ".join(RATIOS))
    for name, value in before.items():
        _amount(f"{where}, before.{name}", value)
    return {**row, "forecast": forecast, "actual": checked_actual(row["actual"], row["metric"])}


def _amount(name: str, value: Any) -> float:
    least = -1.0 if "accuracy" in name else 0.0
    if not _is_number(value) or not least <= value <= MOST:
        raise InputError(name, value, f"a number of at most {MOST:g}, not negative")
    return float(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
