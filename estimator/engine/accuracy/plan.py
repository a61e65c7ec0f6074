"""What the next labels would tell: which of two is better, how many more until a target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy.project import test_share
from estimator.engine.accuracy.scales import LOWER_IS_BETTER, Array, metric_group
from estimator.engine.accuracy.testing import standard_error
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Z90, percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate, Candidate

GROWTH = 2.0
MOST_GROWTH = 10.0
"""Largest factor by which one round of buying may raise the number of labels."""
MOST_DOUBLINGS = 14
SURE = 0.9
MANY = 1e6
"""Test examples from which the spread of one is read."""


@dataclass(frozen=True)
class LabelsStep:
    """One candidate: labels now, labels still missing to the target (None: no target reached).

    ``next_round`` is what to buy before measuring again: what is missing in the middle case, but
    never more than nine times what is there; 0 where nothing is missing.
    """

    key: str
    n_labelled: int
    missing_p50: float | None
    missing_p90: float | None
    next_round: float | None


@dataclass(frozen=True)
class NextLabelsPlan:
    """How many more labels until the target, and until the two best can be told apart.

    Parameters
    ----------
    steps : tuple of LabelsStep
    best, second : str or None
        Keys of the two candidates with the highest median.
    probability_best : float or None
        Chance that the first is better than the second at the present labels.
    labels_to_tell_apart : float or None
        Total training labels at which the model would be at least 90 % sure which is better; None
        where more labels do not decide it.
    evaluation_labels_to_tell_apart : float or None
        Test-set size at which their expected difference exceeds the sampling error at 90 %.
    """

    steps: tuple[LabelsStep, ...]
    best: str | None
    second: str | None
    probability_best: float | None
    labels_to_tell_apart: float | None
    evaluation_labels_to_tell_apart: float | None

    def to_dict(self) -> dict[str, Any]:
        """The ``next_labels`` of the JSON."""
        return asdict(self)


def probability_better(first: AccuracyEstimate, second: AccuracyEstimate) -> float | None:
    """Chance that the first is better, from paired draws; ties count half; None if unknown."""
    if first.draws is None or second.draws is None:
        return None
    return _better(first.draws, second.draws, first.metric)


def _better(first: Array, second: Array, metric: str) -> float:
    sign = -1.0 if metric_group(metric) in LOWER_IS_BETTER else 1.0
    gap = sign * (first[1:] - second[1:])
    return float(np.mean(gap > 0) + 0.5 * np.mean(gap == 0))


def next_labels_plan(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    estimates: Sequence[AccuracyEstimate],
    assumptions: Assumptions,
) -> NextLabelsPlan:
    """How many more labels until the target, and until the two best can be told apart.

    Parameters
    ----------
    inputs : ProjectInputs
    candidates, estimates : sequences of one length
        As given to and returned by `predict_accuracy`.
    assumptions : Assumptions
    """
    rows = [(c, e) for c, e in zip(candidates, estimates, strict=True) if e.draws is not None]
    steps = tuple(_step(inputs, c, e) for c, e in rows)
    if len(rows) < 2:
        return NextLabelsPlan(steps, rows[0][0].key if rows else None, None, None, None, None)
    low = metric_group(rows[0][1].metric) in LOWER_IS_BETTER

    def middle(row: tuple[Candidate, AccuracyEstimate]) -> float:
        p50 = percentiles(np.asarray(row[1].draws))[1]
        return p50 if low else -p50

    (first, one), (second, two) = sorted(rows, key=middle)[:2]
    return NextLabelsPlan(
        steps,
        first.key,
        second.key,
        probability_better(one, two),
        _labels_apart(one, two, max(first.n_labelled(inputs), 1)),
        _evaluation_apart(one, two, test_share(inputs), assumptions),
    )


def _step(inputs: ProjectInputs, candidate: Candidate, estimate: AccuracyEstimate) -> LabelsStep:
    n = candidate.n_labelled(inputs)
    needed = estimate.labels_for_target_draws
    if needed is None:
        return LabelsStep(candidate.key, n, None, None, None)
    found = np.sort(needed[1:])
    p50, p90 = (float(found[min(int(np.ceil(q * len(found))), len(found) - 1)]) for q in (0.5, 0.9))
    most = MOST_GROWTH * max(n, 1)
    if estimate.labels_named is not None and not math.isfinite(estimate.labels_named[0]):
        p50 = p90 = math.inf
    missing = [max(p - n, 0.0) if p <= most else None for p in (p50, p90)]
    return LabelsStep(candidate.key, n, missing[0], missing[1], _next_round(n, missing[0]))


def _next_round(n: int, missing: float | None) -> float | None:
    most = (MOST_GROWTH - 1) * n
    if missing is None:
        return most or None
    return min(missing, most) if n else missing


def _labels_apart(one: AccuracyEstimate, two: AccuracyEstimate, start: int) -> float | None:
    if one.noise_free is None or two.noise_free is None:
        return None
    grid = np.asarray(start * GROWTH ** np.arange(MOST_DOUBLINGS + 1), float)
    first, second = one.noise_free(grid), two.noise_free(grid)
    for n, a, b in zip(grid, first, second, strict=True):
        chance = _better(a, b, one.metric)
        if max(chance, 1 - chance) >= SURE:
            return float(n)
    return None


def _evaluation_apart(
    one: AccuracyEstimate, two: AccuracyEstimate, share: float, assumptions: Assumptions
) -> float | None:
    """Test examples at which the difference of two medians exceeds its noise at 90 %.

    Both are tested on the same examples, so part of the noise is common to them.
    """
    group = metric_group(one.metric)
    a, b = (float(np.median(np.asarray(e.draws)[1:])) for e in (one, two))
    gap = abs(a - b)
    if gap == 0:
        return None
    first, second = (
        float(standard_error(group, v, MANY, assumptions)) * np.sqrt(MANY) for v in (a, b)
    )
    common = assumptions.value("accuracy.test_pairing")
    noise = first**2 + second**2 - 2 * common * first * second
    return float(np.ceil(Z90**2 * noise / gap**2 / share))
