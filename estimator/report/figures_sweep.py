"""A sweep in pictures: which input moves the choice, and what is chosen by two inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from estimator.engine.swept import ChoiceMap, Influence, Swept, choice_map, influences
from estimator.report.chart import Chart, blank, f32, finish, hover
from estimator.report.picture import Picture
from estimator.report.theme import theme, with_alpha
from estimator.report.words import input_label, joined
from estimator.vocabulary import Approach
from estimator.words.format import Style
from estimator.words.statement import Setting
from estimator.words.texts import approach_label, say

SHORT = 20
"""Letters of a choice in a cell of the map."""


def choice_name(choice: str | None, language: str = "en") -> str:
    """A row, or what is done where no row is taken, in words."""
    if choice is None:
        return "–"
    if choice.split("#")[0] in set(Approach):
        return approach_label(choice, language)
    return say(f"sweep.choice.{choice}", language)


def step_name(path: str, step: Any, metric: str, style: Style) -> str:
    """A value of an input, or a range of values, in its own unit."""
    if isinstance(step, tuple):
        low, high = (Setting(path, v, metric).write(style, "") for v in step)
        return style.between(low, high)
    return Setting(path, step, metric).write(style, "")


def moves(swept: Swept, found: Sequence[Influence], style: Style) -> str:
    """Which inputs move the choice, in a sentence."""
    lang = style.language
    if len(set(swept.choices)) < 2:
        return say("sweep.same", lang, choice=choice_name(swept.choices[0], lang))
    most = [i for i in found if i.share >= 0.02][:3]
    if not most:
        return say("sweep.none_alone", lang)
    named = [
        say("sweep.moved", lang, input=input_label(i.path, lang), share=style.percent(i.share, 0))
        for i in most
    ]
    return say("sweep.moves", lang, inputs=joined(named, lang))


def influence(swept: Swept, style: Style | None = None, dark: bool = False) -> Chart:
    """How far each input settles the choice."""
    style, t = style or Style(), theme(dark)
    lang = style.language
    found = influences(swept)[::-1]
    if not found:
        return blank(t, style)
    names = [input_label(i.path, lang) for i in found]
    share = np.array([i.share for i in found])
    figure = Picture()
    figure.add_bar(
        y=[hover(n) for n in names], x=f32(100 * share), orientation="h",
        marker={"color": t.accent},
        text=[style.percent(s, 0) for s in share], textposition="outside", cliponaxis=False,
        hovertext=[f"{hover(n)}: {style.percent(s, 0)}" for n, s in zip(names, share, strict=True)],
        hoverinfo="text",
    )  # fmt: skip
    figure.update_xaxes(title_text=say("sweep.axis", lang), range=[0, 115 * max(share.max(), 0.05)])
    finish(figure, t, style, say("sweep.influence", lang), 130 + 30 * len(names), bargap=0.3)
    table = pd.DataFrame(
        {
            say("col.input", lang): names,
            say("sweep.share", lang): [style.percent(s, 0) for s in share],
            say("sweep.choices", lang): [
                "; ".join(
                    f"{step_name(i.path, s, swept.metric, style)}: {choice_name(c, lang)}"
                    for s, c in zip(i.steps, i.choices, strict=True)
                )
                for i in found
            ],
        }
    ).iloc[::-1]
    return Chart(figure, moves(swept, found[::-1], style), table)


def two_inputs(
    swept: Swept, x: str, y: str, style: Style | None = None, dark: bool = False
) -> Chart:
    """What is chosen most by two inputs."""
    style, t = style or Style(), theme(dark)
    lang = style.language
    drawn = choice_map(swept, x, y)
    names = sorted({c for row in drawn.choices for c in row if c is not None})
    if not names:
        return blank(t, style)
    across, up = (
        [step_name(p, s, swept.metric, style) for s in steps]
        for p, steps in ((x, drawn.x_steps), (y, drawn.y_steps))
    )
    figure = Picture()
    figure.add_heatmap(
        x=list(range(len(across))), y=list(range(len(up))),
        z=[[None if c is None else names.index(c) for c in row]
                           for row in drawn.choices],
        zmin=-0.5, zmax=len(names) - 0.5, colorscale=_scale(names, t), showscale=False,
        xgap=2, ygap=2, hoverinfo="text",
        hovertext=[[f"{hover(choice_name(c, lang))}, {style.percent(s, 0)}"
                    for c, s in zip(*rows, strict=True)]
                   for rows in zip(drawn.choices, drawn.shares, strict=True)],
    )  # fmt: skip
    for name in names:
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=choice_name(name, lang),
            marker={"size": 12, "symbol": "square", "color": _colour(name, t)},
        )  # fmt: skip
    for j, row in enumerate(drawn.choices):
        for i, choice in enumerate(row):
            if choice is not None:
                figure.add_annotation(
                    x=i, y=j, text=hover(_short(choice_name(choice, lang))),
                    showarrow=False, font={"size": 11, "color": t.text},
                )  # fmt: skip
    for update, path, ticks in (
        (figure.update_xaxes, x, across),
        (figure.update_yaxes, y, up),
    ):
        update(
            title_text=input_label(path, lang), tickmode="array", tickvals=list(range(len(ticks))),
            ticktext=list(ticks), showgrid=False, zeroline=False,
            range=[-0.5, len(ticks) - 0.5],
        )  # fmt: skip
    title = say("sweep.map", lang, x=input_label(x, lang), y=input_label(y, lang))
    finish(
        figure,
        t,
        style,
        title,
        190 + 44 * len(up),
        showlegend=True,
        legend={"orientation": "h", "y": -0.3},
    )
    return Chart(figure, _told(drawn, style), _table(drawn, across, up, style))


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


def _colour(choice: str, t: Any) -> str:
    known = choice.split("#")[0] in set(Approach)
    return with_alpha(t.approach(choice) if known else t.muted, 0.45)


def _scale(names: Sequence[str], t: Any) -> list[list[Any]]:
    """A colour for each choice, without passage from one to the next."""
    out: list[list[Any]] = []
    for k, name in enumerate(names):
        colour = _colour(name, t)
        out += [[k / len(names), colour], [(k + 1) / len(names), colour]]
    return out


def _told(drawn: ChoiceMap, style: Style) -> str:
    lang = style.language
    corner = [(drawn.choices[j][i], j, i) for j in (0, -1) for i in (0, -1)]
    ends = dict.fromkeys(choice_name(c, lang) for c, _, _ in corner if c is not None)
    return say(
        "sweep.map_alt", lang, x=input_label(drawn.x, lang), y=input_label(drawn.y, lang),
        choices=joined(list(ends), lang),
    )  # fmt: skip


def _table(
    drawn: ChoiceMap, across: Sequence[str], up: Sequence[str], style: Style
) -> pd.DataFrame:
    lang = style.language
    head = f"{input_label(drawn.y, lang)} \\ {input_label(drawn.x, lang)}"
    columns: dict[str, list[str]] = {head: list(up)}
    for i, name in enumerate(across):
        columns[name] = [
            f"{choice_name(row[i], lang)} ({style.percent(share[i], 0)})" if row[i] else "–"
            for row, share in zip(drawn.choices, drawn.shares, strict=True)
        ]
    return pd.DataFrame(columns)
