"""Systems on a data set around what the user can measure: search, documents, pictures, video.

On the log odds of the metric (less its logarithm where errors are counted) everything is normal:
levels of kinds of system and of base models, how hard a data set is for everybody and for a kind,
and what is left. What was measured on a data set, by the user or in print, conditions the rest
exactly. Tuning adds a gain that grows with the logarithm of the labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy.scales import Array
from estimator.engine.family_names import (
    FAMILY_TASKS,
    SEEN_BY,
    SEEN_SETS,
    SIMPLE,
    TUNED,
    cell_of,
    collection_of,
    family_model,
    family_set,
)
from estimator.metrics import lower_is_better
from estimator.vocabulary import Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

ENDS = 0.005
"""Log odds are taken of shares at least this far from 0 and 1."""
ERRORS = (0.002, 3.0)
BOUNDS: Mapping[str, tuple[float, float]] = {"fid": (0.5, 500.0), "fad": (0.2, 50.0)}
"""Error rates and distances are taken as at least and at most this."""
VERSIONS = {Task.RETRIEVAL: "backbone", Task.PREFERENCE_TUNING: "row_id"}
"""Tasks whose tuned systems stand side by side: recipes on one model and one data set."""
SIZED = frozenset({Task.IMAGE_GENERATION, Task.TABULAR_REGRESSION})
"""Tasks whose simple systems learn too: each number of labels is a point of its own."""
DUPLICATES_LAST = (
    "contriever-readme", "layoutlm-readme", "layoutlmv2-readme", "layoutlmv3-readme",
)  # fmt: skip
"""Sources that print again what another source measured: kept only where it did not."""


@dataclass(frozen=True)
class Member:
    """One system on one data set.

    Parameters
    ----------
    cell, model : str
        Kind of system; name of its base model.
    dataset, collection : str
        Data set; what it is left out with.
    seen : bool
        The base model learned from the training part of the data set.
    source : str
        Who measured; blank for a project.
    """

    cell: str
    model: str
    dataset: str
    collection: str
    seen: bool = False
    source: str = ""

    @property
    def kind(self) -> str:
        """Systems for which data sets are hard alike: of words, and pre-trained."""
        return SIMPLE if self.cell == SIMPLE else "pretrained"


@dataclass(frozen=True)
class Point:
    """A published value; ``n_labelled`` is None where the number of labels was not read."""

    member: Member
    metric: str
    value: float
    n_labelled: float | None
    source_id: str

    @property
    def y(self) -> float:
        """On the scale."""
        return float(scale(np.array(self.value), self.metric))


R2 = "r2"
LEAST_UNEXPLAINED, MOST_UNEXPLAINED = 1e-3, 3.0


def scale(value: Array, metric: str) -> Array:
    """Log odds of a share, minus the logarithm of an error rate: more is better.

    R2 as minus the logarithm of the error over that of the mean, ``sqrt(1 - R2)``.
    """
    if metric == R2:
        return np.asarray(-0.5 * np.log(np.clip(1 - value, LEAST_UNEXPLAINED, MOST_UNEXPLAINED)))
    if lower_is_better(metric):
        return np.asarray(-np.log(np.clip(value, *BOUNDS.get(metric, ERRORS))))
    v = np.clip(value, ENDS, 1 - ENDS)
    return np.asarray(np.log(v / (1 - v)))


def unscale(y: Array, metric: str) -> Array:
    """Value of the metric at a place of the scale."""
    if metric == R2:
        return np.asarray(1 - np.minimum(np.exp(-2 * y), MOST_UNEXPLAINED))
    if lower_is_better(metric):
        return np.asarray(np.minimum(np.exp(-y), BOUNDS.get(metric, ERRORS)[1]))
    return np.asarray(1 / (1 + np.exp(-y)))


def steepness(value: Array, metric: str) -> Array:
    """Change of the scale for a change of the value, without its sign."""
    if metric == R2:
        return np.asarray(0.5 / np.clip(1 - value, LEAST_UNEXPLAINED, MOST_UNEXPLAINED))
    if lower_is_better(metric):
        return np.asarray(1 / np.clip(value, *BOUNDS.get(metric, ERRORS)))
    v = np.clip(value, ENDS, 1 - ENDS)
    return np.asarray(1 / (v * (1 - v)))


def published(evidence: Evidence, task: Task) -> tuple[Point, ...]:
    """Every usable point of a task, each system on a data set once; made once."""
    for known, name, points in _POINTS:
        if known is evidence and name is task:
            return points
    rows = [r for r in evidence.records("families_curves") if _of(r, task)]
    rows.sort(key=lambda r: r["source_id"] in DUPLICATES_LAST)
    found: dict[tuple[Any, ...], Point] = {}
    for row in rows:
        point = _point(row, task, evidence)
        if point is not None:
            m = point.member
            trained = m.cell == TUNED
            version = row[VERSIONS[task]] if trained and task in VERSIONS else ""
            size = point.n_labelled if trained or task in SIZED else None
            found.setdefault((m.cell, m.model, m.dataset, point.metric, size, version), point)
    _POINTS.append((evidence, task, tuple(found.values())))
    del _POINTS[:-6]
    return _POINTS[-1][2]


_POINTS: list[tuple[Any, Task, tuple[Point, ...]]] = []


def _of(row: Mapping[str, Any], task: Task) -> bool:
    return row["task_family"] in FAMILY_TASKS[task]


def _point(row: Mapping[str, Any], task: Task, evidence: Evidence) -> Point | None:
    spelled = evidence.metric_spellings.get(row["metric"])
    if spelled is None:
        return None
    metric, factor = spelled.name, spelled.to_canonical
    model, dataset = family_model(row["backbone"]), family_set(row["dataset"])
    member = Member(
        cell_of(row["approach"], task, row["backbone"]), model, dataset, collection_of(dataset),
        model in SEEN_BY and dataset in SEEN_SETS, row["source_family"],
    )  # fmt: skip
    known = row["n_labelled"] if row["n_verified"] == "yes" else None
    known = None if known is None or np.isnan(known) else float(known)
    return Point(member, metric, float(row["value"]) * factor, known, row["source_id"])


def learned(n_labelled: Array | float, learning: Mapping[str, Any]) -> Array:
    """Share of the gain that a number of labels brings.

    Notes
    -----
    ``log(1 + n / zero) / log(1 + full / zero)``: 1 at ``full`` labels. Where the level that is
    known is that of a tuned system (``from_full``) the whole gain is already in it: less 1.
    """
    n = np.maximum(np.asarray(n_labelled, float), 0.0)
    share = np.log1p(n / learning["zero"]) / np.log1p(learning["full"] / learning["zero"])
    return np.asarray(share - (1.0 if learning["from_full"] else 0.0))


def at_full(points: Sequence[Point], fit: Mapping[str, Any]) -> list[Point]:
    """Points as they would be with ``full`` labels, where the points show a law in labels.

    Those whose number of labels was not read are left out there; elsewhere all as they are.
    """
    if "gains" not in fit:
        return list(points)
    out = []
    for p in points:
        gain = fit["gains"].get(p.member.cell)
        if gain is None:
            out.append(p)
        elif p.n_labelled:
            y = p.y - gain["mean"] * float(learned(p.n_labelled, fit["learning"]))
            out.append(replace(p, value=float(unscale(np.array(y), p.metric))))
    return out


def labels_at(share: Array, learning: Mapping[str, Any]) -> Array:
    """Number of labels that brings a share of the gain; the inverse of ``learned``."""
    whole = np.log1p(learning["full"] / learning["zero"])
    up = share + (1.0 if learning["from_full"] else 0.0)
    return np.asarray(learning["zero"] * np.expm1(np.minimum(np.maximum(up, 0.0) * whole, 60.0)))


def means(members: Sequence[Member], fit: Mapping[str, Any]) -> tuple[Array, Array]:
    """Level of each member on the scale, and its variance over models."""
    out, spread = [], []
    for m in members:
        known = fit["models"].get(f"{m.model}|{m.cell}")
        if known is None:
            cell = fit["cells"][m.cell]
            known = {"mean": cell["mean"], "sd": float(np.hypot(cell["sd"], fit["sd"]["model"]))}
        out.append(known["mean"] + (fit["seen"] if m.seen else 0.0))
        spread.append(known["sd"] ** 2)
    return np.array(out), np.array(spread)


def covariance(a: Sequence[Member], b: Sequence[Member], sd: Mapping[str, float]) -> Array:
    """What two lists of members have in common, without levels and without what is left."""

    def same(*names: str) -> Array:
        left = np.array([hash(tuple(getattr(m, n) for n in names)) for m in a])
        right = np.array([hash(tuple(getattr(m, n) for n in names)) for m in b])
        return np.asarray(left[:, None] == right[None, :])

    out = sd["collection"] ** 2 * same("collection") + sd["set"] ** 2 * same("dataset")
    out = out + sd["kind"] ** 2 * same("collection", "kind")
    named = np.array([bool(m.source) for m in a])[:, None]
    return np.asarray(out + sd["source"] ** 2 * (same("source", "collection") & named))


def left(members: Sequence[Member], sd: Mapping[str, float]) -> Array:
    """Variance that is a member's own."""
    return np.array([sd[f"rest_{m.cell}"] ** 2 for m in members])


@dataclass(frozen=True)
class Joint:
    """Mean and covariance of members on the scale, given what was observed."""

    mean: Array
    cov: Array


def joint(
    members: Sequence[Member], fit: Mapping[str, Any], seen: Sequence[Point], apart: float = 0.0
) -> Joint:
    """Members of one data set, given published points on it.

    Parameters
    ----------
    members : sequence of Member
    fit : mapping
        One task and metric of data/fits/families.json.
    seen : sequence of Point
    apart : float
        Standard deviation by which the members' data set differs from the points'.
    """
    sd = fit["sd"]
    level, _ = means(members, fit)
    cov = covariance(members, members, sd) + np.diag(left(members, sd))
    cov = cov + _one_model(members, members, fit)
    if seen:
        others = [p.member for p in seen]
        their_level, _ = means(others, fit)
        theirs = covariance(others, others, sd) + np.diag(left(others, sd))
        theirs = theirs + _one_model(others, others, fit)
        between = covariance(members, others, sd) + _one_model(members, others, fit)
        gain = np.linalg.solve(theirs, between.T).T
        level = level + gain @ (np.array([p.y for p in seen]) - their_level)
        cov = cov - gain @ between.T + apart**2
    return Joint(level, (cov + cov.T) / 2)


def _one_model(a: Sequence[Member], b: Sequence[Member], fit: Mapping[str, Any]) -> Array:
    """Variance of the level that two lists of members share where they are one model."""
    _, spread = means(a, fit)
    names = np.array([f"{m.model}|{m.cell}" for m in a], object)
    others = np.array([f"{m.model}|{m.cell}" for m in b], object)
    return np.asarray(spread[:, None] * (names[:, None] == others[None, :]))
