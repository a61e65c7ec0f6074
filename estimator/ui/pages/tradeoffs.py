"""Trade-offs: what more money, more labels, more requests or another input would buy."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from estimator.report import figures_decision, figures_money
from estimator.report.chart_source import BOTH, MONEY
from estimator.ui import blocks, cached, searches, shell, state, sweep_view
from estimator.ui.components import bullets, choose_view, dark, e, heading, number_style
from estimator.ui.sources import sourced
from estimator.ui.words import language, w
from estimator.words.statement import said
from estimator.words.texts import approach_label, approach_named


def frontier() -> None:
    """Cost against quality, and which approach beats the ones off the line."""
    blocks.frontier()
    inputs = state.current()
    beaten = searches.frontier(inputs)
    lines = [
        w(
            "tradeoffs.dominated",
            row=approach_label(loser, language()),
            better=approach_named(winner, language()),
        )
        for loser, winner in beaten.dominated.items()
    ]
    bullets(lines)


def best() -> None:
    """Chance of being the best choice."""
    answer = cached.answer(state.current())
    sourced(figures_decision.best(answer, number_style(), dark()), "best", answer, BOTH)
    heading(w("tradeoffs.path"), 3)
    bullets(said(answer["recommendation"], "decision_path", number_style()), ordered=True)


def energy() -> None:
    """Energy and CO2 of training."""
    answer = cached.answer(state.current())
    sourced(figures_money.energy(answer, number_style(), dark()), "energy", answer, (MONEY,))
    st.html(f'<p class="es es-say">{e(w("tradeoffs.energy_note"))}</p>')


VIEWS: dict[str, Callable[[], None]] = {
    "frontier": frontier,
    "labels": blocks.accuracy,
    "budget": searches.budget_view,
    "cost_curves": searches.cost_curves_view,
    "break_even": searches.break_even_view,
    "sensitivity": searches.sensitivity_view,
    "judgements": searches.judgements_view,
    "sweep": sweep_view.page,
    "optimiser": searches.optimiser_view,
    "limits": searches.limits_view,
    "best": best,
    "energy": energy,
}


@st.fragment
def body() -> None:
    """The chosen view only."""
    state.follow()
    choose_view("tradeoffs:view", VIEWS, "tradeoffs")


def page() -> None:
    """The page."""
    heading(w("page.tradeoffs"), 1)
    body()


shell.show(page)
