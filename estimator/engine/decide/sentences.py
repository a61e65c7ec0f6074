"""The sentences of a decision: headline, reason, next step and the path to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.decide.board import Board
from estimator.engine.decide.rule import Choice, Outcome
from estimator.engine.decide.words import chance, chances, count, level, listed, measured, usd
from estimator.engine.distributions import Array
from estimator.engine.results import Evaluation

if TYPE_CHECKING:
    from estimator.engine.decide.recommend import Reach


def headline(board: Board, choice: Choice, shares: Array, evaluation: Evaluation) -> str:
    """The first sentence, one form for each outcome."""
    if choice.index is None:
        return "No approach is left: every one breaks a limit of the scenario."
    name = board.labels[choice.index]
    if not board.allowed.any():
        return f"No evidence for this task: start with {name}, the cheapest way to a first result."
    if choice.outcome == Outcome.NOBODY_REACHES:
        p = board.target_probability[choice.index]
        wanted, reached = chances(board.wanted, float(p))
        near = (
            "comes nearest" if _likeliest(board, choice.index) else "is the cheapest of the nearest"
        )
        return f"Nobody reaches {_target(evaluation)} in {wanted} yet; {name} {near}, in {reached}."
    if choice.outcome == Outcome.TOO_CLOSE:
        names = listed([name, *(board.labels[i] for i in choice.equals)])
        cheapest = "is the cheapest that is sure enough"
        word = "has the highest net value" if board.valued else cheapest
        return f"Too close to call: {names} are about equally good; {name} {word}."
    if board.valued:
        return (
            f"Take {name}: its net value is the highest in {chance(float(shares[choice.index]))}."
        )
    p = float(board.target_probability[choice.index])
    return f"Take {name}: it reaches {_target(evaluation)} in {chance(p)} and is the cheapest such."


def reason(board: Board, choice: Choice, evaluation: Evaluation) -> str:
    """Why this row, with its figures."""
    if choice.index is None:
        return "Every approach is excluded; lift one of the limits."
    i = choice.index
    money = usd(float(board.median_total[i]))
    if not board.allowed.any():
        return f"The evidence holds nothing comparable, so accuracy is unknown; it costs {money}."
    if board.valued:
        net = usd(float(np.median(board.net[i, 1:])))
        return f"It has the highest net value: {net} in the middle case, at a cost of {money}."
    p = float(board.target_probability[i])
    if choice.outcome == Outcome.NOBODY_REACHES:
        wanted, reached = chances(board.wanted, p)
        lead = (
            "It is the most likely to reach"
            if _likeliest(board, i)
            else "It is the cheapest of those that are about as likely as any to reach"
        )
        return f"{lead} {_target(evaluation)} ({reached}, wanted: {wanted}), at a cost of {money}."
    return (
        f"It is the cheapest that reaches {_target(evaluation)} in at least "
        f"{chance(board.wanted)}: it does so in {chance(p)}, at a cost of {money}."
    )


def next_step(
    board: Board,
    choice: Choice,
    evaluation: Evaluation,
    reach: tuple[Reach, ...],
    reachable: float | None,
) -> str:
    """What to do now, one sentence for each outcome."""
    if choice.index is None:
        return "Lift one limit; the reasons stand beside each approach."
    name = board.labels[choice.index]
    if not board.allowed.any():
        return f"Label a test set, try {name} on it, and enter the result as a pilot."
    if choice.outcome == Outcome.NOBODY_REACHES:
        parts = []
        if reach:
            first = reach[0]
            money = "" if first.extra_usd is None else f" ({usd(first.extra_usd)} more)"
            parts.append(
                f"about {count(first.n_labelled)} labels{money} would bring {first.label} "
                f"there in {chance(first.probability)}"
            )
        if reachable is not None:
            parts.append(
                f"with what is planned, {name} reaches {level(reachable)} in {chance(board.wanted)}"
            )
        joined = "; ".join(parts) or "no amount of labels in range gets there"
        return f"Run a pilot, buy more labels or lower the target: {joined}."
    if choice.outcome == Outcome.TOO_CLOSE:
        other = board.labels[choice.equals[0]]
        return f"Run a pilot of {name} and {other} on the same labels; it tells them apart."
    return f"Start with {name}: label the test set first and measure the simple baseline on it."


def decision_path(
    board: Board, choice: Choice, shares: Array, regrets: Array, evaluation: Evaluation
) -> tuple[str, ...]:
    """The steps of the rule in order, each with its figures."""
    path = [_excluded(board)]
    allowed = np.flatnonzero(board.allowed)
    if not len(allowed) or choice.index is None:
        return (*path, reason(board, choice, evaluation))
    if board.valued:
        path.append(
            "Right and wrong answers have a price here, so the highest middle net value is taken."
        )
    else:
        good = [int(i) for i in allowed if board.target_probability[i] >= board.wanted]
        names = f" ({listed([board.labels[i] for i in good])})" if good else ""
        path.append(
            f"{_capital(_target(evaluation))} is wanted in at least {chance(board.wanted)}: "
            f"{len(good)} of {len(allowed)} approaches reach it{names}."
        )
        word = "cheapest of these"
        if not good:
            best = _likeliest(board, choice.index)
            word = "likeliest to reach it" if best else "cheapest of the likeliest to reach it"
        path.append(f"{board.labels[choice.index]} is the {word}.")
    if choice.equals:
        names = listed([board.labels[i] for i in choice.equals])
        path.append(f"{names}: within the margin of it, so the choice is too close to call.")
    i = choice.index
    path.append(
        f"With everything known beforehand, it would be the best in {chance(float(shares[i]))}."
    )
    p90 = float(np.quantile(regrets[i, 1:], 0.9))
    path.append(f"If the choice is wrong it costs at most {usd(p90)} in 9 of 10 cases.")
    return tuple(path)


def _likeliest(board: Board, index: int) -> bool:
    p = board.target_probability
    return bool(p[index] >= p[board.allowed].max() - 1e-12)


def _excluded(board: Board) -> str:
    out = np.flatnonzero(~board.allowed)
    total = len(board.keys)
    if not len(out):
        return f"All {total} approaches are possible."
    names: dict[str, list[str]] = {}
    for i in out:
        names.setdefault(board.reasons[i][0], []).append(board.labels[i])
    listing = "; ".join(f"{listed(rows)}: {why}" for why, rows in names.items())
    return f"{len(out)} of {total} approaches are excluded ({listing})."


def _target(evaluation: Evaluation) -> str:
    target = evaluation.inputs.target
    return "the target" if target.value is None else measured(str(target.metric), target.value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
