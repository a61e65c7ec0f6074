"""How near the evidence is to a project, with the reason in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.engine.accuracy.parts import PARTS, neighbours
from estimator.engine.accuracy.project import clip_share
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate, EvidenceGrade
from estimator.vocabulary import APPROACH_LABELS, TASK_LABELS, Approach, Grade

MAX_SOURCES_NAMED = 12


def grade_candidate(
    inputs: ProjectInputs, candidate: Candidate, fit: Mapping[str, Any]
) -> EvidenceGrade:
    """Grade of one row: own measurements, sources and points of its cell, extrapolation.

    A: measured on this data, or at least five sources and no extrapolation; B: three sources;
    C: fewer; D: fewer and extrapolated. ``borrowed``: the cell is empty, neighbours stand in.
    """
    cells = fit["cells"]
    task, approach = str(inputs.task), candidate.approach
    words = f"{_inside(APPROACH_LABELS[approach])} on {_inside(TASK_LABELS[inputs.task])}"
    cell = cells.get(f"{task}|{approach}")
    if cell is None:
        return _borrowed(inputs, candidate, cells, words)
    n = candidate.n_labelled(inputs) * clip_share(inputs)
    most = cell["n_labelled_max"]
    ratio = n / most if most and approach != Approach.ZERO_SHOT else None
    far = ratio is not None and ratio > 1
    sources = cell["n_sources"]
    if sources >= 5 and not far:
        grade = Grade.A
    elif sources >= 3 and (ratio is None or ratio <= 3):
        grade = Grade.B
    elif not far:
        grade = Grade.C
    else:
        grade = Grade.D
    points = (
        f"{cell['n_points']} points of {sources} source{'s' if sources != 1 else ''} on {words}"
    )
    reason = f"{points}; {n:,.0f} labels are {ratio:.1f} times the most" if far else points
    own = sum(1 for p in inputs.pilot if p.approach == approach)
    if own:
        grade = Grade.A
        reason = f"{own} own measurement{'s' if own > 1 else ''} and {points}"
    return EvidenceGrade(
        str(grade),
        reason,
        cell["n_points"],
        sources,
        tuple(cell["source_ids"][:MAX_SOURCES_NAMED]),
        ratio,
    )


def _borrowed(
    inputs: ProjectInputs, candidate: Candidate, cells: Mapping[str, Any], words: str
) -> EvidenceGrade:
    task = str(inputs.task)
    if candidate.approach == Approach.HYBRID:
        near: tuple[Approach, ...] = PARTS[inputs.hybrid.kind]
    else:
        near = neighbours(task, candidate.approach, cells)
    chosen = {a: cells[f"{task}|{a}"] for a in near if f"{task}|{a}" in cells}
    names = " and ".join(APPROACH_LABELS[a].lower() for a in near)
    ids = [i for cell in chosen.values() for i in cell["source_ids"]]
    most = max((cell["n_labelled_max"] or 0 for cell in chosen.values()), default=0)
    n = candidate.n_labelled(inputs) * clip_share(inputs)
    return EvidenceGrade(
        str(Grade.BORROWED),
        f"no published point for {words}; pooled from {names}",
        sum(cell["n_points"] for cell in chosen.values()),
        max((cell["n_sources"] for cell in chosen.values()), default=0),
        tuple(dict.fromkeys(ids))[:MAX_SOURCES_NAMED],
        n / most if most else None,
    )


def _inside(label: str) -> str:
    """A label inside a sentence: lower case unless it is spelt with capitals of its own."""
    return label if label[1:] != label[1:].lower() else label.lower()
