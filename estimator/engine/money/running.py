"""Keeping the model alive: monitoring, support, retraining, audit, storage, transfer, index."""

from __future__ import annotations

from estimator.engine.distributions import Array
from estimator.engine.money.cloud import OWN
from estimator.engine.money.context import Context, Figure, weakest
from estimator.engine.money.labelling import LabellingPlan
from estimator.engine.money.lines import MONTHLY, YEARLY, Bill, at_months
from estimator.engine.money.rates import usd_per_hour, usd_per_week
from estimator.engine.money.serving_api import TOKENS_PER_MILLION, retrieves
from estimator.engine.results import Candidate
from estimator.units import GIGA, MONTHS_PER_YEAR, WORKDAYS_PER_WEEK
from estimator.vocabulary import Approach, Phase

KB_PER_GB = 1e6
PIXELS_224 = 224.0**2
TRAINED_ONCE = (Approach.BASELINE, Approach.ZERO_SHOT)


def retraining_months(horizon: int, every: int | None) -> tuple[int, ...]:
    """Months with a retraining: every ``every`` months, not in the last one."""
    return () if every is None else tuple(range(every, horizon, every))


def add_upkeep(ctx: Context, bill: Bill, plan: LabellingPlan, rented: bool) -> None:
    """Monitoring, checked answers, support, operations and the yearly audit."""
    own = ctx.inputs.people.partner_usd_per_day is None
    for item, name, role in (
        ("monitoring", "serving.monitoring_hours_per_month", "data_scientist"),
        ("support", "serving.support_hours_per_month", "software_engineer"),
        ("operations", "serving.operations_hours_per_month", "software_engineer"),
    ):
        if item == "operations" and not rented:
            continue
        hours, wage = ctx.figure(name), usd_per_hour(ctx, role)
        basis, source_id = weakest(hours, wage)
        bill.add(
            item, Phase.RUNNING, hours.draws * bill.horizon, "hour", wage.draws, basis,
            source_id, MONTHLY, note=hours.note, wages=True, own=own, same=True,
        )  # fmt: skip
    tool = ctx.figure("serving.monitoring_tool_usd_per_month")
    bill.add(
        "monitoring_tool", Phase.RUNNING, float(bill.horizon), "month", tool.draws, tool.basis,
        tool.source_id, MONTHLY, note=tool.note, same=True,
    )  # fmt: skip
    checked = ctx.figure("serving.monitoring_labels_per_month")
    basis, source_id = weakest(checked, plan.price.usd)
    bill.add(
        "monitoring_labels", Phase.RUNNING, checked.draws * bill.horizon, "label",
        plan.price.usd.draws, basis, source_id, MONTHLY, note=checked.note,
        wages=plan.price.wages, own=plan.price.wages, same=True,
    )  # fmt: skip
    days, wage = ctx.figure("serving.audit_days_per_year"), usd_per_week(ctx, "project_lead")
    years = bill.horizon / MONTHS_PER_YEAR
    basis, source_id = weakest(days, wage)
    bill.add(
        "yearly_audit", Phase.RUNNING, days.draws * years, "person-day",
        wage.draws / WORKDAYS_PER_WEEK, basis, source_id, YEARLY, _yearly(bill.horizon),
        note=days.note, wages=True, own=own,
    )  # fmt: skip


def _yearly(horizon: int) -> tuple[float, ...]:
    year = int(MONTHS_PER_YEAR)
    months = tuple(range(year, horizon + 1, year))
    return at_months(horizon, months) if months else ()


def add_retraining(
    ctx: Context,
    bill: Bill,
    candidate: Candidate,
    plan: LabellingPlan,
    compute_lines: list[tuple[str, Array | float, str, Array | float, Figure]],
) -> None:
    """Relabelling, compute and people at every retraining; none for a model used as it is.

    Notes
    -----
    Each retraining repeats one trial of the training compute (the recipe is known), renews
    ``serving.relabel_share`` of the training labels and takes serving.retraining_weeks.
    """
    if candidate.approach is Approach.ZERO_SHOT or retrieves(ctx, candidate):
        return
    months = retraining_months(bill.horizon, ctx.inputs.serving.retrain_every_months)
    if not months:
        return
    n, shares = float(len(months)), at_months(bill.horizon, months)
    answers = ctx.inputs.labelling.labels_per_item
    fresh = candidate.n_labelled(ctx.inputs) * ctx.inputs.serving.relabel_share * answers
    usd = plan.price.usd
    bill.add(
        "relabelling", Phase.RUNNING, fresh * n, "label", usd.draws, usd.basis, usd.source_id,
        YEARLY, shares, note=f"{len(months)} retrainings", wages=plan.price.wages,
        own=plan.price.wages,
    )  # fmt: skip
    for name, quantity, unit, price, origin in compute_lines:
        bill.add(
            f"retraining_{name}", Phase.RUNNING, quantity * n, unit, price, origin.basis,
            origin.source_id, YEARLY, shares, note=f"{len(months)} retrainings; {origin.note}",
        )  # fmt: skip
    weeks, wage = ctx.figure("serving.retraining_weeks"), usd_per_week(ctx, "ml_engineer")
    basis, source_id = weakest(weeks, wage)
    bill.add(
        "retraining_people", Phase.RUNNING, weeks.draws * n, "person-week", wage.draws, basis,
        source_id, YEARLY, shares, note=weeks.note, wages=True,
        own=ctx.inputs.people.partner_usd_per_day is None,
    )  # fmt: skip


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
        "storage", Phase.RUNNING, (data_gb + weights_gb + logs_gb) * bill.horizon, "GB-month",
        usd.draws, usd.basis, usd.source_id, MONTHLY,
        note=f"data {data_gb:.3g}, weights {weights_gb:.3g}, logs {logs_gb:.3g} GB",
    )  # fmt: skip
    out = ctx.figure("serving.transfer_usd_per_gb")
    leaves = ctx.inputs.compute.provider != OWN
    share = ctx.value("serving.transfer_out_share") if leaves else 0.0
    bill.add(
        "transfer", Phase.RUNNING, logs_gb * share * bill.horizon, "GB", out.draws, out.basis,
        out.source_id, MONTHLY, note=out.note,
    )  # fmt: skip
    if retrieves(ctx, candidate):
        _index(ctx, bill)


def _index(ctx: Context, bill: Bill) -> None:
    documents = max(float(ctx.inputs.n_unlabelled_available), 1.0)
    tokens = ctx.figure("serving.index_tokens_per_document")
    embedding = [
        p for p in ctx.evidence.api_prices if p.kind == "embedding" and p.input_usd_per_mtok
    ]
    if embedding:
        prices = sorted(embedding, key=lambda p: (p.input_usd_per_mtok or 0.0, p.model))
        middle = prices[len(prices) // 2]
        published = Figure(float(middle.input_usd_per_mtok or 0.0), tokens.basis, tokens.source_id)
        bill.add(
            "retrieval_index", Phase.COMPUTE, documents * tokens.draws / TOKENS_PER_MILLION,
            "million tokens", published.draws, published.basis, published.source_id,
            note=f"embedding of the documents, {middle.provider} {middle.model}",
        )  # fmt: skip
    usd = ctx.figure("serving.index_usd_per_gb_month")
    gb = documents * ctx.value("serving.index_kb_per_document") / KB_PER_GB
    bill.add(
        "retrieval_store", Phase.RUNNING, gb * bill.horizon, "GB-month", usd.draws, usd.basis,
        usd.source_id, MONTHLY, note=usd.note,
    )  # fmt: skip
