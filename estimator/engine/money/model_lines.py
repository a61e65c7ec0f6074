"""What the base model of a row costs: the lines of training and of answering."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.context import Context
from estimator.engine.money.lines import Bill
from estimator.engine.money.serving import add_instance_serving
from estimator.engine.money.training import add_training
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.errors import PriceNotFoundError

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def model_usd(
    inputs: ProjectInputs, candidates: Sequence[Candidate], computes: Sequence[ComputeEstimate],
    evidence: Evidence, assumptions: Assumptions, draws: Draws,
) -> list[float]:  # fmt: skip
    """Base-case money of training once and of answering over the horizon [USD].

    Parameters
    ----------
    inputs : ProjectInputs
    candidates, computes : sequences of equal length
        Rows with open models.
    evidence : Evidence
    assumptions : Assumptions
    draws : Draws
        Those of ``computes``.

    Returns
    -------
    list of float
        inf where the model does not fit, answers too slowly or has no price.
    """
    ctx = Context(inputs, evidence, assumptions, draws)
    served: dict[str, float] = {}
    found = []
    for candidate, compute in zip(candidates, computes, strict=True):
        name = candidate.model.name if candidate.model else ""
        try:
            if name not in served:
                served[name] = _serving(ctx, candidate)
            found.append(_training(ctx, candidate, compute) + served[name])
        except PriceNotFoundError:
            found.append(math.inf)
    return found


def _training(ctx: Context, candidate: Candidate, compute: ComputeEstimate) -> float:
    if not compute.feasible:
        return math.inf
    bill = _bill(ctx)
    add_training(ctx, bill, candidate, compute)
    return _base(bill)


def _serving(ctx: Context, candidate: Candidate) -> float:
    bill = _bill(ctx)
    _, slow = add_instance_serving(ctx, bill, candidate)
    return math.inf if slow else _base(bill)


def _bill(ctx: Context) -> Bill:
    return Bill(ctx.draws.size, ctx.inputs.serving.horizon_months)


def _base(bill: Bill) -> float:
    return sum(float(item.usd_draws[0]) for item in bill.items)
