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
NODES = {LABELS: 3, VOLUME: 2, HORIZON: 2}
"""Runs on each side of today's value; one where the bill is linear in the input."""
GRID_STEP = 0.25
LEAST_STEPS = 8
CONFIRM_SHARE = 0.01
ATTEMPTS = 24
BISECTIONS = 10


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
    real_at: BoardAt
    base: Board
    small: Board

    @property
    def stays(self) -> str | None:
        return self.taken(self.base)

    def taken(self, board: Board) -> str | None:
        index = first_choice(board, self.margins)
        return None if index is None else board.keys[index]

    def run(self, value: float) -> Board:
        """The model itself at full draws."""
        return self.base if value == self.now else self.real_at(value, self.full)

    def settable(self, value: float) -> float:
        """The value as the field takes it."""
        return float(round(value)) if self.path in INTEGERS else value

    def sides(self, value: float, way: float) -> tuple[float, float]:
        """Values nearer to and farther from today's, ``CONFIRM_SHARE`` to either side."""
        step = way * CONFIRM_SHARE * value
        if self.path not in INTEGERS:
            return value - step, value + step
        whole = max(round(abs(step)), 1)
        far = value + way * whole if whole > 1 else value
        return value - way * whole, far

    def unsettled(self, value: float, board: Board) -> Switch:
        """No value is given where neighbouring values of the input change the choice back."""
        names = [k for k in (self.stays, self.taken(board)) if k]
        text = f"near {_figure(value)} the choice goes back and forth between {' and '.join(names)}"
        return Switch(self.path, self.now, None, None, f"{text}: they come to the same", False)

    def found(self, value: float, board: Board, way: float) -> Switch:
        sense = "above" if way > 0 else "below"
        key = self.taken(board)
        left = "" if key else " no approach keeps the limits"
        return Switch(self.path, self.now, value, key, f"{sense} this value{left}", True)


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
    The choice is computed at a few values over three decades with 1,024 draws (all of them where
    so few would choose another row today); between them the draws are interpolated. The bracket
    so found is closed at full draws by repeated interpolation, and the model is run on both sides
    of the value that is reported.
    """
    board = make_board(evaluation, assumptions)
    margins = Margins.from_assumptions(assumptions)
    small = make_board(evaluate(fewer_draws(evaluation.inputs)), assumptions)
    if first_choice(small, margins) != first_choice(board, margins):
        small = board
    found: list[Switch] = []
    for done, path in enumerate(inputs, start=1):
        found += _switches(evaluation, evaluate, assumptions, board, small, margins, path)
        progress(done, len(inputs))
    return tuple(found)


def _switches(
    evaluation: Evaluation,
    evaluate: Evaluate,
    assumptions: Assumptions,
    board: Board,
    small: Board,
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

    at = virtual if path == TARGET else real
    search = _Search(path, float(now), evaluation.inputs.draws, margins, at, real, board, small)
    low, high = _range(evaluation, board, path, float(now))
    results = [_one_side(search, end) for end in (low, high) if end != now]
    tried = [s for s in results if s is not None]
    switches = [s for s in tried if s.value_at_switch is not None]
    if tried and not switches:
        return tried[:1]
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


def _one_side(search: _Search, end: float) -> Switch | None:
    """Nearest switch between the value now and one end of the range."""
    start = max(search.now, RANGES[search.path][0])
    nodes = np.geomspace(start, end, NODES.get(search.path, 1) + 1)
    if search.path in INTEGERS:
        nodes = np.unique(np.round(nodes))[:: 1 if end > start else -1]
    left = search.base if search.path == TARGET else search.small
    draws = left.total.shape[1] - 1
    try:
        for a, b in pairwise(nodes):
            right = search.board_at(float(b), draws)
            bracket = _first_change(search, left, right, float(a), float(b))
            if bracket is not None:
                return _close(search, bracket, end)
            left = right
    except EstimatorError:
        return None
    return None


def _first_change(
    search: _Search, left: Board, right: Board, a: float, b: float
) -> tuple[float, float] | None:
    """First value between two nodes at which the interpolated choice is another one."""
    steps = max(round(abs(math.log(b / a)) / GRID_STEP), LEAST_STEPS)
    grid = np.geomspace(a, b, steps + 1)
    if search.path in INTEGERS:
        grid = np.array(list(dict.fromkeys(np.round(grid))))
    before = a
    for value in grid[1:]:
        board = right if value == grid[-1] else between(left, right, a, b, float(value))
        if search.taken(board) != search.stays:
            return before, float(value)
        before = float(value)
    return None


def _close(search: _Search, bracket: tuple[float, float], end: float) -> Switch | None:
    """Close a bracket at full draws: ``inner`` keeps today's choice, ``outer`` does not.

    Ends when the model, run ``CONFIRM_SHARE`` to either side of a value, takes today's choice on
    the near side and another on the far side.
    """
    inner, outer = bracket
    step = abs(math.log(outer / inner))
    if search.path in NODES or search.path == TARGET or search.now <= 0:
        inner_board = search.run(inner)
    else:
        inner, inner_board = search.now, search.base
    outer_board = search.run(outer)
    while search.taken(inner_board) != search.stays:
        outer, outer_board = inner, inner_board
        inner, step = search.settable(_moved(inner, search.now, step)), 2 * step
        inner_board = search.run(inner)
    while search.taken(outer_board) == search.stays:
        if outer == end:
            return None
        inner, inner_board = outer, outer_board
        outer, step = search.settable(_moved(outer, end, step)), 2 * step
        outer_board = search.run(outer)
    way = 1.0 if outer > inner else -1.0
    for attempt in range(ATTEMPTS):
        limits_differ = bool((inner_board.allowed != outer_board.allowed).any())
        wide = not inner or not outer or abs(math.log(outer / inner)) > 4 * CONFIRM_SHARE
        if limits_differ and wide:
            middle = search.settable(_middle(inner, outer))
            if middle not in (inner, outer):
                board = search.run(middle)
                if search.taken(board) == search.stays:
                    inner, inner_board = middle, board
                else:
                    outer, outer_board = middle, board
                continue
        value = _guess(search, inner_board, outer_board, inner, outer, attempt)
        near, far = search.sides(value, way)
        near_board, far_board = search.run(near), search.run(far)
        near_stays = search.taken(near_board) == search.stays
        far_stays = search.taken(far_board) == search.stays
        if near_stays != far_stays and (near_stays or way * (near - inner) <= 0):
            exact = far if abs(far - near) <= 1 and search.path in INTEGERS else value
            return search.found(exact, far_board if near_stays else near_board, way)
        if not near_stays and way * (near - inner) > 0:
            outer, outer_board = near, near_board
        elif near_stays and far_stays and way * (outer - far) > 0:
            inner, inner_board = far, far_board
        else:
            break
    return search.unsettled(outer, outer_board)


def _guess(search: _Search, a: Board, b: Board, inner: float, outer: float, attempt: int) -> float:
    """Bisect the interpolated boards; the middle at every third attempt, so that it ends."""
    low, high = inner, outer
    if attempt % 3 != 2:
        for _ in range(BISECTIONS):
            middle = _middle(low, high)
            if search.taken(between(a, b, inner, outer, middle)) == search.stays:
                low = middle
            else:
                high = middle
    value = search.settable(_middle(low, high))
    if search.path in INTEGERS and value == inner:
        return value + math.copysign(1.0, outer - inner)
    return value


def _middle(a: float, b: float) -> float:
    """The middle on the log scale; plain where one end is zero."""
    return math.sqrt(a * b) if a > 0 and b > 0 else (a + b) / 2


def _moved(value: float, to: float, step: float) -> float:
    """A value moved by a step on the log scale, not past its goal."""
    if not to or abs(math.log(to / value)) <= step:
        return to
    return value * math.exp(math.copysign(step, math.log(to / value)))


def _distance(value: float | None, now: float) -> float:
    return math.inf if not value or not now else abs(math.log(value / now))


def _figure(value: float) -> str:
    return count(value) if abs(value) >= 100 else f"{value:.3g}"
