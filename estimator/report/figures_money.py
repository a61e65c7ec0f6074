"""Money and time: phases, cash flow, calendar, energy, break-even."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from estimator.report.chart import Chart, f32, finish, money_axis
from estimator.report.figures import P
from estimator.report.format import Style
from estimator.report.text import Answer, Row, horizon_text, key_of
from estimator.report.texts import approach_label, phase_label, say
from estimator.report.theme import PATTERNS, theme
from estimator.vocabulary import Phase


def costs(answer: Answer, style: Style | None = None, dark: bool = False) -> Chart:
    """Stacked bars of the plan by phase, with the 80 % interval of the total."""
    style, t = style or Style(), theme(dark)
    lang = style.language
    rows = list(answer["approaches"])[::-1]
    names = [_bar_name(r, lang) for r in rows]
    figure = go.Figure()
    table: dict[str, Any] = {say("col.approach", lang): names}
    for phase in map(str, Phase):
        values = [style.convert(r["cost_usd"]["by_phase"][phase]["base"]) for r in rows]
        label = phase_label(phase, lang)
        table[f"{label}, {style.currency}"] = np.round(values, 2)
        figure.add_bar(
            y=names, x=f32(values), orientation="h", name=label,
            marker={"color": t.phases[phase], "pattern": {"shape": PATTERNS[phase], "size": 6,
                                                          "fgopacity": 0.35,
                    "fillmode": "overlay"}},
            hovertext=[f"{label}: {style.money_about(v * style.usd_rate)}" for v in values],
            hoverinfo="text",
        )  # fmt: skip
    total = {p: np.array([style.convert(r["cost_usd"]["total"][p]) for r in rows]) for p in P}
    base = np.array([style.convert(r["cost_usd"]["total"]["base"]) for r in rows])
    figure.add_scatter(
        y=names, x=f32(total["p90"]), mode="text",
        text=["  " + style.money_short(v * style.usd_rate) for v in base],
        textposition="middle right", textfont={"size": 12, "color": t.text},
        showlegend=False, hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    figure.add_scatter(
        y=names, x=f32(total["p50"]), mode="markers", showlegend=False,
        marker={"symbol": "line-ns", "size": 9, "line": {"color": t.text, "width": 2}},
        error_x={
            "type": "data", "symmetric": False, "color": t.text, "thickness": 1.2, "width": 4,
            "array": f32(total["p90"] - total["p50"]),
            "arrayminus": f32(total["p50"] - total["p10"]),
        },
        hovertext=[
            f"{style.money_about(m * style.usd_rate)} ({style.money_short(a * style.usd_rate)} – "
            f"{style.money_short(b * style.usd_rate)})"
            for a, m, b in zip(total["p10"], total["p50"], total["p90"], strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip
    for p in P:
        table[f"{say('col.total', lang)} {p}, {style.currency}"] = np.round(total[p], 2)
    table[f"{say('col.plan', lang)}, {style.currency}"] = np.round(base, 2)
    title = say("axis.total", lang, horizon=horizon_text(answer, lang), currency=style.currency)
    figure.update_xaxes(title_text=title, **money_axis(style), nticks=6)
    figure.update_xaxes(range=[0, float(max(total["p90"].max(), base.max())) * 1.18])
    finish(
        figure, t, style, say("chart.costs", lang), 460, barmode="stack",
        legend_traceorder="normal", showlegend=True, bargap=0.35,
    )  # fmt: skip
    return Chart(figure, _costs_alt(answer, style), pd.DataFrame(table).iloc[::-1])


def _bar_name(row: Row, language: str) -> str:
    label = approach_label(row["approach"], language)
    return label if "#" not in key_of(row) else f"{label} #{key_of(row).split('#')[1]}"


def _costs_alt(answer: Answer, style: Style) -> str:
    parts = []
    for row in answer["approaches"]:
        phases = {p: v["base"] for p, v in row["cost_usd"]["by_phase"].items()}
        top = max(phases, key=lambda p: phases[p])
        total = row["cost_usd"]["total"]["base"]
        share = phases[top] / total if total else None
        parts.append(
            say(
                "chart.costs_share",
                style.language,
                approach=approach_label(row["approach"], style.language),
                total=style.money_short(total),
                phase=phase_label(top, style.language),
                share=style.percent(share),
            )
        )
    return say("chart.costs_alt", style.language, sentence="; ".join(parts) + ".")
