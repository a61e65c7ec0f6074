"""Values left out of a family's fit: what was said of them, factors on widths, errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from estimator.engine.accuracy.family import BOUNDS, Member, Point, unscale
from estimator.engine.distributions import Z90
from estimator.engine.family_names import CELLS
from estimator.lab.accuracy import left_out
from estimator.lab.accuracy.left_out import LeftOut

LEAST_LEFT_OUT = 30


def anew(m: Member) -> Member:
    """A member as a project would have it: nobody measured it."""
    return Member(m.cell, m.model, m.dataset, m.collection, m.seen)


def said(point: Point, mean: float, variance: float) -> LeftOut:
    """A published value and what was said of it without having seen it."""
    m = point.member
    return LeftOut(m.cell, point.y, float(mean), float(variance) ** 0.5, m.collection)


def factors_of(rows: Sequence[LeftOut]) -> dict[str, float]:
    """Factors on widths by kind of a family."""
    return left_out.factors_of(rows, CELLS, LEAST_LEFT_OUT)


def errors_of(rows: Sequence[LeftOut], metric: str) -> dict[str, Any]:
    """Median error and what intervals held, in all and by kind.

    The factor on widths is found on the other collections each time: these values had no say.
    """
    out: dict[str, Any] = {}
    without = {b: factors_of([r for r in rows if r.block != b]) for b in {r.block for r in rows}}
    for cell in ("all", *CELLS):
        mine = [r for r in rows if cell in ("all", r.cell)]
        if not mine:
            continue
        y, mean = np.array([r.y for r in mine]), np.array([r.mean for r in mine])
        factor = np.array([without[r.block].get(r.cell, without[r.block]["all"]) for r in mine])
        half = Z90 * factor * np.array([r.sd for r in mine])
        ends = np.abs(unscale(mean + half, metric) - unscale(mean - half, metric))
        away = np.abs(unscale(mean, metric) - unscale(y, metric))
        out[cell] = {
            "n": len(mine),
            "n_collections": len({r.block for r in mine}),
            "median_abs_error": round(float(np.median(away)), 4),
            "coverage_80": round(float(np.mean(np.abs(y - mean) <= half)), 4),
            "width": round(float(np.median(ends)), 4),
        }
        if metric in BOUNDS:
            out[cell]["median_factor"] = round(float(np.exp(np.median(np.abs(mean - y)))), 3)
    return out
