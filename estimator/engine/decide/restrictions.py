"""What each limit costs: the choice with it and without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, make_board
from estimator.engine.decide.recommend import Recommendation
from estimator.engine.decide.rerun import Evaluate, Progress, changed, quiet
from estimator.engine.decide.staged import plan_value, staged_plan
from estimator.engine.decide.worlds import Worlds
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Evaluation
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import (
    Metric,
    Points,
    Statement,
    Usd,
    Value,
    listed,
    sentences,
    state,
)

LIMIT_OFF: dict[str, object] = {
    "limits.no_external_services": False,
    "limits.regions": None,
    "limits.edge_device": False,
    "limits.full_control": False,
    "limits.deadline_weeks": None,
    "limits.budget_usd": None,
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
    text: Statement


def active_limits(inputs: ProjectInputs) -> tuple[str, ...]:
    """Dotted paths of the limits that are set."""
    return tuple(
        path
        for path, off in LIMIT_OFF.items()
        if getattr(inputs.limits, path.removeprefix("limits.")) != off
    )


def restriction_costs(
    evaluation: Evaluation,
    recommendation: Recommendation,
    evaluate: Evaluate,
    assumptions: Assumptions,
    progress: Progress = quiet,
) -> tuple[RestrictionCost, ...]:
    """Run the model again without each limit that is set."""
    board = make_board(evaluation, assumptions)
    bound, value = recommendation.plan.row, recommendation.plan.value
    limits = active_limits(evaluation.inputs)
    out: list[RestrictionCost] = []
    for done, path in enumerate(limits, start=1):
        without = evaluate(changed(evaluation.inputs, path, LIMIT_OFF[path]))
        worlds = Worlds(without, assumptions)
        worth = value or plan_value(without, assumptions, worlds)
        unbound = staged_plan(without, assumptions, worth, worlds, whole=False).row
        out.append(_cost(evaluation, board, worlds.board, bound, unbound, path))
        progress(done, len(limits))
    return tuple(out)


def _cost(
    evaluation: Evaluation,
    board: Board,
    free: Board,
    bound: int | None,
    unbound: int | None,
    path: str,
) -> RestrictionCost:
    removed = tuple(board.labels[i] for i in np.flatnonzero(free.allowed & ~board.allowed))
    gone = [ApproachName(board.keys[i]) for i in np.flatnonzero(free.allowed & ~board.allowed)]
    word = state(f"restriction.{path}")
    if bound is None or unbound is None:
        alone = bound is None and unbound is not None
        key = "restriction.alone" if alone else "restriction.not_alone"
        values: dict[str, Value] = {"limit": word}
        if gone:
            key, values["removed"] = f"{key}_others", listed(gone)
        return RestrictionCost(
            path,
            None if bound is None else board.keys[bound],
            None if unbound is None else free.keys[unbound],
            None,
            None,
            None,
            removed,
            state(key, **values),
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
        text=_text(evaluation, board, free, bound, unbound, word, extra, metric_lost, gone),
    )


def _text(
    evaluation: Evaluation,
    board: Board,
    free: Board,
    bound: int,
    unbound: int,
    limit: Statement,
    extra: float,
    lost: float | None,
    removed: Sequence[ApproachName],
) -> Statement:
    choice, other = ApproachName(board.keys[bound]), ApproachName(free.keys[unbound])
    if board.keys[bound] == free.keys[unbound] and abs(extra) < 1.0:
        return _and_removed(state("restriction.free", limit=limit, choice=choice), removed)
    values = {"limit": limit, "usd": Usd(abs(extra)), "choice": choice, "other": other}
    same = "same_" if choice == other else ""
    key = f"restriction.{same}{'more' if extra > 0 else 'less'}"
    if lost is None or abs(lost) < 0.0005:
        return _and_removed(state(key, **values), removed)
    metric = str(evaluation.inputs.target.metric)
    end = "worse" if lost > 0 else "better"
    gap = {"gap": Points(lost, metric), "metric": Metric(0.0, metric)}
    return _and_removed(state(f"{key}_{end}", **values, **gap), removed)


def _and_removed(text: Statement, removed: Sequence[ApproachName]) -> Statement:
    if not removed:
        return text
    return sentences(text, state("restriction.removes", removed=listed(removed)))
