"""One curve by itself: extrapolation averaged over many classic forms, without any evidence.

Every form is e(n) with T(e) = log((e - c) / (e0 - e)) = log a - b log(n + d): the shifted power law
with floor c for e0 = infinity, a sigmoid from the level e0 otherwise. For fixed (c, e0, d) it is
linear in (log a, b), so each is solved exactly and all are weighted by their marginal likelihood.
"""

from __future__ import annotations

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.scales import Array

FLOORS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.72, 0.82, 0.9, 0.95)
"""Floor as a share of the smallest error measured."""
CEILINGS = (np.inf, 4.0, 2.0, 1.4, 1.15, 1.03)
"""Level without labels as a multiple of the largest error measured."""
SHIFTS = (0.0, 0.5, 2.0)
"""Shift of n as a multiple of the smallest n measured."""
NOISES = (0.01, 0.03, 0.08, 0.2)
"""Scatter of one measured error, as a share of it."""
EXPONENT_MEAN, EXPONENT_SD = 0.45, 0.25
LEVEL_SD = 3.0
TAIL_POWER = 0.85
"""Weight of a point rises with this power of n: the far end says most about what follows."""

WIDENING = 1.35
"""Factor on both halves of the interval: forms that share a fault are less sure than they seem."""


def extrapolate(n: Array, value: Array, wanted: Array, group: str) -> Array:
    """p10, p50 and p90 of a curve at other numbers of labels.

    Parameters
    ----------
    n, value : array, shape (m,)
        Measured points, in the unit of the table.
    wanted : array, shape (k,)
    group : str
        Metric group of scales.py; its direction is used where it is known.

    Returns
    -------
    array, shape (k, 3)
    """
    n, value, wanted = (np.asarray(x, float) for x in (n, value, wanted))
    lower, top = _frame(n, value, group)
    error = value if lower else top - value
    error = np.maximum(error, 1e-9 * max(top, 1.0))
    unit = float(np.exp(np.log(error).mean()))
    found = unit * _errors(n, error / unit, wanted)
    out = found if lower else top - found
    return np.asarray(np.sort(out, axis=1))


def _frame(n: Array, value: Array, group: str) -> tuple[bool, float]:
    """Whether the metric falls, and its perfect score in the unit of the values."""
    if group == "other":
        falls = len(n) > 1 and np.polyfit(np.log(n), value, 1)[0] < 0
        if falls:
            return True, 0.0
    elif group in scales.LOWER_IS_BETTER:
        return True, 0.0
    largest = float(np.max(np.abs(value)))
    top = next((t for t in (1.0, 100.0) if largest <= t), 1.3 * largest)
    return False, top


def _errors(n: Array, error: Array, wanted: Array) -> Array:
    """Percentiles of the error at ``wanted``, shape (k, 3)."""
    floors, ceilings, shifts, noises = (
        g.ravel()
        for g in np.meshgrid(
            np.array(FLOORS) * error.min(),
            np.array(CEILINGS) * error.max(),
            np.array(SHIFTS) * n.min(),
            np.array(NOISES),
            indexing="ij",
        )
    )
    c, e0, d, noise = (x[:, None] for x in (floors, ceilings, shifts, noises))
    centre = float(np.log(n).mean())
    x = np.log(n + d) - centre
    t, slope = _transform(error, c, e0)
    weight = (slope * noise) ** -2 * (n / n.max()) ** TAIL_POWER
    mean, cov, evidence = _solve(x, t, weight, np.log(slope))
    evidence = evidence + _prior(floors / error.min(), ceilings / error.max(), shifts / n.min())
    share = np.exp(evidence - evidence.max())
    share /= share.sum()
    at = np.log(wanted[None, :] + d) - centre
    middle = mean[:, :1] - mean[:, 1:] * at
    var = cov[:, 0, None] - 2 * cov[:, 1, None] * at + cov[:, 2, None] * at**2
    return _mixture(middle, np.sqrt(np.maximum(var, 0)), share, c, e0, noise)


def _transform(error: Array, c: Array, e0: Array) -> tuple[Array, Array]:
    """T(e) and its change per relative change of e, shape (forms, m)."""
    above = error - c
    if_open = np.log(above)
    with np.errstate(divide="ignore", invalid="ignore"):
        closed = np.log(above) - np.log(e0 - error)
        slope = error / above + np.where(np.isinf(e0), 0.0, error / (e0 - error))
    return np.where(np.isinf(e0), if_open, closed), slope


def _solve(x: Array, t: Array, weight: Array, log_jacobian: Array) -> tuple[Array, Array, Array]:
    """Posterior of (log a, b) with T = log a - b x, and the log marginal likelihood of e."""
    prior = np.array([1 / LEVEL_SD**2, 1 / EXPONENT_SD**2])
    s0 = weight.sum(1) + prior[0]
    s1 = -(weight * x).sum(1)
    s2 = (weight * x**2).sum(1) + prior[1]
    r0 = (weight * t).sum(1)
    r1 = -(weight * t * x).sum(1) + prior[1] * EXPONENT_MEAN
    det = s0 * s2 - s1**2
    a = (s2 * r0 - s1 * r1) / det
    b = (s0 * r1 - s1 * r0) / det
    residual = t - (a[:, None] - b[:, None] * x)
    misfit = (weight * residual**2).sum(1)
    pull = prior[0] * a**2 + prior[1] * (b - EXPONENT_MEAN) ** 2
    evidence = 0.5 * np.log(weight).sum(1) + log_jacobian.sum(1)
    evidence += -0.5 * np.log(det) - 0.5 * (misfit + pull)
    cov = np.stack([s2 / det, -s1 / det, s0 / det], 1)
    return np.stack([a, b], 1), cov, evidence


def _prior(floor: Array, ceiling: Array, shift: Array) -> Array:
    """Log prior of the forms: low floors and open ends first."""
    return np.asarray(-1.0 * floor - np.where(np.isinf(ceiling), 0.0, 0.25) - 0.1 * np.sqrt(shift))


def _mixture(middle: Array, sd: Array, share: Array, c: Array, e0: Array, noise: Array) -> Array:
    """Percentiles of the weighted forms, by 9 normal nodes each, shape (k, 3)."""
    nodes = np.linspace(-2.4, 2.4, 9)
    node_share = np.exp(-0.5 * nodes**2)
    node_share /= node_share.sum()
    keep = np.argsort(-share)[:400]
    u = np.exp(middle[keep][:, :, None] + sd[keep][:, :, None] * nodes)
    ceiling, floor = e0[keep][:, :, None], c[keep][:, :, None]
    with np.errstate(invalid="ignore"):
        closed = (floor + ceiling * u) / (1 + u)
    error = np.where(np.isinf(ceiling), floor + u, closed)
    error = error * (1 + noise[keep][:, :, None] * nodes[::-1])
    weight = (share[keep][:, None] * node_share).ravel()
    out = np.empty((error.shape[1], 3))
    for k in range(error.shape[1]):
        e = error[:, k, :].ravel()
        order = np.argsort(e)
        cumulated = np.cumsum(weight[order])
        cumulated = (cumulated - 0.5 * weight[order]) / cumulated[-1]
        out[k] = np.interp([0.1, 0.5, 0.9], cumulated, e[order])
    low, high = out[:, 0] - out[:, 1], out[:, 2] - out[:, 1]
    out[:, 0] = np.maximum(out[:, 1] + WIDENING * low, 0.0)
    out[:, 2] = out[:, 1] + WIDENING * high
    return out
