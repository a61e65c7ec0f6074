"""Scenario fields and their switching values in words."""

from __future__ import annotations

from collections.abc import Sequence

from estimator.engine.answer import Answer
from estimator.engine.answer_decision import Driver, Switch
from estimator.words.format import NONE, Style
from estimator.words.statement import Field, Setting, said
from estimator.words.texts import approach_label, listed, say

MAIN_DRIVERS = 3
"""Inputs that a sentence names."""


def changes(answer: Answer, style: Style) -> tuple[str, ...]:
    """The switching values in words, nearest first."""
    found = []
    for s in answer["recommendation"].get("switching") or ():
        at, now, to = s.get("value_at_switch"), s.get("value_now"), s.get("to_approach")
        if at is None or not to:
            continue
        key = "change.under" if now is not None and at < now else "change.over"
        text = say(
            key,
            style.language,
            value=input_value(answer, s["input"], at, style),
            input=Field(s["input"]).write(style, ""),
            step=_step(s, to, style),
        )
        distance = abs(at - now) / max(abs(now), 1e-9) if now is not None else 9e9
        found.append((distance, text))
    return tuple(text for _, text in sorted(found))


def _step(switch: Switch, approach: str, style: Style) -> str:
    """What the plan would begin with; the approach alone where the step is not told."""
    told = " ".join(said(switch, "to_step", style)).rstrip(".")
    return told or approach_label(approach, style.language)


def input_label(path: str, language: str = "en") -> str:
    """A scenario field's name for people; the dotted path where it has none."""
    return Field(path).write(Style(language), "title")


def driver_name(driver: Driver, language: str = "en") -> str:
    """What a driver of the cost is called."""
    return input_label(driver["input"], language)


def effect_usd(driver: Driver) -> float:
    """Change of the total from the low to the high value of one driver [USD]."""
    return driver["effect_usd"]


def input_value(answer: Answer, path: str, value: float | str | None, style: Style) -> str:
    """The value of a scenario field in its own unit; a word stays a word."""
    metric = answer["inputs"]["target"]["metric"]
    return NONE if value is None else Setting(path, value, metric).write(style, "")


def drivers_sentence(answer: Answer, style: Style) -> str:
    """What the cost depends on most, in the reader's language and currency."""
    lang = style.language
    drivers = answer["recommendation"].get("drivers") or ()
    found = [(effect_usd(d), d) for d in drivers if d["effect_usd"]]
    found = sorted(found, key=lambda f: -abs(f[0]))[:MAIN_DRIVERS]
    if not found:
        return say("drivers.none", lang)
    parts = [
        say(
            "drivers.one",
            lang,
            name=Field(d["input"]).write(style, ""),
            usd=style.money_about(abs(usd)),
            low=input_value(answer, d["input"], d["low"], style),
            high=input_value(answer, d["input"], d["high"], style),
        )
        for usd, d in found
    ]
    return say("drivers.sentence", lang, drivers=joined(parts, lang))


def joined(names: Sequence[str], language: str = "en") -> str:
    """Names as a list in words."""
    return listed(names, language)


def span(weeks: float, style: Style) -> str:
    """A time in days below a week, in whole weeks above."""
    return style.span(weeks)
