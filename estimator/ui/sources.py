"""Charts with their source line: where the figures come from, and the way there."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from estimator.engine.answer import Answer
from estimator.report.chart import Chart
from estimator.report.chart_source import MONEY, QUALITY, chart_source, newest_price
from estimator.ui import cached, doors, state
from estimator.ui.address import page_address
from estimator.ui.components import e, number_style, show_chart
from estimator.ui.words import w

PLACES = {QUALITY: "quality", MONEY: "prices"}
"""The door behind what a chart shows first."""


def sourced(chart: Chart, key: str, answer: Answer, about: Sequence[str] = (QUALITY,)) -> None:
    """A chart, its source line with the door to Evidence, and the table behind it."""
    show_chart(chart, key, lambda: line(key, answer, about))


def line(key: str, answer: Answer, about: Sequence[str]) -> None:
    """What the figures rest on; in a frame a link to the whole page instead of a door."""
    newest = newest_price(cached.evidence_of(state.current()).prices)
    text = chart_source(answer, about, number_style(), newest)
    if not text:
        return
    where = w("source.where")
    if st.query_params.get("view"):
        address, _ = page_address("evidence")
        link = f'<a href="{e(address)}" target="_blank" rel="noopener">{e(where)}</a>'
        st.html(f'<p class="es es-source">{e(text)} {link}</p>')
        return
    with st.container(
        key=f"source:{key}", horizontal=True, gap="small", vertical_alignment="center"
    ):
        st.html(f'<span class="es es-source">{e(text)}</span>', width="content")
        doors.door(PLACES[about[0]], where, key=f"source:door:{key}")
