"""The only st.cache_* calls: thin wrappers around loading and computing.

Results hold draws and callables, so one frozen object is shared by all sessions
(``cache_resource``); the key is the scenario's canonical JSON and the data version. What a page
does not show is not computed: the answer needs one evaluation; searches re-run the model, tell how
far they are and give way to the next change, so they keep their results on a shelf of their own
(a cached function may not draw its progress).
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pandas as pd
import streamlit as st

from estimator import ProjectInputs, load_evidence
from estimator.engine import decide
from estimator.engine.assumptions import Assumptions
from estimator.engine.catalogue import PriceRow
from estimator.engine.comparison import Comparison
from estimator.engine.money.pricebook import parse_price_csv
from estimator.engine.results import Evaluation
from estimator.engine.simulate import complete_comparison, evaluate, quick_comparison
from estimator.errors import InputError
from estimator.evidence.load import Evidence
from estimator.evidence.names import task_of
from estimator.evidence.own_prices import with_prices
from estimator.evidence.presets import preset_scenarios
from estimator.report.points import published_points
from estimator.vocabulary import TASK_MODALITY, UNIT_BY_MODALITY, Task

ENTRIES = 48
HEAVY_ENTRIES = 4
"""An answer is some 0.5 MB, a comparison with its draws some 50 MB."""
Tick = Callable[[], None]


class Shelf:
    """The last results of the searches; nothing is kept of a search that gave way."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...]) -> Any:
        """A kept result, or None."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: tuple[str, ...], value: Any) -> None:
        """Keep a result; the oldest makes room."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > ENTRIES:
                self._kept.popitem(last=False)


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf:
    return Shelf()


@st.cache_resource(show_spinner=False)
def evidence() -> Evidence:
    """The shipped evidence, loaded once per process."""
    return load_evidence()


@dataclass(frozen=True)
class Book:
    """An own price book: its text, its rows, and the evidence with them."""

    text: str
    rows: tuple[PriceRow, ...]
    evidence: Evidence


@st.cache_resource(show_spinner=False)
def _books() -> Shelf:
    return Shelf()


def book_hash(text: str) -> str:
    """Content hash of a price book, as a link carries it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def book_name(text: str) -> str:
    """The name under which a scenario uses a price book."""
    return f"own-prices-{book_hash(text)}.csv"


def keep_book(text: str) -> str:
    """Keep a price book while the server runs; returns its name. Raises InputError when bad."""
    rows, problems = parse_price_csv(text, set(evidence().accelerators))
    if problems:
        raise InputError("prices", problems[0].value, str(problems[0]))
    name = book_name(text)
    _books().put((name,), Book(text, rows, with_prices(evidence(), rows, text)))
    return name


def has_book(inputs: ProjectInputs) -> bool:
    """Is the price book here that a scenario names?"""
    return _books().get((str(inputs.prices),)) is not None


def book_of(inputs: ProjectInputs) -> Book:
    """The price book that a scenario names; raises InputError where it is not here."""
    found: Book | None = _books().get((str(inputs.prices),))
    if found is None:
        raise InputError("prices", inputs.prices, "a price book pasted or uploaded in this visit")
    return found


def evidence_of(inputs: ProjectInputs) -> Evidence:
    """The shipped evidence, with the scenario's own price book where it names one."""
    return book_of(inputs).evidence if inputs.prices else evidence()


def price_hash(inputs: ProjectInputs) -> str | None:
    """What a link says of a scenario's own price book."""
    return book_hash(book_of(inputs).text) if inputs.prices else None


@st.cache_resource(show_spinner=False)
def presets() -> Mapping[str, ProjectInputs]:
    """The shipped example projects by id, the first one first on the screen."""
    return {name: ProjectInputs.from_dict(raw) for name, raw in preset_scenarios().items()}


@st.cache_resource(show_spinner=False)
def price_date() -> str:
    """Newest date of the price book."""
    return max((row.as_of for row in evidence().prices), default="")


def price_age_days() -> int:
    """Days since the newest price was read, as of today."""
    try:
        return (datetime.date.today() - datetime.date.fromisoformat(price_date())).days
    except ValueError:
        return 0


def roles() -> tuple[str, ...]:
    """Roles whose wages the shipped tables hold."""
    return tuple(sorted(set(evidence().table("wages")["role"])))


def key_of(inputs: ProjectInputs) -> tuple[str, str]:
    """What a result depends on: the scenario and the data."""
    return inputs.canonical_json(), evidence_of(inputs).data_version


@st.cache_resource(show_spinner=False, max_entries=HEAVY_ENTRIES)
def _comparison(canonical: str, data_version: str) -> Comparison:
    inputs = ProjectInputs.from_dict(json.loads(canonical))
    return quick_comparison(inputs, evidence_of(inputs))


@st.cache_resource(show_spinner=False, max_entries=ENTRIES)
def _answer(canonical: str, data_version: str) -> dict[str, Any]:
    return _comparison(canonical, data_version).to_dict()


@st.cache_resource(show_spinner=False, max_entries=ENTRIES)
def _summary(canonical: str, data_version: str) -> dict[str, Any]:
    return _comparison(canonical, data_version).summary()


def comparison(inputs: ProjectInputs) -> Comparison:
    """Every approach and the choice; without what needs re-runs of the model."""
    return _comparison(*key_of(inputs))


def evaluation(inputs: ProjectInputs) -> Evaluation:
    """The draws behind the comparison."""
    return comparison(inputs).evaluation


def answer(inputs: ProjectInputs) -> dict[str, Any]:
    """The comparison as the JSON of the contract, whole where that is known; never changed."""
    whole: dict[str, Any] | None = _shelf().get(("full", *key_of(inputs)))
    return whole or _answer(*key_of(inputs))


def summary(inputs: ProjectInputs) -> dict[str, Any]:
    """What sentences and the table of rows need of the answer, in a fifth of the time."""
    whole: dict[str, Any] | None = _shelf().get(("full", *key_of(inputs)))
    return whole or _summary(*key_of(inputs))


def is_whole(inputs: ProjectInputs) -> bool:
    """Are switching values, drivers and pilot plan of this scenario known already?"""
    return _shelf().get(("full", *key_of(inputs))) is not None


def searched(name: str, inputs: ProjectInputs, search: Callable[[], Any]) -> Any:
    """The result of a search, made once per scenario and data version."""
    key = (name, *key_of(inputs))
    found = _shelf().get(key)
    if found is None:
        found = search()
        _shelf().put(key, found)
    return found


def _still() -> None:
    """No progress is drawn."""


def full_comparison(inputs: ProjectInputs, tick: Tick = _still) -> Comparison:
    """The whole comparison, switching values, drivers and pilot plan included; not kept."""
    return complete_comparison(evaluation(inputs), evidence_of(inputs), before_rerun=tick)


def full_answer(inputs: ProjectInputs, tick: Tick = _still) -> dict[str, Any]:
    """The JSON of ``compare``."""
    whole: dict[str, Any] = searched(
        "full", inputs, lambda: full_comparison(inputs, tick).to_dict()
    )
    return whole


def judged(inputs: ProjectInputs) -> Assumptions:
    """The shipped judgements with the scenario's overrides."""
    return Assumptions(evidence().assumptions, inputs.assumptions)


def rerun(tick: Tick) -> Callable[[ProjectInputs], Evaluation]:
    """Evaluate varied scenarios; ``tick`` is called before each."""

    def run(varied: ProjectInputs) -> Evaluation:
        tick()
        return evaluate(varied, evidence_of(varied))

    return run


def cost_curves(inputs: ProjectInputs, tick: Tick) -> tuple[decide.CostCurve, ...]:
    """Total cost against the quality reached, for every row with a learning curve."""
    curves: tuple[decide.CostCurve, ...] = searched(
        "cost_curves", inputs, lambda: decide.cost_curves(evaluation(inputs), rerun(tick))
    )
    return curves


def optimum(inputs: ProjectInputs, objective: decide.Objective, tick: Tick) -> decide.Optimum:
    """The best plan over approach, model, labels, machines and labelling sources."""

    def search() -> decide.Optimum:
        return decide.optimise(evaluation(inputs), rerun(tick), judged(inputs), objective)

    found: decide.Optimum = searched(f"optimum {objective}", inputs, search)
    return found


@st.cache_resource(show_spinner=False, max_entries=ENTRIES)
def _points(task: str, metric: str, unit_length: float, data_version: str) -> pd.DataFrame:
    unit = UNIT_BY_MODALITY[TASK_MODALITY[Task(task)]]
    scenario = {"task": task, "target": {"metric": metric}, "unit": {unit: unit_length}}
    return published_points(evidence(), ProjectInputs.from_dict(scenario))


def points(inputs: ProjectInputs) -> pd.DataFrame:
    """Published points of the task in the target's metric, for the background of a chart."""
    task, metric = str(inputs.task), str(inputs.target.metric)
    return _points(task, metric, inputs.unit_length, evidence().data_version)


def curves_of(task: str) -> pd.DataFrame:
    """Published points of a task, as in the table."""
    frame = evidence().table("curves")
    pairs = zip(frame["task_family"], frame["domain"], strict=True)
    return frame[[task_of(family, domain) == task for family, domain in pairs]]


def warm_up() -> None:
    """Import the heavy packages and compute the first screen before anybody waits for it.

    The folder ``pages`` beside the script would make the very first visitor of a page other than
    the first see it without its frame; the pages are registered by ``st.navigation`` alone.
    """
    from streamlit.runtime.pages_manager import PagesManager

    from estimator.report import figures_accuracy, figures_money  # noqa: F401

    PagesManager.uses_pages_directory = False
    answer(next(iter(presets().values())))
