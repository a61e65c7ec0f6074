"""The one loss of every decision: money spent minus the value of the months of use; stop = 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import direction
from estimator.engine.distributions import Array
from estimator.engine.inputs import ProjectInputs
from estimator.engine.ramp import months_earned, ramp_months
from estimator.metrics import is_fraction, is_hundred
from estimator.units import WEEKS_PER_MONTH

STOPPED = -1


@dataclass(frozen=True)
class Loss:
    """What a working system is worth and what a wrong release costs.

    Parameters
    ----------
    usd_per_month : float
        Value of one month of a system that reaches its target, V [USD a month]; frozen with the
        scenario, never recomputed where an input is varied.
    typed : bool
        The scenario states V; else it only serves to choose a plan and no net value is shown.
    target, useful : float
        Value from which V is earned in full, and from which on any of it; higher is better.
    by_errors : bool
        V is earned by the errors that are saved against today's way, which reaches ``useful``.
    most_share : float
        Most of V that is earned: beyond the target more errors are saved, but today's cost once.
    ramp_months : float
        Months in use over which V grows to its whole.
    noticed_months : float
        Months until a system below ``useful`` is noticed and taken down.
    harm_usd : float
        What such a release breaks, beside its running and its roll-back [USD].
    rollback_share : float
        Share of the money of the release that taking it back costs.
    """

    usd_per_month: float
    typed: bool
    target: float
    useful: float
    horizon_months: float
    noticed_months: float
    harm_usd: float
    rollback_share: float
    by_errors: bool = False
    most_share: float = 1.0
    ramp_months: float = 0.0

    @cached_property
    def terms(self) -> tuple[float, ...]:
        """Everything but the value of a month: what a release costs and when it is of use."""
        return (self.target, self.useful, self.horizon_months, self.noticed_months, self.harm_usd,
                self.rollback_share, self.most_share, self.ramp_months)  # fmt: skip

    def at(self, usd_per_month: float, typed: bool = False) -> Loss:
        """The same loss at another value of a month."""
        return replace(self, usd_per_month=usd_per_month, typed=typed)

    def share(self, truth: Array) -> Array:
        """Part of V that a system of this true value earns: a ramp from useful to target."""
        if self.useful >= self.target:
            return np.asarray(truth >= self.target, float)
        ramp = (truth - self.useful) / (self.target - self.useful)
        return np.asarray(np.clip(ramp, 0.0, self.most_share))

    def released(
        self, truth: Array, release_usd: Array, usd_per_month: Array, weeks: Array | float
    ) -> tuple[Array, Array]:
        """Money [USD] and months of full value of going live after ``weeks``."""
        share = self.share(truth)
        return self.release_usd(share, release_usd, usd_per_month), self.months(share, weeks)

    def months(self, share: Array, weeks: Array | float) -> Array:
        """Months of full value of a system that earns ``share`` of V from ``weeks`` on."""
        left = self.horizon_months - weeks / WEEKS_PER_MONTH
        return np.asarray(share * months_earned(left, self.ramp_months))

    def release_usd(self, share: Array, release_usd: Array, usd_per_month: Array) -> Array:
        """Money of a release and of the running after it [USD].

        Notes
        -----
        A useful system runs for the whole horizon; another is taken down after
        ``noticed_months``, rolled back, and has done its harm.
        """
        noticed = min(self.noticed_months, self.horizon_months)
        running = np.where(share > 0, self.horizon_months, noticed)
        wrong = np.where(share > 0, 0.0, self.harm_usd + self.rollback_share * release_usd)
        return np.asarray(release_usd + usd_per_month * running + wrong)


def value_typed(inputs: ProjectInputs) -> float:
    """Value of a month of a working system that the scenario states, today's cost saved [USD]."""
    return inputs.value.value_per_month_usd + inputs.value.today_usd_per_month


def useful_from(
    inputs: ProjectInputs, metric: str, target: float, assumptions: Assumptions
) -> float:
    """Value from which a system is of some use: what today's way reaches, or points below."""
    today, points = inputs.value.today_level, inputs.value.useful_points
    if today is not None and np.isfinite(target):
        return direction(metric) * today
    if points is None:
        points = assumptions.value("decision.useful_points")
    name = metric.lower()
    if not (is_fraction(name) or is_hundred(name)):
        return target - points / 100 * abs(target)
    return target - points * (1.0 if is_hundred(name) else 0.01)


def make_loss(
    inputs: ProjectInputs,
    assumptions: Assumptions,
    metric: str,
    target: float,
    usd_per_month: float | None = None,
) -> Loss:
    """The loss of a scenario.

    Parameters
    ----------
    target : float
        Turned so that higher is better.
    usd_per_month : float, optional
        Value of a month where the scenario states none.
    """
    stated, harm = value_typed(inputs), inputs.value.harm_usd
    by_errors = inputs.value.today_level is not None and bool(np.isfinite(target))
    return Loss(
        usd_per_month=stated or usd_per_month or 0.0,
        typed=stated > 0,
        target=target,
        useful=useful_from(inputs, metric, target, assumptions),
        horizon_months=float(inputs.serving.horizon_months),
        noticed_months=assumptions.value("decision.noticed_months"),
        harm_usd=assumptions.value("decision.harm_usd") if harm is None else harm,
        rollback_share=assumptions.value("decision.rollback_share"),
        by_errors=by_errors,
        most_share=np.inf if by_errors and not inputs.value.today_usd_per_month else 1.0,
        ramp_months=ramp_months(inputs, assumptions),
    )
