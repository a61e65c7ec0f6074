"""The only st.cache_* calls: thin wrappers around loading and computing.

Results hold draws and callables, so one frozen object is shared by all sessions
(``cache_resource``); the key is the scenario's canonical JSON and the data version. What a page
does not show is not computed: the answer needs one evaluation, switching values, drivers and the
pilot re-run the model and have their own entries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from estimator import ProjectInputs, load_evidence
from estimator.engine import decide
from estimator.engine.assumptions import Assumptions
from estimator.engine.comparison import Comparison
from estimator.engine.distributions import Draws
from estimator.engine.results import Evaluation
from estimator.engine.simulate import compare_approaches, evaluate, quick_comparison
from estimator.evidence.load import Evidence
from estimator.evidence.presets import preset_scenarios

ENTRIES = 16
Progress = Callable[[int, int], None]


@st.cache_resource(show_spinner=False)
def evidence() -> Evidence:
    """The shipped evidence, loaded once per process."""
    return load_evidence()


@st.cache_resource(show_spinner=False)
def presets() -> Mapping[str, ProjectInputs]:
    """The shipped example projects by id, the first one first on the screen."""
    return {name: ProjectInputs.from_dict(s) for name, s in preset_scenarios().items()}


def roles() -> tuple[str, ...]:
    """Roles whose wages the shipped tables hold."""
    return tuple(sorted(set(evidence().table("wages")["role"])))


def _inputs(canonical: str) -> ProjectInputs:
    return ProjectInputs.from_dict(json.loads(canonical))


@st.cache_resource(show_spinner=False, max_entries=ENTRIES)
def _quick(canonical: str, data_version: str) -> tuple[Comparison, dict[str, Any]]:
    result = quick_comparison(_inputs(canonical), evidence())
    return result, result.to_dict()


@st.cache_resource(show_spinner=False, max_entries=ENTRIES)
def _full(canonical: str, data_version: str) -> tuple[Comparison, dict[str, Any]]:
    result = compare_approaches(_inputs(canonical), evidence())
    return result, result.to_dict()


def comparison(inputs: ProjectInputs) -> Comparison:
    """Every approach and the choice; without what needs re-runs of the model."""
    return _quick(inputs.canonical_json(), evidence().data_version)[0]


def evaluation(inputs: ProjectInputs) -> Evaluation:
    """The draws behind the comparison."""
    return comparison(inputs).evaluation


def answer(inputs: ProjectInputs) -> dict[str, Any]:
    """The quick comparison as the JSON of the contract; read, never changed."""
    return _quick(inputs.canonical_json(), evidence().data_version)[1]


def full_answer(inputs: ProjectInputs) -> dict[str, Any]:
    """The whole JSON of ``compare``, switching values, drivers and pilot plan included."""
    return _full(inputs.canonical_json(), evidence().data_version)[1]


def full_comparison(inputs: ProjectInputs) -> Comparison:
    """The whole comparison, for exports."""
    return _full(inputs.canonical_json(), evidence().data_version)[0]


def rerun(inputs: ProjectInputs) -> Evaluation:
    """Evaluate a varied scenario; searches keep none of it."""
    return evaluate(inputs, evidence())


def judged(inputs: ProjectInputs) -> Assumptions:
    """The shipped judgements with the scenario's overrides."""
    return Assumptions(evidence().assumptions, inputs.assumptions)


@st.cache_resource(show_spinner=False, max_entries=ENTRIES)
def _tornado(canonical: str, data_version: str, _progress: Progress) -> Any:
    inputs = _inputs(canonical)
    base = evaluation(inputs)
    advice = decide.recommend(base, judged(inputs))
    return decide.tornado(base, advice, rerun, judged(inputs), _progress)


def tornado(inputs: ProjectInputs, progress: Progress) -> Any:
    """What moves cost, date and accuracy, one input at a time."""
    return _tornado(inputs.canonical_json(), evidence().data_version, progress)


@st.cache_resource(show_spinner=False, max_entries=ENTRIES)
def _pilot(canonical: str, data_version: str, _progress: Progress) -> Any:
    inputs = _inputs(canonical)
    draws = Draws(inputs.draws, inputs.seed)
    return decide.pilot_plan(evaluation(inputs), judged(inputs), draws, _progress)


def pilot(inputs: ProjectInputs, progress: Progress) -> Any:
    """Value and size of a pilot."""
    return _pilot(inputs.canonical_json(), evidence().data_version, progress)


@st.cache_resource(show_spinner=False, max_entries=ENTRIES)
def _optimum(canonical: str, data_version: str, objective: str, _progress: Progress) -> Any:
    inputs = _inputs(canonical)
    wanted = decide.Objective(objective)
    return decide.optimise(evaluation(inputs), rerun, judged(inputs), wanted, progress=_progress)


def optimum(inputs: ProjectInputs, objective: str, progress: Progress) -> Any:
    """The best plan over approach, labels, accelerator, count and purchase option."""
    return _optimum(inputs.canonical_json(), evidence().data_version, objective, progress)


def warm_up() -> None:
    """Import the heavy packages and compute the first screen before anybody waits for it."""
    from estimator.report import figures, pdf  # noqa: F401

    answer(next(iter(presets().values())))
