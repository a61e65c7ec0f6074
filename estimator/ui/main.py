"""The frame of every page: header, navigation, inputs, the page itself; or one block alone."""

from __future__ import annotations

import streamlit as st

from estimator.ui import blocks, errors, inputs_form, state
from estimator.ui.style import EMBED, PAGE
from estimator.ui.words import w

st.set_page_config(
    page_title=w("app.title"), page_icon=None, layout="wide", initial_sidebar_state=300
)
st.html(PAGE)
state.begin()
embedded = bool(st.context.is_embedded)
view = st.query_params.get("view", "")
pages = [
    st.Page(f"pages/{name}.py", title=w(f"page.{name}"), url_path=name, default=name == "answer")
    for name in blocks.PAGES
]
page = st.navigation(pages, position="hidden" if view or embedded else "top")
if state.LINK_ERROR in st.session_state:
    errors.message(st.session_state[state.LINK_ERROR], w("error.link"))
for lost in st.session_state.get(state.NOTES, ()):
    errors.note(lost)
if view:
    st.html(EMBED)
    errors.guarded(lambda: blocks.alone(view))
elif embedded:
    st.html(EMBED)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        drawer = st.popover(w("inputs.drawer"), on_change="rerun", key="drawer")
        for entry in pages:
            st.page_link(entry, label=w(f"page.{entry.url_path or 'answer'}"))
    if drawer.open:
        with drawer:
            inputs_form.draw("drawer")
    errors.guarded(page.run)
else:
    errors.guarded(page.run)
    with st.sidebar:
        inputs_form.draw("side")
