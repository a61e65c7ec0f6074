"""Policies solved backwards: stages of work, and at each gate the best action by measured value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.engine.decide.gates import best_zones
from estimator.engine.decide.loss import STOPPED, Loss
from estimator.engine.decide.way import Way, World
from estimator.engine.distributions import Array

STOP, LIVE, PROBE, PILOT, REST, MORE, SWITCH, ALL, TAKE = (
    "stop", "live", "probe", "pilot", "rest", "more", "switch", "all", "take",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How a policy ends in every draw.

    Parameters
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
    """

    spend: Array
    before: Array
    months: Array
    weeks: Array
    row: np.ndarray
    works: np.ndarray

    def picked(self, others: Sequence[Outcome], zone: np.ndarray) -> Outcome:
        """Draw by draw one of several outcomes, this one first."""
        every = (self, *others)

        def pick(name: str) -> np.ndarray:
            return np.choose(zone, [getattr(o, name) for o in every])

        return Outcome(*(pick(f) for f in ("spend", "before", "months", "weeks", "row", "works")))

    def after(self, usd: Array, weeks: float) -> Outcome:
        """The same with a stage before it."""
        return Outcome(
            self.spend + usd,
            self.before + usd,
            self.months,
            self.weeks + weeks,
            self.row,
            self.works,
        )


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
    zero = world.zero
    out = Outcome(zero, zero, zero, zero, np.full(world.n, STOPPED), np.zeros(world.n, dtype=bool))
    return Step(STOP, (), 0.0, 0.0, zero, 0.0, out)


def live(
    world: World,
    loss: Loss,
    way: Way,
    n_labelled: float,
    elapsed_weeks: float,
    extra_usd: Array | float = 0.0,
    kind: str = LIVE,
) -> Step:
    """Going live with a model trained on ``n_labelled``, ``elapsed_weeks`` after the start.

    Access, integration and approvals of the row's calendar run beside the stages; what of it is
    left when the last gate is passed is waited for.
    """
    truth = way.truth(n_labelled)
    least = world.judged.value("decision.release_weeks")
    weeks = np.maximum(least, way.calendar_weeks - elapsed_weeks)
    release = way.money["release"]
    usd, months = loss.released(truth, release, way.usd_per_month, elapsed_weeks + weeks)
    out = Outcome(
        usd + extra_usd,
        world.zero + extra_usd,
        months,
        weeks,
        np.full(world.n, way.index),
        np.asarray(truth >= loss.target),
    )
    middle = max(least, way.weeks - elapsed_weeks)
    return Step(kind, (way,), n_labelled, 0.0, usd + extra_usd, middle, out)


def seen(world: World, ways: Sequence[Way], n_labelled: float, n_test: float) -> tuple[Array, ...]:
    """Best measured value, its sort order, and the way that shows it."""
    key = (tuple(w.key for w in ways), n_labelled, n_test)
    if key not in world.looks:
        results = np.array([w.result(n_labelled, n_test) for w in ways])
        lead = results.argmax(axis=0)
        best = results.max(axis=0)
        world.looks[key] = best, np.argsort(best, kind="stable"), lead
    return world.looks[key]  # type: ignore[return-value]


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
) -> Step:
    """A stage with the best zones of its gate.

    Parameters
    ----------
    actions : sequence of tuple of Step
        In rising order of the measured value; one step for all ways, or one for each.
    """
    value, order, lead = seen(world, ways, n_labelled, n_test)
    merged = [_led(steps, lead) for steps in actions]
    payoffs = np.array([loss.usd_per_month * o.months - o.spend for o in merged])
    going = [
        o.works if steps[0].kind == LIVE else None for o, steps in zip(merged, actions, strict=True)
    ]
    zones = best_zones(value, order, payoffs, going, world.wanted, loss.target)
    out = merged[0].picked(merged[1:], zones.zone).after(usd, weeks)
    return Step(
        kind, ways, n_labelled, n_test, usd, weeks, out, tuple(actions), zones.cuts, zones.zone,
        lead,
    )  # fmt: skip


def _led(steps: tuple[Step, ...], lead: np.ndarray) -> Outcome:
    if len(steps) == 1:
        return steps[0].outcome
    return steps[0].outcome.picked([s.outcome for s in steps[1:]], lead)
