"""The script of the dashboard: registers the pages and draws the chosen one in its frame."""

from __future__ import annotations

import streamlit as st

from estimator.ui import shell
from estimator.ui.address import PAGES
from estimator.ui.words import w

st.set_page_config(
    page_title=w("app.title"), page_icon=None, layout="wide", initial_sidebar_state=300
)
pages = [
    st.Page(f"pages/{name}.py", title=w(f"page.{name}"), url_path=name, default=name == "answer")
    for name in PAGES
]
page = st.navigation(pages, position="hidden" if shell.is_bare() else "top")
shell.around(page.run, "main")
