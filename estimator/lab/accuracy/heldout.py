"""Predictions of left-out sources, row by row: with none, one or more own points; pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.block import along_labels, widened
from estimator.engine.accuracy.calibration import Predicted
from estimator.engine.accuracy.kernel import Component, level_variance, noise_variance
from estimator.engine.accuracy.measured import run_spread
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.widths import factors_of
from estimator.engine.distributions import Z90
from estimator.lab.accuracy.loso import HeldOut

MOST_PAIRS = 60
"""Pairs of one data set, metric and number of labels that count, spread over all of them."""


@dataclass(frozen=True)
class Noise:
    """Row noise at the measured level, and its part that does not depend on the level."""

    measured: Array
    free: Array


def row_noise(rows: Rows, sds: Mapping[Component, float]) -> Noise:
    """Noise variance of every row."""
    blank = rows.with_(y=np.full(len(rows), np.nan))
    return Noise(noise_variance(rows, sds), noise_variance(blank, sds))


def own_curves(rows: Rows) -> list[Array]:
    """Positions of each curve (one curve id, metric and variant)."""
    keys = np.array(
        [f"{c}|{m}|{v}" for c, m, v in zip(rows.curve, rows.metric, rows.variant, strict=True)]
    )
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1
    return list(np.split(order, cuts))


@dataclass(frozen=True)
class Belief:
    """How own points are read: factors on standard deviations by task, and the shipped own fit.

    ``known`` are the factors of data sets that others ``published`` too, as the product takes them.
    """

    factors: Mapping[str, float]
    own: Mapping[str, float]
    known: Mapping[str, float] | None = None
    published: frozenset[str] = frozenset()

    def factor(self, rows: Rows) -> Array:
        """Factor on the standard deviation of each row."""
        new = factors_of(self.factors, rows)
        if self.known is None:
            return new
        shared = np.isin(rows.dataset.astype(str), list(self.published))
        return np.where(shared, factors_of(self.known, rows), new)


def predict_rows(
    rows: Rows,
    held: Sequence[HeldOut],
    sds: Mapping[Component, float],
    noise: Noise,
    n_pilots: int = 0,
    belief: Belief | None = None,
) -> Predicted:
    """Every row of every left-out source, given the curve's ``n_pilots`` smallest points."""
    if n_pilots == 0 or belief is None:
        return _without_own(rows, held, sds, noise)
    found: list[tuple[Array, ...]] = []
    for source in held:
        members = rows.take(source.index)
        for curve in own_curves(members):
            n = members.n_labelled[curve]
            curve, n = curve[~np.isnan(n)], n[~np.isnan(n)]
            sizes = np.unique(n)
            if len(sizes) <= n_pilots:
                continue
            seen = np.array([curve[n == size][0] for size in sizes[:n_pilots]])
            wanted = curve[n > sizes[n_pilots - 1]]
            middle, var = given_own(source, members, noise, seen, wanted, belief)
            run = run_spread(members.log_per_class[wanted].astype(float), middle, belief.own)
            found.append((source.index[wanted], middle, np.sqrt(var + run**2)))
    at, middle, sd = (np.concatenate(column) for column in zip(*found, strict=True))
    return Predicted(at, middle, sd)


def _without_own(
    rows: Rows, held: Sequence[HeldOut], sds: Mapping[Component, float], noise: Noise
) -> Predicted:
    at = np.concatenate([s.index for s in held])
    middle = np.concatenate([s.mean for s in held])
    var = np.concatenate([np.diag(s.cov) - noise.measured[s.index] for s in held])
    level = level_variance(rows.take(at), middle, sds)
    return Predicted(at, middle, np.sqrt(np.maximum(var + noise.free[at] + level, 1e-9)))


def given_own(
    held: HeldOut, members: Rows, noise: Noise, seen: Array, wanted: Array, belief: Belief
) -> tuple[Array, Array]:
    """Mean and variance of the curve itself at ``wanted`` rows, given its own points ``seen``.

    Never worse in the middle than the best own point.
    """
    both = np.concatenate([seen, wanted])
    some = members.take(both)
    cov = held.cov[np.ix_(both, both)] - np.diag(noise.measured[held.index[both]])
    factor = belief.factor(some)
    place = some.log_per_class.astype(float)
    cov = widened(cov, factor, along_labels(some.group, place, belief.own))
    k, y = len(seen), some.y.astype(float)
    run = run_spread(place[:k], y[:k], belief.own)
    gain = np.linalg.solve(cov[:k, :k] + np.diag(run**2 + 1e-9), cov[:k, k:]).T
    mean = held.mean[wanted] + gain @ (y[:k] - held.mean[seen])
    var = np.diag(cov)[k:] - np.sum(gain * cov[k:, :k], axis=1)
    return np.minimum(mean, y[:k].min()), np.maximum(var, 0.0)


def in_points(rows: Rows, found: Predicted, scale: Array, error: Array) -> dict[str, Array]:
    """Errors and interval ends in points (percent of full scale), shape (n,) each."""
    chance = rows.chance[found.index]
    actual = error[found.index]
    p50 = scales.to_error(found.mean, chance)
    low = scales.to_error(found.mean - Z90 * scale * found.sd, chance)
    high = scales.to_error(found.mean + Z90 * scale * found.sd, chance)
    inside = (actual >= low - 1e-9) & (actual <= high + 1e-9)
    return {
        "error": 100 * np.abs(p50 - actual),
        "width": 100 * (high - low),
        "inside": inside,
        "task": rows.task[found.index].astype(str),
        "approach": rows.approach[found.index].astype(str),
        "group": rows.group[found.index].astype(str),
        "source": rows.source[found.index].astype(str),
    }


def pair_table(
    rows: Rows,
    held: Sequence[HeldOut],
    noise: Noise,
    calibration: Mapping[str, float] | None = None,
    shared: float = 1.0,
) -> dict[str, Array]:
    """Pairs of approaches on the same data, metric and labels: P(first better) and the outcome.

    Rows without own labels compete with one another. ``calibration`` widens the curves as the
    estimates of a scenario do: by task, ``all`` for the others; ``shared`` is the share kept of the
    covariance between approaches.
    ``points`` is how far the two published errors lie apart.
    """
    factors = calibration or {"all": 1.0}
    out: dict[str, list[Array]] = {"p": [], "truth": [], "source": [], "task": [], "points": []}
    for source in held:
        members = rows.take(source.index)
        variance = noise.free[source.index]
        for first, second in _pairs(members):
            spread = source.cov[first, first] + source.cov[second, second]
            spread -= noise.measured[source.index[first]] + noise.measured[source.index[second]]
            spread -= 2 * shared * source.cov[first, second]
            spread *= _factors(factors, members, first) ** 2
            spread += variance[first] + variance[second]
            gap = source.mean[second] - source.mean[first]
            out["p"].append(ndtr(gap / np.sqrt(np.maximum(spread, 1e-9))))
            out["truth"].append(members.y[first] < members.y[second])
            out["source"].append(members.source[first].astype(str))
            out["task"].append(members.task[first].astype(str))
            errors = scales.to_error(members.y, members.chance)
            out["points"].append(100 * np.abs(errors[first] - errors[second]))
    return {k: np.concatenate(v) for k, v in out.items()}


def _factors(table: Mapping[str, float], members: Rows, index: Array) -> Array:
    return np.array([table.get(str(t), table["all"]) for t in members.task[index]])


def _pairs(members: Rows) -> list[tuple[Array, Array]]:
    n = np.where(members.no_labels.astype(bool), -2.0, np.nan_to_num(members.n_labelled, nan=-1))
    keys = np.array(
        [f"{d}|{m}|{k}" for d, m, k in zip(members.dataset, members.metric, n, strict=True)]
    )
    out = []
    for key in sorted(set(keys)):
        here = np.flatnonzero(keys == key)
        i, j = np.triu_indices(len(here), 1)
        first, second = here[i], here[j]
        differ = members.approach[first] != members.approach[second]
        differ &= members.y[first] != members.y[second]
        first, second = first[differ], second[differ]
        if len(first) > MOST_PAIRS:
            pick = np.linspace(0, len(first) - 1, MOST_PAIRS).astype(int)
            first, second = first[pick], second[pick]
        if len(first):
            out.append((first, second))
    return out
