"""The worlds of one evaluation: all draws for what is shown, fewer for what is searched."""

from __future__ import annotations

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, make_board
from estimator.engine.decide.way import World, make_world
from estimator.engine.results import Evaluation


class Worlds:
    """The worlds of one evaluation by number of draws, each made when it is first asked for."""

    def __init__(
        self, evaluation: Evaluation, assumptions: Assumptions, board: Board | None = None
    ) -> None:
        self.evaluation, self.assumptions = evaluation, assumptions
        self.board = board or make_board(evaluation, assumptions)
        self._made: dict[int, World | None] = {}

    def at(self, n: int | None = None, inside: int | None = None) -> World | None:
        """The world of the first ``n`` draws; None where no accuracy or no target is known.

        Parameters
        ----------
        n : int, optional
            All draws when left out.
        inside : int, optional
            Draws of a wider world that is needed anyway, whose truths it shares.
        """
        full = self.evaluation.n_draws
        n = min(n or full, full)
        if n not in self._made:
            wide = self.at(inside) if inside is not None and n < inside else None
            self._made[n] = (
                wide.first(n)
                if wide is not None
                else make_world(self.evaluation, self.assumptions, self.board, n)
            )
        return self._made[n]
