"""Backtest of rows of the families: from published points and given rows of the same set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import family
from estimator.engine.accuracy.family import Member, Point, learned, unscale
from estimator.engine.accuracy.names import to_number
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90
from estimator.engine.family_names import (
    AS_IS,
    FAMILY_TASKS,
    TUNED,
    cell_of,
    collection_of,
    family_model,
    family_set,
)
from estimator.lab.accuracy.family_pairs import USUAL, recipe_of
from estimator.vocabulary import Task

if TYPE_CHECKING:
    import pandas as pd

    from estimator.evidence.load import Evidence


def predict_family_rows(
    table: pd.DataFrame,
    rows: Mapping[int, tuple[str, str]],
    factor: Array,
    seen: Sequence[bool],
    evidence: Evidence,
    out: Array,
    reasons: list[str],
) -> dict[int, bool]:
    """Fill ``out`` and ``reasons`` for rows of search and documents; says which sets are new.

    Parameters
    ----------
    table : DataFrame
        Columns of evidence/README.md.
    rows : mapping of int to (str, str)
        Task and canonical metric of every such row, by its place.
    factor : array
        Canonical unit over that of the table's values: 0.01 for per cent.
    seen : sequence of bool
        Rows that are given.
    evidence : Evidence
    out : array, shape (n, 3)
        p10, p50 and p90 in the unit of the table's value.
    reasons : list of str
    """
    filled = table.astype(object).where(table.notna(), None).to_dict("records")
    cells = [{str(k): v for k, v in row.items()} for row in filled]
    new = {}
    for i, (task, metric) in rows.items():
        member = _member(cells[i], task)
        points = family.published(evidence, Task(task))
        new[i] = member.dataset not in {p.member.dataset for p in points}
        if seen[i]:
            continue
        fit = evidence.fits["families"][task].get(metric)
        reasons[i] = "" if fit else f"no evidence in the metric {metric or '(blank)'}"
        if fit is None:
            continue
        source = str(cells[i].get("source_family") or cells[i].get("source_title") or "")
        known = [
            _given(cells[j], task, metric, factor[j])
            for j in rows
            if seen[j] and rows[j] == (task, metric) and _same(cells[i], cells[j])
        ]
        known += [
            p
            for p in points
            if (p.member.dataset, p.metric) == (member.dataset, metric)
            and p.member.source != source
            and (p.member.cell != TUNED or fit["learning"]["from_full"])
        ]
        known = family.at_full(known, fit)
        if not _has(member, fit):
            reasons[i] = f"no evidence in the metric {metric} for this approach"
            continue
        if "recipes" in fit and not any(p.member.cell == AS_IS for p in known):
            reasons[i] = "the win rate of the model before preferences is not given"
            continue
        found = _predicted(member, to_number(cells[i].get("n_labelled")), fit, known)
        out[i] = np.sort(unscale(found, metric)) / factor[i]
    return new


def is_family(task: str) -> bool:
    """A task with a fit of its own in data/fits/families.json."""
    return task in {str(t) for t in FAMILY_TASKS}


def _given(cell: Mapping[str, Any], task: str, metric: str, factor: float) -> Point:
    n = to_number(cell.get("n_labelled"))
    value = to_number(cell.get("value")) * factor
    return Point(_member(cell, task), metric, value, n if n > 0 else None, "")


def _member(cell: Mapping[str, Any], task: str) -> Member:
    dataset = family_set(str(cell.get("dataset") or ""))
    backbone = str(cell.get("backbone") or "")
    kind, model = (
        cell_of(str(cell.get("approach") or ""), Task(task), backbone),
        family_model(backbone),
    )
    return Member(kind, model, dataset, collection_of(dataset))


def _same(asked: Mapping[str, Any], cell: Mapping[str, Any]) -> bool:
    """A given row of the same project: one curve of one source."""
    return all(asked.get(c) == cell.get(c) for c in ("curve_id", "source_family"))


def _after_pairs(
    member: Member, n_labelled: float, fit: Mapping[str, Any], known: Sequence[Point]
) -> Array:
    """p10, p50 and p90 on the scale after a stage of preferences, from the model before."""
    gain, trained = fit["gain"], member.cell == TUNED
    before = float(np.mean([p.y for p in known if p.member.cell == AS_IS]))
    share = float(learned(n_labelled, fit["learning"])) if n_labelled > 0 else 1.0
    effects = fit["recipes"]["effects"]
    mean = gain["mean"] + effects.get(recipe_of(member.model), effects[USUAL]) - effects[USUAL]
    sd = share * float(np.hypot(gain["sd"], gain["own"])) if trained else gain["own"]
    half = Z90 * fit["widths"]["known"]["all"] * sd
    return np.asarray(before + trained * mean * share + half * np.array([-1.0, 0.0, 1.0]))


def _predicted(
    member: Member, n_labelled: float, fit: Mapping[str, Any], known: Sequence[Point]
) -> Array:
    """p10, p50 and p90 on the scale."""
    if "recipes" in fit:
        return _after_pairs(member, n_labelled, fit, known)
    learning, laws = fit["learning"], fit.get("gains", {})
    trained = member.cell == TUNED or member.cell in laws
    gain = laws.get(member.cell, fit["gain"])
    asked = member if learning["from_full"] or not trained else replace(member, cell=AS_IS)
    usable = [p for p in known if p.member.cell in fit["cells"] and _levelled(p, fit)]
    found = family.joint([asked], fit, usable)
    share = 0.0
    if trained:
        usual = learning["full"] if not n_labelled > 0 else n_labelled
        share = float(learned(np.array(usual), learning))
    sd = (found.cov[0, 0] + share**2 * (gain["sd"] ** 2 + gain["own"] ** 2)) ** 0.5
    widths = fit["widths"]["known" if usable else "new"]
    half = Z90 * widths.get(member.cell, widths["all"]) * sd
    return np.asarray(found.mean[0] + gain["mean"] * share + half * np.array([-1.0, 0.0, 1.0]))


def _has(member: Member, fit: Mapping[str, Any]) -> bool:
    if "recipes" in fit:
        return True
    start = fit["learning"]["from_full"] or member.cell != TUNED
    return member.cell in fit["cells"] if start else True


def _levelled(p: Point, fit: Mapping[str, Any]) -> bool:
    return "mean" in fit["cells"][p.member.cell]
