"""How far tuned models lie from people and from the best published value on the same data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.rows import Lookup, Rows
from estimator.engine.accuracy.scales import Array

if TYPE_CHECKING:
    import pandas as pd

TUNED = ("full_finetune", "lora", "adapter", "continued_pretrain_finetune", "scratch")
PLENTY = 3.0
"""log10 labels per class from which on a model is taken to have plenty of labels."""
LEAST_SOURCES = 2
"""Sources of tuned models a data set needs for its gap to the best published value."""


def measured_levels(human: pd.DataFrame, rows: Rows, lookup: Lookup) -> dict[str, dict[str, Any]]:
    """Gaps of y between tuned models with plenty of labels and a stated level, over data sets.

    Parameters
    ----------
    human : DataFrame
        data/evidence/human.csv.
    rows : Rows
        All usable points.
    lookup : Lookup

    Returns
    -------
    dict
        ``human`` and ``best``: number of data sets, p10, p50 and p90 and standard deviation of the
        gap in y (positive: the model is worse). A source counts once for each data set and metric.
    """
    tuned = np.isin(rows.variant.astype(str), TUNED) & (rows.log_per_class >= PLENTY)
    tuned &= ~rows.n_unknown.astype(bool)
    keys = np.array([f"{d}|{g}" for d, g in zip(rows.dataset, rows.group, strict=True)])
    return {
        "human": _spread(_to_people(human, rows, lookup, keys, tuned)),
        "best": _spread(_to_best(rows, keys, tuned)),
    }


def _to_people(
    human: pd.DataFrame, rows: Rows, lookup: Lookup, keys: Array, tuned: Array
) -> list[float]:
    levels: dict[str, list[float]] = {}
    for name, metric, value in zip(
        human["dataset"], human["metric"], human["human_value"], strict=True
    ):
        canonical, factor = lookup.metric(metric)
        group = scales.metric_group(canonical)
        key = f"{lookup.dataset(name)}|{group}"
        here = tuned & (keys == key)
        if here.any():
            error = scales.error_from_value(np.array([float(value) * factor]), np.array([group]))
            chance = float(rows.chance[here][0])
            levels.setdefault(key, []).append(float(scales.to_scale(error, chance)[0]))
    return [
        float(np.median(_by_source(rows, tuned & (keys == key))) - np.median(found))
        for key, found in sorted(levels.items())
    ]


def _to_best(rows: Rows, keys: Array, tuned: Array) -> list[float]:
    out: list[float] = []
    for key in sorted(set(keys[tuned])):
        here = keys == key
        found = _by_source(rows, tuned & here)
        if len(found) >= LEAST_SOURCES:
            out += list(found - rows.y[here].min())
    return out


def _by_source(rows: Rows, keep: Array) -> Array:
    """Median y of each source among the kept rows."""
    sources = rows.source[keep].astype(str)
    return np.array([np.median(rows.y[keep][sources == s]) for s in sorted(set(sources))])


def _spread(gaps: list[float]) -> dict[str, Any]:
    found = np.array(gaps)
    low, middle, high = (float(f"{q:.6g}") for q in np.quantile(found, (0.1, 0.5, 0.9)))
    return {
        "n": len(found),
        "p10": low,
        "p50": middle,
        "p90": high,
        "sd": float(f"{found.std(ddof=1):.6g}"),
    }
