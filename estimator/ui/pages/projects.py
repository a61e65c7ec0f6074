"""Projects: what the team keeps, who changed it when, and what came of it."""

from __future__ import annotations

import streamlit as st

from estimator.ui import projects, shell
from estimator.ui.components import e, heading
from estimator.ui.words import w


def page() -> None:
    """The page."""
    heading(w("page.projects"), 1)
    st.html(f'<p class="es es-say">{e(w("projects.intro"))}</p>')
    if projects.ready():
        projects.page()


shell.show(page)
