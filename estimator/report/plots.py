"""The charts of the printed report: matplotlib figures as SVG text, no screen, no state."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimator.engine.answer import Answer, Row
from estimator.engine.results import Evaluation
from estimator.metrics import lower_is_better
from estimator.report.budget import NAMES, budget_of, expected_span, total_span
from estimator.report.chart import Label, log_ticks, spread_labels
from estimator.report.figures import P, frontier_labels, metric_axis, metric_scale, rated
from estimator.report.figures_accuracy import (
    NO_LABELS_AT,
    curve_bands,
    drawn_points,
    label_grid,
    label_ticks,
    on_axis,
    shown_rows,
)
from estimator.report.text import horizon_text, key_of, priced_rows
from estimator.report.theme import LIGHT
from estimator.vocabulary import Phase
from estimator.words.format import Style
from estimator.words.texts import approach_label, phase_label, say

FONTS = Path(__file__).parent / "fonts"
FONT = "Estimator Sans"
WIDTH_IN, HEIGHT_IN, FRONTIER_IN = 7.1, 2.8, 2.4

for _font in sorted(FONTS.glob("*.ttf")):
    font_manager.fontManager.addfont(str(_font))
_SETTINGS: dict[str, Any] = {
    "font.family": [FONT, "DejaVu Sans"],
    "font.size": 8.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "estimator",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": LIGHT.muted,
    "axes.labelcolor": LIGHT.muted,
    "axes.grid": True,
    "grid.color": LIGHT.grid,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": LIGHT.muted,
    "ytick.color": LIGHT.muted,
    "text.color": LIGHT.text,
    "text.parse_math": False,
    "hatch.linewidth": 0.5,
}
matplotlib.rcParams.update(_SETTINGS)  # type: ignore[arg-type]
HATCHES = ("", "////", "", "\\\\\\\\", "")


def new_figure(width: float = WIDTH_IN, height: float = HEIGHT_IN) -> Figure:
    """An empty picture [inches]."""
    return Figure(figsize=(width, height), layout="constrained")


def _new(width: float = WIDTH_IN, height: float = HEIGHT_IN) -> tuple[Figure, Axes]:
    figure = new_figure(width, height)
    return figure, figure.add_subplot()


def svg_of(figure: Figure) -> str:
    """A picture as SVG text, the same bytes every time."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return out.getvalue()


def _money_ticks(axis: Any, style: Style) -> None:
    axis.set_major_formatter(lambda v, _: style.amount_short(v))


def _log_ticks(axis: Any, low: float, high: float, style: Style, money: bool = False) -> None:
    ticks = log_ticks(low, high, style, money)
    axis.set_ticks(ticks["tickvals"], ticks["ticktext"])
    axis.set_ticks([], minor=True)


def frontier(answer: Answer, style: Style) -> str:
    """Total cost against quality with 80 % intervals; empty text where there is no quality."""
    rows, quality = rated(answer)
    if not rows:
        return ""
    metric = quality[0]["metric"]
    scale = metric_scale(metric)
    figure, ax = _new(height=FRONTIER_IN)
    ax.set_xscale("log")
    cost = {p: [max(style.convert(total_span(r)[p]), 1.0) for r in rows] for p in P}
    good = {p: [q[p] * scale for q in quality] for p in P}
    best = [i for i, row in enumerate(rows) if key_of(row) in answer["frontier"]]
    best.sort(key=lambda i: budget_of(rows[i])["expected"] or 0.0)
    ax.plot(
        [cost["p50"][i] for i in best],
        [good["p50"][i] for i in best],
        ":", color=LIGHT.muted, linewidth=1.2,
    )  # fmt: skip
    chosen = answer["recommendation"].get("approach")
    labels = [approach_label(r["approach"], style.language) for r in rows]
    places = frontier_labels(answer, rows, cost, good, labels, ((430.0, 125.0),))
    for i, (r, place) in enumerate(zip(rows, places, strict=True)):
        strong = key_of(r) == chosen
        beaten = key_of(r) not in answer["frontier"] or not r["feasible"]
        colour = LIGHT.accent if strong else LIGHT.muted if beaten else LIGHT.text
        x, y = cost["p50"][i], good["p50"][i]
        if strong:
            ax.plot([cost["p10"][i], cost["p90"][i]], [y, y], color=colour, alpha=0.5, linewidth=1)
            ax.plot([x, x], [good["p10"][i], good["p90"][i]], color=colour, alpha=0.5, linewidth=1)
        ax.plot(
            x, y, "o", color=colour, markersize=8 if strong else 5.5, zorder=6,
            fillstyle="full" if r["feasible"] else "none",
        )  # fmt: skip
        _side_label(ax, x, y, labels[i], place, strong, LIGHT.text if strong else colour)
    _target(ax, answer, metric, style)
    lang = style.language
    ax.set_xlabel(
        say("axis.total_log", lang, horizon=horizon_text(answer, lang), currency=style.currency)
    )
    ax.set_ylabel(metric_axis(metric, style))
    _log_ticks(ax.xaxis, min(cost["p50"]) / 1.5, max(cost["p50"]) * 1.5, style, True)
    if lower_is_better(metric):
        ax.invert_yaxis()
    return svg_of(figure)


def _side_label(
    ax: Axes, x: float, y: float, text: str, place: Label, strong: bool, colour: str
) -> None:
    vertical, _, horizontal = (place.side or "middle center").partition(" ")
    beside = {"right": 6, "left": -6, "center": 0}[horizontal]
    above = {"top": 6, "bottom": -6, "middle": 0}[vertical]
    dx, dy = place.away or (beside, above)
    line = {"arrowstyle": "-", "color": LIGHT.muted, "linewidth": 0.6, "shrinkB": 3}
    ax.annotate(
        text, (x, y), (dx, dy), textcoords="offset points", fontsize=8, zorder=5, color=colour,
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.4},
        fontweight="bold" if strong else "normal",
        arrowprops=line if place.away else None,
        ha={"right": "left", "left": "right", "center": "center"}[horizontal],
        va={"top": "bottom", "bottom": "top", "middle": "center"}[vertical],
    )  # fmt: skip


def _target(ax: Axes, answer: Answer, metric: str, style: Style) -> None:
    target = answer["inputs"]["target"]
    if target["value"] is None or target["metric"] != metric:
        return
    level = target["value"] * metric_scale(metric)
    ax.axhline(level, color=LIGHT.bad, linestyle="--", linewidth=1)
    text = say("chart.target", style.language, value=style.metric(target["value"], metric))
    ax.annotate(
        text, (0.005, level), xycoords=("axes fraction", "data"), xytext=(0, 2),
        textcoords="offset points", color=LIGHT.bad, fontsize=8,
    )  # fmt: skip


def accuracy(
    answer: Answer, evaluation: Evaluation, points: pd.DataFrame | None, style: Style
) -> str:
    """Quality along labelled examples with bands; empty text where there is no curve."""
    grid = label_grid(answer, points)
    keys = shown_rows(answer, 3)
    bands = curve_bands(evaluation, keys, grid)
    if not bands:
        return ""
    metric = next(r.accuracy.metric for r in evaluation.results if r.candidate.key in bands)
    scale = metric_scale(metric)
    figure, ax = _new()
    ax.set_xscale("log")
    if points is not None and len(points):
        points = drawn_points(points, list(bands))
        colours = [LIGHT.approaches.get(a, LIGHT.muted) for a in points["approach"]]
        ax.scatter(
            on_axis(points["n_labelled"]),
            points["value"] * scale,
            s=5,
            c=colours,
            alpha=0.22,
            linewidths=0,
        )
    for key, band in bands.items():
        low, mid, high = band * scale
        strong = key == next(k for k in keys if k in bands)
        if strong:
            ax.fill_between(grid, low, high, color=LIGHT.approach(key), alpha=0.14, linewidth=0)
        ax.plot(grid, mid, color=LIGHT.approach(key), linewidth=2.2 if strong else 1.3)
    ends = [float(b[1, -1] * scale) for b in bands.values()]
    reach = np.ptp(np.concatenate([b.ravel() for b in bands.values()])) * scale
    for key, y in zip(bands, spread_labels(ends, 0.07 * max(reach, 1e-6)), strict=True):
        ax.annotate(
            approach_label(key, style.language), (grid[-1], float(y)), (5, 0), va="center",
            textcoords="offset points", color=LIGHT.approach(key), fontsize=8, fontweight="bold",
            annotation_clip=False,
        )  # fmt: skip
    plan = answer["inputs"]["n_labelled_available"] + answer["inputs"]["n_labelled_to_buy"]
    if plan > 0:
        ax.axvline(plan, color=LIGHT.muted, linestyle=":", linewidth=1)
        ax.annotate(
            say("chart.you", style.language, n=style.count(plan)), (plan, 0.02), (3, 0),
            xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8,
            color=LIGHT.muted,
        )  # fmt: skip
    _target(ax, answer, metric, style)
    ax.set_xlim(NO_LABELS_AT * 0.8, grid[-1])
    ax.set_xlabel(say("axis.labels_log", style.language))
    ax.set_ylabel(metric_axis(metric, style))
    ticks = label_ticks(grid, style)
    ax.xaxis.set_ticks(ticks["tickvals"], ticks["ticktext"])
    ax.xaxis.set_ticks([], minor=True)
    if lower_is_better(metric):
        ax.invert_yaxis()
    return svg_of(figure)


def costs(answer: Answer, style: Style) -> str:
    """Stacked bars of the plan by phase and the allowance, up to the expected total."""
    rows = priced_rows(answer)[::-1]
    figure, ax = _new(height=0.9 + 0.24 * len(rows))
    y = np.arange(len(rows))
    left = np.zeros(len(rows))
    for k, phase in enumerate(map(str, Phase)):
        usd = np.array([style.convert(r["cost_usd"]["by_phase"][phase]["base"]) for r in rows])
        ax.barh(
            y, usd, left=left, height=0.62, color=LIGHT.phases[phase], hatch=HATCHES[k],
            edgecolor="#ffffff66", linewidth=0.3, label=phase_label(phase, style.language),
        )  # fmt: skip
        left += usd
    known = {n: np.array([style.convert(budget_of(r)[n]) for r in rows]) for n in NAMES}
    ax.barh(
        y, np.maximum(known["allowance"], 0.0), left=left, height=0.62, color=LIGHT.muted,
        alpha=0.35, label=say("budget.allowance", style.language),
    )  # fmt: skip
    total = {p: np.array([style.convert(total_span(r)[p]) for r in rows]) for p in P}
    ax.hlines(y, total["p10"], total["p90"], color=LIGHT.text, linewidth=1)
    ax.plot(total["p50"], y, "|", color=LIGHT.text, markersize=8)
    for i, r in enumerate(rows):
        text = style.money_short(budget_of(r)["expected"])
        ax.annotate(
            text, (max(total["p90"][i], left[i]), i), (5, 0), textcoords="offset points",
            va="center", fontsize=8,
        )  # fmt: skip
    ax.set_yticks(y, [_name(r, style.language) for r in rows])
    ax.set_xlim(0, float(max(total["p90"].max(), left.max())) * 1.1 or 1.0)
    ax.grid(axis="y", visible=False)
    _money_ticks(ax.xaxis, style)
    lang = style.language
    ax.set_xlabel(
        say("axis.total", lang, horizon=horizon_text(answer, lang), currency=style.currency)
    )
    figure.legend(loc="outside upper left", ncols=5, frameon=False, fontsize=8)
    return svg_of(figure)


def _name(row: Row, language: str) -> str:
    number = key_of(row).partition("#")[2]
    return approach_label(row["approach"], language) + (f" #{number}" if number else "")


def cashflow(row: Row, use_months: int, style: Style) -> str:
    """Spending in sum by month, by month as bars, and the 80 % intervals of both ends."""
    flow_usd: Sequence[float] = row["cash_flow_usd"]
    figure, ax = _new(height=2.0)
    usd = np.array([style.convert(x) for x in flow_usd])
    months = np.arange(len(usd))
    ax.bar(months, usd, color=LIGHT.accent, width=0.8)
    ax.plot(months, np.cumsum(usd), color=LIGHT.text, linewidth=1.5)
    ready = max(len(flow_usd) - 1 - use_months, 0)
    spans = ((ready, expected_span(row["cost_usd"]["one_off"])), (months[-1], total_span(row)))
    for month, cost in spans:
        low, mid, high = (style.convert(cost[p]) for p in P)
        ax.vlines(month, low, high, color=LIGHT.text, linewidth=1)
        ax.plot(month, mid, "_", color=LIGHT.text, markersize=8)
    ax.annotate(
        style.money_short(float(np.sum(flow_usd))), (months[-1], float(usd.sum())), (-8, -8),
        textcoords="offset points", ha="right", fontsize=8,
    )  # fmt: skip
    ax.set_xlabel(say("axis.month", style.language))
    _money_ticks(ax.yaxis, style)
    return svg_of(figure)


def tornado(names: Sequence[str], effects_usd: Mapping[str, float], style: Style) -> str:
    """Change of the total cost from the low to the high value of each input."""
    figure, ax = _new(height=0.7 + 0.22 * len(names))
    y = np.arange(len(names))[::-1]
    values = np.array([style.convert(effects_usd[n]) for n in names])
    colours = [LIGHT.bad if v > 0 else LIGHT.good for v in values]
    ax.barh(y, values, color=colours, height=0.62)
    for at, v in zip(y, values, strict=True):
        ax.annotate(
            ("+" if v > 0 else "") + style.money_short(v * style.usd_rate), (v, at),
            (4 if v >= 0 else -4, 0), textcoords="offset points", va="center",
            ha="left" if v >= 0 else "right", fontsize=8,
        )  # fmt: skip
    ax.axvline(0, color=LIGHT.muted, linewidth=0.8)
    ax.set_yticks(y, list(names))
    ax.margins(x=0.15)
    ax.grid(axis="y", visible=False)
    _money_ticks(ax.xaxis, style)
    ax.set_xlabel(say("axis.effect", style.language, currency=style.currency))
    return svg_of(figure)
