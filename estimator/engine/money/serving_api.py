"""Answers bought from a hosted model: tokens, minutes, images; what one request is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.money.context import Context, Figure, weakest
from estimator.engine.money.lines import MONTHLY, Bill
from estimator.engine.results import Candidate
from estimator.errors import PriceNotFoundError
from estimator.units import SECONDS_PER_MINUTE
from estimator.vocabulary import Approach, Basis, HybridKind, Phase

TOKENS_PER_MILLION = 1e6
PER_THOUSAND_IMAGES = 1000.0
CHARACTERS_PER_UNIT = 100.0


@dataclass(frozen=True)
class Load:
    """What one request is made of."""

    input_tokens: Array | float
    output_tokens: Array | float
    figures: tuple[Figure, ...]


def is_api(candidate: Candidate) -> bool:
    """The finished model is reached through an API priced by use."""
    return candidate.model is not None and candidate.model.hosted


def retrieves(ctx: Context, candidate: Candidate) -> bool:
    """The row answers with passages found in an index."""
    return candidate.approach is Approach.HYBRID and ctx.inputs.hybrid.kind is HybridKind.RETRIEVAL


def request_load(ctx: Context, candidate: Candidate) -> Load:
    """Tokens in and out of one request.

    Notes
    -----
    Input = length of an example, plus instructions where a model is used as it is, plus passages
    where an index is asked. Images and sound count in the tokens a hosted model charges for them.
    """
    i = ctx.inputs
    length: Array | float = i.unit_length
    figures: list[Figure] = []
    if i.unit_name == "pixels":
        image = ctx.figure("serving.image_tokens")
        length, figures = image.draws, [*figures, image]
    elif i.unit_name == "audio_seconds":
        sound = ctx.figure("serving.audio_tokens_per_second")
        length, figures = sound.draws * i.unit_length, [*figures, sound]
    as_is = candidate.approach is Approach.ZERO_SHOT or retrieves(ctx, candidate)
    if as_is:
        prompt = ctx.figure("serving.prompt_tokens")
        length, figures = length + prompt.draws, [*figures, prompt]
    if retrieves(ctx, candidate):
        passages = ctx.figure("serving.retrieval_tokens")
        length, figures = length + passages.draws, [*figures, passages]
    name = f"serving.output_tokens.{i.task}"
    known = name in ctx.assumptions.rows
    out = ctx.figure(name if known else "serving.output_tokens.other")
    return Load(length, out.draws, (*figures, out))


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
        raise PriceNotFoundError(f"models.{candidate.approach}: no API price of {model.name}")
    requests = ctx.inputs.serving.requests_per_month * bill.horizon
    tuned = candidate.approach is not Approach.ZERO_SHOT
    note = f"{price.provider} {price.model}, list price of {price.as_of}"
    off = api_discount(ctx, price.provider)
    if off:
        note += f", {off:.0%} discount"
    if price.other_unit_price_usd:
        quantity, unit, per = other_unit(ctx, requests, price.other_unit)
        per *= 1.0 - off
        bill.add(
            "serving_api", Phase.RUNNING, quantity, unit, price.other_unit_price_usd * per,
            Basis.PUBLISHED, price.source_id, MONTHLY, note=note,
        )  # fmt: skip
        return
    load = request_load(ctx, candidate)
    usd_in = price.finetuned_input_usd_per_mtok if tuned else price.input_usd_per_mtok
    usd_out = price.finetuned_output_usd_per_mtok if tuned else price.output_usd_per_mtok
    usd_in, usd_out = usd_in or price.input_usd_per_mtok, usd_out or price.output_usd_per_mtok
    if not usd_in:
        raise PriceNotFoundError(f"models.{candidate.approach}: no token price of {model.name}")
    published = Figure(1.0, Basis.PUBLISHED, price.source_id)
    basis, source_id = weakest(published, *load.figures)
    batch = ctx.inputs.serving.latency_ms is None and price.batch_discount
    discount = 1.0 - float(price.batch_discount or 0.0) if batch else 1.0
    if batch:
        note += f", batch at {discount:.0%} of it"
    for item, tokens, usd in (
        ("serving_api_input", load.input_tokens, usd_in),
        ("serving_api_output", load.output_tokens, usd_out or 0.0),
    ):
        bill.add(
            item, Phase.RUNNING, requests * tokens / TOKENS_PER_MILLION, "million tokens",
            usd * discount * (1.0 - off), basis, source_id, MONTHLY, note=note,
        )  # fmt: skip


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
    raise PriceNotFoundError(f"API price per {unit!r} does not fit task {ctx.inputs.task}")
