"""The day on which a provider switches a hosted model off, against the months of use."""

from __future__ import annotations

import datetime

from estimator.engine.learns import as_is
from estimator.engine.money.context import Context
from estimator.engine.results import Candidate
from estimator.units import DAYS_PER_WEEK, WEEKS_PER_MONTH


def retirement(ctx: Context, candidate: Candidate, ready_weeks: float) -> dict[str, object] | None:
    """Day and months of use until then; None where none was announced or use ends before.

    Parameters
    ----------
    ctx : Context
    candidate : Candidate
    ready_weeks : float
        Weeks until the model is in use.

    Notes
    -----
    Counted from the start of the project, else from the day of the price list.
    """
    model = candidate.model
    price = ctx.evidence.api_price_of.get(model.name) if model and model.hosted else None
    if price is None:
        return None
    tuned = not as_is(ctx.inputs, candidate.approach) and price.finetuned_retires
    day = price.finetuned_retires if tuned else price.retires
    began = ctx.inputs.start_date or price.as_of
    if not day or not began:
        return None
    days = (datetime.date.fromisoformat(day) - datetime.date.fromisoformat(began)).days
    left = days / DAYS_PER_WEEK / WEEKS_PER_MONTH - ready_weeks / WEEKS_PER_MONTH
    if left >= ctx.inputs.serving.horizon_months:
        return None
    return {"date": day, "months_left": max(int(left), 0)}
