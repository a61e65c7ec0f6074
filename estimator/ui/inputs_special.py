"""Inputs that need more than one plain widget: places, models, hardware, wages, assumptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.groups import OwnHardware, TypedModel
from estimator.engine.kinds import KINDS, LANGUAGE_TASKS, LANGUAGES, split_of
from estimator.engine.typed import advice
from estimator.engine.usual import TASK_METRIC
from estimator.metrics import own_metric
from estimator.ui import (
    cached,
    errors,
    own_data,
    own_file,
    own_prices,
    own_projects,
    own_runs,
    state,
)
from estimator.ui.components import number_style
from estimator.ui.fields import (
    choose,
    help_of,
    label_of,
    marked,
    message_at,
    option_name,
    plain_field,
    spec_of,
)
from estimator.ui.words import language, w
from estimator.vocabulary import MORE_UNITS, Approach, Task
from estimator.words.format import metric_name
from estimator.words.texts import approach_label, judgement, say, task_label, term

Field = Callable[[str, ProjectInputs, Sequence[str]], None]


def _task(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    choose(path, inputs, tuple(Task), lambda t: task_label(t, language()), marks)


def _unit(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    for name in (inputs.unit_name, *MORE_UNITS.get(inputs.task, ())):
        _one_unit(name, path, inputs, marks)
    message_at(path)


def _one_unit(name: str, path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    key = state.keyed(f"no:unit.{name}")
    state.hold(key, float(inputs.unit[name]))
    st.number_input(
        w(f"unit.{name}") + (f" · {w('inputs.changed_mark')}" if path in marks else ""),
        key=key,
        step=1.0,
        format="%.6g",
        help=w("inputs.unit_help"),
        on_change=lambda: state.set_field(
            "unit", {**dict(state.current().unit), name: st.session_state[key]}
        ),
    )


def _metric(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    usual = TASK_METRIC[inputs.task]
    names = [usual, *sorted(m for m in cached.evidence().metrics if m != usual)]
    choose(path, inputs, names, lambda m: metric_name(m, language()), marks)
    if inputs.task is Task.OTHER:
        _own_metric(path, inputs)
    _advised("typed.imbalanced", inputs)


def _own_metric(path: str, inputs: ProjectInputs) -> None:
    """A metric that no table knows: its name, what is better, and its range."""
    key, now = state.keyed(f"own:{path}"), str(inputs.target.metric)
    state.hold(key, now if own_metric(now) else "")
    st.text_input(
        w("inputs.own_metric"),
        key=key,
        help=w("inputs.own_metric_help"),
        placeholder="MCD, lower, 0 to 20",
        on_change=lambda: state.set_field(path, st.session_state[key] or None),
    )


def _provider(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    choose(path, inputs, (*sorted(cached.evidence_of(inputs).regions), "own"), str, marks)


def _region(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    regions = cached.evidence_of(inputs).regions.get(inputs.compute.provider, ())
    choose(path, inputs, tuple(sorted(regions)) or (inputs.compute.region,), str, marks)


def _location(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    choose(path, inputs, tuple(cached.evidence().countries), str, marks)


def _regions_allowed(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    every = sorted({r for regions in cached.evidence_of(inputs).regions.values() for r in regions})
    key = state.keyed(f"in:{path}")
    state.hold(key, [r for r in inputs.limits.regions or () if r in every])
    st.multiselect(
        marked(path, marks),
        every,
        key=key,
        help=help_of(path),
        placeholder=w("inputs.any"),
        on_change=lambda: state.set_field(path, list(st.session_state[key]) or None),
    )
    message_at(path)


def _models(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    st.markdown(w("inputs.models_intro"))
    pick = st.selectbox(
        w("inputs.models_for"),
        tuple(Approach),
        format_func=lambda a: approach_label(a, language()),
        key=state.keyed("models:for"),
        persist_state="session",
    )
    models = cached.evidence().models
    fit = sorted(m.name for m in models.values() if str(inputs.task) in m.tasks)
    names = [None, *(sorted(models) if inputs.task is Task.OTHER or not fit else fit)]
    key, now = state.keyed(f"in:models.{pick}"), inputs.models.get(str(pick))
    sizes_now = now if isinstance(now, TypedModel) else None
    typed = sizes_now is not None
    state.hold(key, None if typed else now)
    unnamed = w(
        "inputs.model_usual", model=cached.unnamed_model(inputs, str(pick)) or w("inputs.none")
    )
    st.selectbox(
        w("inputs.model"),
        names if typed or now in names else [now, *names],
        format_func=lambda m: m or unnamed,
        placeholder=unnamed,
        key=key,
        help=w("inputs.model_help"),
        on_change=lambda: _set_model(str(pick), st.session_state[key]),
    )
    sizes = st.number_input(
        w("inputs.model_params"),
        value=sizes_now.params if sizes_now else None,
        step=1e6,
        format="%.3g",
        key=state.keyed(f"typed:params:{pick}"),
        placeholder=w("inputs.empty"),
        help=w("inputs.model_params_help"),
    )
    gflop = st.number_input(
        w("inputs.model_gflop"),
        value=sizes_now.forward_gflop if sizes_now else None,
        step=1.0,
        format="%.3g",
        key=state.keyed(f"typed:gflop:{pick}"),
        placeholder=w("inputs.empty"),
    )
    st.button(
        w("inputs.model_typed"),
        disabled=not sizes,
        on_click=lambda: _set_model(str(pick), {"params": sizes, "forward_gflop": gflop or None}),
        key=state.keyed(f"typed:set:{pick}"),
    )
    message_at("models")


def _set_model(approach: str, model: Any) -> None:
    models = {k: v for k, v in state.current().to_dict()["models"].items() if k != approach}
    state.set_field("models", models if model is None else {**models, approach: model})


def _own_hardware(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    key = state.keyed(f"in:{path}")
    state.hold(key, inputs.own_hardware is not None)
    st.checkbox(
        w("inputs.own_hardware") + (f" · {w('inputs.changed_mark')}" if path in marks else ""),
        key=key,
        help=w("inputs.own_hardware_help"),
        on_change=lambda: state.set_field(path, {} if st.session_state[key] else None),
    )
    message_at(path)
    if inputs.own_hardware is not None:
        ids = tuple(sorted(cached.evidence().accelerators))
        choose(f"{path}.accelerator", inputs, ids, str, marks)
        for name in OwnHardware.__dataclass_fields__:
            if name != "accelerator":
                plain_field(f"{path}.{name}", inputs, marks)


def _role(role: Any) -> str:
    return term("role", str(role).replace("_", " "), language())


def _wages(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    roles = sorted({*cached.roles(), *inputs.people.usd_per_week})
    role = st.selectbox(
        marked(path, marks),
        roles,
        key=state.keyed("wages:role"),
        help=help_of(path),
        format_func=_role,
        persist_state="session",
    )
    key = state.keyed(f"no:{path}.{role}")
    state.hold(key, inputs.people.usd_per_week.get(role))
    st.number_input(
        w("inputs.wage_of", role=_role(role)),
        key=key,
        step=100.0,
        format="%.0f",
        placeholder=w("empty.people.usd_per_week"),
        on_change=lambda: _set_entry(path, str(role), st.session_state[key]),
    )
    message_at(path)


def _set_entry(path: str, name: str, value: float | None) -> None:
    node: Any = state.current().to_dict()
    for part in path.split("."):
        node = node[part]
    rest = {k: v for k, v in node.items() if k != name}
    state.set_field(path, rest if value is None else {**rest, name: value})


def _contingency(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    now = inputs.finance.contingency
    typed = not isinstance(now, str)
    key = state.keyed(f"in:{path}")
    state.hold(key, "typed" if typed else now)
    st.selectbox(
        marked(path, marks),
        ("reference_class", "none", "typed"),
        key=key,
        help=help_of(path),
        format_func=lambda v: w(f"option.contingency.{v}"),
        on_change=lambda: state.set_field(
            path, 0.0 if st.session_state[key] == "typed" else st.session_state[key]
        ),
    )
    if typed:
        box = state.keyed(f"no:{path}")
        state.hold(box, float(now) * 100)
        st.number_input(
            label_of(path) + " (%)",
            key=box,
            step=1.0,
            format="%.4g",
            on_change=lambda: state.set_field(path, (st.session_state[box] or 0.0) / 100),
        )
    message_at(path)


def _discounts(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    provider = inputs.compute.provider
    key = state.keyed(f"no:{path}.{provider}")
    state.hold(key, inputs.finance.discounts.get(provider, 0.0) * 100)
    st.number_input(
        f"{marked(path, marks)} ({provider}, %)",
        key=key,
        step=1.0,
        format="%.4g",
        help=help_of(path),
        on_change=lambda: _set_entry(path, provider, (st.session_state[key] or 0.0) / 100),
    )
    message_at(path)


def _assumptions(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    st.markdown(w("inputs.assumptions_intro"))
    rows = cached.evidence().assumptions
    name = st.selectbox(
        w("inputs.assumption"),
        sorted(rows),
        key=state.keyed("assumptions:pick"),
        persist_state="session",
        index=None,
        placeholder=w("inputs.assumption_pick"),
    )
    for own in inputs.assumptions:
        if own != name:
            assumption_box(own, inputs)
    if name:
        assumption_box(str(name), inputs)


def assumption_box(name: str, inputs: ProjectInputs, prefix: str = "no") -> None:
    """One judgement: its reason, its shipped range, and the own value typed over it."""
    row = cached.evidence().assumptions[name]
    path = f"assumptions.{name}"
    key = f"{prefix}:{path}"
    state.hold(key, inputs.assumptions.get(name))
    st.number_input(
        f"{name} [{term('unit', row.unit, language())}]",
        key=key,
        step=None,
        format="%.6g",
        placeholder=f"{row.p50:g} ({row.p10:g} – {row.p90:g})",
        help=f"{judgement(name, row.reason, language())} ({row.source_id}). {w('inputs.allowed')}: "
        f"{row.allowed_low:g} – {row.allowed_high:g}.",
        on_change=lambda: set_assumption(name, st.session_state[key]),
    )
    message_at("assumptions")


def set_assumption(name: str, value: float | None) -> None:
    """Take an own value of a judgement into the scenario; None takes it out."""
    rest = {k: v for k, v in state.current().assumptions.items() if k != name}
    state.set_field("assumptions", rest if value is None else {**rest, name: value})


def _kind(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    options = (None, *KINDS.get(inputs.task, ()), *sorted(split_of(inputs.task)))
    choose(path, inputs, options, lambda k: _said("kind_of", path, k), marks)


def _language(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    if inputs.task in LANGUAGE_TASKS:
        choose(path, inputs, (None, *LANGUAGES), lambda k: _said("language_of", path, k), marks)


def _in_use(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    options = (None, *(spec_of(path).choices))
    choose(path, inputs, options, lambda v: option_name(v) if v else w(f"empty.{path}"), marks)
    _advised("typed.in_use", inputs)


def _advised(key: str, inputs: ProjectInputs) -> None:
    for said in advice(inputs):
        if said.key.startswith(key):
            errors.note(said.say(number_style()))


def _said(what: str, path: str, word: str | None) -> str:
    return w(f"empty.{path}") if word is None else say(f"{what}.{word}", language())


SPECIAL: dict[str, Field] = {
    "facts.kind": _kind,
    "facts.language": _language,
    "facts.in_use": _in_use,
    "task": _task,
    "unit": _unit,
    "target.metric": _metric,
    "compute.provider": _provider,
    "compute.region": _region,
    "people.location": _location,
    "limits.regions": _regions_allowed,
    "models": _models,
    "own_hardware": _own_hardware,
    "people.usd_per_week": _wages,
    "finance.contingency": _contingency,
    "finance.discounts": _discounts,
    "assumptions": _assumptions,
    "csv": own_file.labelled_file,
    "pilot": own_data.pilot_points,
    "own_runs": own_runs.own_runs,
    "own_factors": own_projects.switch,
    "prices": own_prices.price_book,
    "scenario_file": own_data.scenario_file,
}
