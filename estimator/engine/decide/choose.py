"""Which policy: those worth weighing, the value of a month from which one pays, the choice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from estimator.engine.decide.loss import STOPPED, Loss
from estimator.engine.decide.policy import Step
from estimator.engine.decide.stages import NEVER_IN_A_PART, WORTH_MORE, Builder, Policy
from estimator.engine.decide.way import Way, World, middle
from estimator.engine.distributions import Z90, Array
from estimator.vocabulary import Approach

SHARES = (0.1, 0.3)
SAME_CHANCE = 0.005
SAME_MONEY = 0.02
SAME_END = 0.9
"""Rows that a plan ends in with nine tenths of the likeliest's chance are equal: the cheapest is
named."""
BESIDE = 0.5
ROUNDS = 6
CLOSE = 5e-3
LADDER = (1.1, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Values of a month, in break-evens, at which the plan is looked at."""
PUSHES = (1.0, 2.0, 4.0, 10.0)
CAREFUL, CAREFUL_PLANS = 0.7, 2
"""Gates of the best plans are also solved for a cheaper month: they stop earlier, and where the
loss is the same less money is gone if it fails."""
EXACT_PLANS = 8
CLOSE_SECOND = 0.04
"""Share of the spend within which a second row may lead as well as the first."""
MEDIAN_ERROR = 1.25 * Z90
"""Standard deviations over root n by which a median of normal draws errs in nine of ten cases."""
SECONDS = 2
"""Rows beside those that lead alone that are tried as the second of two."""
POOR_GRADES = frozenset({"none", "borrowed"})


@dataclass(frozen=True)
class Weighed:
    """A policy with its figures at one value of a month.

    ``order`` has the rows from the cheapest to the dearest, ``lesser`` those that another beats.
    """

    policy: Policy
    step: Step
    usd_per_month: float
    order: tuple[int, ...] = ()
    lesser: frozenset[int] = frozenset()

    @cached_property
    def spend(self) -> float:
        """Expected money [USD]."""
        return float(self.step.outcome.spend.mean())

    @cached_property
    def months(self) -> float:
        """Expected months of full value."""
        return float(self.step.outcome.months.mean())

    @cached_property
    def success(self) -> float:
        """Chance that a system goes live that truly reaches the target."""
        return float(self.step.outcome.works.mean())

    @cached_property
    def net(self) -> float:
        """Minus the expected loss [USD]."""
        return float(self.nets.mean())

    @cached_property
    def nets(self) -> Array:
        """Value of the months minus all money, in every draw [USD]."""
        if self.policy.push == 1.0:
            return self.step.payoff
        return self.usd_per_month * self.step.outcome.months - self.step.outcome.spend

    @cached_property
    def row(self) -> int:
        """Row in which it most likely ends live; ``STOPPED``: in none.

        Of equals the cheapest; where another row beats it, the likeliest that none does, if the
        plan ends in that at least half as often.
        """
        rows = self.step.outcome.row
        live = rows[rows != STOPPED]
        if not len(live):
            return STOPPED
        counts = np.bincount(live, minlength=max(self.order, default=0) + 1)
        most = counts.max()
        found = next((i for i in self.order if counts[i] >= SAME_END * most), int(counts.argmax()))
        if found not in self.lesser:
            return found
        other = max((i for i in self.order if i not in self.lesser), key=lambda i: counts[i])
        return other if counts[other] >= BESIDE * most else found

    @cached_property
    def lost(self) -> float:
        """Median money that is gone where nothing of use goes live [USD]; 0: it never fails."""
        out = self.step.outcome
        return middle(out.spend[out.fails]) if out.fails.any() else 0.0


def beaten(world: World) -> frozenset[str]:
    """Rows that another reaches the target as often as, for less money."""
    ways = world.ways
    chance = [reach(w, world) for w in ways]
    total = [world.total_p50(w) for w in ways]
    return frozenset(
        a.key
        for a, p, usd in zip(ways, chance, total, strict=True)
        if any(q >= p - SAME_CHANCE and other < usd * (1 - SAME_MONEY)
               for q, other in zip(chance, total, strict=True))
    )  # fmt: skip


def search(
    world: World, loss: Loss, probe_worthy: bool = True, careful: bool = False
) -> list[Weighed]:
    """Policies that are worth weighing, the later ones built on the best of the earlier.

    Parameters
    ----------
    probe_worthy : bool
        Is there evidence of what a model used as it is reaches on such a task?
    careful : bool
        Solve the gates of the best plans for a cheaper month as well, and exactly.
    """
    builder = Builder(world, loss)
    lost = beaten(world)
    ways = [w for w in world.ways if w.key not in lost]
    first = [Policy("stop")]
    fresh: list[Way] = []
    for way in ways:
        at = way.measured_at()
        if at is None:
            first.append(Policy("all", (way.key,)))
            fresh.append(way)
            continue
        if (way.truth(at) >= world.target).mean() >= world.wanted:
            first.append(Policy("live", (way.key,)))
        if way.needs_labels and at < way.n_planned:
            first.append(Policy("rest", (way.key,)))
        elif way.needs_labels and world.most_labels(way) >= WORTH_MORE * at:
            first.append(Policy("more", (way.key,)))
    as_is = next((w for w in fresh if not w.needs_labels and probe_worthy), None)
    if as_is is not None:
        first.append(Policy("probe", (as_is.key,)))
    found = weigh(world, loss, first, builder)
    tuned = [w for w in fresh if _for_a_pilot(world, w, probe_worthy)]
    if not tuned:
        return found
    top, pool = _pool(world, loss, tuned)
    others = [w for w in world.ways if w.key in lost and w.measured_at() is None]
    close = _close(world, [w for w in others if _for_a_pilot(world, w, probe_worthy)])
    shares = _shares(world, [w for w in tuned if w.key in pool])

    def pilots(sets: Iterable[tuple[str, ...]], share: float, probe: str) -> list[Weighed]:
        spare = [next((k for k in (*top, *close) if k not in tried), "") for tried in sets]
        policies = [Policy("pilot", t, probe, share, s) for t, s in zip(sets, spare, strict=True)]
        return weigh(world, loss, policies, builder)

    probe = as_is.key if as_is is not None else ""
    ones = pilots([(k,) for k in pool], shares[-1], probe)
    if not ones:
        return found
    leads = _leads(ones)
    known = (*pool, *close)
    pairs = [(k, other) for k in leads for other in _beside(world, loss, k, known)]
    if len(shares) > 1:
        ones += pilots([(k,) for k in pool], shares[0], probe)
    ones += pilots(pairs, shares[-1], probe)
    if probe:
        tried = dict.fromkeys(w.policy.tried for w in sorted(ones, key=lambda w: -w.net)[:3])
        for share in shares:
            ones += pilots(list(tried), share, "")
    if careful:
        best = sorted(ones, key=lambda w: -w.net)[:CAREFUL_PLANS]
        ones += weigh(world, loss, [replace(w.policy, push=CAREFUL) for w in best], builder)
    kept = [w for w in found + ones if not w.policy.keys & lost or w.row not in w.lesser]
    if not careful:
        return kept
    kept.sort(key=lambda w: -w.net)
    exact = [w.policy for w in kept[:EXACT_PLANS]]
    return weigh(world, loss, exact, builder, exact=True) + kept[EXACT_PLANS:]


def _for_a_pilot(world: World, way: Way, known: bool = True) -> bool:
    """Does a pilot of this way tell anything?

    Training from scratch shows on a part of its labels what any start shows: too little; a first
    run on labels that are there anyway shows what all of them bring. As is only where ``known``.
    """
    if way.key.startswith(NEVER_IN_A_PART):
        return way.n_planned < WORTH_MORE * world.owned
    return way.needs_labels and (known or way.approach is not Approach.ZERO_SHOT)


def _places(world: World, keys: frozenset[str]) -> frozenset[int]:
    return frozenset(w.index for w in world.ways if w.key in keys)


def _leads(ones: Sequence[Weighed]) -> list[str]:
    """The row whose pilot alone is best, and a second that more draws may rank before it."""
    best, *others = sorted(ones, key=lambda w: -w.net)
    near = [w for w in others if w.net >= best.net - CLOSE_SECOND * max(best.spend, 0.0)]
    return [w.policy.tried[0] for w in (best, *near[:1])]


def _beside(world: World, loss: Loss, lead: str, known: Sequence[str]) -> list[str]:
    """Rows worth trying beside the one that leads: the known ones, and those that fit it best."""
    others = [
        w for w in world.ways
        if w.key not in (lead, *known) and w.measured_at() is None and _for_a_pilot(world, w)
    ]  # fmt: skip
    fit = _fitting(world, loss, world.way(lead), others)
    return [*(k for k in known if k != lead), *(w.key for w in fit[:SECONDS])]


def _fitting(world: World, loss: Loss, first: Way, others: Sequence[Way]) -> list[Way]:
    """Rows by what they add to one that leads, the most first.

    Notes
    -----
    A row that another beats alone can be the better second: what counts is how often it succeeds
    where the first misses, and what it costs then.
    """
    misses = first.truth(first.n_planned) < world.target

    def gain(way: Way) -> float:
        saves = float((misses & (way.truth(way.n_planned) >= world.target)).mean())
        return saves * (loss.usd_per_month * loss.horizon_months - world.total_p50(way))

    return sorted(others, key=gain, reverse=True)


def _close(world: World, others: Sequence[Way]) -> list[str]:
    """The likeliest of the beaten rows: it can succeed where the one that leads misses."""
    best = max(others, key=lambda w: world.chance(w, world.most_labels(w)), default=None)
    return [] if best is None else [best.key]


def led_by(world: World, loss: Loss, ruled: Way, found: Sequence[Weighed]) -> list[Weighed]:
    """Plans that mostly end in a row that is sure enough, and turn to another where it misses.

    Notes
    -----
    The gates reckon with a dearer month, in steps: the multiplier of the constraint that the
    target is reached with the wanted chance.
    """
    led = [w for w in found if w.row == ruled.index]
    if ruled.measured_at() is not None:
        return led
    others = [w for w in world.ways if w is not ruled and w.needs_labels]
    others = _fitting(world, loss, ruled, others)
    plans = [Policy("all", (ruled.key,))]
    if ruled.needs_labels and _for_a_pilot(world, ruled):
        plans += [Policy("pilot", (ruled.key,), "", s) for s in _shares(world, [ruled])]
    builder = Builder(world, loss)
    for push in PUSHES:
        policies = [replace(p, spare=o.key, push=push) for p in plans for o in others[:2]]
        led += [w for w in weigh(world, loss, policies, builder) if w.row == ruled.index]
    return led


def _shares(world: World, ways: Sequence[Way]) -> tuple[float, ...]:
    """Shares of the planned labels that a pilot may use; all where they are owned or few."""
    largest = max(w.n_planned for w in ways)
    return SHARES if largest > max(world.owned, 50.0) else (1.0,)


def _pool(world: World, loss: Loss, tuned: Sequence[Way]) -> tuple[list[str], tuple[str, ...]]:
    """The two likeliest with all labels that can be had; with them the best value, the cheapest."""
    most = {w.key: world.chance(w, world.most_labels(w)) for w in tuned}
    here = {w.key: reach(w, world) for w in tuned}
    money = {w.key: w.one_off_p50 for w in tuned}
    worth = loss.usd_per_month * loss.horizon_months
    top = sorted(most, key=lambda k: -most[k])[:2]
    value = max(money, key=lambda k: worth * here[k] - money[k])
    sure = rule_row(world)
    ruled = [sure.key] if sure is not None and sure.key in money else []
    return top, tuple(dict.fromkeys((*top, *ruled, value, min(money, key=lambda k: money[k]))))


def weigh(
    world: World,
    loss: Loss,
    policies: Iterable[Policy],
    builder: Builder | None = None,
    limited: bool = True,
    exact: bool = False,
) -> list[Weighed]:
    """Policies solved at one loss.

    Parameters
    ----------
    limited : bool
        Leave out those that go live after the deadline or over the budget.
    exact : bool
        Every gate weighs only the draws that come to it: some twice the work.
    """
    builder = builder or Builder(world, loss)
    order = world.kept(
        ("order",), lambda: tuple(w.index for w in sorted(world.ways, key=world.total_p50))
    )
    lesser = world.kept(("lesser",), lambda: _places(world, beaten(world)))
    solved = ((p, builder.build(p, exact)) for p in policies)
    found = [Weighed(p, step, loss.usd_per_month, order, lesser) for p, step in solved]
    return [f for f in found if _allowed(world, f)] if limited else found


def _allowed(world: World, found: Weighed) -> bool:
    limits, out = world.inputs.limits, found.step.outcome
    if limits.deadline_weeks is None and limits.budget_usd is None:
        return True
    live = out.row != STOPPED
    if not live.any():
        return True
    return not (
        _over(out.weeks[live], limits.deadline_weeks) or _over(out.spend[live], limits.budget_usd)
    )


def _over(drawn: Array, limit: float | None) -> bool:
    """Is the median over a limit, and not by the error of so few draws alone?"""
    if limit is None:
        return False
    error = MEDIAN_ERROR * float(drawn.std()) / math.sqrt(len(drawn))
    return float(np.median(drawn)) - error > limit


def break_even(world: World, loss: Loss, probe_worthy: bool = True) -> tuple[float, Policy] | None:
    """Smallest value of a month at which some policy is worth its money, and that policy.

    Notes
    -----
    Dinkelbach: with the best policy at V, ``V <- E spend / E months``; a few rounds. None where
    no policy ever goes live [USD a month].
    """
    totals = [w.one_off_p50 / world.horizon_months + np.median(w.usd_per_month)
              for w in world.ways]  # fmt: skip
    value, last = 4.0 * float(min(totals)), None
    near: list[Policy] = []
    for _ in range(ROUNDS):
        at = loss.at(value)
        weighed = weigh(world, at, near) if near else search(world, at, probe_worthy)
        live = [w for w in weighed if w.months > 1e-9]
        if not live:
            value *= 8.0
            continue
        best = max(live, key=lambda w: w.net)
        new, last = best.spend / best.months, best.policy
        done = abs(new - value) < CLOSE * value
        value = new
        if done:
            break
        near = [w.policy for w in sorted(live, key=lambda w: -w.net)[:4]]
    return (value, last) if last is not None and math.isfinite(value) else None


def value_of_break_even(
    world: World, loss: Loss, found: tuple[float, Policy] | None
) -> float | None:
    """The break-even that fewer draws found, at the draws of this world [USD a month]."""
    if found is None:
        return None
    (best,) = weigh(world, loss.at(found[0]), [found[1]], limited=False)
    return best.spend / best.months if best.months > 0 else found[0]


def rule_row(world: World) -> Way | None:
    """The cheapest row that reaches the target with the wanted chance, None where none does.

    Within ``SAME_CHANCE``: that is the error of a chance from the draws.
    """
    sure = [w for w in world.ways if reach(w, world) >= world.wanted - SAME_CHANCE]
    return min(
        sure,
        key=world.total_p50,
        default=None,
    )


def reach(way: Way, world: World) -> float:
    """Chance that a row reaches the target with the labels it is planned with."""
    return world.chance(way, way.n_planned)
