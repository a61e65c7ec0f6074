"""A new project: five questions on the answer page, each of which may stay open."""

from __future__ import annotations

import streamlit as st

from estimator import ProjectInputs
from estimator.ui import state
from estimator.ui.components import e
from estimator.ui.fields import plain_field
from estimator.ui.inputs_special import SPECIAL
from estimator.ui.words import w

FRESH = "fresh_project"
QUESTIONS = (
    "task",
    "facts.kind",
    "n_labelled_available",
    "target.value",
    "value.value_per_month_usd",
)


def begin() -> None:
    """Put an empty project of the present task in force, and ask."""
    state.adopt(
        ProjectInputs.from_dict({"task": str(state.current().task), "name": w("fresh.name")}),
        as_start=True,
    )
    st.session_state[FRESH] = True


def button() -> None:
    """The way to a new project."""
    st.button(w("fresh.begin"), on_click=begin, key="fresh:begin", type="tertiary")


def panel() -> None:
    """The questions while they are open; the page below answers from the first one on."""
    if not st.session_state.get(FRESH):
        return
    inputs, marks = state.current(), state.changed()
    with st.container(border=True, key="fresh"):
        st.html(f'<p class="es es-say">{e(w("fresh.ask"))}</p>')
        columns = st.columns(len(QUESTIONS))
        for column, path in zip(columns, QUESTIONS, strict=True):
            with column:
                if path in SPECIAL:
                    SPECIAL[path](path, inputs, marks)
                else:
                    plain_field(path, inputs, marks)
        st.button(w("fresh.done"), on_click=_done, key="fresh:done", type="tertiary")


def _done() -> None:
    st.session_state[FRESH] = False
