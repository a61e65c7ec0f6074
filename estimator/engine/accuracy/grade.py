"""How far a number may be trusted: nearness of the evidence and width, the worse one decides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from estimator.engine.accuracy.names import NO_CLASS_TASKS
from estimator.engine.accuracy.parts import PARTS, neighbours
from estimator.engine.accuracy.project import clip_share
from estimator.engine.accuracy.scales import metric_group
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate, EvidenceGrade
from estimator.vocabulary import Approach, Grade
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import Count, Number, Share, Statement, Task, listed, state

MAX_SOURCES_NAMED = 12
NEW = "new data set"
"""Row of the validation in which source and data set are left out."""
LEAST_CHECKED = 2
PLACE = 0.25
"""Step in log10 labels per class in which the places of published points are kept."""
NEAR = 2
"""Steps within which a point is near: a factor of 3."""
NO_LABELS = "as is"
CLOSE = ((5, Grade.A), (3, Grade.B), (1, Grade.C))
"""Sources with near points from which on the evidence is so close."""
WIDTHS = ((12.0, Grade.A), (24.0, Grade.B), (40.0, Grade.C))
"""Widest 80 % interval in points of a grade: of left-out rows as wide as A 3 % lay off by more
than 10 points, B 18 %, C 38 %, wider ones 63 %."""


def place_of(log_per_class: float, no_labels: bool) -> str:
    """The place of a number of labels per class, as the table of cells spells it."""
    return NO_LABELS if no_labels else str(round(log_per_class / PLACE))


def near_sources(cell: Mapping[str, Any], group: str, log_per_class: float, as_is: bool) -> int:
    """Sources with points near these labels per class in this group of metrics."""
    places = cell["near"].get(group, {})
    if as_is:
        return len(places.get(NO_LABELS, ()))
    here = round(log_per_class / PLACE)
    found = {
        source
        for place, sources in places.items()
        if place != NO_LABELS and abs(int(place) - here) <= NEAR
        for source in sources
    }
    return len(found)


def grade_candidate(
    inputs: ProjectInputs, candidate: Candidate, fit: Mapping[str, Any], width: float
) -> EvidenceGrade:
    """Grade of one row: the worse of how near the evidence is and how wide the interval.

    Near: sources with points within a factor of three of the labels per class, in the metric
    asked for: five A, three B, one C, none D; measured on this data A. Wide: an 80 % interval of
    at most 12 points A, 24 B, 40 C, else D. ``borrowed``: the cell is empty, neighbours stand in.

    Parameters
    ----------
    inputs : ProjectInputs
    candidate : Candidate
    fit : mapping
        data/fits/accuracy.json.
    width : float
        Width of the 80 % interval in points of the full scale.
    """
    cells = fit["cells"]
    task, approach = str(inputs.task), candidate.approach
    cell = cells.get(f"{task}|{approach}")
    if cell is None:
        return _borrowed(inputs, candidate, cells)
    n = candidate.n_labelled(inputs) * clip_share(inputs)
    most = cell["n_labelled_max"]
    ratio = n / most if most and approach != Approach.ZERO_SHOT else None
    far = ratio is not None and ratio > 1
    sources = cell["n_sources"]
    alone = inputs.task in NO_CLASS_TASKS or inputs.n_classes < 2
    place = math.log10(n / (1 if alone else inputs.n_classes) + 0.5)
    near = near_sources(
        cell, metric_group(inputs.target.metric), place, approach == Approach.ZERO_SHOT
    )
    close = next((letter for least, letter in CLOSE if near >= least), Grade.D)
    points = state(
        "evidence.points",
        n=int(cell["n_points"]),
        sources=int(sources),
        approach=ApproachName(str(approach)),
        task=Task(task),
    )
    reason = state("evidence.near", points=points, near=near)
    if far:
        reason = state("evidence.far", points=points, labels=Count(n), ratio=Number(ratio or 0.0))
    own = sum(1 for p in inputs.pilot if p.approach == approach)
    if own:
        close = Grade.A
        reason = state("evidence.own", own=own, points=points)
    wide = next((letter for most, letter in WIDTHS if width <= most), Grade.D)
    if wide > close:
        word = "evidence.measure_first" if wide == Grade.D else "evidence.wide"
        reason = state(word, points=reason if own else points, width=Number(width))
    return EvidenceGrade(
        str(max(close, wide)),
        reason,
        cell["n_points"],
        sources,
        tuple(cell["source_ids"][:MAX_SOURCES_NAMED]),
        ratio,
    )


def checked(validation: Mapping[str, Any], task: str, approach: Approach) -> Statement | None:
    """How far the product lay off on this task and approach, source and data set left out.

    Parameters
    ----------
    validation : mapping
        data/fits/accuracy_validation.json.
    task : str
    approach : Approach

    Returns
    -------
    Statement or None
        None where fewer than two sources say anything.
    """
    cells = validation.get("as_a_user", {}).get(NEW, {}).get("by_task_and_approach", {})
    found = cells.get(f"{task}|{approach}")
    if not found or found["n_sources"] < LEAST_CHECKED:
        return None
    return state(
        "evidence.checked",
        error=Number(found["median_abs_error"]),
        held=Share(found["coverage_80"]),
        sources=int(found["n_sources"]),
    )


def _borrowed(
    inputs: ProjectInputs, candidate: Candidate, cells: Mapping[str, Any]
) -> EvidenceGrade:
    task = str(inputs.task)
    if candidate.approach == Approach.HYBRID:
        near: tuple[Approach, ...] = PARTS[inputs.hybrid.kind]
    else:
        near = neighbours(task, candidate.approach, cells)
    chosen = {a: cells[f"{task}|{a}"] for a in near if f"{task}|{a}" in cells}
    reason = state(
        "evidence.borrowed",
        approach=ApproachName(str(candidate.approach)),
        task=Task(task),
        near=listed([ApproachName(str(a)) for a in near]),
    )
    ids = [i for cell in chosen.values() for i in cell["source_ids"]]
    most = max((cell["n_labelled_max"] or 0 for cell in chosen.values()), default=0)
    n = candidate.n_labelled(inputs) * clip_share(inputs)
    return EvidenceGrade(
        str(Grade.BORROWED),
        reason,
        sum(cell["n_points"] for cell in chosen.values()),
        max((cell["n_sources"] for cell in chosen.values()), default=0),
        tuple(dict.fromkeys(ids))[:MAX_SOURCES_NAMED],
        n / most if most else None,
    )
