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


@dataclass(frozen=True)
class Widths:
    """Prior standard deviation of the effects of each group, and scatter of single rows by kind.

    Chosen by the error of left-out sources; the scatter also tempers the many rows of one source,
    which agree with each other more than with the next source.
    """

    prior_sd: Mapping[str, float]
    noise_sd: Mapping[str, float]


@dataclass(frozen=True)
class Design:
    """Rows of features as a matrix, with the prior variance of every column."""

    names: tuple[str, ...]
    matrix: Array
    groups: tuple[str, ...]
    prior_var: Array


def design(rows: Sequence[Mapping[str, float]], prior_sd: Mapping[str, float]) -> Design:
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


def noise_variance(noise: Sequence[str], noise_sd: Mapping[str, float]) -> Array:
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
    return Posterior(d.names, cov @ (xw.T @ y), np.asarray(cov, dtype=np.float64), weights)
