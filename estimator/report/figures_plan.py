"""The staged plan as a picture: its stages in weeks, paler the less likely they are reached."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from estimator.engine.answer import Answer
from estimator.report.chart import Chart, blank, f32, finish, hover
from estimator.report.picture import Picture
from estimator.report.theme import theme, with_alpha
from estimator.words.format import Style
from estimator.words.texts import approach_named, listed, say

PALEST = 0.25


def stage_name(stage: Any, style: Style) -> str:
    """A stage in short: what is done, with which approaches, on how many labels."""
    lang = style.language
    names = listed([approach_named(k, lang) for k in stage["approaches"]], lang)
    key = f"stage.{stage['name']}" + ("" if stage["n_labelled"] else "_as_is")
    return say(key, lang, approaches=names, n=style.count(stage["n_labelled"]))


def stages(answer: Answer, style: Style | None = None, dark: bool = False) -> Chart:
    """Gantt of the stages of the plan; a bar is the stronger the likelier it is reached."""
    style, t = style or Style(), theme(dark)
    lang, found = style.language, answer["staged_plan"]["stages"]
    if not found:
        return blank(t, style)
    names = [f"{i}. {stage_name(s, style)}" for i, s in enumerate(found, start=1)]
    start = np.array([s["start_weeks"] for s in found])
    length = np.array([s["weeks"] for s in found])
    chance = np.array([s["chance"] for s in found])
    figure = Picture()
    figure.add_bar(
        y=names, x=f32(length), base=f32(start), orientation="h",
        marker={"color": [with_alpha(t.accent, PALEST + (1 - PALEST) * float(c)) for c in chance]},
        hovertext=[
            f"{hover(n)}: {style.percent(float(c))}, {style.money_about(s['usd'])}"
            for n, c, s in zip(names, chance, found, strict=True)
        ],
        hoverinfo="text",
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", title_text="")
    figure.update_xaxes(title_text=say("axis.weeks", lang), rangemode="tozero")
    finish(figure, t, style, say("chart.stages", lang), 140 + 28 * len(names), bargap=0.35)
    alt = say("chart.stages_alt", lang, n=len(names), chance=style.percent(float(chance[-1])))
    table = {
        say("col.stage", lang): names,
        say("col.start", lang): np.round(start, 2),
        say("col.weeks", lang): np.round(length, 2),
        say("col.reached", lang): np.round(chance, 3),
    }
    return Chart(figure, alt, pd.DataFrame(table))
