"""An index of passages: embedded once, again where passages are new, again after each tuning."""

from __future__ import annotations

from estimator.engine.figure import Figure, leaf
from estimator.engine.money.cloud import OWN, rent
from estimator.engine.money.context import Context
from estimator.engine.money.lines import MONTHLY, YEARLY, Bill, at_months
from estimator.engine.money.serving import own_prices, peak_flop_per_s
from estimator.engine.money.serving_api import (
    TOKENS_PER_MILLION,
    api_discount,
    is_api,
    list_price,
    retrieves,
)
from estimator.engine.results import Candidate
from estimator.errors import PriceNotFoundError
from estimator.units import SECONDS_PER_HOUR
from estimator.vocabulary import Approach, Basis, Phase
from estimator.words.statement import Count, state

KB_PER_GB = 1e6


def add_search_index(ctx: Context, bill: Bill, candidate: Candidate) -> None:
    """Lines of the index of a search: embedding, new passages, rebuilding, vectors that are kept.

    Notes
    -----
    Passages x tokens go through the embedding model once; the share ``churn`` of them each month;
    all of them after each retraining of a tuned model, because its vectors are other ones. Words
    alone need no embedding.
    """
    unit = ctx.inputs.unit
    passages = float(unit["passages"])
    kb = ctx.figure("serving.index_kb_per_document")
    store = ctx.figure("serving.index_usd_per_gb_month")
    if candidate.approach is Approach.BASELINE:
        kb = ctx.figure("serving.index_kb_of_words")
    gb_months = kb * (passages / KB_PER_GB * bill.horizon)
    bill.add("retrieval_store", Phase.RUNNING, gb_months, "GB-month", store, timing=MONTHLY)
    if candidate.approach is Approach.BASELINE or candidate.model is None:
        return
    whole, kind, usd = _embedding(ctx, candidate, passages * ctx.inputs.unit_length)
    note = state("note.index", n=Count(passages))
    bill.add("retrieval_index", Phase.COMPUTE, whole, kind, usd, note=note)
    monthly = whole * (float(unit["churn"]) * bill.horizon)
    bill.add("index_renewal", Phase.RUNNING, monthly, kind, usd, timing=MONTHLY)
    every = ctx.inputs.serving.retrain_every_months
    if every is None or candidate.approach is Approach.ZERO_SHOT or retrieves(ctx, candidate):
        return
    months = tuple(range(every, bill.horizon, every))
    if months:
        bill.add(
            "index_rebuilt", Phase.RUNNING, whole * float(len(months)), kind, usd,
            timing=YEARLY, months=at_months(bill.horizon, months),
        )  # fmt: skip


def _embedding(ctx: Context, candidate: Candidate, tokens: float) -> tuple[Figure, str, Figure]:
    """Quantity, unit and price of passing tokens through the embedding model once."""
    model = candidate.model
    assert model is not None
    if is_api(candidate):
        price = ctx.evidence.api_price_of.get(model.name)
        if price is None or not price.input_usd_per_mtok:
            raise PriceNotFoundError(
                state("price.no_api", approach=str(candidate.approach), model=model.name)
            )
        usd = price.input_usd_per_mtok * (1.0 - api_discount(ctx, price.provider))
        listed = leaf(
            f"api.{price.model}", usd, "USD per million tokens", Basis.PUBLISHED, price.source_id,
            note=list_price(price),
        )  # fmt: skip
        return Figure(tokens / TOKENS_PER_MILLION), "million tokens", listed
    name = ctx.inputs.compute.accelerator
    peak = peak_flop_per_s(ctx.evidence.accelerators[name])
    if peak <= 0:
        raise PriceNotFoundError(state("price.no_serving_peak", device=name))
    params = model.params_active or model.params_total or 0.0
    used = ctx.figure("serving.utilisation.text_encoder") * ctx.figure("serving.stack_efficiency")
    hours = Figure(2.0 * params * tokens / SECONDS_PER_HOUR) / (used * peak)
    return hours, "device-hour", _device_price(ctx, name)


def _device_price(ctx: Context, name: str) -> Figure:
    if ctx.inputs.compute.provider != OWN:
        return rent(ctx, name, 1).price
    usd = Figure(0.0)
    for _, part in own_prices(ctx):
        usd = usd + part
    return usd
