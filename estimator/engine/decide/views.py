"""A solved plan as it is read: its gates, its stages with the chances of both, its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from estimator.engine.decide.choose import Weighed
from estimator.engine.decide.policy import STOP, Step
from estimator.engine.decide.way import World
from estimator.engine.distributions import Array

LEAST_SHARE = 0.02
"""Zones rarer than this are left out of sentences, never out of the figures."""


@dataclass(frozen=True)
class Zone:
    """One action of a gate: from a measured value on, its share of the draws that get there."""

    action: str
    begins: float | None
    chance: float
    next: Step | None


@dataclass(frozen=True)
class GateView:
    """A gate as it is read: its zones from the worst measured value to the best."""

    step: Step
    reached: float
    zones: tuple[Zone, ...]


@dataclass(frozen=True)
class StageView:
    """A stage with its mean money [USD], its weeks and the chance that it is reached."""

    step: Step
    usd: float
    expected_usd: float
    chance: float
    after: int


@dataclass(frozen=True)
class End:
    """How the plan can end: a row that goes live and works or not, or a stop after a stage."""

    end: str
    approach: str | None
    probability: float
    success: bool


def walk(root: Step, world: World) -> tuple[list[GateView], list[StageView]]:
    """Gates and stages in the order of the work, with the chances that they are reached."""
    gates: list[GateView] = []
    stages: list[StageView] = []

    def visit(step: Step, here: np.ndarray, after: int) -> None:
        chance = float(here.mean())
        if chance <= 0 and stages:
            return
        if step.kind == STOP:
            return
        spent = float(step.usd[here].mean()) if here.any() else 0.0
        place = len(stages)
        stages.append(StageView(step, float(step.usd.mean()), spent * chance, chance, after))
        if step.is_end:
            return
        gates.append(_gate_view(step, here, world))
        for child, mask in children(step, here):
            visit(child, mask, place)

    visit(root, np.ones(world.n, dtype=bool), -1)
    return gates, stages


def children(step: Step, here: np.ndarray) -> Iterator[tuple[Step, np.ndarray]]:
    """What follows a gate, each with the draws that go there."""
    for j, steps in enumerate(step.actions):
        at = here & (step.zone == j)
        for k, child in enumerate(steps):
            yield child, at & (step.lead == k) if len(steps) > 1 else at


def _gate_view(step: Step, here: np.ndarray, world: World) -> GateView:
    """Zones of a gate, each with where it begins and its share of those that get here."""
    zones: list[Zone] = []
    total = max(int(here.sum()), 1)
    for j, steps in enumerate(step.actions):
        at = step.zone == j
        if at is None or not np.any(at):
            continue
        share = float((here & at).sum()) / total
        begins = None if not zones else world.sign * step.cuts[j - 1]
        zones.append(Zone(steps[0].kind, begins, share, steps[0]))
    return GateView(step, float(here.mean()), tuple(zones))


def ends_of(root: Step, world: World) -> list[End]:
    """Shares of the draws by how the plan ends; they add to one."""
    out = root.outcome
    found: list[End] = []
    for way in world.ways:
        live = out.row == way.index
        for works in (True, False):
            share = float((live & (out.works == works)).mean())
            if share > 0:
                found.append(End("live" if works else "live_short", way.key, share, works))
    last: dict[str, float] = {}

    def visit(step: Step, here: np.ndarray, kind: str) -> None:
        if step.kind == STOP:
            last[kind] = last.get(kind, 0.0) + float(here.mean())
        for child, mask in children(step, here):
            visit(child, mask, step.kind)

    visit(root, np.ones(world.n, dtype=bool), "now")
    stops = [End(f"stop_after_{k}" if k != "now" else "stop", None, p, False)
             for k, p in last.items() if p > 0]  # fmt: skip
    return sorted(found, key=lambda e: -e.probability) + stops


def at_most(step: Step, here: np.ndarray) -> float:
    """Mean money of the dearest way that draws take through a plan, use included [USD].

    Ways that fewer than ``LEAST_SHARE`` of the draws take are in no gate that is shown.
    """
    ways = [at_most(child, at) for child, at in children(step, here) if at.mean() >= LEAST_SHARE]
    return float(step.usd.mean()) + max(ways, default=0.0)


def lost_if_fails(best: Weighed) -> Array | None:
    """Money of the draws in which nothing of use goes live [USD]; None: there are none.

    A system a little short of its target runs and earns a part of its value: its money is not gone.
    """
    out = best.step.outcome
    failed = out.spend[out.fails]
    return failed if len(failed) else None
