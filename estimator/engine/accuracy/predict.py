"""The door of the accuracy room: a predictive distribution for every row of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import needs, parts
from estimator.engine.accuracy.block import (
    Block,
    along_labels,
    remembered_block,
    root,
    spread_apart,
    widened,
)
from estimator.engine.accuracy.facts import gain_of, lost_in_use, shift_of
from estimator.engine.accuracy.family_predict import predict_family
from estimator.engine.accuracy.grade import checked, grade_candidate
from estimator.engine.accuracy.kernel import KNOTS
from estimator.engine.accuracy.known import known_rows, similar_dataset
from estimator.engine.accuracy.measured import believe
from estimator.engine.accuracy.names import NO_CLASS_TASKS
from estimator.engine.accuracy.other import predict_other
from estimator.engine.accuracy.paths import MIDDLE_KNOT, Path, centred, falling
from estimator.engine.accuracy.posterior import Posterior, shared_posterior
from estimator.engine.accuracy.project import (
    OWN,
    clip_share,
    knot_rows,
    own_results,
    stated_observations,
    test_share,
)
from estimator.engine.accuracy.rows import Rows, concatenate
from estimator.engine.accuracy.scales import (
    LOWER_IS_BETTER,
    OUT_OF_SCALE,
    Array,
    full_scale,
    metric_group,
)
from estimator.engine.accuracy.series_predict import predict_series
from estimator.engine.accuracy.truth import Truths
from estimator.engine.accuracy.widths import factors_of
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.family_names import FAMILY_TASKS
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate, Candidate, EvidenceGrade
from estimator.vocabulary import Task
from estimator.words.statement import Metric, Statement, state
from estimator.words.statement import Task as TaskWord

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def predict_accuracy(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    evidence: Evidence,
    assumptions: Assumptions,
    draws: Draws,
) -> list[AccuracyEstimate]:
    """Accuracy of every candidate on the user's data, jointly, given all that is known of it.

    Parameters
    ----------
    inputs : ProjectInputs
    candidates : sequence of Candidate
    evidence : Evidence
        ``fits["accuracy"]`` and, where a public data set is named, the table ``curves``.
    assumptions : Assumptions
    draws : Draws

    Returns
    -------
    list of AccuracyEstimate
        In the order of ``candidates``. Draws share the data set's difficulty over all of them.

    Raises
    ------
    InputError
        When ``facts.similar_dataset`` is no data set of the evidence.

    Notes
    -----
    The mixed model of kernel.py, given stated levels and evidence on the named data set; shifted by
    label noise and domain distance (facts.py); then moved to the own results (measured.py). The
    base case is the median. Draws are true values: a finite test set blurs results, not the model.
    """
    fit = evidence.fits["accuracy"]
    metric = str(inputs.target.metric)
    if inputs.task is Task.TIME_SERIES:
        return predict_series(inputs, candidates, evidence, assumptions, draws)
    if inputs.task is Task.OTHER:
        return predict_other(inputs, candidates, assumptions, draws)
    if inputs.task in FAMILY_TASKS:
        return predict_family(inputs, candidates, evidence, assumptions, draws)
    reason = _nothing_known(inputs, fit)
    if reason:
        return [_unknown(metric, reason) for _ in candidates]
    posterior = shared_posterior(fit)
    dataset = similar_dataset(inputs, fit) or OWN
    sure = assumptions.value("accuracy.kind_sure")
    knots = knot_rows(inputs, candidates, posterior.typical, dataset, sure)
    shifts = [shift_of(inputs, c.approach, fit["effects"], assumptions, draws) for c in candidates]
    observed, extra = stated_observations(inputs, posterior.typical, dataset, assumptions)
    block = _condition(evidence, assumptions, posterior, knots, dataset, observed, extra)
    own = evidence.fits["accuracy_own"]
    paths = _paths(inputs, block, knots, candidates, fit, own, draws)
    paths = [
        replace(
            p,
            nodes=p.nodes + shift if shift.any() else p.nodes,
            gain=gain_of(inputs, c.approach, assumptions, draws) if p.needs_labels else None,
        )
        for p, c, shift in zip(paths, candidates, shifts, strict=True)
    ]
    paths = parts.combined(inputs, candidates, paths, fit["cells"], assumptions, draws)
    paths = parts.with_passages(inputs, candidates, paths, assumptions, draws)
    labels = [float(c.n_labelled(inputs)) for c in candidates]
    share = test_share(inputs)
    found = believe(paths, own_results(inputs, candidates), labels, own, assumptions, draws)
    lost = lost_in_use(inputs, assumptions, draws)
    believed = found.paths if lost is None else [replace(p, lost=lost) for p in found.paths]
    return [
        _estimate(
            inputs,
            c,
            Truths(c.key, path, found.kept_by(i), own, n, share, assumptions, draws),
            fit,
            checked(evidence.fits.get("accuracy_validation", {}), str(inputs.task), c.approach),
        )
        for i, (c, path, n) in enumerate(zip(candidates, believed, labels, strict=True))
    ]


def _condition(
    evidence: Evidence,
    assumptions: Assumptions,
    posterior: Posterior,
    knots: Rows,
    dataset: str,
    stated: Rows | None,
    extra: Array,
) -> Block:
    """The knots of all candidates, given stated levels and the named data set."""
    if dataset == OWN:
        return remembered_block(posterior, knots, stated, extra)
    public = known_rows(evidence, dataset, OWN, knots)
    observed = concatenate([r for r in (stated, public) if r is not None])
    extra = np.concatenate([extra, np.zeros(len(observed) - len(extra))])
    apart = assumptions.value("accuracy.similarity_spread") ** 2
    shared = np.zeros(len(knots) + len(observed))
    shared[: len(knots) + (0 if stated is None else len(stated))] = apart
    return remembered_block(posterior, knots, observed, extra, shared)


def _paths(
    inputs: ProjectInputs,
    block: Block,
    knots: Rows,
    candidates: Sequence[Candidate],
    fit: Mapping[str, Any],
    own: Mapping[str, float],
    draws: Draws,
) -> list[Path]:
    factor = factors_of(fit["widths"]["new"], knots)
    place = np.where(knots.no_labels.astype(bool), KNOTS[MIDDLE_KNOT], knots.log_per_class)
    places = [slice(len(KNOTS) * i, len(KNOTS) * (i + 1)) for i in range(len(candidates))]
    keys = tuple(c.key for c in candidates)
    along = along_labels(knots.group, place, own)
    spread = (factor.tobytes(), along.tobytes(), float(fit["shared"]))
    curves = _curves(block, spread, keys, draws)
    out = []
    for nodes, at in zip(curves, places, strict=True):
        classes = float(knots.n_classes[at.start])
        alone = inputs.task in NO_CLASS_TASKS or not classes >= 2
        out.append(
            Path(
                nodes=nodes,
                divisor=(1.0 if alone else classes) / clip_share(inputs),
                chance=float(knots.chance[at.start]),
                group=str(knots.group[at.start]),
                needs_labels=not bool(knots.no_labels[at.start]),
            )
        )
    return out


@lru_cache(maxsize=4)
def _curves(
    block: Block, spread: tuple[bytes, bytes, float], keys: tuple[str, ...], draws: Draws
) -> tuple[Array, ...]:
    """Nodes of every candidate's curve before facts shift them; read-only.

    ``spread`` holds the factor on each knot's standard deviation, its place along the labels and
    the share kept of what different curves have in common.
    """
    factor, along = (np.frombuffer(x) for x in spread[:2])
    cov = widened(block.cov, factor, along.reshape(2, -1))
    cov = spread_apart(cov, len(keys), spread[2])
    y = block.mean[:, None] + root(cov) @ _normals(keys, draws)
    nodes = tuple(centred(falling(y[i : i + len(KNOTS)])) for i in range(0, len(y), len(KNOTS)))
    for curve in nodes:
        curve.setflags(write=False)
    return nodes


@lru_cache(maxsize=4)
def _normals(keys: tuple[str, ...], draws: Draws) -> Array:
    """Named normals of every knot of every candidate, shape (knots, n + 1)."""
    return np.stack([draws.normal(f"accuracy.{c}.{k}") for c in keys for k in range(len(KNOTS))])


def _estimate(
    inputs: ProjectInputs,
    candidate: Candidate,
    truth: Truths,
    fit: Mapping[str, Any],
    seen: Statement | None,
) -> AccuracyEstimate:
    path, run = truth.path, truth.shift(truth.planned)
    values = path.value(truth.planned, run)[0]
    target = inputs.target.value
    reached, needed, unknown = None, None, None
    own = needs.own_labels(inputs, candidate)
    if target is not None:
        low = path.group in LOWER_IS_BETTER
        ahead = values[1:] <= target if low else values[1:] >= target
        reached = float(np.mean(ahead))
        most = needs.most_labels(inputs, candidate, fit)
        needed = needs.in_reach(path.labels_for(float(target), run), most)
        unknown = needs.reason(needed, most, own)
    p10, _, p90 = percentiles(values)
    width = 100 * (p90 - p10) / full_scale(path.group)

    def curve(labels: Array) -> Array:
        return path.value(labels, run)

    return AccuracyEstimate(
        metric=str(inputs.target.metric),
        draws=values,
        reason=None,
        target_probability=reached,
        labels_for_target_draws=needed,
        grade=replace(grade_candidate(inputs, candidate, fit, width), checked=seen),
        curve=curve,
        noise_free=curve,
        truth=truth,
        labels_reason=unknown,
        labels_named=None if needed is None else needs.named(needed, own),
    )


def _nothing_known(inputs: ProjectInputs, fit: Mapping[str, Any]) -> Statement | None:
    task = str(inputs.task)
    if not any(key.split("|")[0] == task for key in fit["cells"]):
        return state("evidence.no_curve", task=TaskWord(task))
    metric = str(inputs.target.metric)
    group = metric_group(metric)
    if group in OUT_OF_SCALE:
        return state("evidence.no_metric", metric=Metric(0.0, metric), task=TaskWord(task))
    return None


def _unknown(metric: str, reason: Statement) -> AccuracyEstimate:
    grade = EvidenceGrade("none", reason, 0, 0, (), None)
    return AccuracyEstimate(metric, None, reason, None, None, grade)
