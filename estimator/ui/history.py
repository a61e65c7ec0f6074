"""The browser's back and forward: one step in its history a change, none for opening a page.

Streamlit writes the address by a new entry each time, also when it only completes the bare address
of a page just opened; the reader would have to press Back twice. A few lines in the page make that
one entry. Reading an entry again is ``state.begin``'s.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager

NAME = "estimator_history"
JS = """
export default function () {
  if (window.estimatorHistory) return;
  window.estimatorHistory = true;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const to = new URL(url, location.href);
    const completes = !location.search && to.search && to.pathname === location.pathname;
    if (completes) history.replaceState(state, title, url);
    else push(state, title, url);
  };
}
"""
_MOUNTS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def watch() -> None:
    """Put the lines into the page; registered once per server (tests start several)."""
    manager = get_bidi_component_manager()
    if manager not in _MOUNTS:
        _MOUNTS[manager] = st.components.v2.component(NAME, html="<span></span>\n", js=JS)
    _MOUNTS[manager](key="history", height=0)
