"""A kept version reopened: its figures beside today's, and what moved them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.answer import Answer
from estimator.report.moved import moved
from estimator.ui import cached, errors, remembered, state
from estimator.ui.components import bullets, e, heading, html_table, number_style
from estimator.ui.scenarios import results_of
from estimator.ui.words import language, w
from estimator.words.format import Style


def page() -> None:
    """The open version then and now."""
    from estimator.store import scenarios

    here = remembered.project()
    if here is None:
        errors.note(w("then.none_open"))
        return
    database, actor = remembered.both()
    kept = scenarios.opened(database, actor, *here, trace=False)
    if kept.shown is None:
        errors.note(w("then.no_figures"))
        return
    now = cached.answer(state.current())
    then_and_now(cast(Answer, kept.shown), now, kept.at, _between(kept.inputs, now))


def _between(inputs: Mapping[str, Any], now: Answer) -> Answer | None:
    """The kept inputs with today's code and data, where today's inputs are others."""
    team: dict[str, Any] = {"own_factors": None, "prices": state.current().prices}
    if {**inputs, "own_factors": None} == {**now["inputs"], **team}:
        return None
    old = {**inputs, "prices": state.current().prices if inputs.get("prices") else None}
    return cached.answer(ProjectInputs.from_dict(old))


def then_and_now(old: Answer, now: Answer, at: str, between: Answer | None) -> None:
    """Two answers in columns, and the difference in sentences."""
    before, today = results_of(old), results_of(now)
    rows = [[e(name), e(before.get(name, "–")), f"<b>{e(today[name])}</b>"] for name in today]
    rows.append([e(w("then.data")), e(old.get("data_version", "–")), e(now["data_version"])])
    rows.append([e(w("then.code")), e(old.get("code_version", "–")), e(now["code_version"])])
    day = Style(language()).date(at[:10])
    header = [w("then.figure"), w("then.then", date=day), w("then.now")]
    st.html(html_table(header, rows, (), w("then.title")))
    heading(w("then.why"), 3)
    style = number_style()
    try:
        sentences = [s.say(style) for s in moved(old, now, between)]
    except (KeyError, TypeError):
        # Figures of a version whose answer had another form.
        errors.note(w("then.other_form"))
        return
    bullets(sentences)
