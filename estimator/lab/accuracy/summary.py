"""Error and coverage of predicted rows, overall and by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def summarise(
    rows: Sequence[Mapping[str, Any]], kinds: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Summary of a backtest: overall, by task and approach, new and known data sets apart.

    Parameters
    ----------
    rows : sequence of mappings
        With p50, error, inside and new_dataset.
    kinds : sequence of mappings
        task, approach and accuracy_like of each row.

    Returns
    -------
    dict
        Errors in the unit of each row's value, which is percent points for all metrics but few.
    """

    def part(keep: Sequence[bool]) -> dict[str, Any]:
        return figures([r for r, k in zip(rows, keep, strict=True) if k])

    def by(name: str) -> dict[str, Any]:
        names = sorted({str(k[name]) for k in kinds})
        return {n: part([str(k[name]) == n for k in kinds]) for n in names}

    return {
        **figures(rows),
        "accuracy_like": part([bool(k["accuracy_like"]) for k in kinds]),
        "by_task": by("task"),
        "by_approach": by("approach"),
        "new_datasets": part([bool(r["new_dataset"]) for r in rows]),
        "known_datasets": part([not r["new_dataset"] for r in rows]),
    }


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """n, unpredicted, median and mean absolute error, coverage and median width of some rows."""
    errors = np.array([abs(r["error"]) for r in rows if r["error"] is not None], float)
    inside = [bool(r["inside"]) for r in rows if r["inside"] is not None]
    widths = [r["p90"] - r["p10"] for r in rows if r["p50"] is not None]
    some = len(errors) > 0
    return {
        "n": len(rows),
        "unpredicted": sum(1 for r in rows if r["p50"] is None),
        "median_abs_error": float(np.median(errors)) if some else None,
        "mean_abs_error": float(errors.mean()) if some else None,
        "coverage_80": float(np.mean(inside)) if inside else None,
        "median_width": float(np.median(widths)) if widths else None,
    }
