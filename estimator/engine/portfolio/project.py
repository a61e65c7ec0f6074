"""One project of a portfolio: its staged plan as money, person-weeks, value and what it shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.comparison import clean
from estimator.engine.decide import Worlds, staged_plan
from estimator.engine.decide.decision import quick_decision
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.lines import ONE_OFF
from estimator.engine.own_factors import judged_by
from estimator.engine.portfolio.choose import Option, Share
from estimator.engine.results import CandidateResult, CostItem
from estimator.engine.simulate import before_results, evaluate
from estimator.units import WORKDAYS_PER_WEEK
from estimator.vocabulary import Phase

if TYPE_CHECKING:
    from estimator.engine.decide import StagedPlan
    from estimator.evidence.load import Evidence

RISK_DRAWS = 2048
CARRY_DRAWS = 64
SEED_STEP, SEEDS = 1_000_003, 2**32
COMMON = ("people.wage.", "labelling.price.")
PRICED = ("usd", "wage", "pay", "price", "fee")
"""Words in the name of a judgement that is a price: the same for every project."""
TOOL, MODEL, SERVER = "labelling_tool", "base_model", "server"
SERVING = ("serving_instances", "serving_own_depreciation")
BEGUN = frozenset({"start", "commit", "as_is_or_stop"})


@dataclass(frozen=True)
class SharedDraws(Draws):
    """Draws of one project among several: wages and prices are everybody's, the rest its own.

    Parameters
    ----------
    own : int
        Seed of what is the project's own: its data, its runs, its luck.
    """

    own: int = 0

    def normal(self, name: str) -> Array:
        """Standard normals of a named quantity, shape (n + 1,), base 0 first; read-only."""
        return Draws(self.n, self.seed if is_common(name) else self.own, self.taken).normal(name)


def is_common(name: str) -> bool:
    """Is the named quantity the same for every project: a wage or a price?"""
    if name.startswith(COMMON):
        return True
    return name.startswith("assumption.") and any(word in name for word in PRICED)


def own_seed(seed: int, index: int) -> int:
    """Seed of what is the own of the project at a place of the list."""
    return (seed + (index + 1) * SEED_STEP) % SEEDS


@dataclass(frozen=True, eq=False)
class Project:
    """A project with its plan; draws of its money on common wages and prices.

    Parameters
    ----------
    option : Option
        Expected figures, as in the project's own answer.
    answer : mapping
        Its ``staged_plan`` of the JSON.
    before, spend, works : arrays
        Money before live, all money [USD] and success on the portfolio's draws, shape (n,).
    weeks : float
        Until it is live or stopped, middle case.
    """

    name: str
    inputs: ProjectInputs
    seed: int
    outcome: str
    approach: str | None
    option: Option
    answer: Mapping[str, Any]
    before: Array
    spend: Array
    works: np.ndarray
    weeks: float
    release_usd: tuple[float, ...]
    """Mean money of the release in each stage that is an end, 0 in the others [USD]."""


def project_of(
    name: str,
    inputs: ProjectInputs,
    evidence: Evidence,
    seed: int,
    index: int,
) -> Project:
    """A project by its own answer, and its draws in the portfolio.

    Parameters
    ----------
    name : str
        What it is called in the portfolio.
    seed : int
        Of what is common to the portfolio.
    index : int
        Its place in the list; gives it a seed of its own.

    Raises
    ------
    InputError
        For a name that the shipped tables do not hold.
    """
    evaluation = evaluate(inputs, evidence)
    inputs = evaluation.inputs
    assumptions = judged_by(inputs, evidence)
    worlds = Worlds(evaluation, assumptions)
    value, onto = before_results(worlds, evidence)
    decision = quick_decision(evaluation, assumptions, value, False, worlds, onto)
    plan = decision.plan
    answer = clean(decision.to_dict()["staged_plan"])
    own = own_seed(seed, index)
    row = plan.row
    taken = None if row is None else evaluation.results[row]
    if plan.best is None or taken is None or row is None or plan.outcome not in BEGUN:
        nothing = np.zeros(0)
        option = Option(name, None, 0.0, 0.0, 0.0, 0.0, possible=False)
        return Project(
            name, inputs, own, plan.outcome, None, option, answer, nothing, nothing, nothing,
            0.0, (),
        )  # fmt: skip
    best, out = plan.best, plan.best.step.outcome
    option = _option(name, plan, taken, assumptions)
    n = min(inputs.draws, RISK_DRAWS)
    moved = dataclasses.replace(inputs, seed=own)
    again = evaluate(moved, evidence, draws=SharedDraws(n, seed, own=own))
    repeated = staged_plan(again, assumptions, value, before=best.policy, whole=False, moved=onto)
    drawn = repeated.best.step.outcome if repeated.best else out
    return Project(
        name=name,
        inputs=inputs,
        seed=own,
        outcome=plan.outcome,
        approach=taken.candidate.key,
        option=option,
        answer=answer,
        before=drawn.before,
        spend=drawn.spend,
        works=drawn.works,
        weeks=float(np.median(out.weeks)),
        release_usd=tuple(
            float(v.step.outcome.before.mean()) if v.step.is_end else 0.0 for v in plan.stages
        ),
    )


def _option(name: str, plan: StagedPlan, row: CandidateResult, assumptions: Assumptions) -> Option:
    """Expected figures of a plan that begins with something."""
    if plan.best is None or plan.loss is None:
        raise ValueError("a plan that begins has a loss")
    out = plan.best.step.outcome
    before = float(out.before.mean())
    lines = [i for i in row.money.items if i.timing == ONE_OFF]
    all_money = float(row.money.one_off_draws[1:].mean())
    reached = min(before / all_money, 1.0) if all_money > 0 else 0.0
    hours = assumptions.value("people.hours_per_week")
    weeks = reached * sum(_person_weeks(i, hours) for i in lines)
    live = float((out.row == plan.row).mean())
    return Option(
        name=name,
        value_usd=plan.best.net if plan.loss.typed else None,
        success=plan.best.success,
        budget_usd=before,
        person_weeks=weeks,
        spend_usd=plan.best.spend,
        shares=_shares(row, live, assumptions, hours),
    )


def _person_weeks(item: CostItem, hours_per_week: float) -> float:
    """Mean person-weeks of own work in a line of the project; labellers are not the team."""
    per_week = {"person-week": 1.0, "person-day": WORKDAYS_PER_WEEK, "hour": hours_per_week}
    if not item.own_staff and item.phase is not Phase.PEOPLE:
        return 0.0
    unit = per_week.get(item.unit)
    return 0.0 if unit is None else float(np.mean(item.quantity_draws[1:])) / unit


def _shares(
    row: CandidateResult, live: float, assumptions: Assumptions, hours: float
) -> dict[tuple[str, str], Share]:
    """What another project of the same kind would save, where this one goes live.

    Notes
    -----
    Tool: the seats of labelling. Base model: the part of the people's work that a second task on
    the same base does not need, ``1 - money.second_task_people_share``. Server: one machine that
    always runs; whether it carries the others is checked by ``carries``.
    """
    out: dict[tuple[str, str], Share] = {}

    def add(kind: str, name: str, usd: float, project: bool, weeks: float = 0.0) -> None:
        if usd > 0:
            budget = usd if project else 0.0
            out[kind, name] = Share(live * usd, live * budget, live * weeks, live)

    again = 1.0 - assumptions.value("money.second_task_people_share")
    people, weeks = 0.0, 0.0
    for item in row.money.items:
        usd = float(item.usd_draws[1:].mean())
        if item.item == "labelling_tool":
            add(TOOL, "", usd, project=True)
        elif item.item in SERVING:
            machine = next((p.name for p in reversed(item.parts)), "")
            add(SERVER, machine, usd, project=False)
        elif item.phase is Phase.PEOPLE and item.timing == ONE_OFF:
            people += usd
            weeks += _person_weeks(item, hours)
    if row.candidate.model is not None:
        add(MODEL, row.candidate.model.name, again * people, project=True, weeks=again * weeks)
    return out


def carries(project: Project, times: int, evidence: Evidence) -> bool:
    """Does the project's machine still suffice for so many times its requests?"""

    def hours(inputs: ProjectInputs) -> float:
        found = evaluate(inputs, evidence, n_draws=CARRY_DRAWS)
        row = next(r for r in found.results if r.candidate.key == project.approach)
        lines = (i for i in row.money.items if i.item in SERVING)
        return sum(float(i.quantity_draws[0]) for i in lines)

    inputs = project.inputs
    more = inputs.replace("serving.requests_per_month", inputs.serving.requests_per_month * times)
    return hours(more) <= hours(inputs) * (1 + 1e-9)
