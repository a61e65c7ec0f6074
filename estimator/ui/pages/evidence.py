"""Evidence: curves, runs, sources, prices with age, errors of the model, claims, judgements."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from estimator.ui import evidence_views, shell, state, validation_views
from estimator.ui.components import choose_view, heading
from estimator.ui.words import w

VIEWS: dict[str, Callable[[], None]] = {
    "curves": evidence_views.curves,
    "runs": evidence_views.runs,
    "sources": evidence_views.sources,
    "prices": evidence_views.prices,
    "models": evidence_views.models,
    "validation": validation_views.validation,
    "claims": validation_views.claims,
    "assumptions": evidence_views.assumptions,
}


@st.fragment
def body() -> None:
    """The chosen table only."""
    state.follow()
    choose_view("evidence:view", VIEWS, "evidence")


def page() -> None:
    """The page."""
    heading(w("page.evidence"), 1)
    body()


shell.show(page)
