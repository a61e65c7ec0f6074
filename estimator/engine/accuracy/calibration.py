"""Widening of the intervals, estimated on left-out sources, by task and number of own points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90

if TYPE_CHECKING:
    from estimator.engine.accuracy.heldout import Predicted

MOST_PILOTS = 2
COVERAGE = 0.82
"""Aim of the calibration: a little above 80 %, as each source is calibrated on the others."""
SHRINKAGE_SOURCES = 6.0
"""Sources' worth of the overall factor that a task's own factor is mixed with."""
SMALLEST, LARGEST = 0.6, 2.0


def factor_of(fit: Mapping[str, Any], task: str, n_pilots: int) -> float:
    """Factor on the standard deviation of a prediction with so many own points."""
    found = fit.get("calibration", {}).get(str(min(n_pilots, MOST_PILOTS)), {})
    return float(found.get(task, found.get("all", 1.0)))


def required(rows: Rows, error: Array, found: Predicted) -> Array:
    """Standard deviations, over that of p90, that each published value lies from its p50."""
    actual = scales.to_scale(error[found.index], rows.chance[found.index])
    return np.asarray(np.abs(actual - found.mean) / (Z90 * found.sd))


def calibrate(
    rows: Rows,
    error: Array,
    found: Predicted,
    need: Array | None = None,
    keep: Array | None = None,
) -> dict[str, float]:
    """Factors that make 80 % intervals hold 80 %, overall and by task.

    Every source weighs with the root of its rows, so that a few large ones do not decide; a task's
    factor is mixed with the overall one by its number of sources.
    """
    need = required(rows, error, found) if need is None else need
    source = rows.source[found.index].astype(str)
    task = rows.task[found.index].astype(str)
    keep = np.ones(len(need), bool) if keep is None else keep
    need, source, task = need[keep], source[keep], task[keep]
    _, code, count = np.unique(source, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(count[code])
    overall = _quantile(need, weight)
    out = {"all": _rounded(overall)}
    for name in np.unique(task):
        here = task == name
        own = _quantile(need[here], weight[here])
        sources = len(set(source[here]))
        share = sources / (sources + SHRINKAGE_SOURCES)
        out[str(name)] = _rounded(
            float(np.exp(share * np.log(own) + (1 - share) * np.log(overall)))
        )
    return out


def _quantile(need: Array, weight: Array) -> float:
    order = np.argsort(need)
    share = np.cumsum(weight[order])
    at = int(np.searchsorted(share, COVERAGE * share[-1]))
    return float(np.clip(need[order][min(at, len(need) - 1)], SMALLEST, LARGEST))


def _rounded(x: float) -> float:
    return float(f"{np.clip(x, SMALLEST, LARGEST):.6g}")
