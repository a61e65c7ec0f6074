"""Mixed models whose points vary together in blocks: sums of a block, levels, deviance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from estimator.engine.accuracy.scales import Array

Covariance = Callable[[Sequence[Any], Sequence[Any], dict[str, float]], Array]
"""What two lists of members have in common, shape (a, b)."""


class Blocked(Protocol):
    """Points as arrays: ``x`` explains ``y``; each block is a list of rows that vary together."""

    @property
    def points(self) -> tuple[Any, ...]:
        """Each with its ``member``, whose ``cell`` names what is left."""

    @property
    def x(self) -> Array:
        """Shape (points, columns)."""

    @property
    def y(self) -> Array:
        """Shape (points,)."""

    @property
    def blocks(self) -> tuple[Array, ...]:
        """Rows of each block."""

    def prior(self, sd: dict[str, float]) -> Array:
        """Standard deviation of every column before the data."""


@dataclass(frozen=True)
class Sums:
    """What a block says of the columns."""

    precision: Array
    pull: Array
    squares: float
    log_det: float


def sums_of(d: Blocked, sd: dict[str, float], covariance: Covariance) -> list[Sums]:
    """What every block says, with ``sd['rest_<cell>']`` as a point's own deviation."""
    out = []
    for block in d.blocks:
        members = [d.points[i].member for i in block]
        cov = covariance(members, members, sd)
        cov[np.diag_indices(len(block))] += [sd[f"rest_{m.cell}"] ** 2 for m in members]
        low = np.linalg.cholesky(cov)
        both = np.linalg.solve(low, np.column_stack([d.x[block], d.y[block]]))
        x, y = both[:, :-1], both[:, -1]
        out.append(Sums(x.T @ x, x.T @ y, float(y @ y), 2 * float(np.log(np.diag(low)).sum())))
    return out


def levels(d: Blocked, sd: dict[str, float], sums: Sequence[Sums]) -> tuple[Array, Array]:
    """Mean and covariance of the columns, given the blocks."""
    precision = np.diag(d.prior(sd) ** -2.0) + sum(s.precision for s in sums)
    cov = np.linalg.inv(precision)
    mean = cov @ sum(s.pull for s in sums)
    return mean, cov


def deviance(d: Blocked, sd: dict[str, float], sums: Sequence[Sums]) -> float:
    """Minus twice the log likelihood of the deviations, up to a constant."""
    prior = d.prior(sd)
    precision = np.diag(prior**-2.0) + sum(s.precision for s in sums)
    low = np.linalg.cholesky(precision)
    pull = np.linalg.solve(low, sum(s.pull for s in sums))
    fit = sum(s.squares for s in sums) - pull @ pull
    size = sum(s.log_det for s in sums) + 2 * np.log(np.diag(low)).sum() + 2 * np.log(prior).sum()
    return float(fit + size)
