"""What follows from the bill: ratios, budgets, finance, other plans; none of it enters a total."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from estimator.engine.compute.hardware import accelerator_id
from estimator.engine.distributions import median
from estimator.engine.money.cloud import cheapest_offer, place
from estimator.engine.money.context import Context
from estimator.engine.money.finance import irr, latest_rate, payback_months, to_currency
from estimator.engine.money.labelling import LabellingPlan, evaluation_size, people_needed
from estimator.engine.money.lines import ONE_OFF, Bill, Sums
from estimator.engine.money.own_hardware import (
    break_even_hours_per_month,
    depreciation_schedule,
    own_hour,
)
from estimator.engine.money.pricebook import commitment_break_even_hours, usd_per_device_hour
from estimator.engine.money.switches import line_switches
from estimator.engine.money.training import TERM_YEARS, TrainingBill
from estimator.engine.money.value import Benefit, share_right
from estimator.engine.results import AccuracyEstimate, Candidate, MoneyEstimate
from estimator.units import WEEKS_PER_MONTH
from estimator.vocabulary import Approach, Phase, PurchaseOption

PREDICTIONS = 1000.0
WANTED_HALF_WIDTH = 0.02
USD = "USD"
ON_DEMAND = str(PurchaseOption.ON_DEMAND)
COMMITMENTS = {str(option): years for option, years in TERM_YEARS.items()}


def row_extras(
    ctx: Context,
    bill: Bill,
    candidate: Candidate,
    labels: LabellingPlan,
    training: TrainingBill,
    gains: Benefit,
    sums: Sums,
) -> dict[str, Any]:
    """Figures of one row that rest on that row alone.

    Notes
    -----
    ``budget_safe_8_of_10`` and ``budget_safe_9_of_10`` are the 80th and 90th percentile of the
    total; ``usd_per_1000_predictions`` spreads the total over all predictions of the horizon.
    ``spent_usd`` is shown only: sunk cost enters no total.
    """
    inputs = ctx.inputs
    predictions = inputs.serving.requests_per_month * bill.horizon
    sorted_total = np.sort(sums.total[1:])
    n = len(sorted_total) - 1
    out: dict[str, Any] = {
        "spent_usd": inputs.finance.spent_usd,
        "budget_safe_8_of_10_usd": float(sorted_total[round(0.8 * n)]),
        "budget_safe_9_of_10_usd": float(sorted_total[round(0.9 * n)]),
        "usd_per_1000_predictions": (
            float(sums.total[0]) / predictions * PREDICTIONS if predictions else None
        ),
        **_currency(ctx, float(sums.total[0])),
        "labelling_hours": float(np.asarray(labels.hours_draws).flat[0]),
        "labelling_people": labels.people,
        "delay_cost_usd": float(gains.delay_cost_draws[1:].mean()),
        "delay_cost_usd_per_week": float(max(gains.working_draws[0], 0.0) / WEEKS_PER_MONTH),
        **_deadline(ctx, labels),
        **_finance(gains, sums.cash_flow_base, bill.last - bill.horizon),
        **_own(ctx),
        **_next_steps(ctx, bill),
        **_replacement(ctx, candidate),
        **_purchase(ctx, training),
        "switches": line_switches(bill),
    }
    return out


def _currency(ctx: Context, total_usd: float) -> dict[str, Any]:
    """The total in the report's currency, at the rate used, beside the newest published rate."""
    finance = ctx.inputs.finance
    rate = finance.usd_rate or 1.0
    published = None
    if finance.currency != USD:
        found = latest_rate(ctx.records("fx"), finance.currency)
        published = found and dict(zip(("usd_rate", "date", "source_id"), found, strict=True))
    return {
        "currency": finance.currency,
        "usd_rate": rate,
        "published_rate": published,
        "total_in_currency": round(to_currency(total_usd, rate), 2),
    }


def _purchase(ctx: Context, training: TrainingBill) -> dict[str, Any]:
    """What is bought for training, and the hours above which a commitment would be cheaper."""
    rental = training.rental
    if rental is None or rental.row is None:
        return {}
    row = rental.row

    def hours() -> dict[str, float | None]:
        here = ctx.once("place", lambda: place(ctx))
        usd = {
            option: found[0]
            for option in (ON_DEMAND, *COMMITMENTS)
            if (
                found := cheapest_offer(
                    here, row.accelerator, rental.n_devices, row.provider, row.region, option
                )
            )
        }
        if ON_DEMAND not in usd:
            return {}
        return {
            option: commitment_break_even_hours(
                usd_per_device_hour(usd[ON_DEMAND]), usd_per_device_hour(usd[option]), years
            )
            for option, years in COMMITMENTS.items()
            if option in usd
        }

    key = ("commitment", row.accelerator, rental.n_devices)
    return {"purchase": rental.note, "commitment_break_even_hours": ctx.once(key, hours)}


def _deadline(ctx: Context, labels: LabellingPlan) -> dict[str, Any]:
    weeks = ctx.inputs.limits.deadline_weeks
    hours = float(np.asarray(labels.hours_draws).flat[0])
    if weeks is None or hours == 0.0:
        return {"labelling_people_for_deadline": None}
    return {"labelling_people_for_deadline": people_needed(hours, weeks, labels.hours_per_week)}


def _finance(gains: Benefit, flow: tuple[float, ...], project: int) -> dict[str, Any]:
    """Rate of return and payback of the plan from kick-off.

    Benefits start with the month of use, grow over the first ones and are expected ones: draws
    that miss the target earn nothing.
    """
    monthly = float(gains.monthly_draws[1:].mean())
    if not np.isfinite(monthly) or monthly == 0.0:
        return {"irr": None, "payback_months": None}
    earned = [0.0] * (project + 1) + [monthly * float(e) for e in gains.earned_by_month]
    net = [gain - spent for gain, spent in zip(earned, flow, strict=True)]
    return {"irr": irr(net), "payback_months": payback_months(net)}


def _own(ctx: Context) -> dict[str, Any]:
    hw = ctx.inputs.own_hardware
    if hw is None:
        return {}
    pue, space = ctx.value("money.own_pue"), ctx.value("money.space_usd_per_kw_month")
    out: dict[str, Any] = {
        "capex_usd": hw.capex_usd,
        "depreciation": depreciation_schedule(hw),
        "own_usd_per_device_hour": own_hour(hw, pue, space).total_usd,
    }
    rented = _usual_rent(ctx, hw.accelerator)
    if rented is not None:
        out["rented_usd_per_device_hour"] = rented
        out["break_even_hours_per_month"] = break_even_hours_per_month(hw, rented, pue, space)
    return out


def _usual_rent(ctx: Context, accelerator: str) -> float | None:
    """Median on-demand price of a device-hour over all providers [USD]."""

    def middle() -> float | None:
        prices = [
            r.usd_per_instance_hour / r.accelerator_count
            for r in ctx.evidence.prices
            if r.accelerator == accelerator
            and r.purchase_option == "on_demand"
            and r.accelerator_count >= 1
            and not r.stale
        ]
        return float(np.median(prices)) if prices else None

    return ctx.once(("usual_rent", accelerator), middle)


def _replacement(ctx: Context, candidate: Candidate) -> dict[str, Any]:
    """What it would cost today to train the base model again [USD]; None where hours are unknown.

    Notes
    -----
    ``published pre-training device-hours x median on-demand price of a device-hour``.
    """

    def trained() -> dict[str, tuple[float, str]]:
        return {
            row["name"]: (float(row["pretraining_device_hours"]), row["pretraining_hardware"])
            for row in ctx.records("models")
            if row["pretraining_device_hours"] > 0
        }

    found = ctx.once("pre-training", trained)
    if candidate.model is None or candidate.model.name not in found:
        return {"base_model_replacement_usd": None}
    device_hours, hardware = found[candidate.model.name]
    accelerator = accelerator_id(hardware)
    rent = _usual_rent(ctx, accelerator) if accelerator else None
    return {"base_model_replacement_usd": None if rent is None else round(device_hours * rent, 2)}


def _next_steps(ctx: Context, bill: Bill) -> dict[str, Any]:
    """A second task on the same base, and a second iteration of this one [USD, base case]."""
    money = {
        i.item: float(usd[0])
        for i, usd in zip(bill.items, bill.usd, strict=True)
        if i.timing == ONE_OFF
    }
    phase = {i.item: i.phase for i in bill.items}
    people = sum(v for k, v in money.items() if phase[k] is Phase.PEOPLE)
    labels = sum(v for k, v in money.items() if phase[k] is Phase.LABELLING)
    compute = sum(v for k, v in money.items() if phase[k] is Phase.COMPUTE)
    second = people * ctx.value("money.second_task_people_share") + labels + compute
    again = (
        people * ctx.value("money.iteration_people_share")
        + money.get("labelling", 0.0) * ctx.value("money.iteration_label_share")
        + compute
    )
    return {"second_task_usd": round(second, 2), "second_iteration_usd": round(again, 2)}


def with_comparisons(
    ctx: Context,
    candidates: list[Candidate],
    accuracies: list[AccuracyEstimate],
    rows: list[MoneyEstimate],
) -> list[MoneyEstimate]:
    """Ratios against the simple baseline: per point of accuracy and per avoided error.

    Notes
    -----
    Point = one hundredth of right answers gained over the baseline; avoided errors = gain x all
    predictions of the horizon. None where accuracy is unknown or nothing is gained.
    """
    right = [_right(a) for a in accuracies]
    reference = next(
        (r for c, r in zip(candidates, right, strict=True) if c.approach is Approach.BASELINE),
        None,
    )
    horizon = ctx.inputs.serving.horizon_months
    predictions = ctx.inputs.serving.requests_per_month * horizon
    out = []
    for row, share in zip(rows, right, strict=True):
        gain = None if share is None or reference is None else share - reference
        total = float(row.total_draws[0])
        useful = gain is not None and gain > 0 and np.isfinite(total)
        extras = {
            **row.extras,
            "usd_per_point": total / (gain * 100.0) if useful and gain else None,
            "usd_per_avoided_error": (
                total / (gain * predictions) if useful and gain and predictions else None
            ),
            "evaluation_size_for_2_points": (
                None if share is None else evaluation_size(share, WANTED_HALF_WIDTH)
            ),
        }
        out.append(dataclasses.replace(row, extras=extras))
    return out


def _right(accuracy: AccuracyEstimate) -> float | None:
    if accuracy.draws is None:
        return None
    share = share_right(accuracy.metric, accuracy.draws)
    return None if share is None else median(share)
