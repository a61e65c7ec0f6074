"""A scenario as rows of the model: candidates at the knots of their curves, pilots, known data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from estimator.engine.accuracy import names
from estimator.engine.accuracy.facts import stated_levels
from estimator.engine.accuracy.kernel import KNOTS
from estimator.engine.accuracy.measured import OwnResult
from estimator.engine.accuracy.rows import SECONDS_PER_CLIP, Rows, build_rows
from estimator.engine.accuracy.scales import Array, error_from_value, metric_group, to_scale
from estimator.engine.accuracy.testing import bearing, bearing_share
from estimator.engine.assumptions import Assumptions
from estimator.engine.inputs import ProjectInputs
from estimator.engine.kinds import kind_word, language_word
from estimator.engine.results import Candidate
from estimator.vocabulary import JOINT_TASKS, Approach, Task

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
    sure: float,
) -> Rows:
    """Rows of this project, one per member: (curve, approach, params, backbone) at n labels.

    ``sure`` is the share of stated kinds of data that are right.
    """
    count = len(members)
    task = str(inputs.task)
    kind = kind_word(task, inputs.facts.kind, sure, OWN)
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
            "kind": [kind] * count,
            "language": [language_word(task, inputs.facts.language, OWN)] * count,
            "backbone": [b for _, _, _, b in members],
            "source": [OWN] * count,
            "curve": [c for c, _, _, _ in members],
            "n_classes": [classes] * count,
            "n_labelled": [n * clip_share(inputs) for n in labels],
            "params": [p for _, _, p, _ in members],
            "majority_share": [majority_share(inputs)] * count,
            "value": [np.nan] * count,
        },
        typical,
    )


def clip_share(inputs: ProjectInputs) -> float:
    """What one example counts in examples of the evidence: clips by length, joint labels by number.

    A text with three topics is an example of each of them.
    """
    if inputs.task in JOINT_TASKS:
        return float(inputs.facts.labels_per_example)
    if inputs.task != Task.SPEECH_RECOGNITION:
        return 1.0
    return float(inputs.unit_length) / SECONDS_PER_CLIP


def member(candidate: Candidate) -> tuple[str, Approach, float, str]:
    """Curve, approach, parameters and base model of a candidate."""
    model = candidate.model
    params = model.params_total if model is not None and model.params_total else np.nan
    backbone = names.backbone_key(model.name) if model is not None else OWN
    return candidate.key, candidate.approach, float(params), backbone


def majority_share(inputs: ProjectInputs) -> float:
    """Share of the largest class as stated, or as two classes leave it; nan where unknown."""
    facts = inputs.facts
    if facts.majority_share is not None:
        return float(facts.majority_share)
    if facts.minority_share is not None and inputs.n_classes == 2:
        return 1.0 - float(facts.minority_share)
    return float("nan")


def knot_rows(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    typical: Mapping[str, Any],
    dataset: str,
    sure: float,
) -> Rows:
    """Each candidate at every knot of its curve, candidate by candidate."""
    members = [member(c) for c in candidates for _ in KNOTS]
    rows = project_rows(inputs, members, [np.nan] * len(members), typical, dataset, sure)
    per_class = np.tile(np.array(KNOTS), len(candidates))
    return rows.with_(
        log_per_class=per_class,
        n_unknown=np.zeros(len(members), bool),
        no_labels=rows.variant == "zero_shot",
    )


def stated_observations(
    inputs: ProjectInputs,
    typical: Mapping[str, Any],
    dataset: str,
    assumptions: Assumptions,
) -> tuple[Rows | None, Array]:
    """Stated levels as observed rows, with the variance added to each.

    A stated human or best level stands for full fine-tuning with plenty of labels, give or take.
    """
    counted = inputs.task not in UNCOUNTED
    plenty = PLENTY_PER_CLASS * max(inputs.n_classes, 1) if counted else PLENTY_UNCOUNTED
    levels = stated_levels(inputs, assumptions)
    if not levels:
        return None, np.zeros(0)
    members = [
        (f"stated_level_{i}", Approach.FULL_FINETUNE, np.nan, OWN) for i in range(len(levels))
    ]
    labels = [plenty / clip_share(inputs)] * len(levels)
    sure = assumptions.value("accuracy.kind_sure")
    rows = project_rows(inputs, members, labels, typical, dataset, sure)
    value, gap, spread = (np.array(column) for column in zip(*levels, strict=True))
    error = np.clip(error_from_value(value, rows.group), 0.0, None)
    return rows.with_(y=to_scale(error, rows.chance) + gap), spread**2


def test_share(inputs: ProjectInputs) -> float:
    """Share of the test examples that bear on the scenario's metric."""
    group = metric_group(inputs.target.metric)
    return bearing_share(group, float(inputs.n_classes), inputs.facts.minority_share)


def own_results(inputs: ProjectInputs, candidates: Sequence[Candidate]) -> list[OwnResult]:
    """The scenario's own results, each of the first row of its approach.

    A result that does not say on how many examples it was tested was tested on the scenario's test
    set; without one it stands for a test on as many examples as labels.
    """
    share = test_share(inputs)
    places = {c.approach: i for i, c in reversed(list(enumerate(candidates)))}
    return [
        OwnResult(
            place=places[point.approach],
            key=candidates[places[point.approach]].key,
            n_labelled=float(point.n_labelled),
            n_test=bearing(point.n_test or inputs.n_evaluation or max(point.n_labelled, 1), share),
            value=float(point.value),
        )
        for point in inputs.pilot
        if point.approach in places
    ]
