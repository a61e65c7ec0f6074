"""Policies solved backwards: stages of work, and at each gate the best action by measured value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from estimator.engine.decide.gates import allowed_from, best_zones
from estimator.engine.decide.loss import STOPPED, Loss
from estimator.engine.decide.way import Way, World
from estimator.engine.distributions import Array

STOP, LIVE, PROBE, PILOT, REST, MORE, SWITCH, ALL, TAKE = (
    "stop", "live", "probe", "pilot", "rest", "more", "switch", "all", "take",
)  # fmt: skip


STEADYING = 64.0
"""Draws that never come to a gate steady it as much as so many that do."""
NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Finish:
    """Work that is left between the last gate and the release: money [USD], time [weeks]."""

    usd: Array
    weeks: float


@dataclass(frozen=True, eq=False)
class Look:
    """What a gate looks at: the best measured value, its sort order, the way that shows it.

    ``begins`` remembers from which position on a go is sure enough: that depends on no value.
    """

    value: Array
    order: np.ndarray
    rank: np.ndarray
    lead: np.ndarray
    begins: dict[tuple[object, ...], int]


class Outcome:
    """How a policy ends in every draw; an array is made when it is first asked for.

    Attributes
    ----------
    spend, before : arrays
        All money, and that spent before a release [USD].
    months : array
        Months of full value.
    weeks : array
        From the start of the step to its end.
    row : array of int
        Position of the row that goes live; ``STOPPED`` where nothing does.
    works : array of bool
        Goes live and truly reaches the target.
    fails : array of bool
        Nothing goes live that reaches the target or is of any use.
    """

    def __init__(self, make: Callable[[str], np.ndarray]) -> None:
        self._make = make
        self._made: dict[str, np.ndarray] = {}

    def get(self, name: str) -> np.ndarray:
        """One of the arrays by its name."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    @property
    def spend(self) -> Array:
        """All money [USD]."""
        return self.get("spend")

    @property
    def before(self) -> Array:
        """Money spent before a release [USD]."""
        return self.get("before")

    @property
    def months(self) -> Array:
        """Months of full value."""
        return self.get("months")

    @property
    def weeks(self) -> Array:
        """From the start of the step to its end."""
        return self.get("weeks")

    @property
    def row(self) -> np.ndarray:
        """Position of the row that goes live."""
        return self.get("row")

    @property
    def works(self) -> np.ndarray:
        """Goes live and truly reaches the target."""
        return self.get("works")

    @property
    def fails(self) -> np.ndarray:
        """Nothing goes live that reaches the target or is of any use."""
        return np.asarray((self.months <= 0) & ~self.works)


@dataclass(frozen=True, eq=False)
class Step:
    """A stage of work and the gate at its end, or an end.

    Parameters
    ----------
    kind : str
        probe, pilot, rest, more, switch, all; stop, live, take for ends.
    ways : tuple of Way
        What is tried; of several the better measured one leads.
    n_labelled, n_test : float
        Labelled examples that the result is measured with, and those it is measured on.
    usd : array
        Money of the stage [USD].
    weeks : float
    payoff : array
        Value of the months minus all money, in every draw [USD].
    outcome : Outcome
    actions : tuple of tuple of Step
        By action in rising order of the measured value, then by leading way.
    cuts : tuple of float
        Measured values, higher is better, at which the second and further actions begin.
    zone, lead : arrays
        Action and leading way of every draw.
    """

    kind: str
    ways: tuple[Way, ...]
    n_labelled: float
    n_test: float
    usd: Array
    weeks: float
    payoff: Array
    outcome: Outcome
    actions: tuple[tuple[Step, ...], ...] = ()
    cuts: tuple[float, ...] = ()
    zone: np.ndarray | None = None
    lead: np.ndarray | None = None

    @property
    def is_end(self) -> bool:
        """Nothing follows."""
        return not self.actions


def stop(world: World) -> Step:
    """Nothing more is spent."""

    def made() -> Step:
        zero = world.zero
        fields = {"row": np.full(world.n, STOPPED), "works": np.zeros(world.n, dtype=bool)}
        out = Outcome(lambda name: fields.get(name, zero))
        return Step(STOP, (), 0.0, 0.0, zero, 0.0, zero, out)

    return world.kept((STOP,), made)


def live(
    world: World,
    loss: Loss,
    way: Way,
    n_labelled: float,
    elapsed_weeks: float,
    extra: Mapping[str, float] = NOTHING,
    kind: str = LIVE,
    finish: Finish | None = None,
) -> Step:
    """Going live with a model trained on ``n_labelled``, ``elapsed_weeks`` after the start.

    Access, integration and approvals of the row's calendar run beside the stages; what of it is
    left when the last gate is passed is waited for.

    Parameters
    ----------
    extra : mapping
        Shares of blocks of the row's money that are spent before the release.
    finish : Finish, optional
        Work that is left before it.
    """
    left = finish.weeks if finish else 0.0
    key = ("live", way.key, n_labelled, elapsed_weeks, left, *extra.items(), loss.terms)
    out = world.kept(
        key, lambda: _released(world, loss, way, n_labelled, elapsed_weeks, extra, finish)
    )
    least = world.judged.value("decision.release_weeks")
    payoff = loss.usd_per_month * out.months - out.spend
    middle = left + max(least, way.weeks - elapsed_weeks - left)
    return Step(kind, (way,), n_labelled, 0.0, out.spend, middle, payoff, out)


def _released(
    world: World,
    loss: Loss,
    way: Way,
    n_labelled: float,
    elapsed_weeks: float,
    extra: Mapping[str, float],
    finish: Finish | None,
) -> Outcome:
    def alone() -> tuple[Array, Array, np.ndarray, np.ndarray]:
        truth = way.truth(n_labelled)
        share = loss.share(truth)
        usd = loss.release_usd(share, way.money["release"], way.usd_per_month)
        row = np.full(world.n, way.index)
        return share, usd, np.asarray(truth >= loss.target), row

    share, usd, works, row = world.kept(("released", way.key, n_labelled, loss.terms), alone)
    left = finish.weeks if finish else 0.0
    least = world.judged.value("decision.release_weeks")
    weeks = left + np.maximum(least, way.calendar_weeks - elapsed_weeks - left)
    months = loss.months(share, elapsed_weeks + weeks)
    before = sum((part * way.money[block] for block, part in extra.items()), start=world.zero)
    before = before + finish.usd if finish else before
    fields = {
        "spend": usd + before, "before": before, "months": months, "weeks": weeks,
        "row": row, "works": works,
    }  # fmt: skip
    return Outcome(fields.__getitem__)


def seen(world: World, ways: Sequence[Way], n_labelled: float, n_test: float) -> Look:
    """What a gate looks at, remembered by the world."""
    key = (tuple(w.key for w in ways), n_labelled, n_test)
    if key not in world.looks:
        results = [w.result(n_labelled, n_test) for w in ways]
        best = results[0] if len(ways) == 1 else np.maximum.reduce(results)
        lead = world.zero if len(ways) == 1 else np.array(results).argmax(axis=0)
        order = stable_order(best)
        rank = np.empty(world.n, np.intp)
        rank[order] = np.arange(world.n)
        world.looks[key] = Look(best, order, rank, lead, {})
    return world.looks[key]  # type: ignore[return-value]


def stable_order(values: Array) -> np.ndarray:
    """The stable sort order; without ties any order is, and the usual sort is far faster."""
    order = np.argsort(values)
    ordered = values[order]
    if (ordered[1:] == ordered[:-1]).any() or np.isnan(ordered[-1]):
        return np.argsort(values, kind="stable")
    return order


def gate(
    world: World,
    loss: Loss,
    kind: str,
    ways: tuple[Way, ...],
    n_labelled: float,
    n_test: float,
    usd: Array,
    weeks: float,
    actions: Sequence[tuple[Step, ...]],
    reached: np.ndarray | None = None,
) -> Step:
    """A stage with the best zones of its gate.

    Parameters
    ----------
    actions : sequence of tuple of Step
        In rising order of the measured value; one step for all ways, or one for each.
    reached : array of bool, optional
        Draws that come here; the others count together as much as ``STEADYING`` of them.
    """
    look = seen(world, ways, n_labelled, n_test)
    payoffs = np.array([_led([s.payoff for s in steps], look.lead) for steps in actions])
    begins = [_begins(look, s, world, loss) for s in actions]
    weighed = payoffs
    if reached is not None:
        others = world.n - int(np.count_nonzero(reached))
        weighed = payoffs * np.where(reached, 1.0, min(1.0, STEADYING / max(others, 1)))
    zones = best_zones(look.value, look.order, look.rank, weighed, begins)
    zone = zones.zone
    payoff = payoffs[0]
    for j in range(1, len(actions)):
        payoff = np.where(zone >= j, payoffs[j], payoff)
    out = Outcome(lambda name: _picked(name, actions, zone, look.lead, usd, weeks))
    return Step(
        kind, ways, n_labelled, n_test, usd, weeks, payoff - usd, out, tuple(actions), zones.cuts,
        zone, look.lead,
    )  # fmt: skip


def along(step: Step, world: World, loss: Loss, reached: np.ndarray) -> Step:
    """A solved policy whose gates are solved again for the draws that come to them.

    Notes
    -----
    Solved backwards a gate weighs its actions over all draws; but who comes to it was measured
    at the gates before: what was low there makes some of its actions hopeless.
    """
    if step.is_end or not reached.any():
        return step
    assert step.zone is not None
    assert step.lead is not None
    actions = []
    for j, steps in enumerate(step.actions):
        here = reached & (step.zone == j)
        of_each = [here & (step.lead == k) for k in range(len(steps))] if len(steps) > 1 else [here]
        each = (along(s, world, loss, at) for s, at in zip(steps, of_each, strict=True))
        actions.append(tuple(each))
    return gate(
        world, loss, step.kind, step.ways, step.n_labelled, step.n_test, step.usd, step.weeks,
        actions, reached,
    )  # fmt: skip


def _begins(look: Look, steps: tuple[Step, ...], world: World, loss: Loss) -> int:
    """First position from which an action is allowed: a go must be sure enough."""
    if steps[0].kind != LIVE:
        return 0
    key = (*((s.ways[0].key, s.n_labelled) for s in steps), loss.target)
    if key not in look.begins:
        works = _led([s.outcome.works for s in steps], look.lead)
        look.begins[key] = allowed_from(look.value, look.order, works, world.wanted, loss.target)
    return look.begins[key]


def _picked(
    name: str,
    actions: Sequence[tuple[Step, ...]],
    zone: np.ndarray,
    lead: np.ndarray,
    usd: Array,
    weeks: float,
) -> np.ndarray:
    """Draw by draw what follows the gate, the stage before it included."""
    first, *others = np.flatnonzero(np.bincount(zone, minlength=len(actions))).tolist()
    out = _led([s.outcome.get(name) for s in actions[first]], lead)
    if others:
        out = out.copy()
        for j in others:
            np.copyto(out, _led([s.outcome.get(name) for s in actions[j]], lead), where=zone == j)
    added = {"spend": usd, "before": usd, "weeks": weeks}.get(name)
    return out if added is None else np.asarray(out + added)


def _led(parts: Sequence[np.ndarray], lead: np.ndarray) -> np.ndarray:
    """Draw by draw the part of the way that leads; one part stands for all ways."""
    if len(parts) == 1:
        return parts[0]
    out = parts[0].copy()
    for k, part in enumerate(parts[1:], start=1):
        np.copyto(out, part, where=lead == k)
    return out
