"""Predictions of left-out sources, row by row: with none, one or two own points; pairs; labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.calibration import factor_of
from estimator.engine.accuracy.kernel import Component, level_variance, noise_variance
from estimator.engine.accuracy.loso import HeldOut
from estimator.engine.accuracy.paths import falling
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90, Draws

MOST_POINTS = 60
MOST_PAIRS = 60
"""Pairs of one data set, metric and number of labels that count, spread over all of them."""


@dataclass(frozen=True)
class Predicted:
    """Rows of left-out sources: positions in the table, mean and sd of y before calibration."""

    index: Array
    mean: Array
    sd: Array


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


def predict_rows(
    rows: Rows,
    held: Sequence[HeldOut],
    sds: Mapping[Component, float],
    noise: Noise,
    n_pilots: int,
) -> Predicted:
    """Every row of every left-out source, given the curve's ``n_pilots`` smallest points."""
    index, mean, var = [], [], []
    for source in held:
        if n_pilots == 0:
            index.append(source.index)
            mean.append(source.mean)
            var.append(np.diag(source.cov) - noise.measured[source.index])
            continue
        members = rows.take(source.index)
        for curve in own_curves(members):
            n = members.n_labelled[curve]
            curve, n = curve[~np.isnan(n)], n[~np.isnan(n)]
            sizes = np.unique(n)
            if len(sizes) <= n_pilots:
                continue
            seen = np.array([curve[n == size][0] for size in sizes[:n_pilots]])
            wanted = curve[n > sizes[n_pilots - 1]]
            middle, cov = latent_given(source, rows.y, noise, seen, wanted)
            index.append(source.index[wanted])
            mean.append(middle)
            var.append(np.diag(cov))
    at, middle = np.concatenate(index), np.concatenate(mean)
    level = level_variance(rows.take(at), middle, sds)
    sd = np.sqrt(np.maximum(np.concatenate(var) + noise.free[at] + level, 1e-9))
    return Predicted(at, middle, sd)


def latent_given(
    held: HeldOut, y: Array, noise: Noise, seen: Array, wanted: Array
) -> tuple[Array, Array]:
    """Mean and covariance of the curve itself at ``wanted`` once ``seen`` rows are measured."""
    cov = held.cov[np.ix_(wanted, wanted)] - np.diag(noise.measured[held.index[wanted]])
    if len(seen) == 0:
        return held.mean[wanted], cov
    cross = held.cov[np.ix_(seen, wanted)]
    gain = np.linalg.solve(held.cov[np.ix_(seen, seen)], cross).T
    return held.mean[wanted] + gain @ (y[held.index[seen]] - held.mean[seen]), cov - gain @ cross


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


def scales_of(fit: Mapping[str, object], rows: Rows, found: Predicted, n_pilots: int) -> Array:
    """Calibration factor of each predicted row."""
    return np.array([factor_of(fit, str(t), n_pilots) for t in rows.task[found.index]])


def pair_table(
    rows: Rows,
    held: Sequence[HeldOut],
    noise: Noise,
    calibration: Mapping[str, float] | None = None,
) -> dict[str, Array]:
    """Pairs of approaches on the same data, metric and labels: P(first better) and the outcome.

    Rows without own labels compete with one another. ``calibration`` widens the curves as the
    estimates of a scenario do: by task, ``all`` for the others.
    """
    factors = calibration or {"all": 1.0}
    out: dict[str, list[Array]] = {"p": [], "truth": [], "source": [], "task": []}
    for source in held:
        members = rows.take(source.index)
        variance = noise.free[source.index]
        for first, second in _pairs(members):
            spread = source.cov[first, first] + source.cov[second, second]
            spread -= noise.measured[source.index[first]] + noise.measured[source.index[second]]
            spread -= 2 * source.cov[first, second]
            spread *= _factors(factors, members, first) ** 2
            spread += variance[first] + variance[second]
            gap = source.mean[second] - source.mean[first]
            out["p"].append(ndtr(gap / np.sqrt(np.maximum(spread, 1e-9))))
            out["truth"].append(members.y[first] < members.y[second])
            out["source"].append(members.source[first].astype(str))
            out["task"].append(members.task[first].astype(str))
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


def label_needs(
    rows: Rows, held: Sequence[HeldOut], noise: Noise, scale: float, n_draws: int = 256
) -> dict[str, Array]:
    """Labels needed for a value that a left-out curve really reached, with half its points given.

    The target is the value at the middle one of the later points; ``actual`` the labels at that
    point, ``p50`` and ``p90`` what the model says from the first half of the points.
    """
    draws = Draws(n_draws, 0)
    z = np.stack([draws.normal(f"accuracy.needs.{k}")[1:] for k in range(MOST_POINTS)])
    out: dict[str, list[float]] = {"actual": [], "p50": [], "p90": []}
    for source in held:
        members = rows.take(source.index)
        for curve in own_curves(members):
            n = members.n_labelled[curve]
            curve = curve[~np.isnan(n) & (n > 0)]
            curve = curve[np.argsort(members.n_labelled[curve], kind="stable")]
            curve = curve[
                np.concatenate([[True], np.diff(members.n_labelled[curve]) > 0])[: len(curve)]
            ]
            if not 4 <= len(curve) <= MOST_POINTS:
                continue
            half = len(curve) // 2
            seen, later = curve[:half], curve[half:]
            goal = later[len(later) // 2]
            y = rows.y[source.index]
            if y[goal] >= y[seen].min():
                continue
            mean, cov = latent_given(source, rows.y, noise, seen, later)
            root = np.linalg.cholesky(scale**2 * cov + 1e-9 * np.eye(len(later)))
            curves = falling(mean[:, None] + root @ z[: len(later)])
            needed = _crossing(np.log10(members.n_labelled[later]), curves, float(y[goal]))
            out["actual"].append(float(members.n_labelled[goal]))
            out["p50"].append(float(np.quantile(needed, 0.5, method="higher")))
            out["p90"].append(float(np.quantile(needed, 0.9, method="higher")))
    return {k: np.array(v) for k, v in out.items()}


def _crossing(x: Array, draws: Array, goal: float) -> Array:
    """Labels at which each falling draw first reaches ``goal``, straight in log labels.

    Beyond the last point each draw goes on with its mean slope over all of them.
    """
    if len(x) < 2:
        return np.where(draws[0] <= goal, 10 ** x[0], np.inf)
    above = (draws > goal).sum(0)
    low = np.clip(above - 1, 0, len(x) - 2)
    k = np.arange(draws.shape[1])
    fall = (draws[low, k] - draws[low + 1, k]) / (x[low + 1] - x[low])
    beyond = above == len(x)
    fall = np.where(beyond, (draws[0] - draws[-1]) / (x[-1] - x[0]), fall)
    start = np.where(beyond, x[-1], x[low])
    height = np.where(beyond, draws[-1], draws[low, k])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = np.where(fall > 0, 10 ** (start + (height - goal) / fall), np.inf)
    return np.asarray(np.where(above == 0, 10 ** x[0], found))
