"""One project: its rows, what is measured of them, and the joint distribution of the rest."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from estimator.engine.accuracy.kernel import covariance, noise_variance
from estimator.engine.accuracy.posterior import Posterior
from estimator.engine.accuracy.rows import Rows, concatenate
from estimator.engine.accuracy.scales import ACCURACY_LIKE, Array

JITTER = 1e-9
FEW = 2.0
"""log10 labels per class below which a curve's places tell each other less."""


@dataclass(frozen=True, eq=False)
class Block:
    """Joint normal distribution of some rows' y without the noise of single rows.

    ``noise`` is the variance of a measured row about its curve, at the level it was measured at;
    ``free`` its part that does not depend on the level. Shapes (n,).
    """

    mean: Array
    cov: Array
    noise: Array
    free: Array


def predict_block(
    posterior: Posterior,
    wanted: Rows,
    observed: Rows | None = None,
    extra_noise: Array | None = None,
    shared_variance: Array | None = None,
) -> Block:
    """Distribution of ``wanted`` rows given ``observed`` ones of the same project or data set.

    Parameters
    ----------
    posterior : Posterior
    wanted : Rows
        n rows; their y is not looked at.
    observed : Rows, optional
        Rows with y measured.
    extra_noise : array, optional
        Variance added to each observed row, for example of a small test set.
    shared_variance : array, optional
        Variance of one more effect by row of ``wanted`` and ``observed``, common to those above 0.
    """
    n = len(wanted)
    both = wanted if observed is None or len(observed) == 0 else concatenate([wanted, observed])
    phi = posterior.design(both)
    mean = posterior.centre + phi @ posterior.mean
    used = np.flatnonzero(phi.any(axis=0))
    cov = phi[:, used] @ posterior.covariance[np.ix_(used, used)] @ phi[:, used].T
    cov += covariance(both, posterior.sds, posterior.known, noise=False)
    if shared_variance is not None:
        sd = np.sqrt(shared_variance)
        cov += np.outer(sd, sd)
    noise = noise_variance(both, posterior.sds)
    unread = wanted.with_(y=np.full(n, np.nan))
    free = noise_variance(unread, posterior.sds)
    if observed is None or len(observed) == 0:
        return Block(mean, cov, noise, free)
    seen = cov[n:, n:] + np.diag(noise[n:] + JITTER)
    if extra_noise is not None:
        seen[np.diag_indices(len(observed))] += extra_noise
    factor = cho_factor(seen, lower=True)
    cross = cov[n:, :n]
    shift = cross.T @ cho_solve(factor, observed.y - mean[n:])
    left = cov[:n, :n] - cross.T @ cho_solve(factor, cross)
    return Block(mean[:n] + shift, left, noise[:n], free)


@dataclass(frozen=True)
class Question:
    """What `predict_block` is asked; equal where every number and name of it is the same."""

    posterior: Posterior
    content: Hashable
    wanted: Rows = field(compare=False)
    observed: Rows | None = field(compare=False)
    extra_noise: Array | None = field(compare=False)
    shared_variance: Array | None = field(compare=False)


def remembered_block(
    posterior: Posterior,
    wanted: Rows,
    observed: Rows | None = None,
    extra_noise: Array | None = None,
    shared_variance: Array | None = None,
) -> Block:
    """As `predict_block`; the last few answers are kept.

    A project's knots do not depend on its numbers of labels, prices or limits, so most changes of
    a scenario ask the same again.
    """
    content = (
        wanted.content(),
        None if observed is None else observed.content(),
        None if extra_noise is None else extra_noise.tobytes(),
        None if shared_variance is None else shared_variance.tobytes(),
    )
    return _answered(Question(posterior, content, wanted, observed, extra_noise, shared_variance))


@lru_cache(maxsize=8)
def _answered(q: Question) -> Block:
    return predict_block(q.posterior, q.wanted, q.observed, q.extra_noise, q.shared_variance)


def root(cov: Array) -> Array:
    """Lower-triangular-like root of a covariance that may be singular, shape (n, n)."""
    scale = float(np.trace(cov)) / max(len(cov), 1)
    return np.asarray(np.linalg.cholesky(cov + np.eye(len(cov)) * (1e-8 * scale + 1e-12)))


def spread_apart(cov: Array, count: int, shared: float) -> Array:
    """Covariance with only the share ``shared`` of what ``count`` different curves have in common.

    The rows are the curves one after the other, each at the same knots. Every curve by itself keeps
    its distribution; differences between curves become wider.
    """
    if count < 2 or shared == 1.0:
        return cov
    curve = np.repeat(np.arange(count), len(cov) // count)
    return np.asarray(np.where(curve[:, None] == curve[None, :], cov, shared * cov))


def along_labels(group: Array, place: Array, own: Mapping[str, float]) -> Array:
    """Coordinates of rows along their curves: as far as two differ, as little they tell each other.

    Parameters
    ----------
    group : array of str, shape (n,)
        Kind of metric of each row.
    place : array, shape (n,)
        log10 labels per class of each row.
    own : mapping
        data/fits/accuracy_own.json; ``loosening`` is the rate at which the correlation falls with
        the distance of two places, per decade, and ``loosening_few`` what is added to it below
        100 labels per class where the metric counts right classes.

    Returns
    -------
    array, shape (2, n)
    """
    place = place.astype(float)
    like = np.isin(group.astype(str), list(ACCURACY_LIKE))
    few = np.where(like, np.minimum(place, FEW), FEW)
    return np.stack([own["loosening"] * place, own["loosening_few"] * few])


def widened(cov: Array, factor: Array, along: Array) -> Array:
    """Covariance as wide as left-out sources ask for, and looser along the labels.

    Parameters
    ----------
    cov : array, shape (n, n)
    factor : array, shape (n,)
        On the standard deviation of each row.
    along : array, shape (2, n)
        Of ``along_labels``.
    """
    fall = np.abs(along[:, :, None] - along[:, None, :]).sum(axis=0)
    return np.asarray(cov * np.outer(factor, factor) * np.exp(-fall))
