"""The staged plan of a scenario: first step, gates, ends, money; what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.alike import FINALISTS, Alike, finalists
from estimator.engine.decide.ask import Question, questions_to_ask
from estimator.engine.decide.choose import (
    LADDER,
    POOR_GRADES,
    SAME_CHANCE,
    Weighed,
    break_even,
    led_by,
    reach,
    rule_row,
    search,
    value_of_break_even,
    weigh,
)
from estimator.engine.decide.loss import STOPPED, Loss, make_loss, value_typed
from estimator.engine.decide.policy import Step
from estimator.engine.decide.stages import Policy
from estimator.engine.decide.views import (
    End,
    GateView,
    StageView,
    at_most,
    ends_of,
    walk,
)
from estimator.engine.decide.way import Way, World
from estimator.engine.decide.worlds import Worlds
from estimator.engine.results import Evaluation
from estimator.vocabulary import Approach

SEARCH_DRAWS = 2048
VALUE_DRAWS = 512
RUNG_PLANS = 6
NO_EVIDENCE, NOT_WORTH, COMMIT, AS_IS, START = (
    "no_evidence", "not_worth", "commit", "as_is_or_stop", "start",
)  # fmt: skip
OUTCOME_OF = {"stop": NOT_WORTH, "live": COMMIT, "all": COMMIT, "probe": AS_IS}


@dataclass(frozen=True)
class PlanValue:
    """Value of a month of a working system [USD], frozen with the scenario.

    ``break_even`` is the least at which some plan is worth its money, before any result was
    entered; ``used`` chooses the plan.
    """

    break_even: float | None
    used: float
    typed: bool


@dataclass(frozen=True)
class Rung:
    """The plan from a value of a month on [USD a month]."""

    usd_per_month: float
    policy: Policy
    first: Step
    success: float


@dataclass(frozen=True)
class StagedPlan:
    """What to do first, what is decided on which result, how it ends and what it costs.

    ``trial`` is the row to try first where nothing is known of any.
    """

    outcome: str
    world: World | None
    loss: Loss | None
    value: PlanValue | None
    best: Weighed | None
    gates: tuple[GateView, ...] = ()
    stages: tuple[StageView, ...] = ()
    ends: tuple[End, ...] = ()
    rungs: tuple[Rung, ...] = ()
    singles: tuple[Weighed, ...] = ()
    near: tuple[Weighed, ...] = ()
    ask: tuple[Question, ...] = ()
    at_most_usd: float = 0.0
    even_now: float | None = None
    unlikely: bool = False
    looked_at: tuple[float, ...] = (0.0, 0.0)
    trial: int | None = None
    best_single: float = 0.0
    likeliest: float = 0.0

    @property
    def alone(self) -> Weighed | None:
        """Building the row in which the plan most likely ends at once."""
        return next((w for w in self.singles if w.step.ways[0].index == self.row), None)

    @property
    def row(self) -> int | None:
        """Position of the row in which the plan most likely ends; None: it ends in none."""
        if self.best is None or self.outcome in (NO_EVIDENCE, NOT_WORTH):
            return None
        return None if self.best.row == STOPPED else self.best.row

    @property
    def first(self) -> Step | None:
        """The first step."""
        return None if self.best is None else self.best.step


def plan_value(
    evaluation: Evaluation, assumptions: Assumptions, worlds: Worlds | None = None
) -> PlanValue | None:
    """The value of a month that chooses the plan; None where no plan can be made.

    Parameters
    ----------
    evaluation : Evaluation
        The scenario before any own result: the value of a system does not move with what was
        measured of it.
    worlds : Worlds, optional
        Of this evaluation; what is computed there is not computed again.
    """
    worlds = worlds or Worlds(evaluation, assumptions)
    world = worlds.at(VALUE_DRAWS, inside=SEARCH_DRAWS)
    if world is None:
        return None
    loss = make_loss(evaluation.inputs, assumptions, world.metric, world.target, 1.0)
    found = break_even(world, loss, _probe_worthy(evaluation))
    full = worlds.at()
    even = value_of_break_even(full or world, loss, found)
    stated = value_typed(evaluation.inputs)
    factor = assumptions.value("decision.value_over_break_even")
    used = stated or _two_digits(factor * even if even else 1.0)
    return PlanValue(even, used, stated > 0)


def staged_plan(
    evaluation: Evaluation,
    assumptions: Assumptions,
    value: PlanValue | None,
    worlds: Worlds | None = None,
    before: Policy | None = None,
    whole: bool = True,
    ladder: bool = True,
    moved: Policy | None = None,
) -> StagedPlan:
    """The staged plan of an evaluation.

    Parameters
    ----------
    value : PlanValue
        Of the scenario without own results and without the variation that is looked at.
    worlds : Worlds, optional
        Of this evaluation; what is computed there is not computed again.
    before : Policy, optional
        The plan shown before; kept unless another is clearly better.
    whole : bool
        Also the ladder over values and what to ask first.
    ladder : bool
        The ladder is half of the work; a first screen does not show it.
    moved : Policy, optional
        What the plan before own results does on them (``onward``).
    """
    worlds = worlds or Worlds(evaluation, assumptions)
    board, world = worlds.board, worlds.at(SEARCH_DRAWS)
    if world is None or value is None:
        known = board.target is not None and any(
            r.accuracy.draws is not None for r in evaluation.results
        )
        possible = np.flatnonzero(board.possible)
        trial = int(possible[board.median_total[possible].argmin()]) if len(possible) else None
        outcome = NOT_WORTH if known or trial is None else NO_EVIDENCE
        return StagedPlan(outcome, None, None, None, None, trial=trial)
    loss = make_loss(evaluation.inputs, assumptions, world.metric, world.target, value.used)
    loss = loss.at(value.used, value.typed)
    worthy = _probe_worthy(evaluation)
    found = search(world, loss, worthy, careful=True)
    alike = Alike.judged(assumptions)
    keep = alike.keep
    full = worlds.at() if whole else world
    if full is None:
        raise ValueError("the same scenario has a world at fewer draws")
    best, ranked = _chosen(world, loss, found, alike, before, full)
    least = assumptions.value("decision.least_success")
    if moved is not None:
        (best,) = weigh(world, loss, [moved], limited=False, exact=True)
        found = [best, *(w for w in found if w.policy != moved)]
    unlikely = max(w.success for w in found) < least
    if unlikely:
        best = next(w for w in found if w.policy.kind == "stop")
    even = value.break_even
    if whole and evaluation.inputs.pilot:
        small = worlds.at(VALUE_DRAWS, inside=SEARCH_DRAWS)
        even = value_of_break_even(full, loss, break_even(small or world, loss, worthy))
    near = tuple(w for w in found if w.net >= best.net - keep * best.spend and w.row != best.row)
    row = [w.key for w in full.ways if w.index == best.row and whole]
    singles = [Policy("all", (key,)) for key in row]
    if ranked is None or ranked.policy != best.policy:
        (ranked,) = weigh(full, loss, [best.policy], limited=False, exact=True)
    alone = weigh(full, loss, singles, limited=False, exact=True)
    gates, stages = walk(ranked.step, full)
    return StagedPlan(
        outcome=OUTCOME_OF.get(best.policy.kind, START),
        world=full,
        loss=loss,
        value=value,
        best=ranked,
        gates=tuple(gates),
        stages=tuple(stages),
        ends=tuple(ends_of(ranked.step, full)),
        rungs=_rungs(worlds, full, loss, value, found, best.policy) if whole and ladder else (),
        singles=tuple(alone),
        near=near,
        best_single=max((w.net for w in found if w.policy.alone), default=0.0),
        likeliest=max(w.success for w in found),
        ask=questions_to_ask(evaluation, full, loss, found) if whole else (),
        at_most_usd=at_most(ranked.step, np.ones(full.n, dtype=bool)),
        even_now=even,
        unlikely=unlikely,
        looked_at=tuple(
            _two_digits(f * (value.break_even or 0.0)) for f in (LADDER[0], LADDER[-1])
        ),
    )


def _probe_worthy(evaluation: Evaluation) -> bool:
    """Is there own evidence of what a model used as it is reaches on such a task?"""
    return any(
        r.candidate.approach is Approach.ZERO_SHOT and r.accuracy.grade.grade not in POOR_GRADES
        for r in evaluation.results
    )


def _chosen(
    world: World,
    loss: Loss,
    found: Sequence[Weighed],
    alike: Alike,
    before: Policy | None = None,
    full: World | None = None,
) -> tuple[Weighed, Weighed | None]:
    """The plan, here and at all draws: where a row is sure enough the cheapest such row.

    Notes
    -----
    MODEL's rule as special case: a row that reaches the target with the wanted chance is taken,
    the cheapest of them. The plan is the cheapest of those that mostly end in it and reach the
    target as often as the likeliest row, if that takes no more money than to build the row at once
    or the loss ranks it first; else as often as the row itself. The search has few draws: its best
    are ranked again at all of them.
    """
    row = rule_row(world)
    led = led_by(world, loss, row, found) if row is not None else []
    if row is None or not led:
        best = alike.pick(found, before)
        last = finalists(found, alike.keep)
    else:
        best = _ruled(world, row, led, alike, before)
        last = [w.policy for w in sorted(led, key=lambda w: w.spend)
                if w.success >= best.success - alike.keep][:FINALISTS]  # fmt: skip
    if full is None or full is world:
        return best, None
    some = led or found
    last += [w.policy for w in some if w.policy in (best.policy, before)]
    again = weigh(full, loss, dict.fromkeys(last), limited=False, exact=True)
    if row is None or not led:
        best = alike.pick(again, before)
    else:
        best = _ruled(full, full.way(row.key), again, alike, before)
    return next(w for w in some if w.policy == best.policy), best


def _ruled(
    world: World, row: Way, led: Sequence[Weighed], alike: Alike, before: Policy | None
) -> Weighed:
    """The cheapest plan that ends in the row that the rule takes."""
    alone = reach(row, world)
    likeliest = max(reach(w, world) for w in world.ways)
    at_once = float((row.one_off + world.horizon_months * row.usd_per_month).mean())
    usual = [w for w in led if w.success >= alone - alike.keep]
    least = alike.cheapest(usual, before).net if usual else -np.inf
    surer = [w for w in led if w.success >= likeliest - 2 * SAME_CHANCE
             and (w.spend <= at_once or w.net >= least)]  # fmt: skip
    if surer or usual:
        return alike.cheapest(surer or usual, before)
    return max(led, key=lambda w: w.success)


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")


def _rungs(
    worlds: Worlds,
    full: World,
    loss: Loss,
    value: PlanValue,
    found: Sequence[Weighed],
    plan: Policy,
) -> tuple[Rung, ...]:
    """The plan over absolute values of a month, one rung for each change of the plan.

    The ``plan`` that is shown stands at the value it was chosen by, and elsewhere among equals.
    """
    world = worlds.at(VALUE_DRAWS, inside=SEARCH_DRAWS)
    if value.break_even is None or world is None:
        return ()
    near = sorted(found, key=lambda w: -w.net)[:RUNG_PLANS]
    simple = [w for w in found if w.policy.kind in ("stop", "probe", "live")]
    policies = list(dict.fromkeys((plan, *(w.policy for w in (*near, *simple)))))
    alike = Alike.judged(worlds.assumptions)
    out: list[tuple[float, Policy]] = []
    for factor in LADDER:
        usd = _two_digits(factor * value.break_even)
        at = loss.at(usd)
        best = plan
        if usd != value.used:
            best = _chosen(world, at, weigh(world, at, policies), alike, plan)[0].policy
        if not out or out[-1][1] != best:
            out.append((usd, best))
    rungs = []
    for usd, policy in out:
        (shown,) = weigh(full, loss.at(usd), [policy], limited=False, exact=True)
        rungs.append(Rung(usd, policy, shown.step, shown.success))
    return tuple(rungs)


def same_first(a: Policy, b: Policy) -> bool:
    """Do two policies begin with the same step?"""
    if a.probe or b.probe:
        first = (p.probe or (p.tried[0] if p.kind == "probe" else "") for p in (a, b))
        x, y = first
        return bool(x) and x == y
    alike = [replace(p, spare="", share=1.0, push=1.0) for p in (a, b)]
    return alike[0] == alike[1]
