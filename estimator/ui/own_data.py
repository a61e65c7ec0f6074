"""What the user brings: examples, pilot results, own runs, own prices, scenario files.

Everything can be pasted, because uploads are refused in a frame on another site. Nothing is
written anywhere: files are read, counted and forgotten.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import streamlit as st
import yaml

from estimator import ProjectInputs
from estimator.engine.examples import ExampleSummary, summarise_examples
from estimator.errors import EstimatorError, InputError
from estimator.report.format import is_fraction, metric_name, style_of
from estimator.report.texts import LANGUAGES, approach_label
from estimator.ui import cached, errors, state
from estimator.ui.fields import message_at
from estimator.ui.words import language, w
from estimator.vocabulary import Approach

SIZE_LIMIT = 20_000_000


def text_in(name: str, label: str, kinds: Sequence[str], example: str) -> str:
    """A text that is uploaded or pasted; empty while there is neither."""
    file = st.file_uploader(label, kinds, key=state.keyed(f"file:{name}"), max_upload_size=20)
    pasted = st.text_area(
        w("own.paste"),
        key=state.keyed(f"paste:{name}"),
        placeholder=example,
        height=90,
        max_chars=2_000_000,
    )
    if file is not None:
        text = str(file.getvalue()[:SIZE_LIMIT].decode("utf-8-sig", errors="replace"))
        if not text.strip():
            errors.note(w("own.empty_file", name=file.name))
        return text
    return pasted or ""


def examples_csv(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """A table of examples and labels fills n, classes, imbalance and tokens."""
    st.markdown(f"**{w('own.csv')}**")
    text = text_in(path, w("own.csv_file"), ("csv", "tsv", "txt"), "text,label\nhello,greeting")
    if not text.strip():
        return
    try:
        found = summarise_examples(text)
    except InputError as error:
        errors.shown(error)
        return
    changes = _from_examples(inputs, found)
    style = style_of({"finance": {}}, language())
    lines = [
        w("own.csv_labelled", n=style.count(found.n_labelled), column=found.label_column or "–"),
        w("own.csv_unlabelled", n=style.count(found.n_unlabelled)),
        w("own.csv_classes", n=found.n_classes, share=style.percent(found.minority_share)),
        w("own.csv_duplicates", n=style.count(found.n_duplicates)),
    ]
    if "unit" in changes:
        lines.append(w("own.csv_tokens", n=style.count(changes["unit"]["tokens"])))
    errors.note(" ".join(lines))
    st.button(w("own.csv_use"), key=state.keyed("csv:use"), on_click=_adopt_all, args=(changes,))


def _from_examples(inputs: ProjectInputs, found: ExampleSummary) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "n_labelled_available": found.n_labelled,
        "n_unlabelled_available": found.n_unlabelled,
    }
    if found.n_classes > 1:
        changes["n_classes"] = found.n_classes
    if found.minority_share and found.n_classes > 1:
        changes["facts.minority_share"] = min(0.5, found.minority_share)
    per_word = cached.evidence().assumptions["data.tokens_per_word"].p50
    if found.words_per_example and inputs.unit_name == "tokens":
        changes["unit"] = {"tokens": max(1.0, round(found.words_per_example * per_word))}
    return changes


def _adopt_all(changes: dict[str, Any]) -> None:
    inputs = state.current()
    try:
        for path, value in changes.items():
            inputs = inputs.replace(path, value)
        state.adopt(inputs)
    except EstimatorError as error:
        st.session_state[state.MESSAGES]["csv"] = str(error)


def pilot_points(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """Own measurements of quality: typed one by one or pasted as lines."""
    lang, metric = language(), str(inputs.target.metric)
    style = style_of(inputs.to_dict(), lang)
    percent = is_fraction(metric)
    st.markdown(f"**{w('own.pilot')}** · {w('own.pilot_help')}")
    for i, point in enumerate(inputs.pilot):
        name = approach_label(point.approach, lang)
        st.button(
            w(
                "own.pilot_remove",
                approach=name,
                n=point.n_labelled,
                value=style.metric(point.value, metric),
            ),
            key=state.keyed(f"pilot:drop:{i}"),
            on_click=lambda i=i: _set_list("pilot", drop=i),
        )
    with st.form(state.keyed("pilot:form"), clear_on_submit=True, border=False):
        approach = st.selectbox(
            w("own.approach"),
            tuple(Approach),
            format_func=lambda a: approach_label(a, lang),
            index=5,
        )
        n = st.number_input(w("own.n_labelled"), min_value=0, value=200, step=50)
        value = st.number_input(
            w("own.value", metric=metric_name(metric, lang) + (", %" if percent else "")),
            value=80.0 if percent else None,
            step=1.0,
            format="%.4g",
        )
        if st.form_submit_button(w("own.pilot_add")):
            reached = round(value / 100, 10) if percent and value is not None else value
            entry = {"approach": str(approach), "n_labelled": n, "value": reached}
            _set_list("pilot", add=[entry])
            st.rerun()
    lines = st.text_area(
        w("own.pilot_paste"),
        key=state.keyed("paste:pilot"),
        placeholder=f"{approach_label(Approach.FULL_FINETUNE, lang)}, 300, "
        + ("84%" if percent else "31.5"),
        height=70,
    )
    if lines.strip() and st.button(w("own.pilot_take"), key=state.keyed("pilot:take")):
        try:
            _set_list("pilot", add=_pilot_lines(lines))
        except InputError as error:
            st.session_state[state.MESSAGES]["pilot"] = str(error)
        st.rerun()
    message_at("pilot")
    _before_after(inputs)


def _pilot_lines(lines: str) -> list[dict[str, Any]]:
    out = []
    for number, line in enumerate(lines.strip().splitlines(), 1):
        cells = [c.strip() for c in line.replace(";", ",").replace("\t", ",").split(",")]
        try:
            approach, n, value = cells
            known = {
                approach_label(a, lang).lower(): str(a) for a in Approach for lang in LANGUAGES
            }
            size = 100.0 if value.endswith("%") else 1.0
            out.append(
                {
                    "approach": known.get(approach.lower(), approach),
                    "n_labelled": int(n),
                    "value": float(value.rstrip("% ")) / size,
                }
            )
        except ValueError:
            where, allowed = w("error.line", n=number), w("error.line_allowed")
            raise InputError(where, line, allowed) from None
    return out


def _set_list(path: str, add: Sequence[dict[str, Any]] = (), drop: int | None = None) -> None:
    rows = [r for i, r in enumerate(state.current().to_dict()[path]) if i != drop]
    state.set_field(path, [*rows, *add])


def _before_after(inputs: ProjectInputs) -> None:
    """Interval of every measured approach with and without the own measurements."""
    if not inputs.pilot:
        return
    style = style_of(inputs.to_dict(), language())
    try:
        before = cached.answer(inputs.replace("pilot", []))["approaches"]
    except EstimatorError as error:
        errors.shown(error)
        return
    after = cached.answer(inputs)["approaches"]
    measured = {str(p.approach) for p in inputs.pilot}
    for old, new in zip(before, after, strict=False):
        if new["approach"] in measured and old["accuracy"] and new["accuracy"]:
            st.markdown(
                w(
                    "own.before_after",
                    approach=approach_label(new["approach"], language()),
                    before=_range(old["accuracy"], style),
                    after=_range(new["accuracy"], style),
                )
            )


def _range(value: dict[str, Any], style: Any) -> str:
    metric = value["metric"]
    return str(
        style.between(style.metric(value["p10"], metric), style.metric(value["p90"], metric))
    )


def own_runs(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """Own training runs calibrate the hours; a table with the columns of runs.csv."""
    st.markdown(f"**{w('own.runs')}** · {w('own.runs_help')}")
    example = "task,approach,model,hardware,n_devices,n_train,epochs,device_hours"
    text = text_in(path, w("own.runs_file"), ("csv",), example)
    if text.strip() and st.button(w("own.runs_take"), key=state.keyed("runs:take")):
        rows = [{k: v for k, v in row.items() if k} for row in csv.DictReader(io.StringIO(text))]
        state.set_field("own_runs", [{k: _number(v) for k, v in row.items()} for row in rows])
        st.rerun()
    message_at("own_runs")
    if inputs.own_runs:
        st.button(
            w("own.runs_drop", n=len(inputs.own_runs)),
            key=state.keyed("runs:drop"),
            on_click=lambda: state.set_field("own_runs", []),
        )
        _hours_before_after(inputs)


def _number(cell: Any) -> Any:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return cell or None


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


def scenario_file(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """Open a scenario file; a wrong one is refused with its field, and nothing changes."""
    st.markdown(f"**{w('own.scenario')}**")
    text = text_in(path, w("own.scenario_file"), ("yaml", "yml", "json"), "task: translation")
    if text.strip() and st.button(w("own.scenario_open"), key=state.keyed("scenario:open")):
        try:
            opened = read_scenario(text)
            lacks = opened.prices is not None and not cached.has_book(opened)
            state.adopt(opened.replace("prices", None) if lacks else opened, as_start=True)
            if lacks:
                st.session_state[state.NOTES] = (w("own.prices_absent", name=opened.prices),)
            st.rerun()
        except EstimatorError as error:
            errors.shown(error, w("own.scenario_refused"))


def read_scenario(text: str) -> ProjectInputs:
    """A scenario from the text of a YAML or JSON file; raises InputError."""
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = str(error).splitlines()[0]
        raise InputError("scenario file", line, "YAML or JSON as in the scenario schema") from None
    return ProjectInputs.from_dict(data)
