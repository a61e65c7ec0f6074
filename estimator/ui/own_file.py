"""A labelled file of one's own: looked at, counted, its baseline measured, forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from estimator import ProjectInputs
from estimator.engine.typed import USES
from estimator.errors import EstimatorError
from estimator.measure import door, telling
from estimator.measure.describe import Facts, preview
from estimator.measure.notes import Note, UnreadableFile
from estimator.measure.points import Measured
from estimator.measure.read import parse_bytes
from estimator.measure.script import script_of
from estimator.measure.table import Marked, Table
from estimator.measure.worker import Job
from estimator.ui import cached, errors, state
from estimator.ui.components import e, number_style
from estimator.ui.words import w
from estimator.words.statement import Metric
from estimator.words.statement import state as statement

KINDS = (
    "csv",
    "tsv",
    "txt",
    "xlsx",
    "xlsm",
    "xls",
    "ods",
    "json",
    "jsonl",
    "ndjson",
    "zip",
    "conll",
    "iob",
    "xml",
)
SIZE_MB = 20
PASTE_LIMIT = 2_000_000
POLL_SECONDS = 0.5
HELD, ROUND, DONE = "own_file", "own_file_round", "own_file_done"
"""What a place of the page keeps for the visit; the form and a page are two places."""
CLASSES_SHOWN = 10


@dataclass
class Held:
    """The file of this visit until it is forgotten; never cached, never written."""

    name: str
    table: Table | Marked
    looked: dict[tuple[Any, ...], door.Looked] = field(default_factory=dict)
    job: Job | None = None
    measured: Measured | None = None


def labelled_file(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """A labelled file fills the facts, and its baseline is measured on request."""
    st.markdown(f"**{w('own.csv')}**")
    st.caption(w("own.file_privacy"))
    done = st.session_state.pop(state.keyed(DONE), None)
    if done:
        errors.note(done)
    held = _held()
    if held is None:
        return
    looked = _chosen(held)
    if looked is None:
        return
    _facts(looked)
    fields = door.scenario_fields(looked.facts)
    st.button(w("own.csv_use"), key=state.keyed("csv:use"), on_click=_use, args=(_place(), fields))
    _measure(held, looked, inputs)
    st.button(
        w("own.file_forget"), key=state.keyed("csv:forget"), on_click=forget, args=(_place(),)
    )


def _place() -> tuple[str, str, str]:
    """Keys of the session for the place that is drawn; a callback no longer knows it."""
    return state.keyed(HELD), state.keyed(ROUND), state.keyed(DONE)


def forget(place: tuple[str, str, str]) -> None:
    """Drop the file and whatever was read from it."""
    held_key, round_key, _ = place
    held = st.session_state.pop(held_key, None)
    if held is not None and held.job is not None:
        held.job.cancel()
    st.session_state[round_key] = st.session_state.get(round_key, 0) + 1


def _held() -> Held | None:
    """What was read of the file that is uploaded or pasted now."""
    held_key, round_key, _ = _place()
    turn = st.session_state.get(round_key, 0)
    file = st.file_uploader(
        w("own.csv_file"), KINDS, key=state.keyed(f"file:csv:{turn}"), max_upload_size=SIZE_MB
    )
    pasted = st.text_area(
        w("own.paste"),
        key=state.keyed(f"paste:csv:{turn}"),
        placeholder="text,label\nhello,greeting",
        height=90,
        max_chars=PASTE_LIMIT,
    )
    name = str(file.file_id) if file is not None else str(hash(pasted))
    held: Held | None = st.session_state.get(held_key)
    if file is None and not (pasted or "").strip():
        st.session_state.pop(held_key, None)
        return None
    if held is None or held.name != name:
        data = file.getvalue() if file is not None else str(pasted).encode()
        try:
            held = Held(name, parse_bytes(data))
        except UnreadableFile as error:
            errors.message(error.statement.say(number_style()))
            return None
        st.session_state[held_key] = held
    return held


def _chosen(held: Held) -> door.Looked | None:
    """The file with the columns that the reader chose, guessed at first."""
    settings = door.Settings.of(cached.evidence().assumptions)
    if isinstance(held.table, Marked):
        return _look(held, settings)
    guess = _look(held, settings).facts.roles
    st.dataframe(pd.DataFrame(preview(held.table)), hide_index=True)
    left, right = st.columns(2)
    names = list(held.table.header[:200])
    text = left.selectbox(
        w("own.file_text"),
        ["", *names],
        index=names.index(guess.text) + 1 if guess.text in names else 0,
        format_func=lambda n: n or w("own.file_table"),
        key=state.keyed(f"csv:text:{held.name}"),
    )
    label = right.selectbox(
        w("own.file_label"),
        ["", *names],
        index=names.index(guess.label) + 1 if guess.label in names else 0,
        format_func=lambda n: n or w("own.file_one_hot" if guess.one_hot else "own.file_choose"),
        key=state.keyed(f"csv:label:{held.name}"),
    )
    looked = _look(held, settings, text=text, label=label or None)
    try:
        door.check_label(looked.facts, held.table.header)
    except UnreadableFile as error:
        errors.note(error.statement.say(number_style()))
        return None
    return looked


def _look(held: Held, settings: door.Settings, **named: Any) -> door.Looked:
    key = tuple(sorted(named.items()))
    if key not in held.looked:
        held.looked = {(): held.looked.get((), door.look(held.table, settings))}
        held.looked[key] = door.look(held.table, settings, **named)
        held.measured = None
    return held.looked[key]


def _facts(looked: door.Looked) -> None:
    style = number_style()
    lines = [s.say(style) for s in telling.heading(looked.facts)]
    if looked.facts.unit_length and (looked.facts.roles.text or not looked.examples):
        lines.append(w("own.csv_tokens", n=style.count(looked.facts.unit_length)))
    errors.note(". ".join(line.rstrip(".") for line in lines) + ".")
    _notes(telling.notes_of(looked.facts))
    counts = looked.facts.class_counts
    if counts:
        shown = ", ".join(f"{name} {style.count(n)}" for name, n in counts[:CLASSES_SHOWN])
        st.caption(e(shown + (" …" if len(counts) > CLASSES_SHOWN else "")))


def _notes(notes: Sequence[Note]) -> None:
    style = number_style()
    for note in notes:
        show = errors.message if note.warns else errors.note
        show(note.statement.say(style))


def _measure(held: Held, looked: door.Looked, inputs: ProjectInputs) -> None:
    """The button, the progress with its cancel, the result with its use."""
    metric = _metric(inputs, looked.facts)
    refusal = door.why_not(looked.facts, metric)
    if refusal is not None:
        errors.note(refusal.statement.say(number_style()))
        return
    if held.job is None and held.measured is None:
        frozen = door.offers_frozen(looked.facts) and st.checkbox(
            w("own.file_frozen"), key=state.keyed("csv:frozen")
        )
        name = Metric(0.0, metric).write(number_style(), "name")
        words = {"metric": name} if not looked.facts.quantity else {}
        st.button(
            w("own.file_measure" if words else "own.file_measure_quantity", **words),
            key=state.keyed("csv:measure"),
            on_click=_start,
            args=(held, looked, metric, frozen),
        )
    elif held.job is not None:
        _watched(held)
    else:
        _result(held, looked)


def _metric(inputs: ProjectInputs, facts: Facts) -> str:
    wanted, known = str(inputs.target.metric), door.metrics_of(facts)
    # All labels of an example right is not what a scenario calls accuracy.
    fits = wanted in known and facts.task == str(inputs.task)
    return wanted if fits and not (facts.joint and wanted == "accuracy") else known[0]


def _start(held: Held, looked: door.Looked, metric: str, frozen: bool) -> None:
    settings = door.Settings.of(cached.evidence().assumptions)
    held.job = Job(looked, settings, metric, frozen)


def _watched(held: Held) -> None:
    done, stop = state.keyed(DONE), state.keyed("csv:cancel")

    @st.fragment(run_every=POLL_SECONDS)
    def watch() -> None:
        job = held.job
        if job is None or job.ended:
            if job is not None and job.result is None and job.refusal is not None:
                said = w("own.file_cancelled") if job.cancelled else _said(job.refusal)
                st.session_state[done] = said
            held.measured, held.job = (job.result if job else held.measured), None
            st.rerun()
            return
        st.progress(min(job.share, 1.0), w("own.file_measuring"))
        st.button(w("own.file_cancel"), key=stop, on_click=job.cancel)

    watch()


def _said(error: EstimatorError) -> str:
    return error.statement.say(number_style()) if isinstance(error, UnreadableFile) else str(error)


def _result(held: Held, looked: door.Looked) -> None:
    measured, style = held.measured, number_style()
    if measured is None:
        return
    for line in telling.point_lines(measured):
        st.markdown(f"- {line.say(style)}")
    _notes(telling.notes_measured(measured))
    _script(looked, measured)
    if not door.pilot_points(measured):
        return
    in_use = None
    if door.asks_use(looked.facts, measured):
        in_use = st.radio(
            statement("measure.ask.in_use").say(style),
            (None, *USES),
            format_func=lambda v: w(f"option.{v}") if v else w("empty.facts.in_use"),
            key=state.keyed("csv:in_use"),
        )
    st.button(
        w("own.file_take"),
        key=state.keyed("csv:take"),
        on_click=_use,
        args=(_place(), door.scenario_fields(looked.facts), measured, looked.facts, in_use),
    )


def _script(looked: door.Looked, measured: Measured) -> None:
    """The baseline as a script to keep, where the file allows one."""
    try:
        script = script_of(looked, measured)
    except UnreadableFile:
        return
    st.download_button(
        w("own.file_script"), script, "baseline.py", "text/x-python", key=state.keyed("csv:script")
    )


def _use(
    place: tuple[str, str, str],
    fields: dict[str, Any],
    measured: Measured | None = None,
    facts: Facts | None = None,
    in_use: str | None = None,
) -> None:
    """Put the facts, and the results where there are some, into the scenario."""
    inputs = state.current()
    try:
        for path, value in fields.items():
            inputs = state.with_dependents(inputs, path, value)
        if measured is not None and facts is not None:
            if inputs.target.metric != measured.metric:
                inputs = state.with_dependents(inputs, "target.metric", measured.metric)
            points = door.pilot_points(measured)
            new = {p["approach"] for p in points}
            others = [p for p in inputs.to_dict()["pilot"] if p["approach"] not in new]
            inputs = inputs.replace("pilot", [*others, *points])
            for path, value in door.measured_fields(facts, measured, in_use).items():
                inputs = inputs.replace(path, value)
        state.adopt(inputs)
    except EstimatorError as error:
        st.session_state[place[2]] = str(error)
        return
    if measured is not None:
        forget(place)
        st.session_state[place[2]] = w("own.file_taken", n=len(door.pilot_points(measured)))
