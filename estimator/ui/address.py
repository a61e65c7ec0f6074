"""Addresses of pages that reopen the same numbers."""

from __future__ import annotations

import streamlit as st

from estimator.report import link
from estimator.report.sent import figures_sent
from estimator.ui import cached, state
from estimator.ui.words import language, w
from estimator.words.texts import say

PAGES = ("answer", "compare", "tradeoffs", "plan", "evidence", "guide", "report", "projects")


def page_address(page: str = "") -> tuple[str, str]:
    """The link of the scenario on a page, and in words what it cannot hold."""
    base = (st.context.url or "").split("?", 1)[0]
    folder, _, here = base.rstrip("/").rpartition("/")
    base = f"{folder}/" if here in PAGES else f"{base.rstrip('/')}/"
    inputs = state.current()
    was = figures_sent(cached.summary(inputs))
    made = link.encode(inputs, cached.price_hash(inputs), was)
    names = ", ".join(w(f"lost.{name}", default=name) for name in made.left_out)
    lost = say("link.lost", language(), fields=names) if made.left_out else ""
    own = "" if language() == "en" else f"&lang={language()}"
    return f"{base}{page}?{made.query}{own}", lost
