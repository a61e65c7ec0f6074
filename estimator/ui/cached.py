"""What the page keeps: results of scenarios, the loaded evidence, own price books.

A comparison is some 45 MB of draws, what is shown of it less than 1 MB. So the shown figures are
kept, and the draws only while the last few scenarios need them; the seed makes the same ones
again. What a page does not show is not computed: the answer needs one evaluation. Searches and
printed reports re-run the model: they are made by processes beside the page (``pool``) and give
way to the next change.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from estimator import ProjectInputs, load_evidence
from estimator.engine import decide, distributions
from estimator.engine.answer import Answer
from estimator.engine.assumptions import Assumptions
from estimator.engine.base_models import choose_models
from estimator.engine.comparison import Comparison
from estimator.engine.judgements import Judgements
from estimator.engine.own_factors import judged_by
from estimator.engine.results import Evaluation
from estimator.engine.simulate import quick_comparison
from estimator.engine.spelling import own_book, with_known_names
from estimator.errors import InputError
from estimator.evidence import pack
from estimator.evidence.load import Evidence
from estimator.evidence.names import task_of
from estimator.evidence.own_prices import OWN_PREFIX, book_hash
from estimator.evidence.presets import preset_outcomes as released_outcomes
from estimator.evidence.presets import preset_scenarios
from estimator.evidence.things import PriceRow
from estimator.report.points import published_points
from estimator.ui import memory, team
from estimator.ui.pool import Pool, Turns
from estimator.ui.shelf import Shelf
from estimator.ui.worker import Task as Work
from estimator.ui.worker import quality_of
from estimator.vocabulary import TASK_MODALITY, UNIT_BY_MODALITY, Approach, Task

ENTRIES = 48
DRAWS_BYTES, RESULTS_BYTES, BOOKS_BYTES = 50_000_000, 60_000_000, 60_000_000
DRAWS_SECONDS = 20.0
ROW_ARRAYS = 70
"""Arrays of draws in one row: lines of the bill, steps of the calendar, knots of the curve."""
SUMMARY_ROW_BYTES, ANSWER_ROW_BYTES = 15_000, 75_000
MOST_DRAWS = 8192 * 40
"""Draws x rows that the page computes; a link may ask for a hundred times as many."""
Tick = Callable[[int], None]
_DRAWS, _RESULTS, _BOOKS = Shelf(DRAWS_BYTES), Shelf(RESULTS_BYTES), Shelf(BOOKS_BYTES)
_POOL = Pool()
_TURNS = Turns(Pool(urgent=True), lambda: _work("quick", first_preset()))
WARM = Event()
"""Set when the first screen was computed once."""
_TURN = Lock()
"""One comparison at a time: more would share one interpreter, each with 100 MB on its way."""


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


def book_name(text: str) -> str:
    """The name under which a scenario uses a price book."""
    return f"{OWN_PREFIX}{book_hash(text)}.csv"


def keep_book(text: str, name: str | None = None) -> str:
    """Keep a price book while the server runs; returns its name. Raises InputError when bad."""
    rows, problems = own_book(text, evidence())
    if problems:
        raise InputError("prices", problems[0].value, str(problems[0]))
    name = name or book_name(text)
    size = 20 * len(text) + 1_000_000
    _BOOKS.put(name, Book(text, rows, evidence().with_prices(rows, text)), size)
    return name


def has_book(inputs: ProjectInputs) -> bool:
    """Is the price book here that a scenario names?"""
    return _BOOKS.get(str(inputs.prices)) is not None


def book_of(inputs: ProjectInputs) -> Book:
    """The price book that a scenario names; raises InputError where it is not here."""
    found: Book | None = _BOOKS.get(str(inputs.prices))
    if found is None:
        raise InputError("prices", inputs.prices, "a price book pasted or uploaded in this visit")
    return found


def evidence_of(inputs: ProjectInputs) -> Evidence:
    """The shipped evidence, with the scenario's own price book where it names one."""
    inputs = priced(inputs)
    return book_of(inputs).evidence if inputs.prices else evidence()


def price_hash(inputs: ProjectInputs) -> str | None:
    """What a link says of a scenario's own price book."""
    return book_hash(book_of(inputs).text) if inputs.prices else None


@st.cache_resource(show_spinner=False)
def presets() -> Mapping[str, ProjectInputs]:
    """The shipped example projects by id, the first one first on the screen."""
    return {
        name: with_known_names(ProjectInputs.from_dict(raw), evidence())
        for name, raw in preset_scenarios(evidence().root).items()
    }


def first_preset() -> ProjectInputs:
    """The example that stands first on the screen."""
    return next(iter(presets().values()))


@st.cache_resource(show_spinner=False)
def preset_outcomes() -> Mapping[str, str]:
    """How each example comes out."""
    return released_outcomes(evidence().root)


@st.cache_resource(show_spinner=False)
def price_date() -> str:
    """Newest date of the price book."""
    return max((row.as_of for row in evidence().prices), default="")


def data_name(answer: Answer) -> str:
    """The data behind an answer in short: the hash's beginning, and the data pack where one is."""
    version, named = str(answer["data_version"])[:8], evidence().pack
    return version if named == pack.SHIPPED else f"{version} ({named})"


def roles() -> tuple[str, ...]:
    """Roles whose wages the shipped tables hold."""
    return evidence().roles


def owned(inputs: ProjectInputs) -> ProjectInputs:
    """The scenario with the team's prices, as its own finished projects move it."""
    return team.owned(priced(inputs), evidence())


def priced(inputs: ProjectInputs) -> ProjectInputs:
    """The scenario with the team's price book, where there is one and it names no other."""
    book = None if inputs.prices else team.book()
    if book is None:
        return inputs
    named = dataclasses.replace(inputs, prices=book.name)
    if not has_book(named):
        try:
            keep_book(book.text, book.name)
        except InputError:
            # Devices or regions of an older pack: the page of the team's prices says so.
            return inputs
    return named


def key_of(inputs: ProjectInputs) -> tuple[str, str]:
    """What a result depends on: the scenario and the data.

    Raises
    ------
    InputError
        Where the scenario asks for more draws than the page computes.
    """
    n_rows = rows_of(inputs)
    if inputs.draws * n_rows > MOST_DRAWS:
        allowed = f"{MOST_DRAWS // n_rows:,} here; python -m estimator compare takes more"
        raise InputError("draws", f"{inputs.draws:,} for {n_rows} rows", allowed)
    return owned(inputs).canonical_json(), evidence_of(inputs).data_version


def rows_of(inputs: ProjectInputs) -> int:
    """Rows of a comparison: the approaches and the scenario's own options."""
    return len(Approach) + len(inputs.options)


def comparison(inputs: ProjectInputs) -> Comparison:
    """Every approach and the choice; without what needs re-runs of the model."""
    inputs = owned(inputs)
    size = min(rows_of(inputs) * ROW_ARRAYS * 8 * (inputs.draws + 1), DRAWS_BYTES)

    def make() -> Comparison:
        with _TURN:
            made = quick_comparison(inputs, evidence_of(inputs), ladder=False)
            memory.give_back()
            return made

    found: Comparison = _DRAWS.once(key_of(inputs), make, size)
    return found


def evaluation(inputs: ProjectInputs) -> Evaluation:
    """The draws behind the comparison."""
    return comparison(inputs).evaluation


def answer(inputs: ProjectInputs) -> Answer:
    """The comparison as the JSON of the contract, whole where that is known; never changed."""
    key, size = key_of(inputs), rows_of(inputs) * ANSWER_ROW_BYTES
    whole: Answer | None = _RESULTS.get(("answer", *key))
    return whole or _RESULTS.once(("quick", *key), lambda: comparison(inputs).to_dict(), size)


def summary(inputs: ProjectInputs) -> Answer:
    """What sentences and the table of rows need of the answer, in a fifth of the time."""
    key, size = key_of(inputs), rows_of(inputs) * SUMMARY_ROW_BYTES
    whole: Answer | None = _RESULTS.get(("answer", *key))
    return whole or _RESULTS.once(("summary", *key), lambda: _first_told(inputs), size)


def _first_told(inputs: ProjectInputs) -> Answer:
    """Made here, or beside the page while many ask at once; the same figures either way."""
    key = key_of(inputs)

    def here() -> tuple[Answer, NDArray[np.float32]]:
        made = comparison(inputs)
        return made.summary(), quality_of(made)

    told: Answer
    if _DRAWS.get(key) is not None:
        told, quality = here()
    else:
        told, quality = _TURNS.run(("quick", *key), _work("quick", owned(inputs)), here)
    _RESULTS.put(("quality", *key), quality, 4 * (inputs.draws + 1))
    return told


def quality_draws(inputs: ProjectInputs) -> NDArray[np.float32] | None:
    """Draws of the metric of the recommended row, base left out; None where it has none."""
    key = ("quality", *key_of(inputs))
    size = 4 * (inputs.draws + 1)
    found: NDArray[np.float32] = _RESULTS.once(key, lambda: quality_of(comparison(inputs)), size)
    return found if len(found) else None


def is_whole(inputs: ProjectInputs) -> bool:
    """Are switching values, drivers and pilot plan of this scenario known already?"""
    return _RESULTS.get(("answer", *key_of(inputs))) is not None


def still(_: int) -> None:
    """No progress is drawn."""


def searched(name: str, inputs: ProjectInputs, tick: Tick = still, *more: Any) -> Any:
    """The result of work beside the page, made once per scenario and data version.

    Parameters
    ----------
    name : str
        A kind of work of ``worker.WORK``.
    inputs : ProjectInputs
    tick : callable
        Called every moment with the number of re-runs made; its exception gives the work up.
    more : object
        What the work is told beside the scenario.
    """
    inputs = owned(inputs)
    key = (name, *map(str, more), *key_of(inputs))
    found = _RESULTS.get(key)
    if found is None:
        found = _POOL.run(key, _work(name, inputs, *more), tick)
        _RESULTS.put(key, found, rows_of(inputs) * ANSWER_ROW_BYTES)
    return found


def _work(name: str, inputs: ProjectInputs, *more: Any) -> Work:
    book = book_of(inputs).text if inputs.prices else None
    return Work(name, inputs.to_dict(), book, more)


def full_answer(inputs: ProjectInputs, tick: Tick = still) -> Answer:
    """The JSON of ``compare``."""
    whole: Answer = searched("answer", inputs, tick)
    return whole


def unnamed_model(inputs: ProjectInputs, approach: str) -> str | None:
    """The base model of an approach where the scenario names none."""
    free = dataclasses.replace(inputs, models=type(inputs.models)())
    found = choose_models(free, evidence_of(inputs), judged(inputs)).get(approach)
    return found.model if found else None


def judged(inputs: ProjectInputs) -> Assumptions:
    """The shipped judgements with the scenario's overrides."""
    return judged_by(owned(inputs), evidence())


def judgements(inputs: ProjectInputs, tick: Tick) -> Judgements | None:
    """The judgements behind the bill, and what half or twice of them would change."""
    found: Judgements | None = searched("judgements", inputs, tick)
    return found


def cost_curves(inputs: ProjectInputs, tick: Tick) -> tuple[decide.CostCurve, ...]:
    """Total cost against the quality reached, for every row with a learning curve."""
    curves: tuple[decide.CostCurve, ...] = searched("cost_curves", inputs, tick)
    return curves


def optimum(inputs: ProjectInputs, objective: decide.Objective, tick: Tick) -> decide.Optimum:
    """The best plan over approach, model, labels, machines and labelling sources."""
    found: decide.Optimum = searched("optimum", inputs, tick, objective)
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


def _forget(idle_seconds: float = DRAWS_SECONDS) -> int:
    """Drop the draws of scenarios that rest, and the shared ones once nobody asks."""
    dropped = _DRAWS.forget(idle_seconds)
    if dropped and not _DRAWS.used_bytes:
        distributions.forget()
    return dropped


def warm_up() -> None:
    """Compute the first screen before anybody waits for it, and settle the memory."""
    memory.tidy()
    # Processes beside the page stay with its data when another pack is installed meanwhile.
    os.environ.setdefault(pack.CHOSEN, evidence().pack)
    summary(first_preset())
    _forget(0.0)
    memory.settle()
    WARM.set()
    memory.watch(_forget)
