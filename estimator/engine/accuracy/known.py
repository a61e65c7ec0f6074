"""Public data sets: which one the user named, its evidence, and those most like the user's."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import names
from estimator.engine.accuracy.rows import Rows, evidence_rows, lookup_of, usable
from estimator.engine.accuracy.scales import Array
from estimator.engine.inputs import ProjectInputs
from estimator.errors import InputError
from estimator.words.statement import state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

MOST_KNOWN_ROWS = 120
"""Evidence rows on one data set that a prediction is conditioned on, nearest kind first."""


def all_rows(evidence: Evidence) -> Rows:
    """Every usable point of the evidence; made once for each loaded evidence."""
    for known, rows in _ROWS:
        if known is evidence:
            return rows
    lookup = lookup_of(evidence)
    rows, _ = evidence_rows(usable(evidence.table("curves"), lookup), lookup)
    _ROWS.append((evidence, rows))
    del _ROWS[:-2]
    return rows


_ROWS: list[tuple[Evidence, Rows]] = []


def known_rows(evidence: Evidence, dataset: str, source: str, target: Rows) -> Rows | None:
    """Evidence of other sources on a data set, spread over kinds of approach and size."""
    known = all_rows(evidence)
    index = np.flatnonzero((known.dataset == dataset) & (known.source != source))
    if len(index) == 0:
        return None
    if len(index) > MOST_KNOWN_ROWS:
        same = np.isin(known.variant[index].astype(str), list(set(target.variant)))
        picked = _spread(index[same], MOST_KNOWN_ROWS * 2 // 3)
        rest = _spread(index[~same], MOST_KNOWN_ROWS - len(picked))
        index = np.sort(np.concatenate([picked, rest]))
    return known.take(index)


def _spread(index: Array, most: int) -> Array:
    if len(index) <= most:
        return index
    return np.asarray(index[np.linspace(0, len(index) - 1, most).round().astype(int)])


def similar_dataset(inputs: ProjectInputs, fit: Mapping[str, Any]) -> str | None:
    """Id of the public data set the user named; None where none is named.

    Raises
    ------
    InputError
        With the nearest names, when the evidence has no such data set.
    """
    name = inputs.facts.similar_dataset
    if not name:
        return None
    table = fit["datasets"]
    by_name = {names.dataset_key(row["name"]): key for key, row in table.items()}
    key = names.dataset_key(name)
    found = key if key in table else by_name.get(key)
    if found is None:
        near = difflib.get_close_matches(key, list(by_name), n=3, cutoff=0.4)
        known = ", ".join(table[by_name[k]]["name"] for k in near)
        allowed = state("allowed.dataset")
        if near:
            allowed = state("allowed.dataset_near", names=known)
        raise InputError("facts.similar_dataset", name, allowed)
    return str(found)
