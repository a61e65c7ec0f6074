"""The rows of an evaluation as matrices: what every decision is computed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.limits import NO_EVIDENCE, row_reasons
from estimator.engine.distributions import Array, medians
from estimator.engine.results import CandidateResult, Evaluation
from estimator.metrics import lower_is_better
from estimator.vocabulary import Phase
from estimator.words.statement import Statement


def direction(metric: str) -> float:
    """+1 where a higher value of the metric is better, else -1."""
    return -1.0 if lower_is_better(metric) else 1.0


@dataclass(frozen=True)
class Board:
    """Rows x (n + 1) matrices of one evaluation, base case first.

    Parameters
    ----------
    score : array
        The metric turned so that higher is better; nan where there is no evidence.
    total, one_off, spent_in_vain, net : arrays
        Money of each row [USD]; ``spent_in_vain`` is the one-off money that another approach
        could not use again: everything but the labels.
    weeks : array
        Calendar time until the model is ready [weeks].
    allowed : array of bool
        Rows that break no limit and have evidence.
    possible : array of bool
        Rows that break no limit, with or without evidence.
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    score: Array
    target: float | None
    wanted: float
    total: Array
    one_off: Array
    spent_in_vain: Array
    net: Array
    weeks: Array
    allowed: np.ndarray
    possible: np.ndarray
    reasons: tuple[tuple[Statement, ...], ...]
    valued: bool

    @cached_property
    def median_total(self) -> Array:
        """Median total of each row [USD]."""
        return medians(self.total)

    @cached_property
    def expected_total(self) -> Array:
        """Mean total of each row [USD]: plan and allowance, as tables and charts show it."""
        return np.asarray(self.total[:, 1:].mean(axis=1))

    @cached_property
    def median_score(self) -> Array:
        """Median of the metric of each row, turned so that higher is better."""
        return medians(self.score)

    @cached_property
    def median_one_off(self) -> Array:
        """Median one-off money of each row [USD]."""
        return medians(self.one_off)

    @cached_property
    def reaches(self) -> np.ndarray:
        """Rows x (n + 1): does the row reach the target in this draw?"""
        if self.target is None:
            return np.isfinite(self.score)
        return np.asarray(self.score >= self.target)

    @cached_property
    def target_probability(self) -> Array:
        """Share of the draws in which each row reaches the target; 0 without evidence."""
        return np.asarray(self.reaches[:, 1:].mean(axis=1))

    def index(self, key: str) -> int:
        """Position of a row."""
        return self.keys.index(key)


def is_valued(evaluation: Evaluation) -> bool:
    """Does the scenario say what accuracy is worth in money?"""
    value = evaluation.inputs.value
    return any((value.benefit_per_correct_usd, value.cost_per_error_usd, value.value_per_month_usd))


def make_board(evaluation: Evaluation, assumptions: Assumptions) -> Board:
    """Stack the rows of an evaluation.

    Where the metric is no share of right answers its worth in money is unknown; the rule then
    falls back to the target.
    """
    results = evaluation.results
    inputs = evaluation.inputs
    metric = next((r.accuracy.metric for r in results if r.accuracy.metric), "")
    sign = direction(metric or str(inputs.target.metric))
    size = len(results[0].money.total_draws)
    empty = np.full(size, np.nan)
    reasons = tuple(row_reasons(r, inputs, assumptions) for r in results)
    allowed = np.array([not why for why in reasons])
    known = np.array([r.accuracy.draws is not None for r in results])
    priced = np.array([np.isfinite(r.money.total_draws).all() for r in results])
    possible = np.array(
        [
            not set(why) - {r.accuracy.reason or NO_EVIDENCE} if not k else not why
            for why, k, r in zip(reasons, known, results, strict=True)
        ]
    )
    net = np.array([r.money.net_value_draws for r in results])
    target = inputs.target.value
    return Board(
        keys=tuple(r.candidate.key for r in results),
        labels=row_labels(results),
        score=np.array([_oriented(r, sign, empty) for r in results]),
        target=None if target is None else sign * float(target),
        wanted=inputs.target.probability,
        total=np.array([r.money.total_draws for r in results]),
        one_off=np.array([r.money.one_off_draws for r in results]),
        spent_in_vain=np.array([_in_vain(r) for r in results]),
        net=net,
        weeks=np.array([r.money.calendar_weeks_draws for r in results]),
        allowed=allowed & known & priced,
        possible=possible & priced,
        reasons=reasons,
        valued=is_valued(evaluation) and bool(np.isfinite(net[allowed & known & priced]).all()),
    )


def row_labels(results: tuple[CandidateResult, ...]) -> tuple[str, ...]:
    """Names of the rows; the base model is added where two rows share a label."""
    seen: Mapping[str, int] = {
        label: sum(r.candidate.label == label for r in results)
        for label in {r.candidate.label for r in results}
    }
    return tuple(
        f"{r.candidate.label} ({r.candidate.model.name})"
        if seen[r.candidate.label] > 1 and r.candidate.model
        else r.candidate.label
        for r in results
    )


def _oriented(result: CandidateResult, sign: float, empty: Array) -> Array:
    draws = result.accuracy.draws
    return empty if draws is None else sign * draws


def _in_vain(result: CandidateResult) -> Array:
    labels = sum(
        (
            item.usd_draws
            for item in result.money.items
            if item.phase == Phase.LABELLING and item.timing == "one_off"
        ),
        start=np.zeros_like(result.money.one_off_draws),
    )
    return np.maximum(result.money.one_off_draws - labels, 0.0)
