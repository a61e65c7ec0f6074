"""The scenario of one browser tab: kept in the session, written to the address bar.

One valid scenario is the only truth; widgets show it and change it through ``set_field``. A value
that is refused stays in its field with a message, and the last valid scenario stays in force.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from estimator import ProjectInputs
from estimator.engine.money.cloud import cheapest_offer
from estimator.engine.spelling import with_known_names
from estimator.errors import EstimatorError, InputError, shown
from estimator.metrics import same_scale
from estimator.report import link
from estimator.ui import cached
from estimator.ui.words import complaint, language, w
from estimator.words.format import Style
from estimator.words.statement import allowed_by

SCENARIO, START, PAST, FIRST = "scenario", "start", "past", "first_scenario"
MESSAGES, TYPED, LINK_ERROR = "messages", "typed", "link_error"
SAVED = "saved_scenarios"
NOTES = "link_notes"
WAS = "link_was"
PRESET, PLACES, DRAWN = "preset", "widget_places", "drawn_scenario"
DRAWN_BY: ContextVar[str] = ContextVar("script_that_draws", default="main")
PREFIX: ContextVar[str] = ContextVar("prefix_of_widget_keys", default="")
KEPT = ("view", "lang", "tab")
MOVED, REPLACED, ECHO_SECONDS = "moved_field", "replaced_values", 3.0
SHOWN, PAGE = "shown_values", "page_of_last_run"
UNDO_LIMIT, SAVED_LIMIT = 50, 6


def current() -> ProjectInputs:
    """The scenario in force."""
    scenario: ProjectInputs = st.session_state[SCENARIO]
    return scenario


def start() -> ProjectInputs:
    """The scenario that "changed" is measured against: the preset or file last opened."""
    first: ProjectInputs = st.session_state[START]
    return first


def begin() -> None:
    """Adopt the scenario of the address on a first visit; later the address follows it.

    A browser may send the address it had before the last change, so reading it again in the same
    session could undo that change; only where the reader goes back or forward, and Streamlit says
    so, is it read again.
    """
    given = {k: v for k, v in st.query_params.to_dict().items() if k not in link.PAGE_KEYS}
    preset = cached.presets().get(st.query_params.get(PRESET, ""))
    if SCENARIO not in st.session_state:
        first = preset or cached.first_preset()
        st.session_state.update(
            {SCENARIO: first, START: first, PAST: [], MESSAGES: {}, TYPED: {}, SAVED: []}
        )
        if given:
            _open_address(given, preset)
        elif preset is None and st.query_params.get(PRESET):
            asked = st.query_params[PRESET][:60]
            known = ", ".join(cached.presets())
            st.session_state[LINK_ERROR] = str(InputError("preset", asked, known))
        st.session_state[FIRST] = current()
    elif getattr(get_script_run_ctx(), "is_history_navigation", False):
        _return_to(given, preset)
    write_address()
    st.session_state[DRAWN] = current().canonical_json()


def _open_address(given: Mapping[str, str], preset: ProjectInputs | None) -> None:
    try:
        opened = link.from_query(_on_preset(given))
        inputs = with_known_names(opened.inputs, cached.evidence_of(opened.inputs))
        cached.summary(inputs)
    except EstimatorError as error:
        st.session_state[LINK_ERROR] = complaint(error)
        return
    st.session_state.pop(LINK_ERROR, None)
    st.session_state[NOTES] = opened.notes
    st.session_state[WAS] = opened.was
    st.session_state[SCENARIO] = inputs
    st.session_state[START] = preset or _preset_like(inputs)
    _forget_typing()


def _on_preset(given: Mapping[str, str]) -> dict[str, str]:
    """The fields of an address, on top of those of the preset that it names beside them."""
    preset = cached.presets().get(st.query_params.get(PRESET, ""))
    if preset is None or "task" in given or "z" in given:
        return dict(given)
    return {**address_of(preset), **given}


def _return_to(given: Mapping[str, str], preset: ProjectInputs | None) -> None:
    """Put the scenario of a place in the browser's history in force; Undo takes it back.

    A scenario that was in force in this visit comes back whole, with what an address cannot hold.
    """
    first: ProjectInputs = st.session_state[FIRST]
    seen = [first, *(before for before, _ in st.session_state[PAST]), current()]
    try:
        whole = next((s for s in reversed(seen) if address_of(s) == given), None)
        if whole is None:
            whole = link.from_query(dict(given)).inputs if given else preset or first
        adopt(whole)
    except EstimatorError as error:
        st.session_state[LINK_ERROR] = complaint(error)
        return
    st.session_state[START] = preset or _preset_like(whole)
    st.session_state.pop(MOVED, None)
    _forget_typing()


def _preset_like(inputs: ProjectInputs) -> ProjectInputs:
    for preset in cached.presets().values():
        if preset.name == inputs.name and preset.task == inputs.task:
            return preset
    return inputs


def address_of(inputs: ProjectInputs) -> dict[str, str]:
    """A scenario as the fields of a query."""
    made = link.encode(inputs, cached.price_hash(inputs))
    return dict(parse_qsl(made.query, keep_blank_values=True))


def write_address() -> None:
    """Put the scenario in force into the address bar; the page's own parameters stay."""
    wanted = address_of(current())
    kept = {k: v for k, v in st.query_params.to_dict().items() if k in KEPT}
    if language() != "en":
        kept["lang"] = language()
    here = next((i for i, p in cached.presets().items() if p == start()), None)
    if here:
        kept[PRESET] = here
    if st.query_params.to_dict() != {**wanted, **kept}:
        st.query_params.from_dict({**wanted, **kept})


def in_fragment() -> bool:
    """Is this the run of a part of the page, which no field of the form belongs to?

    Such runs start by themselves and carry the fields' values as the browser knew them then.
    """
    return bool(getattr(get_script_run_ctx(), "fragment_ids_this_run", None))


def same_page() -> bool:
    """Is the page the one of the last run, drawn by the same script?"""
    now = (DRAWN_BY.get(), getattr(get_script_run_ctx(), "page_script_hash", ""))
    last, st.session_state[PAGE] = st.session_state.get(PAGE), now
    return bool(last == now)


def follow() -> None:
    """In a fragment: draw the whole page again where the fragment has changed the scenario."""
    if st.session_state.get(DRAWN) != current().canonical_json():
        st.rerun()


def keyed(name: str) -> str:
    """A widget key that differs between the form and the page, which may show the same field.

    It differs between languages too: a choice is remembered by the words it was shown with, and
    under other words it would fall back to its first option.
    """
    spoken = language()
    return ("" if spoken == "en" else f"{spoken}/") + PREFIX.get() + name


def hold(key: str, value: Any) -> None:
    """Let a widget show a value; it is set only where it differs or another script draws it.

    Setting it anew in every run would overwrite what the reader has typed or moved since. A widget
    of the same key is a new one in another script, and would start empty.
    """
    place = DRAWN_BY.get()
    places = st.session_state.setdefault(PLACES, {})
    if places.get(key) != place or key not in st.session_state or st.session_state[key] != value:
        if key in st.session_state and key.endswith(f":{st.session_state.get(MOVED)}"):
            _replaced(key).append((st.session_state[key], time.monotonic()))
        st.session_state[key] = value
        places[key] = place


def is_echo(key: str) -> bool:
    """Did the browser send the value that was replaced a moment ago, not one that was typed?

    A run that the page starts by itself carries the values that the browser knew when it was
    sent, perhaps from before the last answer; they must not undo the last change. Only a field
    with two widgets has such values: moving one of them replaces the other's.
    """
    return any(value == st.session_state[key] for value, _ in _replaced(key))


def _replaced(key: str) -> list[tuple[Any, float]]:
    """Values of a widget that were replaced within the last seconds."""
    kept = st.session_state.setdefault(REPLACED, {})
    oldest = time.monotonic() - ECHO_SECONDS
    kept[key] = [entry for entry in kept.get(key, ()) if entry[1] > oldest]
    values: list[tuple[Any, float]] = kept[key]
    return values


def adopt(inputs: ProjectInputs, as_start: bool = False) -> None:
    """Put a scenario in force after computing it once; raises EstimatorError, changing nothing.

    A newer input may end the callback at any access to the session, so the scenario and its step
    of Undo are written together, at one of them.
    """
    before, first, past = current(), start(), st.session_state[PAST]
    inputs = with_known_names(inputs, cached.evidence_of(inputs))
    cached.summary(inputs)
    st.session_state[SCENARIO] = inputs
    if inputs != before:
        past.append((before, first))
        del past[:-UNDO_LIMIT]
    st.session_state.pop(NOTES, None)
    st.session_state.pop(WAS, None)
    if as_start:
        st.session_state[START] = inputs
        _forget_typing()
    st.session_state.pop(LINK_ERROR, None)


def _forget_typing() -> None:
    st.session_state[MESSAGES], st.session_state[TYPED] = {}, {}


def set_field(path: str, value: Any) -> None:
    """Change one field; on a refused value keep the scenario and note the message at the field."""
    try:
        adopt(with_dependents(current(), path, value))
    except EstimatorError as error:
        st.session_state[MESSAGES][path] = plain(error)
        st.session_state[TYPED][path] = value
        return
    st.session_state[MESSAGES].pop(path, None)
    st.session_state[TYPED].pop(path, None)


def plain(error: EstimatorError) -> str:
    """The message of an error without the path that the field already shows."""
    if isinstance(error, InputError):
        allowed = allowed_by(error, Style(language()))
        return w("error.not_allowed", value=shown(error.value), allowed=allowed)
    return complaint(error)


def with_dependents(inputs: ProjectInputs, path: str, value: Any) -> ProjectInputs:
    """A changed copy in which the fields that hang on the changed one still fit.

    A new task takes its own metric, unit and base models; a new provider its own region; an
    accelerator that the provider does not sell moves to one that does.
    """
    if path == "task" and value != inputs.task:
        data = inputs.to_dict()
        data |= {"task": value, "unit": {}, "models": {}, "options": [], "pilot": []}
        data["target"] = {"probability": inputs.target.probability}
        data["facts"] = {"augmentation": inputs.facts.augmentation}
        data["value"]["today_level"] = None
        data["training"] = {}
        return ProjectInputs.from_dict(data)
    if path == "target.metric" and value != inputs.target.metric:
        data = inputs.to_dict()
        data["target"]["metric"] = value
        if not same_scale(str(value), str(inputs.target.metric)):
            data["target"]["value"], data["pilot"] = None, []
            data["facts"] |= {"human_level": None, "state_of_the_art": None}
            data["value"]["today_level"] = None
        return ProjectInputs.from_dict(data)
    if path == "finance.currency":
        finance = {**inputs.to_dict()["finance"], "currency": value, "usd_rate": None}
        return inputs.replace("finance", finance)
    if path == "prices":
        return _placed(inputs.replace(path, value))
    if path == "compute.provider" and value != "own":
        place = _offer(inputs, inputs.compute.accelerator, provider=value)
        if place:
            return inputs.replace("compute", {**inputs.to_dict()["compute"], **place})
    if path == "compute.accelerator" and inputs.compute.provider != "own":
        here = inputs.compute
        place = _offer(inputs, value, here.provider, here.region) or _offer(inputs, value)
        if place:
            compute = {**inputs.to_dict()["compute"], **place, "accelerator": value}
            return inputs.replace("compute", compute)
    return inputs.replace(path, value)


def _placed(inputs: ProjectInputs) -> ProjectInputs:
    """The scenario where its price book sells its accelerator: as near as can be to its place."""
    here = inputs.compute
    if here.provider == "own":
        return inputs
    place = _offer(inputs, here.accelerator, here.provider, here.region)
    place = place or _offer(inputs, here.accelerator)
    return inputs.replace("compute", {**inputs.to_dict()["compute"], **(place or {})})


def _offer(
    inputs: ProjectInputs, accelerator: str, provider: str = "", region: str = ""
) -> dict[str, str] | None:
    """Where a device is bought: in the region where it is sold there, else at its cheapest."""
    prices = cached.evidence_of(inputs).prices
    regions = (region, "") if region else ("",)
    for there, option in itertools.product(regions, ("on_demand", "")):
        found = cheapest_offer(prices, accelerator, 1, provider, there, option)
        if found and found[0].region:
            return {"provider": found[0].provider, "region": found[0].region}
    return None


def flat(inputs: ProjectInputs) -> dict[str, Any]:
    """Every field by its dotted path; lists as JSON text so that they compare."""
    out: dict[str, Any] = {}
    for key, value in inputs.to_dict().items():
        if isinstance(value, dict) and key not in ("assumptions", "models", "unit"):
            out |= {f"{key}.{name}": inner for name, inner in value.items()}
        else:
            out[key] = value
    return {k: json.dumps(v, sort_keys=True) if isinstance(v, list) else v for k, v in out.items()}


def changed() -> tuple[str, ...]:
    """Paths of the fields that differ from the preset or file last opened."""
    now, before = flat(current()), flat(start())
    return tuple(k for k in now | before if now.get(k) != before.get(k))


def reset(path: str) -> None:
    """Put one field back to its value at the start."""
    st.session_state.pop(MOVED, None)
    before = start().to_dict()
    value = before
    for name in path.split("."):
        value = value[name] if isinstance(value, dict) else None
        if value is None:
            break
    set_field(path, value)


def reset_all() -> None:
    """Back to the preset or file last opened."""
    st.session_state.pop(MOVED, None)
    _quietly(lambda: adopt(start()))
    _forget_typing()


def undo() -> None:
    """Back to the scenario before the last change."""
    st.session_state.pop(MOVED, None)
    if st.session_state[PAST]:
        *earlier, (before, first) = st.session_state[PAST]
        _quietly(lambda: adopt(before))
        st.session_state[PAST], st.session_state[START] = earlier, first
        _forget_typing()


def open_preset(preset_id: str) -> None:
    """Open a shipped example project."""
    _quietly(lambda: adopt(cached.presets()[preset_id], as_start=True))


def _quietly(action: Callable[[], None]) -> None:
    try:
        action()
    except EstimatorError as error:
        st.session_state[LINK_ERROR] = complaint(error)
