"""The baseline where labels occur together: one linear model for each label against the rest."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.measure.baseline import TableBaseline, TextBaseline, baseline_of
from estimator.measure.describe import NONE, Examples, Facts
from estimator.measure.jsons import JOINT
from estimator.measure.leaks import joint_leaks
from estimator.measure.notes import Note
from estimator.measure.points import (
    Measured,
    Progress,
    gaps_of,
    learning_curve,
    memory_gb,
    plan_of,
    sample,
    split_notes,
)
from estimator.measure.scores import JOINT_MEASURED, joint_score, noise

Array = NDArray[Any]

MOST_LABELS = 40
"""Labels that are measured, the most frequent ones."""

LEAST_OF_LABEL = 5
"""Examples that a label must have to be measured."""


def measure_joint(
    facts: Facts,
    examples: Examples,
    metric: str,
    progress: Progress = lambda share, what: None,
    seed: int = 0,
) -> Measured:
    """Learning curve where an example carries any number of labels.

    Parameters
    ----------
    facts : Facts
    examples : Examples
        Their labels are joined; none of them is ``NONE``.
    metric : str
        One of ``JOINT_MEASURED``; accuracy: all labels of an example right.
    progress, seed
        As in ``curve.measure``.

    Notes
    -----
    Each label weighs its rare side as much as its frequent one. ``extra`` holds all three figures.
    """
    begin = time.process_time()
    examples = sample(examples, seed)
    held = [set(v.split(JOINT)) - {NONE} for v in examples.labels]
    counts = Counter(label for labels in held for label in labels)
    names = [n for n, c in counts.most_common(MOST_LABELS) if c >= LEAST_OF_LABEL]
    truth = np.array([[n in labels for n in names] for labels in held], bool)
    model = baseline_of(examples)
    plan = plan_of(examples, _rarest(truth), seed)
    test = plan.splits[plan.main][1]
    last: dict[str, float] = {}

    def score_at(train: Array, ask: Array) -> float:
        answer = _answers(model, train, ask, truth, seed)
        last.update({m: joint_score(m, answer, truth[ask]) for m in JOINT_MEASURED})
        return last[metric]

    points, seconds = learning_curve(
        plan,
        score_at,
        lambda value: noise(metric, value, len(test)),
        lambda share: progress(0.02 + 0.8 * share, "curve"),
    )
    extra: dict[str, Any] = {name: round(value, 6) for name, value in last.items()}
    extra["labels_measured"] = len(names)
    gaps = gaps_of(plan, score_at)
    notes = [Note("joint_measured", {"n": len(names), "left": len(counts) - len(names)})]
    notes += split_notes(gaps, len(plan.splits), len(held))
    notes += joint_leaks(examples, truth, names)
    progress(1.0, "done")
    return Measured(
        metric,
        points,
        len(test),
        plan.main,
        gaps,
        _constant(metric, truth[test]),
        0,
        0,
        tuple(notes),
        time.process_time() - begin,
        memory_gb(),
        seconds,
        extra=extra,
    )


def _rarest(truth: Array) -> Array:
    """The rarest label of each example, as a class whose shares are kept alike."""
    rarity = np.argsort(np.argsort(truth.sum(axis=0), kind="stable"))
    ranked = np.where(truth, rarity, truth.shape[1])
    found = np.where(truth.any(axis=1), ranked.min(axis=1), truth.shape[1])
    return np.unique(found, return_inverse=True)[1]


def _answers(
    model: TextBaseline | TableBaseline, train: Array, test: Array, truth: Array, seed: int
) -> Array:
    """Which labels each test example is said to carry [examples x labels]."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    fit, ask = model.features(train, test)
    out = np.zeros((len(test), truth.shape[1]), bool)
    for c in range(truth.shape[1]):
        told = truth[train, c]
        if told.all() or not told.any():
            out[:, c] = told.any()
            continue
        if isinstance(model, TextBaseline):
            one: Any = LinearSVC(C=1.0, class_weight="balanced", random_state=seed, max_iter=2000)
        else:
            one = LogisticRegression(C=1.0, class_weight="balanced", max_iter=200)
        out[:, c] = one.fit(fit, told).decision_function(ask) > 0
    return out


def _constant(metric: str, truth: Array) -> float:
    """The best that is reached by giving every example the same labels."""
    order = np.argsort(-truth.sum(axis=0), kind="stable")
    values = []
    for n in range(truth.shape[1] + 1):
        fixed = np.zeros(truth.shape[1], bool)
        fixed[order[:n]] = True
        values.append(joint_score(metric, np.tile(fixed, (len(truth), 1)), truth))
    return round(max(values), 6)
