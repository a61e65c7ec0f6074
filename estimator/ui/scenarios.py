"""Saved scenarios: kept in the session, saved as files, up to six side by side."""

from __future__ import annotations

from typing import Any

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.answer import Answer
from estimator.errors import EstimatorError
from estimator.report import exports
from estimator.report.budget import budget_of
from estimator.report.text import recommended, row_name
from estimator.ui import cached, errors, own_data, state
from estimator.ui.components import e, html_table
from estimator.ui.fields import name_of, value_text
from estimator.ui.words import language, w
from estimator.words.format import style_of
from estimator.words.texts import say


def saved() -> list[ProjectInputs]:
    """The scenarios kept in this session."""
    kept: list[ProjectInputs] = st.session_state[state.SAVED]
    return kept


def page() -> None:
    """The list, its buttons, and the differences."""
    with st.container(horizontal=True, gap="small"):
        st.button(
            w("scenarios.save"),
            on_click=_keep,
            args=(state.current(),),
            disabled=len(saved()) >= state.SAVED_LIMIT,
            type="primary",
            key="scenarios:save",
        )
        st.download_button(
            w("scenarios.file"),
            data=exports.scenario_yaml(cached.owned(state.current()).to_dict()),
            file_name="scenario.yaml",
            mime="application/yaml",
            on_click="ignore",
            key="scenarios:file",
        )
    _open_files()
    for i, inputs in enumerate(saved()):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.html(f'<span class="es"><b>{i + 1}.</b> {e(inputs.name)}</span>', width="content")
            buttons = (
                ("open", lambda i=inputs: state.adopt(i, as_start=True)),
                ("duplicate", lambda i=inputs: _keep(i)),
                ("remove", lambda i=i: _remove(i)),
            )
            for name, action in buttons:
                full = name == "duplicate" and len(saved()) >= state.SAVED_LIMIT
                st.button(
                    w(f"scenarios.{name}"), key=f"scenario:{name}:{i}", on_click=action,
                    type="tertiary", disabled=full,
                )  # fmt: skip
    every = [*saved(), state.current()][-state.SAVED_LIMIT :]
    if not saved():
        errors.note(w("scenarios.none"))
        return
    st.html(differences(every))


def _remove(index: int) -> None:
    del saved()[index]


def _keep(inputs: ProjectInputs) -> None:
    if len(saved()) < state.SAVED_LIMIT:
        taken = {s.name for s in saved()}
        name, n = inputs.name, 2
        while name in taken:
            name, n = f"{inputs.name} {n}"[:200], n + 1
        saved().append(inputs.replace("name", name))


def _open_files() -> None:
    fold = st.expander(w("scenarios.add"), key="scenarios:add", on_change="rerun")
    if not fold.open:
        return
    with fold:
        files = st.file_uploader(
            w("own.scenario_file"), own_data.SCENARIO_KINDS, accept_multiple_files=True,
            key="scenarios:files",
        )  # fmt: skip
        pasted = st.text_area(
            w("own.paste"), key="scenarios:paste", placeholder="task: translation"
        )
        if st.button(w("scenarios.take"), key="scenarios:take"):
            texts = [f.getvalue().decode("utf-8-sig", "replace") for f in files or []]
            for text in [*texts, *([pasted] if pasted.strip() else [])]:
                try:
                    inputs = ProjectInputs.from_dict(own_data.scenario_data(text))
                    cached.comparison(inputs)
                    _keep(inputs)
                except EstimatorError as error:
                    errors.shown(error, w("own.scenario_refused"))
                    return
            st.rerun()


def differences(every: list[ProjectInputs]) -> str:
    """Results and differing inputs of some scenarios in columns."""
    results = [_results(inputs) for inputs in every]
    rows = [
        [f"<b>{e(name)}</b>", *(f"<b>{e(column[name])}</b>" for column in results)]
        for name in results[0]
    ]
    flats = [state.flat(inputs) for inputs in every]
    for path in dict.fromkeys(key for flat in flats for key in flat):
        values = [flat.get(path) for flat in flats]
        if path != "name" and any(v != values[0] for v in values):
            rows.append([e(name_of(path)), *(e(shown_value(path, v)) for v in values)])
    header = [w("scenarios.figure"), *(s.name for s in every)]
    header[-1] = w("scenarios.now", name=every[-1].name)
    return html_table(header, rows, (), w("scenarios.differences"))


def shown_value(path: str, value: Any) -> str:
    """The value of a field in words."""
    try:
        return value_text(path, value)
    except (KeyError, StopIteration):
        return "–" if value is None else str(value)


def _results(inputs: ProjectInputs) -> dict[str, str]:
    return results_of(cached.answer(inputs))


def results_of(answer: Answer) -> dict[str, str]:
    """The figures that scenarios are compared by, in words."""
    style, row = style_of(answer["inputs"], language()), recommended(answer)
    heads = ("col.accuracy", "col.total", "col.weeks", "col.target")
    names = [w("scenarios.choice"), *(say(head, language()) for head in heads)]
    if row is None:
        return dict.fromkeys(names, "–")
    quality, total = row["accuracy"], budget_of(row)
    text = style.metric(quality["p50"], quality["metric"]) if quality else "–"
    money = f"{style.money_short(total['expected'])} (– {style.money_short(total['safe'])})"
    weeks = style.weeks(row["calendar_weeks"]["p50"])
    chance = style.chances(row["target_probability"])
    values = [row_name(row, language()), text, money, weeks, chance]
    return dict(zip(names, values, strict=True))
