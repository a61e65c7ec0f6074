"""The shape of a distribution as a small drawing: how sure a figure is, seen at a glance."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELLS = 32
"""Bars of the histogram."""

TAIL_SHARE = 0.01
"""Share of the draws left out at each end, so that one odd draw does not set the scale."""


@dataclass(frozen=True)
class Shape:
    """Bars of a histogram as (height from 0 to 1, reaches the target), and where the target is."""

    bars: tuple[tuple[float, bool], ...]
    at: float | None


def shape_of(
    draws: NDArray[np.floating[Any]], target: float | None, lower_is_better: bool = False
) -> Shape | None:
    """The shape of draws; None where all draws are one value.

    Parameters
    ----------
    draws : ndarray, shape (n,)
        Draws of one quantity, any unit.
    target : float or None
        Where the line stands; None draws none and counts all as reached.
    lower_is_better : bool
        The target is reached on its left.
    """
    low, high = np.quantile(draws, [TAIL_SHARE, 1 - TAIL_SHARE])
    if target is not None:
        low, high = min(low, target), max(high, target)
    if not high > low:
        return None
    counts, edges = np.histogram(draws, bins=CELLS, range=(low, high))
    heights = counts / max(counts.max(), 1)
    middle = (edges[:-1] + edges[1:]) / 2
    reached = np.ones_like(middle, bool)
    at = None
    if target is not None:
        reached = middle <= target if lower_is_better else middle >= target
        at = float((target - low) / (high - low))
    pairs = zip(heights.tolist(), reached.tolist(), strict=True)
    return Shape(tuple((round(h, 3), bool(hit)) for h, hit in pairs), at)


def shape_html(
    draws: NDArray[np.floating[Any]],
    target: float | None,
    label: str,
    lower_is_better: bool = False,
) -> str:
    """The density of draws as bars, those that reach the target in the accent colour.

    Parameters
    ----------
    draws, target, lower_is_better
        As for ``shape_of``.
    label : str
        Read aloud instead of the drawing.

    Returns
    -------
    str
        HTML with the classes ``es-shape``, ``hit`` and ``t`` of the page's style sheet; empty
        where all draws are one value.
    """
    shape = shape_of(draws, target, lower_is_better)
    if shape is None:
        return ""
    mark = "" if shape.at is None else f'<i class="t" style="left:{100 * shape.at:.1f}%"></i>'
    bars = "".join(
        f'<i class="{"hit" if hit else "miss"}" style="height:{100 * h:.0f}%"></i>'
        for h, hit in shape.bars
    )
    read = html.escape(label, quote=True)
    return f'<span class="es-shape" role="img" aria-label="{read}">{bars}{mark}</span>'
