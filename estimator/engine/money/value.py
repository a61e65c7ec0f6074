"""What the model earns: right answers, avoided errors, months of use, and what delay costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.money.context import Context
from estimator.engine.money.lines import discount_factors
from estimator.engine.money.users import FOUND, unseen_errors
from estimator.engine.ramp import months_earned, ramp_months
from estimator.engine.results import AccuracyEstimate
from estimator.metrics import is_fraction, is_hundred, lower_is_better
from estimator.units import WEEKS_PER_MONTH


@dataclass(frozen=True)
class Benefit:
    """Benefits of one candidate."""

    monthly_draws: Array
    """Value of one month of use, nothing where the target is missed [USD]."""
    working_draws: Array
    """Value of one month of use of a system that reaches its target [USD]."""
    present_value_draws: Array
    """All months of the horizon, discounted, less the months lost to delay [USD]."""
    delay_cost_draws: Array
    """Value lost until the model is ready [USD]."""
    earned_by_month: Array
    """Part of its full value that each month of use earns."""


def share_right(metric: str, draws: Array) -> Array | None:
    """Share of right answers behind a metric; None where the metric is no share.

    Notes
    -----
    Error rates count as ``1 - x``, scores of 0 to 100 as ``x / 100``, all within 0 and 1.
    """
    if not (is_fraction(metric) or is_hundred(metric)):
        return None
    share = draws if is_fraction(metric) else draws / 100.0
    right = 1.0 - share if lower_is_better(metric) else share
    return np.asarray(np.clip(right, 0.0, 1.0))


def works(ctx: Context, accuracy: AccuracyEstimate) -> Array:
    """1 in draws that reach the target, else 0; nan where the quality is unknown.

    Without a target there is nothing to miss.
    """
    target = ctx.inputs.target.value
    if target is None:
        return np.ones(ctx.draws.size)
    if accuracy.draws is None:
        return np.full(ctx.draws.size, np.nan)
    lower = lower_is_better(accuracy.metric)
    reached = accuracy.draws <= target if lower else accuracy.draws >= target
    return np.asarray(reached, dtype=float)


def monthly_value(ctx: Context, accuracy: AccuracyEstimate, earned: Array) -> Array:
    """Value of one month of use [USD], nan where it rests on an unknown accuracy.

    Notes
    -----
    ``requests x (a x benefit per correct - (1 - a) x cost per error) + value per month + what the
    work costs today``, with a the share of right answers, those included that people put right. The
    last two are earned by a system that works: they count where ``earned`` is 1 (``works``).
    """
    value, size = ctx.inputs.value, ctx.draws.size
    whole = value.value_per_month_usd + value.today_usd_per_month
    gain, loss = value.benefit_per_correct_usd, value.cost_per_error_usd
    fixed = whole * earned if whole else np.zeros(size)
    if gain == 0.0 and loss == 0.0:
        return fixed
    right = None if accuracy.draws is None else share_right(accuracy.metric, accuracy.draws)
    if right is None:
        return np.full(size, np.nan)
    requests, reviewed = ctx.inputs.serving.requests_per_month, ctx.inputs.serving.review_share
    if reviewed:
        right = 1.0 - unseen_errors(1.0 - right, reviewed, ctx.value(FOUND))
    return np.asarray(requests * (right * gain - (1.0 - right) * loss) + fixed)


def earned(ctx: Context) -> Array:
    """Part of its full value that each month of use earns: it grows over the first ones."""
    months = np.arange(ctx.inputs.serving.horizon_months + 1.0)
    return np.asarray(np.diff(months_earned(months, ramp_months(ctx.inputs, ctx.assumptions))))


def benefit(ctx: Context, accuracy: AccuracyEstimate, weeks: Array) -> Benefit:
    """Benefits over the horizon, discounted, and the cost of delay.

    Notes
    -----
    Present value = monthly value x part of it that is earned in each month of use (``earned``),
    discounted, less the delay: ``max(monthly value, 0) x weeks to readiness / weeks per month``.
    """
    monthly = monthly_value(ctx, accuracy, works(ctx, accuracy))
    working = monthly_value(ctx, accuracy, np.ones(ctx.draws.size))
    if not working.any():
        return Benefit(working, working, working, working, earned(ctx))
    horizon = ctx.inputs.serving.horizon_months
    factors = discount_factors(ctx.inputs.finance.discount_rate, horizon)
    delay = np.maximum(monthly, 0.0) * weeks / WEEKS_PER_MONTH
    by_month = earned(ctx)
    present = monthly * float(factors[1:] @ by_month) - delay
    return Benefit(monthly, working, np.asarray(present), np.asarray(delay), by_month)
