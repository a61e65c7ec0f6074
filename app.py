"""Entry of the dashboard: `streamlit run app.py`, or `uvicorn app:app` with one worker."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from estimator.ui import cached
from estimator.ui.errors import on_script_error
from estimator.ui.frame import FrameHeaders

SWITCH_SECONDS = 0.0005
"""How long a thread may compute while another waits: finished sentences leave at once."""
FRAME_ANCESTORS = os.environ.get("ESTIMATOR_FRAME_ANCESTORS", "*")
"""Origins that may frame the dashboard, with scheme and port, parted by spaces."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Import and load everything before the first visitor, then keep it out of collection."""
    sys.setswitchinterval(SWITCH_SECONDS)
    cached.warm_up()
    gc.collect()
    gc.freeze()
    yield


app = st.App(
    "estimator/ui/main.py",
    lifespan=lifespan,
    on_script_error=on_script_error,
    middleware=[Middleware(FrameHeaders, ancestors=FRAME_ANCESTORS)],
)
