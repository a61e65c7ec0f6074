"""Cost against quality, and what the other charts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from estimator.engine.answer import Answer, Row
from estimator.engine.answer_values import QUANTILES, MetricSpread, Quantile
from estimator.metrics import is_fraction, lower_is_better
from estimator.report.budget import budget_of, total_span
from estimator.report.chart import (
    Chart,
    Label,
    blank,
    f32,
    finish,
    hover,
    log_ticks,
    place_labels,
)
from estimator.report.picture import Picture
from estimator.report.text import horizon_text, key_of, row_name
from estimator.report.theme import Theme, theme, with_alpha
from estimator.report.words import joined
from estimator.words.format import (
    Style,
    capital,
    metric_name,
)
from estimator.words.statement import said
from estimator.words.texts import approach_label, say

CURVE_POINTS = 33
MAX_CURVES = 4
SMALLEST_COST = 1.0


def metric_scale(metric: str) -> float:
    """Factor from the metric as computed to the metric as drawn: fractions become per cent."""
    return 100.0 if is_fraction(metric) else 1.0


def metric_axis(metric: str, style: Style) -> str:
    """Title of an axis that carries the metric."""
    key = "axis.quality_percent" if metric_scale(metric) == 100 else "axis.quality"
    return say(key, style.language, metric=capital(metric_name(metric, style.language)))


def money(cost: Mapping[str, Any], part: str, style: Style) -> float:
    """One percentile of a money figure in the reader's currency."""
    return style.convert(cost[part])


def frontier(answer: Answer, style: Style | None = None, dark: bool = False) -> Chart:
    """Total cost against quality: the chosen row with its 80 % intervals, the beaten ones grey."""
    style, t = style or Style(), theme(dark)
    rows, quality = rated(answer)
    if not rows:
        return blank(t, style, say("chart.no_quality", style.language))
    metric = quality[0]["metric"]
    scale, lang = metric_scale(metric), style.language
    cost = {p: np.array([money(total_span(r), p, style) for r in rows]) for p in P}
    cost = {p: np.maximum(v, SMALLEST_COST) for p, v in cost.items()}
    good = {p: np.array([q[p] * scale for q in quality]) for p in P}
    labels = [approach_label(r["approach"], lang) for r in rows]
    keys = [key_of(r) for r in rows]
    chosen = answer["recommendation"].get("approach")
    figure = Picture()
    best = [i for i, key in enumerate(keys) if key in answer["frontier"]]
    best.sort(key=lambda i: budget_of(rows[i])["expected"] or 0.0)
    figure.add_scatter(
        x=f32([cost["p50"][i] for i in best]),
        y=f32([good["p50"][i] for i in best]),
        mode="lines", line={"color": t.muted, "width": 1.5, "dash": "dot"}, hoverinfo="skip",
    )  # fmt: skip
    places = frontier_labels(answer, rows, cost, good, labels)
    for i, (row, place) in enumerate(zip(rows, places, strict=True)):
        strong = keys[i] == chosen
        beaten = keys[i] not in answer["frontier"] or not row["feasible"]
        colour = t.accent if strong else t.muted if beaten else t.text
        text = f"<b>{labels[i]}</b>" if strong else labels[i]
        font = {"size": 12, "color": t.muted if beaten and not strong else t.text}
        at: dict[str, Any] = {"x": f32([cost["p50"][i]]), "y": f32([good["p50"][i]])}
        if place.side:
            at |= {"text": [text], "textposition": place.side, "textfont": font}
        elif place.away:
            figure.add_annotation(
                text=text, font=font, x=float(np.log10(cost["p50"][i])),
                y=float(good["p50"][i]), ax=place.away[0], ay=-place.away[1], showarrow=True,
                arrowhead=0, arrowwidth=1, arrowcolor=t.muted, standoff=5,
            )  # fmt: skip
        figure.add_scatter(
            **at, mode="markers+text", name=labels[i], cliponaxis=False,
            marker={
                "color": colour if row["feasible"] else HOLLOW, "size": 13 if strong else 9,
                "symbol": "circle", "line": {"color": colour, "width": 1.5},
            },
            error_x=_bar(cost, i, colour) if strong else None,
            error_y=_bar(good, i, colour) if strong else None,
            hovertext=_hover_row(answer, row, quality[i], style), hoverinfo="text",
        )  # fmt: skip
    target_line(figure, answer, metric, style, t)
    title = say("axis.total_log", lang, horizon=horizon_text(answer, lang), currency=style.currency)
    low, high = cost["p50"].min() / 1.5, cost["p50"].max() * 1.5
    figure.update_xaxes(type="log", title_text=title, **log_ticks(low, high, style, True))
    figure.update_yaxes(title_text=metric_axis(metric, style))
    if lower_is_better(metric):
        figure.update_yaxes(autorange="reversed")
    names = joined([approach_label(r["approach"], lang) for r in (rows[i] for i in best)], lang)
    alt = say(
        "chart.frontier_alt",
        lang,
        metric=metric_name(metric, lang),
        n=len(rows),
        frontier=names or "–",
    )
    finish(figure, t, style, say("chart.frontier", lang), FRONTIER_HEIGHT)
    return Chart(figure, alt, _frontier_table(rows, cost, good, metric, style))


P = QUANTILES
FRONTIER_HEIGHT = 400
PLOT_SIZES = ((330.0, 285.0), (880.0, 285.0))
"""The plot [px] beside the rows and over the whole width: a name keeps its side on both."""
HOLLOW = "rgba(0,0,0,0)"
"""Inside of the mark of a row that is not possible."""


def frontier_labels(
    answer: Answer,
    rows: Sequence[Row],
    cost: Mapping[Quantile, Any],
    good: Mapping[Quantile, Any],
    labels: Sequence[str],
    sizes: Sequence[tuple[float, float]] = PLOT_SIZES,
) -> list[Label]:
    """Where the name of each mark stands, on axes that show the middles and the chosen interval."""
    metric = answer["inputs"]["target"]["metric"]
    strong = [key_of(r) == answer["recommendation"].get("approach") for r in rows]
    x = {p: np.log10(np.asarray(cost[p], float)) for p in P}
    up = -1.0 if lower_is_better(metric) else 1.0
    y = {p: up * np.asarray(good[p], float) for p in P}
    lines = [line for i, s in enumerate(strong) if s for line in (
        (x["p10"][i], x["p90"][i], y["p50"][i], y["p50"][i]),
        (x["p50"][i], x["p50"][i], min(y[p][i] for p in P), max(y[p][i] for p in P)),
    )]  # fmt: skip
    target = answer["inputs"]["target"]["value"]
    if target is not None:
        height = up * target * metric_scale(metric)
        lines.append((-np.inf, np.inf, height, height))
    return place_labels(x["p50"].tolist(), y["p50"].tolist(), labels, strong, lines, sizes)


def rated(answer: Answer) -> tuple[list[Row], list[MetricSpread]]:
    """The rows whose quality is known, and their quality."""
    found = [(r, r["accuracy"]) for r in answer["approaches"]]
    known = [(row, quality) for row, quality in found if quality]
    return [row for row, _ in known], [quality for _, quality in known]


def _bar(values: dict[Quantile, np.ndarray], i: int, colour: str) -> dict[str, Any]:
    return {
        "type": "data", "symmetric": False, "thickness": 1.2, "width": 0,
        "color": with_alpha(colour, 0.55),
        "array": f32([values["p90"][i] - values["p50"][i]]),
        "arrayminus": f32([values["p50"][i] - values["p10"][i]]),
    }  # fmt: skip


def _hover_row(answer: Answer, row: Row, quality: MetricSpread, style: Style) -> str:
    total = total_span(row)
    metric = quality["metric"]
    lines = [
        f"<b>{hover(row_name(row, style.language))}</b>",
        f"{style.metric(quality['p50'], metric)} ({style.metric(quality['p10'], metric)} – "
        f"{style.metric(quality['p90'], metric)}) {metric_name(metric, style.language)}",
        f"{style.money_about(total['p50'])} ({style.money_short(total['p10'])} – "
        f"{style.money_short(total['p90'])})",
    ]
    lines += [hover(reason) for reason in said(row, "reasons", style)[:2]]
    return "<br>".join(lines)


def _frontier_table(
    rows: Sequence[Row],
    cost: Mapping[Quantile, Any],
    good: Mapping[Quantile, Any],
    metric: str,
    style: Style,
) -> pd.DataFrame:
    lang = style.language
    name, unit = metric_name(metric, lang), style.currency
    table: dict[str, Any] = {
        say("col.approach", lang): [row_name(r, lang) for r in rows],
    }
    heads = (
        f"{say('col.total', lang)} p10",
        say("budget.expected", lang),
        say("budget.safe", lang),
    )
    for p, head in zip(P, heads, strict=True):
        table[f"{head}, {unit}"] = np.round(cost[p], 2)
    for p in P:
        table[f"{name} {p}"] = np.round(good[p], 2)
    return pd.DataFrame(table)


def target_line(figure: Picture, answer: Answer, metric: str, style: Style, t: Theme) -> None:
    target = answer["inputs"]["target"]
    if target["value"] is None or target["metric"] != metric:
        return
    text = say("chart.target", style.language, value=style.metric(target["value"], metric))
    figure.add_hline(
        y=target["value"] * metric_scale(metric),
        line={"color": t.bad, "width": 1.5, "dash": "dash"},
        annotation={
            "text": text,
            "font": {"color": t.bad, "size": 12},
            "bgcolor": with_alpha(t.page, 0.75),
        },
    )
