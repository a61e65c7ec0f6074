"""The user's own training runs on the page: a timed step, a configuration, or a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.compute.configs import is_config, own_run_of_config
from estimator.engine.inputs import LIST_LIMIT
from estimator.errors import InputError
from estimator.reading import parse_any
from estimator.ui import cached, errors, state
from estimator.ui.fields import message_at
from estimator.ui.own_data import SCENARIO_KINDS, text_in
from estimator.ui.words import complaint, language, w
from estimator.vocabulary import Approach
from estimator.words.format import style_of
from estimator.words.statement import said
from estimator.words.texts import approach_label

TRAINED = (
    Approach.LORA, Approach.FULL_FINETUNE, Approach.PARTIAL_FINETUNE, Approach.CONTINUED_PRETRAIN,
)  # fmt: skip


def own_runs(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """Own training runs calibrate the hours."""
    st.markdown(f"**{w('own.runs')}** · {w('own.runs_help')}")
    _step(inputs)
    example = "task,approach,model,hardware,n_devices,n_train,epochs,minutes"
    text = text_in(path, w("own.runs_file"), ("csv", *SCENARIO_KINDS), example)
    config = _config_in(text)
    time = _time() if config else {}
    if text.strip() and st.button(w("own.runs_take"), key=state.keyed("runs:take")):
        try:
            rows = [own_run_of_config(config, time)] if config else run_rows(text)
            kept = inputs.to_dict()["own_runs"] if config else []
            state.set_field("own_runs", [*kept, *rows])
        except InputError as error:
            st.session_state[state.MESSAGES]["own_runs"] = complaint(error)
        st.rerun()
    message_at("own_runs")
    if inputs.own_runs:
        st.button(
            w("own.runs_drop", n=len(inputs.own_runs)),
            key=state.keyed("runs:drop"),
            on_click=lambda: state.set_field("own_runs", []),
        )
        _unused_runs(inputs)
        _hours_before_after(inputs)


def _step(inputs: ProjectInputs) -> None:
    """The shortest own run: how long a step takes and what it holds."""
    text = inputs.unit_name == "tokens"
    with st.form(state.keyed("runs:step"), clear_on_submit=True, border=False):
        approach = st.selectbox(
            w("own.approach"), TRAINED, format_func=lambda a: approach_label(a, language())
        )
        left, right = st.columns(2)
        seconds = left.number_input(
            w("own.seconds_per_step"), min_value=0.0, value=None, format="%.4g"
        )
        name = "tokens_per_step" if text else "examples_per_step"
        holds = right.number_input(w(f"own.{name}"), min_value=0.0, value=None, format="%.6g")
        if st.form_submit_button(w("own.step_add")) and seconds and holds:
            row = {"approach": str(approach), "seconds_per_step": seconds, name: holds}
            state.set_field("own_runs", [*inputs.to_dict()["own_runs"], row])
            st.rerun()
    st.caption(w("own.step_help", device=inputs.compute.accelerator, n=inputs.compute.n_devices))


def _config_in(text: str) -> Mapping[str, Any] | None:
    """The training configuration that a text holds; None for a table or nothing."""
    if not text.strip():
        return None
    try:
        found = parse_any(text)
    except InputError:
        return None
    return found if is_config(found) else None


def _time() -> dict[str, float | None]:
    """What a configuration does not say: examples and the time that they took."""
    names = ("n_train", "minutes", "seconds_per_step")
    return {
        name: column.number_input(
            w(f"own.{name}"), min_value=0.0, value=None, format="%.6g",
            key=state.keyed(f"runs:{name}"),
        )
        for name, column in zip(names, st.columns(len(names)), strict=True)
    }  # fmt: skip


def _unused_runs(inputs: ProjectInputs) -> None:
    """Each own run that could not be used, with its reason."""
    recipes = [r.get("recipe") or {} for r in cached.answer(inputs)["approaches"]]
    recipe = next((r for r in recipes if r.get("own_runs_unused")), {})
    for reason in said(recipe, "own_runs_unused", style_of(inputs.to_dict(), language())):
        errors.note(w("own.runs_unused", reason=reason))


def run_rows(text: str) -> list[dict[str, Any]]:
    """Rows of a pasted table of own runs; a blank or nan cell is unknown. Raises InputError."""
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        rows = list(islice(csv.DictReader(lines, strict=True), LIST_LIMIT + 1))
    except csv.Error as error:
        raise InputError("own_runs", str(error), "a table in CSV") from None
    return [{k: _number(v) for k, v in row.items() if k} for row in rows]


def _number(cell: Any) -> Any:
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return cell or None
    return None if math.isnan(number) else number


def _hours_before_after(inputs: ProjectInputs) -> None:
    style = style_of(inputs.to_dict(), language())
    before = cached.answer(inputs.replace("own_runs", []))["approaches"]
    after = cached.answer(inputs)["approaches"]
    for old, new in zip(before, after, strict=False):
        if old["device_hours"] != new["device_hours"]:
            st.markdown(
                w(
                    "own.before_after",
                    approach=approach_label(new["approach"], language()),
                    before=style.hours(old["device_hours"]["p50"]),
                    after=style.hours(new["device_hours"]["p50"]),
                )
            )
