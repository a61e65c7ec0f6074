"""Widening of the intervals before any own point, estimated on left-out sources, by task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90

NO_OWN = "0"
"""Own points at which the widening is set; what they leave follows from them (measured.py)."""
COVERAGE, FEW_SOURCES = 0.8, 3.8
"""Aim of the calibration: 80 % and this over the number of sources, as each new source is met with
factors from the others alone."""
MOST_UNSURE = 24
"""Sources below which the aim rises no more."""
SHRINKAGE_SOURCES = 2.0
"""Sources' worth of the overall factor that a task's own factor is mixed with."""
SMALLEST, LARGEST = 0.6, 2.0


def factor_of(fit: Mapping[str, Any], task: str) -> float:
    """Factor on the standard deviation of a prediction, before any own point."""
    found = fit.get("calibration", {}).get(NO_OWN, {})
    return float(found.get(task, found.get("all", 1.0)))


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


@dataclass(frozen=True)
class Predicted:
    """Rows of left-out sources: positions in the table, mean and sd of y before calibration."""

    index: Array
    mean: Array
    sd: Array
