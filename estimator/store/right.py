"""How right the forecasts of finished projects were, and what that says of the next one."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estimator.engine.assumptions import Assumptions
from estimator.engine.fields import build
from estimator.engine.groups import QUANTITIES, OwnFactors
from estimator.engine.inputs import ProjectInputs
from estimator.engine.own_factors import OwnFactor, Seen, own_factor
from estimator.errors import InputError
from estimator.evidence.load import Evidence
from estimator.metrics import known_metric, lower_is_better
from estimator.reading import parse_json
from estimator.store.forecast import RATIOS, ROW_LIMIT, checked_row

LINES_LIMIT = 10_000
COMMON_SCALES = ("fraction", "hundred")
"""Scales on which a point of one metric is about a point of another; FID and MASE have none."""


def read_rows(text: str) -> list[dict[str, Any]]:
    """The anonymised projects of a text in JSON lines; raises InputError naming the line."""
    out: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        where = f"line {number}"
        if number > LINES_LIMIT or len(line) > ROW_LIMIT:
            raise InputError(where, line[:20], f"{LINES_LIMIT:,} lines of {ROW_LIMIT:,} characters")
        if line.strip():
            row = checked_row(parse_json(line), where)
            out[row["row"]] = row
    return list(out.values())


def with_own(
    inputs: ProjectInputs, rows: Sequence[Mapping[str, Any]], evidence: Evidence
) -> ProjectInputs:
    """The scenario as a firm's finished projects move it.

    Itself where they are too few, where it says that they shall not count, and where it states
    factors of its own.
    """
    if inputs.own_factors.ignore or inputs.own_factors.told:
        return inputs
    judged = Assumptions(evidence.assumptions, inputs.assumptions)
    found = {q: f.told() for q, f in factors(rows, judged).items() if f.applies}
    own = build(OwnFactors, found, "own_factors")
    return dataclasses.replace(inputs, own_factors=own) if found else inputs


@dataclass(frozen=True)
class Score:
    """How right the forecasts of one quantity were.

    Attributes
    ----------
    n, n_stopped : int
        Projects with forecast and actual; those stopped are not in the other figures, for a
        stopped project has not taken all it would have.
    inside, judged : int
        Finished projects within the 80 % interval, of those that had one.
    median_ratio : float or None
        Of actual over forecast p50; of accuracy the median difference instead.
    metrics : tuple of str
        Metrics that the differences are in: of one direction and one scale, or a single one.
    lower : bool
        A lower value of these metrics is better.
    """

    quantity: str
    n: int
    n_stopped: int
    inside: int
    judged: int
    median_ratio: float | None
    metrics: tuple[str, ...] = ()
    lower: bool = False


def seen(found: Sequence[Mapping[str, Any]], quantity: str) -> list[Seen]:
    """Ratios of one quantity over all rows that hold it."""
    out = []
    for row in found:
        # What own factors added to the forecast must not hide what the next one needs.
        middle = (row["forecast"].get(quantity) or {}).get("p50")
        middle = (row.get("before") or {}).get(quantity) or middle
        actual = row["actual"].get(quantity)
        if middle and actual and middle > 0 and actual > 0:
            out.append(Seen(actual / middle, row["state"] == "stopped"))
    return out


def factors(found: Sequence[Mapping[str, Any]], judged: Assumptions) -> dict[str, OwnFactor]:
    """Own factors for effort, weeks, labels and hours."""
    return {quantity: own_factor(seen(found, quantity), judged) for quantity in QUANTITIES}


def scores(found: Sequence[Mapping[str, Any]]) -> list[Score]:
    """How right the forecasts were, as they stood when they were decided on."""
    out = [_score(found, quantity) for quantity in RATIOS]
    alike: dict[Hashable, list[Mapping[str, Any]]] = {}
    for row in found:
        alike.setdefault(_in_one_median(str(row["metric"])), []).append(row)
    for rows in alike.values():
        metrics = tuple(dict.fromkeys(str(r["metric"]) for r in rows))
        lower = lower_is_better(metrics[0])
        score = _score(rows, "accuracy")
        out.append(dataclasses.replace(score, metrics=metrics, lower=lower))
    return [score for score in out if score.n or score.n_stopped]


def _score(found: Sequence[Mapping[str, Any]], quantity: str) -> Score:
    inside, judged, ratios, stopped = 0, 0, [], 0
    for row in found:
        three, actual = row["forecast"].get(quantity), row["actual"].get(quantity)
        if not three or actual is None or three["p50"] is None:
            continue
        if row["state"] == "stopped" and quantity != "accuracy":
            stopped += 1
            continue
        within = is_inside(three, actual)
        inside, judged = inside + bool(within), judged + (within is not None)
        if quantity == "accuracy":
            ratios.append(actual - three["p50"])
        elif three["p50"] > 0:
            ratios.append(actual / three["p50"])
    middle = statistics.median(ratios) if ratios else None
    return Score(quantity, len(ratios), stopped, inside, judged, middle)


def _in_one_median(metric: str) -> Hashable:
    """What metrics must share for their differences to stand in one median."""
    known = known_metric(metric)
    if known is None or known.scale not in COMMON_SCALES:
        return metric.lower()
    return known.lower, known.scale


def is_inside(three: Mapping[str, Any], actual: float) -> bool | None:
    """Does a value lie in the 80 % interval? An open end is open; None: a plan, not a forecast."""
    if three["p10"] is not None and three["p10"] == three["p90"]:
        return None
    low = -math.inf if three["p10"] is None else three["p10"]
    high = math.inf if three["p90"] is None else three["p90"]
    return bool(low <= actual <= high)


def chances(found: Sequence[Mapping[str, Any]]) -> tuple[float, float, int] | None:
    """Mean promised chance of going live, share that did, and how many rows say both."""
    told = [r for r in found if r["success_probability"] is not None]
    if not told:
        return None
    live = sum(r["state"] == "live" for r in told) / len(told)
    return statistics.fmean(r["success_probability"] for r in told), live, len(told)
