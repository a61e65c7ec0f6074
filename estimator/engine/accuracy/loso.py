"""Leave one source out: what the model says of a source it has not seen, from one inverse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from estimator.engine.accuracy.fit import capped
from estimator.engine.accuracy.kernel import Component, covariance, cross_covariance
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array


@dataclass(frozen=True)
class HeldOut:
    """Joint distribution of one source's rows given all other sources, row noise included."""

    source: str
    index: Array
    mean: Array
    cov: Array


def inverse(matrix: Array) -> Array:
    """Inverse of a covariance by Cholesky, shape (n, n)."""
    lower = np.asfortranarray(np.linalg.cholesky(matrix))
    out, info = lapack.dpotri(lower, lower=1, overwrite_c=1)
    if info != 0:
        raise np.linalg.LinAlgError("covariance is not positive definite")
    out = np.tril(out)
    return np.asarray(out + np.tril(out, -1).T)


def leave_one_source_out(
    rows: Rows,
    sds: Mapping[Component, float],
    most: int,
    progress: Callable[[float, str], None] | None = None,
) -> list[HeldOut]:
    """Every source predicted from all others.

    Parameters
    ----------
    rows : Rows
        All points, y known.
    sds : mapping of component to standard deviation
    most : int
        Rows a source may give to the prediction of others; all its rows are predicted.
    progress : callable, optional

    Notes
    -----
    With P = K^-1 over the rows used and B a source: mean_B = y_B - P_BB^-1 (P y)_B and
    cov_B = P_BB^-1; sources larger than ``most`` are predicted through the inverse without B.
    """
    used = capped(rows, most)
    train = rows.take(used)
    centre = float(np.median(train.y))
    precision = inverse(covariance(train, sds))
    weights = precision @ (train.y - centre)
    out = []
    names = sorted(set(rows.source))
    for i, name in enumerate(names):
        inside = np.flatnonzero(train.source == name)
        whole = np.flatnonzero(rows.source == name)
        small = np.linalg.inv(precision[np.ix_(inside, inside)])
        if len(whole) == len(inside):
            out.append(HeldOut(name, whole, train.y[inside] - small @ weights[inside], small))
        else:
            outside = np.flatnonzero(train.source != name)
            mixed = precision[np.ix_(outside, inside)]
            rest = precision[np.ix_(outside, outside)] - mixed @ small @ mixed.T
            target, others = rows.take(whole), train.take(outside)
            cross = cross_covariance(target, others, sds)
            gain = cross @ rest
            mean = centre + gain @ (others.y - centre)
            out.append(HeldOut(name, whole, mean, covariance(target, sds) - gain @ cross.T))
        if progress is not None:
            progress((i + 1) / len(names), name)
    return out


def given(held: HeldOut, y: Array, seen: Array, wanted: Array) -> tuple[Array, Array]:
    """Mean and covariance of ``wanted`` rows (positions) once ``seen`` ones are measured."""
    mean, cov = held.mean, held.cov
    if len(seen) == 0:
        return mean[wanted], cov[np.ix_(wanted, wanted)]
    gain = np.linalg.solve(cov[np.ix_(seen, seen)], cov[np.ix_(seen, wanted)]).T
    shifted = mean[wanted] + gain @ (y[held.index[seen]] - mean[seen])
    return shifted, cov[np.ix_(wanted, wanted)] - gain @ cov[np.ix_(seen, wanted)]
