"""The first screen in pieces: five cards, the gates of the plan, the money that adds up, stops."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from estimator.engine.answer import Answer, Row
from estimator.engine.answer_decision import FirstStep, StagedPlan
from estimator.engine.money.cloud import cheapest_offer
from estimator.report.budget import budget_of, planned
from estimator.report.strip import assumed_share
from estimator.report.text import RARE, recommended, story
from estimator.words.format import Style, capital, metric_means, metric_name
from estimator.words.statement import Listed, Share, Statement, Value, from_json
from estimator.words.texts import approach_named, say

MOST_GATES = 3
ZONE_KINDS = {"live": "go", "live_finish": "go", "take": "go", "stop": "stop"}
"""Actions that end the plan; every other goes on with it."""
OLD_PRICE_DAYS = 90


@dataclass(frozen=True)
class Card:
    """One figure that can be read from two metres: what it is, the figure, a line below."""

    name: str
    label: str
    value: str
    note: str
    more: tuple[str, ...] = ()
    """What the figure means, in sentences; shown when it is asked for."""


@dataclass(frozen=True)
class Zone:
    """Measured values and what follows: ``go`` live, ``on`` to the next stage, or ``stop``."""

    kind: str
    when: str
    then: str
    share: str

    def __str__(self) -> str:
        return f"{self.when}: {self.then} ({self.share})"


@dataclass(frozen=True)
class Gate:
    """A stage of the plan and what follows from what it measures, best values first."""

    title: str
    zones: tuple[Zone, ...]


def cards(answer: Answer, style: Style) -> tuple[Card, ...]:
    """Commit now, if it works, ready, how sure, if it fails; none where there is no plan.

    Parameters
    ----------
    answer : mapping
        The JSON of ``compare``.
    style : Style
        Language and currency of the reader.
    """
    plan, row = answer.get("staged_plan") or {}, recommended(answer)
    first = plan.get("first_step") or {}
    if not first and row is None:
        return ()
    lang, told = style.language, story(answer, style)
    horizon = style.horizon(answer["inputs"]["serving"]["horizon_months"])
    found = []
    if first.get("usd") is not None:
        now = style.money_short(first["usd"])
        more = (_kept_more(first, style), told.approve)
        found.append(Card("now", say("card.now", lang), now, _kept(first, style), told_of(more)))
    if row is not None:
        total = budget_of(row)
        safe = style.money_short(total["safe"])
        found.append(
            Card(
                "works",
                say("card.works", lang),
                style.money_short(total["expected"]),
                say("card.works_note", lang, horizon=horizon, safe=safe),
                told_of(
                    (
                        say("card.works_more", lang, approach=row_label(row, lang)),
                        _ways_that_work(plan, style),
                    )
                ),
            )
        )
    weeks = plan.get("weeks") or (row["calendar_weeks"] if row else None)
    if weeks:
        found.append(
            Card(
                "ready",
                say("card.ready", lang),
                style.span(weeks["p50"]),
                say("card.ready_note", lang, weeks=style.span(weeks["p90"])),
                told_of((told.ready, say("card.ready_more", lang))),
            )
        )
    found.append(_sure(answer, plan, row, told.ends, style))
    lost = plan.get("lost_if_fails_usd")
    if lost:
        found.append(
            Card(
                "fails",
                say("card.fails", lang),
                style.money_rough(lost["p50"]),
                say("card.fails_note", lang, most=style.money_rough(lost["p90"])),
                told_of((told.regret, told.single)),
            )
        )
    return tuple(found)


def _kept(first: FirstStep, style: Style) -> str:
    if not first.get("weeks"):
        return ""
    weeks, kept = style.span(first["weeks"]), first.get("kept")
    if not kept:
        return weeks
    return say("card.now_note", style.language, weeks=weeks, kept=style.percent(kept))


def _kept_more(first: FirstStep, style: Style) -> str:
    if not first.get("kept") or not first.get("weeks"):
        return ""
    return say("card.now_more", style.language, kept=style.percent(first["kept"]))


def _ways_that_work(plan: Mapping[str, Any], style: Style) -> str:
    works = plan.get("works_usd")
    if not works:
        return ""
    span = {name: style.money_rough(works[name]) for name in ("mean", "p90")}
    return say("card.works_plan", style.language, **span)


def row_label(row: Row, lang: str) -> str:
    """The approach of a row by its name."""
    return approach_named(row["approach"], lang)


def told_of(sentences: Iterable[str]) -> tuple[str, ...]:
    """The sentences that say something."""
    return tuple(s for s in sentences if s)


def _sure(answer: Answer, plan: StagedPlan, row: Row | None, ends: str, style: Style) -> Card:
    lang, target = style.language, answer["inputs"]["target"]
    metric = metric_name(target["metric"], lang)
    means = metric_means(target["metric"], lang)
    chance = plan.get("success_probability")
    if chance is None and row is not None:
        chance = row.get("target_probability")
    if chance is None:
        unknown = (say("card.unknown", lang), say("card.sure_unknown", lang))
        return Card("sure", say("card.sure", lang), *unknown, told_of((means,)))
    value = style.metric(target["value"], target["metric"])
    wanted = style.chances(target["probability"])
    note = say("card.sure_note", lang, target=value, metric=metric, wanted=wanted)
    whole = say("card.sure_more", lang) if plan.get("gates") else ""
    more = told_of((ends, whole, means))
    return Card("sure", say("card.sure", lang), style.chances(chance), note, more)


def gates(answer: Answer, style: Style) -> tuple[Gate, ...]:
    """The next gates of the plan, each with what follows from the measured value, best first."""
    found: list[Gate] = []
    after: list[Value] = []
    for gate in (answer.get("staged_plan") or {}).get("gates") or ():
        told = from_json({"key": gate["key"], "values": gate["values"]})
        if gate["reached"] < RARE or not isinstance(told, Statement):
            continue
        zones = told.values["zones"]
        parts = zones.parts if isinstance(zones, Listed) else (zones,)
        stated = [z for z in parts if isinstance(z, Statement)]
        turned = any(z.key.endswith("_error") for z in stated)
        lines = tuple(_zone(z, turned, style) for z in stated if _common(z, gate["reached"]))
        found.append(Gate(capital(_short(told.values["after"], style)), lines[::-1]))
        after.append(told.values["after"])
    titles = [g.title for g in found]
    for i, (one, step) in enumerate(zip(found, after, strict=True)):
        if titles.count(one.title) > 1 and isinstance(step, Statement):
            title = Statement("gate.after.either", step.values).say(style)
            found[i] = replace(one, title=capital(title))
    return tuple(found[:MOST_GATES])


def _common(zone: Statement, reached: float) -> bool:
    """Is the zone worth a line at its gate and, where it goes on, in the whole plan?"""
    share, action = zone.values.get("share"), zone.values.get("action")
    if not isinstance(share, Share):
        return True
    ends = isinstance(action, Statement) and action.key.rpartition(".")[2] in ZONE_KINDS
    return share.share >= (RARE if ends else max(RARE, RARE / 4 / reached))


def _zone(zone: Statement, turned: bool, style: Style) -> Zone:
    """A zone of a gate in its three parts: the values, the action, how often."""
    action, share = zone.values["action"], zone.values.get("share")
    key = action.key.rpartition(".")[2] if isinstance(action, Statement) else ""
    place = zone.key.rpartition(".")[2]
    place = "high_error" if turned and place == "high" else place
    when = Statement(f"gate.when.{place}", zone.values).say(style)
    often = share.write(style, "") if share else style.percent(1.0)
    return Zone(ZONE_KINDS.get(key, "on"), when, _short(action, style), often)


def _short(value: Value, style: Style) -> str:
    """A statement of the plan in the few words that a step of the first screen has room for."""
    if isinstance(value, Statement):
        key = value.key.replace("plan.gate.", "gate.", 1).replace("plan.act.", "gate.act.", 1)
        return Statement(key, value.values).say(style)
    return value.write(style, "")


def money_line(row: Row, style: Style) -> str:
    """One line of money that adds up: the row built at once, by phase, with its surprises."""
    lang, total = style.language, budget_of(row)
    parts = [
        say("money.part", lang, phase=say(f"phase.{name}", lang), usd=style.money_part(usd))
        for name, usd in planned(row).items()
    ]
    return say(
        "money.line",
        lang,
        approach=row_label(row, lang),
        parts=" + ".join(parts),
        plan=style.money_short(total["plan"]),
        surprises=style.money_short(total["allowance"]),
        expected=style.money_short(total["expected"]),
    )


def price_read(prices: Iterable[Any], inputs: Mapping[str, Any], row: Row) -> str | None:
    """When the device price in use was read, ISO; None where no listed price is used.

    Parameters
    ----------
    prices : iterable
        Rows of the price book.
    inputs, row : mapping
        Inputs of the JSON of ``compare`` and the row whose device is meant.
    """
    c = inputs["compute"]
    if c["usd_per_device_hour"] is not None or not row["accelerator"]:
        return None
    found = cheapest_offer(
        prices,
        row["accelerator"],
        max(row["n_devices"] or 1, 1),
        c["provider"],
        c["region"],
        c["purchase_option"],
    )
    return str(found[0].as_of)[:10] if found else None


def age_days(read: str | None, today: str) -> int | None:
    """Days from one ISO date to another, at least 0; None where the first is not known."""
    if not read:
        return None
    day = datetime.date.fromisoformat
    return max((day(today) - day(read)).days, 0)


def stale_price(row: Row, read: str | None, today: str, style: Style) -> tuple[str, ...]:
    """A stop sign where the device price in use was read long ago."""
    days = age_days(read, today)
    if days is None or days <= OLD_PRICE_DAYS:
        return ()
    age = style.count(days)
    return (say("stop.price", style.language, device=row["accelerator"], days=age),)


@dataclass(frozen=True)
class Ground:
    """One thing that the answer rests on; ``door`` names where it is shown in full."""

    door: str
    text: str
    doubtful: bool = False


def _papers(proof: Mapping[str, Any], lang: str) -> str:
    if not proof["n_sources"]:
        return say("rests.no_papers", lang)
    grade = say(f"grade.{proof['grade']}", lang)
    return say("rests.papers", lang, n=proof["n_sources"], grade=grade)


def rests_on(
    answer: Answer, row: Row, style: Style, read: str | None = None, today: str = ""
) -> tuple[Ground, ...]:
    """What the answer rests on: own results, papers, the price in use, judgement.

    Parameters
    ----------
    answer, row : mapping
        The JSON of ``compare`` and its recommended row.
    style : Style
        Language and currency of the reader.
    read, today : str, optional
        When the device price in use was read, and today, ISO; no day where none is used.
    """
    lang, proof = style.language, row["evidence"]
    own = len(answer["inputs"].get("pilot") or ())
    found = [Ground("results", say("rests.own", lang, n=own))] if own else []
    found.append(Ground("quality", _papers(proof, lang)))
    days = age_days(read, today)
    if read and days is not None:
        text = say("rests.price", lang, device=row["accelerator"], date=style.date(read))
        found.append(Ground("prices", text, days > OLD_PRICE_DAYS))
    share = assumed_share(row)
    if share is not None:
        found.append(Ground("judgements", say("rests.judgement", lang, share=style.percent(share))))
    return tuple(found)
