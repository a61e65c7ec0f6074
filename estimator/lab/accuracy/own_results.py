"""What own points leave on curves whose source and data set were left out: fitted and checked."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.kernel import parse_hyper
from estimator.engine.accuracy.measured import DECAYS, run_spread
from estimator.engine.accuracy.names import to_number
from estimator.engine.accuracy.rows import Rows, columns_from_frame, lookup_of, usable
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90
from estimator.lab.accuracy.fit import points_of
from estimator.lab.accuracy.heldout import Belief, Noise, given_own, own_curves, row_noise
from estimator.lab.accuracy.loso import HeldOut, leave_out_as_a_user, solve

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

ROWS_PER_SOURCE = 110
LEAST_PER_CLASS = 1.0
"""log10 labels per class of an own point that counts: with fewer nobody stops to ask."""
OWN = (1, 2, 3)
MOST_SETS = 8
"""Sets of own points of one curve, spread over all of them."""
LOOSENINGS = (0.005, 0.01, 0.02, 0.03, 0.05)
RUNS = (0.02, 0.03, 0.045)
FEW_RATES = (0.0, 0.03, 0.05, 0.08, 0.12, 0.2)
FOLDS = 12
"""Groups of sources, each with a rate that was chosen on the others."""
MISS = 10.0
"""Penalty of an interval score for each point that the truth lies outside an 80 % interval."""
STEPS, LEAST_RESIDUAL = 40, 0.03
DISTANCES = (0.0, 0.35, 0.75, 1.1, np.inf)
"""Bounds of distance beyond the last own point, in decades of labels."""


@dataclass(frozen=True)
class Windows:
    """Predictions after own points, one row each: errors and ends in points, shape (n,)."""

    error: Array
    low: Array
    high: Array
    actual: Array
    distance: Array
    need: Array
    task: Array
    source: Array
    like: Array
    """Does the metric count right classes?"""

    def only(self, keep: Array) -> Windows:
        """Some of the rows."""
        return Windows(**{name: getattr(self, name)[keep] for name in self.__dataclass_fields__})

    @property
    def weight(self) -> Array:
        """Sources weigh with the root of their rows."""
        _, code, count = np.unique(self.source, return_inverse=True, return_counts=True)
        return np.asarray(1 / np.sqrt(count[code]))

    def score(self) -> float:
        """Mean interval score [points]."""
        miss = np.maximum(self.low - self.actual, 0) + np.maximum(self.actual - self.high, 0)
        return float(np.average(self.high - self.low + MISS * miss, weights=self.weight))


def fit_own(evidence: Evidence) -> dict[str, Any]:
    """Content of data/fits/accuracy_own.json.

    Returns
    -------
    dict
        loosening: rate per decade at which a curve's correlation with itself falls; loosening_few:
        what is added to it below 100 labels per class where classes are counted; run: spread of
        runs at 100 labels per class, as a share of sqrt(z (1 - z)); run_decay: its power of labels
        per class, from published spreads over runs; table, fewest: how the intervals hold.

    Notes
    -----
    Loosening and run: the pair with the smallest interval score after one and two own points at ten
    labels a class or more, any of them, the source and the data set left out; then `fit_few`.
    """
    points = points_of(evidence)
    sds = parse_hyper(evidence.fits["accuracy_hyper"]["sd"])
    held = leave_out_as_a_user(solve(points.rows, sds, ROWS_PER_SOURCE))
    noise = row_noise(points.rows, sds)
    factors = evidence.fits["accuracy_hyper"]["widths"]["new"]
    decay = spread_decay(evidence)
    best: tuple[float, dict[str, Any]] | None = None
    for loosening in LOOSENINGS:
        for run in RUNS:
            own = {"loosening": loosening, "loosening_few": 0.0, "run": run, "run_decay": decay}
            belief = Belief(factors, own)
            total = sum(windows(points.rows, held, noise, k, belief).score() for k in (1, 2))
            if best is None or total < best[0]:
                best = total, own
    assert best is not None
    by_rate = {
        rate: rated(points.rows, held, noise, Belief(factors, {**best[1], "loosening_few": rate}))
        for rate in FEW_RATES
    }
    few, fewest = fit_few(by_rate)
    table = {str(k): held_table(by_rate[few][k, False]) for k in OWN}
    return {**best[1], "loosening_few": few, "table": table, "fewest": fewest}


Rated = Mapping[tuple[int, bool], Windows]
"""By number of own points, and whether they are the fewest published."""


def rated(rows: Rows, held: Sequence[HeldOut], noise: Noise, belief: Belief) -> Rated:
    """Predictions after own points of any place, and after the fewest where classes are counted."""
    out = {}
    for k in OWN:
        out[k, False] = windows(rows, held, noise, k, belief)
        found = windows(rows, held, noise, k, belief, fewest=True)
        out[k, True] = found.only(found.like)
    return out


def fit_few(by_rate: Mapping[float, Rated]) -> tuple[float, dict[str, dict[str, float]]]:
    """The rate of ``loosening_few``, and how intervals after the fewest labels hold elsewhere.

    Notes
    -----
    The smallest sum of interval scores after one to three own points, of any place and the fewest.
    The figures are cross-fitted: each group of sources at the rate that the others choose.
    """

    def best(but: int | None) -> float:
        def total(rate: float) -> float:
            found = by_rate[rate].values()
            return sum(w.only(np.array(_fold(w) != but, bool)).score() for w in found)

        return min(by_rate, key=total)

    chosen = {fold: best(fold) for fold in range(FOLDS)}
    table = {}
    for k in OWN:
        parts = [by_rate[rate][k, True] for rate in chosen.values()]
        folds = [w.only(np.array(_fold(w) == f, bool)) for f, w in zip(chosen, parts, strict=True)]
        inside = np.concatenate([(w.low <= w.actual) & (w.actual <= w.high) for w in folds])
        error = np.concatenate([w.error for w in folds])
        width = np.concatenate([w.high - w.low for w in folds])
        table[str(k)] = {
            "n": len(error),
            "n_sources": len({s for w in folds for s in w.source}),
            "median_abs_error": float(f"{np.median(error):.4g}"),
            "median_width": float(f"{np.median(width):.4g}"),
            "coverage_80": float(f"{inside.mean():.4g}"),
        }
    return best(None), table


def _fold(found: Windows) -> Array:
    return np.array([zlib.crc32(str(s).encode()) % FOLDS for s in found.source])


def windows(
    rows: Rows,
    held: Sequence[HeldOut],
    noise: Noise,
    n_own: int,
    belief: Belief,
    fewest: bool = False,
) -> Windows:
    """Every later point of every left-out curve, after ``n_own`` of its points.

    ``fewest``: those with the fewest labels, however few, and no other set of them.
    """
    columns: list[tuple[Array, ...]] = []
    for source in held:
        members = rows.take(source.index)
        for curve in own_curves(members):
            for seen, wanted in _sets(members, curve, n_own, fewest):
                mean, var = given_own(source, members, noise, seen, wanted, belief)
                place = members.log_per_class[wanted].astype(float)
                sd = np.sqrt(var + run_spread(place, mean, belief.own) ** 2)
                chance, y = members.chance[wanted].astype(float), members.y[wanted].astype(float)
                ends = (mean - Z90 * sd, mean + Z90 * sd, y, mean)
                low, high, actual, middle = (100 * scales.to_error(v, chance) for v in ends)
                beyond = place - float(members.log_per_class[seen].max())
                columns.append(
                    (
                        np.abs(middle - actual),
                        low - 1e-9,
                        high + 1e-9,
                        actual,
                        beyond,
                        np.abs(y - mean) / (Z90 * sd),
                        members.task[wanted].astype(str),
                        members.source[wanted].astype(str),
                        np.isin(members.group[wanted].astype(str), list(scales.ACCURACY_LIKE)),
                    )
                )
    return Windows(*(np.concatenate(c) for c in zip(*columns, strict=True)))


def _sets(members: Rows, curve: Array, n_own: int, fewest: bool) -> list[tuple[Array, Array]]:
    """Consecutive own points at ten labels a class or more, and the later points of the curve."""
    n = members.n_labelled[curve].astype(float)
    sized = curve[~np.isnan(n) & ~members.no_labels[curve].astype(bool)]
    n, first = np.unique(members.n_labelled[sized].astype(float), return_index=True)
    at = sized[first]
    if fewest:
        return [(at[:n_own], at[n_own:])] if len(at) > n_own else []
    able = np.flatnonzero(members.log_per_class[at].astype(float) >= LEAST_PER_CLASS)
    starts = [i for i in able if i + n_own < len(at)]
    if len(starts) > MOST_SETS:
        starts = [starts[i] for i in np.linspace(0, len(starts) - 1, MOST_SETS).astype(int)]
    return [(at[i : i + n_own], at[i + n_own :]) for i in starts]


def held_table(found: Windows) -> list[dict[str, Any]]:
    """Error, width, coverage and the factor still missing, by distance and over all."""
    out = []
    bounds = [(0.0, np.inf), *pairwise(DISTANCES)]
    for low, high in bounds:
        here = (found.distance > low) & (found.distance <= high)
        if not here.any():
            continue
        weight = found.weight[here]
        inside = (found.low <= found.actual) & (found.actual <= found.high)
        out.append(
            {
                "decades_from": low,
                "decades_to": None if np.isinf(high) else high,
                "n": int(here.sum()),
                "n_sources": len(set(found.source[here])),
                "median_abs_error": _quantile(found.error[here], weight, 0.5),
                "median_width": _quantile((found.high - found.low)[here], weight, 0.5),
                "coverage_80": float(f"{np.average(inside[here], weights=weight):.4g}"),
                "factor_missing": _quantile(found.need[here], weight, 0.8),
            }
        )
    return out


def _quantile(x: Array, weight: Array, share: float) -> float:
    order = np.argsort(x)
    total = np.cumsum(weight[order])
    return float(f"{x[order][min(np.searchsorted(total, share * total[-1]), len(x) - 1)]:.4g}")


def spread_decay(evidence: Evidence) -> float:
    """Power of labels per class by which published spreads over runs fall.

    Notes
    -----
    Median regression of log10 of std / sqrt(z (1 - z)) on log10 labels per class, over the points
    of accuracy-like metrics with a published standard deviation.
    """
    lookup = lookup_of(evidence)
    frame = usable(evidence.table("curves"), lookup)
    rows = points_of(evidence).rows
    factor = np.array(columns_from_frame(frame, lookup)["factor"], float)
    std = np.array([to_number(x) for x in frame["std"]], float) * factor / rows.chance
    z = scales.to_error(rows.y, 1.0)
    keep = np.isin(rows.group.astype(str), list(scales.ACCURACY_LIKE)) & (std > 0)
    keep &= ~rows.n_unknown.astype(bool) & ~rows.no_labels.astype(bool) & (z < 1)
    target = np.log10(std[keep] / np.sqrt(z[keep] * (1 - z[keep])))
    x = np.column_stack([np.ones(len(target)), np.clip(rows.log_per_class[keep], *DECAYS)])
    x = x.astype(float)
    beta = np.array([np.median(target), 0.0])
    for _ in range(STEPS):
        pull = x / np.maximum(np.abs(target - x @ beta), LEAST_RESIDUAL)[:, None]
        beta = np.linalg.solve(pull.T @ x, pull.T @ target)
    return float(f"{max(-beta[1], 0.0):.4g}")
