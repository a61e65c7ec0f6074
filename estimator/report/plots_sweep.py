"""The charts of a sweep as one printed picture."""

from __future__ import annotations

from estimator.engine.swept import ChoiceMap, Swept, influences
from estimator.report.figures_sweep import choice_name, step_name
from estimator.report.plots import WIDTH_IN, new_figure, svg_of
from estimator.report.theme import LIGHT
from estimator.report.words import input_label
from estimator.vocabulary import Approach
from estimator.words.format import Style
from estimator.words.texts import say

BAR_IN, CELL_IN, HEAD_IN = 0.28, 0.42, 0.9


def sweep_svg(swept: Swept, drawn: ChoiceMap | None, style: Style) -> str:
    """Which input moves the choice, and below it the map of two inputs."""
    lang = style.language
    found = influences(swept)[::-1]
    heights = [HEAD_IN + BAR_IN * len(found)]
    if drawn is not None:
        heights.append(HEAD_IN + CELL_IN * len(drawn.y_steps))
    figure = new_figure(WIDTH_IN, sum(heights))
    axes = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    bars = axes[0]
    bars.barh(
        [input_label(i.path, lang) for i in found],
        [100 * i.share for i in found],
        color=LIGHT.accent,
    )
    for place, moved in enumerate(found):
        bars.text(100 * moved.share, place, f" {style.percent(moved.share, 0)}", va="center")
    bars.set_title(say("sweep.influence", lang), loc="left")
    bars.set_xlabel(say("sweep.axis", lang))
    if drawn is not None:
        cells = axes[1]
        for j, row in enumerate(drawn.choices):
            for i, choice in enumerate(row):
                if choice is None:
                    continue
                known = choice.split("#")[0] in set(Approach)
                colour = LIGHT.approach(choice) if known else LIGHT.muted
                cells.barh(j, 0.96, 0.94, left=i - 0.48, color=colour, alpha=0.45)
                name = choice_name(choice, lang)
                cells.text(i, j, name, ha="center", va="center", fontsize=6, wrap=True)
        across, up = (
            [step_name(p, s, swept.metric, style) for s in steps]
            for p, steps in ((drawn.x, drawn.x_steps), (drawn.y, drawn.y_steps))
        )
        cells.set_xticks(range(len(across)), across, fontsize=7)
        cells.set_yticks(range(len(up)), up, fontsize=7)
        cells.grid(visible=False)
        cells.set_xlabel(input_label(drawn.x, lang))
        cells.set_ylabel(input_label(drawn.y, lang))
        x, y = input_label(drawn.x, lang), input_label(drawn.y, lang)
        cells.set_title(say("sweep.map", lang, x=x, y=y), loc="left")
    return svg_of(figure)
