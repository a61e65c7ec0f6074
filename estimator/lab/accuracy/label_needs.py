"""Labels that left-out curves needed for a value they really reached, against what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy.needs import named
from estimator.engine.accuracy.plan import MOST_GROWTH
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90
from estimator.lab.accuracy.heldout import Belief, Noise, given_own, own_curves
from estimator.lab.accuracy.loso import HeldOut

LEAST_POINTS, MOST_POINTS = 4, 60
HALF = -1
"""Number of own points that stands for the first half of each curve."""
MOST_ROUNDS = 4
MOST_SURPLUS = 1000.0
NEAR = 3.0
"""Factor within which a number of labels is said to be right."""


@dataclass(frozen=True)
class Case:
    """One curve and target: log10 labels of the later points, mean and sd of y there, the goal.

    ``actual`` is the number of labels at which the curve was first measured at or below ``goal``,
    ``n_own`` the own points known, ``last`` the most labels among them (0: none).
    """

    source: str
    n_own: int
    last: float
    actual: float
    x: Array
    middle: Array
    spread: Array
    goal: float

    def needed(self, width: float) -> float:
        """Labels at which the curve ``width`` standard deviations above the mean meets the goal."""
        upper = np.minimum.accumulate(self.middle + width * self.spread)
        return crossing(self.x, upper, self.goal)

    def named(self) -> float:
        """The middle number as the product states it; inf where it states none."""
        return named(np.full(2, self.needed(0.0)), [int(self.last)] * self.n_own)[0]


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
                    float(members.n_labelled[curve[:known]].max(initial=0.0)),
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


def labels_for_target(
    rows: Rows,
    held: Sequence[HeldOut],
    noise: Noise,
    belief: Belief,
) -> dict[str, Any]:
    """Whether the labels named suffice for a target, and the surplus, by own points.

    ``p50_stated``: share of curves for which the product names a number, rounded as it does.

    A surplus is None where most curves are said to need more than a thousand times the labels.
    """
    out: dict[str, Any] = {}
    for name, count in (*((str(k), k) for k in (0, 1, 2)), ("half", HALF)):
        found = cases(rows, held, noise, count, belief)
        ratio90 = np.array([c.needed(Z90) / c.actual for c in found])
        ratio50 = np.array([c.needed(0.0) / c.actual for c in found])
        stated = np.array([c.named() / c.actual for c in found])
        here = np.isfinite(stated)
        near = (stated <= NEAR) & (stated >= 1 / NEAR)
        out[name] = {
            "n_curves": len(found),
            "p90_suffices": _r(np.mean(np.isfinite(ratio90) & (ratio90 >= 1 - 1e-6))),
            "p90_named": _r(np.mean(np.isfinite(ratio90))),
            "p50_suffices": _r(np.mean(ratio50 >= 1 - 1e-6)),
            "p50_within_3x": _r(np.mean((ratio50 <= NEAR) & (ratio50 >= 1 / NEAR))),
            "p50_stated": _r(np.mean(here)),
            "stated_within_3x": _r(np.mean(near[here])),
            "median_surplus_p90": _finite(np.quantile(ratio90, 0.5, method="higher") - 1),
            "median_surplus_p50": _finite(np.quantile(ratio50, 0.5, method="higher") - 1),
        }
    return out


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


def labels_in_rounds(
    rows: Rows, held: Sequence[HeldOut], noise: Noise, belief: Belief
) -> dict[str, Any]:
    """Share of targets reached when labels are bought in rounds, and the labels bought in vain."""
    bought = in_rounds(rows, held, noise, belief)
    rounds = np.array([b[1] for b in bought])
    surplus = np.array([b[2] for b in bought])[rounds > 0] - 1
    return {
        "n_curves": len(rounds),
        **{f"reached_in_{k}": _r(np.mean((rounds > 0) & (rounds <= k))) for k in (1, 2, 3, 4)},
        "median_surplus": _r(np.median(surplus)),
        "p90_surplus": _r(np.quantile(surplus, 0.9)),
    }


def _finite(x: Any) -> float | None:
    """As `_r`; None beyond a thousandfold."""
    return _r(x) if x < MOST_SURPLUS else None


def _r(x: Any) -> float:
    """Rounded to 6 significant digits, so that machines agree."""
    return float(f"{float(x):.6g}")
