"""Labels that left-out curves needed for a value they really reached, against what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.engine.accuracy.plan import MOST_GROWTH
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.lab.accuracy.heldout import Belief, Noise, given_own, own_curves
from estimator.lab.accuracy.loso import HeldOut

LEAST_POINTS, MOST_POINTS = 4, 60
HALF = -1
"""Number of own points that stands for the first half of each curve."""
MOST_ROUNDS = 4


@dataclass(frozen=True)
class Case:
    """One curve and target: log10 labels of the later points, mean and sd of y there, the goal.

    ``actual`` is the number of labels at which the curve was first measured at or below ``goal``,
    ``n_own`` the own points known.
    """

    source: str
    n_own: int
    actual: float
    x: Array
    middle: Array
    spread: Array
    goal: float

    def needed(self, width: float) -> float:
        """Labels at which the curve ``width`` standard deviations above the mean meets the goal."""
        upper = np.minimum.accumulate(self.middle + width * self.spread)
        return crossing(self.x, upper, self.goal)


def cases(
    rows: Rows, held: Sequence[HeldOut], noise: Noise, n_own: int, belief: Belief
) -> list[Case]:
    """Every left-out curve of four points or more that still improved after its own points.

    The goal is the value at the middle one of the later points.

    Parameters
    ----------
    rows : Rows
    held : sequence of HeldOut
    noise : Noise
    n_own : int
        Smallest numbers of labels whose points are known; ``HALF``: the first half of each curve.
    belief : Belief
    """
    out = []
    for source in held:
        members = rows.take(source.index)
        for curve in _curves(members):
            known = len(curve) // 2 if n_own == HALF else n_own
            later = curve[known:]
            if len(later) < 2:
                continue
            goal = float(members.y[later[len(later) // 2]])
            if (members.y[curve[:known]] <= goal).any():
                continue
            middle, spread = _expected(source, members, noise, curve[:known], later, belief)
            first = later[np.argmax(members.y[later] <= goal)]
            out.append(
                Case(
                    source.source,
                    known,
                    float(members.n_labelled[first]),
                    np.log10(members.n_labelled[later]),
                    middle,
                    spread,
                    goal,
                )
            )
    return out


def _curves(members: Rows) -> list[Array]:
    """Positions of each curve by rising numbers of labels, one point each."""
    out = []
    for curve in own_curves(members):
        n = members.n_labelled[curve]
        curve = curve[~np.isnan(n) & (n > 0)]
        _, first = np.unique(members.n_labelled[curve], return_index=True)
        if LEAST_POINTS <= len(first) <= MOST_POINTS:
            out.append(curve[first])
    return out


def _expected(
    source: HeldOut, members: Rows, noise: Noise, seen: Array, later: Array, belief: Belief
) -> tuple[Array, Array]:
    """Mean and standard deviation of the curve at later points, as wide as estimates are."""
    if len(seen):
        mean, var = given_own(source, members, noise, seen, later, belief)
        return mean, np.sqrt(var + 1e-9)
    var = np.diag(source.cov)[later] - noise.measured[source.index[later]]
    factor = belief.factor(members.take(later))
    return source.mean[later], factor * np.sqrt(np.maximum(var, 1e-9))


def crossing(x: Array, y: Array, goal: float) -> float:
    """Labels at which a falling curve first meets ``goal``, straight in log labels between points.

    Below the first point its own number; beyond the last one the mean slope over all goes on.
    """
    above = int((y > goal).sum())
    if above == 0:
        return float(10 ** x[0])
    if above < len(x):
        step = (y[above - 1] - goal) / (y[above - 1] - y[above])
        return float(10 ** (x[above - 1] + step * (x[above] - x[above - 1])))
    slope = (y[0] - y[-1]) / (x[-1] - x[0])
    if slope <= 0:
        return float("inf")
    with np.errstate(over="ignore"):
        return float(np.power(10.0, x[-1] + (y[-1] - goal) / slope))


def in_rounds(
    rows: Rows, held: Sequence[HeldOut], noise: Noise, belief: Belief
) -> list[tuple[str, int, float]]:
    """Buying in rounds from each curve's two smallest points: source, rounds, labels over needed.

    Each round buys up to what the middle case says is needed, tenfold at most and at least to the
    next published number of labels; then everything up to there is measured and estimated anew.
    Rounds are 0 where the goal was not reached in time.
    """
    out = []
    for source in held:
        members = rows.take(source.index)
        for curve in _curves(members):
            later = curve[2:]
            goal = float(members.y[later[len(later) // 2]])
            if (members.y[curve[:2]] <= goal).any():
                continue
            n = members.n_labelled[curve]
            actual = n[np.argmax(members.y[curve] <= goal)]
            known, rounds = 2, 0
            for number in range(1, MOST_ROUNDS + 1):
                rest = curve[known:]
                middle, _ = _expected(source, members, noise, curve[:known], rest, belief)
                falling = np.minimum.accumulate(middle)
                wanted = crossing(np.log10(n[known:]), falling, goal) if len(rest) > 1 else n[-1]
                wanted = min(wanted, MOST_GROWTH * n[known - 1]) * (1 - 1e-9)
                known = min(max(int(np.searchsorted(n, wanted)) + 1, known + 1), len(n))
                if (members.y[curve[:known]] <= goal).any():
                    rounds = number
                    break
            out.append((source.source, rounds, float(n[known - 1] / actual)))
    return out
