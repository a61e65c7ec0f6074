"""A plan that moves on: the action of its gate for the results that were entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from estimator.engine.decide.policy import LIVE, MORE, PILOT, REST, STOP, SWITCH, TAKE, Step
from estimator.engine.decide.stages import Policy
from estimator.engine.decide.way import Way
from estimator.engine.groups import PilotPoint


def onward(root: Step, policy: Policy, sign: float, results: Sequence[PilotPoint]) -> Policy | None:
    """What a plan does next on own results; None where they are not those of its gates.

    Parameters
    ----------
    root : Step
        The solved plan of the scenario without the results.
    policy : Policy
        That plan.
    sign : float
        +1 where a higher value of the metric is better, else -1.
    results : sequence of PilotPoint

    Notes
    -----
    Planning anew at a gate could always find something to try that the gate did not weigh; who
    was promised "below that: stop" reads stop.
    """
    step = root
    while not step.is_end:
        shown = [_measured(way, step.n_labelled, results) for way in step.ways]
        if any(x is None for x in shown):
            break
        values = [sign * float(x or 0.0) for x in shown]
        lead = int(np.argmax(values))
        zone = int(np.searchsorted(np.array(step.cuts), values[lead], side="right"))
        children = step.actions[zone]
        step = children[lead] if len(children) > 1 else children[0]
    return None if step is root else _policy(step, policy)


def _measured(way: Way, n_labelled: float, results: Sequence[PilotPoint]) -> float | None:
    """The last result of a way with so many labels."""
    found = [r.value for r in results
             if str(r.approach) == way.key and r.n_labelled == round(n_labelled)]  # fmt: skip
    return found[-1] if found else None


def _policy(step: Step, policy: Policy) -> Policy | None:
    """The policy that begins with a step of another one."""
    keys = tuple(w.key for w in step.ways)
    if step.kind == STOP:
        return Policy("stop")
    if step.kind in (LIVE, TAKE):
        return Policy("live", keys)
    if step.kind == PILOT:
        return replace(policy, kind="pilot", tried=keys, probe="")
    if step.kind == REST:
        spare = next((a[0].ways[0].key for a in step.actions if a[0].kind == SWITCH), "")
        return Policy("rest", keys, spare=spare, push=policy.push)
    return Policy(step.kind, keys, push=policy.push) if step.kind in (MORE, SWITCH) else None
