"""The first months in use: what a model is worth grows until people and traffic are on it."""

from __future__ import annotations

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Array
from estimator.engine.inputs import ProjectInputs

RAMP = "decision.ramp_months"


def ramp_months(inputs: ProjectInputs, assumptions: Assumptions) -> float:
    """Months in use until a model is worth its whole value, stated or assumed."""
    stated = inputs.value.ramp_months
    return assumptions.value(RAMP) if stated is None else stated


def months_earned(months: Array | float, ramp: float) -> Array:
    """Months of full value in the first ``months`` in use.

    Notes
    -----
    Value grows in a straight line over ``ramp`` months: ``t^2 / (2 ramp)`` until then,
    ``t - ramp / 2`` after it.
    """
    t: Array = np.maximum(np.asarray(months, float), 0.0)
    if ramp <= 0:
        return t
    return np.asarray(np.where(t < ramp, t * t / (2.0 * ramp), t - ramp / 2.0))


def months_until_earned(usd: float, value: float, running: float, ramp: float) -> float | None:
    """Months in use until ``usd`` is back; None where a month never earns more than it costs.

    Parameters
    ----------
    value, running : float
        Full value and cost of a month [USD].

    Notes
    -----
    Solves ``value x months_earned(t) - running x t = usd``.
    """
    if value <= running:
        return None
    late = (usd + value * ramp / 2.0) / (value - running)
    if late >= ramp:
        return late
    return float(ramp / value * (running + np.sqrt(running**2 + 2.0 * value * usd / ramp)))
