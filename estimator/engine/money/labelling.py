"""Labels as lines: answers, review, adjudication, guide, pilot round, tool, evaluation set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.figure import Figure, as_figure, leaf, typed
from estimator.engine.learns import test_labels
from estimator.engine.money.context import Context
from estimator.engine.money.judging import add_test_set
from estimator.engine.money.lines import Bill
from estimator.engine.money.rates import LabelPrice, label_price, published_price, usd_per_hour
from estimator.engine.own_factors import own_draws
from estimator.units import SECONDS_PER_HOUR, WEEKS_PER_MONTH
from estimator.vocabulary import NO_LABELS_TASKS, Basis, LabellingSource, Phase, Stage
from estimator.words.statement import Count, Share, joined, state

MANY_ANSWERS = 10
Z95 = 1.959963984540054


@dataclass(frozen=True)
class LabellingPlan:
    """What other rooms of the bill need to know about the labels."""

    price: LabelPrice
    later_usd: Figure
    """An answer bought while the model is in use, the platform's fee included [USD]."""
    free: bool
    """Labels come out of records or by themselves."""
    hours_draws: Array | float
    """Hours of labelling work [h]."""
    weeks_draws: Array | float
    """Calendar weeks with the people of the source [weeks]."""
    start_weeks_draws: Array | float
    """Weeks until the labellers start [weeks]."""
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
    if ctx.inputs.task in NO_LABELS_TASKS:
        return _plan(ctx, price, 0, True)
    free = comes_free(ctx)
    answers = answers_per_item(ctx)
    n_labels = 0 if free else n_to_buy * answers
    more = own_share(ctx)
    usd = _tiered(ctx, price.usd, round(n_labels * as_figure(more).base), source)
    paid = price.wages
    if n_labels:
        amount = float(n_labels) * more
        bill.add("labelling", Phase.LABELLING, amount, "label", usd, wages=paid, own=paid)
    n_eval = test_labels(ctx.inputs)
    if free:
        _checks(ctx, bill, n_to_buy, "labelling_check", Stage.LABELS)
        _checks(ctx, bill, n_eval, "evaluation_check", Stage.TEST)
    if source is LabellingSource.MODEL:
        _audit(ctx, bill, n_to_buy * more + n_eval)
    if source is LabellingSource.MODEL_ASSISTED:
        _pre_labels(ctx, bill, n_to_buy * more + n_eval)
    if n_labels and source is not LabellingSource.MODEL:
        _quality_lines(ctx, bill, n_to_buy * more, answers, usd, paid)
    tested = 0.0 if free else add_test_set(ctx, bill, n_eval, answers, usd, paid)
    _set_up_lines(ctx, bill, n_to_buy, answers, usd, paid, free)
    bought = 0 if free else n_labels * as_figure(more).draws + tested
    return _plan(ctx, price, bought, free)


def own_share(ctx: Context) -> Figure | float:
    """Labels that this firm's projects bought in the end over those they had planned."""
    drawn = own_draws(ctx.inputs.own_factors, "labels", ctx.draws)
    if drawn is None:
        return 1.0
    made = leaf("own_projects", drawn, "factor", Basis.MEASURED, note=state("note.own_projects"))
    return ctx.once("own_share", lambda: made)


def comes_free(ctx: Context) -> bool:
    """Labels come out of own records or by themselves, unless a price is typed."""
    labelling = ctx.inputs.labelling
    if ctx.inputs.task in NO_LABELS_TASKS:
        return True
    own = labelling.source is LabellingSource.OWN or labelling.labels_come_free
    return own and labelling.usd_per_label is None


def answers_per_item(ctx: Context) -> int:
    """Answers collected for each example; a model is asked once."""
    labelling = ctx.inputs.labelling
    return 1 if labelling.source is LabellingSource.MODEL else labelling.labels_per_item


def usd_per_labelled_example(ctx: Context) -> float | None:
    """Base price of one more labelled example, all its answers [USD]; None: labels come free.

    This is the one place that says it; the decision reads it from the row.
    """
    if comes_free(ctx):
        return None
    return answers_per_item(ctx) * label_price(ctx, ctx.inputs.labelling.source).usd.base


def _checks(ctx: Context, bill: Bill, n_items: int, item: str, stage: Stage) -> None:
    """The share of free labels that own staff look at."""
    price = label_price(ctx, LabellingSource.IN_HOUSE)
    if n_items:
        bill.add(
            item,
            Phase.LABELLING,
            n_items * ctx.figure("labelling.own_share_checked"),
            "checked label",
            price.usd,
            stage=stage,
            note=state("note.own_records"),
            wages=True,
            own=True,
        )


def _audit(ctx: Context, bill: Bill, n_items: Figure | float) -> None:
    """The share of a model's labels that own staff label again."""
    price = label_price(ctx, LabellingSource.IN_HOUSE)
    bill.add(
        "labelling_audit",
        Phase.LABELLING,
        n_items * ctx.figure("labelling.model_audit_share"),
        "audited label",
        price.usd,
        note=state("note.audited"),
        wages=True,
        own=True,
    )


def _tiered(ctx: Context, usd: Figure, n_labels: int, source: LabellingSource) -> Figure:
    bought = source in (LabellingSource.CROWD, LabellingSource.VENDOR)
    if usd.basis is Basis.TYPED or not bought:
        return usd
    limit = ctx.value("labelling.tier_limit")
    factor = tier_factor(n_labels, limit, ctx.value("labelling.tier_factor"))
    if factor == 1.0:
        return usd
    note = joined(usd.note, state("note.tiers", limit=Count(limit)))
    return (usd * factor).named(note)


def _pre_labels(ctx: Context, bill: Bill, n_items: Figure | float) -> None:
    draft = published_price(ctx, "*", "model")
    if draft is not None:
        bill.add(
            "pre_labelling",
            Phase.LABELLING,
            n_items,
            "draft",
            draft,
            note=joined(state("note.drafts"), draft.note),
        )


def _quality_lines(
    ctx: Context, bill: Bill, n_items: Figure | float, answers: int, usd: Figure, paid: bool
) -> None:
    review = ctx.figure("labelling.review_price_factor")
    share = ctx.inputs.labelling.review_share
    bill.add(
        "labelling_review",
        Phase.LABELLING,
        n_items * share,
        "reviewed label",
        usd * review,
        note=state("note.reviewed", share=Share(share)),
        wages=paid,
        own=paid,
    )
    if answers < 2:
        return
    disagree = ctx.figure("labelling.disagreement_share")
    agreement = ctx.inputs.facts.annotator_agreement
    if agreement is not None:
        disagree = typed("facts.annotator_agreement", 1.0 - agreement, "share of items")
    decide = ctx.figure("labelling.adjudication_price_factor")
    bill.add(
        "labelling_adjudication",
        Phase.LABELLING,
        n_items * disagree,
        "decided label",
        usd * decide,
        wages=paid,
        own=paid,
        note=state("note.differ"),
    )


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
    n_all = n_items + test_labels(ctx.inputs)
    if not n_all:
        return
    hourly = usd_per_hour(ctx, "data_scientist")
    for item, name in (
        ("labelling_guidelines", "labelling.guideline_hours"),
        ("labelling_vendor_setup", "labelling.vendor_setup_hours"),
    ):
        if item.endswith("setup") and source is not LabellingSource.VENDOR:
            continue
        hours = ctx.figure(name)
        bill.add(
            item,
            Phase.LABELLING,
            hours,
            "hour",
            hourly,
            stage=Stage.GUIDE,
            note=hours.note,
            wages=True,
            own=ctx.own_team,
            same=True,
        )
    pilot = ctx.figure("labelling.pilot_items")
    most = ctx.value("labelling.pilot_max_share") * n_all
    if not free:
        bill.add(
            "labelling_pilot_round",
            Phase.LABELLING,
            pilot.replaced(np.minimum(pilot.draws, most) * answers),
            "label",
            usd,
            stage=Stage.GUIDE,
            note=state("note.first_round"),
            wages=paid,
            own=paid,
        )
    if source is LabellingSource.VENDOR and ctx.inputs.labelling.usd_per_label is None:
        _minimum_order(ctx, bill)
    if source is LabellingSource.CROWD:
        fee = _fee(ctx, answers)
        rewards = [
            usd
            for line, usd in zip(bill.items, bill.usd, strict=True)
            if line.unit.endswith("label")
        ]
        if rewards:
            reward = np.add.reduce(rewards)
            bill.add("labelling_platform_fee", Phase.LABELLING, reward, "USD of reward", fee)


def _fee(ctx: Context, answers: int) -> Figure:
    """Fee of the platform on every reward."""
    many = answers >= MANY_ANSWERS
    return ctx.figure("labelling.crowd_fee_many" if many else "labelling.crowd_fee")


def _minimum_order(ctx: Context, bill: Bill) -> None:
    """What an order below the smallest a vendor takes is filled up with."""
    ordered = [
        usd for line, usd in zip(bill.items, bill.usd, strict=True) if line.unit.endswith("label")
    ]
    least = ctx.figure("labelling.minimum_order_usd")
    if not ordered:
        return
    missing = np.maximum(least.draws - np.asarray(np.add.reduce(ordered)), 0.0)
    if not np.any(missing > 0.0):
        return
    bill.add(
        "labelling_minimum_order",
        Phase.LABELLING,
        missing / least.draws,
        "order",
        least,
        note=state("note.smallest_order"),
    )


def add_tool(ctx: Context, bill: Bill, plan: LabellingPlan) -> None:
    """Seats of a labelling tool for the months it is used, where no platform brings its own."""
    toolless = (LabellingSource.CROWD, LabellingSource.MODEL)
    if ctx.inputs.labelling.source in toolless or ctx.inputs.task in NO_LABELS_TASKS:
        return
    seat = ctx.figure("labelling.tool_usd_per_seat_month")
    months = np.maximum(np.ceil(np.asarray(plan.weeks_draws) / WEEKS_PER_MONTH), 1.0)
    bill.add("labelling_tool", Phase.LABELLING, months * np.ceil(plan.people), "seat-month", seat)


def _plan(ctx: Context, price: LabelPrice, n_answers: Array | float, free: bool) -> LabellingPlan:
    source = ctx.inputs.labelling.source
    hours = n_answers * price.seconds.draws / SECONDS_PER_HOUR
    later = price.usd
    if source is LabellingSource.CROWD:
        later = later * (1.0 + _fee(ctx, answers_per_item(ctx)))
    people = ctx.value(f"labelling.people.{source}")
    weekly = ctx.value(f"labelling.hours_per_week.{source}")
    weeks = hours / (ctx.figure(f"labelling.people.{source}").draws * weekly)
    usual = ctx.value("labelling.usual_weeks")
    # More people are found for more work, as in the calendar of the project itself.
    longer = np.maximum(np.asarray(weeks) / usual, 1.0) ** (
        ctx.value("people.schedule_power") - 1.0
    )
    weeks = weeks * longer
    start: Array | float = 0.0
    if np.any(n_answers) and source in (LabellingSource.VENDOR, LabellingSource.IN_HOUSE):
        start = ctx.figure(f"labelling.start_weeks.{source}").draws
    return LabellingPlan(price, later, free, hours, weeks, start, people, weekly)
