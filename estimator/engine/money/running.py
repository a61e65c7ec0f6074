"""Keeping the model alive: monitoring, support, retraining, audit, storage, transfer, index."""

from __future__ import annotations

from estimator.engine.figure import Figure, leaf
from estimator.engine.money.cloud import OWN
from estimator.engine.money.context import Context
from estimator.engine.money.labelling import LabellingPlan, answers_per_item
from estimator.engine.money.lines import MONTHLY, YEARLY, Bill, at_months
from estimator.engine.money.rates import usd_per_hour, usd_per_week
from estimator.engine.money.search_index import add_search_index
from estimator.engine.money.serving_api import (
    TOKENS_PER_MILLION,
    in_context,
    one_passage,
    retrieves,
)
from estimator.engine.money.users import unreviewed
from estimator.engine.results import Candidate
from estimator.units import GIGA, MONTHS_PER_YEAR, WORKDAYS_PER_WEEK
from estimator.vocabulary import JOINED_TASKS, NO_LABELS_TASKS, Approach, Basis, Effort, Phase, Task
from estimator.words.statement import Number, Share, joined, state

KB_PER_GB = 1e6
PIXELS_224 = 224.0**2


def retraining_months(horizon: int, every: int | None) -> tuple[int, ...]:
    """Months with a retraining: every ``every`` months, not in the last one."""
    return () if every is None else tuple(range(every, horizon, every))


def add_upkeep(ctx: Context, bill: Bill, plan: LabellingPlan) -> None:
    """People who keep the model in use, checked answers, the tool and the yearly audit."""
    own = ctx.own_team
    hours, wage = ctx.figure("serving.upkeep_hours_per_month"), usd_per_hour(ctx, "ml_engineer")
    if (level := ctx.inputs.people.effort) is not Effort.STANDARD:
        hours = hours * ctx.figure(f"serving.upkeep_level.{level}")
    bill.add(
        "upkeep",
        Phase.RUNNING,
        hours * bill.horizon,
        "hour",
        wage,
        timing=MONTHLY,
        note=joined(hours.note, unreviewed(ctx)),
        wages=True,
        own=own,
        same=True,
    )
    tool = ctx.figure("serving.monitoring_tool_usd_per_month")
    months = float(bill.horizon)
    bill.add("monitoring_tool", Phase.RUNNING, months, "month", tool, timing=MONTHLY, same=True)
    checked = ctx.figure("serving.monitoring_labels_per_month")
    come = 0.0 if ctx.inputs.task in NO_LABELS_TASKS else 1.0
    bill.add(
        "monitoring_labels",
        Phase.RUNNING,
        checked * (months * come),
        "label",
        plan.later_usd,
        timing=MONTHLY,
        note=checked.note,
        wages=plan.price.wages,
        own=plan.price.wages,
        same=True,
    )
    days, wage = ctx.figure("serving.audit_days_per_year"), usd_per_week(ctx, "project_lead")
    years = bill.horizon / MONTHS_PER_YEAR
    bill.add(
        "yearly_audit",
        Phase.RUNNING,
        days * years,
        "person-day",
        wage / WORKDAYS_PER_WEEK,
        timing=YEARLY,
        months=_yearly(bill.horizon),
        note=days.note,
        wages=True,
        own=own,
    )


def _yearly(horizon: int) -> tuple[float, ...]:
    year = int(MONTHS_PER_YEAR)
    months = tuple(range(year, horizon + 1, year))
    return at_months(horizon, months) if months else ()


def add_retraining(
    ctx: Context,
    bill: Bill,
    candidate: Candidate,
    plan: LabellingPlan,
    compute_lines: list[tuple[str, Figure, str, Figure]],
) -> None:
    """Relabelling, compute and people at every retraining.

    Notes
    -----
    Each retraining repeats one trial of the training compute (the recipe is known), renews
    ``serving.relabel_share`` of the labels that were bought and takes serving.retraining_weeks;
    labels that come by themselves cost nothing again. A model used as it is is not trained again:
    what it reads at every answer is renewed, or what a retired hosted model is replaced by tested.
    """
    months = retraining_months(bill.horizon, ctx.inputs.serving.retrain_every_months)
    if not months:
        return
    n, shares = float(len(months)), at_months(bill.horizon, months)
    if candidate.approach is Approach.ZERO_SHOT or retrieves(ctx, candidate):
        _renew_as_is(ctx, bill, candidate, n, shares)
        return
    fresh = 0.0 if plan.free else float(candidate.n_labelled_to_buy)
    fresh *= ctx.inputs.serving.relabel_share * answers_per_item(ctx)
    often = state("note.retrainings", n=len(months))
    bill.add(
        "relabelling",
        Phase.RUNNING,
        fresh * n,
        "label",
        plan.later_usd,
        timing=YEARLY,
        months=shares,
        note=often,
        wages=plan.price.wages,
        own=plan.price.wages,
    )
    for name, quantity, unit, price in compute_lines:
        bill.add(
            f"retraining_{name}",
            Phase.RUNNING,
            quantity * n,
            unit,
            price,
            timing=YEARLY,
            months=shares,
            note=joined(often, price.note),
        )
    weeks, wage = ctx.figure("serving.retraining_weeks"), usd_per_week(ctx, "ml_engineer")
    bill.add(
        "retraining_people",
        Phase.RUNNING,
        weeks * n,
        "person-week",
        wage,
        timing=YEARLY,
        months=shares,
        note=weeks.note,
        wages=True,
        own=ctx.own_team,
    )


def _renew_as_is(
    ctx: Context, bill: Bill, candidate: Candidate, n: float, shares: tuple[float, ...]
) -> None:
    """Fresh context rows of an in-context model, or the test of a hosted model's successor."""
    share, item = None, ""
    if in_context(candidate):
        share, item = ctx.point("serving.context_refresh_share"), "context_refresh"
    elif candidate.model is not None and candidate.model.hosted:
        share, item = ctx.point("serving.retest_share"), "retest_hosted"
    if share is not None:
        bill.add(
            item,
            Phase.RUNNING,
            ctx.figure("serving.retraining_weeks") * share * n,
            "person-week",
            usd_per_week(ctx, "ml_engineer"),
            timing=YEARLY,
            months=shares,
            note=state("note.renewals", n=int(n), share=Share(share.base)),
            wages=True,
            own=ctx.own_team,
        )


def example_kb(ctx: Context) -> float:
    """Stored size of one example [kB]."""
    per_unit = ctx.value(f"serving.kb_per_{ctx.inputs.unit_name}")
    length = ctx.inputs.unit_length
    return per_unit * (length**2 / PIXELS_224 if ctx.inputs.unit_name == "pixels" else length)


def add_storage(ctx: Context, bill: Bill, candidate: Candidate) -> None:
    """Data, checkpoints, index and logs kept each month; answers that leave a rented cloud."""
    n = candidate.n_labelled(ctx.inputs) + ctx.inputs.n_evaluation
    data_gb = (n + ctx.inputs.n_unlabelled_available) * example_kb(ctx) / KB_PER_GB
    model = candidate.model
    weights_gb = 0.0
    if model is not None and not model.hosted:
        weights_gb = 2.0 * (model.params_total or 0.0) / GIGA * ctx.value("serving.model_copies")
    requests = ctx.inputs.serving.requests_per_month
    logs_gb = requests * ctx.value("serving.kb_per_answer") / KB_PER_GB
    usd = ctx.figure("serving.storage_usd_per_gb_month")
    bill.add(
        "storage",
        Phase.RUNNING,
        (data_gb + weights_gb + logs_gb) * bill.horizon,
        "GB-month",
        usd,
        timing=MONTHLY,
        note=state(
            "note.storage",
            data=Number(data_gb),
            weights=Number(weights_gb),
            logs=Number(logs_gb),
        ),
    )
    out = ctx.figure("serving.transfer_usd_per_gb")
    leaves = ctx.inputs.compute.provider != OWN
    share = ctx.value("serving.transfer_out_share") if leaves else 0.0
    leaving = logs_gb * share * bill.horizon
    bill.add("transfer", Phase.RUNNING, leaving, "GB", out, timing=MONTHLY)
    if ctx.inputs.task is Task.RETRIEVAL:
        add_search_index(ctx, bill, candidate)
    elif retrieves(ctx, candidate) and ctx.inputs.task not in JOINED_TASKS:
        _index(ctx, bill)


def _index(ctx: Context, bill: Bill) -> None:
    stated = ctx.inputs.retrieval.passages
    documents = max(float(stated or ctx.inputs.n_unlabelled_available), 1.0)
    tokens = one_passage(ctx)
    embedding = [
        p for p in ctx.evidence.api_prices if p.kind == "embedding" and p.input_usd_per_mtok
    ]
    if embedding:
        prices = sorted(embedding, key=lambda p: (p.input_usd_per_mtok or 0.0, p.model))
        middle = prices[len(prices) // 2]
        note = state("note.embedding", name=f"{middle.provider} {middle.model}")
        listed = leaf(
            f"api.{middle.model}",
            float(middle.input_usd_per_mtok or 0.0),
            "USD per million tokens",
            Basis.PUBLISHED,
            middle.source_id,
            note=note,
        )
        quantity = tokens * (documents / TOKENS_PER_MILLION)
        bill.add("retrieval_index", Phase.COMPUTE, quantity, "million tokens", listed)
        renewed = quantity * (ctx.inputs.retrieval.churn * bill.horizon)
        bill.add("index_renewal", Phase.RUNNING, renewed, "million tokens", listed, timing=MONTHLY)
    usd = ctx.figure("serving.index_usd_per_gb_month")
    gb = documents * ctx.value("serving.index_kb_per_document") / KB_PER_GB
    months = gb * bill.horizon
    bill.add("retrieval_store", Phase.RUNNING, months, "GB-month", usd, timing=MONTHLY)
