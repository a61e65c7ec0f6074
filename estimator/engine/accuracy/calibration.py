"""Widening of the intervals, estimated on left-out sources, by task and number of own points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.own_points import Step
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90

if TYPE_CHECKING:
    from estimator.engine.accuracy.heldout import Predicted

MOST_PILOTS = 3
"""Own points from which on the intervals are calibrated together."""
STEP_PILOTS = (1, 2)
"""Own points after which a curve is recentred; with more it follows itself."""
STEP_RIDGE = 0.5
STEP_STEPS = 40
STEP_LEAST = 0.03
"""Prior weight, iterations and least residual of the median regression behind a step."""
COVERAGE, FEW_SOURCES = 0.8, 3.8
"""Aim of the calibration: 80 % and this over the number of sources, as each new source is met with
factors from the others alone."""
MOST_UNSURE = 24
"""Sources below which the aim rises no more."""
SHRINKAGE_SOURCES = 2.0
"""Sources' worth of the overall factor that a task's own factor is mixed with."""
SMALLEST, LARGEST = 0.6, 2.0


def factor_of(fit: Mapping[str, Any], task: str, n_pilots: int) -> float:
    """Factor on the standard deviation of a prediction with so many own points."""
    found = fit.get("calibration", {}).get(str(min(n_pilots, MOST_PILOTS)), {})
    return float(found.get(task, found.get("all", 1.0)))


def fit_step(rows: Rows, found: Predicted, keep: Array | None = None) -> Step:
    """Recentring under which half of the left-out values lie above, sources weighing by root.

    Notes
    -----
    Median regression of y - mean on (1, drop) by reweighted least squares with a small ridge.
    """
    keep = np.ones(len(found.index), bool) if keep is None else keep
    source = rows.source[found.index].astype(str)[keep]
    _, code, count = np.unique(source, return_inverse=True, return_counts=True)
    x = np.column_stack([np.ones(keep.sum()), found.drop[keep]])
    target = (rows.y[found.index] - found.mean)[keep]
    weight = 1 / np.sqrt(count[code])
    beta = np.zeros(2)
    for _ in range(STEP_STEPS):
        pull = x * (weight / np.maximum(np.abs(target - x @ beta), STEP_LEAST))[:, None]
        beta = np.linalg.solve(x.T @ pull + STEP_RIDGE * np.eye(2), pull.T @ target)
    return Step(_digits(beta[0]), _digits(beta[1]))


def required(rows: Rows, error: Array, found: Predicted) -> Array:
    """Standard deviations, over that of p90, that each published value lies from its p50."""
    actual = scales.to_scale(error[found.index], rows.chance[found.index])
    return np.asarray(np.abs(actual - found.mean) / (Z90 * found.sd))


def calibrate(
    rows: Rows,
    error: Array,
    found: Predicted,
    keep: Array | None = None,
) -> dict[str, float]:
    """Factors that make 80 % intervals hold 80 %, overall and by task.

    Every source weighs with the root of its rows, so that a few large ones do not decide; a task's
    factor is mixed with the overall one by its number of sources.
    """
    need = required(rows, error, found)
    source = rows.source[found.index].astype(str)
    task = rows.task[found.index].astype(str)
    keep = np.ones(len(need), bool) if keep is None else keep
    need, source, task = need[keep], source[keep], task[keep]
    _, code, count = np.unique(source, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(count[code])
    aim = COVERAGE + FEW_SOURCES / max(len(count), MOST_UNSURE)
    overall = _quantile(need, weight, aim)
    out = {"all": _rounded(overall)}
    for name in np.unique(task):
        here = task == name
        own = _quantile(need[here], weight[here], aim)
        sources = len(set(source[here]))
        share = sources / (sources + SHRINKAGE_SOURCES)
        out[str(name)] = _rounded(
            float(np.exp(share * np.log(own) + (1 - share) * np.log(overall)))
        )
    return out


def _quantile(need: Array, weight: Array, aim: float) -> float:
    order = np.argsort(need)
    share = np.cumsum(weight[order])
    at = int(np.searchsorted(share, aim * share[-1]))
    return float(np.clip(need[order][min(at, len(need) - 1)], SMALLEST, LARGEST))


def _rounded(x: float) -> float:
    return _digits(np.clip(x, SMALLEST, LARGEST))


def _digits(x: float) -> float:
    return float(f"{x:.6g}")
