"""Money and time: phases, cash flow, calendar, energy, break-even."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from estimator.engine.answer import Answer, Row
from estimator.engine.distributions import Array
from estimator.report.budget import NAMES, budget_of, expected_span, planned, total_span
from estimator.report.chart import (
    Chart,
    blank,
    f32,
    finish,
    hover,
    label_margin,
    log_ticks,
    money_axis,
    spread_labels,
)
from estimator.report.figures import P
from estimator.report.picture import Picture
from estimator.report.text import (
    horizon_text,
    key_of,
    priced_rows,
    ready_date,
    recommended,
    row_name,
    row_of,
)
from estimator.report.theme import PATTERNS, SYMBOLS, Theme, theme, with_alpha
from estimator.vocabulary import Phase
from estimator.words.format import Style
from estimator.words.texts import approach_label, phase_label, say, term


def costs(answer: Answer, style: Style | None = None, dark: bool = False) -> Chart:
    """Stacked bars of the plan by phase and the allowance, up to the expected total."""
    style, t = style or Style(), theme(dark)
    rows, lang, figure = priced_rows(answer)[::-1], style.language, Picture()
    names = [_bar_name(r, lang) for r in rows]
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
    total = {p: np.array([style.convert(total_span(r)[p]) for r in rows]) for p in P}
    known = {n: np.array([style.convert(budget_of(r)[n]) for r in rows]) for n in NAMES}
    _add_allowance(figure, names, known["allowance"], style, t)
    figure.add_scatter(
        y=names, x=f32(total["p90"]), mode="text",
        text=["  " + style.money_short(v * style.usd_rate) for v in known["expected"]],
        textposition="middle right", textfont={"size": 12, "color": t.text},
        showlegend=False, hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    figure.add_scatter(
        y=names, x=f32(total["p50"]), mode="markers", name=say("chart.budget_cases", lang),
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
    for name, usd in known.items():
        table[f"{say(f'budget.{name}', lang)}, {style.currency}"] = np.round(usd, 2)
    table[f"{say('col.total', lang)} p10, {style.currency}"] = np.round(total["p10"], 2)
    title = say("axis.total", lang, horizon=horizon_text(answer, lang), currency=style.currency)
    figure.update_xaxes(title_text=title, **money_axis(style), nticks=6)
    figure.update_xaxes(range=[0, float(max(total["p90"].max(), known["plan"].max())) * 1.18])
    finish(
        figure, t, style, say("chart.costs", lang), 460, barmode="stack",
        legend_traceorder="normal", showlegend=True, bargap=0.35,
    )  # fmt: skip
    return Chart(figure, _costs_alt(answer, style), pd.DataFrame(table).iloc[::-1])


def _add_allowance(
    figure: Picture, names: Sequence[str], usd: Array, style: Style, t: Theme
) -> None:
    """The allowance for surprises on top of the plan: bars end at the expected total."""
    label = say("budget.allowance", style.language)
    shown = [f"{label}: {style.money_about(v * style.usd_rate)}" for v in usd]
    figure.add_bar(
        y=names, x=f32(np.maximum(usd, 0.0)), orientation="h", name=label, hovertext=shown,
        marker={"color": with_alpha(t.muted, 0.35)}, hoverinfo="text",
    )  # fmt: skip


def _bar_name(row: Row, language: str) -> str:
    label = approach_label(row["approach"], language)
    return label if "#" not in key_of(row) else f"{label} #{key_of(row).split('#')[1]}"


def _costs_alt(answer: Answer, style: Style) -> str:
    parts = []
    for row in priced_rows(answer):
        phases, known = planned(row), budget_of(row)
        top = max(phases, key=lambda p: phases[p], default="people")
        share = phases[top] / known["plan"] if known["plan"] else None
        parts.append(
            say(
                "chart.costs_share",
                style.language,
                approach=approach_label(row["approach"], style.language),
                total=style.money_short(known["expected"]),
                phase=phase_label(top, style.language),
                share=style.percent(share),
            )
        )
    return say("chart.costs_alt", style.language, sentence="; ".join(parts) + ".")


def cashflow(
    answer: Answer, key: str | None = None, style: Style | None = None, dark: bool = False
) -> Chart:
    """Spending by month as bars and in sum as a line, plan values, for one row."""
    style, t = style or Style(), theme(dark)
    row = row_of(answer, key) if key else recommended(answer)
    flow = row.get("cash_flow_usd") if row else None
    if row is None or not flow:
        return blank(t, style)
    lang = style.language
    months, usd = np.arange(len(flow)), np.array([style.convert(x) for x in flow])
    total, figure = np.cumsum(usd), Picture()
    figure.add_bar(
        x=months, y=f32(usd), name=say("chart.cashflow_month", lang), marker={"color": t.accent},
        hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=months, y=f32(total), mode="lines", line={"color": t.text, "width": 2},
        name=say("chart.cashflow_sum", lang), hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
    )  # fmt: skip
    figure.add_annotation(
        x=months[-1], y=float(total[-1]), text=style.money_short(total[-1] * style.usd_rate),
        showarrow=False, yshift=-12, xshift=-8, xanchor="right", font={"color": t.text},
    )  # fmt: skip
    use = answer["inputs"]["serving"]["horizon_months"]
    _spread_of(figure, row, max(len(flow) - 1 - use, 0), int(months[-1]), style, t)
    figure.update_xaxes(title_text=say("axis.month", lang))
    figure.update_yaxes(
        title_text=say("axis.money", lang, currency=style.currency), **money_axis(style)
    )
    name = row_name(row, lang)
    finish(figure, t, style, f"{say('chart.cashflow', lang)}: {hover(name)}", showlegend=True)
    alt = say(
        "chart.cashflow_alt", lang, approach=name, first=style.money_about(flow[0]),
        total=style.money_about(sum(flow)), month=len(flow) - 1,
        expected=style.money_about(budget_of(row)["expected"]),
        safe=style.money_about(budget_of(row)["safe"]),
    )  # fmt: skip
    table = pd.DataFrame(
        {
            say("col.month", lang): months,
            f"{say('chart.cashflow_month', lang)}, {style.currency}": np.round(usd, 2),
            f"{say('col.cumulative', lang)}, {style.currency}": np.round(total, 2),
        }
    )
    return Chart(figure, alt, table)


def _spread_of(figure: Picture, row: Row, ready: int, last: int, style: Style, t: Theme) -> None:
    """Where the project itself and the total end: expected, and the range of 8 of 10 cases."""
    parts = [(ready, expected_span(row["cost_usd"]["one_off"])), (last, total_span(row))]
    low, mid, high = (np.array([style.convert(c[p]) for _, c in parts]) for p in P)
    figure.add_scatter(
        x=[month for month, _ in parts], y=f32(mid), mode="markers+text",
        text=["", style.money_short(parts[1][1]["p50"])], textposition="middle left",
        name=say("chart.budget_cases", style.language),
        marker={"symbol": "line-ew", "size": 9, "line": {"color": t.text, "width": 2}},
        error_y={
            "type": "data", "symmetric": False, "array": f32(high - mid),
            "arrayminus": f32(mid - low), "color": t.text, "thickness": 1.2, "width": 4,
        },
        hovertext=[
            f"{style.money_about(c['p50'])} ({style.money_short(c['p10'])} – "
            f"{style.money_short(c['p90'])})"
            for _, c in parts
        ],
        hoverinfo="text",
    )  # fmt: skip


def gantt(
    answer: Answer, key: str | None = None, style: Style | None = None, dark: bool = False
) -> Chart:
    """The calendar of one row: middle start and length of each step, whisker to the late end."""
    style, t = style or Style(), theme(dark)
    row = row_of(answer, key) if key else recommended(answer)
    steps = row.get("calendar") if row else None
    if row is None or not steps:
        return blank(t, style)
    lang = style.language
    names = [term("step", s["name"], lang) for s in steps]
    roles = [term("role", s["role"], lang) for s in steps]
    start = np.array([s["start_weeks"]["p50"] for s in steps])
    length = np.array([s["weeks"]["p50"] for s in steps])
    late = np.array([s["start_weeks"]["p90"] + s["weeks"]["p90"] for s in steps])
    end = start + length
    figure = Picture()
    figure.add_bar(
        y=names, x=f32(length), base=f32(start), orientation="h", marker={"color": t.accent},
        error_x={
            "type": "data", "symmetric": False, "array": f32(np.maximum(late - end, 0)),
            "arrayminus": f32(np.zeros(len(end))), "color": t.muted, "thickness": 1.2, "width": 4,
        },
        hovertext=[
            f"{hover(n)} ({hover(role)}): {style.weeks(a)} – {style.weeks(b)}"
            for n, role, a, b in zip(names, roles, start, end, strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", title_text="")
    first_day = answer["inputs"].get("start_date")
    title = say("axis.weeks", lang) + (f" ({first_day})" if first_day else "")
    figure.update_xaxes(title_text=title, rangemode="tozero", **_days(first_day, late.max()))
    name, title = row_name(row, lang), say("chart.gantt", lang)
    finish(figure, t, style, f"{title}: {hover(name)}", 140 + 28 * len(names), bargap=0.35)
    weeks = style.weeks(row["calendar_weeks"]["p50"])
    alt = say("chart.gantt_alt", lang, approach=name, n=len(names), weeks=weeks)
    table: dict[str, Any] = {
        say("col.task", lang): names,
        say("col.role", lang): roles,
        say("col.start", lang): np.round(start, 2),
        say("col.end", lang): np.round(end, 2),
    }
    if first_day:
        table[say("col.date", lang)] = [ready_date(first_day, float(e)) for e in end]
    return Chart(figure, alt, pd.DataFrame(table))


def _days(first_day: str | None, weeks: float) -> dict[str, Any]:
    """Ticks of a calendar as dates where there is a first day; whole weeks otherwise."""
    step = next((s for s in (1, 2, 4, 8, 13, 26) if weeks / s <= 8), 52)
    at = list(range(0, int(weeks) + 1, step))
    if not first_day:
        return {"tickmode": "array", "tickvals": at} if weeks > 3 else {}
    dates = [ready_date(first_day, week) for week in at]
    return {"tickmode": "array", "tickvals": at, "ticktext": dates}


def energy(answer: Answer, style: Style | None = None, dark: bool = False) -> Chart:
    """Energy of training with its 80 % interval on a log axis, CO2 in words."""
    style, t = style or Style(), theme(dark)
    lang = style.language
    rows = [r for r in answer["approaches"] if (r["energy_kwh"]["p50"] or 0) > 0][::-1]
    if not rows:
        return blank(t, style)
    names = [_bar_name(r, lang) for r in rows]
    kwh = {p: np.array([r["energy_kwh"][p] for r in rows]) for p in P}
    co2 = {p: np.array([r["co2_kg"][p] for r in rows]) for p in P}
    figure = Picture()
    figure.add_scatter(
        y=names, x=f32(kwh["p50"]), mode="markers",
        marker={
            "size": 10, "color": [t.approach(r["approach"]) for r in rows],
            "symbol": [SYMBOLS[r["approach"]] for r in rows],
        },
        error_x={
            "type": "data", "symmetric": False, "array": f32(kwh["p90"] - kwh["p50"]),
            "arrayminus": f32(kwh["p50"] - kwh["p10"]), "color": t.muted, "thickness": 1.2,
        },
        hovertext=[
            f"{n}: {style.about(k, 2)} kWh ({style.about(a, 2)} – {style.about(b, 2)}), "
            f"{style.about(c, 2)} kg CO2"
            for n, k, a, b, c in zip(
                names, kwh["p50"], kwh["p10"], kwh["p90"], co2["p50"], strict=True
            )
        ],
        hoverinfo="text",
    )  # fmt: skip
    figure.update_xaxes(
        type="log", title_text=say("axis.energy", lang),
        **log_ticks(float(kwh["p10"].min()), float(kwh["p90"].max()), style),
    )  # fmt: skip
    finish(figure, t, style, say("chart.energy", lang), 140 + 28 * len(names))
    words = [
        say(
            "chart.energy_row", lang, approach=n, kwh=style.about(float(k), 2),
            co2=style.about(float(c), 2),
        )
        for n, k, c in zip(names[::-1], kwh["p50"][::-1], co2["p50"][::-1], strict=True)
    ]  # fmt: skip
    table: dict[str, Any] = {say("col.approach", lang): names}
    for head, spread in (("col.energy", kwh), ("col.co2", co2)):
        table |= {f"{say(head, lang)} {p}": v for p, v in spread.items()}
    alt = say("chart.energy_alt", lang, sentence="; ".join(words) + ".")
    return Chart(figure, alt, pd.DataFrame(table).iloc[::-1])


def break_even(
    volumes: Sequence[float],
    totals_usd: Mapping[str, Sequence[Sequence[float]]],
    crossings: Sequence[tuple[str, str, float]] = (),
    now: float | None = None,
    style: Style | None = None,
    dark: bool = False,
) -> Chart:
    """Total cost of rows against requests a month, with the volumes where two cost the same.

    Parameters
    ----------
    volumes : sequence of float
        Requests a month, rising.
    totals_usd : mapping
        Row key -> (p10, p50, p90) of the total at each volume [USD]; the first row is the one
        whose band is filled.
    crossings : sequence of (key, key, volume)
        Break-even volumes.
    now : float, optional
        Volume of the scenario.
    """
    style, t = style or Style(), theme(dark)
    if not totals_usd or not len(volumes):
        return blank(t, style)
    lang = style.language
    x = np.asarray(volumes, float)
    bands = {k: np.asarray(v, float).T / style.usd_rate for k, v in totals_usd.items()}
    curves = {k: band[1] for k, band in bands.items()}
    figure = Picture()
    for i, (key, (lower, y, upper)) in enumerate(bands.items()):
        colour = t.approach(key)
        figure.add_scatter(
            x=f32(np.concatenate([x, x[::-1]])), y=f32(np.concatenate([lower, upper[::-1]])),
            fill="toself", fillcolor=with_alpha(colour, 0.04 if i else 0.18),
            line={"width": 1 if i else 0, "dash": "dot", "color": with_alpha(colour, 0.5)},
            mode="lines", hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=f32(x), y=f32(y), mode="lines", line={"color": t.approach(key), "width": 2.2},
            name=approach_label(key, lang), hovertemplate="%{fullData.name}: %{y:,.0f}"
            "<extra></extra>",
        )  # fmt: skip
    shown = spread_labels([float(np.log10(max(y[-1], 1e-9))) for y in curves.values()], 0.12)
    for (key, _), height in zip(curves.items(), shown, strict=True):
        figure.add_annotation(
            x=float(np.log10(x[-1])), y=float(height), xanchor="left", xshift=6,
            showarrow=False, text=approach_label(key, lang), font={"size": 12, "color": t.text},
        )  # fmt: skip
    for a, b, at in crossings:
        if a in curves and x[0] <= at <= x[-1]:
            figure.add_scatter(
                x=[at], y=[float(np.interp(np.log(at), np.log(x), curves[a]))], mode="markers",
                marker={"size": 10, "symbol": "circle-open", "color": t.text},
                hovertext=_crossing(a, b, at, style), hoverinfo="text",
            )  # fmt: skip
    if now:
        figure.add_vline(x=now, line={"color": t.muted, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=float(np.log10(now)), y=1, yref="paper", yanchor="top", showarrow=False,
            text=say("chart.you", lang, n=style.short(now)), xanchor="left", xshift=3,
            font={"size": 12, "color": t.muted},
        )  # fmt: skip
    low = min(float(v.min()) for v in bands.values())
    high = max(float(v.max()) for v in bands.values())
    figure.update_xaxes(
        type="log", title_text=say("axis.volume_log", lang), **log_ticks(x[0], x[-1], style),
        range=[np.log10(x[0]), np.log10(x[-1]) + 0.02],
    )  # fmt: skip
    figure.update_yaxes(
        type="log", title_text=say("axis.money_log", lang, currency=style.currency),
        **log_ticks(low, high, style, True),
    )  # fmt: skip
    room = label_margin(approach_label(k, lang) for k in curves)
    finish(figure, t, style, say("chart.break_even", lang), 420, **room)
    words = "; ".join(_crossing(a, b, at, style) for a, b, at in crossings)
    alt = say(
        "chart.break_even_alt", lang, sentence=(words or say("chart.break_even_none", lang)) + "."
    )
    table = {say("col.volume", lang): x}
    for key, band in bands.items():
        head = f"{approach_label(key, lang)}, {style.currency}"
        table |= {f"{head} {p}": v for p, v in zip(P, band, strict=True)}
    return Chart(figure, alt, pd.DataFrame(table))


def _crossing(a: str, b: str, volume: float, style: Style) -> str:
    lang = style.language
    names = {"a": approach_label(a, lang), "b": approach_label(b, lang)}
    return say("chart.break_even_at", lang, **names, volume=style.short(volume))
