"""The doors of the answer page: a result, the plan, and what the answer rests on."""

from __future__ import annotations

import streamlit as st

from estimator.engine.answer import Answer
from estimator.report.first_screen import price_read, rests_on
from estimator.report.text import recommended
from estimator.ui import cached, state
from estimator.ui.components import number_style, today
from estimator.ui.words import w

DOORS = {
    "results": ("plan", "results"),
    "stages": ("plan", "stages"),
    "quality": ("evidence", "curves"),
    "prices": ("evidence", "prices"),
    "judgements": ("evidence", "assumptions"),
}
"""Doors of the page: the page and view that each opens."""


def draw(answer: Answer) -> None:
    """The next clicks: a result, the plan; then what the answer rests on, each a door."""
    row = recommended(answer)
    with st.container(key="doors", horizontal=True, gap="small", vertical_alignment="center"):
        door("results", w("answer.door_results"))
        door("stages", w("answer.door_stages"))
        if row is None:
            return
        read = price_read(cached.evidence_of(state.current()).prices, answer["inputs"], row)
        for ground in rests_on(answer, row, number_style(), read, today()):
            icon = ":material/warning:" if ground.doubtful else None
            door(ground.door, ground.text, icon)


def door(name: str, text: str, icon: str | None = None, key: str = "") -> None:
    """A way to one view of another page."""
    page, view = DOORS[name]
    key = key or f"door:{name}:{icon is None}"
    if st.button(text, key=key, type="tertiary", icon=icon):
        st.session_state[f"{page}:view"] = view
        st.switch_page(f"pages/{page}.py")
