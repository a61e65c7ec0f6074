"""Finding passages against tuning: spending in sum by month, and the month of crossing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from estimator.engine.answer import Answer, Passages
from estimator.report.chart import Chart, blank, f32, finish, hover, money_ticks
from estimator.report.picture import Picture
from estimator.report.text import row_name, row_of
from estimator.report.theme import theme
from estimator.words.format import Style
from estimator.words.statement import said
from estimator.words.texts import say

DASHES = ("solid", "dash", "dot")
AFTER_MONTHS = (0, 12, 24, 36, 60)


def crossing(answer: Answer, style: Style | None = None, dark: bool = False) -> Chart:
    """Planned spending in sum of the cheapest row of each way, and where two of them cross."""
    style, t = style or Style(), theme(dark)
    found = answer.get("passages")
    if not found:
        return blank(t, style)
    lang, figure = style.language, Picture()
    colours = (t.accent, t.bad, t.good)
    table: dict[str, Any] = {}
    for k, (way, usd) in enumerate(found["spent_usd"].items()):
        name = way_name(answer, way, style)
        values = np.array([style.convert(x) for x in usd])
        figure.add_scatter(
            x=np.arange(len(usd)), y=f32(values), mode="lines", name=hover(name),
            line={"color": colours[k % 3], "width": 2, "dash": DASHES[k % 3]},
            hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
        )  # fmt: skip
        table[f"{name}, {style.currency}"] = pd.Series(np.round(values, 2))
    for pair in found["crossings"]:
        if pair["month"] is not None:
            figure.add_scatter(
                x=[pair["month"]], y=f32([style.convert(_at(found, pair["cheaper_later"],
                                                            pair["month"]))]),
                mode="markers", showlegend=False, hoverinfo="skip",
                marker={"size": 10, "color": t.text, "symbol": "circle-open"},
            )  # fmt: skip
    most = max(style.convert(max(usd)) for usd in found["spent_usd"].values())
    figure.update_xaxes(title_text=say("axis.month", lang))
    figure.update_yaxes(
        title_text=say("axis.money", lang, currency=style.currency), **money_ticks(0.0, most, style)
    )
    finish(figure, t, style, say("chart.crossing", lang), showlegend=True)
    alt = say("chart.crossing_alt", lang, sentences=" ".join(said(found, "sentences", style)))
    frame = pd.DataFrame(table)
    frame.insert(0, say("col.month", lang), np.arange(len(frame)))
    return Chart(figure, alt, frame)


def way_name(answer: Answer, way: str, style: Style) -> str:
    """A way with the row that stands for it."""
    key = answer["passages"]["rows"][way]
    row = row_of(answer, key)
    name = row_name(row, style.language) if row else key
    return f"{say(f'way.{way}', style.language)}: {name}"


def crossing_rows(answer: Answer, style: Style) -> list[tuple[str, str]]:
    """Spending of each way after some months, then what crosses when, for a printed table."""
    found = answer.get("passages")
    if not found:
        return []
    lang, out = style.language, []
    for way, usd in found["spent_usd"].items():
        shown = [
            say("crossing.after", lang, month=m, usd=style.money_short(usd[m]))
            for m in AFTER_MONTHS
            if m < len(usd)
        ]
        out.append((way_name(answer, way, style), " · ".join(shown)))
    title = say("chart.crossing", lang)
    return [*out, *((title, s) for s in said(found, "sentences", style))]


def _at(found: Passages, key: str, month: int) -> float:
    way = next(w for w, k in found["rows"].items() if k == key)
    return found["spent_usd"][way][month]
