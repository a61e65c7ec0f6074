"""Fractions or percent: read from the values that a table gives, never from those to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from estimator.engine.accuracy.scales import OUT_OF_SCALE, POINTS, metric_group

PERCENT = 0.01
NO_SHARES = frozenset({*POINTS, *OUT_OF_SCALE, "mt"})
"""Metric groups that are no share of anything."""


def with_units(columns: Mapping[str, list[Any]], given: Sequence[bool]) -> dict[str, list[Any]]:
    """The columns with the factor to canonical units that the given values ask for.

    A metric that tables usually print in percent is read as fractions where no given value of its
    source exceeds 1, and one usually printed as a fraction as percent where one does. Points (BLEU,
    chrF, ROUGE) stay as they are.

    Parameters
    ----------
    columns : mapping
        From `rows.columns_from_frame`.
    given : sequence of bool
        Rows whose value may be looked at.
    """
    factor = np.array(columns["factor"], float)
    canonical = np.array(columns["value"], float)
    raw = canonical / factor
    keys = [f"{s}|{m}" for s, m in zip(columns["source"], columns["metric"], strict=True)]
    known = np.array(given, bool) & ~np.isnan(raw)
    for key in set(keys):
        mine = np.array([k == key for k in keys])
        seen = raw[mine & known]
        if len(seen) == 0 or _in_points(columns, mine):
            continue
        largest = float(np.abs(seen).max())
        if (factor[mine] == PERCENT).all() and 0 < largest <= 1:
            factor[mine] = 1.0
        elif (factor[mine] == 1.0).all() and largest > 1:
            factor[mine] = PERCENT
    return {**columns, "factor": list(factor), "value": list(raw * factor)}


def unit_name(factor: float, metric: str) -> str:
    """What a table's values were taken for: percent, fraction or points."""
    if factor == PERCENT:
        return "percent"
    return "points" if metric_group(metric) in NO_SHARES else "fraction"


def _in_points(columns: Mapping[str, list[Any]], mine: np.ndarray) -> bool:
    groups = {metric_group(m) for m, here in zip(columns["metric"], mine, strict=True) if here}
    return bool(groups & NO_SHARES)
