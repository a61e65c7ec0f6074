"""Projects: what the team keeps, who changed it when, and what came of it."""

from __future__ import annotations

import streamlit as st

from estimator.ui import projects, register, shell, team_prices, then
from estimator.ui.components import choose_view, e, heading
from estimator.ui.words import w

VIEWS = {
    "keep": projects.page,
    "then": then.page,
    "decide": register.decide,
    "right": register.how_right,
    "prices": team_prices.page,
}


def page() -> None:
    """The page."""
    heading(w("page.projects"), 1)
    st.html(f'<p class="es es-say">{e(w("projects.intro"))}</p>')
    if projects.ready():
        choose_view("projects:view", VIEWS, "projects_view")


shell.show(page)
