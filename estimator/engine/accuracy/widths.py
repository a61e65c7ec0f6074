"""Widening of the intervals of a data set nobody published, before any own point.

Estimated on data sets left out together with their source, because that is what a project is: use
as is apart, by task, by kind; each is mixed with its parent by its number of sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.kinds import shares_of

AS_IS, LABELLED = "as is", "labelled"
AIM = 0.82
"""A little above 80 %, as a new source is met with factors from the others alone."""
TASK_SOURCES, KIND_SOURCES = 3.0, 6.0
"""Sources' worth of the parent's factor that a task's and a kind's own are mixed with."""
SMALLEST, LARGEST = 0.5, 3.0


def width_keys(rows: Rows) -> list[tuple[str, str, str]]:
    """Keys of each row's factor, coarse to fine: with labels or not, task, kind."""
    asis = (rows.approach == "zero_shot") & (rows.task != "tabular_classification")
    out = []
    for task, kind, none in zip(rows.task, rows.kind, asis, strict=True):
        how = AS_IS if none else LABELLED
        stated = shares_of(kind)
        name = max(stated, key=lambda x: x[1])[0] if stated else ""
        out.append((how, f"{how}|{task}", f"{how}|{task}|{name}"))
    return out


def factors_of(table: Mapping[str, float], rows: Rows) -> Array:
    """Factor on the standard deviation of each row; the finest key that is known, else ``all``."""
    other = table.get("all", 1.0)
    found = (next((k for k in reversed(keys) if k in table), "") for keys in width_keys(rows))
    return np.array([table.get(key, other) for key in found], float)


def fit_widths(rows: Rows, need: Array, source: Array, keep: Array | None = None) -> dict[str, Any]:
    """Factors under which 80 % intervals hold 80 %.

    Parameters
    ----------
    rows : Rows
        Left-out rows.
    need : array
        Standard deviations, over that of p90, that each published value lies from its p50.
    source : array
    keep : array of bool, optional
        Rows that count.

    Notes
    -----
    A source weighs with the root of its rows. log factor = s log own + (1 - s) log parent with
    s = sources / (sources + 3 for a task, 6 for a kind).
    """
    keep = np.ones(len(need), bool) if keep is None else keep
    keys = [k for k, kept in zip(width_keys(rows), keep, strict=True) if kept]
    need, source = need[keep], source[keep].astype(str)
    _, code, count = np.unique(source, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(count[code])
    out: dict[str, float] = {}
    for depth, prior in ((0, 0.0), (1, TASK_SOURCES), (2, KIND_SOURCES)):
        names = np.array([k[depth] for k in keys])
        for name in np.unique(names):
            here = names == name
            if depth == 2 and name.endswith("|"):
                continue
            own = np.log(_quantile(need[here], weight[here], AIM))
            n = len(set(source[here]))
            share = n / (n + prior)
            parent = np.log(out[name.rsplit("|", 1)[0]]) if depth else own
            out[str(name)] = _rounded(np.exp(share * own + (1 - share) * parent))
    return out


def _quantile(need: Array, weight: Array, aim: float) -> float:
    order = np.argsort(need)
    share = np.cumsum(weight[order])
    at = int(np.searchsorted(share, aim * share[-1]))
    return float(np.clip(need[order][min(at, len(need) - 1)], SMALLEST, LARGEST))


def _rounded(x: float) -> float:
    return float(f"{np.clip(x, SMALLEST, LARGEST):.6g}")
