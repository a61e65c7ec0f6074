"""Entry of the dashboard: `streamlit run app.py`, or `uvicorn app:app` with one worker."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from estimator.ui import cached
from estimator.ui.errors import on_script_error
from estimator.ui.frame import middleware

SWITCH_SECONDS = 0.0005
"""How long a thread may compute while another waits: finished sentences leave at once."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Serve at once; load everything meanwhile, before the first visitor if it can be."""
    sys.setswitchinterval(SWITCH_SECONDS)
    threading.Thread(target=cached.warm_up, daemon=True, name="warm-up").start()
    yield


app = st.App(
    "estimator/ui/main.py",
    lifespan=lifespan,
    on_script_error=on_script_error,
    middleware=middleware(),
)
