"""Leave one source out: what the model says of a source it has not seen, from one inverse."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from estimator.engine.accuracy.kernel import Component, covariance
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.lab.accuracy.fit import capped


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


@dataclass(frozen=True)
class Solved:
    """The model over the rows that others are predicted from: ``used`` are their positions.

    ``precision`` is the inverse of their covariance, ``weights`` that times y less the centre.
    """

    used: Array
    train: Rows
    centre: float
    precision: Array
    weights: Array


_SOLVED: list[tuple[bytes, Solved]] = []


def solve(rows: Rows, sds: Mapping[Component, float], most: int) -> Solved:
    """One inverse over at most ``most`` rows of each source; the last one is kept."""
    used = capped(rows, most)
    train = rows.take(used)
    asked = hashlib.sha256(repr((train.content(), sorted(sds.items()))).encode()).digest()
    if not _SOLVED or _SOLVED[0][0] != asked:
        centre = float(np.median(train.y))
        _SOLVED.clear()
        precision = inverse(covariance(train, sds))
        weights = precision @ (train.y - centre)
        _SOLVED.append((asked, Solved(used, train, centre, precision, weights)))
    return _SOLVED[0][1]


def leave_one_source_out(
    rows: Rows,
    sds: Mapping[Component, float],
    most: int,
    progress: Callable[[float, str], None] | None = None,
    solved: Solved | None = None,
) -> list[HeldOut]:
    """Every source predicted from all others.

    Parameters
    ----------
    rows : Rows
        All points, y known.
    sds : mapping of component to standard deviation
    most : int
        Rows of a source that are predicted and that others are predicted from.
    progress : callable, optional
    solved : Solved, optional
        As `solve` gives it.

    Notes
    -----
    With P = K^-1 over the rows used and B a source: mean_B = y_B - P_BB^-1 (P y)_B and
    cov_B = P_BB^-1.
    """
    solved = solved or solve(rows, sds, most)
    train, out = solved.train, []
    names = sorted(set(train.source))
    for i, name in enumerate(names):
        mine = np.flatnonzero(train.source == name)
        small = np.linalg.inv(solved.precision[np.ix_(mine, mine)])
        mean = train.y[mine] - small @ solved.weights[mine]
        out.append(HeldOut(name, solved.used[mine], mean, small))
        if progress is not None:
            progress((i + 1) / len(names), name)
    return out


def leave_out_as_a_user(solved: Solved) -> list[HeldOut]:
    """Every data set of every source, predicted from the rest of the others: what a project is.

    Neither the source nor anything on the data set, by whomever, is known. Only the rows that
    others are predicted from are predicted.
    """
    train, weights = solved.train, solved.weights
    out = []
    for name, here, gone in as_users(solved):
        small = np.linalg.inv(solved.precision[np.ix_(gone, gone)])
        mean = train.y[gone[here]] - small[here] @ weights[gone]
        out.append(HeldOut(name, solved.used[gone[here]], mean, small[np.ix_(here, here)]))
    return out


def as_users(solved: Solved) -> Iterator[tuple[str, Array, Array]]:
    """Source, places of one of its data sets within what is left out, and what is left out."""
    source, dataset = solved.train.source.astype(str), solved.train.dataset.astype(str)
    for name in sorted(set(source)):
        mine = source == name
        for data in sorted(set(dataset[mine])):
            gone = np.flatnonzero(mine | (dataset == data))
            yield name, np.flatnonzero((mine & (dataset == data))[gone]), gone


def given(held: HeldOut, y: Array, seen: Array, wanted: Array) -> tuple[Array, Array]:
    """Mean and covariance of ``wanted`` rows (positions) once ``seen`` ones are measured."""
    mean, cov = held.mean, held.cov
    if len(seen) == 0:
        return mean[wanted], cov[np.ix_(wanted, wanted)]
    gain = np.linalg.solve(cov[np.ix_(seen, seen)], cov[np.ix_(seen, wanted)]).T
    shifted = mean[wanted] + gain @ (y[held.index[seen]] - mean[seen])
    return shifted, cov[np.ix_(wanted, wanted)] - gain @ cov[np.ix_(seen, wanted)]
