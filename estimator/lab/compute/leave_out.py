"""Predictions of every run from all other sources, in closed form."""

from __future__ import annotations

import numpy as np

from estimator.engine.compute.model import Design, IntArray
from estimator.engine.distributions import Array


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
