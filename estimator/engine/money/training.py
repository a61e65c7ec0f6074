"""Training as lines: rented or own device-hours, commitments that stay unused, API tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.figure import Figure, leaf
from estimator.engine.money.cloud import CPU, OWN, Rental, rent, rent_cpu_or
from estimator.engine.money.context import Context
from estimator.engine.money.lines import Bill
from estimator.engine.money.serving import own_prices
from estimator.engine.money.serving_api import (
    TOKENS_PER_MILLION,
    api_discount,
    list_price,
    other_unit,
)
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.errors import PriceNotFoundError
from estimator.units import HOURS_PER_YEAR
from estimator.vocabulary import Approach, Basis, DeviceKind, Effort, Phase, PurchaseOption
from estimator.words.statement import Count, joined, state

TERM_YEARS = {PurchaseOption.COMMITTED_1Y: 1, PurchaseOption.COMMITTED_3Y: 3}


@dataclass
class TrainingBill:
    """What later lines need to know about the training lines."""

    rental: Rental | None = None
    usd_per_device_hour: float | None = None
    billed_hours: Array | float = 0.0
    repeat: list[tuple[str, Figure, str, Figure]] = field(default_factory=list)
    """Lines of one repeated run: name, quantity, unit, unit price."""
    standby: Rental | None = None
    """One device like those that train, for the time of development."""


def add_training(
    ctx: Context, bill: Bill, candidate: Candidate, compute: ComputeEstimate
) -> TrainingBill:
    """Device-hours of all trials, failed runs and evaluation x price of a device-hour.

    Notes
    -----
    Billed device-hours = device-hours used x billed devices / used devices, because instances are
    rented whole. The hours come from the fitted utilisation, so the line is ``fitted``.
    """
    out = TrainingBill()
    if np.any(compute.device_hours_draws > 0) and compute.device_kind is not DeviceKind.API:
        if ctx.inputs.compute.provider == OWN:
            _own_lines(ctx, bill, compute, out)
        else:
            _rented_lines(ctx, bill, compute, out)
    if compute.api_tokens_draws is not None:
        if compute.tuning_tokens_draws is None:
            _api_lines(ctx, bill, candidate, compute.api_tokens_draws, out)
        else:
            _tuning_lines(ctx, bill, candidate, compute, out)
    return out


def _tuning_lines(
    ctx: Context, bill: Bill, candidate: Candidate, compute: ComputeEstimate, out: TrainingBill
) -> None:
    """A provider tunes its own model: tokens of all passes, then the test set read by it."""
    name = candidate.model.name if candidate.model else ""
    price = ctx.evidence.api_price_of.get(name)
    if price is None or not price.finetune_train_usd_per_mtok:
        what = state("note.tuning")
        raise PriceNotFoundError(
            state("price.no_api_for", approach=str(candidate.approach), model=what)
        )
    keep, unit = 1.0 - api_discount(ctx, price.provider), "million tokens"
    tried = compute.api_tokens_draws
    asked = price.finetuned_input_usd_per_mtok or price.input_usd_per_mtok
    trials = max(ctx.inputs.compute.trials, 1)
    for item, tokens, usd, told in (
        ("training_api", compute.tuning_tokens_draws, price.finetune_train_usd_per_mtok, "tuning"),
        ("evaluation_api", tried, asked, "prompts"),
    ):
        if tokens is None or not usd:
            continue
        note = joined(state(f"note.{told}"), list_price(price))
        basis = Basis.PUBLISHED
        per = f"USD per {unit}"
        listed = leaf(f"api.{price.model}", usd * keep, per, basis, price.source_id, note=note)
        millions = tokens / TOKENS_PER_MILLION
        bought = leaf("compute.api_tokens", millions, unit, Basis.FITTED, price.source_id)
        bill.add(item, Phase.COMPUTE, bought, unit, listed, note=note)
        once = leaf("compute.api_tokens", millions / trials, unit, Basis.FITTED, price.source_id)
        out.repeat.append((item.removeprefix("training_"), once, unit, listed))


def _rented_lines(ctx: Context, bill: Bill, compute: ComputeEstimate, out: TrainingBill) -> None:
    c = ctx.inputs.compute
    if compute.device_kind is DeviceKind.CPU:
        cpu = compute.accelerator.accelerator if compute.accelerator else CPU
        rental = out.standby = rent_cpu_or(ctx, c.accelerator, cpu)
    else:
        name = compute.accelerator.accelerator if compute.accelerator else c.accelerator
        n = max(compute.n_devices, 1)
        rental, out.standby = rent(ctx, name, n), rent(ctx, name, 1)
    factor = rental.billed_factor
    hours = _hours(compute, compute.device_hours_draws * factor)
    bill.add("training_compute", Phase.COMPUTE, hours, "device-hour", rental.price)
    out.rental, out.usd_per_device_hour = rental, rental.usd_per_device_hour
    out.billed_hours = hours.draws
    single = _hours(compute, compute.single_run_device_hours_draws * factor)
    out.repeat.append(("compute", single, "device-hour", rental.price))


def _hours(compute: ComputeEstimate, draws: Array) -> Figure:
    """Device-hours with the fit behind them."""
    source_id = _first(compute.source_ids)
    return leaf("compute.device_hours", draws, "device-hour", Basis.FITTED, source_id)


def add_development(ctx: Context, bill: Bill, training: TrainingBill, weeks: Figure) -> None:
    """The machine that stands by while somebody works on the model, beside the runs.

    Parameters
    ----------
    weeks : Figure
        Person-weeks of modelling.

    Notes
    -----
    ``weeks x hours of a week x share of them that it stands by``, one device as in training. None
    where nothing is rented for training, and none in a lean project.
    """
    one = training.standby
    if one is None or ctx.inputs.people.effort is Effort.LEAN:
        return
    hours = weeks * ctx.point("people.hours_per_week") * ctx.figure("compute.standby_share")
    hours = hours * one.billed_factor
    bill.add("development_machine", Phase.COMPUTE, hours, "device-hour", one.price,
             note=joined(hours.note, one.price.note))  # fmt: skip
    training.billed_hours = training.billed_hours + hours.draws


def add_commitment(ctx: Context, bill: Bill, training: TrainingBill, served: Rental | None) -> None:
    """Hours of a commitment that nothing uses; a committed device is paid for the whole term.

    Notes
    -----
    ``max(0, term x 8760 h x billed devices - hours of training - hours of serving in the term)``
    at the committed price; serving counts when it runs on the same row of the price book.
    """
    rental = training.rental
    years = TERM_YEARS.get(ctx.inputs.compute.purchase_option)
    if rental is None or rental.row is None or years is None:
        return
    if rental.row.purchase_option != str(ctx.inputs.compute.purchase_option):
        return
    used: Array | float = training.billed_hours
    if served is not None and served.row == rental.row:
        line = next((i for i in bill.items if i.item == "serving_instances"), None)
        if line is not None:
            months = min(years * 12, bill.horizon)
            used = used + line.quantity_draws * months / bill.horizon
    term = years * HOURS_PER_YEAR * rental.billed_devices
    bill.add(
        "commitment_unused",
        Phase.COMPUTE,
        np.maximum(term - used, 0.0),
        "device-hour",
        rental.price,
        note=state("note.committed", years=years, hours=Count(term)),
    )


def _own_lines(ctx: Context, bill: Bill, compute: ComputeEstimate, out: TrainingBill) -> None:
    total = 0.0
    hours = _hours(compute, compute.device_hours_draws)
    single = _hours(compute, compute.single_run_device_hours_draws)
    for name, usd in own_prices(ctx):
        note = joined(state("note.own_hardware"), usd.note)
        bill.add(f"training_{name}", Phase.COMPUTE, hours, "device-hour", usd, note=note)
        total += usd.base
        out.repeat.append((name, single, "device-hour", usd))
    out.usd_per_device_hour, out.billed_hours = total, compute.device_hours_draws


def _api_lines(
    ctx: Context, bill: Bill, candidate: Candidate, tokens: Array, out: TrainingBill
) -> None:
    model = candidate.model
    if model is not None and model.hosted:
        price = ctx.evidence.api_price_of.get(model.name)
        what = state("note.prompts")
        usd = price.input_usd_per_mtok if price else None
    else:
        teacher = ctx.evidence.default_models.get((str(ctx.inputs.task), str(Approach.ZERO_SHOT)))
        price = ctx.evidence.api_price_of.get(teacher or "")
        usd = price.input_usd_per_mtok if price else None
        what = state("note.teacher")
    quantity: Array | float = tokens / TOKENS_PER_MILLION
    unit = "million tokens"
    if price is not None and not usd and price.other_unit_price_usd:
        calls = float(ctx.inputs.n_evaluation * ctx.inputs.compute.trials)
        asked, unit, per = other_unit(ctx, calls, price.other_unit)
        quantity = asked * tokens / max(float(tokens[0]), 1.0)
        usd = price.other_unit_price_usd * per
    if price is None or not usd:
        raise PriceNotFoundError(
            state("price.no_api_for", approach=str(candidate.approach), model=what)
        )
    usd *= 1.0 - api_discount(ctx, price.provider)
    note = joined(what, list_price(price))
    listed = leaf(
        f"api.{price.model}", usd, f"USD per {unit}", Basis.PUBLISHED, price.source_id, note=note
    )
    bought = leaf("compute.api_tokens", quantity, unit, Basis.FITTED, price.source_id)
    bill.add("training_api", Phase.COMPUTE, bought, unit, listed, note=note)
    out.repeat.append(("api", bought, unit, listed))


def _first(ids: tuple[str, ...]) -> str:
    return ids[0] if ids else ""
