"""The recommendation: which row, how sure, what it costs to be wrong, and the path to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, direction, make_board
from estimator.engine.decide.rule import (
    Margins,
    Outcome,
    best_probability,
    choose,
    ranking,
    regret_usd,
)
from estimator.engine.decide.sentences import decision_path, headline, next_step, reason
from estimator.engine.distributions import Array, enough, median, percentiles
from estimator.engine.results import Evaluation


@dataclass(frozen=True)
class RowDecision:
    """What the decision says about one row.

    Probabilities are shares of the draws; None where nothing was asked (no budget, no deadline)
    or nothing is known (no evidence). ``regret_usd`` is (p50, p90) of the money lost by taking
    this row instead of the best in hindsight [USD].
    """

    key: str
    label: str
    feasible: bool
    reasons: tuple[str, ...]
    target_probability: float | None
    best_probability: float | None
    miss_target: float | None
    over_budget: float | None
    late: float | None
    regret_usd: tuple[float, float] | None


@dataclass(frozen=True)
class Reach:
    """Labels that would bring one row to the target with a probability, and their money [USD].

    ``n_labelled_p50`` and ``n_labelled_p90`` suffice in half and in nine tenths of the draws.
    """

    key: str
    label: str
    n_labelled: float
    probability: float
    n_labelled_p50: float
    n_labelled_p90: float
    extra_usd: float | None


@dataclass(frozen=True)
class AsToday:
    """Doing nothing: what the work costs today over the horizon, and what each row would save.

    ``saving_usd`` maps a row to (p10, p50, p90) of today's cost minus the row's total [USD];
    ``payback_months`` to the month in which the median one-off money is earned back.
    """

    usd_per_month: float
    total_usd: float
    saving_usd: Mapping[str, tuple[float, float, float]]
    payback_months: Mapping[str, float | None]


@dataclass(frozen=True)
class Recommendation:
    """The answer.

    Parameters
    ----------
    approach : str or None
        Key of the row taken; None when no row is left.
    outcome : Outcome
        decided, too_close or nobody_reaches.
    equals : tuple of str
        Keys of the rows that are about as good, best first; empty unless too close.
    headline, reason, next_step : str
        One sentence each.
    reachable_target : float or None
        Value of the metric that the row reaches with the wanted probability.
    would_reach : tuple of Reach
        Where nobody reaches the target: labels and money that would.
    """

    approach: str | None
    label: str
    outcome: Outcome
    equals: tuple[str, ...]
    best_probability: float | None
    regret_usd: tuple[float, float] | None
    headline: str
    reason: str
    next_step: str
    decision_path: tuple[str, ...]
    order: tuple[str, ...]
    reachable_target: float | None
    would_reach: tuple[Reach, ...]
    rows: Mapping[str, RowDecision]
    as_today: AsToday | None


def recommend(
    evaluation: Evaluation, assumptions: Assumptions, board: Board | None = None
) -> Recommendation:
    """Take a row of an evaluation and say why.

    Parameters
    ----------
    evaluation : Evaluation
        All rows on common random numbers.
    assumptions : Assumptions
        For the margins ``decision.*``.
    """
    board = board or make_board(evaluation, assumptions)
    margins = Margins.from_assumptions(assumptions)
    choice = choose(board, margins)
    shares = best_probability(board)
    regrets = regret_usd(board)
    rows = _rows(evaluation, board, shares, regrets)
    most = assumptions.value("decision.labels_limit")
    nobody = choice.outcome == Outcome.NOBODY_REACHES
    reach = _would_reach(evaluation, board, most) if nobody else ()
    key = None if choice.index is None else board.keys[choice.index]
    row = None if key is None else rows[key]
    target = None if choice.index is None else _reachable(board, choice.index)
    shown = None if target is None else direction(str(evaluation.inputs.target.metric)) * target
    return Recommendation(
        approach=key,
        label="" if choice.index is None else board.labels[choice.index],
        outcome=choice.outcome,
        equals=tuple(board.keys[i] for i in choice.equals),
        best_probability=row.best_probability if row else None,
        regret_usd=row.regret_usd if row else None,
        headline=headline(board, choice, shares, evaluation),
        reason=reason(board, choice, evaluation),
        next_step=next_step(board, choice, evaluation, reach, shown),
        decision_path=decision_path(board, choice, shares, regrets, evaluation),
        order=tuple(board.keys[i] for i in ranking(board, margins)),
        reachable_target=shown,
        would_reach=reach,
        rows=rows,
        as_today=_as_today(evaluation, board),
    )


def _rows(
    evaluation: Evaluation, board: Board, shares: Array, regrets: Array
) -> dict[str, RowDecision]:
    limits = evaluation.inputs.limits
    rows: dict[str, RowDecision] = {}
    for i, (key, result) in enumerate(zip(board.keys, evaluation.results, strict=True)):
        known = result.accuracy.draws is not None
        p_target = float(board.target_probability[i]) if known and board.target else None
        regret = regrets[i, 1:]
        rows[key] = RowDecision(
            key=key,
            label=board.labels[i],
            feasible=bool(board.allowed[i]),
            reasons=board.reasons[i],
            target_probability=p_target,
            best_probability=float(shares[i]) if board.allowed.any() else None,
            miss_target=None if p_target is None else 1.0 - p_target,
            over_budget=_share_above(board.total[i], limits.budget_usd),
            late=_share_above(board.weeks[i], limits.deadline_weeks),
            regret_usd=percentiles(regrets[i])[1:] if np.isfinite(regret).all() else None,
        )
    return rows


def _share_above(draws: Array, limit: float | None) -> float | None:
    if limit is None or not np.isfinite(draws[1:]).all():
        return None
    return float((draws[1:] > limit).mean())


def _reachable(board: Board, index: int) -> float | None:
    """Level (turned so that higher is better) reached with the wanted probability."""
    score = board.score[index, 1:]
    if not np.isfinite(score).all():
        return None
    return float(np.quantile(score, 1.0 - board.wanted))


def _would_reach(evaluation: Evaluation, board: Board, most: float) -> tuple[Reach, ...]:
    """Rows that at most ``most`` labels bring to the target, the surest and then fewest first.

    With the wanted probability where that is in range, else in half of the draws.
    """
    found: list[Reach] = []
    for i, result in enumerate(evaluation.results):
        needed = result.accuracy.labels_for_target_draws
        if needed is None or not board.possible[i]:
            continue
        p50, p90, sure = (enough(needed, q) for q in (0.5, 0.9, board.wanted))
        n, chance = (sure, board.wanted) if sure <= most else (p50, 0.5)
        owned = result.candidate.n_labelled(evaluation.inputs)
        if not owned < n <= most:
            continue
        price = label_price(evaluation, i)
        extra = None if price is None else (n - owned) * price
        found.append(Reach(board.keys[i], board.labels[i], n, chance, p50, p90, extra))
    return tuple(sorted(found, key=lambda r: (-r.probability, r.n_labelled)))


def label_price(evaluation: Evaluation, index: int) -> float | None:
    """Base price of one labelled example of a row, all its answers [USD]; None: buys none."""
    answers = evaluation.inputs.labelling.labels_per_item
    for item in evaluation.results[index].money.items:
        if item.item == "labelling" and item.unit == "label":
            return answers * float(item.unit_price_usd_draws[0])
    return None


def _as_today(evaluation: Evaluation, board: Board) -> AsToday | None:
    monthly = evaluation.inputs.value.today_usd_per_month
    if monthly <= 0:
        return None
    horizon = evaluation.inputs.serving.horizon_months
    total = monthly * horizon
    payback: dict[str, float | None] = {}
    for i, result in enumerate(evaluation.results):
        gain = monthly - median(result.money.monthly_draws)
        one_off = float(board.median_one_off[i])
        months = one_off / gain if gain > 0 else None
        payback[board.keys[i]] = months if months is not None and months <= horizon else None
    saving = {key: percentiles(total - board.total[i]) for i, key in enumerate(board.keys)}
    return AsToday(monthly, total, saving, payback)
