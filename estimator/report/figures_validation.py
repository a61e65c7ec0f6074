"""How good the estimates are: predicted against published, and whether probabilities hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from estimator.report.chart import Chart, blank, f32, finish, hover, log_ticks
from estimator.report.picture import Picture
from estimator.report.theme import Theme, theme
from estimator.words.format import Style
from estimator.words.texts import say

SYMBOL_CYCLE = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "pentagon")


def predicted(
    frame: pd.DataFrame,
    unit: str,
    log: bool = True,
    style: Style | None = None,
    dark: bool = False,
) -> Chart:
    """Predicted against published values, each point with its 80 % interval and its source.

    Parameters
    ----------
    frame : DataFrame
        Columns ``actual``, ``p50``, and where known ``p10``, ``p90``, ``group``, ``name``,
        ``source``.
    unit : str
        What is compared, for the axes: device-hours, GB, accuracy.
    log : bool
        Log axes with factor-two lines; else linear.
    """
    style, t = style or Style(), theme(dark)
    good = frame.dropna(subset=["actual", "p50"])
    if log:
        good = good[(good["actual"] > 0) & (good["p50"] > 0)]
    if good.empty:
        return blank(t, style)
    lang = style.language
    figure = Picture()
    low = float(min(good["actual"].min(), good["p50"].min()))
    high = float(max(good["actual"].max(), good["p50"].max()))
    _diagonals(figure, low, high, log, t, style)
    groups = good["group"] if "group" in good else pd.Series(unit, index=good.index)
    colours = list(t.approaches.values())
    for k, (group, part) in enumerate(good.groupby(groups, sort=True)):
        figure.add_scattergl(
            x=f32(part["actual"]), y=f32(part["p50"]), mode="markers", name=str(group),
            marker={
                "size": 6, "opacity": 0.65, "color": colours[k % len(colours)],
                "symbol": SYMBOL_CYCLE[k % len(SYMBOL_CYCLE)],
            },
            error_y=_interval(part, colours[k % len(colours)]),
            hovertext=[_point(p, style) for p in records(part)], hoverinfo="text",
        )  # fmt: skip
    if log:
        ticks = log_ticks(low, high, style)
        figure.update_xaxes(type="log", **ticks)
        figure.update_yaxes(type="log", **ticks)
    figure.update_xaxes(title_text=f"{say('axis.hours_published', lang)}: {unit}")
    figure.update_yaxes(title_text=f"{say('axis.hours_predicted', lang)}: {unit}")
    finish(figure, t, style, say("chart.validation", lang), 480, showlegend=True)
    ratio = good["p50"] / good["actual"]
    within = float(((ratio >= 0.5) & (ratio <= 2)).mean())
    alt = say("chart.validation_alt", lang, n=len(good), share=style.percent(within))
    return Chart(figure, alt, good.reset_index(drop=True))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain dictionaries."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _interval(part: pd.DataFrame, colour: str) -> dict[str, object] | None:
    if "p10" not in part or "p90" not in part or len(part) > 400:
        return None
    return {
        "type": "data", "symmetric": False, "thickness": 0.8, "width": 0, "color": colour,
        "array": f32(part["p90"] - part["p50"]), "arrayminus": f32(part["p50"] - part["p10"]),
    }  # fmt: skip


def _point(p: dict[str, Any], style: Style) -> str:
    lines = [hover(str(p[c])) for c in ("name", "source") if p.get(c)]
    actual, mid = float(p["actual"]), float(p["p50"])
    lines.append(
        f"{say('col.published', style.language)} {style.about(actual)}, "
        f"{say('col.predicted', style.language)} {style.about(mid)}"
    )
    return "<br>".join(lines)


def _diagonals(figure: Picture, low: float, high: float, log: bool, t: Theme, style: Style) -> None:
    ends = np.array([low, high])
    lines = [(1.0, "solid", "chart.perfect")]
    if log:
        lines += [(2.0, "dot", "chart.factor_two"), (0.5, "dot", "")]
    for factor, dash, key in lines:
        figure.add_scatter(
            x=f32(ends), y=f32(ends * factor), mode="lines", hoverinfo="skip",
            line={"color": t.muted, "width": 1, "dash": dash}, showlegend=False,
        )  # fmt: skip
        if key:
            at = (np.log10(ends[1]), np.log10(ends[1] * factor)) if log else (ends[1], ends[1])
            figure.add_annotation(
                x=float(at[0]), y=float(at[1]), text=say(key, style.language), showarrow=False,
                xanchor="right", yshift=10, font={"size": 11, "color": t.muted},
            )  # fmt: skip


def reliability(frame: pd.DataFrame, style: Style | None = None, dark: bool = False) -> Chart:
    """Observed share against stated probability; on the diagonal they agree.

    Parameters
    ----------
    frame : DataFrame
        Columns ``stated``, ``observed`` (shares) and ``n`` (cases in the group).
    """
    style, t = style or Style(), theme(dark)
    if frame.empty:
        return blank(t, style)
    lang = style.language
    n = frame["n"].to_numpy(float)
    share = frame["observed"].to_numpy(float)
    spread = 1.2816 * np.sqrt(np.maximum(share * (1 - share), 0.25 / np.maximum(n, 1)) / n)
    figure = Picture()
    figure.add_scatter(
        x=[0, 100], y=[0, 100], mode="lines", hoverinfo="skip",
        line={"color": t.muted, "width": 1, "dash": "dot"},
    )  # fmt: skip
    figure.add_scatter(
        x=f32(frame["stated"] * 100), y=f32(share * 100), mode="lines+markers",
        line={"color": t.accent, "width": 2},
        marker={"size": 6 + 10 * np.sqrt(n / n.max()), "color": t.accent},
        error_y={"type": "data", "array": f32(spread * 100), "color": t.muted, "thickness": 1.2},
        hovertext=[
            f"{style.percent(s)}: {style.percent(o)} ({style.count(k)})"
            for s, o, k in zip(frame["stated"], share, n, strict=True)
        ], hoverinfo="text",
    )  # fmt: skip
    figure.update_xaxes(
        title_text=say("axis.stated", lang), range=[-2, 102], ticksuffix=style.percent_sign("")
    )
    figure.update_yaxes(
        title_text=say("axis.observed", lang), range=[-2, 102], ticksuffix=style.percent_sign("")
    )
    finish(figure, t, style, say("chart.reliability", lang), 420)
    alt = say("chart.reliability_alt", lang, n=len(frame))
    return Chart(figure, alt, frame.reset_index(drop=True))


def residuals(
    frame: pd.DataFrame, title: str, style: Style | None = None, dark: bool = False
) -> Chart:
    """Spread of the prediction error by group: middle, half and four fifths of the cases.

    Parameters
    ----------
    frame : DataFrame
        Columns ``group`` and ``error``.
    title : str
        What the error is, with its unit.
    """
    style, t = style or Style(), theme(dark)
    good = frame.dropna(subset=["error"])
    if good.empty:
        return blank(t, style)
    table = (
        good.groupby("group")["error"]
        .quantile(np.array([0.1, 0.25, 0.5, 0.75, 0.9]))
        .unstack()
        .assign(n=good.groupby("group")["error"].size())
        .sort_values("n")
        .reset_index()
    )
    names = [f"{hover(str(g))} ({n})" for g, n in zip(table["group"], table["n"], strict=True)]
    figure = Picture()
    for low, high, width, alpha in ((0.1, 0.9, 2, 0.9), (0.25, 0.75, 8, 0.9)):
        for name, a, b in zip(names, table[low], table[high], strict=True):
            figure.add_scatter(
                x=[a, b], y=[name, name], mode="lines", opacity=alpha, hoverinfo="skip",
                line={"color": t.accent, "width": width},
            )  # fmt: skip
    figure.add_scatter(
        x=f32(table[0.5]), y=names, mode="markers",
        marker={"symbol": "line-ns", "size": 14, "line": {"color": t.text, "width": 2}},
        hovertemplate="%{y}: %{x:.3g}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": t.muted, "width": 1, "dash": "dot"})
    finish(figure, t, style, title, 120 + 26 * len(names))
    table.columns = [
        f"p{round(c * 100)}" if isinstance(c, float) else str(c) for c in table.columns
    ]
    alt = say("chart.residuals_alt", style.language, title=title, n=len(names))
    return Chart(figure, alt, table.iloc[::-1].reset_index(drop=True))
