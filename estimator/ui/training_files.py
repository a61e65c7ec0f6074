"""The row as files that train it, to take along."""

from __future__ import annotations

import streamlit as st

from estimator.engine.answer import Row
from estimator.report.text import key_of
from estimator.report.training_file import SCRIPT, training_files
from estimator.ui import cached, state
from estimator.ui.words import w


def training_buttons(row: Row, place: str) -> None:
    """A button for each file that trains the row as it is priced; none where none is written."""
    inputs = state.current()
    files = training_files(row, inputs, cached.evidence_of(inputs))
    if not files:
        return
    with st.container(horizontal=True, gap="small"):
        for name, data in files.items():
            st.download_button(
                w("detail.training_file", name=NAMES[name]),
                data=data,
                file_name=f"{name}.py" if name == SCRIPT else f"{name}.yaml",
                mime="text/x-python" if name == SCRIPT else "application/yaml",
                on_click="ignore",
                key=f"training:{place}:{key_of(row)}:{name}",
                help=w("detail.training_file_help"),
            )


NAMES = {"trl": "TRL", "axolotl": "Axolotl", SCRIPT: "scikit-learn"}
