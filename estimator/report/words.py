"""Scenario fields and their switching values in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from estimator.report.format import Style
from estimator.report.texts import approach_label, catalogue, say

Answer = Mapping[str, Any]

MAIN_DRIVERS = 3
"""Inputs that a sentence names."""


_USD = re.compile(r"(−|-)?\$(\d[\d,]*(?:\.\d+)?)( million| billion)?")
_FACTOR = {"": 1.0, " million": 1e6, " billion": 1e9}


def in_currency(text: str, style: Style) -> str:
    """A sentence of the engine with its USD amounts in the reader's currency."""
    if style.currency == "USD":
        return text

    def convert(found: re.Match[str]) -> str:
        usd = float(found[2].replace(",", "")) * _FACTOR[found[3] or ""]
        return style.money_about(-usd if found[1] else usd)

    return _USD.sub(convert, text)


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
            input=_input_words(s["input"], style.language),
            approach=approach_label(to, style.language),
        )
        distance = abs(at - now) / max(abs(now), 1e-9) if now is not None else 9e9
        found.append((distance, text))
    return tuple(text for _, text in sorted(found))


def _input_words(path: str, language: str) -> str:
    try:
        return say(f"input.{path}", language)
    except KeyError:
        return path


def input_label(path: str, language: str = "en") -> str:
    """A scenario field's name for people; the dotted path where it has none."""
    try:
        return say(f"driver.{path}", language)
    except KeyError:
        return path


def driver_name(driver: Mapping[str, Any], language: str = "en") -> str:
    """What a driver of the cost is called: by the engine in English, else by the catalogue."""
    name, path = driver.get("name"), str(driver["input"])
    known = f"driver.{path}" in catalogue()[language]
    return str(name) if name and (language == "en" or not known) else input_label(path, language)


def effect_usd(driver: Mapping[str, Any]) -> float:
    """Change of the total from the low to the high value of one driver [USD]."""
    effect = driver["effect_usd"]
    if isinstance(effect, Mapping):
        return float(effect["high"]) - float(effect["low"])
    return float(effect)


def input_value(answer: Answer, path: str, value: float | str | None, style: Style) -> str:
    """The value of a scenario field in its own unit; a word stays a word."""
    if isinstance(value, str | bool):
        return str(value).replace("_", " ")
    if path.endswith(("usd_per_label", "usd_per_device_hour")):
        return style.unit_price(value)
    if path == "target.value" and value is not None:
        return style.metric(value, answer["inputs"]["target"]["metric"])
    if path.endswith(("_share", "_rate", "probability", "_noise", "_drift")):
        return style.percent(value)
    if value is not None and abs(value) < 100 and value != int(value):
        return style.short(value)
    return style.short(value) if value is not None and abs(value) >= 1e5 else style.count(value)


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
            name=driver_name(d, lang),
            usd=style.money_about(abs(usd)),
            low=input_value(answer, d["input"], d["low"], style),
            high=input_value(answer, d["input"], d["high"], style),
        )
        for usd, d in found
    ]
    return say("drivers.sentence", lang, drivers=joined(parts, lang))


def joined(names: Sequence[str], language: str = "en") -> str:
    """Names as a list in words."""
    if len(names) < 2:
        return "".join(names)
    return say("list.and", language, first=", ".join(names[:-1]), last=names[-1])


def span(weeks: float, style: Style) -> str:
    """A time in days below a week, in whole weeks above."""
    if weeks < 1:
        days = max(1, round(weeks * 5))
        return say("day" if days == 1 else "days", style.language, n=days)
    n = round(weeks)
    return say("week" if n == 1 else "weeks", style.language, n=n)
