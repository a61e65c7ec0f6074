"""Switching values: at which value of an input would another approach be taken?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, direction, make_board
from estimator.engine.decide.rerun import (
    DEVICE_PRICE,
    HORIZON,
    INTEGERS,
    LABEL_PRICE,
    LABELS,
    SEARCH_DRAWS,
    Evaluate,
    Progress,
    between,
    changed,
    fewer_draws,
    quiet,
    value_now,
)
from estimator.engine.decide.rule import Margins, first_choice
from estimator.engine.decide.words import count
from estimator.engine.results import Evaluation
from estimator.errors import EstimatorError

TARGET = "target.value"
VOLUME = "serving.requests_per_month"
WAGE = "people.wage_factor"
SWITCH_INPUTS = (LABELS, VOLUME, LABEL_PRICE, TARGET, WAGE, HORIZON, DEVICE_PRICE)

RANGES: dict[str, tuple[float, float]] = {
    LABELS: (10.0, 1e8),
    VOLUME: (10.0, 1e10),
    LABEL_PRICE: (1e-4, 1e4),
    TARGET: (1e-4, 1e6),
    WAGE: (0.01, 100.0),
    HORIZON: (1.0, 60.0),
    DEVICE_PRICE: (1e-3, 1e4),
}
"""Values that are searched, inside what the scenario allows."""

DECADES = 3.0
NODES = 4
SUBGRID = 24
CONFIRM_SHARE = 0.01
TIGHT_SHARE = 0.004


@dataclass(frozen=True)
class Switch:
    """One switching value.

    ``value_at_switch`` is the nearest value, above or below ``value_now``, from which
    ``to_approach`` is taken; None with the ``reason`` in words. ``confirmed`` says that the model
    was run at full draws 1 % (whole numbers: at least one step) to either side and its choice
    differed.
    """

    input: str
    value_now: float | None
    value_at_switch: float | None
    to_approach: str | None
    reason: str
    confirmed: bool


BoardAt = Callable[[float, int], Board]


@dataclass(frozen=True)
class _Search:
    path: str
    now: float
    full: int
    margins: Margins
    board_at: BoardAt
    confirm_at: BoardAt

    def settable(self, value: float) -> float:
        """The value as the field takes it."""
        return float(round(value)) if self.path in INTEGERS else value

    def taken(self, board: Board) -> str | None:
        index = first_choice(board, self.margins)
        return None if index is None else board.keys[index]


def switching_values(
    evaluation: Evaluation,
    evaluate: Evaluate,
    assumptions: Assumptions,
    progress: Progress = quiet,
    inputs: tuple[str, ...] = SWITCH_INPUTS,
) -> tuple[Switch, ...]:
    """The nearest switching values of each input, both directions where both exist.

    Parameters
    ----------
    evaluation : Evaluation
        The scenario as it is, at full draws.
    evaluate : callable
        Runs the model on a scenario.
    progress : callable
        Called with (done, total) after each input.

    Notes
    -----
    The choice is computed at a few values over three decades with 1,024 draws; between them the
    draws are interpolated. The bracket so found is closed at full draws by repeated
    interpolation, and the model is run on both sides of the value that is reported.
    """
    board = make_board(evaluation, assumptions)
    margins = Margins.from_assumptions(assumptions)
    found: list[Switch] = []
    for done, path in enumerate(inputs, start=1):
        found += _switches(evaluation, evaluate, assumptions, board, margins, path)
        progress(done, len(inputs))
    return tuple(found)


def _switches(
    evaluation: Evaluation,
    evaluate: Evaluate,
    assumptions: Assumptions,
    board: Board,
    margins: Margins,
    path: str,
) -> list[Switch]:
    choice = first_choice(board, margins)
    key = None if choice is None else board.keys[choice]
    now = value_now(evaluation, path, key)
    if now is None or key is None:
        why = "no approach can be taken" if key is None else "nothing of this kind is bought here"
        return [Switch(path, now, None, None, why, False)]
    if path == TARGET and board.valued:
        why = "accuracy is worth money here, so the target does not enter the choice"
        return [Switch(path, float(now), None, None, why, False)]

    def real(value: float, draws: int) -> Board:
        scenario = fewer_draws(changed(evaluation.inputs, path, value), draws)
        return make_board(evaluate(scenario), assumptions)

    sign = direction(str(evaluation.inputs.target.metric))

    def virtual(value: float, draws: int) -> Board:
        return replace(board, target=sign * value)

    full = evaluation.inputs.draws
    at = virtual if path == TARGET else real
    search = _Search(path, float(now), full, margins, at, real)
    low, high = _range(evaluation, board, path, float(now))
    results = [_one_side(search, board, end) for end in (low, high) if end != now]
    switches = [s for s in results if s is not None]
    if switches:
        return sorted(switches, key=lambda s: _distance(s.value_at_switch, float(now)))
    name = board.labels[board.keys.index(key)]
    why = f"{name} stays the choice from {_figure(low)} to {_figure(high)}"
    return [Switch(path, float(now), None, None, why, False)]


def _range(evaluation: Evaluation, board: Board, path: str, now: float) -> tuple[float, float]:
    low, high = RANGES[path]
    if path == TARGET:
        known = board.score[board.allowed][:, 1:]
        sign = direction(str(evaluation.inputs.target.metric))
        ends = sorted(sign * np.quantile(known, [0.001, 0.999])) if known.size else [now, now]
        return min(max(low, float(ends[0])), now), max(min(high, float(ends[1])), now)
    if now > 0 and path != HORIZON:
        low, high = max(low, now / 10**DECADES), min(high, now * 10**DECADES)
    return min(low, now), max(high, now)


def _one_side(search: _Search, base: Board, end: float) -> Switch | None:
    """Nearest switch between the value now and one end of the range."""
    small = min(SEARCH_DRAWS, search.full)
    start = max(search.now, RANGES[search.path][0])
    nodes = np.geomspace(start, end, NODES + 1)
    if search.path in INTEGERS:
        nodes = np.unique(np.round(nodes))[:: 1 if end > start else -1]
    try:
        left = search.board_at(float(nodes[0]), small)
        stays = search.taken(left)
        for a, b in pairwise(nodes):
            right = search.board_at(float(b), small)
            bracket = _first_change(search, left, right, float(a), float(b), stays)
            if bracket is not None:
                return _close(search, base, bracket, end)
            left = right
    except EstimatorError:
        return None
    return None


def _first_change(
    search: _Search, left: Board, right: Board, a: float, b: float, stays: str | None
) -> tuple[float, float] | None:
    grid = np.geomspace(a, b, SUBGRID + 1)
    if search.path in INTEGERS:
        grid = np.array(list(dict.fromkeys(np.round(grid))))
    before = a
    for value in grid[1:]:
        board = right if value == grid[-1] else between(left, right, a, b, float(value))
        if search.taken(board) != stays:
            return before, float(value)
        before = float(value)
    return None


def _close(search: _Search, base: Board, bracket: tuple[float, float], end: float) -> Switch | None:
    """Close a bracket at full draws: ``inner`` keeps today's choice, ``outer`` does not."""
    stays = search.taken(base)
    inner, outer = bracket
    inner_board = search.board_at(inner, search.full)
    while search.taken(inner_board) != stays:
        inner = search.settable(_towards(search.now, inner, bracket))
        if inner == search.now:
            inner_board = base
            break
        inner_board = search.board_at(inner, search.full)
    outer_board = search.board_at(outer, search.full)
    while search.taken(outer_board) == stays:
        if outer == end:
            return None
        inner, inner_board = outer, outer_board
        outer = search.settable(_beyond(outer, bracket, end))
        outer_board = search.board_at(outer, search.full)
    for _ in range(40):
        if _near_enough(search, inner, outer):
            break
        value = _guess(search, inner_board, outer_board, inner, outer, stays)
        for probe in _probes(search, value, inner, outer):
            board = search.board_at(probe, search.full)
            if search.taken(board) == stays:
                inner, inner_board = _nearer(inner, inner_board, probe, board, outer)
            else:
                outer, outer_board = probe, board
    return _confirmed(search, inner, outer, stays)


def _probes(search: _Search, value: float, inner: float, outer: float) -> list[float]:
    """Values on both sides of a guess, strictly inside the bracket; else its middle."""
    if search.path in INTEGERS:
        around = [float(math.floor(value)), float(math.ceil(value))]
    else:
        around = [value * (1 - TIGHT_SHARE / 2), value * (1 + TIGHT_SHARE / 2)]
    low, high = sorted((inner, outer))
    inside = [v for v in around if low < v < high]
    return inside or [search.settable(math.sqrt(inner * outer))]


def _nearer(
    inner: float, inner_board: Board, probe: float, board: Board, outer: float
) -> tuple[float, Board]:
    closer = abs(probe - outer) < abs(inner - outer)
    return (probe, board) if closer else (inner, inner_board)


def _guess(
    search: _Search, a: Board, b: Board, inner: float, outer: float, stays: str | None
) -> float:
    """Bisect the interpolated boards; the middle where that does not narrow the bracket."""
    lo, hi = inner, outer
    for _ in range(12):
        middle = math.sqrt(lo * hi) if min(lo, hi) > 0 else 0.5 * (lo + hi)
        if search.taken(between(a, b, inner, outer, middle)) == stays:
            lo = middle
        else:
            hi = middle
    ends = abs(math.log(hi / inner)), abs(math.log(hi / outer))
    if min(ends) < TIGHT_SHARE:
        return math.sqrt(inner * outer)
    return hi


def _towards(now: float, inner: float, bracket: tuple[float, float]) -> float:
    step = 2.0 * abs(math.log(bracket[1] / bracket[0]))
    if not now or abs(math.log(inner / now)) <= step:
        return now
    return inner * math.exp(math.copysign(step, math.log(now / inner)))


def _beyond(outer: float, bracket: tuple[float, float], end: float) -> float:
    step = 2.0 * abs(math.log(bracket[1] / bracket[0]))
    if abs(math.log(end / outer)) <= step:
        return end
    return outer * math.exp(math.copysign(step, math.log(end / outer)))


def _near_enough(search: _Search, inner: float, outer: float) -> bool:
    if search.path in INTEGERS and abs(outer - inner) <= 1:
        return True
    return abs(math.log(outer / inner)) <= 2 * TIGHT_SHARE


def _confirmed(search: _Search, inner: float, outer: float, stays: str | None) -> Switch | None:
    """Run the model on both sides of the value; the choice must differ."""
    way = 1.0 if outer > inner else -1.0
    value = outer if search.path in INTEGERS else math.sqrt(inner * outer)
    step = max(CONFIRM_SHARE * value, 1.0) if search.path in INTEGERS else CONFIRM_SHARE * value
    before = search.taken(search.confirm_at(value - way * step, search.full))
    low, high = RANGES[search.path]
    past = min(max(value + way * step, low), high)
    after = search.taken(search.confirm_at(past, search.full))
    if before == after:
        return None
    sense = "above" if way > 0 else "below"
    return Switch(search.path, search.now, value, after, f"{sense} this value", before == stays)


def _distance(value: float | None, now: float) -> float:
    return math.inf if not value or not now else abs(math.log(value / now))


def _figure(value: float) -> str:
    return count(value) if abs(value) >= 100 else f"{value:.3g}"
