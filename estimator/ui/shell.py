"""The frame around every page: style, scenario, messages, inputs; or one block alone.

A page draws it itself when Streamlit runs the page's file without ``main.py`` (its test runner
does so from the second run on), so a page never stands without its inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

import streamlit as st

from estimator.ui import blocks, browser, errors, fields, history, inputs_form, moved, state
from estimator.ui.address import PAGES
from estimator.ui.style import EMBED, PAGE
from estimator.ui.words import SETTLED, choose_language, language, w

_INSIDE: ContextVar[bool] = ContextVar("inside_the_frame", default=False)


def is_bare() -> bool:
    """Is the page shown without its own navigation: in a frame, or one block alone?"""
    return bool(st.context.is_embedded) or bool(st.query_params.get("view"))


def around(page: Callable[[], None], by: str) -> None:
    """Draw a page with everything that belongs around it; ``by`` names the script that does."""
    state.DRAWN_BY.set(by)
    st.html(PAGE)
    fields.catch_up()
    state.begin()
    token, spoken = _INSIDE.set(True), SETTLED.set(language())
    try:
        messages()
        view = st.query_params.get("view")
        if is_bare():
            st.html(EMBED)
        if view:
            errors.guarded(lambda: blocks.alone(view))
            browser.remember()
            return
        if is_bare():
            _drawer()
        prefix = state.PREFIX.set("page:")
        errors.guarded(page)
        state.PREFIX.reset(prefix)
        if not is_bare():
            with st.sidebar:
                inputs_form.draw("side")
                choose_language()
        history.watch()
        browser.remember()
    finally:
        _INSIDE.reset(token)
        SETTLED.reset(spoken)


def show(page: Callable[[], None]) -> None:
    """Draw a page inside the frame; the frame too where there is none yet."""
    if _INSIDE.get():
        page()
    else:
        around(page, "page")


def messages() -> None:
    """What went wrong with a link or a file, and what it could not hold."""
    if state.LINK_ERROR in st.session_state:
        errors.message(errors.in_words(st.session_state[state.LINK_ERROR]), w("error.link"))
    for lost in st.session_state.get(state.NOTES, ()):
        errors.note(lost)
    moved.since_link()


def _drawer() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        drawer = st.popover(w("inputs.drawer"), on_change="rerun", key="drawer")
        for name in PAGES:
            st.page_link(f"pages/{name}.py", label=w(f"page.{name}"))
    if drawer.open:
        with drawer:
            inputs_form.draw("drawer")
            choose_language()
