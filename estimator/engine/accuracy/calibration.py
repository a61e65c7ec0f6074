"""Widening of the intervals, estimated on left-out sources, by task and number of pilot points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_PILOTS = 2


def factor_of(fit: Mapping[str, Any], task: str, n_pilots: int) -> float:
    """Factor on the standard deviation of a prediction with so many own points."""
    table = fit.get("calibration", {})
    found = table.get(str(min(n_pilots, MOST_PILOTS)), {})
    return float(found.get(task, found.get("all", 1.0)))
