"""Two inputs at once: many scenarios around the current one, as charts."""

from __future__ import annotations

import streamlit as st

from estimator.engine.swept import MOVED, movable
from estimator.report import figures_sweep
from estimator.ui import cached, errors, progress, state
from estimator.ui.components import dark, e, number_style, show_chart
from estimator.ui.fields import name_of
from estimator.ui.words import language, w
from estimator.words.texts import say

FIRST = ("n_labelled_to_buy", "target.value")


def page() -> None:
    """Which input moves the choice, and a map of two inputs."""
    inputs, style = state.current(), number_style()
    paths = [p for p in MOVED if p in movable(inputs)]
    first = [p for p in (*FIRST, *paths) if p in paths]
    left, right = st.columns(2)
    with left:
        x = _pick("x", paths, first[0])
    with right:
        y = _pick("y", paths, first[1])
    if x == y:
        errors.note(w("tradeoffs.sweep_two"))
        return
    found = progress.search(
        w("tradeoffs.searching"), lambda tick: cached.searched("sweep", inputs, tick, x, y)
    )
    if found is None:
        return
    every, two = found
    chart = figures_sweep.influence(every, style, dark())
    st.html(f'<p class="es es-say"><b>{e(chart.alt)}</b></p>')
    show_chart(figures_sweep.two_inputs(two, x, y, style, dark()), "sweep-map")
    show_chart(chart, "sweep-influence")
    origin = {k: str(v) for k, v in every.origin.items()}
    told = say(
        "sweep.origin", language(), n=style.count(len(every.choices) + len(two.choices)),
        data=origin["data_version"], code=origin["code_version"], seed=origin["seed"],
        draws=origin["draws"],
    )  # fmt: skip
    st.html(f'<p class="es es-note">{e(say("sweep.by_plan", language()))} {e(told)}</p>')


def _pick(axis: str, paths: list[str], usual: str) -> str:
    key = f"sweep:{axis}"
    if st.session_state.get(key) not in paths:
        st.session_state[key] = usual
    chosen: str = st.selectbox(
        w(f"tradeoffs.sweep_{axis}"), paths, format_func=name_of, key=key, persist_state="session"
    )
    return chosen
