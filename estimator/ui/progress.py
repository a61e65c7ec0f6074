"""Work that follows the numbers: shown with its progress, giving way to the next change."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from estimator.errors import EstimatorError
from estimator.ui import errors
from estimator.ui.cached import Tick
from estimator.ui.components import e
from estimator.ui.pool import WorkFailed
from estimator.ui.words import w

LOG = logging.getLogger("estimator.ui")
PAUSE_SECONDS = 1.2
DRAW_SECONDS = 0.5
ARMED, FAILED = "search_armed", "search_failed"


def ticker(place: Any, text: str) -> Tick:
    """A function to be called while others work: shows how many re-runs of the model were made.

    Reading the session is the moment at which Streamlit stops a run that a newer input has
    overtaken; it is done every time, drawn only so often that the browser stays free for the
    reader.
    """
    shown, drawn = -1, 0.0

    def tick(reruns: int) -> None:
        nonlocal shown, drawn
        st.session_state.get(FAILED)
        if reruns == shown or time.monotonic() - drawn < DRAW_SECONDS:
            return
        shown, drawn = reruns, time.monotonic()
        place.html(f'<p class="es es-change" role="status">{e(text)} {reruns or ""}</p>')

    return tick


def search(text: str, work: Callable[[Tick], Any]) -> Any:
    """Run a search with its progress on the page; None and a message where it is not possible."""
    place = st.empty()
    try:
        return work(ticker(place, text))
    except EstimatorError as error:
        errors.shown(error, w("error.search"))
        return None
    except WorkFailed as error:
        LOG.error("a search was not possible: %s", error)
        errors.message(w("error.search"))
        return None
    finally:
        place.empty()


def after_pause(key: Any, text: str, work: Callable[[Tick], Any], draw: Callable[[], None]) -> None:
    """Start work once the page has rested for a moment, then draw its result in its place.

    The page itself never waits for it, and is not drawn again: a fragment is first drawn with a
    sentence only and runs by itself after the pause; a change made meanwhile overtakes it and
    starts the pause anew. What failed for a ``key`` is not tried again.
    """
    if st.session_state.get(FAILED) == key:
        errors.note(w("error.search"))
        return
    st.session_state[ARMED] = True

    @st.fragment(run_every=PAUSE_SECONDS)
    def waiting() -> None:
        place = st.empty()
        place.html(f'<p class="es es-change" role="status">{e(text)}</p>')
        if st.session_state.pop(ARMED, False) or st.session_state.get(FAILED) == key:
            return
        if errors.guarded(lambda: work(ticker(place, text))):
            with place.container():
                draw()
        else:
            st.session_state[FAILED] = key
        _rest()

    waiting()


def _rest() -> None:
    """Let a fragment that runs by itself rest; Streamlit ends only one that is not drawn."""
    run = get_script_run_ctx()
    if run is not None and run.fragment_ids_this_run:
        message = ForwardMsg()
        message.stop_auto_rerun.fragment_ids.extend(run.fragment_ids_this_run)
        run.enqueue(message)
