"""Why this moved: a saved record against the figures of today."""

from __future__ import annotations

from typing import cast

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.answer import Answer
from estimator.errors import EstimatorError, InputError
from estimator.reading import parse_json
from estimator.report.moved import moved
from estimator.report.record import check_record
from estimator.report.sent import since_sent
from estimator.ui import cached, errors, state
from estimator.ui.components import e
from estimator.ui.words import language, w
from estimator.words.format import style_of
from estimator.words.statement import Statement

SIZE_LIMIT_MB = 20


def since_record(inputs: ProjectInputs) -> None:
    """A record to open, and in sentences what the scenario in force says otherwise."""
    fold = st.expander(w("moved.title"), key="report:moved", on_change="rerun")
    if not fold.open:
        return
    with fold:
        st.html(f'<p class="es es-say">{e(w("moved.help"))}</p>')
        file = st.file_uploader(
            w("moved.file"), ("json",), key="moved:file", max_upload_size=SIZE_LIMIT_MB
        )
        if file is None:
            return
        try:
            found = told(file.getvalue().decode("utf-8", "replace"), inputs)
        except EstimatorError as error:
            errors.shown(error, w("own.scenario_refused"))
            return
        style = style_of(inputs.to_dict(), language())
        lines = "".join(f"<li>{e(s.say(style))}</li>" for s in found)
        st.html(f'<ul class="es es-say">{lines}</ul>')


def since_link() -> None:
    """Where an opened link carried figures that read otherwise today: what moved, and why."""
    was = st.session_state.get(state.WAS)
    if not was:
        return
    inputs = state.current()
    try:
        found = since_sent(was, cached.summary(inputs))
    except EstimatorError as error:
        errors.shown(error, w("error.link"))
        return
    if found:
        style = style_of(inputs.to_dict(), language())
        errors.note(" ".join([w("moved.since_link"), *(s.say(style) for s in found)]))


def told(text: str, inputs: ProjectInputs) -> list[Statement]:
    """What moved from a record to a scenario of today.

    Raises
    ------
    InputError
        Where the text is no record.
    """
    data = parse_json(text)
    if not isinstance(data, dict):
        raise InputError("record", type(data).__name__, "an object")
    record = check_record(data)
    then = ProjectInputs.from_dict(record["inputs"])
    between = None if then == inputs else cached.answer(then)
    return moved(cast(Answer, record), cached.answer(inputs), between)
