"""The staged plan on the page: sentences, gates as a ladder, stages with their money and weeks."""

from __future__ import annotations

import streamlit as st

from estimator.engine.answer import Answer
from estimator.engine.answer_decision import StagedPlan
from estimator.report import figures_plan
from estimator.report.chart_source import BOTH
from estimator.report.plan_tables import stage_rows
from estimator.report.text import recommended, story
from estimator.ui import cached, progress, state
from estimator.ui.components import bullets, dark, e, heading, html_table, number_style
from estimator.ui.sources import sourced
from estimator.ui.training_files import training_buttons
from estimator.ui.words import w
from estimator.words.statement import said


def stages() -> None:
    """What is done first, what is decided on which result, what it costs and how it can end."""
    answer, style = cached.summary(state.current()), number_style()
    told = story(answer, style)
    st.html(f'<p class="es es-say"><b>{e(told.headline)}.</b> {e(told.detail)}</p>')
    for line in (told.approve, told.ready, told.regret, told.reach, told.own):
        if line:
            st.html(f'<p class="es es-say">{e(line)}</p>')
    plan = answer["staged_plan"]
    if plan["stages"]:
        _ladder(plan, told.gates)
        sourced(figures_plan.stages(answer, style, dark()), "stages", answer, BOTH)
        _table(answer)
    pilot = answer["pilot_plan"]
    if pilot.get("worth_it"):
        heading(w("plan.questions"), 3)
        bullets(said(pilot, "questions", style))
    first = recommended(answer)
    if first:
        training_buttons(first, "plan")
    _other_values()


def _other_values() -> None:
    """The plan at other values of a month: half of the work of an answer, so it follows it."""
    inputs, style = state.current(), number_style()
    full = progress.search(w("plan.searching"), lambda tick: cached.full_answer(inputs, tick))
    for line in story(full, style).values if full else ():
        st.html(f'<p class="es es-say">{e(line)}</p>')


def _ladder(plan: StagedPlan, gates: tuple[str, ...]) -> None:
    """The gates from the first to the last, each as one line."""
    if not gates:
        return
    heading(w("plan.gates"), 3)
    items = "".join(f"<li>{e(g)}</li>" for g in gates)
    st.html(f'<ol class="es es-steps">{items}</ol>')


def _table(answer: Answer) -> None:
    header, cells = stage_rows(answer, number_style())
    st.html(
        html_table(header, [[e(c) for c in row] for row in cells], (2, 3, 4, 5), w("plan.cash"))
    )
