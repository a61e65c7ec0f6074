"""The door of the accuracy room: a predictive distribution for every row of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import parts
from estimator.engine.accuracy.block import Block, remembered_block, root, spread_apart
from estimator.engine.accuracy.calibration import MOST_PILOTS, factor_of
from estimator.engine.accuracy.facts import gain_of, shift_of
from estimator.engine.accuracy.grade import grade_candidate
from estimator.engine.accuracy.kernel import KNOTS, level_variance
from estimator.engine.accuracy.known import known_rows, similar_dataset
from estimator.engine.accuracy.names import NO_CLASS_TASKS
from estimator.engine.accuracy.own_points import OwnPoints, after_own_points, step_of
from estimator.engine.accuracy.paths import Path, centred, falling
from estimator.engine.accuracy.posterior import Posterior, shared_posterior
from estimator.engine.accuracy.project import (
    OWN,
    clip_share,
    knot_rows,
    own_observations,
    test_set_variance,
)
from estimator.engine.accuracy.rows import Rows, concatenate
from estimator.engine.accuracy.scales import (
    LOWER_IS_BETTER,
    OUT_OF_SCALE,
    Array,
    metric_group,
    to_error,
)
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate, Candidate, EvidenceGrade

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

MIDDLE_KNOT = 3


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
    The mixed model of kernel.py, conditioned on pilot points, stated levels and evidence on the
    named data set; then shifted by label noise and domain distance (facts.py). The base case is
    the median.
    """
    fit = evidence.fits["accuracy"]
    metric = str(inputs.target.metric)
    reason = _nothing_known(inputs, fit)
    if reason:
        return [_unknown(metric, reason) for _ in candidates]
    posterior = shared_posterior(fit)
    dataset = similar_dataset(inputs, fit) or OWN
    knots = knot_rows(inputs, candidates, posterior.typical, dataset)
    shifts = [shift_of(inputs, c.approach, fit["effects"], assumptions, draws) for c in candidates]
    own, extra = own_observations(inputs, candidates, posterior.typical, dataset, fit, assumptions)
    block = _condition(evidence, assumptions, posterior, knots, dataset, own, extra)
    paths = _paths(inputs, block, knots, candidates, own, fit, draws)
    paths = [
        replace(
            p,
            nodes=p.nodes + shift if shift.any() else p.nodes,
            gain=gain_of(inputs, c.approach, assumptions, draws) if p.needs_labels else None,
        )
        for p, c, shift in zip(paths, candidates, shifts, strict=True)
    ]
    paths = parts.combined(inputs, candidates, paths, fit["cells"], assumptions, draws)
    labels = [c.n_labelled(inputs) for c in candidates]
    noise = _run_sds(posterior, block, knots, paths, labels)
    return [
        _estimate(inputs, c, p, fit, draws, float(sd))
        for c, p, sd in zip(candidates, paths, noise, strict=True)
    ]


def _condition(
    evidence: Evidence,
    assumptions: Assumptions,
    posterior: Posterior,
    knots: Rows,
    dataset: str,
    own: Rows | None,
    extra: Array,
) -> Block:
    """The knots of all candidates, given pilots, stated levels and the named data set."""
    if dataset == OWN:
        return remembered_block(posterior, knots, own, extra)
    public = known_rows(evidence, dataset, OWN, knots)
    observed = concatenate([r for r in (own, public) if r is not None])
    extra = np.concatenate([extra, np.zeros(len(observed) - len(extra))])
    apart = assumptions.value("accuracy.similarity_spread") ** 2
    shared = np.zeros(len(knots) + len(observed))
    shared[: len(knots) + (0 if own is None else len(own))] = apart
    return remembered_block(posterior, knots, observed, extra, shared)


def _paths(
    inputs: ProjectInputs,
    block: Block,
    knots: Rows,
    candidates: Sequence[Candidate],
    own: Rows | None,
    fit: Mapping[str, Any],
    draws: Draws,
) -> list[Path]:
    middle, scale = block.mean.copy(), np.ones(len(block.mean))
    shared = float(fit["shared"])
    sd = np.sqrt(np.maximum(np.diag(block.cov), 1e-12))
    places = [slice(len(KNOTS) * i, len(KNOTS) * (i + 1)) for i in range(len(candidates))]
    for candidate, at in zip(candidates, places, strict=True):
        count = min(len(inputs.pilot), MOST_PILOTS - 1)
        mine = None if own is None else _points_of(candidate, own)
        if mine is not None:
            count = mine.count
            mean, spread = _after(mine, middle[at], sd[at], knots.take(np.arange(len(sd))[at]), fit)
            middle[at], scale[at] = mean, spread / sd[at]
        scale[at] *= factor_of(fit, str(inputs.task), count)
    keys = tuple(c.key for c in candidates)
    curves = _curves(block, shared, middle.tobytes(), scale.tobytes(), keys, draws)
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


def _points_of(candidate: Candidate, own: Rows) -> OwnPoints | None:
    """The pilot points of a candidate's own curve; None where it has none."""
    mine = np.flatnonzero((own.curve == candidate.key) & ~own.no_labels.astype(bool))
    return OwnPoints.of(own.take(mine)) if len(mine) else None


def _after(
    own: OwnPoints, mean: Array, sd: Array, knots: Rows, fit: Mapping[str, Any]
) -> tuple[Array, Array]:
    """Mean and sd at the knots beyond the own points as left-out sources recentre them."""
    classes = np.where(knots.n_classes >= 2, knots.n_classes, 1.0)
    if knots.task[0] in NO_CLASS_TASKS:
        classes = np.ones(len(knots))
    labels = (10.0**knots.log_per_class - 0.5) * classes
    later = np.flatnonzero(labels > own.n_labelled.max())
    mean, sd = mean.copy(), sd.copy()
    mean[later], sd[later] = after_own_points(
        mean[later], sd[later], own, labels[later], step_of(fit, own.count)
    )
    return mean, sd


@lru_cache(maxsize=4)
def _curves(
    block: Block, shared: float, middle: bytes, scale: bytes, keys: tuple[str, ...], draws: Draws
) -> tuple[Array, ...]:
    """Nodes of every candidate's curve before facts shift them; read-only.

    ``middle`` and ``scale`` are the bytes of the mean of y at every knot and of the factor on its
    standard deviation.
    """
    away = root(spread_apart(block.cov, len(keys), shared)) @ _normals(keys, draws)
    y = np.frombuffer(middle)[:, None] + np.frombuffer(scale)[:, None] * away
    nodes = tuple(centred(falling(y[i : i + len(KNOTS)])) for i in range(0, len(y), len(KNOTS)))
    for curve in nodes:
        curve.setflags(write=False)
    return nodes


@lru_cache(maxsize=4)
def _normals(keys: tuple[str, ...], draws: Draws) -> Array:
    """Named normals of every knot of every candidate, shape (knots, n + 1)."""
    return np.stack([draws.normal(f"accuracy.{c}.{k}") for c in keys for k in range(len(KNOTS))])


def _run_sds(
    posterior: Posterior,
    block: Block,
    knots: Rows,
    paths: Sequence[Path],
    labels: Sequence[int],
) -> Array:
    """Standard deviation on the scale of one training run about each curve."""
    at = len(KNOTS) * np.arange(len(paths)) + MIDDLE_KNOT
    per_class = [np.log10(max(n, 0) / p.divisor + 0.5) for n, p in zip(labels, paths, strict=True)]
    rows = knots.take(at).with_(log_per_class=np.array(per_class))
    y = np.array([p.base().y(n)[0, 0] for n, p in zip(labels, paths, strict=True)])
    return np.sqrt(block.free[at] + level_variance(rows, y, posterior.sds))


def _estimate(
    inputs: ProjectInputs,
    candidate: Candidate,
    path: Path,
    fit: Mapping[str, Any],
    draws: Draws,
    noise: float,
) -> AccuracyEstimate:
    n = candidate.n_labelled(inputs)
    run = noise * draws.normal(f"accuracy.run.{candidate.key}")
    middle = to_error(path.base().y(n)[0], path.chance)
    test = np.sqrt(
        test_set_variance(middle, np.array([path.chance]), inputs.n_evaluation, path.group)
    )
    tested = run + test * draws.normal("accuracy.test_set")
    values = path.value(n, tested)[0]
    target = inputs.target.value
    reached, needed = None, None
    if target is not None:
        low = path.group in LOWER_IS_BETTER
        ahead = values[1:] <= target if low else values[1:] >= target
        reached = float(np.mean(ahead))
        needed = path.labels_for(float(target), run)
    return AccuracyEstimate(
        metric=str(inputs.target.metric),
        draws=values,
        reason="",
        target_probability=reached,
        labels_for_target_draws=needed,
        grade=grade_candidate(inputs, candidate, fit),
        curve=lambda labels: path.value(labels, tested),
        noise_free=lambda labels: path.value(labels, run),
    )


def _nothing_known(inputs: ProjectInputs, fit: Mapping[str, Any]) -> str:
    task = str(inputs.task)
    words = task.replace("_", " ")
    if not any(key.split("|")[0] == task for key in fit["cells"]):
        return f"the evidence holds no published learning curve for {words}"
    group = metric_group(inputs.target.metric)
    if group in OUT_OF_SCALE:
        return f"the evidence holds no point in {inputs.target.metric} for {words}"
    return ""


def _unknown(metric: str, reason: str) -> AccuracyEstimate:
    grade = EvidenceGrade("none", reason, 0, 0, (), None)
    return AccuracyEstimate(metric, None, reason, None, None, grade)
