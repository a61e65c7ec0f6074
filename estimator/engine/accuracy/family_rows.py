"""Rows of a search, document or picture project: the systems they rest on, what they add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy.family import Member
from estimator.engine.accuracy.project import OWN
from estimator.engine.accuracy.scales import Array
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Z90
from estimator.engine.family_names import AS_IS, SIMPLE, TRAINED, TUNED, family_model
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate
from estimator.vocabulary import LIKENESS, Approach, Task, no_rows

PLAIN = "plain"
"""Model of a row that names none."""
SUBJECT = "dreambooth"
"""The published way of learning one subject with all weights."""


@dataclass(frozen=True)
class Plan:
    """Rows that mean something, as mixtures of systems.

    Parameters
    ----------
    places : tuple of int
        Place of each row among the candidates.
    members : tuple of Member
        Systems that the rows rest on.
    mix : array, shape (rows, members)
    offset, offset_sd : array
        Added on the scale, and its standard deviation.
    common, common_sd : array, float
        Ease of the project's own pages for each row on the scale, as one thing for all of them.
    share, share_sd : array
        Share of the gain of full tuning; 0 where nothing is trained.
    cells, trained, borrowed : tuple
        Kind of system whose points stand behind the row; it is trained; no points of its own.
    """

    places: tuple[int, ...]
    members: tuple[Member, ...]
    mix: Array
    offset: Array
    offset_sd: Array
    common: Array
    common_sd: float
    share: Array
    share_sd: Array
    cells: tuple[str, ...]
    trained: tuple[bool, ...]
    borrowed: tuple[bool, ...]


@dataclass(frozen=True)
class _Row:
    """One row before its systems are counted."""

    on: tuple[tuple[Member, float], ...]
    offset: tuple[float, float]
    share: tuple[float, float]
    cell: str
    trained: bool
    borrowed: bool


def plan_rows(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    fit: Mapping[str, Any],
    assumptions: Assumptions,
) -> Plan:
    """Rows of a scenario as mixtures of systems with what is judged of their approaches."""
    none = no_rows(inputs.task, inputs.target.metric)
    found = [
        (i, _row(inputs, c, fit, assumptions))
        for i, c in enumerate(candidates)
        if c.approach not in none
    ]
    known = [(i, row) for i, row in found if row is not None]
    places, rows = tuple(i for i, _ in known), [row for _, row in known]
    members = tuple(dict.fromkeys(m for row in rows for m, _ in row.on))
    at = {m: i for i, m in enumerate(members)}
    name = f"accuracy.domain.{inputs.task}.{inputs.domain}"
    ease, ease_sd = _judged(assumptions, name) if name in assumptions.rows else (0.0, 0.0)
    tuned = assumptions.value("accuracy.domain_tuned_share")
    mix = np.zeros((len(rows), len(members)))
    for k, row in enumerate(rows):
        for m, weight in row.on:
            mix[k, at[m]] += weight
    return Plan(
        places,
        members,
        mix,
        np.array([r.offset[0] for r in rows]),
        np.array([r.offset[1] for r in rows]),
        ease * np.array([tuned if r.trained else 1.0 for r in rows]),
        ease_sd / ease if ease else 0.0,
        np.array([r.share[0] for r in rows]),
        np.array([r.share[1] for r in rows]),
        tuple(r.cell for r in rows),
        tuple(r.trained for r in rows),
        tuple(r.borrowed for r in rows),
    )


def _row(
    inputs: ProjectInputs, c: Candidate, fit: Mapping[str, Any], assumptions: Assumptions
) -> _Row | None:
    """What a row rests on; None where nothing is published of it in the metric."""
    model = family_model(c.model.name) if c.model is not None else PLAIN
    if inputs.task is Task.TABULAR_REGRESSION:
        return _tabled(c, model, assumptions)
    if inputs.task is Task.PREFERENCE_TUNING:
        return _preferred(c, assumptions)
    if inputs.task is Task.IMAGE_GENERATION:
        return _pictured(inputs, c, model, assumptions)
    if c.approach in TRAINED:
        return _trained(inputs, c, model, fit, assumptions)
    as_is = Member(AS_IS, model, OWN, OWN)
    nothing = (0.0, 0.0)
    if c.approach is Approach.BASELINE:
        if SIMPLE in fit["cells"]:
            words = Member(SIMPLE, "bm25", OWN, OWN)
            return _Row(((words, 1.0),), nothing, nothing, SIMPLE, False, False)
        away = _judged(assumptions, "accuracy.document_offset.baseline")
        plain = Member(AS_IS, PLAIN, OWN, OWN)
        return _Row(((plain, 1.0),), away, nothing, AS_IS, False, True)
    if c.approach is Approach.HYBRID:
        return _hybrid(inputs, as_is, assumptions)
    return _Row(((as_is, 1.0),), nothing, nothing, AS_IS, False, False)


def _tabled(c: Candidate, model: str, assumptions: Assumptions) -> _Row:
    """Boosting and a small network were measured; networks for tables stand beside boosting."""
    nothing, whole = (0.0, 0.0), (1.0, 0.0)
    if c.approach is Approach.SCRATCH:
        net = Member(TUNED, model, OWN, OWN)
        return _Row(((net, 1.0),), nothing, whole, TUNED, True, False)
    on = ((Member(SIMPLE, "boosting", OWN, OWN), 1.0),)
    if c.approach is Approach.BASELINE:
        return _Row(on, nothing, whole, SIMPLE, True, False)
    away = _judged(assumptions, f"accuracy.table_offset.{c.approach}")
    return _Row(on, away, whole, SIMPLE, True, True)


def _preferred(c: Candidate, assumptions: Assumptions) -> _Row:
    """The model before wins half of the time against itself; pairs add to it."""
    nothing, before = (0.0, 0.0), ((Member(SIMPLE, PLAIN, OWN, OWN), 1.0),)
    if c.approach is Approach.ZERO_SHOT:
        away = _judged(assumptions, "accuracy.preference_aligned")
        return _Row(before, away, nothing, SIMPLE, False, True)
    if c.approach not in TRAINED:
        return _Row(before, nothing, nothing, SIMPLE, False, False)
    full = c.approach is Approach.FULL_FINETUNE
    share, wide = _judged(assumptions, "accuracy.pairs_share")
    if not full:
        part, sd = _judged(assumptions, "accuracy.gain_share.lora")
        share, wide = share * part, float(np.hypot(wide, sd))
    return _Row(before, nothing, (share, wide), TUNED, True, not full)


def _pictured(
    inputs: ProjectInputs, c: Candidate, model: str, assumptions: Assumptions
) -> _Row | None:
    """A collection is learned from scratch; a subject by adapters or by all weights."""
    nothing, whole = (0.0, 0.0), (1.0, 0.0)
    if inputs.target.metric not in LIKENESS:
        from_scratch = Member(TUNED, model, OWN, OWN)
        row = _Row(((from_scratch, 1.0),), nothing, whole, TUNED, True, False)
        return row if c.approach is Approach.SCRATCH else None
    if c.approach not in TRAINED:
        as_is = Member(AS_IS, model, OWN, OWN)
        return _Row(((as_is, 1.0),), nothing, nothing, AS_IS, False, False)
    subject, full = Member(TUNED, SUBJECT, OWN, OWN), c.approach is Approach.FULL_FINETUNE
    away = nothing if full else _judged(assumptions, f"accuracy.picture_offset.{c.approach}")
    return _Row(((subject, 1.0),), away, whole, TUNED, True, not full)


def _hybrid(inputs: ProjectInputs, as_is: Member, assumptions: Assumptions) -> _Row:
    """Two rankings joined and the best reranked, or text that a language model corrects."""
    nothing = (0.0, 0.0)
    if inputs.task is not Task.RETRIEVAL:
        away = _judged(assumptions, "accuracy.document_offset.hybrid")
        return _Row(((as_is, 1.0),), away, nothing, AS_IS, False, True)
    words = assumptions.value("accuracy.search_word_share")
    mean, sd = _judged(assumptions, "accuracy.search_joined")
    if inputs.unit["reranked"] > 0:
        more, wide = _judged(assumptions, "accuracy.search_reranked")
        mean, sd = mean + more, float(np.hypot(sd, wide))
    on = ((as_is, 1.0 - words), (Member(SIMPLE, "bm25", OWN, OWN), words))
    return _Row(on, (mean, sd), nothing, AS_IS, False, True)


def _trained(
    inputs: ProjectInputs, c: Candidate, model: str, fit: Mapping[str, Any],
    assumptions: Assumptions,
) -> _Row:  # fmt: skip
    full = c.approach is Approach.FULL_FINETUNE
    nothing, whole = (0.0, 0.0), (1.0, 0.0)
    if not fit["learning"]["from_full"]:
        share = whole if full else _judged(assumptions, f"accuracy.gain_share.{c.approach}")
        as_is = Member(AS_IS, model, OWN, OWN)
        return _Row(((as_is, 1.0),), nothing, share, TUNED, True, not full)
    kind = "video" if inputs.task is Task.VIDEO_CLASSIFICATION else "document"
    away = nothing if full else _judged(assumptions, f"accuracy.{kind}_offset.{c.approach}")
    tuned = Member(TUNED, model, OWN, OWN)
    return _Row(((tuned, 1.0),), away, whole, TUNED, True, not full)


def _judged(assumptions: Assumptions, name: str) -> tuple[float, float]:
    """A judgement as a normal: its p50, and the standard deviation of its p10 to p90."""
    row = assumptions.rows[name]
    spread = 0.0 if name in assumptions.overrides else (row.p90 - row.p10) / (2 * Z90)
    return assumptions.value(name), spread
