"""The best set of projects under money and person-weeks, solved exactly.

What several projects need once (a labelling tool, a server, the knowledge of one base model) is
paid by one of them, the leader of the group. Another one saves it as far as the leader is likely
to have paid: saved = what it would pay x chance that the leader's goes live.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

TIE_SHARE = 1e-3
"""All the money weighs as much as this chance of one success: the cheaper of like sets."""
STEP_USD, STEP_CHANCE = 1.0, 0.005
"""The least gain that counts as more: USD of value, or successes expected."""
SECONDS = 8.0


@dataclass(frozen=True)
class Share:
    """What one project pays in a group, expected: all of it is saved behind a sure leader."""

    usd: float
    budget_usd: float
    person_weeks: float
    chance: float
    """That this project's goes live and so has paid."""


@dataclass(frozen=True)
class Option:
    """A project as the choice sees it; expected figures of its plan.

    Parameters
    ----------
    value_usd : float or None
        Value of its months minus all its money; None: nobody said what it is worth.
    success : float
        Chance that a system goes live that reaches its target.
    budget_usd, person_weeks : float
        Before it is live.
    spend_usd : float
        All its money.
    """

    name: str
    value_usd: float | None
    success: float
    budget_usd: float
    person_weeks: float
    spend_usd: float
    shares: Mapping[tuple[str, str], Share] = field(default_factory=dict)
    possible: bool = True


@dataclass(frozen=True)
class Limits:
    """Money and team; None: no limit."""

    budget_usd: float | None = None
    person_weeks: float | None = None


@dataclass(frozen=True)
class Saving:
    """One project's saving in a group [USD of all money, USD before live, person-weeks]."""

    group: tuple[str, str]
    leader: int
    member: int
    usd: float
    budget_usd: float
    person_weeks: float


@dataclass(frozen=True)
class Choice:
    """A set of projects with its expected figures, what is shared counted once."""

    chosen: tuple[int, ...]
    by_value: bool
    score: float
    value_usd: float | None
    successes: float
    budget_usd: float
    person_weeks: float
    spend_usd: float
    savings: tuple[Saving, ...]
    gap: float = 0.0
    """How far the best set may still lie above, relative; 0: this is the best."""


def by_value(options: Sequence[Option]) -> bool:
    """Is there a value for every project that can be taken?"""
    return all(o.value_usd is not None for o in options if o.possible)


def groups_of(options: Sequence[Option]) -> dict[tuple[str, str], list[int]]:
    """Members of every group that at least two projects can share."""
    out: dict[tuple[str, str], list[int]] = {}
    for index, option in enumerate(options):
        for group in option.shares if option.possible else ():
            out.setdefault(group, []).append(index)
    return {g: members for g, members in out.items() if len(members) > 1}


class _Problem:
    """The choice as a mixed-integer program.

    Notes
    -----
    ``x[p]``: taken; ``L[g, m]``: m leads group g; ``f[g, m]``: the part of its share that m saves,
    ``f <= x[m]``, ``f <= 1 - L[m]``, ``f <= sum over others of chance x L``.
    """

    def __init__(self, options: Sequence[Option]) -> None:
        self.options = options
        self.valued = by_value(options)
        self.places = [(group, m) for group, members in groups_of(options).items() for m in members]
        self.n, self.k = len(options), len(self.places)
        size = self.n + 2 * self.k
        self.gain, self.money, self.weeks = np.zeros(size), np.zeros(size), np.zeros(size)
        tie = TIE_SHARE / max(sum(o.spend_usd for o in options), 1.0)
        for p, o in enumerate(options):
            if not o.possible:
                continue
            worth = o.value_usd if self.valued else o.success - tie * o.spend_usd
            self.gain[p] = worth or 0.0
            self.money[p], self.weeks[p] = o.budget_usd, o.person_weeks
        for at, (group, m) in enumerate(self.places):
            share, f = options[m].shares[group], self.n + self.k + at
            self.gain[f] = share.usd if self.valued else tie * share.usd
            self.money[f], self.weeks[f] = -share.budget_usd, -share.person_weeks
        self.rules = self._rules()

    def _rules(self) -> LinearConstraint | None:
        if not self.k:
            return None
        groups = dict.fromkeys(g for g, _ in self.places)
        rows = lil_array((4 * self.k + len(groups), len(self.gain)))
        high = np.zeros(rows.shape[0])
        for at, (group, m) in enumerate(self.places):
            lead, f = self.n + at, self.n + self.k + at
            rows[4 * at, lead], rows[4 * at, m] = 1, -1
            rows[4 * at + 1, f], rows[4 * at + 1, m] = 1, -1
            rows[4 * at + 2, f], rows[4 * at + 2, lead] = 1, 1
            high[4 * at + 2] = 1
            rows[4 * at + 3, f] = 1
            for other, (its, lead_by) in enumerate(self.places):
                if its == group and lead_by != m:
                    rows[4 * at + 3, self.n + other] = -self.options[lead_by].shares[group].chance
        for g, group in enumerate(groups):
            for at, (its, _) in enumerate(self.places):
                if its == group:
                    rows[4 * self.k + g, self.n + at] = 1
            high[4 * self.k + g] = 1
        return LinearConstraint(rows.tocsr(), -np.inf, high)

    def solve(
        self, objective: np.ndarray, limits: Limits, least: float | None = None
    ) -> Choice | None:
        """The set of least objective within the limits that gains at least ``least``."""
        rules = [] if self.rules is None else [self.rules]
        bounded = ((self.money, limits.budget_usd), (self.weeks, limits.person_weeks))
        rules += [
            LinearConstraint(row[None], -np.inf, limit) for row, limit in bounded
            if limit is not None
        ]  # fmt: skip
        if least is not None:
            rules.append(LinearConstraint(self.gain[None], least, np.inf))
        whole = np.ones(len(objective))
        whole[self.n + self.k :] = 0
        top = np.ones(len(objective))
        top[: self.n] = [o.possible for o in self.options]
        found = milp(
            objective, integrality=whole, bounds=Bounds(0, top), constraints=rules,
            options={"mip_rel_gap": 0.0, "time_limit": SECONDS},
        )  # fmt: skip
        if found.x is None:
            return None
        chosen = self._choice(np.asarray(found.x), limits)
        return dataclasses.replace(chosen, gap=float(found.mip_gap or 0.0))

    def _choice(self, x: np.ndarray, limits: Limits) -> Choice:
        """The set behind a solution, its figures computed anew.

        A saving below the solver's tolerance has no leader yet, or not the best one.
        """
        chosen = tuple(int(p) for p in np.flatnonzero(x[: self.n] > 0.5))
        leaders = {
            group: m
            for at, (group, m) in enumerate(self.places)
            if x[self.n + at] > 0.5 and m in chosen
        }
        best = figures(self.options, chosen, leaders)
        for group, m in self.places:
            if m in chosen:
                other = figures(self.options, chosen, {**leaders, group: m})
                if other.score > best.score and _inside(other, limits, best):
                    best, leaders = other, {**leaders, group: m}
        return best


def _inside(choice: Choice, limits: Limits, before: Choice) -> bool:
    """Does a set keep the limits, or need no more than the one before?"""
    pairs = (
        (choice.budget_usd, before.budget_usd, limits.budget_usd),
        (choice.person_weeks, before.person_weeks, limits.person_weeks),
    )
    return all(limit is None or here <= max(then, limit) for here, then, limit in pairs)


def figures(
    options: Sequence[Option],
    chosen: Sequence[int],
    leaders: Mapping[tuple[str, str], int],
) -> Choice:
    """Expected figures of a set with a leader in every group that has one."""
    valued = by_value(options)
    savings = []
    for group, leader in leaders.items():
        chance = options[leader].shares[group].chance
        for m in chosen:
            share = options[m].shares.get(group)
            if share is None or m == leader:
                continue
            parts = (share.usd, share.budget_usd, share.person_weeks)
            savings.append(Saving(group, leader, m, *(chance * part for part in parts)))
    mine = [options[p] for p in chosen]
    saved = math.fsum(s.usd for s in savings)
    value = math.fsum(o.value_usd or 0.0 for o in mine) + saved if valued else None
    successes = math.fsum(o.success for o in mine)
    spend = math.fsum(o.spend_usd for o in mine) - saved
    tie = TIE_SHARE / max(sum(o.spend_usd for o in options), 1.0)
    return Choice(
        chosen=tuple(chosen),
        by_value=valued,
        score=value if value is not None else successes - tie * spend,
        value_usd=value,
        successes=successes,
        budget_usd=math.fsum(o.budget_usd for o in mine) - math.fsum(s.budget_usd for s in savings),
        person_weeks=math.fsum(o.person_weeks for o in mine)
        - math.fsum(s.person_weeks for s in savings),
        spend_usd=spend,
        savings=tuple(savings),
    )


def best_set(options: Sequence[Option], limits: Limits) -> Choice:
    """The set of most value within the limits; of most expected successes where values lack."""
    problem = _Problem(options)
    found = problem.solve(-problem.gain, limits)
    return figures(options, (), {}) if found is None else found


def least_money(options: Sequence[Option], limits: Limits, now: Choice) -> Choice | None:
    """The cheapest set that is worth more than ``now``, whatever it costs; None: there is none."""
    return _least(options, Limits(None, limits.person_weeks), now, money=True)


def least_weeks(options: Sequence[Option], limits: Limits, now: Choice) -> Choice | None:
    """The set of least work that is worth more than ``now``; None: there is none."""
    return _least(options, Limits(limits.budget_usd, None), now, money=False)


def least_of_both(options: Sequence[Option], now: Choice) -> Choice | None:
    """The cheapest set that is worth more than ``now``, with as much work as it takes."""
    return _least(options, Limits(), now, money=True)


def _least(options: Sequence[Option], limits: Limits, now: Choice, money: bool) -> Choice | None:
    problem = _Problem(options)
    step = STEP_USD if problem.valued else STEP_CHANCE
    objective = problem.money if money else problem.weeks
    return problem.solve(objective, limits, now.score + step)
