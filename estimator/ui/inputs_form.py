"""The inputs: preset, the sliders that matter, the rest folded by topic and drawn when opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from estimator import ProjectInputs
from estimator.metrics import decimals, is_fraction, is_hundred
from estimator.ui import cached, fresh, state
from estimator.ui.fields import (
    choose,
    label_of,
    option_name,
    plain_field,
    slider,
)
from estimator.ui.inputs_special import SPECIAL
from estimator.ui.words import has, language, w
from estimator.vocabulary import JOINED_TASKS, NO_LABELS_TASKS, Domain, Task
from estimator.words.format import style_of
from estimator.words.texts import say


def _decades(first: int, last: int, *, steps: Sequence[float] = (1, 2, 5)) -> tuple[float, ...]:
    out = [m * 10.0**e for e in range(first, last + 1) for m in steps if m * 10.0**e <= 10.0**last]
    return tuple(int(v) if v >= 1 and v == int(v) else round(v, 10) for v in out)


COUNTS = (0, *_decades(1, 6, steps=(1, 1.5, 2, 3, 5, 7)))
PRICES = (None, *_decades(-3, 3))
NOISE = (None, *(round(k / 100, 2) for k in range(0, 51)))
CLASSLESS_TASKS = JOINED_TASKS | {
    *(Task.SUMMARISATION, Task.TRANSLATION, Task.TEXT_GENERATION, Task.QUESTION_ANSWERING),
    *(Task.SPEECH_RECOGNITION, Task.RECOMMENDATION, Task.PREFERENCE_TUNING),
    *(Task.IMAGE_GENERATION, Task.MUSIC_GENERATION, Task.TABULAR_REGRESSION),
}
"""Tasks whose answer is no class out of a list: their number is not asked."""
CLASSES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 77, 100, 150, 200, 500, 1000, 5000, 10000)
REQUESTS = (0, *_decades(2, 9))
MONTHS = (1, 3, 6, 9, 12, 18, 24, 30, 36, 42, 48, 54, 60)
BUDGETS = (None, *_decades(3, 7, steps=(1, 1.5, 2, 3, 5, 7)))
WEEKS = (None, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 39, 52, 78, 104)

TOPICS: dict[str, tuple[str, ...]] = {
    "project": ("name", "task", "unit", "start_date"),
    "target": ("target.metric", "target.probability"),
    "data": (
        "n_unlabelled_available",
        "n_evaluation",
        "labelling.source",
        "labelling.pay",
        "labelling.labels_come_free",
        "labelling.labels_per_item",
        "labelling.review_share",
        "labelling.seconds_per_label",
        "judging.by",
        "judging.judge",
        "judging.agreement",
        "facts.kind",
        "facts.language",
        "facts.in_use",
        "facts.human_level",
        "facts.state_of_the_art",
        "facts.annotator_agreement",
        "facts.similar_dataset",
        "facts.minority_share",
        "facts.majority_share",
        "facts.labels_per_example",
        "facts.augmentation",
    ),
    "models": (
        *("models", "hybrid.kind"),
        *("retrieval.passages", "retrieval.passage_tokens"),
        *("retrieval.per_request", "retrieval.churn"),
    ),
    "training": (
        "compute.trials",
        "compute.failed_run_share",
        "training.epochs",
        "training.batch_size",
        "training.precision",
        "training.optimiser",
        "training.checkpointing",
        "training.sequence",
        "training.packing",
        "training.micro_batch",
        "training.accumulation",
        "training.lora_rank",
        "training.lora_targets",
        "training.framework",
    ),
    "place": (
        "compute.provider",
        "compute.region",
        "compute.n_devices",
        "compute.usd_per_device_hour",
        "own_hardware",
    ),
    "people": (
        "people.location",
        "people.team",
        "people.effort",
        "people.integration",
        "people.users",
        "people.automation",
        "people.partner_usd_per_day",
        "people.wage_factor",
        "people.usd_per_week",
    ),
    "use": (
        "serving.interactive",
        "serving.latency_ms",
        "serving.batch",
        "serving.cached_share",
        "serving.reasoning_tokens",
        "serving.review_share",
        "serving.retrain_every_months",
        "serving.relabel_share",
    ),
    "money": (
        "finance.currency",
        "finance.usd_rate",
        "finance.discount_rate",
        "finance.tax_rate",
        "finance.contingency",
        "finance.discounts",
        "finance.wage_drift",
        "finance.price_drift",
        "finance.fiscal_start",
        "finance.spent_usd",
    ),
    "value": (
        "value.benefit_per_correct_usd",
        "value.cost_per_error_usd",
        "value.value_per_month_usd",
        "value.today_usd_per_month",
    ),
    "limits": (
        "limits.no_external_services",
        "limits.regions",
        "limits.edge_device",
        "limits.sensitive_domain",
        "limits.full_control",
    ),
    "own": ("csv", "pilot", "own_runs", "own_factors", "prices", "scenario_file"),
    "assumptions": (
        "value.harm_usd",
        "value.useful_points",
        "value.ramp_months",
        "value.today_level",
        "assumptions",
    ),
    "simulation": ("draws", "seed"),
}


def draw(key: str = "side") -> None:
    """The whole form, for the sidebar or, in a frame, for the drawer.

    A fold's title stays the same whatever changes inside: under another title it would be another
    fold to Streamlit, closed, and the reader's field with its message gone.
    """
    inputs, marks = state.current(), state.changed()
    preset_box(key)
    _changes(marks)
    _sliders(inputs, marks)
    for topic, paths in TOPICS.items():
        fold = st.expander(w(f"topic.{topic}"), key=f"{key}:topic:{topic}", on_change="rerun")
        if fold.open:
            with fold:
                for path in paths:
                    if path == "unit" and inputs.task in (*NO_LABELS_TASKS, *JOINED_TASKS):
                        continue
                    special = SPECIAL.get(path)
                    (special or plain_field)(path, inputs, marks)


def preset_name(preset: str) -> str:
    """What an example project is called."""
    return w(f"preset.{preset}", default=cached.presets()[preset].name)


def preset_title(name: str) -> str:
    """A project's name; an example's in the reader's language."""
    named = (preset for preset, p in cached.presets().items() if p.name == name)
    preset = next(named, None)
    return name if preset is None else preset_name(preset)


def _with_outcome(preset: str) -> str:
    """An example in the list: its name and how it comes out."""
    outcome = cached.preset_outcomes().get(preset)
    if outcome is None:
        return preset_name(preset)
    told = say(f"outcome.{outcome}", language())
    return w("preset.with_outcome", name=preset_name(preset), outcome=told)


def preset_box(key: str = "side") -> None:
    """The list of example projects; choosing one replaces every input."""
    ids = list(cached.presets())
    here = next((i for i in ids if cached.presets()[i] == state.start()), None)
    spoken = language()
    box = f"{key}:preset" if spoken == "en" else f"{key}:preset:{spoken}"
    state.hold(box, here)
    st.selectbox(
        w("inputs.preset"),
        ids,
        format_func=_with_outcome,
        key=box,
        on_change=lambda: state.open_preset(st.session_state[box]),
        placeholder=w("inputs.own_scenario"),
        help=w("inputs.preset_help"),
    )
    if here is not None and has(f"preset_why.{here}"):
        st.caption(w(f"preset_why.{here}"))


def _changes(marks: Sequence[str]) -> None:
    row = st.container(horizontal=True, gap="small", vertical_alignment="center")
    with row:
        fresh.button()
        with st.popover(w("inputs.n_changed", n=len(marks)), disabled=not marks, type="tertiary"):
            for path in marks:
                st.button(
                    w("inputs.reset_one", label=_name(path)),
                    key=f"reset:{path}",
                    on_click=state.reset,
                    args=(path,),
                )
        st.button(
            w("inputs.reset_all"),
            on_click=state.reset_all,
            disabled=not marks,
            key="reset_all",
            type="tertiary",
        )
        st.button(
            w("inputs.undo"),
            on_click=state.undo,
            key="undo",
            type="tertiary",
            disabled=not st.session_state[state.PAST],
        )


def _name(path: str) -> str:
    try:
        return label_of(path)
    except (KeyError, StopIteration):
        return w(f"topic.{path}", default=path.replace("_", " "))


def _sliders(inputs: ProjectInputs, marks: Sequence[str]) -> None:
    style = style_of({"finance": {}}, language())
    in_usd = inputs.finance.currency == style.currency

    def empty(path: str, show: Callable[[Any], str]) -> Callable[[Any], str]:
        return lambda v: w(f"empty.{path}") if v is None else show(v)

    def percent(v: float) -> str:
        return style.percent(v)

    bought = inputs.task not in NO_LABELS_TASKS
    if bought:
        slider("n_labelled_to_buy", inputs, COUNTS, style.short, marks)
        path = "labelling.usd_per_label"
        price = style.unit_price if in_usd else style.about
        slider(path, inputs, PRICES, empty(path, price), marks)
        slider("n_labelled_available", inputs, COUNTS, style.short, marks)
        path = "labelling.label_noise"
        if inputs.task not in JOINED_TASKS:
            slider(path, inputs, NOISE, empty(path, percent), marks)
    if not bought or inputs.task in JOINED_TASKS:
        SPECIAL["unit"]("unit", inputs, marks)
    metric = inputs.target.metric or ""
    targets, show = _targets(metric)
    slider("target.value", inputs, targets, empty("target.value", show), marks)
    if bought:
        choose("domain", inputs, tuple(Domain), lambda d: w(f"option.domain.{d}"), marks, True)
        if inputs.task not in CLASSLESS_TASKS:
            slider("n_classes", inputs, CLASSES, style.short, marks)
    ids = sorted(cached.evidence().accelerators.values(), key=lambda a: (a.kind, a.accelerator))
    kinds = {a.accelerator: f"{a.accelerator} ({a.kind.upper()})" for a in ids}
    choose("compute.accelerator", inputs, tuple(kinds), lambda i: kinds.get(i, i), marks)
    options = ("on_demand", "spot", "committed_1y", "committed_3y")
    choose("compute.purchase_option", inputs, options, option_name, marks)
    slider("serving.requests_per_month", inputs, REQUESTS, style.short, marks)
    slider("serving.horizon_months", inputs, MONTHS, str, marks)
    path = "limits.budget_usd"
    slider(path, inputs, BUDGETS, empty(path, style.money_short if in_usd else style.short), marks)
    path = "limits.deadline_weeks"
    slider(path, inputs, WEEKS, empty(path, lambda v: w("inputs.weeks", n=style.short(v))), marks)


def _targets(metric: str) -> tuple[tuple[Any, ...], Callable[[Any], str]]:
    style = style_of({"finance": {}}, language())
    if is_hundred(metric):
        return (None, *range(1, 100)), lambda v: style.number(v, 0)
    if decimals(metric) > 1:
        return (None, *(round(k / 20, 2) for k in range(2, 31))), lambda v: style.number(v, 2)
    if not is_fraction(metric):
        return (None, *_decades(0, 2, steps=(1, 1.5, 2, 3, 5, 7))), lambda v: style.number(v, 1)
    points = (*(round(k / 100, 2) for k in range(1, 100)), 0.995, 0.999)
    return (None, *points), lambda v: style.percent(v)
