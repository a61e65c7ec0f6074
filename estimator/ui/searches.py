"""Views that vary inputs: budget, cost curves, break-even, drivers, optimiser."""

from __future__ import annotations

import streamlit as st

from estimator import ProjectInputs
from estimator.engine import decide
from estimator.report import figures_decision
from estimator.ui import cached, progress, state
from estimator.ui.components import dark, e, number_style, show_chart
from estimator.ui.words import w


def frontier(inputs: ProjectInputs) -> decide.Frontier:
    """Who beats whom in both cost and quality."""
    return decide.cost_accuracy_frontier(cached.evaluation(inputs), cached.judged(inputs))


def sensitivity_view() -> None:
    """What moves the cost, strongest first, and the three main drivers in a sentence."""
    inputs = state.current()
    full = progress.search(w("tradeoffs.searching"), lambda tick: cached.full_answer(inputs, tick))
    if full is None:
        return
    st.html(f'<p class="es es-say"><b>{e(full["recommendation"]["drivers_sentence"])}</b></p>')
    show_chart(figures_decision.tornado(full, number_style(), dark()), "tornado")
