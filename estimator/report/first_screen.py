"""The first screen in pieces: five cards, the gates of the plan, the money that adds up, stops."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from estimator.report.budget import budget_of, planned
from estimator.report.strip import assumed_share
from estimator.report.text import RARE, recommended
from estimator.words.format import Style, capital
from estimator.words.statement import Listed, Share, Statement, from_json
from estimator.words.texts import say

Answer = Mapping[str, Any]
Row = Mapping[str, Any]

MOST_GATES = 3
ZONE_KINDS = {"live": "go", "take": "go", "stop": "stop"}
"""Actions that end the plan; every other goes on with it."""
OLD_PRICE_DAYS = 90


@dataclass(frozen=True)
class Card:
    """One figure that can be read from two metres: what it is, the figure, a line below."""

    name: str
    label: str
    value: str
    note: str


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
    lang = style.language
    found = []
    if first.get("usd") is not None:
        now = style.money_short(first["usd"])
        found.append(Card("now", say("card.now", lang), now, _kept(first, style)))
    if row is not None:
        total = budget_of(row)
        horizon = style.horizon(answer["inputs"]["serving"]["horizon_months"])
        safe = style.money_short(total["safe"])
        found.append(
            Card(
                "works",
                say("card.works", lang),
                style.money_short(total["expected"]),
                say("card.works_note", lang, horizon=horizon, safe=safe),
            )
        )
    weeks = plan.get("weeks") or (row or {}).get("calendar_weeks")
    if weeks:
        found.append(
            Card(
                "ready",
                say("card.ready", lang),
                style.span(weeks["p50"]),
                say("card.ready_note", lang, weeks=style.span(weeks["p90"])),
            )
        )
    found.append(_sure(answer, plan, row, style))
    lost = plan.get("lost_if_fails_usd") or {}
    if lost.get("p50") is not None:
        found.append(
            Card(
                "fails",
                say("card.fails", lang),
                style.money_short(lost["p50"]),
                say("card.fails_note", lang, most=style.money_short(lost.get("p90"))),
            )
        )
    return tuple(found)


def _kept(first: Mapping[str, Any], style: Style) -> str:
    if not first.get("weeks"):
        return ""
    weeks, kept = style.span(first["weeks"]), first.get("kept")
    if not kept:
        return weeks
    return say("card.now_note", style.language, weeks=weeks, kept=style.percent(kept))


def _sure(answer: Answer, plan: Mapping[str, Any], row: Row | None, style: Style) -> Card:
    lang, target = style.language, answer["inputs"]["target"]
    chance = plan.get("success_probability")
    if chance is None and row is not None:
        chance = row.get("target_probability")
    if chance is None:
        unknown = (say("card.unknown", lang), say("card.sure_unknown", lang))
        return Card("sure", say("card.sure", lang), *unknown)
    value = style.metric(target["value"], target["metric"])
    note = say("card.sure_note", lang, target=value, wanted=style.chances(target["probability"]))
    return Card("sure", say("card.sure", lang), style.chances(chance), note)


def gates(answer: Answer, style: Style) -> tuple[Gate, ...]:
    """The next gates of the plan, each with what follows from the measured value, best first."""
    found: list[Gate] = []
    for gate in (answer.get("staged_plan") or {}).get("gates") or ():
        told = from_json({"key": gate["key"], "values": gate["values"]})
        if gate["reached"] < RARE or not isinstance(told, Statement):
            continue
        zones = told.values["zones"]
        parts = zones.parts if isinstance(zones, Listed) else (zones,)
        lines = tuple(_zone(z, style) for z in parts if isinstance(z, Statement) and _common(z))
        found.append(Gate(capital(told.values["after"].write(style, "")), lines[::-1]))
    return tuple(found[:MOST_GATES])


def _common(zone: Statement) -> bool:
    share = zone.values.get("share")
    return not isinstance(share, Share) or share.share >= RARE


def _zone(zone: Statement, style: Style) -> Zone:
    """A zone of a gate in its three parts: the values, the action, how often."""
    action, share = zone.values["action"], zone.values.get("share")
    key = action.key.rpartition(".")[2] if isinstance(action, Statement) else ""
    when = Statement(zone.key.replace("plan.zone", "gate.when", 1), zone.values).say(style)
    often = share.write(style, "") if share else style.percent(1.0)
    return Zone(ZONE_KINDS.get(key, "on"), capital(when), action.write(style, ""), often)


def money_line(row: Row, style: Style) -> str:
    """One line of money that adds up: the plan by phase, surprises, the expected total."""
    lang, total = style.language, budget_of(row)
    parts = [
        say("money.part", lang, phase=say(f"phase.{name}", lang), usd=style.money_short(usd))
        for name, usd in planned(row).items()
    ]
    return say(
        "money.line",
        lang,
        parts=" + ".join(parts),
        plan=style.money_short(total["plan"]),
        surprises=style.money_short(total["allowance"]),
        expected=style.money_short(total["expected"]),
        safe=style.money_short(total["safe"]),
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
    if c["usd_per_device_hour"] is not None:
        return None
    place = (c["provider"], c["region"], c["purchase_option"], row["accelerator"])
    return max(
        (
            str(p.as_of)[:10]
            for p in prices
            if (p.provider, p.region, p.purchase_option, p.accelerator) == place
        ),
        default=None,
    )


def age_days(read: str | None, today: str) -> int | None:
    """Days from one ISO date to another, at least 0; None where the first is not known."""
    if not read:
        return None
    day = datetime.date.fromisoformat
    return max((day(today) - day(read)).days, 0)


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
    answer: Answer, row: Row, style: Style, price_days: int | None = None
) -> tuple[Ground, ...]:
    """What the answer rests on: own results, papers, the price in use, judgement.

    Parameters
    ----------
    answer, row : mapping
        The JSON of ``compare`` and its recommended row.
    style : Style
        Language and currency of the reader.
    price_days : int, optional
        Age of the device price in use [days]; None where no listed price is used.
    """
    lang, proof = style.language, row["evidence"]
    own = len(answer["inputs"].get("pilot") or ())
    found = [Ground("results", say("rests.own", lang, n=own))] if own else []
    found.append(Ground("quality", _papers(proof, lang)))
    if price_days is not None:
        age = style.count(price_days)
        text = say("rests.price", lang, device=row["accelerator"], days=age)
        found.append(Ground("prices", text, price_days > OLD_PRICE_DAYS))
    share = assumed_share(row)
    if share is not None:
        found.append(Ground("judgements", say("rests.judgement", lang, share=style.percent(share))))
    return tuple(found)
