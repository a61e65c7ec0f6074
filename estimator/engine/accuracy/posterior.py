"""What the evidence taught: effects of tasks, approaches, metrics and base models, as fitted."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from estimator.engine.accuracy.kernel import (
    SEPARATOR,
    Component,
    by_group,
    features,
    group_keys,
    members_of,
    parse_hyper,
)
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.kinds import UNKNOWN
from estimator.errors import FitError

Column = tuple[str, str, str]
"""Group, feature, name of the group's member."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Posterior of the shared effects: mean and covariance over ``columns``.

    Parameters
    ----------
    sds : mapping of (group, feature) to float
        Standard deviations of all effects, the shared and the project's own.
    columns : tuple of (group, feature, member)
    centre : float
        Level about which all effects are measured.
    mean, covariance : array, shapes (q,) and (q, q)
    typical : mapping
        Sizes that stand in for unknown ones (rows.typical_sizes).
    """

    sds: Mapping[Component, float]
    columns: tuple[Column, ...]
    centre: float
    mean: Array
    covariance: Array
    typical: Mapping[str, Mapping[str, float]]

    @cached_property
    def known(self) -> dict[Component, frozenset[str]]:
        """Members of each component whose effects are learned."""
        out: dict[Component, set[str]] = {}
        for group, feature, member in self.columns:
            out.setdefault((group, feature), set()).add(member)
        return {g: frozenset(m) for g, m in out.items()}

    @cached_property
    def _index(self) -> dict[str, dict[str, list[tuple[str, int]]]]:
        out: dict[str, dict[str, list[tuple[str, int]]]] = {}
        for i, (group, feature, member) in enumerate(self.columns):
            out.setdefault(group, {}).setdefault(member, []).append((feature, i))
        return out

    def design(self, rows: Rows) -> Array:
        """Row features on the learned columns, shape (n, q)."""
        return design_matrix(rows, self._index, len(self.columns))


def design_matrix(
    rows: Rows, index: Mapping[str, Mapping[str, list[tuple[str, int]]]], width: int
) -> Array:
    """Feature of each row at the column of its group member, shape (n, width)."""
    x = features(rows)
    out = np.zeros((len(rows), width))
    for group, members in index.items():
        for i, key in enumerate(group_keys(rows, group)):
            for name, share in members_of(group, key):
                for feature, j in members.get(name, ()):
                    out[i, j] = share * x[feature][i]
    return out


def shared_columns(
    rows: Rows, sds: Mapping[Component, float], shared: tuple[str, ...]
) -> list[Column]:
    """Columns worth learning: stated kinds, named families, base models that two sources have."""
    columns: list[Column] = []
    for group, members in by_group(sds).items():
        if group not in shared:
            continue
        keys = group_keys(rows, group)
        rare = group in ("backbone", "backbone+task", "metric")
        for key in sorted(set(keys)):
            if key.startswith(UNKNOWN) or f"{SEPARATOR}{UNKNOWN}" in key:
                continue
            if rare and len(set(rows.source[keys == key])) < 2:
                continue
            columns += [(group, feature, key) for feature, _ in members]
    return columns


def pruned(posterior: Posterior, least: float) -> Posterior:
    """Without the effects the points say little about: they stay at their prior, per project.

    Parameters
    ----------
    posterior : Posterior
    least : float
        Share of the prior variance that the points must have removed.
    """
    prior = np.array([posterior.sds[(g, f)] ** 2 for g, f, _ in posterior.columns])
    keep = np.flatnonzero(1 - np.diag(posterior.covariance) / prior >= least)
    return replace(
        posterior,
        columns=tuple(posterior.columns[i] for i in keep),
        mean=posterior.mean[keep],
        covariance=posterior.covariance[np.ix_(keep, keep)],
    )


def dump(posterior: Posterior) -> dict[str, Any]:
    """The posterior as JSON: the covariance as its lower triangle, float32 in base64."""
    lower = posterior.covariance[np.tril_indices(len(posterior.columns))]
    return {
        "hyper": {f"{g}:{f}": sd for (g, f), sd in posterior.sds.items()},
        "columns": [list(c) for c in posterior.columns],
        "centre": posterior.centre,
        "mean": [float(f"{v:.9g}") for v in posterior.mean],
        "covariance_lower_float32": base64.b64encode(lower.astype("<f4").tobytes()).decode(),
        "typical": {k: dict(v) for k, v in posterior.typical.items()},
    }


def load(fit: Mapping[str, Any]) -> Posterior:
    """The posterior from the shipped fit.

    Raises
    ------
    FitError
        When the stored triangle does not belong to the stored columns.
    """
    columns = tuple((c[0], c[1], c[2]) for c in fit["columns"])
    lower = np.frombuffer(base64.b64decode(fit["covariance_lower_float32"]), "<f4")
    q = len(columns)
    if len(lower) != q * (q + 1) // 2:
        raise FitError(f"accuracy fit: {len(lower)} covariances do not belong to {q} columns")
    cov = np.zeros((q, q))
    rows, cols = np.tril_indices(q)
    cov[rows, cols] = lower
    cov[cols, rows] = lower
    return Posterior(
        sds=parse_hyper(fit["hyper"]),
        columns=columns,
        centre=float(fit["centre"]),
        mean=np.array(fit["mean"], float),
        covariance=cov,
        typical=fit["typical"],
    )


_LOADED: list[tuple[Mapping[str, Any], Posterior]] = []


def shared_posterior(fit: Mapping[str, Any]) -> Posterior:
    """The decoded posterior of a fit; the last few are kept, decoding takes milliseconds."""
    for known, posterior in _LOADED:
        if known is fit:
            return posterior
    posterior = load(fit)
    _LOADED.append((fit, posterior))
    del _LOADED[:-4]
    return posterior
