"""The utilisation model: a robust linear mixed model of log(device-hours over ideal hours)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimator.engine.distributions import Array

IntArray = NDArray[np.int64]
STUDENT_DF = 4.0
FIXED = "intercept"
HEAVY_TAILED = ("source", "source_model", "family", "device")


@dataclass(frozen=True)
class Design:
    """Rows of features as a matrix, with the prior group of every column."""

    names: tuple[str, ...]
    matrix: Array
    groups: tuple[str, ...]
    group_of: IntArray


def design(rows: Sequence[Mapping[str, float]], names: Sequence[str] | None = None) -> Design:
    """Matrix of feature rows; columns in sorted order, or those given (others are dropped)."""
    columns = tuple(names) if names is not None else tuple(sorted({k for r in rows for k in r}))
    where = {c: j for j, c in enumerate(columns)}
    x = np.zeros((len(rows), len(columns)))
    for i, row in enumerate(rows):
        for key, value in row.items():
            j = where.get(key)
            if j is not None:
                x[i, j] = value
    groups = tuple(sorted({c.split("|")[0] for c in columns}))
    index = {g: k for k, g in enumerate(groups)}
    group_of = np.array([index[c.split("|")[0]] for c in columns], dtype=np.int64)
    return Design(columns, x, groups, group_of)


@dataclass(frozen=True)
class Posterior:
    """Coefficients of the utilisation model after the fit.

    ``tau2`` prior variance by group, ``sigma2`` noise variance by noise class.
    """

    design_names: tuple[str, ...]
    mean: Array
    cov: Array
    prior_weight: Array
    tau2: Mapping[str, float]
    sigma2: Array
    weights: Array


def fit_mixed(
    d: Design, y: Array, noise_class: IntArray, n_iterations: int,
    progress: Callable[[float], None] | None = None,
) -> Posterior:  # fmt: skip
    """Expectation-maximisation of variance components with Student-t weights.

    ``y = X b + e``; b_j ~ N(0, tau2[group j]); e_i ~ N(0, sigma2[class i] / w_i) with w_i from a
    Student-t of 4 degrees of freedom. The intercept has a wide fixed prior.
    """
    n_class = int(noise_class.max()) + 1
    tau2 = np.full(len(d.groups), 0.1)
    sigma2 = np.full(n_class, 0.2)
    w = np.ones(len(y))
    prior_weight = np.ones(len(d.names))
    fixed = [k for k, g in enumerate(d.groups) if g == FIXED]
    for step in range(n_iterations):
        tau2[fixed] = 25.0
        precision = w / sigma2[noise_class]
        xw = d.matrix * precision[:, None]
        a = xw.T @ d.matrix
        a[np.diag_indices_from(a)] += prior_weight / tau2[d.group_of]
        cov = np.linalg.inv(a)
        mean = cov @ (xw.T @ y)
        residual = y - d.matrix @ mean
        leverage = np.einsum("ij,jk,ik->i", d.matrix, cov, d.matrix, optimize=True)
        second = residual**2 + leverage
        moment = mean**2 + np.diag(cov)
        for k in range(len(d.groups)):
            cols = d.group_of == k
            tau2[k] = max(float(np.mean(prior_weight[cols] * moment[cols])), 1e-5)
            if d.groups[k] in HEAVY_TAILED:
                prior_weight[cols] = (STUDENT_DF + 1) / (STUDENT_DF + moment[cols] / tau2[k])
        w = (STUDENT_DF + 1) / (STUDENT_DF + second / sigma2[noise_class])
        for c in range(n_class):
            rows = noise_class == c
            if rows.any():
                sigma2[c] = max(float(np.mean(w[rows] * second[rows])), 1e-3)
        if progress:
            progress((step + 1) / n_iterations)
    tau2[fixed] = 25.0
    return Posterior(
        d.names,
        mean,
        cov,
        prior_weight,
        {g: float(t) for g, t in zip(d.groups, tau2, strict=True)},
        sigma2,
        w,
    )


def leave_out(
    d: Design, y: Array, noise_class: IntArray, post: Posterior, source: IntArray
) -> tuple[Array, Array]:
    """Predictions of every row from all other sources: mean and variance of y.

    Exact for fixed variance components: with K = X D X' + S and Q = K^-1, the residuals of a
    left-out block B are Q_BB^-1 (Q y)_B and its predictive covariance is Q_BB^-1.
    """
    tau2 = np.array([post.tau2[g] for g in d.groups])[d.group_of] / post.prior_weight
    k = (d.matrix * tau2) @ d.matrix.T
    k[np.diag_indices_from(k)] += post.sigma2[noise_class] / post.weights
    q = np.linalg.inv(k)
    qy = q @ y
    mean, var = np.empty_like(y), np.empty_like(y)
    noise = post.sigma2[noise_class]
    for s in np.unique(source):
        b = np.flatnonzero(source == s)
        block = np.linalg.inv(q[np.ix_(b, b)])
        mean[b] = y[b] - block @ qy[b]
        var[b] = np.diag(block) - noise[b] / post.weights[b] + noise[b]
    return mean, var
