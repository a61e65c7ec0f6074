"""Answers bought from a hosted model: tokens, minutes, images; what one request is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.figure import Figure, leaf
from estimator.engine.learns import finds
from estimator.engine.money.context import Context
from estimator.engine.money.lines import MONTHLY, Bill
from estimator.engine.results import Candidate
from estimator.errors import PriceNotFoundError
from estimator.evidence.things import ApiPrice
from estimator.units import SECONDS_PER_MINUTE
from estimator.vocabulary import Approach, Basis, Phase, Task
from estimator.words.statement import Date, Share, Statement, joined, state
from estimator.words.statement import Task as TaskWord

TOKENS_PER_MILLION = 1e6
PER_THOUSAND_IMAGES = 1000.0
CHARACTERS_PER_UNIT = 100.0
WAITED_FOR = frozenset(
    {
        Task.TEXT_CLASSIFICATION,
        Task.QUESTION_ANSWERING,
        Task.TEXT_GENERATION,
        Task.PREFERENCE_TUNING,
        Task.TABULAR_CLASSIFICATION,
        Task.TABULAR_REGRESSION,
        Task.RECOMMENDATION,
        Task.RETRIEVAL,
    }
)
"""Tickets, chat, search, fraud and recommendations are answered while somebody waits."""

IN_CONTEXT = frozenset({"TabPFN"})
"""Families of models that are given training rows instead of being trained."""


@dataclass(frozen=True)
class Load:
    """What one request is made of."""

    input_tokens: Figure
    output_tokens: Figure


def is_api(candidate: Candidate) -> bool:
    """The finished model is reached through an API priced by use."""
    return candidate.model is not None and candidate.model.hosted


def in_context(candidate: Candidate) -> bool:
    """The model reads its training rows again at every answer."""
    return candidate.model is not None and candidate.model.family in IN_CONTEXT


def retrieves(ctx: Context, candidate: Candidate) -> bool:
    """The row answers with passages found in an index."""
    return candidate.retrieval or finds(ctx.inputs, candidate.approach)


def request_load(ctx: Context, candidate: Candidate) -> Load:
    """Tokens in and out of one request.

    Notes
    -----
    Input = length of an example, plus instructions where a model is used as it is, plus passages
    where an index is asked. Images and sound count in the tokens a hosted model charges for them.
    """
    i = ctx.inputs
    if i.task is Task.RETRIEVAL:
        return _question(ctx, candidate)
    length = Figure(i.unit_length)
    if i.unit_name == "pixels":
        length = ctx.figure("serving.image_tokens")
    elif i.unit_name == "audio_seconds":
        length = ctx.figure("serving.audio_tokens_per_second") * i.unit_length
    elif i.unit_name == "pages":
        length = ctx.figure("serving.page_tokens") * i.unit_length
    if candidate.approach is Approach.ZERO_SHOT or retrieves(ctx, candidate):
        length = length + ctx.figure("serving.prompt_tokens")
    if retrieves(ctx, candidate) and i.unit_name == "tokens":
        length = length + passage_tokens(ctx)
    name = f"serving.output_tokens.{i.task}"
    known = name in ctx.assumptions.rows
    out = ctx.figure(name if known else "serving.output_tokens.other")
    return Load(length, out)


def passage_tokens(ctx: Context) -> Figure:
    """Tokens of the passages that are sent with a request."""
    found = ctx.inputs.retrieval
    if found.per_request is None and found.passage_tokens is None:
        return ctx.figure("serving.retrieval_tokens")
    each = one_passage(ctx)
    if found.per_request is not None:
        return each * float(found.per_request)
    usual = ctx.figure("serving.index_tokens_per_document")
    return each * (ctx.figure("serving.retrieval_tokens") / usual)


def one_passage(ctx: Context) -> Figure:
    """Tokens of one passage of the index."""
    typed = ctx.inputs.retrieval.passage_tokens
    if typed is None:
        return ctx.figure("serving.index_tokens_per_document")
    return Figure(typed)


def _question(ctx: Context, candidate: Candidate) -> Load:
    """A question is embedded; the joined row reads it again with each passage that it reranks."""
    asked = ctx.figure("serving.query_tokens")
    if not retrieves(ctx, candidate):
        return Load(asked, Figure(0.0))
    again = (asked + ctx.inputs.unit_length) * float(ctx.inputs.unit["reranked"])
    return Load(asked + again, Figure(0.0))


def interactive(ctx: Context) -> bool:
    """Somebody waits for the answer: stated, else by the wanted latency, else by the task."""
    serving = ctx.inputs.serving
    if serving.interactive is not None:
        return serving.interactive
    return serving.latency_ms is not None or ctx.inputs.task in WAITED_FOR


def api_discount(ctx: Context, provider: str) -> float:
    """Discount of a provider of hosted models, its name in any case."""
    typed = {k.lower(): float(v) for k, v in ctx.inputs.finance.discounts.items()}
    return typed.get(provider.lower(), 0.0)


def add_api_serving(ctx: Context, bill: Bill, candidate: Candidate) -> None:
    """Lines of a hosted model: tokens in and out, or minutes, or images.

    Raises
    ------
    PriceNotFoundError
        When no list price is known; a hosted model is never free.
    """
    model = candidate.model
    assert model is not None
    price = ctx.evidence.api_price_of.get(model.name)
    if price is None:
        raise PriceNotFoundError(
            state("price.no_api", approach=str(candidate.approach), model=model.name)
        )
    requests = ctx.inputs.serving.requests_per_month * bill.horizon
    tuned = candidate.approach is not Approach.ZERO_SHOT
    off = api_discount(ctx, price.provider)
    note = joined(list_price(price), state("note.discount", share=Share(off)) if off else "")
    if price.other_unit_price_usd:
        quantity, unit, per = other_unit(ctx, requests, price.other_unit)
        list_usd = price.other_unit_price_usd * per * (1.0 - off)
        listed = _listed(price, list_usd, f"USD per {unit}")
        bill.add("serving_api", Phase.RUNNING, quantity, unit, listed, timing=MONTHLY, note=note)
        return
    load = request_load(ctx, candidate)
    usd_in = price.finetuned_input_usd_per_mtok if tuned else price.input_usd_per_mtok
    usd_out = price.finetuned_output_usd_per_mtok if tuned else price.output_usd_per_mtok
    usd_in, usd_out = usd_in or price.input_usd_per_mtok, usd_out or price.output_usd_per_mtok
    if not usd_in:
        raise PriceNotFoundError(
            state("price.no_tokens", approach=str(candidate.approach), model=model.name)
        )
    serving = ctx.inputs.serving
    asked = serving.batch if serving.batch is not None else not interactive(ctx)
    batch = asked and price.batch_discount
    discount = 1.0 - float(price.batch_discount or 0.0) if batch else 1.0
    if batch:
        note = joined(note, state("note.batch", share=Share(discount)))
    kept = serving.cached_share if price.cached_input_usd_per_mtok else 0.0
    for item, tokens, usd in (
        ("serving_api_input", load.input_tokens * (1.0 - kept), usd_in),
        ("serving_api_cached", load.input_tokens * kept, price.cached_input_usd_per_mtok or 0.0),
        ("serving_api_output", load.output_tokens + serving.reasoning_tokens, usd_out or 0.0),
    ):
        bill.add(
            item,
            Phase.RUNNING,
            tokens * (requests / TOKENS_PER_MILLION),
            "million tokens",
            _listed(price, usd * discount * (1.0 - off), "USD per million tokens"),
            timing=MONTHLY,
            note=note,
        )


def list_price(price: ApiPrice) -> Statement:
    """Whose list price, and of which day."""
    name = f"{price.provider} {price.model}"
    return state("note.list_price", name=name, date=Date(str(price.as_of)))


def _listed(price: ApiPrice, usd: float, unit: str) -> Figure:
    """A published price of a hosted model."""
    return leaf(f"api.{price.model}", usd, unit, Basis.PUBLISHED, price.source_id)


def other_unit(ctx: Context, requests: float, unit: str) -> tuple[float, str, float]:
    """Quantity, unit and factor on the list price of requests priced by minute, image or text."""
    name = ctx.inputs.unit_name
    if "minute" in unit and name == "audio_seconds":
        return requests * ctx.inputs.unit_length / SECONDS_PER_MINUTE, "audio minute", 1.0
    if "1000 images" in unit and name == "pixels":
        return requests, "image", 1.0 / PER_THOUSAND_IMAGES
    if "100 characters" in unit and name == "tokens":
        letters = ctx.inputs.unit_length * ctx.value("serving.characters_per_token")
        return requests * float(np.ceil(letters / CHARACTERS_PER_UNIT)), unit, 1.0
    if ("image" in unit or "page" in unit) and name == "pixels":
        return requests, unit, 1.0
    if "page" in unit and name == "pages":
        return requests * ctx.inputs.unit_length, unit, 1.0
    raise PriceNotFoundError(
        state("price.wrong_unit", unit=unit, task=TaskWord(str(ctx.inputs.task)))
    )
