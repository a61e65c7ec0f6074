"""The line under a chart that says where its figures come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estimator.engine.answer import Answer
from estimator.report.strip import assumed_share
from estimator.report.text import recommended, rows_for_people
from estimator.words.format import Style
from estimator.words.texts import say

QUALITY, MONEY = "quality", "money"
BOTH = (QUALITY, MONEY)


def chart_source(
    answer: Answer, about: Sequence[str], style: Style, newest_price: str | None = None
) -> str:
    """Where the figures of a chart come from, in one line.

    Parameters
    ----------
    answer : mapping
        The JSON of ``compare``.
    about : sequence of str
        What the chart shows: ``quality``, ``money``, or both.
    style : Style
        Language and currency of the reader.
    newest_price : str, optional
        Newest date of the price book, ISO.
    """
    lang = style.language
    row = recommended(answer) or next(iter(rows_for_people(answer)), None)
    if row is None:
        return ""
    parts = []
    if QUALITY in about:
        own, n = len(answer["inputs"].get("pilot") or ()), row["evidence"]["n_sources"]
        if own:
            parts.append(say("rests.own", lang, n=own))
        parts.append(say("source.papers", lang, n=n) if n else say("rests.no_papers", lang))
    if MONEY in about:
        if newest_price:
            parts.append(say("source.prices", lang, date=style.date(newest_price[:10])))
        share = assumed_share(row)
        if share is not None:
            parts.append(say("source.judgement", lang, share=style.percent(share)))
    return say("source.line", lang, parts="; ".join(parts)) if parts else ""


def newest_price(prices: Sequence[Any]) -> str | None:
    """Newest date of a price book, ISO; None where it is empty."""
    return max((str(row.as_of)[:10] for row in prices), default=None)
