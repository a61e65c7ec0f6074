"""Forecasting: the error relative to seasonal naive on the user's own series, row by row.

Labels are the past of the series itself, so that nothing is bought and the axis is no number of
labels. On the logarithm of the relative error everything is normal: a level of each model, how hard
a data set is for everybody and for a kind of model, and what is left. Data sets that were measured,
by the user or in print, condition the rest exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy.scales import Array
from estimator.engine.series_names import (
    AS_IS,
    READ_COVARIATES,
    TUNED,
    base_of,
    cell_of,
    kind_of,
    series_model,
    series_set,
)

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

METRIC = "relative_mase"
CLIP = (0.1, 5.0)
"""Relative errors are taken as at least and at most this: one set must not decide."""


@dataclass(frozen=True)
class Member:
    """One forecaster on one data set.

    Parameters
    ----------
    cell, model : str
        Kind of forecaster; catalogue name of the model.
    dataset, collection : str
        Data set at one frequency and horizon; the collection it comes from.
    covariates : bool
        Something is known of the future beside the series.
    source : str
        Who measured; blank for a project.
    borrowed : bool
        No published result of the approach stands behind the cell.
    """

    cell: str
    model: str
    dataset: str
    collection: str
    covariates: bool
    source: str = ""
    borrowed: bool = False

    @property
    def kind(self) -> str:
        """Cells whose data sets are hard alike."""
        return kind_of(self.cell)


@dataclass(frozen=True)
class Point:
    """A published relative error."""

    member: Member
    value: float
    source_id: str

    @property
    def y(self) -> float:
        """On the scale."""
        return scale(self.value)


def scale(value: float) -> float:
    """Logarithm of a relative error, clipped."""
    return float(np.log(min(max(value, CLIP[0]), CLIP[1])))


def published(evidence: Evidence) -> tuple[Point, ...]:
    """Every usable point of the evidence, once; made once for each loaded evidence."""
    for known, points in _POINTS:
        if known is evidence:
            return points
    sets = {r["dataset"]: r for r in evidence.records("series_sets")}
    found: dict[tuple[Any, ...], Point] = {}
    for row in evidence.records("families_curves"):
        if row["task_family"] != "time_series" or row["metric"] != "MASE":
            continue
        point = _point(row, sets)
        if point is not None:
            found.setdefault((point.member, row["dataset"]), point)
    _POINTS.append((evidence, tuple(found.values())))
    del _POINTS[:-2]
    return _POINTS[-1][1]


_POINTS: list[tuple[Any, tuple[Point, ...]]] = []


def _point(row: Mapping[str, Any], sets: Mapping[str, Mapping[str, Any]]) -> Point | None:
    model, about = series_model(row["backbone"]), sets[row["dataset"]]
    cell = cell_of(row["approach"], model)
    level = row["baseline_value"]
    if cell is None or not level > 0:
        return None
    known = about["known_covariates"]
    member = Member(
        cell, model, series_set(row["dataset"]), about["collection"], bool(known > 0),
        row["source_family"],
    )  # fmt: skip
    return Point(member, row["value"] / level, row["source_id"])


def collections(evidence: Evidence) -> dict[str, str]:
    """Collection of every published data set, by its id and by its own name."""
    rows = evidence.records("series_sets")
    return {series_set(r["dataset"]): r["collection"] for r in rows} | {
        series_set(r["collection"]): r["collection"] for r in rows
    }


def means(members: Sequence[Member], fit: Mapping[str, Any]) -> tuple[Array, Array]:
    """Level of each member on the scale, and its variance over models."""
    out, spread = [], []
    for m in members:
        known = _level(m, fit)
        reads = "reads" if m.model in READ_COVARIATES else "blind"
        shift = fit["covariates"][reads] if m.covariates else 0.0
        out.append(known["mean"] + shift)
        extra = fit["sd"]["borrowed"] if m.borrowed else 0.0
        spread.append(known["sd"] ** 2 + extra**2)
    return np.array(out), np.array(spread)


def _level(m: Member, fit: Mapping[str, Any]) -> Mapping[str, float]:
    """Level of a model and its uncertainty.

    A tuned model without points of its own stands where it is as it is, better by the gain that
    was published for good ones; a weak one comes up to where tuned models are.
    """
    known = fit["models"].get(base_of(m.model, m.cell))
    if known is not None:
        return dict(known)
    cell, gain = fit["cells"][m.cell], fit["gain"]
    as_is = fit["models"].get(base_of(m.model, AS_IS)) if m.cell == TUNED else None
    if as_is is None:
        return {"mean": cell["mean"], "sd": float(np.hypot(cell["sd"], fit["sd"]["model"]))}
    mean = min(as_is["mean"] + gain["mean"], cell["mean"])
    return {"mean": mean, "sd": float(np.hypot(as_is["sd"], gain["sd"]))}


def covariance(a: Sequence[Member], b: Sequence[Member], sd: Mapping[str, float]) -> Array:
    """What two lists of members have in common, without levels and without what is left."""

    def same(*names: str) -> Array:
        left = np.array([hash(tuple(getattr(m, n) for n in names)) for m in a])
        right = np.array([hash(tuple(getattr(m, n) for n in names)) for m in b])
        equal: Array = left[:, None] == right[None, :]
        return equal

    out = sd["collection"] ** 2 * same("collection")
    out = out + sd["set"] ** 2 * same("dataset")
    out = out + sd["collection_kind"] ** 2 * same("collection", "kind")
    out = out + sd["set_kind"] ** 2 * same("dataset", "kind")
    out = out + sd["collection_model"] ** 2 * same("collection", "model")
    named = np.array([bool(m.source) for m in a])[:, None]
    return np.asarray(out + sd["source"] ** 2 * (same("source", "kind") & named))


def left(members: Sequence[Member], sd: Mapping[str, float]) -> Array:
    """Variance that is a member's own."""
    return np.array([sd[f"rest_{m.cell}"] ** 2 for m in members])


@dataclass(frozen=True)
class Joint:
    """Mean and covariance of members on the scale, given what was observed."""

    mean: Array
    cov: Array


def joint(
    members: Sequence[Member],
    fit: Mapping[str, Any],
    seen: Sequence[Point],
    apart: float = 0.0,
) -> Joint:
    """Members of one data set, given published points on it.

    Parameters
    ----------
    members : sequence of Member
    fit : mapping
        data/fits/series.json.
    seen : sequence of Point
    apart : float
        Standard deviation by which the members' data set differs from the points'.
    """
    sd = fit["sd"]
    level, _ = means(members, fit)
    cov = covariance(members, members, sd) + np.diag(left(members, sd))
    cov = cov + _one_model(members, members, fit) + _tuned_from(members, members, fit)
    cov = cov + sd["source"] ** 2 * (_kinds(members)[:, None] == _kinds(members)[None, :])
    if seen:
        others = [p.member for p in seen]
        their_level, _ = means(others, fit)
        theirs = covariance(others, others, sd) + np.diag(left(others, sd))
        theirs = theirs + _one_model(others, others, fit)
        between = covariance(members, others, sd) + _one_model(members, others, fit)
        between = between + _tuned_from(members, others, fit)
        gain = np.linalg.solve(theirs, between.T).T
        level = level + gain @ (np.array([p.y for p in seen]) - their_level)
        cov = cov - gain @ between.T + apart**2
    return Joint(level, (cov + cov.T) / 2)


def _kinds(members: Sequence[Member]) -> Array:
    return np.array([m.kind for m in members], object)


def _one_model(a: Sequence[Member], b: Sequence[Member], fit: Mapping[str, Any]) -> Array:
    """Variance of the level that two lists of members share where they are one model."""
    _, spread = means(a, fit)
    names = np.array([base_of(m.model, m.cell) for m in a], object)
    others = np.array([base_of(m.model, m.cell) for m in b], object)
    return np.asarray(spread[:, None] * (names[:, None] == others[None, :]))


def _tuned_from(a: Sequence[Member], b: Sequence[Member], fit: Mapping[str, Any]) -> Array:
    """What is left of a tuned model on a data set goes with what is left of it as it is."""
    sd, out = fit["sd"], np.zeros((len(a), len(b)))
    for i, m in enumerate(a):
        for j, o in enumerate(b):
            if (m.model, m.dataset) == (o.model, o.dataset) and {m.cell, o.cell} == {AS_IS, TUNED}:
                out[i, j] = fit["gain"]["pairing"] * sd["rest_as_is"] * sd["rest_tuned"]
    return out


def widths(members: Sequence[Member], fit: Mapping[str, Any], known: bool) -> Array:
    """Factor on each member's standard deviation, found on left-out data sets."""
    table = fit["widths"]["known" if known else "new"]
    return np.array([table.get(m.cell, table["all"]) for m in members])
