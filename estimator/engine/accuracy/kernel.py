"""The mixed model: effects of level and slope by task, approach, data set, source and so on.

y = sum over components (group, feature) of u[group of the row] * feature of the row, each u normal
with the component's own standard deviation. Effects that other projects share are learned
(posterior.py); the rest exists within one block of rows only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.kinds import shares_of

Component = tuple[str, str]

GROUPS: dict[str, tuple[str, ...]] = {
    "all": (),
    "group": ("group",),
    "metric": ("metric",),
    "metric+task": ("metric", "task"),
    "group+task": ("group", "task"),
    "task": ("task",),
    "family": ("family",),
    "variant": ("variant",),
    "task+variant": ("task", "variant"),
    "family+variant": ("family", "variant"),
    "kind": ("task", "kind"),
    "kind+variant": ("task", "kind", "variant"),
    "kind+group": ("task", "kind", "group"),
    "kind+model": ("task", "kind", "model_family"),
    "lang+task": ("task", "language"),
    "lang+variant": ("task", "language", "variant"),
    "model": ("model_family",),
    "model+task": ("model_family", "task"),
    "model+variant": ("model_family", "variant"),
    "model+task+variant": ("model_family", "task", "variant"),
    "backbone": ("backbone",),
    "backbone+task": ("backbone", "task"),
    "dataset": ("dataset",),
    "dataset+group": ("dataset", "group"),
    "dataset+variant": ("dataset", "variant"),
    "source": ("source",),
    "source+dataset": ("source", "dataset"),
    "source+variant": ("source", "variant"),
    "source+model": ("source", "model_family", "variant"),
    "source+backbone": ("source", "backbone", "variant"),
    "source+dataset+variant": ("source", "dataset", "variant"),
    "run": ("source", "dataset", "backbone", "variant"),
    "curve": ("source", "curve", "metric", "variant"),
}
"""Which columns name the group of each component."""

SHARED = (
    "all",
    "group",
    "metric",
    "metric+task",
    "group+task",
    "task",
    "family",
    "variant",
    "task+variant",
    "family+variant",
    "kind",
    "kind+variant",
    "kind+group",
    "kind+model",
    "lang+task",
    "lang+variant",
    "model",
    "model+task",
    "model+variant",
    "model+task+variant",
    "backbone",
    "backbone+task",
)
"""Groups whose effects carry over to a new project."""

MIXED = frozenset({"kind", "kind+variant", "kind+group", "kind+model"})
"""Groups whose second name may be a mixture of kinds (kinds.py)."""

CLASSIC = ("baseline", "scratch")
AS_IS = "zero_shot"

ROW = "row"
SEPARATOR = "|"


def parse_hyper(hyper: Mapping[str, float]) -> dict[Component, float]:
    """Standard deviations by component from the keys ``group:feature`` of the shipped file.

    The feature ``w`` stands for the steps of a random walk along the knots, all of one size.
    """
    out: dict[Component, float] = {}
    for key, value in hyper.items():
        group, feature = key.split(":")
        for name in WALK if feature == "w" else (feature,):
            out[(group, name)] = float(value)
    return out


KNOTS = (-0.3, 0.5, 1.25, 2.0, 3.0, 4.0, 6.0)
"""log10 labels per class between which a learning curve is straight on the scale."""

WALK = tuple(f"w{i}" for i in range(len(KNOTS) - 1))


def features(rows: Rows) -> dict[str, Array]:
    """What each effect is multiplied with, shape (n,) each.

    ``s``: log10 labels per class about 100, per 1.5 decades; ``q``: how far below about 18 labels
    per class; ``w0``...: steps between the knots; ``p``: log10 parameters about 2e8; ``k``: log10
    classes about 10; ``ps``, ``ks``: their products with ``s``; ``u``: share of the classes without
    any label; ``imb``: log of how far the largest class is ahead; ``asis``, ``classic``: use as is
    (but for tables) and models without pre-training.
    """
    has = ~rows.no_labels.astype(bool)
    level = np.clip(rows.log_per_class, KNOTS[0], 9.0)
    s = np.where(has, (level - 2) / 1.5, 0.0)
    classes = np.where(np.isnan(rows.n_classes), 3.0, rows.n_classes)
    k = np.log10(np.maximum(classes, 1)) - 1
    p = rows.log_params - 8.3
    out = {
        "one": np.ones(len(rows)),
        "s": s,
        "q": np.where(has, np.clip(KNOTS[2] - level, 0, None), 0.0),
        "p": p,
        "ps": p * s,
        "k": k,
        "ks": k * s,
        "no_k": rows.classes_unknown.astype(float),
        "no_n": rows.n_unknown.astype(float),
        "labels": has.astype(float),
        "u": np.where(has, np.exp(-np.maximum(10.0**level - 0.5, 0.0)), 0.0),
        "imb": rows.log_imbalance,
        "asis": ((rows.approach == AS_IS) & (rows.task != "tabular_classification")).astype(float),
        "classic": np.isin(rows.approach.astype(str), CLASSIC).astype(float),
    }
    for i, name in enumerate(WALK):
        low, high = KNOTS[i], KNOTS[i + 1]
        top = high if i + 2 < len(KNOTS) else np.inf
        step = np.clip(level, low, top) - low
        out[name] = np.where(has, step / np.sqrt(high - low), 0.0)
    return out


def group_keys(rows: Rows, group: str) -> Array:
    """Name of the group of each row, shape (n,) of str."""
    columns: list[Array] = [getattr(rows, c) for c in GROUPS[group]]
    if not columns:
        return np.full(len(rows), "", object)
    if len(columns) == 1:
        return columns[0]
    return np.array([SEPARATOR.join(parts) for parts in zip(*columns, strict=True)], object)


def covariance(
    rows: Rows,
    sds: Mapping[Component, float],
    known: Mapping[Component, frozenset[str]] | None = None,
    noise: bool = True,
) -> Array:
    """Covariance of the rows' y, shape (n, n), leaving out effects that are known.

    Parameters
    ----------
    rows : Rows
    sds : mapping of component to standard deviation
    known : mapping of component to group members, optional
        Effects already counted by the learned part.
    noise : bool
        Add the variance of single rows to the diagonal.
    """
    out = cross_covariance(rows, rows, sds, known)
    if noise:
        out[np.diag_indices(len(rows))] += noise_variance(rows, sds)
    return out


def cross_covariance(
    left: Rows,
    right: Rows,
    sds: Mapping[Component, float],
    known: Mapping[Component, frozenset[str]] | None = None,
) -> Array:
    """Covariance between two sets of rows without row noise, shape (n, m)."""
    x = features(left)
    z = x if right is left else features(right)
    out = np.zeros((len(left), len(right)))
    for group, members in by_group(sds).items():
        if group == ROW:
            continue
        keys = group_keys(left, group).astype(str)
        a = np.stack([sd * x[f] for f, sd in members], 1)
        b = np.stack([sd * z[f] for f, sd in members], 1)
        for j, (feature, _) in enumerate(members):
            seen = () if known is None else known.get((group, feature), ())
            if seen:
                a[:, j] *= _unlearned(group, keys, frozenset(seen))
        if not a.any():
            continue
        if group == "all":
            out += a @ b.T
            continue
        others = keys if right is left else group_keys(right, group).astype(str)
        codes = np.unique(np.concatenate([keys, others]), return_inverse=True)[1]
        same = codes[: len(keys), None] == codes[None, len(keys) :]
        out += np.where(same, a @ b.T, 0.0)
    return out


def _unlearned(group: str, keys: Array, seen: frozenset[str]) -> Array:
    """Share of each member's variance that the learned effects do not hold."""
    if group not in MIXED:
        return np.array([k not in seen for k in keys], float)
    rest = {
        k: 1.0 - sum(share**2 for name, share in members_of(group, k) if name in seen)
        for k in set(keys)
    }
    return np.array([max(rest[k], 0.0) for k in keys])


@lru_cache(maxsize=65536)
def members_of(group: str, key: str) -> tuple[tuple[str, float], ...]:
    """Learned members that a row's group stands for, with their shares: several for a mixture."""
    if group not in MIXED:
        return ((key, 1.0),)
    task, kind, *rest = key.split(SEPARATOR)
    return tuple((SEPARATOR.join((task, k, *rest)), w) for k, w in shares_of(kind))


def noise_variance(rows: Rows, sds: Mapping[Component, float]) -> Array:
    """Variance of a single published row about its curve, shape (n,)."""
    x = features(rows) | level_features(rows, rows.y)
    out = np.zeros(len(rows))
    for feature, sd in by_group(sds).get(ROW, []):
        out += (sd * x[feature]) ** 2
    return out


TUNED = ("full_finetune", "lora", "partial_finetune", "continued_pretrain")
TEXT = ("text_classification", "token_classification", "question_answering")


def level_features(rows: Rows, y: Array) -> dict[str, Array]:
    """Row noise of a fixed size in error over chance at the level ``y``; 0 where that is unknown.

    ``level``: every row; ``level_tune``: growing below 100 labels per class, for language models
    that are tuned as a whole, whose runs fail at times.
    """
    size = np.where(np.isnan(y), 0.0, scales.stretch(np.nan_to_num(y)))
    few = np.where(rows.no_labels.astype(bool), 0.0, np.clip(2 - rows.log_per_class, 0, 2.5) / 2)
    tuned = np.isin(rows.approach.astype(str), TUNED) & np.isin(rows.task.astype(str), TEXT)
    return {"level": size, "level_tune": size * few * tuned}


def level_variance(rows: Rows, y: Array, sds: Mapping[Component, float]) -> Array:
    """Part of the row noise that depends on the level, at level ``y``, shape (n,)."""
    x = level_features(rows, y)
    members = [(f, sd) for f, sd in by_group(sds).get(ROW, []) if f in x]
    return np.asarray(sum(((sd * x[f]) ** 2 for f, sd in members), np.zeros(len(rows))))


def by_group(sds: Mapping[Component, float]) -> dict[str, list[tuple[str, float]]]:
    """Components of each group."""
    return _by_group(tuple(sds.items()))


@lru_cache(maxsize=64)
def _by_group(items: tuple[tuple[Component, float], ...]) -> dict[str, list[tuple[str, float]]]:
    out: dict[str, list[tuple[str, float]]] = {}
    for (group, feature), sd in items:
        out.setdefault(group, []).append((feature, sd))
    return out
