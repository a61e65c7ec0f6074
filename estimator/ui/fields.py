"""One scenario field, one widget: label, help, range and message come from its declaration."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import streamlit as st

from estimator.engine import groups as g
from estimator.engine.fields import Spec
from estimator.engine.inputs import GROUPS, ProjectInputs
from estimator.metrics import is_fraction
from estimator.ui import state
from estimator.ui.words import has, language, w
from estimator.words.format import Style, capital, style_of
from estimator.words.texts import has as known
from estimator.words.texts import say

Options = Sequence[Any]


@cache
def spec_of(path: str) -> Spec:
    """The declaration of a field: kind, bounds, explanation."""
    group, _, name = path.rpartition(".")
    owner: Any = {**GROUPS, "own_hardware": g.OwnHardware, "": ProjectInputs}[group]
    spec: Spec = next(f for f in dataclasses.fields(owner) if f.name == name).metadata["spec"]
    return spec


def is_share(path: str) -> bool:
    """Shares, and a target that is a fraction, are typed and shown in per cent."""
    if path in ("target.value", "value.today_level"):
        return is_fraction(str(state.current().target.metric))
    spec = spec_of(path)
    return spec.kind == "number" and spec.high <= 1 and not spec.words


def label_of(path: str) -> str:
    """The field's name for people, with its unit."""
    return w(f"field.{path}") + (" (%)" if is_share(path) else "")


def marked(path: str, marks: Sequence[str]) -> str:
    """The label, with a word behind it where the field differs from the start."""
    return label_of(path) + (f" · {w('inputs.changed_mark')}" if path in marks else "")


def help_of(path: str) -> str:
    """What the field means and, where the widget does not list it, what is allowed."""
    spec, lang = spec_of(path), language()
    text = say(f"help.{path}", lang) if known(f"help.{path}", lang) else spec.doc
    if spec.kind == "choice":
        return f"{capital(text)}."
    return f"{capital(text)}. {w('inputs.allowed')}: {spec.allowed.say(Style(lang))}."


def value_of(inputs: ProjectInputs, path: str) -> Any:
    """The value of a field; None inside a group that is switched off."""
    node: Any = inputs
    for name in path.split("."):
        node = getattr(node, name, None)
    return getattr(node, "value", node)


def to_widget(path: str, value: Any) -> Any:
    """A scenario value as its widget shows it."""
    if value is None or isinstance(value, str | bool):
        return value
    if is_share(path):
        return round(float(value) * 100, 6)
    if spec_of(path).kind == "number":
        return float(value)
    return value


def from_widget(path: str, value: Any, typed: bool = False) -> Any:
    """A widget's value as the scenario stores it; only a typed share is in per cent."""
    spec = spec_of(path)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if spec.kind == "number" and value is not None and not isinstance(value, str):
        return round(value / 100, 10) if typed and is_share(path) else value
    if spec.kind == "text" and value == "":
        return None if spec.optional else value
    return value


def changed_by(path: str, key: str, typed: bool = False) -> None:
    """Callback of every widget: take its value into the scenario."""
    if state.is_echo(key) or state.in_fragment():
        known = st.session_state.get(state.SHOWN, {}).get(key)
        if known is not None:
            st.session_state[key] = known[1]
        return
    value = from_widget(path, st.session_state[key], typed)
    if value == value_of(state.current(), path):
        st.session_state[state.MESSAGES].pop(path, None)
        st.session_state[state.TYPED].pop(path, None)
        return
    st.session_state[state.MOVED] = path
    state.set_field(path, value)


def catch_up() -> None:
    """Take the values whose callback a newer input has ended before it was through.

    Streamlit compares a widget with its last run, so such a change would never be told again. On
    another page the widgets of the same keys are new ones, and their values nobody's.
    """
    if not state.same_page():
        st.session_state[state.SHOWN] = {}
    for key, (path, value, typed) in list(st.session_state.get(state.SHOWN, {}).items()):
        if key in st.session_state and st.session_state[key] != value:
            changed_by(path, key, typed)


def message_at(path: str) -> None:
    """The message of a refused value, under its field."""
    text = st.session_state[state.MESSAGES].get(path)
    if text:
        st.error(text.replace("$", r"\$"))


def _arm(path: str, prefix: str, value: Any) -> dict[str, Any]:
    key = state.keyed(f"{prefix}:{path}")
    state.hold(key, value)
    typed = prefix == "no"
    st.session_state.setdefault(state.SHOWN, {})[key] = (path, value, typed)
    return {"key": key, "on_change": changed_by, "args": (path, key, typed)}


def number_box(path: str, inputs: ProjectInputs, label: str, hidden: bool = False) -> None:
    """Typed entry of a number; empty means the default where the field has one."""
    spec = spec_of(path)
    typed = st.session_state[state.TYPED].get(path)
    value = to_widget(path, typed if typed is not None else value_of(inputs, path))
    whole = spec.kind == "integer" and not isinstance(value, float)
    st.number_input(
        label,
        step=_step(value, whole),
        format="%d" if whole else _digits(value),
        placeholder=w(f"empty.{path}") if has(f"empty.{path}") else w("inputs.empty"),
        help=None if hidden else help_of(path),
        label_visibility="collapsed" if hidden else "visible",
        **_arm(path, "no", value),
    )


def _step(value: Any, whole: bool) -> int | float:
    size = 10 ** math.floor(math.log10(abs(value))) / 10 if value else 1
    return max(1, int(size)) if whole else float(size)


def _digits(value: float | None) -> str:
    if not value or value == int(value):
        return "%.0f"
    return (
        f"%.{min(10, max(1, 2 - math.floor(math.log10(abs(value)))))}f".replace("%.", "%0.")
        if abs(value) < 1
        else "%.4g"
    )


def slider(
    path: str,
    inputs: ProjectInputs,
    options: Options,
    show: Callable[[Any], str],
    marks: Sequence[str],
) -> None:
    """A slider over sensible steps with a typed entry beside it."""
    value = value_of(inputs, path)
    points = _with_value(options, value)
    left, right = st.columns([0.64, 0.36], vertical_alignment="bottom", wrap=False)
    with left:
        st.select_slider(
            marked(path, marks),
            points,
            format_func=show,
            help=help_of(path),
            **_arm(path, "in", value),
        )
    with right:
        number_box(path, inputs, label_of(path), hidden=True)
    message_at(path)


def _with_value(options: Options, value: Any) -> list[Any]:
    if value in options:
        return list(options)
    numbers = sorted([o for o in options if o is not None] + ([value] if value is not None else []))
    return [o for o in options if o is None] + numbers


def choose(
    path: str,
    inputs: ProjectInputs,
    options: Options,
    show: Callable[[Any], str] = str,
    marks: Sequence[str] = (),
    as_slider: bool = False,
) -> None:
    """One of a closed set, as a list or as a slider where the set has an order."""
    value = value_of(inputs, path)
    points = list(options) if value in options else [value, *options]
    widget: Any = st.select_slider if as_slider else st.selectbox
    nothing = {"placeholder": show(None)} if None in points and not as_slider else {}
    widget(
        marked(path, marks),
        points,
        format_func=show,
        help=help_of(path),
        **nothing,
        **_arm(path, "in", value),
    )
    message_at(path)


def plain_field(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """The usual widget of a field's kind, for the folded topics."""
    spec, value = spec_of(path), value_of(inputs, path)
    label = marked(path, marks)
    if spec.kind in ("number", "integer"):
        number_box(path, inputs, label)
    elif spec.kind == "flag" and not spec.optional:
        st.checkbox(label, help=help_of(path), **_arm(path, "in", value))
    elif spec.kind == "flag":
        choose(path, inputs, (None, True, False), _yes_no, marks)
        return
    elif spec.kind == "choice":
        choices: tuple[Any, ...] = (None, *spec.choices) if spec.optional else spec.choices
        choose(path, inputs, choices, option_name, marks)
        return
    elif spec.kind == "date":
        day = datetime.date.fromisoformat(value) if value else None
        st.date_input(label, help=help_of(path), format="YYYY-MM-DD", **_arm(path, "in", day))
    else:
        st.text_input(
            label,
            help=help_of(path),
            max_chars=200,
            placeholder=w("inputs.empty"),
            **_arm(path, "in", value or ""),
        )
    message_at(path)


def change_text(path: str, value: Any) -> str:
    """A field and its value as people read them: Labels to buy: 16,000."""
    return f"{name_of(path)}: {value_text(path, value)}"


def value_text(path: str, value: Any) -> str:
    """A field's value as people read it."""
    if isinstance(value, Mapping):
        shown = ", ".join(f"{k}: {v}" for k, v in value.items())
    elif isinstance(value, str | bool) or value is None:
        shown = option_name(value) if value is not None else w("inputs.none")
    else:
        style = style_of({"finance": {}}, language())
        shown = style.percent(value) if is_share(path) else style.quantity(value)
    return shown


def name_of(path: str) -> str:
    """The field's name for people; the dotted path of what has none."""
    return w(f"field.{path}", default=w(f"topic.{path}", default=path))


def _yes_no(value: Any) -> str:
    return w("inputs.recipe") if value is None else w("inputs.yes" if value else "inputs.no")


def option_name(value: Any) -> str:
    """A word of a closed set as people read it."""
    if value is None:
        return w("inputs.recipe")
    return w(f"option.{value}") if has(f"option.{value}") else str(value).replace("_", " ")
