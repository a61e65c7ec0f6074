"""The decision in pictures: what moves it, who is the best, what a budget buys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimator.engine.answer import Answer
from estimator.metrics import lower_is_better
from estimator.report.chart import (
    Chart,
    blank,
    f32,
    finish,
    hover,
    label_margin,
    log_ticks,
    money_ticks,
)
from estimator.report.figures import metric_axis, metric_scale, target_line
from estimator.report.picture import Picture
from estimator.report.text import key_of
from estimator.report.theme import SYMBOLS, theme, with_alpha
from estimator.report.words import driver_name, effect_usd, input_value, joined
from estimator.words.format import Style, metric_name
from estimator.words.texts import approach_label, say

MOST_BARS = 12


def tornado(answer: Answer, style: Style | None = None, dark: bool = False) -> Chart:
    """Change of the total cost when one input goes from its low to its high value."""
    style, t = style or Style(), theme(dark)
    lang = style.language
    drivers = [d for d in answer["recommendation"].get("drivers") or () if d["effect_usd"]]
    drivers = sorted(drivers, key=lambda d: -abs(effect_usd(d)))[:MOST_BARS][::-1]
    if not drivers:
        return blank(t, style)
    names = [driver_name(d, lang) for d in drivers]
    effect = np.array([style.convert(effect_usd(d)) for d in drivers])
    ends = [
        (input_value(answer, d["input"], d["low"], style),
         input_value(answer, d["input"], d["high"], style))
        for d in drivers
    ]  # fmt: skip
    figure = Picture()
    figure.add_bar(
        y=[hover(n) for n in names], x=f32(effect), orientation="h",
        marker={
            "color": [t.bad if e > 0 else t.good for e in effect],
            "pattern": {"shape": ["" if e > 0 else "/" for e in effect], "fillmode": "overlay",
                        "fgopacity": 0.4, "size": 6},
        },
        text=[f"{a} → {b}" for a, b in ends], textposition="outside", cliponaxis=False,
        textfont={"size": 12, "color": t.text},
        hovertext=[
            f"{hover(n)}, {a} → {b}: {'+' if e > 0 else ''}{style.money_about(e * style.usd_rate)}"
            for n, (a, b), e in zip(names, ends, effect, strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip
    reach = float(np.abs(effect).max())
    left = 1.6 if (effect < 0).any() else 0.1
    right = 1.6 if (effect > 0).any() else 0.1
    figure.update_xaxes(
        title_text=say("axis.effect", lang, currency=style.currency),
        **money_ticks(-left * reach, right * reach, style), range=[-left * reach, right * reach],
    )  # fmt: skip
    finish(figure, t, style, say("chart.tornado", lang), 130 + 30 * len(names), bargap=0.3)
    alt = say("chart.tornado_alt", lang, drivers=joined(names[::-1][:3], lang))
    table = pd.DataFrame(
        {
            say("col.input", lang): names,
            say("col.low_value", lang): [a for a, _ in ends],
            say("col.high_value", lang): [b for _, b in ends],
            f"{say('col.effect', lang)}, {style.currency}": np.round(effect, 2),
        }
    ).iloc[::-1]
    return Chart(figure, alt, table)


def best(answer: Answer, style: Style | None = None, dark: bool = False) -> Chart:
    """Chance of being the best choice and of reaching the target, row by row."""
    style, t = style or Style(), theme(dark)
    lang = style.language
    rows = [r for r in answer["approaches"] if r.get("best_probability") is not None][::-1]
    if not rows:
        return blank(t, style)
    names = [approach_label(key_of(r), lang) for r in rows]
    share = np.array([r["best_probability"] for r in rows]) * 100
    reach = [r.get("target_probability") for r in rows]
    figure = Picture()
    figure.add_bar(
        y=names, x=f32(share), orientation="h", name=say("axis.best_probability", lang),
        marker={"color": with_alpha(t.accent, 0.55)}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        y=names, x=[None if p is None else p * 100 for p in reach], mode="markers",
        name=say("col.target", lang),
        marker={"symbol": "diamond", "size": 10, "color": t.page,
                "line": {"width": 2, "color": t.text}},
        hovertext=[style.percent(p) for p in reach], hoverinfo="text",
    )  # fmt: skip
    for name, s in zip(names, share, strict=True):
        figure.add_annotation(
            x=119, y=name, text=style.percent(s / 100), showarrow=False, xanchor="right",
            font={"size": 12, "color": t.text},
        )  # fmt: skip
    at = [0, 25, 50, 75, 100]
    figure.update_xaxes(
        range=[0, 120], tickvals=at, ticktext=[style.percent_sign(str(x)) for x in at]
    )
    finish(figure, t, style, say("chart.best", lang), 170 + 26 * len(names), showlegend=True)
    order = np.argsort(-share)
    words = "; ".join(f"{names[i]} {style.percent(share[i] / 100)}" for i in order[:4])
    table = {
        say("col.approach", lang): names,
        say("axis.best_probability", lang): np.round(share / 100, 4),
        say("col.target", lang): reach,
    }
    alt = say("chart.best_alt", lang, sentence=words + ".")
    return Chart(figure, alt, pd.DataFrame(table).iloc[::-1])


def budget(
    answer: Answer,
    budgets_usd: Sequence[float],
    quality: Sequence[Sequence[float]],
    rows: Sequence[str],
    style: Style | None = None,
    dark: bool = False,
) -> Chart:
    """Best quality that each budget buys, with its band, and the row that buys it.

    Parameters
    ----------
    answer : mapping
        JSON of the comparison.
    budgets_usd : sequence of float
        Rising budgets [USD].
    quality : three sequences
        p10, p50 and p90 of the metric at each budget.
    rows : sequence of str
        Key of the row taken at each budget.
    """
    style, t = style or Style(), theme(dark)
    if not len(budgets_usd):
        return blank(t, style)
    lang = style.language
    metric = answer["inputs"]["target"]["metric"]
    x = np.array([style.convert(b) for b in budgets_usd])
    low, mid, high = np.asarray(quality, float) * metric_scale(metric)
    figure = Picture()
    figure.add_scatter(
        x=f32(np.concatenate([x, x[::-1]])), y=f32(np.concatenate([low, high[::-1]])),
        fill="toself", fillcolor=with_alpha(t.accent, 0.15), line={"width": 0}, hoverinfo="skip",
        mode="lines",
    )  # fmt: skip
    names = [approach_label(k, lang) for k in rows]
    figure.add_scatter(
        x=f32(x), y=f32(mid), mode="lines+markers", line={"color": t.accent, "width": 2.2},
        marker={
            "size": 9, "color": [t.approach(k) for k in rows],
            "symbol": [SYMBOLS[k.split("#")[0]] for k in rows],
        },
        hovertext=[
            f"{style.money_short(b)}: {n}, {style.number(m, 1)}"
            for b, n, m in zip(budgets_usd, names, mid, strict=True)
        ], hoverinfo="text",
    )  # fmt: skip
    for i, name in enumerate(names):
        if i == 0 or name != names[i - 1]:
            figure.add_annotation(
                x=float(np.log10(x[i])), y=float(mid[i]), text=name, showarrow=False, yshift=-16,
                xanchor="left", font={"size": 12, "color": t.text},
            )  # fmt: skip
    target_line(figure, answer, metric, style, t)
    figure.update_xaxes(
        type="log", title_text=say("axis.budget", lang, currency=style.currency),
        **log_ticks(float(x[0]), float(x[-1]), style, True),
    )  # fmt: skip
    figure.update_yaxes(title_text=metric_axis(metric, style))
    if lower_is_better(metric):
        figure.update_yaxes(autorange="reversed")
    finish(figure, t, style, say("chart.budget", lang))
    changes = [i for i in range(len(names)) if i == 0 or names[i] != names[i - 1]]
    words = "; ".join(
        f"{style.money_short(budgets_usd[i])}: {names[i]}, {style.number(mid[i], 1)}"
        for i in changes
    )
    alt = say("chart.budget_alt", lang, metric=metric_name(metric, lang), sentence=words + ".")
    table = pd.DataFrame(
        {
            f"{say('col.budget', lang)}, {style.currency}": np.round(x, 2),
            say("col.approach", lang): names,
            f"{metric_name(metric, lang)} p10": np.round(low, 2),
            f"{metric_name(metric, lang)} p50": np.round(mid, 2),
            f"{metric_name(metric, lang)} p90": np.round(high, 2),
        }
    )
    return Chart(figure, alt, table)


def cost_curves(
    answer: Answer,
    curves: Mapping[str, pd.DataFrame],
    style: Style | None = None,
    dark: bool = False,
) -> Chart:
    """Total cost of reaching a quality, row by row: solid within the evidence, dashed beyond.

    Parameters
    ----------
    answer : mapping
        JSON of the comparison.
    curves : mapping
        Row key -> frame with ``value`` (metric, its own unit), ``usd_p10``, ``usd_p50``,
        ``usd_p90`` and ``extrapolated`` (bool), by rising number of labels.
    """
    style, t = style or Style(), theme(dark)
    if not any(len(c) for c in curves.values()):
        return blank(t, style)
    lang = style.language
    metric = answer["inputs"]["target"]["metric"]
    scale = metric_scale(metric)
    figure = Picture()
    for key, curve in curves.items():
        x, colour = curve["value"].to_numpy() * scale, t.approach(key)
        low, mid, high = (
            curve[f"usd_{p}"].to_numpy() / style.usd_rate for p in ("p10", "p50", "p90")
        )
        figure.add_scatter(
            x=f32(np.concatenate([x, x[::-1]])), y=f32(np.concatenate([low, high[::-1]])),
            fill="toself", fillcolor=with_alpha(colour, 0.10), line={"width": 0},
            hoverinfo="skip", mode="lines",
        )  # fmt: skip
        alone = float(np.ptp(x)) < 1e-6
        if alone:  # more labels change nothing: one mark with its interval
            x, low, mid, high = x[:1], low[:1], mid[:1], high[:1]
        beyond = curve["extrapolated"].to_numpy(bool)[: len(x)]
        known = np.where(beyond, np.nan, mid)
        edge = beyond | np.roll(beyond, -1) & (np.arange(len(beyond)) < len(beyond) - 1)
        for y, dash in ((known, "solid"), (np.where(edge, mid, np.nan), "dash")):
            figure.add_scatter(
                x=f32(x), y=f32(y), mode="markers" if alone else "lines",
                name=approach_label(key, lang),
                marker={"color": colour, "size": 9, "symbol": SYMBOLS[key.split("#")[0]]},
                error_y={
                    "type": "data", "symmetric": False, "array": f32(high - mid), "color": colour,
                    "arrayminus": f32(mid - low), "thickness": 1.2, "width": 4, "visible": alone,
                },
                line={"color": colour, "width": 2.2, "dash": dash},
                hovertemplate="%{fullData.name}: %{x:.1f}, %{y:,.0f}<extra></extra>",
            )  # fmt: skip
        figure.add_annotation(
            x=float(x[-1]), y=float(np.log10(max(mid[-1], 1e-9))), xanchor="left", xshift=5,
            text=approach_label(key, lang), showarrow=False, font={"size": 12, "color": t.text},
        )  # fmt: skip
    every = pd.concat(list(curves.values()))
    cheap, dear = float(every["usd_p10"].min()), float(every["usd_p90"].max())
    figure.update_yaxes(
        type="log", title_text=say("axis.money_log", lang, currency=style.currency),
        **log_ticks(style.convert(cheap), style.convert(dear), style, True),
    )  # fmt: skip
    span = every["value"] * scale
    wide = max(float(span.max() - span.min()), 1e-6)
    ends = [float(span.min()) - 0.02 * wide, float(span.max()) + 0.02 * wide]
    figure.update_xaxes(
        title_text=metric_axis(metric, style), range=ends[::-1] if lower_is_better(metric) else ends
    )
    room = label_margin(approach_label(k, lang) for k in curves)
    finish(figure, t, style, say("chart.cost_curves", lang), 440, **room)
    table = pd.concat(
        [
            c.assign(**{say("col.approach", lang): approach_label(k, lang)})
            for k, c in curves.items()
        ]
    )
    alt = say("chart.cost_curves_alt", lang, metric=metric_name(metric, lang))
    return Chart(figure, alt, table)
