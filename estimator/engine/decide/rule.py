"""The rows in hindsight: which would have been the best in each draw, and what another loses."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from estimator.engine.decide.board import Board
from estimator.engine.decide.loss import Loss
from estimator.engine.distributions import Array


class Outcome(StrEnum):
    """How a decision can end."""

    START = "start"
    COMMIT = "commit"
    AS_IS_OR_STOP = "as_is_or_stop"
    NOT_WORTH = "not_worth"
    NO_EVIDENCE = "no_evidence"


def losses(board: Board, loss: Loss | None) -> Array:
    """Loss of every row, built at once and known beforehand, rows x (n + 1) [USD].

    Notes
    -----
    A row that is of use runs the whole horizon and earns the value of its months; another is
    stopped after its evaluation and has cost its one-off money. Without a target or a value the
    loss is the total.
    """
    if loss is None or board.target is None:
        return np.where(board.possible[:, None], board.total, np.inf)
    share = np.nan_to_num(loss.share(board.score), nan=0.0)
    worth = board.total - loss.usd_per_month * loss.months(share, board.weeks)
    return np.where(board.allowed[:, None], np.where(share > 0, worth, board.one_off), np.inf)


def best_in_hindsight(board: Board, loss: Loss | None = None) -> np.ndarray:
    """Row with the smallest loss in each draw, shape (n + 1,); -1: no row is left.

    In a draw in which no row is of use, the one that comes nearest to the target.
    """
    if not board.allowed.any():
        return np.full(board.total.shape[1], -1)
    every = losses(board, loss)
    best: Array = every.argmin(axis=0)
    if loss is None or board.target is None:
        best = np.where(board.allowed[:, None], every, np.inf).argmin(axis=0)
        return best
    useful = (np.nan_to_num(board.score, nan=-np.inf) > loss.useful) & board.allowed[:, None]
    nearest = np.where(board.allowed[:, None], board.score, -np.inf).argmax(axis=0)
    best = np.where(useful.any(axis=0), best, nearest)
    return best


def best_probability(board: Board, loss: Loss | None = None) -> Array:
    """Share of the draws in which each row is the best in hindsight; sums to 1 over the rows."""
    best = best_in_hindsight(board, loss)[1:]
    return np.array([float((best == i).mean()) for i in range(len(board.keys))])


def regret_usd(board: Board, loss: Loss | None = None) -> Array:
    """Loss of each row above the best in hindsight, stopping included, rows x (n + 1) [USD].

    Where rows reach the target with the wanted chance the choice is among them; the others have no
    regret: they were not to choose from.
    """
    every = np.where(choices(board, loss)[:, None], losses(board, loss), np.inf)
    best = every.min(axis=0)
    if not np.isfinite(best).all():
        return np.full_like(board.total, np.nan)
    if loss is not None and board.target is not None:
        best = np.minimum(best, 0.0)
    return np.where(np.isfinite(every), every - best, np.nan)


def choices(board: Board, loss: Loss | None = None) -> np.ndarray:
    """Rows to choose from: those that are sure enough of the target, all allowed ones else."""
    if loss is None or board.target is None:
        return board.possible
    sure = board.allowed & (board.target_probability >= board.wanted)
    return sure if sure.any() else board.allowed


def ranking(board: Board, loss: Loss | None = None) -> tuple[int, ...]:
    """Allowed rows from the smallest to the largest expected loss; with no value by their total.

    Rows that reach the target with the wanted chance come first, the cheapest of them first.
    """
    rows = np.flatnonzero(board.allowed)
    total = board.median_total
    if loss is None or board.target is None:
        return tuple(int(i) for i in rows[np.argsort(total[rows], kind="stable")])
    mean = losses(board, loss)[:, 1:].mean(axis=1)
    sure = board.target_probability >= board.wanted
    order = sorted(rows, key=lambda i: (not sure[i], total[i] if sure[i] else mean[i]))
    return tuple(int(i) for i in order)
