"""Break-even volumes and horizons: where two approaches cost the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.decide.rerun import (
    HORIZON,
    SEARCH_DRAWS,
    Evaluate,
    Progress,
    changed,
    fewer_draws,
    quiet,
)
from estimator.engine.decide.switching import VOLUME
from estimator.engine.results import Evaluation

VALUES: dict[str, tuple[float, ...]] = {
    VOLUME: (0.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9),
    HORIZON: (1.0, 6.0, 12.0, 24.0, 36.0, 48.0, 60.0),
}


@dataclass(frozen=True)
class BreakEven:
    """Value of an input at which two rows have the same median total [USD]."""

    path: str
    first: str
    second: str
    value: float
    usd: float
    cheaper_below: str
    cheaper_above: str


def break_even(
    evaluation: Evaluation,
    evaluate: Evaluate,
    path: str = VOLUME,
    progress: Progress = quiet,
) -> tuple[BreakEven, ...]:
    """Every crossing of median totals between two rows along one input.

    Parameters
    ----------
    path : str
        ``serving.requests_per_month`` or ``serving.horizon_months``.

    Notes
    -----
    The model is run at a few values with 1,024 draws; between them the median totals are linear,
    which the bill is in volume and, up to yearly events, in months.
    """
    values = np.array(VALUES[path])
    small = fewer_draws(evaluation.inputs, SEARCH_DRAWS)
    totals: list[np.ndarray] = []
    for done, value in enumerate(values, start=1):
        run = evaluate(changed(small, path, float(value)))
        totals.append(np.array([np.median(r.money.total_draws[1:]) for r in run.results]))
        progress(done, len(values))
    table = np.array(totals).T
    keys = [r.candidate.key for r in evaluation.results]
    out: list[BreakEven] = []
    for i in range(len(keys)):
        for j in range(i + 1, len(keys)):
            gap = table[i] - table[j]
            for k in np.flatnonzero(gap[:-1] * gap[1:] < 0):
                t = gap[k] / (gap[k] - gap[k + 1])
                value = float(values[k] + t * (values[k + 1] - values[k]))
                money = float(table[i, k] + t * (table[i, k + 1] - table[i, k]))
                below, above = (keys[i], keys[j]) if gap[k] < 0 else (keys[j], keys[i])
                out.append(BreakEven(path, keys[i], keys[j], value, money, below, above))
    return tuple(sorted(out, key=lambda b: b.value))
