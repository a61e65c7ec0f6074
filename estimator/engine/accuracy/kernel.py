"""The mixed model: effects of level and slope by task, approach, data set, source and so on.

y = sum over components (group, feature) of u[group of the row] * feature of the row, each u normal
with the component's own standard deviation. Effects that other projects share are learned
(posterior.py); the rest exists within one block of rows only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from estimator.engine.accuracy.rows import Rows
from estimator.engine.distributions import Array

Component = tuple[str, str]

GROUPS: dict[str, tuple[str, ...]] = {
    "all": (),
    "group": ("group",),
    "metric": ("metric",),
    "group+task": ("group", "task"),
    "task": ("task",),
    "family": ("family",),
    "variant": ("variant",),
    "task+variant": ("task", "variant"),
    "family+variant": ("family", "variant"),
    "domain": ("domain",),
    "backbone": ("backbone",),
    "backbone+task": ("backbone", "task"),
    "dataset": ("dataset",),
    "dataset+group": ("dataset", "group"),
    "dataset+variant": ("dataset", "variant"),
    "source": ("source",),
    "source+dataset": ("source", "dataset"),
    "source+variant": ("source", "variant"),
    "source+backbone": ("source", "backbone", "variant"),
    "source+dataset+variant": ("source", "dataset", "variant"),
    "curve": ("source", "curve", "metric", "variant"),
}
"""Which columns name the group of each component."""

SHARED = (
    "all",
    "group",
    "metric",
    "group+task",
    "task",
    "family",
    "variant",
    "task+variant",
    "family+variant",
    "domain",
    "backbone",
    "backbone+task",
)
"""Groups whose effects carry over to a new project."""

ROW = "row"
SEPARATOR = "|"


def parse_hyper(hyper: Mapping[str, float]) -> dict[Component, float]:
    """Standard deviations by component from the keys ``group:feature`` of the shipped file."""
    out: dict[Component, float] = {}
    for key, value in hyper.items():
        group, feature = key.split(":")
        out[(group, feature)] = float(value)
    return out


def features(rows: Rows) -> dict[str, Array]:
    """What each effect is multiplied with, shape (n,) each.

    ``s``: log10 labels per class about 100, per 1.5 decades; ``q``: how far below about 30 labels
    per class; ``p``: log10 parameters about 2e8; ``k``: log10 classes about 10.
    """
    has = ~rows.no_labels.astype(bool)
    s = np.where(has, np.clip((rows.log_per_class - 2) / 1.5, -3, 5), 0.0)
    q = np.where(has, np.clip(1.5 - rows.log_per_class, 0, None), 0.0)
    classes = np.where(np.isnan(rows.n_classes), 3.0, rows.n_classes)
    return {
        "one": np.ones(len(rows)),
        "s": s,
        "q": q,
        "p": rows.log_params - 8.3,
        "k": np.log10(np.maximum(classes, 1)) - 1,
        "no_k": rows.classes_unknown.astype(float),
        "no_n": rows.n_unknown.astype(float),
        "labels": has.astype(float),
    }


def group_keys(rows: Rows, group: str) -> Array:
    """Name of the group of each row, shape (n,) of str."""
    columns = [getattr(rows, c) for c in GROUPS[group]]
    if not columns:
        return np.full(len(rows), "", object)
    return np.array([SEPARATOR.join(parts) for parts in zip(*columns, strict=True)], object)


def covariance(
    rows: Rows,
    sds: Mapping[Component, float],
    known: Mapping[str, frozenset[str]] | None = None,
    noise: bool = True,
) -> Array:
    """Covariance of the rows' y, shape (n, n), leaving out groups whose effects are known.

    Parameters
    ----------
    rows : Rows
    sds : mapping of component to standard deviation
    known : mapping of group to names, optional
        Effects already counted by the learned part.
    noise : bool
        Add the variance of single rows to the diagonal.
    """
    x = features(rows)
    out = np.zeros((len(rows), len(rows)))
    for group, members in by_group(sds).items():
        if group == ROW:
            continue
        scaled = np.stack([sd * x[f] for f, sd in members], 1)
        keys = group_keys(rows, group)
        if known is not None and group in known:
            fresh = np.array([k not in known[group] for k in keys])
            if not fresh.any():
                continue
            scaled = scaled * fresh[:, None]
        product = scaled @ scaled.T
        if group != "all":
            codes = np.unique(keys.astype(str), return_inverse=True)[1]
            product *= codes[:, None] == codes[None, :]
        out += product
    if noise:
        out[np.diag_indices(len(rows))] += noise_variance(rows, sds)
    return out


def noise_variance(rows: Rows, sds: Mapping[Component, float]) -> Array:
    """Variance of a single published row about its curve, shape (n,)."""
    x = features(rows)
    out = np.zeros(len(rows))
    for feature, sd in by_group(sds).get(ROW, []):
        out += (sd * x[feature]) ** 2
    return out


def by_group(sds: Mapping[Component, float]) -> dict[str, list[tuple[str, float]]]:
    """Components of each group."""
    out: dict[str, list[tuple[str, float]]] = {}
    for (group, feature), sd in sds.items():
        out.setdefault(group, []).append((feature, sd))
    return out
