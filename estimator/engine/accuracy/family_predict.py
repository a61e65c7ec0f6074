"""Search, documents and pictures of a project: every row jointly, moved by the own baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import family, needs
from estimator.engine.accuracy.family import Member, Point, learned, scale
from estimator.engine.accuracy.family_rows import Plan, plan_rows
from estimator.engine.accuracy.family_truth import FamilyTruth, test_error
from estimator.engine.accuracy.measured import OwnResult
from estimator.engine.accuracy.project import OWN, own_results
from estimator.engine.accuracy.scales import Array
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.family_names import AS_IS, SIMPLE, TUNED, family_set
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate, Candidate, EvidenceGrade
from estimator.errors import InputError
from estimator.metrics import lower_is_better
from estimator.vocabulary import Approach, Grade, no_rows
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import Count, Metric, Number, Share, Statement, Task, listed, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

WIDTHS = ((0.08, Grade.A), (0.18, Grade.B), (0.35, Grade.C))
DISTANCE_WIDTHS = ((0.4, Grade.A), (0.9, Grade.B), (1.6, Grade.C))
"""Widest 80 % interval of a grade, in shares; of a distance in its logarithm."""
SOURCES_NAMED = 12
FEWEST_PICTURES = 1000
"""Pictures below which a distance between collections says nothing."""
RELATED = {"recall_at_10": "ndcg_at_10", "recall_at_20": "recall_at_100"}
"""Metrics without levels of their own: what is gained over an own result is that of another."""


@dataclass(frozen=True)
class Believed:
    """Means and covariance of the starts of all rows, then of their gains."""

    mean: Array
    cov: Array


def predict_family(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    evidence: Evidence,
    assumptions: Assumptions,
    draws: Draws,
) -> list[AccuracyEstimate]:
    """Quality of every candidate on the user's passages or documents.

    Parameters
    ----------
    inputs : ProjectInputs
    candidates : sequence of Candidate
    evidence : Evidence
        ``fits["families"]`` and, where a public data set is named, its points.
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
    fits = evidence.fits["families"][str(inputs.task)]
    own = own_results(inputs, candidates)
    fit = fits.get(metric) or (fits.get(RELATED.get(metric, "")) if own else None)
    if fit is None:
        key = "family.needs_own" if metric in RELATED else "family.metric"
        why = state(key, metric=Metric(0.0, metric), task=Task(str(inputs.task)))
        return [_unknown(metric, why) for _ in candidates]
    plan = plan_rows(inputs, candidates, fit, assumptions)
    named = _similar(inputs, evidence, metric, fit)
    apart = assumptions.value("accuracy.family_similarity") if named else 0.0
    found = family.joint(plan.members, fit, named, apart)
    factor = _factors(plan.members, fit, bool(named or own))
    found = family.Joint(found.mean, found.cov * np.outer(factor, factor))
    state_of = _states(plan, found, fit, factor)
    spread = assumptions.value(f"accuracy.test_spread.{inputs.task}")
    paired = assumptions.value("accuracy.test_pairing")
    at = {place: k for k, place in enumerate(plan.places)}
    mine = [(at[r.place], r) for r in own if r.place in at]
    state_of = _given(state_of, mine, plan, fit, metric, spread, paired)
    start, gain = _drawn(state_of, [candidates[p].key for p in plan.places], draws)
    run = assumptions.value("accuracy.family_run")
    few = metric == "fid"
    out = []
    for i, c in enumerate(candidates):
        if i not in at:
            out.append(_unknown(metric, _no_row(inputs, c)))
            continue
        if few and c.n_labelled(inputs) < FEWEST_PICTURES:
            why = state("family.few_pictures", n=Count(FEWEST_PICTURES))
            out.append(_unknown(metric, why))
            continue
        k = at[i]
        trained = plan.trained[k]
        truth = FamilyTruth(
            c.key, metric, start[k], gain[k], fit["learning"], run if trained else 0.0,
            spread, paired, draws,
        )  # fmt: skip
        measured = any(r.place == i for r in own)
        out.append(_estimate(inputs, c, plan, k, truth, fit, measured))
    return out


def _similar(
    inputs: ProjectInputs, evidence: Evidence, metric: str, fit: Mapping[str, Any]
) -> list[Point]:
    """Published points on the data set that the user named, as if they were his own."""
    name = inputs.facts.similar_dataset
    if not name:
        return []
    wanted = family_set(name)
    points = family.published(evidence, inputs.task)
    if wanted not in {p.member.dataset for p in points}:
        raise InputError("facts.similar_dataset", name, state("allowed.dataset"))
    found = []
    for p in points:
        m = p.member
        trained = m.cell == TUNED and "gains" not in fit
        if m.dataset == wanted and p.metric == metric and not trained:
            mine = Member(m.cell, m.model, OWN, OWN, m.seen, m.source)
            found.append(Point(mine, p.metric, p.value, p.n_labelled, p.source_id))
    return family.at_full(found, fit)


def _factors(members: Sequence[Member], fit: Mapping[str, Any], known: bool) -> Array:
    table = fit["widths"]["known" if known else "new"]
    return np.array([table.get(m.cell, table["all"]) for m in members])


def _states(plan: Plan, found: family.Joint, fit: Mapping[str, Any], factor: Array) -> Believed:
    """Starts of all rows from the systems they rest on, then their gains, apart from each other."""
    rows = len(plan.places)
    start = plan.mix @ found.mean + plan.offset + plan.common
    cov = plan.mix @ found.cov @ plan.mix.T + np.diag(plan.offset_sd**2)
    cov = cov + plan.common_sd**2 * np.outer(plan.common, plan.common)
    wide, gains = float(factor.mean()), fit.get("gains", {})
    each = [gains.get(cell, fit["gain"]) for cell in plan.cells]
    gain, sd, alone = (np.array([g[k] for g in each]) for k in ("mean", "sd", "own"))
    mean = gain * plan.share
    both = wide**2 * np.outer(sd * plan.share, sd * plan.share)
    own = (wide * alone * plan.share) ** 2 + (gain * plan.share_sd) ** 2
    whole = np.zeros((2 * rows, 2 * rows))
    whole[:rows, :rows] = cov
    whole[rows:, rows:] = both + np.diag(own)
    return Believed(np.concatenate([start, mean]), whole)


def _given(
    found: Believed, own: Sequence[tuple[int, OwnResult]], plan: Plan, fit: Mapping[str, Any],
    metric: str, spread: float, paired: float,
) -> Believed:  # fmt: skip
    """Given own results: exact, as everything is normal on the scale."""
    if not own:
        return found
    rows = len(plan.places)
    look = np.zeros((len(own), 2 * rows))
    error, seen = np.zeros(len(own)), np.zeros(len(own))
    for j, (k, r) in enumerate(own):
        look[j, k] = 1.0
        look[j, rows + k] = float(learned(np.array(r.n_labelled), fit["learning"]))
        value = np.array(r.value)
        error[j] = float(test_error(value, metric, r.n_test, spread))
        seen[j] = float(scale(value, metric))
    noise = np.outer(error, error) * np.where(np.eye(len(own)) > 0, 1.0, paired)
    within = look @ found.cov @ look.T + noise
    weight = np.linalg.solve(within, look @ found.cov).T
    mean = found.mean + weight @ (seen - look @ found.mean)
    cov = found.cov - weight @ look @ found.cov
    return Believed(mean, (cov + cov.T) / 2)


def _drawn(found: Believed, keys: Sequence[str], draws: Draws) -> tuple[Array, Array]:
    """Draws of starts and gains, shape (rows, n + 1) each; the base case is the median."""
    size, vectors = np.linalg.eigh(found.cov)
    root = vectors * np.sqrt(np.maximum(size, 0.0)) @ vectors.T
    names = [f"family.{key}.{part}" for part in ("start", "gain") for key in keys]
    drawn = found.mean[:, None] + root @ np.stack([draws.normal(n) for n in names])
    return np.asarray(drawn[: len(keys)]), np.asarray(drawn[len(keys) :])


def _estimate(
    inputs: ProjectInputs, c: Candidate, plan: Plan, k: int, truth: FamilyTruth,
    fit: Mapping[str, Any], measured: bool,
) -> AccuracyEstimate:  # fmt: skip
    labels = float(c.n_labelled(inputs)) if plan.trained[k] else 0.0
    values = truth(np.array([labels]))[0]
    target = inputs.target.value
    reached, needed, unknown, named = None, None, None, None
    if target is not None:
        low = lower_is_better(truth.metric)
        reached = float(np.mean(values[1:] <= target if low else values[1:] >= target))
        most = needs.most_labels(inputs, c, {"cells": {}})
        needed = needs.in_reach(truth.labels_for(float(target)), most)
        own = needs.own_labels(inputs, c)
        unknown, named = needs.reason(needed, most, own), needs.named(needed, own)
    return AccuracyEstimate(
        metric=truth.metric,
        draws=values,
        reason=None,
        target_probability=reached,
        labels_for_target_draws=needed,
        grade=_grade(inputs, c, plan, k, fit, values, measured),
        curve=truth,
        noise_free=truth,
        truth=truth,
        labels_reason=unknown,
        labels_named=named,
    )


def _grade(
    inputs: ProjectInputs, c: Candidate, plan: Plan, k: int, fit: Mapping[str, Any],
    values: Array, measured: bool,
) -> EvidenceGrade:  # fmt: skip
    counts = fit["cells"].get(plan.cells[k]) or fit["cells"][AS_IS]
    n_points, n_sources = int(counts["n_points"]), int(counts["n_sources"])
    approach, task = ApproachName(str(c.approach)), Task(str(inputs.task))
    points = state("evidence.points", n=n_points, sources=n_sources, approach=approach, task=task)
    p10, _, p90 = percentiles(values)
    wide, widths = p90 - p10, WIDTHS
    if inputs.target.metric in family.BOUNDS:
        wide, widths = float(np.log(p90 / p10)), DISTANCE_WIDTHS
    grade = next((letter for most, letter in widths if wide <= most), Grade.D)
    reason = state("family.sets", points=points, sets=int(counts["n_sets"]))
    if "recipes" in fit and plan.trained[k]:
        told = fit["recipes"]
        ends = {end: Metric(told[end], str(inputs.target.metric)) for end in ("worst", "best")}
        reason = state("family.recipes", sets=reason, n=int(told["n"]), **ends)
    if measured:
        own = sum(1 for p in inputs.pilot if p.approach == c.approach)
        grade, reason = Grade.A, state("evidence.own", own=own, points=points)
    elif plan.borrowed[k] and "recipes" not in fit:
        near = Approach.FULL_FINETUNE if plan.trained[k] else Approach.ZERO_SHOT
        if plan.trained[k] and plan.cells[k] == SIMPLE:
            near = Approach.BASELINE
        near_names = listed([ApproachName(str(near))])
        reason = state("evidence.borrowed", approach=approach, task=task, near=near_names)
        grade = Grade.BORROWED
    known = "known" if inputs.pilot or inputs.facts.similar_dataset else "new"
    ids = tuple(counts["source_ids"][:SOURCES_NAMED])
    ratio = None
    if plan.trained[k]:
        ratio = float(c.n_labelled(inputs)) / float(fit["learning"]["full"])
    seen = _checked(fit.get("validation"), known, plan.cells[k])
    return EvidenceGrade(str(grade), reason, n_points, n_sources, ids, ratio, seen)


def _checked(validation: Mapping[str, Any] | None, known: str, cell: str) -> Statement | None:
    """What left-out data sets say; nothing where there was one alone."""
    if validation is None:
        return None
    left = validation[known].get(cell) or validation[known]["all"]
    held, sets = Share(left["coverage_80"]), int(left["n_collections"])
    if "median_factor" in left:
        factor = Number(left["median_factor"])
        return state(f"family.checked_factor.{known}", factor=factor, held=held, sets=sets)
    error = Number(100 * left["median_abs_error"])
    return state(f"family.checked.{known}", error=error, held=held, sets=sets)


def _no_row(inputs: ProjectInputs, c: Candidate) -> Statement:
    means = c.approach not in no_rows(inputs.task, inputs.target.metric)
    return state(
        f"family.{'unpublished' if means else 'no_row'}",
        approach=ApproachName(str(c.approach)), task=Task(str(inputs.task)),
        metric=Metric(0.0, str(inputs.target.metric)),
    )  # fmt: skip


def _unknown(metric: str, reason: Statement) -> AccuracyEstimate:
    grade = EvidenceGrade("none", reason, 0, 0, (), None)
    return AccuracyEstimate(metric, None, reason, None, None, grade)
