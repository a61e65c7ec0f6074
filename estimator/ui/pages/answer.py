"""Answer: what to do, what it costs, how sure that is, what would change it; then the ten rows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import streamlit as st

from estimator.report.text import row_of, story
from estimator.report.words import changes
from estimator.ui import blocks, cached, errors, first_screen, fresh, progress, shell, state
from estimator.ui.components import choose_view, e, number_style
from estimator.ui.row_detail import detail
from estimator.ui.row_table import rows_table
from estimator.ui.words import w

OPENED = "opened_row"
PLAN_VIEW = "plan:view"
SHOWN_CHANGES = 4
OLD_PRICES_DAYS = 90


def top_line(answer: dict[str, Any]) -> None:
    """Project, state of the data, link and PDF."""
    inputs, marks = state.current(), state.changed()
    chosen = row_of(answer, answer["recommendation"].get("approach"))
    parts = [f"<strong>{e(inputs.name)}</strong>"]
    if marks:
        parts.append(f"<span>{e(w('inputs.n_changed', n=len(marks)))}</span>")
    parts.append(f"<span>{e(_prices(chosen))}</span>")
    parts.append(f"<span>{e(w('answer.data', version=answer['data_version'][:8]))}</span>")
    if chosen:
        proof = chosen["evidence"]
        n = proof["n_sources"]
        key = "answer.evidence" if n > 1 else "answer.evidence_one" if n else "answer.no_evidence"
        text = w(key, grade=w(f"grade.{proof['grade']}"), n=n)
        parts.append(f"<span>{e(text)}</span>")
    left, right = st.columns([0.72, 0.28], vertical_alignment="center")
    left.html(f'<div class="es es-top">{"".join(parts)}</div>')
    with right, st.container(horizontal=True, gap="small", horizontal_alignment="right"):
        blocks.copy_link()
        blocks.pdf_button("top")


def _prices(row: Mapping[str, Any] | None) -> str:
    """The date of the device price in use, with its age; else that of the price book."""
    c, device = state.current().compute, row and row["accelerator"]
    place = (c.provider, c.region, c.purchase_option, device)
    dates = [
        p.as_of
        for p in cached.evidence().prices
        if (p.provider, p.region, p.purchase_option, p.accelerator) == place
    ]
    if not dates:
        return w("answer.prices", date=cached.price_date())
    used = max(dates)
    days = (datetime.date.today() - datetime.date.fromisoformat(used[:10])).days
    return w("answer.used_price", device=device, date=used, days=max(days, 0))


def changes_line(full: dict[str, Any]) -> None:
    """What would change the answer, in one line."""
    found = [f"<span>{e(c)}</span>" for c in changes(full, number_style())[:SHOWN_CHANGES]]
    text = " | ".join(found) or e(w("answer.no_change"))
    st.html(f'<p class="es es-change"><b>{e(w("answer.change"))}</b> {text}</p>')


@st.fragment
def rows() -> None:
    """The table; a click on a row opens its detail below."""
    state.follow()
    inputs, style = state.current(), number_style()
    opened = st.session_state.get(OPENED)
    more = bool(st.session_state.get("rows:more", False))
    clicked = rows_table(cached.summary(inputs), style, opened, more)
    if clicked:
        st.session_state[OPENED] = None if clicked == opened else clicked
        st.rerun()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.toggle(w("rows.more"), key="rows:more", persist_state="session")
        st.html(f'<p class="es es-quiet">{e(w("rows.hint"))}</p>')
    if not opened:
        return
    answer = cached.answer(inputs)
    row = row_of(answer, opened)
    if row:
        with st.container(border=True, key="detail"):
            st.button(w("detail.close"), on_click=_close, type="tertiary", key="detail:close")
            detail(answer, row, style)


def _close() -> None:
    st.session_state[OPENED] = None


@st.fragment
def pictures() -> None:
    """One chart at a time, below the numbers."""
    choose_view("answer:chart", blocks.CHARTS, "chart")


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
        old = cached.price_age_days()
        if old > OLD_PRICES_DAYS:
            errors.note(w("answer.old_prices", date=cached.price_date(), days=old))
    doors(answer)
    rows()
    pictures()
    if cached.is_whole(inputs):
        changes_line(answer)
    else:
        progress.after_pause(
            cached.key_of(inputs),
            w("answer.searching"),
            lambda tick: cached.full_answer(inputs, tick),
        )


def doors(answer: dict[str, Any]) -> None:
    """What the answer rests on, and the next clicks: a result, the plan, the sources."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        rests = first_screen.rests(answer, number_style())
        if rests:
            st.html(rests, width="content")
        for view in ("results", "stages"):
            if st.button(w(f"answer.door_{view}"), key=f"door:{view}", type="tertiary"):
                st.session_state[PLAN_VIEW] = view
                st.switch_page("pages/plan.py")
        st.page_link("pages/evidence.py", label=w("answer.door_evidence"))


shell.show(page)
