"""The recommendation: which row, how sure, what it costs to be wrong, and the path to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, direction, make_board
from estimator.engine.decide.choose import reach, rule_row
from estimator.engine.decide.plan_words import PlanWords
from estimator.engine.decide.rule import (
    Outcome,
    best_probability,
    choices,
    losses,
    ranking,
    regret_usd,
)
from estimator.engine.decide.staged import StagedPlan, plan_value, staged_plan
from estimator.engine.decide.today import AsToday, GoingLive, as_today, going_live
from estimator.engine.decide.worlds import Worlds
from estimator.engine.distributions import Array, percentiles
from estimator.engine.results import Evaluation
from estimator.words.statement import Statement

LEAST_GAIN = 0.02
"""More labels that raise the chance of the target by less change nothing."""


@dataclass(frozen=True)
class RowDecision:
    """What the decision says about one row.

    Probabilities are shares of the draws; None where nothing was asked (no budget, no deadline)
    or nothing is known (no evidence). ``regret_usd`` is (p50, p90) of the money lost by taking
    this row instead of the best in hindsight [USD]; the recommended row is taken by its plan.
    """

    key: str
    label: str
    feasible: bool
    reasons: tuple[Statement, ...]
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
class Recommendation:
    """The answer.

    Parameters
    ----------
    approach : str or None
        Key of the row taken; None when no row is left.
    outcome : Outcome
        That of the staged plan.
    equals : tuple of str
        Keys of the rows whose plans come to the same within two per cent of the spend.
    regret_usd : (p50, p90) or None
        Loss of the plan above the best in hindsight [USD].
    headline, reason, next_step : Statement
        One sentence each.
    reachable_target : float or None
        Value of the metric that the row reaches with the wanted probability.
    would_reach : tuple of Reach
        Labels and money that raise the chance of the target above that of every row.
    plan : StagedPlan
    """

    approach: str | None
    label: str
    outcome: Outcome
    equals: tuple[str, ...]
    best_probability: float | None
    regret_usd: tuple[float, float] | None
    headline: Statement
    reason: Statement
    next_step: Statement
    decision_path: tuple[Statement, ...]
    order: tuple[str, ...]
    reachable_target: float | None
    would_reach: tuple[Reach, ...]
    rows: Mapping[str, RowDecision]
    as_today: AsToday | None
    going_live: GoingLive
    plan: StagedPlan


def recommend(
    evaluation: Evaluation,
    assumptions: Assumptions,
    board: Board | None = None,
    plan: StagedPlan | None = None,
) -> Recommendation:
    """Take the row in which the staged plan most likely ends, and say why.

    Parameters
    ----------
    evaluation : Evaluation
        All rows on common random numbers.
    assumptions : Assumptions
        For the rows ``decision.*``.
    plan : StagedPlan, optional
        Made here when left out; where results were entered, it should rest on the value of a
        month that was there before them (``plan_value``).
    """
    board = board or make_board(evaluation, assumptions)
    if plan is None:
        worlds = Worlds(evaluation, assumptions, board)
        value = plan_value(evaluation, assumptions, worlds)
        plan = staged_plan(evaluation, assumptions, value, worlds)
    loss = plan.loss
    shares = best_probability(board, loss)
    rows = _rows(evaluation, board, shares, regret_usd(board, loss))
    key = None if plan.row is None else board.keys[plan.row]
    regret = _plan_regret(plan, board)
    if key is not None:
        rows[key] = replace(rows[key], regret_usd=regret)
    words = PlanWords(plan, evaluation)
    target = None if plan.row is None else _reachable(board, plan.row)
    shown = None if target is None else direction(str(evaluation.inputs.target.metric)) * target
    return Recommendation(
        approach=key,
        label="" if plan.row is None else board.labels[plan.row],
        outcome=Outcome(plan.outcome),
        equals=tuple(dict.fromkeys(board.keys[w.row] for w in plan.near if w.row >= 0)),
        best_probability=rows[key].best_probability if key else None,
        regret_usd=regret,
        headline=words.headline(),
        reason=words.reason(),
        next_step=words.next_step(),
        decision_path=tuple(_path(plan, words)),
        order=tuple(board.keys[i] for i in ranking(board, loss)),
        reachable_target=shown,
        would_reach=_would_reach(evaluation, board, plan),
        rows=rows,
        as_today=as_today(evaluation, board, assumptions),
        going_live=going_live(assumptions),
        plan=plan,
    )


def _path(plan: StagedPlan, words: PlanWords) -> list[Statement]:
    rule = None if plan.world is None else rule_row(plan.world)
    chance = 0.0 if rule is None or plan.world is None else reach(rule, plan.world)
    return words.path(rule, chance)


def _plan_regret(plan: StagedPlan, board: Board) -> tuple[float, float] | None:
    """Loss of the plan above that of the best row, or of stopping, if all were known [USD]."""
    if plan.best is None or plan.loss is None:
        return None
    out = plan.best.step.outcome
    own = out.spend - plan.loss.usd_per_month * out.months
    among = choices(board, plan.loss)
    best = np.minimum(losses(board, plan.loss)[among].min(axis=0)[1:], 0.0)
    above = np.maximum(own - best, 0.0)
    p50, p90 = np.quantile(above, [0.5, 0.9])
    return float(p50), float(p90)


def _rows(
    evaluation: Evaluation, board: Board, shares: Array, regrets: Array
) -> dict[str, RowDecision]:
    limits = evaluation.inputs.limits
    rows: dict[str, RowDecision] = {}
    for i, (key, result) in enumerate(zip(board.keys, evaluation.results, strict=True)):
        known = result.accuracy.draws is not None
        p_target = (
            float(board.target_probability[i]) if known and board.target is not None else None
        )
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


def _would_reach(evaluation: Evaluation, board: Board, plan: StagedPlan) -> tuple[Reach, ...]:
    """The plan's own round of more labels, where it raises the chance above that of every row."""
    if plan.world is None:
        return ()
    best = float(board.target_probability[board.allowed].max(initial=0.0))
    found: list[Reach] = []
    for way in plan.world.ways:
        n = plan.world.most_labels(way)
        if not way.needs_labels or n <= way.n_planned:
            continue
        chance = float((way.truth(n) >= plan.world.target).mean())
        if chance <= best + LEAST_GAIN:
            continue
        extra = float(np.median(way.usd_per_label)) * (n - max(way.n_planned, plan.world.owned))
        found.append(Reach(way.key, way.label, n, chance, n, n, max(extra, 0.0)))
    return tuple(sorted(found, key=lambda r: (-r.probability, r.n_labelled)))


def label_price(evaluation: Evaluation, index: int) -> float | None:
    """Base price of one labelled example of a row, all its answers [USD]; None: buys none.

    Where the firm's projects bought more labels than planned, that many are paid for each.
    """
    price = evaluation.results[index].money.usd_per_labelled_example
    own = evaluation.inputs.own_factors.in_force.get("labels")
    return price * own["p50"] if price is not None and own else price
