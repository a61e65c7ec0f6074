"""What an hour of work and a label cost: published tables first, then judgements."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.engine.money.context import Context, Figure, as_printed, weakest
from estimator.errors import PriceNotFoundError
from estimator.units import SECONDS_PER_HOUR, SECONDS_PER_MINUTE, WORKDAYS_PER_WEEK
from estimator.vocabulary import Basis, LabellingSource

TOKENS_PER_THOUSAND = 1000.0
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
        return Figure(usd, Basis.TYPED, "", "partner at a day rate")
    if role in people.usd_per_week:
        return Figure(float(people.usd_per_week[role]) * people.wage_factor, Basis.TYPED, "")
    for row in ctx.records("wages"):
        if row["role"] == role and row["country"] == people.location:
            break
    else:
        raise PriceNotFoundError(f"people.location: no wage of a {role} in {people.location}")
    yearly = ctx.spread(
        f"people.wage.{people.location}",
        row["annual_usd_p10"],
        row["annual_usd_p50"],
        row["annual_usd_p90"],
    )
    loaded = ctx.value(f"people.loaded_multiplier.{people.location}")
    factor = loaded / ctx.value("people.productive_weeks") * people.wage_factor
    note = f"wage {row['annual_usd_p50']:,.0f} USD a year x {loaded:g}"
    return as_printed(Figure(yearly * factor, Basis.PUBLISHED, row["source_id"], note))


def usd_per_hour(ctx: Context, role: str) -> Figure:
    """Loaded wage of one hour [USD per hour]."""
    return ctx.once(("hour", role), lambda: _usd_per_hour(ctx, role))


def _usd_per_hour(ctx: Context, role: str) -> Figure:
    week = usd_per_week(ctx, role)
    hours = ctx.value("people.hours_per_week")
    return as_printed(Figure(week.draws / hours, week.basis, week.source_id, week.note))


def _units(ctx: Context, unit: str) -> float:
    """How many priced units one example holds."""
    length = ctx.inputs.unit_length
    return {
        "item": 1.0,
        "token": length,
        "token_1000": length / TOKENS_PER_THOUSAND,
        "audio_minute": length / SECONDS_PER_MINUTE,
        "audio_second": length,
        "object": ctx.value("labelling.objects_per_image"),
    }[unit]


def seconds_per_label(ctx: Context) -> Figure:
    """Time of one answer by the task [s]: published where read, else a judgement."""
    task = str(ctx.inputs.task)
    for row in ctx.records("label_seconds"):
        if row["task"] == task:
            p = [row[f"seconds_{k}"] * _units(ctx, row["unit"]) for k in ("p10", "p50", "p90")]
            seconds = ctx.spread("labelling.seconds", *p)
            return Figure(seconds, Basis.PUBLISHED, row["source_id"], row["locator"])
    return ctx.figure(f"labelling.seconds.{task}")


def published_price(ctx: Context, task: str, source: str) -> Figure | None:
    """Published price of one example's label, or of an hour; None where none is published [USD]."""
    for row in ctx.records("label_prices"):
        if row["task"] == task and row["labelling_source"] == source:
            scale = 1.0 if row["unit"] == "hour" else _units(ctx, row["unit"])
            usd = ctx.spread(
                f"labelling.price.{source}",
                *(row[f"usd_{k}"] * scale for k in ("p10", "p50", "p90")),
            )
            note = f"{row['usd_p50']:g} USD per {row['unit']}: {row['locator']}"
            return Figure(usd, Basis.PUBLISHED, row["source_id"], note)
    return None


def label_price(ctx: Context, source: LabellingSource) -> LabelPrice:
    """Price of one answer from a labelling source [USD].

    Notes
    -----
    A typed ``labelling.usd_per_label`` is the price. Otherwise the published price per label of
    the task; where none is published, ``seconds x USD per hour / 3600``. In-house labels cost paid
    hours of a labeller, expert labels hours of a specialist, model-assisted labels the share of
    the time that a correction takes.
    """
    return ctx.once(("label", source), lambda: _label_price(ctx, source))


def _label_price(ctx: Context, source: LabellingSource) -> LabelPrice:
    seconds = seconds_per_label(ctx)
    typed = ctx.inputs.labelling.usd_per_label
    if typed is not None:
        return LabelPrice(Figure(float(typed), Basis.TYPED, "", "typed"), seconds, wages=False)
    if source in BOUGHT:
        found = published_price(ctx, str(ctx.inputs.task), source)
        if found is not None:
            return LabelPrice(found, seconds, wages=False)
        hourly, factor, wages = published_price(ctx, "*", source), None, False
    elif source is LabellingSource.EXPERT:
        hourly, wages = published_price(ctx, "*", source), False
        factor = ctx.figure("labelling.expert_time_factor")
    else:
        hourly, wages = usd_per_hour(ctx, "labeller"), True
        factor = ctx.figure("labelling.in_house_overhead")
    if hourly is None:
        raise PriceNotFoundError(f"labelling.source: no price of labels by {source}")
    parts = [hourly, seconds]
    usd = hourly.draws * seconds.draws / SECONDS_PER_HOUR
    if factor is not None:
        usd, parts = usd * factor.draws, [*parts, factor]
    if source is LabellingSource.MODEL_ASSISTED:
        share = ctx.figure("labelling.model_assisted_time_factor")
        usd, parts = usd * share.draws, [*parts, share]
    basis, source_id = weakest(*parts)
    note = f"{seconds.base:.3g} s a label at {hourly.base:.3g} USD an hour"
    return LabelPrice(Figure(usd, basis, source_id, note), seconds, wages)
