"""Quality along the number of labelled examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from estimator.engine.answer import Answer
from estimator.engine.results import Evaluation
from estimator.metrics import lower_is_better
from estimator.report.chart import (
    Chart,
    blank,
    f32,
    finish,
    hover,
    label_margin,
    log_ticks,
    spread_labels,
)
from estimator.report.figures import P, metric_axis, metric_scale, target_line
from estimator.report.picture import Picture
from estimator.report.text import key_of
from estimator.report.theme import SYMBOLS, Theme, theme, with_alpha
from estimator.words.format import Style, metric_name
from estimator.words.texts import approach_label, say

CURVE_POINTS = 33
FEWEST = 3.0
NO_LABELS_AT = 1.0
MOST_POINTS = 400
SOURCE_CHARACTERS = 90
MAX_CURVES = 4


def shown_rows(answer: Answer, limit: int = MAX_CURVES) -> list[str]:
    """Rows worth a curve: the recommended one, then the frontier, then the most likely best."""
    chosen = answer["recommendation"].get("approach")
    ranked = sorted(answer["approaches"], key=lambda r: -(r.get("best_probability") or 0))
    keys = [chosen, *answer["frontier"], *(key_of(r) for r in ranked)]
    known = {key_of(r) for r in answer["approaches"] if r["accuracy"]}
    return [k for k in dict.fromkeys(keys) if k in known][:limit]


def curve_bands(
    evaluation: Evaluation, keys: Sequence[str], n: np.ndarray
) -> dict[str, np.ndarray]:
    """p10, p50, p90 of the metric along ``n`` labelled examples, shape (3, k), by row."""
    bands: dict[str, np.ndarray] = {}
    for result in evaluation.results:
        curve = result.accuracy.curve
        if result.candidate.key in keys and curve is not None:
            draws = np.sort(np.asarray(curve(n))[:, 1:], axis=1)
            at = (np.array([0.1, 0.5, 0.9]) * (draws.shape[1] - 1)).round().astype(int)
            bands[result.candidate.key] = draws[:, at].T
    return bands


def label_grid(answer: Answer, points: pd.DataFrame | None = None) -> np.ndarray:
    """Numbers of labelled examples along the curves, from a few to well beyond the plan."""
    inputs = answer["inputs"]
    plan = inputs["n_labelled_available"] + inputs["n_labelled_to_buy"]
    high = max(10_000.0, 10.0 * plan)
    if points is not None and len(points):
        high = max(high, min(float(points["n_labelled"].max()), 1e6))
    return np.geomspace(FEWEST, high, CURVE_POINTS)


def label_ticks(grid: np.ndarray, style: Style) -> dict[str, Any]:
    """Ticks of the axis of labelled examples; a log axis has no 0, it gets a place of its own."""
    ticks = log_ticks(10.0, float(grid[-1]), style)
    return {
        "tickmode": "array",
        "tickvals": [NO_LABELS_AT, *ticks["tickvals"]],
        "ticktext": ["0", *ticks["ticktext"]],
    }


def on_axis(n_labelled: Any) -> np.ndarray:
    """Positions on the axis of labelled examples; none at all stand at its left end."""
    n = np.asarray(n_labelled, float)
    return np.where(n < 1, NO_LABELS_AT, n)


def accuracy(
    answer: Answer,
    evaluation: Evaluation,
    points: pd.DataFrame | None = None,
    keys: Sequence[str] | None = None,
    style: Style | None = None,
    dark: bool = False,
) -> Chart:
    """Quality along the number of labelled examples, with bands and published points behind.

    Parameters
    ----------
    answer, evaluation
        JSON of the comparison and the evaluation behind it.
    points : DataFrame, optional
        Published points: n_labelled, value (metric's own unit), approach, dataset, source.
    keys : sequence of str, optional
        Rows to draw; by default the recommended one and the frontier, at most four.
    """
    style, t = style or Style(), theme(dark)
    keys = list(keys) if keys is not None else shown_rows(answer)
    grid = label_grid(answer, points)
    bands = curve_bands(evaluation, keys, grid)
    if not bands:
        return blank(t, style, say("chart.no_quality", style.language))
    lang = style.language
    metric = next(r.accuracy.metric for r in evaluation.results if r.candidate.key in bands)
    scale = metric_scale(metric)
    figure = Picture()
    if points is not None and len(points):
        _points_behind(figure, drawn_points(points, keys), scale, metric, style, t)
    first = next(k for k in keys if k in bands)
    for key, band in bands.items():
        low, mid, high = band * scale
        strong = key == first
        colour = t.approach(key)
        if strong:
            figure.add_scatter(
                x=f32(np.concatenate([grid, grid[::-1]])),
                y=f32(np.concatenate([low, high[::-1]])),
                fill="toself", fillcolor=with_alpha(colour, 0.16), line={"width": 0},
                hoverinfo="skip", mode="lines",
            )  # fmt: skip
        figure.add_scatter(
            x=f32(grid), y=f32(mid), mode="lines",
            line={"color": colour, "width": 3 if strong else 1.8}, name=approach_label(key, lang),
            hovertemplate="%{fullData.name}: %{y:.1f}<br>%{x:,.0f}<extra></extra>",
        )  # fmt: skip
    _end_labels(figure, bands, grid, scale, style, t)
    plan = answer["inputs"]["n_labelled_available"] + answer["inputs"]["n_labelled_to_buy"]
    if plan > 0:
        figure.add_vline(x=plan, line={"color": t.muted, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=float(np.log10(plan)), y=0, yref="paper", yanchor="bottom", showarrow=False,
            text=say("chart.you", lang, n=style.count(plan)), xanchor="left", xshift=3,
            font={"size": 12, "color": t.muted},
        )  # fmt: skip
    target_line(figure, answer, metric, style, t)
    figure.update_xaxes(
        type="log", title_text=say("axis.labels_log", lang),
        **label_ticks(grid, style),
        range=[np.log10(NO_LABELS_AT) - 0.15, np.log10(grid[-1]) + 0.02],
    )  # fmt: skip
    figure.update_yaxes(title_text=metric_axis(metric, style))
    if lower_is_better(metric):
        figure.update_yaxes(autorange="reversed")
    at = int(np.argmin(np.abs(grid - max(plan, grid[0]))))
    sentence = "; ".join(
        say(
            "chart.accuracy_point", lang, approach=approach_label(k, lang),
            value=style.metric(float(b[1, at]), metric), n=style.count(round(grid[at])),
        )
        for k, b in bands.items()
    ) + "."  # fmt: skip
    alt = say("chart.accuracy_alt", lang, metric=metric_name(metric, lang), sentence=sentence)
    room = label_margin(approach_label(k, lang) for k in bands)
    finish(figure, t, style, say("chart.accuracy", lang), 420, **room)
    return Chart(figure, alt, _curve_table(bands, grid, scale, metric, style))


def drawn_points(points: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Points of the approaches that are drawn, evenly thinned to at most ``MOST_POINTS``."""
    approaches = {k.split("#")[0] for k in keys}
    mine = points[points["approach"].isin(approaches)].sort_values(["approach", "n_labelled"])
    return mine.iloc[:: max(1, -(-len(mine) // MOST_POINTS))]


def _points_behind(
    figure: Picture, points: pd.DataFrame, scale: float, metric: str, style: Style, t: Theme
) -> None:
    columns = ("dataset", "value", "approach", "n_labelled", "source")
    text = [
        f"{hover(str(dataset))}: {style.metric(value, metric)}<br>"
        f"{hover(approach_label(approach, style.language))}, {style.count(n)}<br>"
        f"{hover(str(source)[:SOURCE_CHARACTERS])}"
        for dataset, value, approach, n, source in zip(*(points[c] for c in columns), strict=True)
    ]
    figure.add_scatter(
        x=f32(on_axis(points["n_labelled"])), y=f32(points["value"] * scale), mode="markers",
        marker={
            "size": 5, "opacity": 0.4,
            "color": [t.approaches.get(a, t.muted) for a in points["approach"]],
            "symbol": [SYMBOLS.get(a, "circle") for a in points["approach"]],
        },
        hovertext=text, hoverinfo="text", name=say("chart.published", style.language),
    )  # fmt: skip


def _end_labels(
    figure: Picture,
    bands: dict[str, np.ndarray],
    grid: np.ndarray,
    scale: float,
    style: Style,
    t: Theme,
) -> None:
    ends = [float(b[1, -1]) * scale for b in bands.values()]
    every = np.concatenate([b.ravel() for b in bands.values()]) * scale
    gap = 0.06 * max(float(np.ptp(every)), 1e-6)
    for (key, _), y, shown in zip(bands.items(), ends, spread_labels(ends, gap), strict=True):
        figure.add_annotation(
            x=float(np.log10(grid[-1])), y=float(shown), xanchor="left", showarrow=False,
            text=approach_label(key, style.language), font={"size": 12, "color": t.text},
            xshift=6, bordercolor=t.approach(key), bgcolor=t.page, hovertext=f"{y:.1f}",
        )  # fmt: skip


def _curve_table(
    bands: dict[str, np.ndarray], grid: np.ndarray, scale: float, metric: str, style: Style
) -> pd.DataFrame:
    table: dict[str, Any] = {say("col.n_labelled", style.language): grid.round().astype(int)}
    for key, band in bands.items():
        for name, values in zip(P, band * scale, strict=True):
            label = approach_label(key, style.language)
            table[f"{label}, {metric_name(metric, style.language)} {name}"] = np.round(values, 2)
    return pd.DataFrame(table)
