"""The frontier of cost and accuracy, and who dominates the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, make_board
from estimator.engine.results import Evaluation


@dataclass(frozen=True)
class Frontier:
    """Rows that no other row beats in both expected total and median metric, cheapest first.

    ``dominated`` maps every other allowed row to the frontier row that is at least as accurate
    and cheaper; ``excluded`` lists the rows that break a limit or have no evidence.
    """

    keys: tuple[str, ...]
    dominated: Mapping[str, str]
    excluded: tuple[str, ...]


def cost_accuracy_frontier(
    evaluation: Evaluation, assumptions: Assumptions, board: Board | None = None
) -> Frontier:
    """Frontier of the allowed rows by expected total [USD], which every table and chart shows, and
    median metric."""
    board = board or make_board(evaluation, assumptions)
    cost, score = board.expected_total, board.median_score
    rows = np.flatnonzero(board.allowed)
    order = rows[np.lexsort((-score[rows], cost[rows]))]
    keys: list[int] = []
    dominated: dict[str, str] = {}
    for i in order:
        if not keys or score[i] > score[keys[-1]]:
            keys.append(int(i))
        else:
            better = next(j for j in keys if score[j] >= score[i])
            dominated[board.keys[i]] = board.keys[better]
    return Frontier(
        keys=tuple(board.keys[i] for i in keys),
        dominated=dominated,
        excluded=tuple(board.keys[i] for i in np.flatnonzero(~board.allowed)),
    )
