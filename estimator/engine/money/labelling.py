"""Labels as lines: answers, review, adjudication, guide, pilot round, tool, evaluation set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.money.context import JUDGEMENT, Context, Figure, weakest
from estimator.engine.money.lines import Bill
from estimator.engine.money.rates import LabelPrice, label_price, published_price, usd_per_hour
from estimator.units import SECONDS_PER_HOUR, WEEKS_PER_MONTH
from estimator.vocabulary import Basis, LabellingSource, Phase

MANY_ANSWERS = 10
Z95 = 1.959963984540054


@dataclass(frozen=True)
class LabellingPlan:
    """What other rooms of the bill need to know about the labels."""

    price: LabelPrice
    hours_draws: Array | float
    """Hours of labelling work [h]."""
    weeks_draws: Array | float
    """Calendar weeks with the people of the source [weeks]."""
    people: float
    hours_per_week: float


def tier_factor(n_labels: float, limit: float, factor: float) -> float:
    """Mean price over list price when labels above ``limit`` cost ``factor`` of it.

    Formula: ``(min(n, limit) + factor x max(n - limit, 0)) / n``; 1 up to the limit.
    """
    if n_labels <= limit:
        return 1.0
    return (limit + factor * (n_labels - limit)) / n_labels


def people_needed(hours: float, weeks: float, hours_per_week: float) -> int:
    """People who finish ``hours`` of labelling in ``weeks``: ``ceil(hours / (weeks x h))``."""
    return int(np.ceil(hours / (weeks * hours_per_week) - 1e-9))


def evaluation_size(expected: float, half_width: float, z: float = Z95) -> int:
    """Test examples for a wanted confidence: ``n = z^2 p (1 - p) / w^2`` (normal approximation).

    Parameters
    ----------
    expected : float
        Expected share of right answers.
    half_width : float
        Wanted half width of the confidence interval, as a fraction.
    """
    p = min(max(expected, 0.01), 0.99)
    return int(np.ceil(z**2 * p * (1 - p) / half_width**2))


def add_labelling(ctx: Context, bill: Bill, n_to_buy: int) -> LabellingPlan:
    """Add the lines of the training labels and of the evaluation set.

    Notes
    -----
    ``labelling`` = examples x answers per example x price of one answer. With source ``own`` the
    labels come out of own records: only the checked share and the evaluation set are paid, unless a
    price is typed.
    """
    source = ctx.inputs.labelling.source
    price = label_price(ctx, source)
    free = source is LabellingSource.OWN and ctx.inputs.labelling.usd_per_label is None
    answers = ctx.inputs.labelling.labels_per_item
    n_labels = 0 if free else n_to_buy * answers
    usd = _tiered(ctx, price.usd, n_labels, source)
    paid = price.wages
    if n_labels:
        bill.add(
            "labelling", Phase.LABELLING, float(n_labels), "label", usd.draws,
            usd.basis, usd.source_id, note=usd.note, wages=paid, own=paid,
        )  # fmt: skip
    if free and n_to_buy:
        checked = ctx.figure("labelling.own_share_checked")
        bill.add(
            "labelling_check", Phase.LABELLING, n_to_buy * checked.draws, "label", usd.draws,
            Basis.ASSUMED, JUDGEMENT, note="own records checked by hand", wages=paid, own=paid,
        )  # fmt: skip
    if source is LabellingSource.MODEL_ASSISTED:
        _pre_labels(ctx, bill, n_to_buy + ctx.inputs.n_evaluation)
    if n_labels:
        _quality_lines(ctx, bill, n_to_buy, answers, usd, paid)
    _set_up_lines(ctx, bill, n_to_buy, answers, usd, paid, free)
    n_eval = ctx.inputs.n_evaluation
    if n_eval:
        bill.add(
            "evaluation_set", Phase.LABELLING, float(n_eval * answers), "label", usd.draws,
            usd.basis, usd.source_id, wages=paid, own=paid,
            note="labelled test set, paid by every approach",
        )  # fmt: skip
    return _plan(ctx, price, n_labels + n_eval * answers)


def _tiered(ctx: Context, usd: Figure, n_labels: int, source: LabellingSource) -> Figure:
    bought = source in (LabellingSource.CROWD, LabellingSource.VENDOR)
    if usd.basis is Basis.TYPED or not bought:
        return usd
    limit = ctx.value("labelling.tier_limit")
    factor = tier_factor(n_labels, limit, ctx.value("labelling.tier_factor"))
    if factor == 1.0:
        return usd
    note = f"{usd.note}; mean of two tiers, the second above {limit:,.0f} labels"
    return Figure(usd.draws * factor, usd.basis, usd.source_id, note)


def _pre_labels(ctx: Context, bill: Bill, n_items: int) -> None:
    draft = published_price(ctx, "*", "model")
    if draft is not None and n_items:
        bill.add(
            "pre_labelling", Phase.LABELLING, float(n_items), "draft", draft.draws, draft.basis,
            draft.source_id, note=f"drafts by a hosted model; {draft.note}",
        )  # fmt: skip


def _quality_lines(
    ctx: Context, bill: Bill, n_items: int, answers: int, usd: Figure, paid: bool
) -> None:
    review = ctx.figure("labelling.review_price_factor")
    share = ctx.inputs.labelling.review_share
    basis, source_id = weakest(usd, review)
    bill.add(
        "labelling_review", Phase.LABELLING, n_items * share, "reviewed label",
        usd.draws * review.draws, basis, source_id,
        note=f"{share:.0%} of the examples seen by a second person", wages=paid, own=paid,
    )  # fmt: skip
    if answers < 2:
        return
    disagree = ctx.figure("labelling.disagreement_share")
    agreement = ctx.inputs.facts.annotator_agreement
    if agreement is not None:
        disagree = Figure(1.0 - agreement, Basis.TYPED, "")
    decide = ctx.figure("labelling.adjudication_price_factor")
    basis, source_id = weakest(usd, disagree, decide)
    bill.add(
        "labelling_adjudication", Phase.LABELLING, n_items * disagree.draws, "decided label",
        usd.draws * decide.draws, basis, source_id, wages=paid, own=paid,
        note="examples whose answers differ",
    )  # fmt: skip


def _set_up_lines(
    ctx: Context,
    bill: Bill,
    n_items: int,
    answers: int,
    usd: Figure,
    paid: bool,
    free: bool,
) -> None:
    source = ctx.inputs.labelling.source
    n_all = n_items + ctx.inputs.n_evaluation
    if not n_all:
        return
    own_team = ctx.inputs.people.partner_usd_per_day is None
    hourly = usd_per_hour(ctx, "data_scientist")
    for item, name in (
        ("labelling_guidelines", "labelling.guideline_hours"),
        ("labelling_vendor_setup", "labelling.vendor_setup_hours"),
    ):
        if item.endswith("setup") and source is not LabellingSource.VENDOR:
            continue
        hours = ctx.figure(name)
        basis, source_id = weakest(hours, hourly)
        bill.add(
            item, Phase.LABELLING, hours.draws, "hour", hourly.draws, basis, source_id,
            note=hours.note, wages=True, own=own_team, same=True,
        )  # fmt: skip
    pilot = ctx.figure("labelling.pilot_items")
    most = ctx.value("labelling.pilot_max_share") * n_all
    basis, source_id = weakest(usd, pilot)
    if not free:
        bill.add(
            "labelling_pilot_round", Phase.LABELLING,
            np.minimum(pilot.draws, most) * answers, "label", usd.draws, basis, source_id,
            note="first round, labelled again after the guide changed", wages=paid, own=paid,
        )  # fmt: skip
    if source is LabellingSource.CROWD:
        many = answers >= MANY_ANSWERS
        fee = ctx.figure("labelling.crowd_fee_many" if many else "labelling.crowd_fee")
        rewards = [
            usd
            for line, usd in zip(bill.items, bill.usd, strict=True)
            if line.unit.endswith("label")
        ]
        if rewards:
            reward = np.add.reduce(rewards)
            bill.add(
                "labelling_platform_fee", Phase.LABELLING, reward, "USD of reward", fee.draws,
                fee.basis, fee.source_id, note=fee.note,
            )  # fmt: skip


def add_tool(ctx: Context, bill: Bill, plan: LabellingPlan) -> None:
    """Seats of a labelling tool for the months it is used, where no platform brings its own."""
    if ctx.inputs.labelling.source is LabellingSource.CROWD:
        return
    seat = ctx.figure("labelling.tool_usd_per_seat_month")
    months = np.maximum(np.ceil(np.asarray(plan.weeks_draws) / WEEKS_PER_MONTH), 1.0)
    bill.add(
        "labelling_tool", Phase.LABELLING, months * np.ceil(plan.people), "seat-month",
        seat.draws, seat.basis, seat.source_id, note=seat.note,
    )  # fmt: skip


def _plan(ctx: Context, price: LabelPrice, n_answers: int) -> LabellingPlan:
    source = ctx.inputs.labelling.source
    factor: Array | float = 1.0
    if source is LabellingSource.MODEL_ASSISTED:
        factor = ctx.figure("labelling.model_assisted_time_factor").draws
    elif source is LabellingSource.EXPERT:
        factor = ctx.figure("labelling.expert_time_factor").draws
    hours = n_answers * price.seconds.draws * factor / SECONDS_PER_HOUR
    people = ctx.value(f"labelling.people.{source}")
    weekly = ctx.value(f"labelling.hours_per_week.{source}")
    weeks = hours / (ctx.figure(f"labelling.people.{source}").draws * weekly)
    return LabellingPlan(price, hours, weeks, people, weekly)
