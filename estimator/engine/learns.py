"""What a row learns from a scenario: nothing, what it looks up, how many test labels it needs.

Functions, not methods: a watched scenario notes the fields that they read, where a method would
count as reading all.
"""

from __future__ import annotations

from estimator.engine.inputs import ProjectInputs
from estimator.vocabulary import (
    JOINED_TASKS,
    READY_BASELINES,
    UNLABELLED_TESTS,
    Approach,
    HybridKind,
)


def as_is(inputs: ProjectInputs, approach: Approach) -> bool:
    """Nothing of the project is learned from: used as it is, looked up, or words alone."""
    words = approach is Approach.BASELINE and inputs.task in READY_BASELINES
    return approach is Approach.ZERO_SHOT or words or finds(inputs, approach)


def test_labels(inputs: ProjectInputs) -> int:
    """Test examples that are labelled; none where what is generated is looked at."""
    return 0 if inputs.task in UNLABELLED_TESTS else inputs.n_evaluation


def finds(inputs: ProjectInputs, approach: Approach) -> bool:
    """The hybrid that trains nothing and looks things up: passages, or two rankings joined."""
    joins = inputs.hybrid.kind is HybridKind.RETRIEVAL or inputs.task in JOINED_TASKS
    return approach is Approach.HYBRID and joins
