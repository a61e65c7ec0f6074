"""The learning curve of the baseline, measured on a user's own examples."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.errors import InputError
from estimator.measure.baseline import TableBaseline, TextBaseline, baseline_of, moments
from estimator.measure.describe import Examples, Facts
from estimator.measure.notes import Note
from estimator.measure.scores import MEASURED, noise, score
from estimator.measure.splits import group_split, random_split, subset, time_split
from estimator.words.statement import Number, Share

Array = NDArray[Any]

SIZES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
MOST_EXAMPLES = 12_000
"""Examples that are measured at most; a sample of fixed seed of larger files."""

LEAST_EXAMPLES = 40
REPEATS = ((200, 5), (500, 3), (2000, 2))
"""Repeats up to a number of training examples; one above the last."""

FLAT = 0.02
"""Nearer to the best constant answer than this, labels are not learnt."""

UNORDERED = 0.06
"""An AUC this near to one half puts the classes in no order."""

NO_GAP = 0.01
"""A difference of two splits below this is none."""

TRUSTED = 0.75
"""Accuracy from which the baseline's objections to a label are worth a look."""

Progress = Callable[[float, str], None]
Scored = tuple[Array, Array, Array]
"""Test examples, their scores, their classes."""


@dataclass(frozen=True)
class Point:
    """The baseline trained on n examples.

    Parameters
    ----------
    n_labelled : int
        Training examples.
    value : float
        Mean over the repeats, in the metric's canonical unit.
    sd : float
        Spread between repeats; the noise of the test part is ``noise``.
    repeats : int
    """

    n_labelled: int
    value: float
    sd: float
    noise: float
    repeats: int


@dataclass(frozen=True)
class Measured:
    """What was measured on a file.

    Parameters
    ----------
    metric : str
    points : tuple of Point
        By number of training examples, ascending.
    n_test : int
        Examples of the held-out part.
    split : str
        random, group or time: the split of the points.
    gaps : dict
        Random split minus split by ``time`` or ``group`` at the same number of examples.
    constant : float
        Value of the best constant answer.
    n_disagree : int
        Labels that the baseline contradicts clearly when it has not seen them; of ``n_checked``.
    cpu_seconds, memory_gb : float
        Of the whole measurement; they differ from run to run.
    seconds_per_run : float
        CPU seconds of one training on all training examples with its scoring.
    """

    metric: str
    points: tuple[Point, ...]
    n_test: int
    split: str
    gaps: dict[str, float]
    constant: float
    n_disagree: int
    n_checked: int
    notes: tuple[Note, ...] = ()
    cpu_seconds: float = 0.0
    memory_gb: float = 0.0
    seconds_per_run: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


def measure(
    facts: Facts,
    examples: Examples,
    metric: str = "accuracy",
    progress: Progress = lambda share, what: None,
    seed: int = 0,
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

    Raises
    ------
    InputError
        When the labels cannot be measured, or the metric not on such labels.
    """
    _check(facts, examples, metric)
    begin = time.process_time()
    examples = _sample(examples, seed)
    names = sorted(set(examples.labels))
    codes = {name: i for i, name in enumerate(names)}
    y = np.array([codes[label] for label in examples.labels])
    progress(0.02, "counting")
    model = baseline_of(examples)
    splits = _splits(examples, y, seed)
    main = "time" if "time" in splits else "group" if "group" in splits else "random"
    train, test = splits[main]
    sizes = [n for n in SIZES if n < 0.93 * len(train)] + [len(train)]
    plan = [(n, r) for n in sizes for r in range(_repeats(n))]
    done, total = 0.0, sum(n for n, _ in plan) * (1 + 0.4 * len(splits))
    values: dict[int, list[float]] = {n: [] for n in sizes}
    seconds = 0.0
    for n, repeat in plan:
        if n == len(train) and repeat and main == "random":
            # All training examples are used: another repeat takes another test part.
            again, held = random_split(examples.same, y, seed + repeat)
            at, held_out = subset(again, y, n, seed + repeat), held
        else:
            at, held_out = subset(train, y, n, seed + repeat), test
        started = time.process_time()
        scores = _scores(model, at, held_out, y, seed)
        values[n].append(score(metric, scores, y[held_out]))
        seconds = time.process_time() - started
        done += n
        progress(0.02 + 0.9 * done / total, f"{n:,}")
    gaps = _gaps(model, splits, main, y, metric, seed)
    progress(0.85, "labels")
    disagree, checked = _disagreement(model, y, seed)
    constant = _constant(metric, y, test)
    points = tuple(
        Point(
            n,
            round(float(np.mean(v)), 6),
            round(float(np.std(v, ddof=1)), 6) if len(v) > 1 else 0.0,
            round(noise(metric, float(np.mean(v)), len(test)), 6),
            len(v),
        )
        for n, v in values.items()
    )
    area = score("auc", scores, y[held_out])
    notes = _notes(points, constant, area, metric, gaps, splits, len(y))
    from estimator.measure.leaks import leaks

    notes += leaks(examples, y, names, points[-1].value if metric == "accuracy" else None, seed)
    progress(1.0, "done")
    return Measured(
        metric,
        points,
        len(test),
        main,
        gaps,
        constant,
        disagree,
        checked,
        tuple(notes),
        time.process_time() - begin,
        _memory_gb(),
        seconds,
    )


def _check(facts: Facts, examples: Examples, metric: str) -> None:
    if metric not in MEASURED:
        raise InputError("metric", metric, "measured here: " + ", ".join(MEASURED))
    if facts.joint:
        kind = "labels that occur together"
        raise InputError("file", kind, "measured here: one label an example; measure each label")
    if not facts.task:
        raise InputError("file", "numbers as labels", "measured here: labels that are classes")
    if len(examples.labels) < LEAST_EXAMPLES or facts.n_classes < 2:
        got = f"{len(examples.labels)} labelled examples of {facts.n_classes} classes"
        raise InputError("file", got, f"at least {LEAST_EXAMPLES} examples of 2 classes")


def _repeats(n: int) -> int:
    return next((r for size, r in REPEATS if n <= size), 1)


def _sample(examples: Examples, seed: int) -> Examples:
    n = len(examples.labels)
    if n <= MOST_EXAMPLES:
        return examples
    from sklearn.utils import check_random_state

    kept = np.sort(check_random_state(seed).permutation(n)[:MOST_EXAMPLES])

    def of(values: list[Any]) -> list[Any]:
        return [values[i] for i in kept] if values else []

    return Examples(
        of(examples.texts),
        of(examples.rows),
        of(examples.labels),
        of(examples.groups),
        of(examples.times),
        of(examples.same),
        examples.features,
    )


def _splits(examples: Examples, y: Array, seed: int) -> dict[str, tuple[Array, Array]]:
    found = {"random": random_split(examples.same, y, seed)}
    if examples.times:
        by_time = time_split(moments(examples.times), seed)
        if by_time is not None and _covers(by_time, y):
            found["time"] = by_time
    if examples.groups:
        by_group = group_split(examples.groups, seed)
        if by_group is not None and _covers(by_group, y):
            found["group"] = by_group
    return found


def _covers(split: tuple[Array, Array], y: Array) -> bool:
    return len(split[1]) >= 20 and len(np.unique(y[split[0]])) > 1


def _scores(
    model: TextBaseline | TableBaseline, train: Array, test: Array, y: Array, seed: int
) -> Array:
    if len(np.unique(y[train])) > 1:
        return model.scores(train, test, y, seed)
    answer = np.zeros((len(test), int(y.max()) + 1))
    answer[:, y[train][0]] = 1.0
    return answer


def _gaps(
    model: TextBaseline | TableBaseline,
    splits: dict[str, tuple[Array, Array]],
    main: str,
    y: Array,
    metric: str,
    seed: int,
) -> dict[str, float]:
    """Random split minus another at the same number of training examples."""
    out: dict[str, float] = {}
    for name in ("time", "group"):
        if name not in splits:
            continue
        n = min(len(splits["random"][0]), len(splits[name][0]), 5000)
        both = [
            np.mean(
                [
                    score(
                        metric,
                        _scores(model, subset(train, y, n, seed + r), test, y, seed),
                        y[test],
                    )
                    for r in range(2 if n <= 2000 else 1)
                ]
            )
            for train, test in (splits["random"], splits[name])
        ]
        out[name] = round(float(both[0] - both[1]), 6)
    return out


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


def _notes(
    points: tuple[Point, ...],
    constant: float,
    area: float,
    metric: str,
    gaps: dict[str, float],
    splits: dict[str, tuple[Array, Array]],
    n: int,
) -> list[Note]:
    notes = []
    last = points[-2:]
    sign = -1 if metric == "error" else 1
    flat = [sign * (p.value - constant) <= max(FLAT, p.noise) for p in last]
    # Under imbalance accuracy stays at the majority while the order of the scores tells more.
    if len(last) == 2 and all(flat) and area < 0.5 + UNORDERED:
        notes.append(Note("not_learnt", {"value": Share(last[-1].value)}, warns=True))
    for name, gap in gaps.items():
        lost = -gap if metric == "error" else gap
        if lost > NO_GAP:
            values: dict[str, Any] = {"points": Number(100 * lost)}
            notes.append(Note(f"gap_{name}", values, warns=lost > 2 * NO_GAP))
        else:
            notes.append(Note(f"no_gap_{name}"))
    if len(splits) == 1:
        notes.append(Note("ask_later", {}))
    if n >= MOST_EXAMPLES:
        notes.append(Note("sampled", {"n": MOST_EXAMPLES}))
    return notes


def _memory_gb() -> float:
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def class_shares(labels: list[str]) -> list[float]:
    """Shares of the classes, largest first."""
    counts = [c for _, c in Counter(labels).most_common()]
    return [c / sum(counts) for c in counts]
