"""The table of cells: what the evidence holds for each pair of task and approach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy.grade import place_of
from estimator.engine.accuracy.rows import Rows

if TYPE_CHECKING:
    import pandas as pd


def cell_table(rows: Rows, frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Points, sources and range of labels by ``task|approach``, sorted by name."""
    ids = frame["source_id"].astype(str).to_numpy() if "source_id" in frame.columns else rows.source
    keys = np.array([f"{t}|{a}" for t, a in zip(rows.task, rows.approach, strict=True)], object)
    out: dict[str, dict[str, Any]] = {}
    for key in sorted(set(keys)):
        here = keys == key
        labels = rows.n_labelled[here & ~rows.no_labels.astype(bool) & ~rows.n_unknown.astype(bool)]
        names, counts = np.unique(ids[here].astype(str), return_counts=True)
        order = np.lexsort((names, -counts))
        out[key] = {
            "n_points": int(here.sum()),
            "n_sources": len(set(rows.source[here])),
            "n_datasets": len(set(rows.dataset[here])),
            "n_labelled_min": float(labels.min()) if len(labels) else None,
            "n_labelled_max": float(labels.max()) if len(labels) else None,
            "source_ids": [str(names[i]) for i in order],
            "near": near_table(rows.take(np.flatnonzero(here))),
        }
    return out


def near_table(rows: Rows) -> dict[str, dict[str, list[int]]]:
    """Places at which sources have points, by metric group: place -> numbers of the sources.

    A place is a step of `grade.PLACE` in log10 labels per class, ``as is`` without labels.
    """
    numbers = {s: i for i, s in enumerate(sorted(set(rows.source)))}
    out: dict[str, dict[str, set[int]]] = {}
    sized = ~rows.n_unknown.astype(bool)
    for i in np.flatnonzero(sized | rows.no_labels.astype(bool)):
        at = place_of(float(rows.log_per_class[i]), bool(rows.no_labels[i]))
        out.setdefault(str(rows.group[i]), {}).setdefault(at, set()).add(numbers[rows.source[i]])
    return {g: {p: sorted(s) for p, s in sorted(at.items())} for g, at in sorted(out.items())}


def dataset_table(rows: Rows, frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Every public data set by id: a name, task, classes, domain, points and sources."""
    out: dict[str, dict[str, Any]] = {}
    names = frame["dataset"].astype(str).to_numpy()
    for key in sorted(set(rows.dataset)):
        here = np.flatnonzero(rows.dataset == key)
        classes = rows.n_classes[here]
        known = classes[~np.isnan(classes)]
        out[key] = {
            "name": sorted(names[here], key=lambda n: (len(n), n))[0],
            "task": str(rows.task[here[0]]),
            "domain": str(rows.domain[here[0]]),
            "n_classes": float(np.median(known)) if len(known) else None,
            "n_points": len(here),
            "n_sources": len(set(rows.source[here])),
        }
    return out
