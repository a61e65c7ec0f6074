"""The switch of own finished projects, and what they do to the scenario in force."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from estimator import ProjectInputs, store
from estimator.report.text import own_text
from estimator.ui import cached, errors, state, team
from estimator.ui.components import e, number_style
from estimator.ui.fields import plain_field
from estimator.ui.words import w

PATH = "own_factors"


def switch(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """Shall own projects be left out? Nothing without a register and without stated factors."""
    own = inputs.own_factors
    if not store.url() and not own.told:
        return
    plain_field(f"{PATH}.ignore", inputs, marks)
    if own.told:
        errors.note(w("own_factors.stated"))
        st.button(
            w("own_factors.drop"), key=state.keyed("own_factors:drop"),
            on_click=lambda: state.set_field(PATH, {"ignore": own.ignore}),
        )  # fmt: skip


def sentence(inputs: ProjectInputs) -> None:
    """What own projects do to the answer, or why they do nothing."""
    text = own_text(cached.summary(inputs), number_style())
    if text:
        st.html(f'<p class="es es-say">{e(text)}</p>')
    elif inputs.own_factors.ignore:
        errors.note(w("own_factors.off"))


def warning() -> None:
    """Says so where the register cannot be read just now."""
    if team.is_lost():
        errors.note(w("own_factors.lost"))
