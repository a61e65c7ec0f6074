"""The figures under the sentences of the first screen."""

from __future__ import annotations

from estimator.engine.answer import Row
from estimator.report.budget import budget_of, planned
from estimator.words.format import Style
from estimator.words.texts import say


def strip(row: Row, style: Style) -> tuple[tuple[str, str], ...]:
    """The figures under the sentences: label and value.

    Notes
    -----
    Phases are the plan; with the allowance for surprises they add up to the expected total.
    """
    lang, phases = style.language, planned(row)
    kind = say(f"kind.{row['device_kind']}", lang)
    hours = style.hours(row["device_hours"]["p50"])
    device = row.get("accelerator")
    money = budget_of(row)
    items = [(say("strip.hours", lang, kind=kind), f"{hours} ({device})" if device else hours)]
    items += [(say(f"strip.{name}", lang), style.money_part(phases[name])) for name in phases]
    items += [
        (say(f"strip.{name}", lang), style.money_short(money[name]))
        for name in ("allowance", "expected", "safe")
    ]
    share = assumed_share(row)
    if share is not None:
        items.append((say("strip.assumed", lang), style.percent(share)))
    return tuple(items)


def assumed_share(row: Row) -> float | None:
    """Share of the plan's total whose basis is assumed."""
    share = row.get("assumed_share")
    if share is not None:
        return share
    items = row.get("items") or ()
    total = sum(i["usd"]["base"] for i in items)
    assumed = sum(i["usd"]["base"] for i in items if i["basis"] == "assumed")
    return assumed / total if total > 0 else None
