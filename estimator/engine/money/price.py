"""The door of the room: every line of every row, their sums, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import test_labels
from estimator.engine.money.calendar import Plan, months_of, plan
from estimator.engine.money.cloud import OWN, Rental
from estimator.engine.money.context import Context
from estimator.engine.money.extras import row_extras, with_comparisons
from estimator.engine.money.labelling import (
    LabellingPlan,
    add_labelling,
    add_tool,
    usd_per_labelled_example,
)
from estimator.engine.money.lines import Bill
from estimator.engine.money.people import add_bias_audit, add_operations, add_people
from estimator.engine.money.rates import BOUGHT
from estimator.engine.money.reserves import add_reserves, budget, surprises
from estimator.engine.money.retirement import retirement
from estimator.engine.money.running import add_retraining, add_storage, add_upkeep
from estimator.engine.money.serving import add_instance_serving
from estimator.engine.money.serving_api import add_api_serving, is_api
from estimator.engine.money.training import (
    TrainingBill,
    add_commitment,
    add_development,
    add_training,
)
from estimator.engine.money.users import add_users
from estimator.engine.money.value import benefit
from estimator.engine.results import (
    AccuracyEstimate,
    Candidate,
    ComputeEstimate,
    MoneyEstimate,
)
from estimator.errors import PriceNotFoundError
from estimator.vocabulary import NO_LABELS_TASKS, Basis, LabellingSource, Phase, Stage
from estimator.words.statement import Setting, Statement, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DEVICES_PER_NODE = 8


def price_candidates(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    accuracies: Sequence[AccuracyEstimate],
    computes: Sequence[ComputeEstimate],
    evidence: Evidence,
    assumptions: Assumptions,
    draws: Draws,
) -> list[MoneyEstimate]:
    """All lines of every candidate over its life, on common random numbers [USD].

    Parameters
    ----------
    inputs : ProjectInputs
    candidates, accuracies, computes : sequences of equal length
    evidence : Evidence
        Price book, API prices, labelling prices, wages.
    assumptions : Assumptions
    draws : Draws

    Returns
    -------
    list of MoneyEstimate
        One per candidate. A row that lacks a price for a hosted model is not feasible, names the
        missing price and has nan totals.

    Raises
    ------
    PriceNotFoundError
        When the scenario's accelerator is not sold in its place under its purchase option, or a
        wage is not published for its country.

    Notes
    -----
    Month 0 is the project, months 1 to the horizon are use. Totals are not discounted; ``npv`` is
    ``sum of month t / (1 + r)^(t/12)``. ``monthly`` is the mean of the later months.
    """
    ctx = Context(inputs, evidence, assumptions, draws)
    rows = [_price_row(ctx, *row) for row in zip(candidates, accuracies, computes, strict=True)]
    return with_comparisons(ctx, list(candidates), list(accuracies), rows)


def _price_row(
    ctx: Context, candidate: Candidate, accuracy: AccuracyEstimate, compute: ComputeEstimate
) -> MoneyEstimate:
    horizon = ctx.inputs.serving.horizon_months
    bill = Bill(ctx.draws.size, horizon, shared=ctx.once("lines", dict))
    labels = add_labelling(ctx, bill, candidate.n_labelled_to_buy)
    add_tool(ctx, bill, labels)
    _collect(ctx, bill, candidate)
    training, served = TrainingBill(), None
    missing: Statement | None = None
    slow: Statement | None = None
    api = is_api(candidate)
    try:
        training = add_training(ctx, bill, candidate, compute)
        if api:
            add_api_serving(ctx, bill, candidate)
        else:
            served, slow = add_instance_serving(ctx, bill, candidate)
    except PriceNotFoundError as error:
        if not api and compute.api_tokens_draws is None:
            raise
        missing = error.args[0]
    efforts = add_people(ctx, bill, candidate)
    add_development(ctx, bill, training, efforts["modelling"].weeks)
    add_commitment(ctx, bill, training, served)
    add_operations(ctx, bill, compute, DEVICES_PER_NODE)
    audit = add_bias_audit(ctx, bill)
    add_users(ctx, bill)
    add_upkeep(ctx, bill, labels)
    add_retraining(ctx, bill, candidate, labels, training.repeat)
    add_storage(ctx, bill, candidate)
    calendar = plan(ctx, efforts, labels, compute, audit)
    bill.place(*months_of(calendar))
    add_reserves(ctx, bill)
    return _sum_up(
        ctx,
        bill,
        candidate,
        accuracy,
        compute,
        training,
        labels,
        calendar,
        served,
        api,
        missing,
        slow,
    )


def _collect(ctx: Context, bill: Bill, candidate: Candidate) -> None:
    wanted = candidate.n_labelled_to_buy + test_labels(ctx.inputs)
    lacking = max(wanted - ctx.inputs.n_unlabelled_available, 0)
    usd = ctx.figure("money.collection_usd_per_item")
    bill.add(
        "collection",
        Phase.OTHER,
        float(lacking),
        "example",
        usd,
        stage=Stage.DATA,
        note=state("note.collected"),
    )


def _sum_up(
    ctx: Context,
    bill: Bill,
    candidate: Candidate,
    accuracy: AccuracyEstimate,
    compute: ComputeEstimate,
    training: TrainingBill,
    labels: LabellingPlan,
    calendar: Plan,
    served: Rental | None,
    api: bool,
    missing: Statement | None,
    slow: Statement | None,
) -> MoneyEstimate:
    sums = bill.sums(ctx.inputs.finance.discount_rate, surprises(ctx, bill))
    if missing:
        sums = sums.unknown()
    gains = benefit(ctx, accuracy, calendar.weeks_draws)
    return MoneyEstimate(
        items=tuple(bill.items),
        one_off_draws=sums.one_off,
        monthly_draws=(sums.total - sums.one_off) / bill.horizon,
        total_draws=sums.total,
        npv_draws=sums.npv,
        net_value_draws=gains.present_value_draws - sums.npv,
        by_phase_draws=sums.by_phase,
        cash_flow_base_usd=sums.cash_flow_base,
        calendar_weeks_draws=calendar.weeks_draws,
        calendar=calendar.tasks,
        data_goes_to=_data_goes_to(ctx, candidate, compute, served, api),
        usd_per_device_hour=training.usd_per_device_hour,
        assumed_share=_assumed_share(bill),
        usd_per_labelled_example=usd_per_labelled_example(ctx),
        feasible=not missing and not slow,
        reasons=tuple(reason for reason in (missing, slow) if reason),
        extras={
            **row_extras(ctx, bill, candidate, labels, training, gains, sums),
            "budget": budget(sums.total),
            "retires": retirement(ctx, candidate, float(calendar.weeks_draws[0])),
            "lean_weeks": dict(
                zip(("p10", "p50", "p90"), percentiles(calendar.lean_weeks_draws), strict=True)
            ),
        },
    )


def _assumed_share(bill: Bill) -> float:
    assumed = sum(
        float(usd[0])
        for item, usd in zip(bill.items, bill.usd, strict=True)
        if item.basis is Basis.ASSUMED
    )
    total = sum(float(usd[0]) for usd in bill.usd)
    return assumed / total if total else 0.0


def _data_goes_to(
    ctx: Context,
    candidate: Candidate,
    compute: ComputeEstimate,
    served: Rental | None,
    api: bool,
) -> tuple[Statement, ...]:
    i, c = ctx.inputs, ctx.inputs.compute
    places = []
    source = i.labelling.source
    none = i.task in NO_LABELS_TASKS
    if source in BOUGHT and not none and (candidate.n_labelled_to_buy or test_labels(i)):
        places.append(state("place.labeller", source=Setting("labelling.source", source)))
    if source in (LabellingSource.MODEL_ASSISTED, LabellingSource.MODEL) and not none:
        places.append(state("place.drafts"))
    trains = bool(np.any(compute.device_hours_draws > 0))
    if c.provider != OWN and (trains or served is not None):
        places.append(state("place.cloud_region", region=c.region, provider=c.provider))
    if api and candidate.model is not None:
        places.append(state("place.api", model=candidate.model.name))
    elif compute.api_tokens_draws is not None:
        places.append(state("place.teacher"))
    return tuple(places)
