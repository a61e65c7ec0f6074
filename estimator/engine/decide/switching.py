"""Switching values: at which value of an input would the first step be another one?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.plan_words import PlanWords
from estimator.engine.decide.rerun import (
    DEVICE_PRICE,
    HORIZON,
    INTEGERS,
    LABEL_PRICE,
    LABELS,
    SEARCH_DRAWS,
    Evaluate,
    Progress,
    changed,
    fewer_draws,
    quiet,
    value_now,
)
from estimator.engine.decide.staged import StagedPlan, same_first, staged_plan
from estimator.engine.decide.stages import Policy
from estimator.engine.results import Evaluation
from estimator.errors import EstimatorError
from estimator.words.statement import Setting, Statement, state

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
REACH = 4.0
"""A value that is four times today's, or a quarter, is another project."""
NODES = 2
CLOSE = 1.015
CONFIRM_SHARE = 0.01


@dataclass(frozen=True)
class Switch:
    """One switching value.

    ``value_at_switch`` is the nearest value, above or below ``value_now``, from which the plan
    begins with another step, ``to_step``, with ``to_approach``; None with the ``reason`` in words.
    ``confirmed`` says that the model was run at full draws 1 % (whole numbers: at least one step)
    to either side and its first step differed.
    """

    input: str
    value_now: float | None
    value_at_switch: float | None
    to_approach: str | None
    reason: Statement
    confirmed: bool
    to_step: Statement | None = None


@dataclass(frozen=True)
class _Search:
    """Runs of the model with one input moved; the plan of today is kept unless clearly worse."""

    path: str
    now: float
    base: StagedPlan
    run: Callable[[float, int], tuple[StagedPlan, Evaluation]]
    draws: int

    def stays(self, value: float, draws: int = SEARCH_DRAWS) -> bool:
        """Does the plan at this value begin as it does today?"""
        return same_first(first_of(self.run(value, draws)[0]), first_of(self.base))

    def settable(self, value: float) -> float:
        """The value as the field takes it."""
        return float(round(value)) if self.path in INTEGERS else value


def first_of(plan: StagedPlan) -> Policy:
    """The policy that a plan begins; stopping where there is none."""
    return Policy("stop") if plan.best is None else plan.best.policy


def switching_values(
    evaluation: Evaluation,
    plan: StagedPlan,
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
    plan : StagedPlan
        Its plan; the value of a month stays what it is there.
    evaluate : callable
        Runs the model on a scenario.

    Notes
    -----
    On each side of today's value the plan is made at a few values up to ``REACH`` times as far,
    with 1,024 draws; between two of them the value is halved in, and the plan is made again at full
    draws on both sides of the value that is reported.
    """
    found: list[Switch] = []
    for done, path in enumerate(inputs, start=1):
        found += _switches(evaluation, plan, evaluate, assumptions, path)
        progress(done, len(inputs))
    return tuple(found)


def _switches(
    evaluation: Evaluation,
    plan: StagedPlan,
    evaluate: Evaluate,
    assumptions: Assumptions,
    path: str,
) -> list[Switch]:
    key = plan.best.step.ways[0].key if plan.best and plan.best.step.ways else None
    now = value_now(evaluation, path, key)
    if now is None or plan.value is None:
        why = state("switch.nothing_bought" if now is None else "switch.no_plan")
        return [Switch(path, now, None, None, why, False)]

    def run(value: float, draws: int) -> tuple[StagedPlan, Evaluation]:
        scenario = fewer_draws(changed(evaluation.inputs, path, value), draws)
        moved = evaluate(scenario)
        before = first_of(plan)
        made = staged_plan(moved, assumptions, plan.value, before=before, whole=False)
        return made, moved

    search = _Search(path, float(now), plan, run, evaluation.n_draws)
    low, high = _range(path, float(now))
    sides = [_one_side(search, end) for end in (low, high) if end != now]
    switches = [s for s in sides if s is not None and s.value_at_switch is not None]
    if switches:
        return sorted(switches, key=lambda s: _distance(s.value_at_switch, float(now)))
    unsettled = [s for s in sides if s is not None]
    if unsettled:
        return unsettled[:1]
    metric = str(evaluation.inputs.target.metric)
    ends = {"low": Setting(path, low, metric), "high": Setting(path, high, metric)}
    why = state("switch.stays", **ends)
    return [Switch(path, float(now), None, None, why, False)]


def _range(path: str, now: float) -> tuple[float, float]:
    low, high = RANGES[path]
    if path == TARGET:
        top = 1.0 if now <= 1.0 else 100.0 if now <= 100.0 else math.inf
        return now / 1.5, min(now * 1.5, (now + top) / 2 if math.isfinite(top) else now * 1.5)
    if now > 0:
        low, high = max(low, now / REACH), min(high, now * REACH)
    return min(low, now), max(high, now)


def _one_side(search: _Search, end: float) -> Switch | None:
    """Nearest switch between the value now and one end of the range."""
    start = search.now or RANGES[search.path][0]
    inner = start
    try:
        for step in range(1, NODES + 1):
            outer = search.settable(start * (end / start) ** (step / NODES))
            if outer != inner and not search.stays(outer):
                return _close(search, inner, outer)
            inner = outer
    except EstimatorError:
        return None
    return None


def _close(search: _Search, inner: float, outer: float) -> Switch:
    """Halve a bracket in: ``inner`` keeps today's first step, ``outer`` does not."""
    whole = search.path in INTEGERS
    while max(inner, outer) / min(inner, outer) > CLOSE:
        middle = search.settable(math.sqrt(inner * outer))
        if middle in (inner, outer):
            break
        if search.stays(middle):
            inner = middle
        else:
            outer = middle
    value = outer if whole else math.sqrt(inner * outer)
    way = 1.0 if outer > inner else -1.0
    step = max(round(CONFIRM_SHARE * value), 1) if whole else CONFIRM_SHARE * value
    near, far = value - way * step, value + way * step
    there, moved = search.run(far, search.draws)
    if not search.stays(near, search.draws) or same_first(first_of(there), first_of(search.base)):
        metric = str(moved.inputs.target.metric)
        text = state("switch.unsettled", value=Setting(search.path, value, metric))
        return Switch(search.path, search.now, None, None, text, False)
    sense = state("switch.above" if way > 0 else "switch.below")
    first = there.best.step if there.best else None
    key = first.ways[0].key if first is not None and first.ways else None
    said = PlanWords(there, moved).first(first) if first is not None else None
    return Switch(search.path, search.now, value, key, sense, True, said)


def _distance(value: float | None, now: float) -> float:
    return math.inf if not value or not now else abs(math.log(value / now))
