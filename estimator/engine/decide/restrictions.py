"""What each limit costs: the choice with it and without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, direction, make_board
from estimator.engine.decide.rerun import Evaluate, Progress, changed, quiet
from estimator.engine.decide.rule import Margins, first_choice
from estimator.engine.decide.words import listed, metric_words, points, usd
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Evaluation

LIMIT_OFF: dict[str, object] = {
    "limits.no_external_services": False,
    "limits.regions": None,
    "limits.edge_device": False,
    "limits.full_control": False,
    "limits.deadline_weeks": None,
    "limits.budget_usd": None,
}
LIMIT_WORDS: dict[str, str] = {
    "limits.no_external_services": "Keeping all data in the house",
    "limits.regions": "The limit on regions",
    "limits.edge_device": "Running on a small device",
    "limits.full_control": "Full control of the weights",
    "limits.deadline_weeks": "The deadline",
    "limits.budget_usd": "The budget",
}


@dataclass(frozen=True)
class RestrictionCost:
    """One limit: the choice with it and without it.

    ``extra_usd`` is the median total with the limit minus without [USD]; ``metric_lost`` the
    median metric without minus with, turned so that a positive number is a loss.
    ``target_probability_lost`` likewise. ``removed`` are the rows that only this limit excludes.
    """

    limit: str
    approach: str | None
    approach_without: str | None
    extra_usd: float | None
    metric_lost: float | None
    target_probability_lost: float | None
    removed: tuple[str, ...]
    text: str


def active_limits(inputs: ProjectInputs) -> tuple[str, ...]:
    """Dotted paths of the limits that are set."""
    return tuple(
        path
        for path, off in LIMIT_OFF.items()
        if getattr(inputs.limits, path.removeprefix("limits.")) != off
    )


def restriction_costs(
    evaluation: Evaluation,
    evaluate: Evaluate,
    assumptions: Assumptions,
    progress: Progress = quiet,
) -> tuple[RestrictionCost, ...]:
    """Run the model again without each limit that is set."""
    board = make_board(evaluation, assumptions)
    margins = Margins.from_assumptions(assumptions)
    limits = active_limits(evaluation.inputs)
    out: list[RestrictionCost] = []
    for done, path in enumerate(limits, start=1):
        free = make_board(evaluate(changed(evaluation.inputs, path, LIMIT_OFF[path])), assumptions)
        out.append(_cost(evaluation, board, free, margins, path))
        progress(done, len(limits))
    return tuple(out)


def _cost(
    evaluation: Evaluation, board: Board, free: Board, margins: Margins, path: str
) -> RestrictionCost:
    bound, unbound = first_choice(board, margins), first_choice(free, margins)
    removed = tuple(board.labels[i] for i in np.flatnonzero(free.allowed & ~board.allowed))
    word = LIMIT_WORDS[path]
    if bound is None or unbound is None:
        alone = bound is None and unbound is not None
        left = "leaves no approach" if alone else "is not the only limit that excludes them all"
        names = f" ({listed(removed)} would be possible)" if removed else ""
        return RestrictionCost(
            path,
            None if bound is None else board.keys[bound],
            None if unbound is None else free.keys[unbound],
            None,
            None,
            None,
            removed,
            f"{word} {left}{names}.",
        )
    extra = float(board.median_total[bound] - free.median_total[unbound])
    lost = float(np.median(free.score[unbound, 1:]) - np.median(board.score[bound, 1:]))
    chance_lost = float(free.target_probability[unbound] - board.target_probability[bound])
    metric_lost = lost if np.isfinite(lost) else None
    return RestrictionCost(
        limit=path,
        approach=board.keys[bound],
        approach_without=free.keys[unbound],
        extra_usd=extra,
        metric_lost=metric_lost,
        target_probability_lost=chance_lost,
        removed=removed,
        text=_text(evaluation, board, free, bound, unbound, word, extra, metric_lost, removed),
    )


def _text(
    evaluation: Evaluation,
    board: Board,
    free: Board,
    bound: int,
    unbound: int,
    word: str,
    extra: float,
    lost: float | None,
    removed: tuple[str, ...],
) -> str:
    out = f" It removes {listed(removed)}." if removed else ""
    if board.keys[bound] == free.keys[unbound] and abs(extra) < 1.0:
        return f"{word} costs nothing: {board.labels[bound]} is taken either way.{out}"
    money = f"{usd(abs(extra))} {'more' if extra > 0 else 'less'}"
    gap = ""
    if lost is not None and abs(lost) >= 0.0005:
        metric = str(evaluation.inputs.target.metric)
        sign = direction(metric)
        worse = "worse" if lost > 0 else "better"
        gap = f" and {metric_words(metric)} {points(sign * lost, metric)} {worse}"
    return (
        f"{word} costs {money}{gap}: {board.labels[bound]} instead of {free.labels[unbound]}.{out}"
    )
