"""The utilisation model: a robust linear mixed model of log(device-hours over ideal hours)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimator.engine.distributions import Array

IntArray = NDArray[np.int64]
STUDENT_DF = 4.0
WEIGHT_RANGE = (0.1, 1.25)
N_REWEIGHTINGS = 3
NOISE = ("stated", "secondary", "assumed")

PRIOR_SD: Mapping[str, float] = {
    "intercept": 5.0, "approach": 0.0117, "arch": 0.012, "arch_precision": 0.0819,
    "balance": 0.1953, "balance_group": 0.104, "batch": 0.9, "device": 0.1875,
    "devices": 0.0125, "devices_group": 0.052, "family": 0.4, "gflop": 0.5869,
    "group": 0.0183, "group_approach": 0.0115, "group_arch": 0.0143, "group_precision": 0.0237,
    "guess": 0.063, "publisher": 0.65, "publisher_family": 0.7, "scale": 0.9, "seq": 0.5385,
    "setting": 0.012, "setting_group": 0.0427, "size": 0.3077, "small": 0.0244,
    "source": 0.1563, "source_model": 0.0938, "step": 0.0106, "tuned": 0.9,
    "tuned_group": 0.0125, "year": 0.6,
}  # fmt: skip
"""Prior standard deviation of the effects of each group, chosen by leave-one-source-out error
(tuning.py); the groups that the search shrank to nothing stay in as wide as it left them."""

NOISE_SD: Mapping[str, float] = {"stated": 0.65, "secondary": 0.25, "assumed": 1.0}
"""Scatter of single rows by kind, chosen in the same search; it also tempers the many rows of
one source, which agree with each other more than with the next source."""


@dataclass(frozen=True)
class Design:
    """Rows of features as a matrix, with the prior variance of every column."""

    names: tuple[str, ...]
    matrix: Array
    groups: tuple[str, ...]
    prior_var: Array


def design(rows: Sequence[Mapping[str, float]], prior_sd: Mapping[str, float] = PRIOR_SD) -> Design:
    """Matrix of feature rows; columns in sorted order."""
    columns = tuple(sorted({k for r in rows for k in r}))
    where = {c: j for j, c in enumerate(columns)}
    x = np.zeros((len(rows), len(columns)))
    for i, row in enumerate(rows):
        for key, value in row.items():
            x[i, where[key]] = value
    groups = tuple(c.split("|")[0] for c in columns)
    return Design(columns, x, groups, np.array([prior_sd[g] ** 2 for g in groups]))


@dataclass(frozen=True)
class Posterior:
    """Coefficients after the fit: mean and covariance of the effects, weights of the rows."""

    names: tuple[str, ...]
    mean: Array
    cov: Array
    weights: Array


def noise_variance(noise: Sequence[str], noise_sd: Mapping[str, float] = NOISE_SD) -> Array:
    """Noise variance of rows by their kind."""
    return np.array([noise_sd[n] ** 2 for n in noise])


def row_weights(d: Design, y: Array, noise_var: Array) -> Array:
    """Student-t weights from leave-one-row-out residuals: outliers count less.

    ``w = (df + 1) / (df + r^2 / v)`` with 4 degrees of freedom, three rounds.
    """
    w = np.ones(len(y))
    k = (d.matrix * d.prior_var) @ d.matrix.T
    for _ in range(N_REWEIGHTINGS):
        q = np.linalg.inv(k + np.diag(noise_var / w))
        var = 1.0 / np.diag(q)
        residual = (q @ y) * var
        var = var - noise_var / w + noise_var
        w = np.clip((STUDENT_DF + 1) / (STUDENT_DF + residual**2 / var), *WEIGHT_RANGE)
    return np.asarray(w)


def fit_effects(d: Design, y: Array, noise_var: Array, weights: Array) -> Posterior:
    """Posterior of the effects: ridge regression with the prior variances of the groups."""
    xw = d.matrix * (weights / noise_var)[:, None]
    a = xw.T @ d.matrix
    a[np.diag_indices_from(a)] += 1.0 / d.prior_var
    cov = np.linalg.inv(a)
    return Posterior(d.names, cov @ (xw.T @ y), cov, weights)


def leave_out(
    d: Design, y: Array, noise_var: Array, weights: Array, source: IntArray
) -> tuple[Array, Array]:
    """Predictions of every row from all other sources: mean and variance of y.

    Exact for given prior variances: with K = X D X' + S and Q = K^-1, the residuals of a
    left-out block B are Q_BB^-1 (Q y)_B and its predictive covariance is Q_BB^-1.
    """
    k = (d.matrix * d.prior_var) @ d.matrix.T
    k[np.diag_indices_from(k)] += noise_var / weights
    q = np.linalg.inv(k)
    qy = q @ y
    mean, var = np.empty_like(y), np.empty_like(y)
    for s in np.unique(source):
        b = np.flatnonzero(source == s)
        block = np.linalg.inv(q[np.ix_(b, b)])
        mean[b] = y[b] - block @ qy[b]
        var[b] = np.diag(block) - noise_var[b] / weights[b] + noise_var[b]
    return mean, var
