"""Total cost against accuracy reached: the learning curve with labels turned into money."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from estimator.engine.decide.board import direction
from estimator.engine.decide.rerun import SEARCH_DRAWS, Evaluate, Progress, fewer_draws, quiet
from estimator.engine.distributions import Array
from estimator.engine.results import CandidateResult, Evaluation

STEPS = 33
NODES = 4
REACH = 100.0
LEAST, MOST = 20.0, 1e7


@dataclass(frozen=True)
class CostCurve:
    """One row's cost of accuracy; all arrays run over ``n_labelled``.

    Parameters
    ----------
    n_labelled : array
        Labelled examples, owned plus bought.
    metric_p10, metric_p50, metric_p90 : arrays
        The metric at that many labels.
    usd_p10, usd_p50, usd_p90 : arrays
        Total over the horizon at that many labels [USD].
    fitted : array of bool
        Inside the range of the evidence; outside it the curve is an extrapolation.
    """

    key: str
    label: str
    metric: str
    n_labelled: Array
    metric_p10: Array
    metric_p50: Array
    metric_p90: Array
    usd_p10: Array
    usd_p50: Array
    usd_p90: Array
    fitted: np.ndarray


@dataclass(frozen=True)
class AccuracyBreakEven:
    """Value of the metric at which two rows cost the same, and who is cheaper beyond it."""

    first: str
    second: str
    value: float
    usd: float
    cheaper_beyond: str


def cost_curves(
    evaluation: Evaluation, evaluate: Evaluate, progress: Progress = quiet
) -> tuple[CostCurve, ...]:
    """Cost curve of every row whose accuracy follows a learning curve.

    Parameters
    ----------
    evaluation : Evaluation
        The scenario as it is.
    evaluate : callable
        Run at four numbers of labels with 1,024 draws; money between is linear in the labels.

    Notes
    -----
    Labels run from the owned ones (at least 20) to 100 times the planned ones.
    """
    inputs = evaluation.inputs
    owned = inputs.n_labelled_available
    most = min(max(inputs.n_labelled, 1000) * REACH, max(MOST, inputs.n_labelled))
    grid = np.unique(np.round(np.geomspace(max(owned, LEAST), max(most, 2 * owned), STEPS)))
    nodes = np.unique(grid[np.linspace(0, len(grid) - 1, NODES).round().astype(int)])
    small = fewer_draws(dataclasses.replace(inputs, options=()), SEARCH_DRAWS)
    runs: list[Evaluation] = []
    for done, n in enumerate(nodes, start=1):
        bought = int(max(n - owned, 0))
        runs.append(evaluate(dataclasses.replace(small, n_labelled_to_buy=bought)))
        progress(done, len(nodes))
    return tuple(
        _curve(inputs.n_labelled, rows, grid, nodes)
        for rows in zip(*(r.results for r in runs), strict=True)
        if rows[0].accuracy.curve is not None
        and all(np.isfinite(r.money.total_draws).all() for r in rows)
    )


def _curve(planned: int, rows: tuple[CandidateResult, ...], grid: Array, nodes: Array) -> CostCurve:
    first = rows[-1]
    if first.accuracy.curve is None:
        raise ValueError("a row without a learning curve has no cost curve")
    metric = first.accuracy.curve(grid)[:, 1:]
    totals = np.array([r.money.total_draws[1:] for r in rows])
    right = np.clip(np.searchsorted(nodes, grid), 1, len(nodes) - 1)
    w = ((grid - nodes[right - 1]) / (nodes[right] - nodes[right - 1]))[:, None]
    usd = (1 - w) * totals[right - 1] + w * totals[right]
    m10, m50, m90 = np.quantile(metric, [0.1, 0.5, 0.9], axis=1)
    u10, u50, u90 = np.quantile(usd, [0.1, 0.5, 0.9], axis=1)
    ratio = first.accuracy.grade.extrapolation_ratio
    last = first.candidate.n_labelled_to_buy
    known = np.inf if not ratio else max(last, planned, nodes[-1]) / ratio
    return CostCurve(
        key=first.candidate.key,
        label=first.candidate.label,
        metric=first.accuracy.metric,
        n_labelled=grid,
        metric_p10=m10,
        metric_p50=m50,
        metric_p90=m90,
        usd_p10=u10,
        usd_p50=u50,
        usd_p90=u90,
        fitted=grid <= known,
    )


def break_even_accuracy(curves: tuple[CostCurve, ...]) -> tuple[AccuracyBreakEven, ...]:
    """Values of the metric at which the median costs of two rows cross, for every pair."""
    out: list[AccuracyBreakEven] = []
    for i, a in enumerate(curves):
        for b in curves[i + 1 :]:
            out += _crossings(a, b)
    return tuple(out)


def _crossings(a: CostCurve, b: CostCurve) -> list[AccuracyBreakEven]:
    sign = direction(a.metric)
    la, lb = (np.maximum.accumulate(sign * c.metric_p50) for c in (a, b))
    low, high = max(la[0], lb[0]), min(la[-1], lb[-1])
    if not low < high:
        return []
    level = np.linspace(low, high, 400)
    gap = np.interp(level, la, a.usd_p50) - np.interp(level, lb, b.usd_p50)
    flips = np.flatnonzero(np.sign(gap[:-1]) * np.sign(gap[1:]) < 0)
    found: list[AccuracyBreakEven] = []
    for k in flips:
        t = gap[k] / (gap[k] - gap[k + 1])
        value = float(level[k] + t * (level[k + 1] - level[k]))
        usd = float(np.interp(value, la, a.usd_p50))
        beyond = a.key if gap[k + 1] < 0 else b.key
        found.append(AccuracyBreakEven(a.key, b.key, sign * value, usd, beyond))
    return found
