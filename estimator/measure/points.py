"""A learning curve on a user's own examples, whatever the labels are: sizes, splits, repeats."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.measure.baseline import moments
from estimator.measure.describe import Examples
from estimator.measure.notes import Note
from estimator.measure.splits import group_split, random_split, subset, time_split
from estimator.words.statement import Number

Array = NDArray[Any]
Split = tuple[Array, Array]
"""Places of the training and of the test examples."""

SIZES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
MOST_EXAMPLES = 12_000
"""Examples that are measured at most; a sample of fixed seed of larger files."""

REPEATS = ((200, 5), (500, 3), (2000, 2))
"""Repeats up to a number of training examples; one above the last."""

MOST_IN_GAP = 5000
"""Training examples at which two splits are compared at most."""

NO_GAP = 0.01
"""A difference of two splits below this is none."""

Progress = Callable[[float, str], None]
ScoreAt = Callable[[Array, Array], float]
"""Value that a model trained on the first examples reaches on the second ones."""


@dataclass(frozen=True)
class Point:
    """A model trained on n examples.

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
        A metric of scenarios, or ``r2`` where the label is a quantity.
    points : tuple of Point
        Of the baseline, by number of training examples, ascending.
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
    frozen : tuple of Point
        Of frozen features with a linear model on the same splits; empty where not asked.
    extra : dict
        Further figures at the largest number of examples, by name.
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
    frozen: tuple[Point, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Which examples train and test for every point of a curve.

    Parameters
    ----------
    splits : dict
        By name: random, and time and group where there are such columns.
    same : list of str
        Near-duplicates have the same key and stay on one side.
    strata : array
        Class of each example; its shares are kept alike.
    seed : int
    """

    splits: dict[str, Split]
    same: list[str]
    strata: Array
    seed: int

    @property
    def main(self) -> str:
        """The split nearest to use: by time, else by group, else at random."""
        return next(name for name in ("time", "group", "random") if name in self.splits)

    @property
    def sizes(self) -> list[int]:
        """Numbers of training examples."""
        most = len(self.splits[self.main][0])
        return [n for n in SIZES if n < 0.93 * most] + [most]

    def parts(self, n: int, repeat: int) -> Split:
        """Training and test examples of one repeat at n."""
        train, test = self.splits[self.main]
        if n == len(train) and repeat and self.main == "random":
            # All training examples are used: another repeat takes another test part.
            train, test = random_split(self.same, self.strata, self.seed + repeat)
        return subset(train, self.strata, n, self.seed + repeat), test


def plan_of(examples: Examples, strata: Array, seed: int) -> Plan:
    """The splits that a file allows."""
    found = {"random": random_split(examples.same, strata, seed)}
    if examples.times:
        by_time = time_split(moments(examples.times), seed)
        if by_time is not None and _covers(by_time, strata):
            found["time"] = by_time
    if examples.groups:
        by_group = group_split(examples.groups, seed)
        if by_group is not None and _covers(by_group, strata):
            found["group"] = by_group
    return Plan(found, examples.same, strata, seed)


def _covers(split: Split, strata: Array) -> bool:
    return len(split[1]) >= 20 and len(np.unique(strata[split[0]])) > 1


def learning_curve(
    plan: Plan, score_at: ScoreAt, noise: Callable[[float], float], told: Callable[[float], None]
) -> tuple[tuple[Point, ...], float]:
    """Points of rising numbers of examples, and CPU seconds of the last training.

    Parameters
    ----------
    plan : Plan
    score_at : callable
    noise : callable
        Standard error of a value from the size of the test part.
    told : callable
        Told the share of the work that is done [fraction].
    """
    work = [(n, r) for n in plan.sizes for r in range(repeats(n))]
    total, done, seconds = sum(n for n, _ in work), 0, 0.0
    values: dict[int, list[float]] = {n: [] for n in plan.sizes}
    for n, repeat in work:
        train, test = plan.parts(n, repeat)
        started = time.process_time()
        values[n].append(score_at(train, test))
        seconds = time.process_time() - started
        done += n
        told(done / total)
    points = tuple(
        Point(
            n,
            round(float(np.mean(v)), 6),
            round(float(np.std(v, ddof=1)), 6) if len(v) > 1 else 0.0,
            round(noise(float(np.mean(v))), 6),
            len(v),
        )
        for n, v in values.items()
    )
    return points, seconds


def gaps_of(plan: Plan, score_at: ScoreAt) -> dict[str, float]:
    """Random split minus another at the same number of training examples."""
    out: dict[str, float] = {}
    for name in ("time", "group"):
        if name not in plan.splits:
            continue
        both = plan.splits["random"], plan.splits[name]
        n = min(len(both[0][0]), len(both[1][0]), MOST_IN_GAP)
        tries = range(2 if n <= 2000 else 1)
        means = [
            np.mean([score_at(subset(train, plan.strata, n, plan.seed + r), test) for r in tries])
            for train, test in both
        ]
        out[name] = round(float(means[0] - means[1]), 6)
    return out


def split_notes(gaps: dict[str, float], n_splits: int, n: int, sign: int = 1) -> list[Note]:
    """What splits by time and group tell, what nobody could tell, and whether a sample was taken.

    Parameters
    ----------
    gaps : dict
    n_splits, n : int
        Splits that were possible; examples measured.
    sign : int
        -1 where less is better.
    """
    notes = []
    for name, gap in gaps.items():
        if sign * gap > NO_GAP:
            points = Number(100 * sign * gap)
            notes.append(Note(f"gap_{name}", {"points": points}, warns=sign * gap > 2 * NO_GAP))
        else:
            notes.append(Note(f"no_gap_{name}"))
    if n_splits == 1:
        notes.append(Note("ask_later", {}))
    if n >= MOST_EXAMPLES:
        notes.append(Note("sampled", {"n": MOST_EXAMPLES}))
    return notes


def repeats(n: int) -> int:
    """How often a curve is measured at n training examples."""
    return next((r for size, r in REPEATS if n <= size), 1)


def sample(examples: Examples, seed: int) -> Examples:
    """The examples, or a sample of fixed seed of many."""
    n = len(examples.labels)
    if n <= MOST_EXAMPLES:
        return examples
    from sklearn.utils import check_random_state

    return chosen(examples, np.sort(check_random_state(seed).permutation(n)[:MOST_EXAMPLES]))


def chosen(examples: Examples, kept: Array) -> Examples:
    """The examples at some places."""

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


def memory_gb() -> float:
    """Most memory that this process ever held [GB]."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
