"""An extra row of the comparison: an approach with a base model and labels of its own."""

from __future__ import annotations

import streamlit as st

from estimator.ui import cached, state
from estimator.ui.fields import message_at
from estimator.ui.words import language, w
from estimator.vocabulary import FINDS_PASSAGES, Approach
from estimator.words.texts import approach_label, say


def extra_row() -> None:
    """An extra row: approach, base model and labels of its own."""
    inputs = state.current()
    fold = st.expander(w("compare.add"), key="compare:add", on_change="rerun")
    if not fold.open:
        return
    with fold:
        for i, option in enumerate(inputs.options):
            name = approach_label(option.approach, language())
            label = f"{name}, {option.model or '–'}, {option.n_labelled_to_buy or '–'}"
            label += f", {w('compare.retrieval')}" if option.retrieval else ""
            st.button(
                w("compare.remove", row=label), key=f"option:drop:{i}", on_click=_drop, args=(i,)
            )
        with st.form("option:form", clear_on_submit=True, border=False):
            approach = st.selectbox(
                say("col.approach", language()),
                tuple(Approach),
                4,
                lambda a: approach_label(a, language()),
            )
            models = sorted(
                m.name for m in cached.evidence().models.values() if str(inputs.task) in m.tasks
            )
            model = st.selectbox(
                w("inputs.model"), models, index=None, placeholder=w("inputs.empty")
            )
            labels = st.number_input(
                w("field.n_labelled_to_buy"), value=None, min_value=0, step=100,
                placeholder=w("inputs.empty"),
            )  # fmt: skip
            finds = inputs.task in FINDS_PASSAGES and st.checkbox(w("compare.retrieval"))
            if st.form_submit_button(w("compare.add_row")):
                options = inputs.to_dict()["options"]
                entry = {
                    "approach": str(approach),
                    "model": model,
                    "n_labelled_to_buy": labels,
                    "retrieval": finds,
                }
                state.set_field("options", [*options, entry])
                st.rerun()
        message_at("options")


def _drop(index: int) -> None:
    options = state.current().to_dict()["options"]
    state.set_field("options", [o for i, o in enumerate(options) if i != index])
