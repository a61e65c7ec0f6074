"""The first screen as plain values for paper and for the page that opens offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.answer import Answer
from estimator.engine.comparison import Comparison
from estimator.metrics import lower_is_better
from estimator.report.first_screen import (
    cards,
    gates,
    money_line,
    price_read,
    rests_on,
    stale_price,
)
from estimator.report.shape import Shape, shape_of
from estimator.report.text import key_of, recommended, story
from estimator.words.format import Style
from estimator.words.texts import say

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def first_page(
    comparison: Comparison,
    answer: Answer,
    style: Style,
    evidence: Evidence | None = None,
    date: str | None = None,
) -> dict[str, Any]:
    """Finding, stop signs, cards, gates, money and what the answer rests on.

    Parameters
    ----------
    comparison : Comparison
        For the draws whose shape the card "how sure" shows.
    answer : mapping
        Its JSON.
    style : Style
        Language and currency of the reader.
    evidence, date : Evidence and str, optional
        Price book and day (ISO) from which the age of the price in use is told.
    """
    told, row, lang = story(answer, style), recommended(answer), style.language
    shape = _shape(comparison, answer, style)
    read = None
    if row is not None and evidence is not None and date:
        read = price_read(evidence.prices, answer["inputs"], row)
    grounds = rests_on(answer, row, style, read, date or "") if row is not None else ()
    stale = stale_price(row, read, date or "", style) if row is not None else ()
    rests = " · ".join(ground.text for ground in grounds)
    sums = [told.approve, money_line(row, style) if row is not None else "", told.reach]
    sums.append(told.own)
    return {
        "headline": told.headline,
        "detail": told.detail,
        "warnings": [*told.warnings, *stale],
        "cards": [
            {
                "name": card.name,
                "label": card.label,
                "value": card.value,
                "note": card.note,
                "shape": shape if card.name == "sure" else None,
            }
            for card in cards(answer, style)
        ],
        "share_head": say("ui.gates.share", lang),
        "gates": [
            {
                "title": gate.title,
                "zones": [[z.kind, f"{z.when}: ", z.then, z.share] for z in gate.zones],
            }
            for gate in gates(answer, style)
        ],
        "sums": [text for text in sums if text],
        "rests": f"{say('ui.rests.label', lang)} {rests}" if rests else "",
    }


def _shape(comparison: Comparison, answer: Answer, style: Style) -> dict[str, Any] | None:
    """Bars of the recommended row's draws, heights and place of the target from 0 to 1."""
    row, target = recommended(answer), answer["inputs"]["target"]
    if row is None or not row["accuracy"]:
        return None
    for result in comparison.evaluation.results:
        draws = result.accuracy.draws
        if result.candidate.key != key_of(row) or draws is None:
            continue
        wanted, lower = target["value"], lower_is_better(target["metric"])
        shape: Shape | None = shape_of(np.asarray(draws[1:]), wanted, lower)
        if shape is None:
            return None
        ends = {
            "low": style.metric(row["accuracy"]["p10"], row["accuracy"]["metric"]),
            "high": style.metric(row["accuracy"]["p90"], row["accuracy"]["metric"]),
        }
        alt = say("ui.card.shape", style.language, **ends)
        return {"bars": [list(b) for b in shape.bars], "at": shape.at, "alt": alt}
    return None
