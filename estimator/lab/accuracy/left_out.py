"""Values that a fit had not seen, and the factors on widths that they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Z90

HELD = 0.8


@dataclass(frozen=True)
class LeftOut:
    """One value that the fit had not seen, and what it said."""

    cell: str
    y: float
    mean: float
    sd: float
    block: str


def factors_of(rows: Sequence[LeftOut], cells: Iterable[str], least: int) -> dict[str, float]:
    """Factor on the standard deviation that holds 80 % of the left-out values, by kind.

    Parameters
    ----------
    rows : sequence of LeftOut
    cells : iterable of str
        Kinds that may have a factor of their own.
    least : int
        Values that a kind must have for it.
    """
    out = {"all": _factor(rows)}
    for cell in cells:
        mine = [r for r in rows if r.cell == cell]
        if len(mine) >= least:
            out[cell] = _factor(mine)
    return out


def _factor(rows: Sequence[LeftOut]) -> float:
    away = [abs(r.y - r.mean) / (Z90 * r.sd) for r in rows]
    return round(float(np.quantile(away, HELD)), 4) if away else 1.0
