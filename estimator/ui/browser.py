"""What only the browser can do: keep scenarios over a reload, tell a frame's parent the height,
close the drawer of a phone after the choice of a page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager

from estimator import ProjectInputs
from estimator.errors import EstimatorError
from estimator.ui import state

NAME = "estimator_browser"
TOUCHED = "kept_touched"
"""Were the kept scenarios read from the browser, or changed, in this visit?"""
MOST_CHARACTERS = 1_000_000
_MOUNTS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

JS = """
const KEY = 'estimator.scenarios';
export default function (component) {
  const { data, setTriggerValue } = component;
  try {
    if (data.kept !== null) localStorage.setItem(KEY, data.kept);
    else if (localStorage.getItem(KEY)) setTriggerValue('kept', localStorage.getItem(KEY));
  } catch (refused) { /* a browser may keep nothing for a framed page */ }
  if (!window.estimatorDrawer) {
    window.estimatorDrawer = true;
    document.addEventListener('click', (event) => {
      if (innerWidth > 768 || !event.target.closest('[data-testid="stSidebarNavLink"]')) return;
      const close = '[data-testid="stSidebarCollapseButton"] button';
      setTimeout(() => document.querySelector(close)?.click(), 0);
    });
  }
  if (window.parent === window || window.estimatorHeight) return;
  const main = document.querySelector('[data-testid="stMainBlockContainer"]');
  if (!main) return;
  const tell = () => window.parent.postMessage({ estimator: { height: main.scrollHeight } }, '*');
  window.estimatorHeight = new ResizeObserver(tell);
  window.estimatorHeight.observe(main);
  tell();
}
"""


def remember() -> None:
    """Write the kept scenarios to the browser, or take back what it kept at an earlier visit."""
    kept = st.session_state[state.SAVED]
    known = st.session_state.get(TOUCHED, bool(kept))
    found = _component()(
        data={"kept": as_text(kept) if known else None}, key="browser", on_kept_change=lambda: None
    )
    text = found.kept
    if text and not known:
        st.session_state[TOUCHED] = True
        kept[:] = from_text(str(text))
        st.rerun()
    st.session_state[TOUCHED] = known or bool(kept)


def as_text(kept: list[ProjectInputs]) -> str:
    """Kept scenarios as the browser stores them."""
    return json.dumps([inputs.to_dict() for inputs in kept])


def from_text(text: str) -> list[ProjectInputs]:
    """Kept scenarios read back; one that no longer opens is left out."""
    try:
        raw = json.loads(text[:MOST_CHARACTERS])
    except ValueError:
        return []
    found = []
    for one in raw[: state.SAVED_LIMIT] if isinstance(raw, list) else ():
        if isinstance(one, Mapping):
            try:
                found.append(ProjectInputs.from_dict(dict(one)))
            except EstimatorError:
                continue
    return found


def _component() -> Any:
    """The mounting command, registered once per server."""
    manager = get_bidi_component_manager()
    if manager not in _MOUNTS:
        _MOUNTS[manager] = st.components.v2.component(NAME, html="<i hidden></i>", js=JS)
    return _MOUNTS[manager]
