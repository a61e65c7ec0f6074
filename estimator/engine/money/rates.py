"""What an hour of work and a label cost: published tables first, then judgements."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.engine.figure import Figure, leaf, typed
from estimator.engine.money.context import Context, as_printed
from estimator.engine.money.label_time import seconds_per_label, time_factor, units
from estimator.errors import PriceNotFoundError
from estimator.units import SECONDS_PER_HOUR, WORKDAYS_PER_WEEK
from estimator.vocabulary import Basis, LabellingSource, Pay
from estimator.words.statement import Number, Term, Usd, state

BOUGHT = (LabellingSource.CROWD, LabellingSource.VENDOR)


@dataclass(frozen=True)
class LabelPrice:
    """Price of one answer with the time it takes."""

    usd: Figure
    seconds: Figure
    wages: bool
    """The price is a wage: it follows wage_factor and wage drift."""


def usd_per_week(ctx: Context, role: str) -> Figure:
    """Loaded wage of one productive week [USD per person-week].

    Notes
    -----
    ``annual wage x loaded multiplier / productive weeks x people.wage_factor``; a typed
    ``people.usd_per_week`` replaces the wage, a ``people.partner_usd_per_day`` replaces all of it
    and takes no factor. Valid for the countries of data/catalog/wages.csv.

    Raises
    ------
    PriceNotFoundError
        When no wage is published for the role and country.
    """
    return ctx.once(("week", role), lambda: _usd_per_week(ctx, role))


def _usd_per_week(ctx: Context, role: str) -> Figure:
    people = ctx.inputs.people
    if people.partner_usd_per_day is not None:
        usd = people.partner_usd_per_day * WORKDAYS_PER_WEEK
        return typed("people.partner_usd_per_day", usd, "USD per person-week", "a partner")
    if role in people.usd_per_week:
        usd = float(people.usd_per_week[role]) * people.wage_factor
        return typed(f"people.usd_per_week.{role}", usd, "USD per person-week")
    for row in ctx.records("wages"):
        if row["role"] == role and row["country"] == people.location:
            break
    else:
        raise PriceNotFoundError(
            state("price.no_wage", role=Term("role", role), country=people.location)
        )
    yearly = ctx.spread(
        f"people.wage.{people.location}",
        row["annual_usd_p10"],
        row["annual_usd_p50"],
        row["annual_usd_p90"],
    )
    loaded = ctx.point(f"people.loaded_multiplier.{people.location}")
    note = state("note.wage", usd=Usd(row["annual_usd_p50"]), factor=Number(loaded.base))
    wage = leaf(
        f"wage.{role}.{people.location}", yearly, "USD a year", Basis.PUBLISHED, row["source_id"]
    )
    week = wage * (loaded / ctx.point("people.productive_weeks") * people.wage_factor)
    return as_printed(week.named(note))


def usd_per_hour(ctx: Context, role: str) -> Figure:
    """Loaded wage of one hour [USD per hour]."""
    return ctx.once(("hour", role), lambda: _usd_per_hour(ctx, role))


def _usd_per_hour(ctx: Context, role: str) -> Figure:
    return as_printed(usd_per_week(ctx, role) / ctx.point("people.hours_per_week"))


def published_price(ctx: Context, task: str, source: str) -> Figure | None:
    """Published price of one example's label, or of an hour; None where none is published [USD]."""
    for row in ctx.records("label_prices"):
        if row["task"] == task and row["labelling_source"] == source:
            usd = ctx.spread(
                f"labelling.price.{source}", *(row[f"usd_{k}"] for k in ("p10", "p50", "p90"))
            )
            per = Term("unit", row["unit"])
            note = state("note.published", usd=Usd(row["usd_p50"]), per=per, source=row["locator"])
            name, unit = f"label_price.{task}.{source}", f"USD per {row['unit']}"
            one = leaf(name, usd, unit, Basis.PUBLISHED, row["source_id"], note=note)
            return one if row["unit"] == "hour" else one * units(ctx, row["unit"])
    return None


def pay(ctx: Context, source: LabellingSource) -> Figure:
    """Pay of an hour of labelling work [USD per hour].

    Notes
    -----
    Crowd: the level of pay that the scenario states. Vendor and experts: published rates. Own
    staff, with or without drafts of a model: the loaded wage of a labeller, paid hours included.

    Raises
    ------
    PriceNotFoundError
        When no rate is published for the source.
    """
    if source is LabellingSource.CROWD and ctx.inputs.labelling.pay is not Pay.MARKET:
        return ctx.figure(f"labelling.pay.{ctx.inputs.labelling.pay}")
    if source in (*BOUGHT, LabellingSource.EXPERT):
        hourly = published_price(ctx, "*", source)
        if hourly is None:
            raise PriceNotFoundError(
                state("price.no_labels", source=Term("ui.option", str(source)))
            )
        return hourly
    return usd_per_hour(ctx, "labeller") * ctx.figure("labelling.in_house_overhead")


def label_price(ctx: Context, source: LabellingSource) -> LabelPrice:
    """Price of one answer from a labelling source [USD].

    Notes
    -----
    A typed ``labelling.usd_per_label`` is the price. Then the published price per label where one
    is known for the task and no other level of pay is asked for, else
    ``seconds x time factor of the source x pay / 3600``. An answer of a model alone has the
    published price of a model's label.
    """
    return ctx.once(("label", source), lambda: _label_price(ctx, source))


def _label_price(ctx: Context, source: LabellingSource) -> LabelPrice:
    seconds = seconds_per_label(ctx) * time_factor(ctx, source)
    own = ctx.inputs.labelling.usd_per_label
    if own is not None:
        price = typed("labelling.usd_per_label", float(own), "USD per label", state("note.typed"))
        return LabelPrice(price, seconds, wages=False)
    if source is LabellingSource.MODEL:
        draft = published_price(ctx, "*", "model")
        if draft is None:
            raise PriceNotFoundError(state("price.no_labels", source=Term("ui.option", "model")))
        return LabelPrice(draft, Figure(0.0), wages=False)
    labelling = ctx.inputs.labelling
    paid = source is LabellingSource.CROWD and labelling.pay is not Pay.MARKET
    listed = source in BOUGHT and labelling.seconds_per_label is None and not paid
    found = published_price(ctx, str(ctx.inputs.task), source) if listed else None
    if found is not None:
        return LabelPrice(found, seconds, wages=False)
    hourly = pay(ctx, source)
    note = state("note.timed", seconds=Number(seconds.base), usd=Usd(hourly.base))
    usd = (seconds * hourly / SECONDS_PER_HOUR).named(note)
    return LabelPrice(usd, seconds, wages=source not in (*BOUGHT, LabellingSource.EXPERT))
