"""A scenario as rows of the model: candidates at the knots of their curves, pilots, known data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from estimator.engine.accuracy import names
from estimator.engine.accuracy.facts import shift_of, stated_levels
from estimator.engine.accuracy.kernel import KNOTS
from estimator.engine.accuracy.rows import SECONDS_PER_CLIP, Rows, build_rows
from estimator.engine.accuracy.scales import Array, error_from_value, stretch, to_scale
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate
from estimator.vocabulary import Approach, Task

OWN = "this project"
"""Name of the project's data set and source where nothing public is named."""

UNCOUNTED = names.NO_CLASS_TASKS | {"question_answering"}
"""Tasks whose published points state no number of classes."""

PLENTY_PER_CLASS = 1000.0
"""Labels per class at which a model is taken to be near what is possible on the data."""

PLENTY_UNCOUNTED = 100_000.0
"""The same where labels are not counted per class."""

VARIANTS: dict[Approach, str] = {Approach.CONTINUED_PRETRAIN: "continued_pretrain_finetune"}
"""Spelling of an approach in the evidence where it differs."""


def variant(approach: Approach, task: Task) -> str:
    """The evidence's own name of an approach; tables are used as is with the rows in context."""
    if approach == Approach.ZERO_SHOT and task == Task.TABULAR_CLASSIFICATION:
        return "in_context_table"
    return VARIANTS.get(approach, str(approach))


def project_rows(
    inputs: ProjectInputs,
    members: Sequence[tuple[str, Approach, float, str]],
    labels: Sequence[float],
    typical: Mapping[str, Any],
    dataset: str,
) -> Rows:
    """Rows of this project, one per member: (curve, approach, params, backbone) at n labels."""
    count = len(members)
    task = str(inputs.task)
    classes = np.nan if task in UNCOUNTED else float(inputs.n_classes)
    return build_rows(
        {
            "task": [task] * count,
            "family": [task] * count,
            "approach": [str(a) for _, a, _, _ in members],
            "variant": [variant(a, inputs.task) for _, a, _, _ in members],
            "metric": [str(inputs.target.metric)] * count,
            "dataset": [dataset] * count,
            "domain": [OWN] * count,
            "backbone": [b for _, _, _, b in members],
            "source": [OWN] * count,
            "curve": [c for c, _, _, _ in members],
            "n_classes": [classes] * count,
            "n_labelled": [n * clip_share(inputs) for n in labels],
            "params": [p for _, _, p, _ in members],
            "value": [np.nan] * count,
        },
        typical,
    )


def clip_share(inputs: ProjectInputs) -> float:
    """What one clip of the project counts in clips of the evidence's length; 1 but for speech."""
    if inputs.task != Task.SPEECH_RECOGNITION:
        return 1.0
    return float(inputs.unit_length) / SECONDS_PER_CLIP


def member(candidate: Candidate) -> tuple[str, Approach, float, str]:
    """Curve, approach, parameters and base model of a candidate."""
    model = candidate.model
    params = model.params_total if model is not None and model.params_total else np.nan
    backbone = names.backbone_key(model.name) if model is not None else OWN
    return candidate.key, candidate.approach, float(params), backbone


def knot_rows(
    inputs: ProjectInputs, candidates: Sequence[Candidate], typical: Mapping[str, Any], dataset: str
) -> Rows:
    """Each candidate at every knot of its curve, candidate by candidate."""
    members = [member(c) for c in candidates for _ in KNOTS]
    rows = project_rows(inputs, members, [np.nan] * len(members), typical, dataset)
    per_class = np.tile(np.array(KNOTS), len(candidates))
    return rows.with_(
        log_per_class=per_class,
        n_unknown=np.zeros(len(members), bool),
        no_labels=rows.variant == "zero_shot",
    )


def own_observations(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    typical: Mapping[str, Any],
    dataset: str,
    fit: Mapping[str, Any],
    assumptions: Assumptions,
) -> tuple[Rows | None, Array]:
    """Pilot points and stated levels as observed rows, with the variance added to each.

    A pilot point shares the curve of its approach and has the noise of the scenario's test set; a
    stated human or best level stands for full fine-tuning with plenty of labels, give or take.
    """
    by_approach = {c.approach: c for c in reversed(candidates)}
    members, labels, values, shifts, variances = [], [], [], [], []
    for point in inputs.pilot:
        found = by_approach.get(point.approach)
        members.append(
            member(found) if found else (str(point.approach), point.approach, np.nan, OWN)
        )
        labels.append(float(point.n_labelled))
        values.append(float(point.value))
        shifts.append(-_base_shift(inputs, point.approach, fit, assumptions))
        variances.append(np.nan)
    counted = inputs.task not in UNCOUNTED
    plenty = PLENTY_PER_CLASS * max(inputs.n_classes, 1) if counted else PLENTY_UNCOUNTED
    for i, (value, gap, spread) in enumerate(stated_levels(inputs, assumptions)):
        members.append((f"stated level {i}", Approach.FULL_FINETUNE, np.nan, OWN))
        labels.append(plenty / clip_share(inputs))
        values.append(value)
        shifts.append(gap)
        variances.append(spread**2)
    if not members:
        return None, np.zeros(0)
    rows = project_rows(inputs, members, labels, typical, dataset)
    error = np.clip(error_from_value(np.array(values), rows.group), 0.0, None)
    tested = test_set_variance(error, rows.chance, inputs.n_evaluation, str(rows.group[0]))
    given = np.array(variances)
    extra = np.where(np.isnan(given), tested, given)
    return rows.with_(y=to_scale(error, rows.chance) + np.array(shifts)), extra


def _base_shift(
    inputs: ProjectInputs, approach: Approach, fit: Mapping[str, Any], assumptions: Assumptions
) -> float:
    """Base case of the shift that facts put on an approach: a measurement already holds it."""
    return float(shift_of(inputs, approach, fit["effects"], assumptions, Draws(64, 0))[0])


def test_set_variance(error: Array, chance: Array, n_evaluation: float, group: str) -> Array:
    """Variance on the scale of a metric measured on a finite test set (binomial)."""
    if n_evaluation <= 0 or group not in ("accuracy", "error", "f1", "top5", "em", "auc"):
        return np.zeros(np.shape(error))
    e = np.clip(np.asarray(error, float), 0.5 / n_evaluation, 1 - 0.5 / n_evaluation)
    slope = stretch(to_scale(e, chance)) / chance
    return np.asarray(e * (1 - e) / n_evaluation * slope**2)
