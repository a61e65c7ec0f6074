"""Answer: what to do, what it costs, how sure that is, what would change it; then the ten rows."""

from __future__ import annotations

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.answer import Answer
from estimator.report.text import row_of, story
from estimator.report.words import changes
from estimator.ui import (
    blocks,
    cached,
    doors,
    first_screen,
    fresh,
    own_projects,
    progress,
    shell,
    state,
)
from estimator.ui.components import choose_view, e, number_style
from estimator.ui.inputs_form import preset_title
from estimator.ui.row_detail import detail
from estimator.ui.row_table import rows_table
from estimator.ui.words import w
from estimator.vocabulary import FINDS_PASSAGES
from estimator.words.format import NONE

OPENED = "opened_row"
SHOWN_CHANGES = 4


def top_line(answer: Answer) -> None:
    """Project, state of the data, link and PDF."""
    inputs, marks = state.current(), state.changed()
    newest = cached.price_date()
    priced = number_style().date(newest) if newest else NONE
    parts = [f"<strong>{e(preset_title(inputs.name))}</strong>"]
    if marks:
        parts.append(f"<span>{e(w('inputs.n_changed', n=len(marks)))}</span>")
    parts.append(f"<span>{e(w('answer.prices', date=priced))}</span>")
    parts.append(f"<span>{e(w('answer.data', version=cached.data_name(answer)))}</span>")
    left, right = st.columns([0.72, 0.28], vertical_alignment="center")
    left.html(f'<div class="es es-top">{"".join(parts)}</div>')
    with right, st.container(horizontal=True, gap="small", horizontal_alignment="right"):
        blocks.copy_link()
        blocks.pdf_button("top")


def changes_line(full: Answer) -> None:
    """What would change the answer, in one line."""
    found = [f"<span>{e(c)}</span>" for c in changes(full, number_style())[:SHOWN_CHANGES]]
    text = " | ".join(found) or e(w("answer.no_change"))
    st.html(f'<p class="es es-change"><b>{e(w("answer.change"))}</b> {text}</p>')


@st.fragment
def desk() -> None:
    """The table and one chart, side by side on a wide page; a click on a row opens its detail."""
    state.follow()
    wide = bool(st.session_state.get("rows:more", False))
    with st.container(key="desk-all" if wide else "desk"):
        with st.container(key="desk-rows"):
            opened = _rows()
        if opened:
            with st.container(border=True, key="detail"):
                st.button(w("detail.close"), on_click=_close, type="tertiary", key="detail:close")
                answer = cached.answer(state.current())
                row = row_of(answer, opened)
                if row:
                    detail(answer, row, number_style())
        with st.container(key="desk-chart"):
            pictures()


def _rows() -> str | None:
    """The table and the key of the row that is open."""
    opened: str | None = st.session_state.get(OPENED)
    more = bool(st.session_state.get("rows:more", False))
    clicked = rows_table(cached.summary(state.current()), number_style(), opened, more)
    if clicked:
        st.session_state[OPENED] = None if clicked == opened else clicked
        st.rerun()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.toggle(w("rows.more"), key="rows:more", persist_state="session")
        st.html(f'<p class="es es-quiet">{e(w("rows.hint"))}</p>')
    return opened


def _close() -> None:
    st.session_state[OPENED] = None


@st.fragment
def pictures() -> None:
    """One chart at a time, beside or below the numbers."""
    finds = state.current().task in FINDS_PASSAGES
    charts = {n: c for n, c in blocks.CHARTS.items() if n != "crossing" or finds}
    choose_view("answer:chart", charts, "chart")


def page() -> None:
    """The page; the sentences, which everybody waits for, leave before the line above them."""
    fresh.panel()
    above = st.container()
    inputs, style = state.current(), number_style()
    answer = cached.summary(inputs)
    words = story(answer, style)
    st.html(first_screen.lead(answer, words, cached.quality_draws(inputs), style))
    with above:
        top_line(answer)
        own_projects.warning()
    doors.draw(answer)
    desk()
    if cached.is_whole(inputs):
        changes_line(answer)
    else:
        progress.after_pause(
            cached.key_of(inputs),
            w("answer.searching"),
            lambda tick: cached.full_answer(inputs, tick),
            lambda: found(inputs),
        )


def found(inputs: ProjectInputs) -> None:
    """What a search has found; an open row shows some of it too, so it is drawn again."""
    if st.session_state.get(OPENED):
        st.rerun()
    changes_line(cached.summary(inputs))


shell.show(page)
