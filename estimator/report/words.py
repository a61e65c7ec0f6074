"""Scenario fields and their switching values in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from estimator.report.format import Style
from estimator.report.texts import approach_label, say

Answer = Mapping[str, Any]


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


def span(weeks: float, style: Style) -> str:
    """A time in days below a week, in whole weeks above."""
    if weeks < 1:
        days = max(1, round(weeks * 5))
        return say("day" if days == 1 else "days", style.language, n=days)
    n = round(weeks)
    return say("week" if n == 1 else "weeks", style.language, n=n)
