"""Forecasts of a project: every row's error relative to seasonal naive, jointly, without labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import series
from estimator.engine.accuracy.measured import OwnResult
from estimator.engine.accuracy.project import OWN, own_results
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.series import Joint, Member, Point
from estimator.engine.accuracy.testing import likelihood, luck
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate, Candidate, EvidenceGrade
from estimator.engine.series_names import (
    NAIVE,
    TRAINED,
    TUNED,
    cell_of,
    series_model,
    series_set,
)
from estimator.errors import InputError
from estimator.vocabulary import Approach, Grade
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import Metric, Number, Share, Statement, Task, listed, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

NEW = "new"
WIDTHS = ((0.12, Grade.A), (0.3, Grade.B), (0.6, Grade.C))
"""Widest 80 % interval of a grade, in relative error."""
SOURCES_NAMED = 12


@dataclass(frozen=True, eq=False)
class SeriesTruth:
    """What one forecaster truly reaches; see `estimator.engine.results.Truth`.

    ``log_error`` are draws of the logarithm of the relative error, base first; the past of the
    series is all there is to learn from, so that no number of labels moves them.
    """

    key: str
    log_error: Array
    run_sd: float
    spread: float
    paired: float
    draws: Draws

    def first(self, taken: int) -> SeriesTruth:
        """The same on the base case and the first ``taken`` draws only."""
        return replace(self, log_error=self.log_error[: taken + 1], draws=self.draws.first(taken))

    def __call__(self, n_labelled: Array, run: str = "kept") -> Array:
        """True value of the metric, shape (k, n + 1)."""
        y = self.log_error
        if run == NEW:
            y = y + self.run_sd * self.draws.normal(f"accuracy.run.{self.key}.new")
        return np.repeat(np.exp(y)[None, :], len(np.atleast_1d(n_labelled)), axis=0)

    def result(self, n_labelled: float, n_test: int) -> Array:
        """What the kept model shows on ``n_test`` forecasts, shape (n + 1,)."""
        noise = luck(self.draws, f"accuracy.run.{self.key}.test", max(n_test, 1), self.paired)
        return np.asarray(np.exp(self.log_error + self._error(n_test) * noise))

    def weights(self, n_labelled: float, n_test: int, value: float) -> Array:
        """Weight of every draw once ``value`` was measured so, shape (n + 1,)."""
        error = np.full(self.log_error.shape, self._error(n_test))
        return likelihood(self.log_error, error, series.scale(value))

    def _error(self, n_test: float) -> float:
        return self.spread / float(np.sqrt(max(n_test, 1)))


def predict_series(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    evidence: Evidence,
    assumptions: Assumptions,
    draws: Draws,
) -> list[AccuracyEstimate]:
    """Relative error of every candidate on the user's series.

    Parameters
    ----------
    inputs : ProjectInputs
    candidates : sequence of Candidate
    evidence : Evidence
        ``fits["series"]`` and, where a public data set is named, its points.
    assumptions : Assumptions
    draws : Draws

    Returns
    -------
    list of AccuracyEstimate
        In the order of ``candidates``, on the same difficulty of the data set in every draw.

    Raises
    ------
    InputError
        When ``facts.similar_dataset`` is no data set of the evidence.
    """
    metric = str(inputs.target.metric)
    if metric != series.METRIC:
        why = state("series.metric", metric=Metric(0.0, metric))
        return [_unknown(metric, why) for _ in candidates]
    fit = evidence.fits["series"]
    places, members = [], []
    for i, c in enumerate(candidates):
        member = _member(inputs, c)
        if member is not None:
            places.append(i)
            members.append(member)
    if not members:
        return [_unknown(metric, _no_row(inputs, c)) for c in candidates]
    seen, apart = _similar(inputs, evidence, assumptions)
    found = series.joint(members, fit, seen, apart)
    factor = series.widths(members, fit, bool(seen))
    found = Joint(found.mean, found.cov * np.outer(factor, factor))
    at = {place: k for k, place in enumerate(places)}
    own = [r for r in own_results(inputs, candidates) if r.place in at]
    spread = assumptions.value("accuracy.series_spread")
    paired = assumptions.value("accuracy.test_pairing")
    found = _believed(found, [(at[r.place], r) for r in own], spread, paired)
    log_error = _drawn(found, [candidates[i].key for i in places], draws)
    run = assumptions.value("accuracy.series_run")
    out = []
    for i, c in enumerate(candidates):
        if i not in at:
            out.append(_unknown(metric, _no_row(inputs, c)))
            continue
        k, measured = at[i], any(r.place == i for r in own)
        trained = members[k].cell in (TRAINED, TUNED)
        truth = SeriesTruth(c.key, log_error[k], run if trained else 0.0, spread, paired, draws)
        out.append(_estimate(inputs, c, members[k], truth, fit, measured))
    return out


def _member(inputs: ProjectInputs, c: Candidate) -> Member | None:
    name = c.model.name if c.model is not None else ""
    model = series_model(name)
    cell = cell_of(c.approach, model)
    if cell is None or not name or model in NAIVE:
        return None
    borrowed = c.approach in (Approach.LORA, Approach.PARTIAL_FINETUNE)
    covariates = float(inputs.unit.get("covariates", 0.0)) > 0
    return Member(cell, model, OWN, OWN, covariates, borrowed=borrowed)


def _similar(
    inputs: ProjectInputs, evidence: Evidence, assumptions: Assumptions
) -> tuple[list[Point], float]:
    """Published points on the data set that the user named, as if they were his own."""
    name = inputs.facts.similar_dataset
    if not name:
        return [], 0.0
    wanted, known = series_set(name), series.collections(evidence)
    if wanted not in known:
        raise InputError("facts.similar_dataset", name, state("allowed.dataset"))
    points = series.published(evidence)
    on_it = [p for p in points if wanted in (p.member.dataset, series_set(p.member.collection))]
    first = on_it[0].member.dataset if on_it else ""
    named = [_on_own(p) for p in on_it if p.member.dataset in (wanted, first)]
    return named, assumptions.value("accuracy.series_similarity")


def _on_own(p: Point) -> Point:
    m = p.member
    own = Member(m.cell, m.model, OWN, OWN, m.covariates, m.source)
    return Point(own, p.value, p.source_id)


def _believed(
    found: Joint, own: Sequence[tuple[int, OwnResult]], spread: float, paired: float
) -> Joint:
    """Given own results: exact, as everything is normal on the scale."""
    if not own:
        return found
    at = np.array([k for k, _ in own])
    error = np.array([spread / np.sqrt(max(r.n_test, 1)) for _, r in own])
    noise = np.outer(error, error) * np.where(np.eye(len(own)) > 0, 1.0, paired)
    shared = found.cov[np.ix_(at, at)] + noise
    gain = np.linalg.solve(shared, found.cov[at]).T
    y = np.array([series.scale(r.value) for _, r in own])
    mean = found.mean + gain @ (y - found.mean[at])
    cov = found.cov - gain @ found.cov[at]
    return Joint(mean, (cov + cov.T) / 2)


def _drawn(found: Joint, keys: Sequence[str], draws: Draws) -> Array:
    """Draws of the scale, shape (rows, n + 1); the base case is the median."""
    size, vectors = np.linalg.eigh(found.cov)
    root = vectors * np.sqrt(np.maximum(size, 0.0)) @ vectors.T
    normals = np.stack([draws.normal(f"series.{key}") for key in keys])
    return np.asarray(found.mean[:, None] + root @ normals)


def _estimate(
    inputs: ProjectInputs,
    c: Candidate,
    member: Member,
    truth: SeriesTruth,
    fit: Mapping[str, Any],
    measured: bool,
) -> AccuracyEstimate:
    values = truth(np.array([0.0]))[0]
    target = inputs.target.value
    reached = None if target is None else float(np.mean(values[1:] <= target))
    return AccuracyEstimate(
        metric=series.METRIC,
        draws=values,
        reason=None,
        target_probability=reached,
        labels_for_target_draws=None,
        grade=_grade(inputs, c, member, fit, values, measured),
        curve=truth,
        noise_free=truth,
        truth=truth,
        labels_reason=state("labels.free"),
    )


def _grade(
    inputs: ProjectInputs,
    c: Candidate,
    member: Member,
    fit: Mapping[str, Any],
    values: Array,
    measured: bool,
) -> EvidenceGrade:
    cell = fit["cells"][member.cell]
    points = state(
        "evidence.points",
        n=int(cell["n_points"]),
        sources=int(cell["n_sources"]),
        approach=ApproachName(str(c.approach)),
        task=Task(str(inputs.task)),
    )
    p10, _, p90 = percentiles(values)
    wide = next((letter for most, letter in WIDTHS if p90 - p10 <= most), Grade.D)
    grade, reason = wide, state("series.sets", points=points, sets=int(cell["n_sets"]))
    if measured:
        own = sum(1 for p in inputs.pilot if p.approach == c.approach)
        grade, reason = Grade.A, state("evidence.own", own=own, points=points)
    elif member.borrowed:
        near = listed([ApproachName(str(Approach.FULL_FINETUNE))])
        name = ApproachName(str(c.approach))
        reason = state("evidence.borrowed", approach=name, task=Task(str(inputs.task)), near=near)
        grade = Grade.BORROWED
    left = fit["validation"]["new"][member.cell]
    checked = state(
        "series.checked",
        error=Number(left["median_abs_error"]),
        held=Share(left["coverage_80"]),
        sets=int(cell["n_sets"]),
    )
    ids = tuple(cell["source_ids"][:SOURCES_NAMED])
    counts = int(cell["n_points"]), int(cell["n_sources"])
    return EvidenceGrade(str(grade), reason, *counts, ids, None, checked)


def _no_row(inputs: ProjectInputs, c: Candidate) -> Statement:
    name, task = ApproachName(str(c.approach)), Task(str(inputs.task))
    return state("series.no_row", approach=name, task=task)


def _unknown(metric: str, reason: Statement) -> AccuracyEstimate:
    grade = EvidenceGrade("none", reason, 0, 0, (), None)
    return AccuracyEstimate(metric, None, reason, None, None, grade)
