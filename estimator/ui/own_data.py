"""What the user brings: examples, pilot results, own runs, own prices, scenario files.

Everything can be pasted, because uploads are refused in a frame on another site. Nothing is
written anywhere: files are read, counted and forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.answer_values import MetricSpread
from estimator.engine.compute.configs import as_scenario, is_config
from estimator.engine.typed import advice, number_from
from estimator.errors import EstimatorError, InputError
from estimator.measure.decode import text_of
from estimator.metrics import is_fraction
from estimator.reading import parse_any
from estimator.ui import cached, errors, state
from estimator.ui.fields import message_at
from estimator.ui.words import complaint, language, w
from estimator.vocabulary import Approach
from estimator.words.format import metric_name, style_of
from estimator.words.texts import approach_label, languages

SIZE_LIMIT = 20_000_000
SCENARIO_KINDS = ("yaml", "yml", "json", "toml")


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
        text = text_of(file.getvalue()[:SIZE_LIMIT])[0]
        if not text.strip():
            errors.note(w("own.empty_file", name=file.name))
        return text
    return pasted or ""


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
        tested = st.number_input(
            w("own.n_test"), min_value=1, value=None, step=50, placeholder=w("own.n_test_empty")
        )
        if st.form_submit_button(w("own.pilot_add")):
            reached = round(value / 100, 10) if percent and value is not None else value
            entry = {
                "approach": str(approach),
                "n_labelled": n,
                "value": reached,
                "n_test": tested,
            }
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
            st.session_state[state.MESSAGES]["pilot"] = complaint(error)
        st.rerun()
    message_at("pilot")
    for note in advice(inputs):
        if note.key == "typed.flat":
            errors.message(note.say(style))
    _before_after(inputs)


PILOT_LINE = re.compile(
    r"(.+?)\s*[;,\t]\s*(\d[\d., ]*?)\s*[;,\t]\s*([-+]?\d*[.,]?\d+(?:[eE][-+]?\d+)?\s?%?)"
    r"(?:\s*[;\t]\s*(\d[\d., ]*?))?"
)
"""Approach, labelled examples, value: with decimal point or comma, per cent, 1,000 or 1.000.

Behind a semicolon or tab may stand the examples of the test.
"""


def _pilot_lines(lines: str) -> list[dict[str, Any]]:
    known = {approach_label(a, lang).lower(): str(a) for a in Approach for lang in languages()}
    out = []
    for number, line in enumerate(lines.strip().splitlines(), 1):
        found = PILOT_LINE.fullmatch(line.strip())
        if found is None:
            where, allowed = w("error.line", n=number), w("error.line_allowed")
            raise InputError(where, line, allowed)
        approach, n, value, tested = found.groups()
        typed = number_from(value)
        out.append(
            {
                "approach": known.get(approach.lower(), approach),
                "n_labelled": int(re.sub(r"\D", "", n)),
                "value": float(value) if typed is None else typed,
                **({"n_test": int(re.sub(r"\D", "", tested))} if tested else {}),
            }
        )
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


def _range(value: MetricSpread, style: Any) -> str:
    metric = value["metric"]
    return str(
        style.between(style.metric(value["p10"], metric), style.metric(value["p90"], metric))
    )


def scenario_data(text: str) -> Any:
    """What a text holds as a scenario: scenario files and training configurations alike."""
    return as_scenario(parse_any(text), cached.evidence())


def scenario_file(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """Open a scenario file; a wrong one is refused with its field, and nothing changes."""
    st.markdown(f"**{w('own.scenario')}**")
    text = text_in(path, w("own.scenario_file"), SCENARIO_KINDS, "task: translation")
    if text.strip() and st.button(w("own.scenario_open"), key=state.keyed("scenario:open")):
        try:
            data = scenario_data(text)
            opened = ProjectInputs.from_dict(data)
            notes = [n.say(style_of({}, language())) for n in ProjectInputs.notes_on(data)]
            lacks = opened.prices is not None and not cached.has_book(opened)
            state.adopt(opened.replace("prices", None) if lacks else opened, as_start=True)
            if lacks:
                notes.append(w("own.prices_absent", name=opened.prices))
            if is_config(parse_any(text)):
                notes.append(w("own.config_opened", name=opened.training.framework))
            st.session_state[state.NOTES] = tuple(notes)
            st.rerun()
        except EstimatorError as error:
            errors.shown(error, w("own.scenario_refused"))
