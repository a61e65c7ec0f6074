"""The rule: which row is taken, in the whole and draw by draw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board
from estimator.engine.distributions import Array, medians


class Outcome(StrEnum):
    """How a decision can end."""

    DECIDED = "decided"
    TOO_CLOSE = "too_close"
    NOBODY_REACHES = "nobody_reaches"


@dataclass(frozen=True)
class Margins:
    """When two rows count as equal; all from data/assumptions.csv."""

    same_probability: float
    same_money_share: float
    same_metric_share: float
    beats_probability: float
    near_target_probability: float

    @classmethod
    def from_assumptions(cls, assumptions: Assumptions) -> Margins:
        """Read the margins."""
        return cls(
            same_probability=assumptions.value("decision.same_probability"),
            same_money_share=assumptions.value("decision.same_money_share"),
            same_metric_share=assumptions.value("decision.same_metric_share"),
            beats_probability=assumptions.value("decision.beats_probability"),
            near_target_probability=assumptions.value("decision.near_target_probability"),
        )


@dataclass(frozen=True)
class Choice:
    """The row the rule takes, and its equals in order of preference."""

    index: int | None
    outcome: Outcome
    equals: tuple[int, ...]


def choose(board: Board, margins: Margins) -> Choice:
    """Take a row.

    Notes
    -----
    With money on accuracy: the highest median net value. Else the lowest median total of the rows
    that reach the target with the wanted probability. Where none does: the row most likely to
    reach it; among rows within ``same_probability`` of that the one with the best median metric,
    among those within ``same_metric_share`` of the target the cheapest.
    """
    order = ranking(board, margins)
    if not order:
        return Choice(first_choice(board, margins), Outcome.NOBODY_REACHES, ())
    best = order[0]
    if not board.valued and board.target_probability[best] < board.wanted:
        return Choice(best, Outcome.NOBODY_REACHES, ())
    equals = tuple(i for i in order[1:] if _equal(board, margins, best, i))
    return Choice(best, Outcome.TOO_CLOSE if equals else Outcome.DECIDED, equals)


def first_choice(board: Board, margins: Margins) -> int | None:
    """The row that is taken: first of the ranking; without any evidence the cheapest possible."""
    order = ranking(board, margins)
    if order:
        return order[0]
    possible = np.flatnonzero(board.possible)
    return int(possible[board.median_total[possible].argmin()]) if len(possible) else None


def ranking(board: Board, margins: Margins) -> tuple[int, ...]:
    """Allowed rows from first to last choice."""
    rows = np.flatnonzero(board.allowed)
    total = board.median_total
    if board.valued:
        return tuple(int(i) for i in rows[np.argsort(-medians(board.net[rows]), kind="stable")])
    p = board.target_probability
    good = rows[p[rows] >= board.wanted]
    short = rows[p[rows] < board.wanted]
    first = good[np.argsort(total[good], kind="stable")]
    if not len(short):
        return tuple(int(i) for i in first)
    score = board.median_score[short]
    near = _steps(score, margins.same_metric_share * abs(board.target or 1.0))
    rest = short[np.lexsort((total[short], near, _steps(p[short], margins.same_probability)))]
    return tuple(int(i) for i in (*first, *rest))


def cost_order(board: Board) -> tuple[int, ...]:
    """Allowed rows from cheapest to dearest, by median total; the order when value is zero."""
    rows = np.flatnonzero(board.allowed)
    return tuple(int(i) for i in rows[np.argsort(board.median_total[rows], kind="stable")])


def best_in_hindsight(board: Board) -> np.ndarray:
    """Row that the rule would take in each draw if everything were known, shape (n + 1,); -1: none.

    Notes
    -----
    With money on accuracy the highest net value; else the cheapest row that reaches the target;
    in a draw where none does, the one that comes nearest to it.
    """
    if not board.allowed.any():
        return np.full(board.total.shape[1], -1)
    allowed = board.allowed[:, None]
    if board.valued:
        return np.where(allowed, board.net, -np.inf).argmax(axis=0)
    good = board.reaches & allowed
    cheapest = np.where(good, board.total, np.inf).argmin(axis=0)
    nearest = np.where(allowed, board.score, -np.inf).argmax(axis=0)
    return np.where(good.any(axis=0), cheapest, nearest)


def best_probability(board: Board) -> Array:
    """Share of the draws in which each row is the best in hindsight; sums to 1 over the rows."""
    best = best_in_hindsight(board)[1:]
    return np.array([float((best == i).mean()) for i in range(len(board.keys))])


def regret_usd(board: Board) -> Array:
    """Money lost in each draw by taking a row instead of the best in hindsight, rows x (n + 1).

    Notes
    -----
    With money on accuracy: difference of net value. Else, where the row reaches the target, what
    it costs above the cheapest that reaches it; where it misses what another row reaches, its
    one-off money other than labels, which is spent in vain; where nobody reaches the target, what
    it costs above the row that comes nearest, at least 0.
    """
    best = best_in_hindsight(board)
    if (best < 0).all():
        return np.full_like(board.total, np.nan)
    draws = np.arange(board.total.shape[1])
    if board.valued:
        return np.asarray(board.net[best, draws] - board.net)
    reaches = board.reaches
    somebody = reaches[best, draws]
    extra = np.maximum(board.total - board.total[best, draws], 0.0)
    return np.where(~reaches & somebody, board.spent_in_vain, extra)


def beats(board: Board, i: int, j: int) -> float:
    """Share of the draws in which row i is better by the rule's own yardstick than row j.

    Notes
    -----
    The yardstick is the net value with money on accuracy, else the total: both rows are compared
    only once they reach the target surely enough.
    """
    if board.valued:
        return float((board.net[i] > board.net[j])[1:].mean())
    return float((board.total[i] < board.total[j])[1:].mean())


def _steps(values: Array, width: float) -> Array:
    """How many whole widths each value lies below the highest."""
    return np.asarray(np.floor((values.max() - values) / max(width, 1e-9) + 1e-9))


def _equal(board: Board, margins: Margins, best: int, other: int) -> bool:
    if not board.valued:
        short = board.wanted - board.target_probability[other]
        if short > margins.near_target_probability:
            return False
        median = board.median_total
        if median[other] <= median[best] * (1 + margins.same_money_share):
            return True
    return beats(board, other, best) >= margins.beats_probability
