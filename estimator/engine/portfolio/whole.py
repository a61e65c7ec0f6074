"""A portfolio: the set that is taken, what more buys, one calendar, one cash flow, one risk."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.inputs import ProjectInputs
from estimator.engine.portfolio.choose import (
    Choice,
    Limits,
    best_set,
    groups_of,
    least_money,
    least_of_both,
    least_weeks,
)
from estimator.engine.portfolio.project import SERVER, Project, carries, project_of
from estimator.errors import InputError
from estimator.units import WEEKS_PER_MONTH
from estimator.words.statement import Number, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

MOST = 50
LONGEST_WEEKS = 1040
TEAM_LIMIT = 10_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Wanted:
    """What the projects share: money before live [USD], person-weeks, people at a time."""

    budget_usd: float | None = None
    person_weeks: float | None = None
    team: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, high in (("budget_usd", 1e12), ("person_weeks", 1e7), ("team", TEAM_LIMIT)):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and 0 <= value <= high):
                allowed = state("allowed.number", low=Number(0.0), high=Number(float(high)))
                raise InputError(name, value, allowed)

    @property
    def limits(self) -> Limits:
        """Those of the choice."""
        return Limits(self.budget_usd, self.person_weeks)


@dataclass(frozen=True)
class Begun:
    """When a chosen project begins [weeks from today] and the people it needs at a time."""

    project: int
    week: float
    people: float


@dataclass(frozen=True)
class Portfolio:
    """Projects, the set that is taken and what follows from it."""

    wanted: Wanted
    projects: tuple[Project, ...]
    choice: Choice
    more_money: Choice | None
    more_weeks: Choice | None
    more_of_both: Choice | None
    """Where neither more money nor more work alone buys more."""
    one_person: Choice | None
    person_year_weeks: float
    calendar: tuple[Begun, ...]
    data_version: str


def make_portfolio(
    named: Sequence[tuple[str, ProjectInputs]],
    evidence: Evidence,
    wanted: Wanted,
    progress: Progress = lambda done, total: None,
    books: Sequence[Evidence] = (),
) -> Portfolio:
    """The best set of some projects on one budget and one team.

    Parameters
    ----------
    named : sequence of (str, ProjectInputs)
        One to fifty projects with what they are called.
    books : sequence of Evidence
        The evidence of each project where they have price books of their own.

    Raises
    ------
    InputError
        For none or more than fifty projects, and what is wrong in one of them.
    """
    if not 1 <= len(named) <= MOST:
        raise InputError("portfolio", len(named), state("allowed.portfolio", most=MOST))
    every = tuple(books) or (evidence,) * len(named)
    projects = []
    for index, ((name, inputs), book) in enumerate(zip(named, every, strict=True)):
        try:
            projects.append(project_of(name, inputs, book, wanted.seed, index))
        except InputError as error:
            raise InputError(f"{name}, {error.field}", error.value, error.allowed) from None
        progress(index + 1, len(named))
    return decided(tuple(projects), every, wanted)


def distinct_names(every: Sequence[ProjectInputs]) -> list[str]:
    """Names of projects, numbered where several are called the same."""
    names = [i.name for i in every]
    return [f"{n} ({k})" if names.count(n) > 1 else n for k, n in enumerate(names, start=1)]


def decided(projects: tuple[Project, ...], books: Sequence[Evidence], wanted: Wanted) -> Portfolio:
    """The portfolio of projects whose plans are there."""
    projects = _servers_checked(projects, books)
    options, limits = [p.option for p in projects], wanted.limits
    choice = best_set(options, limits)
    year = books[0].assumptions["people.productive_weeks"].p50
    more = limits.person_weeks
    money = None if limits.budget_usd is None else least_money(options, limits, choice)
    weeks = None if more is None else least_weeks(options, limits, choice)
    limited = limits.budget_usd is not None and more is not None
    both = least_of_both(options, choice) if limited and money is None and weeks is None else None
    return Portfolio(
        wanted=wanted,
        projects=projects,
        choice=choice,
        more_money=money,
        more_weeks=weeks,
        more_of_both=both,
        one_person=None
        if more is None
        else best_set(options, Limits(limits.budget_usd, more + year)),
        person_year_weeks=year,
        calendar=_calendar(projects, choice, wanted.team),
        data_version=books[0].data_version,
    )


def _servers_checked(
    projects: tuple[Project, ...], books: Sequence[Evidence]
) -> tuple[Project, ...]:
    """Servers are shared only where one machine carries as many projects as would use it."""
    out = list(projects)
    for group, members in groups_of([p.option for p in projects]).items():
        if group[0] != SERVER:
            continue
        for m in members:
            if carries(projects[m], len(members), books[m]):
                continue
            option = out[m].option
            shares = {g: s for g, s in option.shares.items() if g != group}
            option = dataclasses.replace(option, shares=shares)
            out[m] = dataclasses.replace(out[m], option=option)
    return tuple(out)


def _calendar(projects: Sequence[Project], choice: Choice, team: float | None) -> tuple[Begun, ...]:
    """Start of each chosen project: the most valuable first, as soon as the team has people.

    Notes
    -----
    A project needs ``person-weeks / weeks`` people from its start to its end; one that needs more
    than there are has them all.
    """

    def rank(p: int) -> float:
        o = projects[p].option
        worth = o.value_usd if choice.by_value and o.value_usd is not None else o.success
        return -worth / max(o.budget_usd, 1.0)

    busy = np.zeros(LONGEST_WEEKS * 2)
    out = []
    for p in sorted(choice.chosen, key=rank):
        project = projects[p]
        length = max(math.ceil(project.weeks), 1)
        people = project.option.person_weeks / length
        start = 0
        if team is not None:
            people = min(people, team)
            while start < LONGEST_WEEKS and (
                busy[start : start + length].max() + people > team + 1e-9
            ):
                start += 1
        busy[start : start + length] += people
        out.append(Begun(p, float(start), people))
    return tuple(out)


def cash_flow(portfolio: Portfolio) -> tuple[float, ...]:
    """Expected money of the chosen plans by month from today, shared costs counted once [USD].

    Notes
    -----
    A stage is spent evenly over its weeks with the chance that it is reached; a release when it
    happens, use evenly over the months after it. What is shared is taken off the member's money
    in the month in which it begins, for a server over its months of use.
    """
    flow = np.zeros(int(2 * LONGEST_WEEKS / WEEKS_PER_MONTH) + 130)
    for begun in portfolio.calendar:
        project = portfolio.projects[begun.project]
        months = int(project.inputs.serving.horizon_months)
        for stage, release in zip(project.answer["stages"], project.release_usd, strict=True):
            first = begun.week + stage["start_weeks"]
            last = first + stage["weeks"]
            usd, chance = stage["expected_usd"], stage["chance"]
            now = min(release * chance, usd) if release else 0.0
            if not release:
                _spread(flow, usd, first / WEEKS_PER_MONTH, last / WEEKS_PER_MONTH)
                continue
            _spread(flow, now, first / WEEKS_PER_MONTH, last / WEEKS_PER_MONTH)
            begin = last / WEEKS_PER_MONTH
            _spread(flow, usd - now, begin, begin + months)
    starts = {b.project: b.week / WEEKS_PER_MONTH for b in portfolio.calendar}
    for saving in portfolio.choice.savings:
        begin = starts[saving.member]
        project = portfolio.projects[saving.member]
        if saving.group[0] == SERVER:
            begin += project.weeks / WEEKS_PER_MONTH
            _spread(flow, -saving.usd, begin, begin + project.inputs.serving.horizon_months)
        else:
            _spread(flow, -saving.usd, begin, begin + 1)
    last_month = int(np.flatnonzero(np.abs(flow) > 0.005).max(initial=0))
    return tuple(float(x) for x in flow[: last_month + 1])


def _spread(flow: np.ndarray, usd: float, first: float, last: float) -> None:
    """Spend money evenly between two times [months]."""
    if last - first < 1e-9:
        flow[int(first)] += usd
        return
    for month in range(int(first), math.ceil(last)):
        part = min(last, month + 1) - max(first, month)
        flow[month] += usd * max(part, 0.0) / (last - first)


def risk(portfolio: Portfolio) -> dict[str, Any]:
    """Money before live and successes of the whole set, wages and prices the same for all."""
    chosen = [portfolio.projects[p] for p in portfolio.choice.chosen]
    n = min((len(p.before) for p in chosen), default=0)
    if n == 0:
        return {"before_live_usd": None, "over_budget_probability": None, "successes": None}
    saved = sum(s.budget_usd for s in portfolio.choice.savings)
    before = np.sum([p.before[:n] for p in chosen], axis=0) - saved
    works = np.sum([p.works[:n] for p in chosen], axis=0)
    alone = math.sqrt(sum(float(np.var(p.before[:n])) for p in chosen))
    budget = portfolio.wanted.budget_usd
    return {
        "n_draws": n,
        "before_live_usd": {**_three(before), "mean": float(before.mean())},
        "spread_over_independent": float(before.std()) / alone if alone > 0 else None,
        "over_budget_probability": None if budget is None else float((before > budget).mean()),
        "successes": {**_three(works), "mean": float(works.mean())},
        "none_succeeds_probability": float((works == 0).mean()),
    }


def _three(x: np.ndarray) -> dict[str, float]:
    p10, p50, p90 = np.quantile(x, (0.1, 0.5, 0.9))
    return {"p10": float(p10), "p50": float(p50), "p90": float(p90)}
