"""Work that follows the numbers: drawn last, with its progress, giving way to the next change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from estimator.errors import EstimatorError
from estimator.ui import errors
from estimator.ui.components import e
from estimator.ui.words import w

LATER = "later"


def later(work: Callable[[], None]) -> None:
    """Do this after the whole page and its inputs are drawn."""
    st.session_state.setdefault(LATER, []).append(work)


def begin() -> None:
    """Forget what an interrupted run had still to do."""
    st.session_state[LATER] = []


def finish() -> None:
    """Do what was put off."""
    for work in st.session_state.pop(LATER, []):
        work()


def ticker(place: Any, text: str) -> Callable[[], None]:
    """A function to be called between re-runs: shows how many were made.

    Drawing is also the moment at which Streamlit stops a run that a newer input has overtaken.
    """
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1
        place.html(f'<p class="es es-change" role="status">{e(text)} {count}</p>')

    return tick


def search(text: str, work: Callable[[Callable[[], None]], Any]) -> Any:
    """Run a search with its progress on the page; None and a message where it is not possible."""
    place = st.empty()
    try:
        return work(ticker(place, text))
    except EstimatorError as error:
        errors.shown(error, w("error.search"))
        return None
    finally:
        place.empty()
