"""The learning curve of the baseline for exclusive classes, measured on a user's own examples."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.errors import InputError
from estimator.measure.baseline import TableBaseline, TextBaseline, baseline_of
from estimator.measure.describe import LEAST_EXAMPLES, Examples, Facts
from estimator.measure.notes import Note
from estimator.measure.points import (
    Measured,
    Point,
    Progress,
    gaps_of,
    learning_curve,
    memory_gb,
    plan_of,
    sample,
    split_notes,
)
from estimator.measure.scores import MEASURED, noise, score
from estimator.words.statement import Share

Array = NDArray[Any]

FLAT = 0.02
"""Nearer to the best constant answer than this, labels are not learnt."""

UNORDERED = 0.06
"""An AUC this near to one half puts the classes in no order."""

TRUSTED = 0.75
"""Accuracy from which the baseline's objections to a label are worth a look."""


def measure(
    facts: Facts,
    examples: Examples,
    metric: str = "accuracy",
    progress: Progress = lambda share, what: None,
    seed: int = 0,
    frozen: bool = False,
) -> Measured:
    """Train and score the baseline at growing numbers of examples.

    Parameters
    ----------
    facts : Facts
    examples : Examples
        Of ``describe``.
    metric : str
        One of ``MEASURED``.
    progress : callable
        Told the share that is done [fraction] and what is being done.
    seed : int
        Of every split.
    frozen : bool
        Whether frozen features with a linear model are measured on the same splits.

    Raises
    ------
    InputError
        When the labels cannot be measured, or the metric not on such labels.
    """
    _check(facts, examples, metric)
    begin = time.process_time()
    examples = sample(examples, seed)
    codes = {name: i for i, name in enumerate(sorted(set(examples.labels)))}
    y = np.array([codes[label] for label in examples.labels])
    progress(0.02, "counting")
    model = baseline_of(examples)
    plan = plan_of(examples, y, seed)
    test = plan.splits[plan.main][1]
    last: dict[str, float] = {}

    def score_at(train: Array, held: Array) -> float:
        scores = _scores(model, train, held, y, seed)
        last["auc"] = score("auc", scores, y[held])
        return score(metric, scores, y[held])

    def noise_of(value: float) -> float:
        return noise(metric, value, len(test))

    share = 0.5 if frozen else 0.75
    points, seconds = learning_curve(
        plan, score_at, noise_of, lambda s: progress(0.02 + share * s, "curve")
    )
    area = last["auc"]
    gaps = gaps_of(plan, score_at)
    more: tuple[Point, ...] = ()
    notes: list[Note] = []
    if frozen:
        from estimator.measure.frozen import frozen_curve

        more, notes = frozen_curve(
            examples.texts, y, plan, metric, noise_of, lambda s: progress(0.52 + 0.3 * s, "frozen")
        )
    progress(0.85, "labels")
    disagree, checked = _disagreement(model, y, seed)
    constant = _constant(metric, y, test)
    notes += _not_learnt(points, constant, area, metric)
    notes += split_notes(gaps, len(plan.splits), len(y), -1 if metric == "error" else 1)
    progress(1.0, "done")
    return Measured(
        metric,
        points,
        len(test),
        plan.main,
        gaps,
        constant,
        disagree,
        checked,
        tuple(notes),
        time.process_time() - begin,
        memory_gb(),
        seconds,
        more,
    )


def _check(facts: Facts, examples: Examples, metric: str) -> None:
    if metric not in MEASURED:
        raise InputError("metric", metric, "measured here: " + ", ".join(MEASURED))
    if len(examples.labels) < LEAST_EXAMPLES or facts.n_classes < 2:
        got = f"{len(examples.labels)} labelled examples of {facts.n_classes} classes"
        raise InputError("file", got, f"at least {LEAST_EXAMPLES} examples of 2 classes")


def _scores(
    model: TextBaseline | TableBaseline, train: Array, test: Array, y: Array, seed: int
) -> Array:
    if len(np.unique(y[train])) > 1:
        return model.scores(train, test, y, seed)
    answer = np.zeros((len(test), int(y.max()) + 1))
    answer[:, y[train][0]] = 1.0
    return answer


def _disagreement(model: TextBaseline | TableBaseline, y: Array, seed: int) -> tuple[int, int]:
    """Labels that a model trained without them contradicts more clearly than it is usually sure."""
    from sklearn.model_selection import StratifiedKFold
    from sklearn.utils import check_random_state

    most = 2000 if int(y.max()) < 30 else 1000
    chosen = check_random_state(seed).permutation(len(y))[:most]
    if np.bincount(y[chosen]).min(initial=len(y)) < 3:
        counts = np.bincount(y[chosen], minlength=int(y.max()) + 1)
        chosen = chosen[counts[y[chosen]] >= 3]
    if len(np.unique(y[chosen])) < 2 or len(chosen) < 40:
        return 0, 0
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    margin, right = np.zeros(len(chosen)), np.zeros(len(chosen), bool)
    for fit, held in folds.split(chosen, y[chosen]):
        scores = model.scores(chosen[fit], chosen[held], y, seed)
        given = scores[np.arange(len(held)), y[chosen[held]]]
        best = scores.max(axis=1)
        second = np.partition(scores, -2, axis=1)[:, -2]
        right[held] = given >= best
        margin[held] = np.where(given >= best, best - second, best - given)
    if right.mean() < TRUSTED:
        return 0, len(chosen)
    clear = float(np.quantile(margin[right], 0.5))
    return int(np.sum(~right & (margin > clear))), len(chosen)


def _constant(metric: str, y: Array, test: Array) -> float:
    """The best that is reached by always giving the same answer."""
    k = int(y.max()) + 1
    answers = np.eye(k)
    values = []
    for c in range(k):
        fixed = np.tile(answers[c], (len(test), 1))
        values.append(score(metric, fixed, y[test]))
    best = min(values) if metric == "error" else max(values)
    return round(best, 6)


def _not_learnt(points: tuple[Point, ...], constant: float, area: float, metric: str) -> list[Note]:
    """Two results at the best constant answer, and scores that order nothing."""
    last = points[-2:]
    sign = -1 if metric == "error" else 1
    flat = [sign * (p.value - constant) <= max(FLAT, p.noise) for p in last]
    # Under imbalance accuracy stays at the majority while the order of the scores tells more.
    if len(last) == 2 and all(flat) and area < 0.5 + UNORDERED:
        return [Note("not_learnt", {"value": Share(last[-1].value)}, warns=True)]
    return []
