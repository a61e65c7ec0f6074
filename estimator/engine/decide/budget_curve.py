"""What each budget buys: the best median metric among the cost curves that it covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.decide.board import direction
from estimator.engine.decide.cost_curve import CostCurve
from estimator.engine.distributions import Array

STEPS = 25


@dataclass(frozen=True)
class BudgetCurve:
    """Best row by budget.

    Parameters
    ----------
    budgets_usd : array
        Rising budgets for the whole horizon [USD].
    quality : array
        p10, p50 and p90 of the metric that the row taken reaches, shape (3, k).
    keys : tuple of str
        The row taken at each budget.
    """

    budgets_usd: Array
    quality: Array
    keys: tuple[str, ...]


def budget_curve(curves: tuple[CostCurve, ...]) -> BudgetCurve | None:
    """The best median metric whose median total stays within each budget; None without curves.

    Notes
    -----
    Along one row labels are bought while the median total allows it; the row whose best affordable
    point has the best median metric is taken. Budgets run from the cheapest point of any row to
    the dearest, in equal ratios.
    """
    if not curves:
        return None
    sign = direction(curves[0].metric)
    low = min(float(c.usd_p50.min()) for c in curves)
    high = max(float(c.usd_p50.max()) for c in curves)
    budgets = np.geomspace(max(low, 1.0), max(high, low * 1.01, 1.01), STEPS)
    quality, keys = [], []
    for budget in budgets:
        points = [
            (sign * float(c.metric_p50[i]), n, int(i))
            for n, c in enumerate(curves)
            for i in np.flatnonzero(c.usd_p50 <= budget * (1 + 1e-9))
        ]
        _, n, i = max(points)
        quality.append((curves[n].metric_p10[i], curves[n].metric_p50[i], curves[n].metric_p90[i]))
        keys.append(curves[n].key)
    return BudgetCurve(budgets, np.array(quality).T, tuple(keys))
