"""The shape of a distribution as a small drawing: how sure a figure is, seen at a glance."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELLS = 40
"""Bars of the histogram."""

TAIL_SHARE = 0.005
"""Share of the draws left out at each end, so that one odd draw does not set the scale."""


def shape_html(
    draws: NDArray[np.floating[Any]],
    target: float | None,
    label: str,
    lower_is_better: bool = False,
) -> str:
    """The density of draws as bars, those that reach the target in the accent colour.

    Parameters
    ----------
    draws : ndarray, shape (n,)
        Draws of one quantity, any unit.
    target : float or None
        Where the dashed line stands; None draws none and colours all.
    label : str
        Read aloud instead of the drawing.
    lower_is_better : bool
        The target is reached on its left.

    Returns
    -------
    str
        HTML with the classes ``es-shape``, ``hit`` and ``t`` of the page's style sheet; empty
        where all draws are one value.
    """
    low, high = np.quantile(draws, [TAIL_SHARE, 1 - TAIL_SHARE])
    if target is not None:
        low, high = min(low, target), max(high, target)
    if not high > low:
        return ""
    counts, edges = np.histogram(draws, bins=CELLS, range=(low, high))
    tall = 100 * counts / max(counts.max(), 1)
    middle = (edges[:-1] + edges[1:]) / 2
    reached = np.ones_like(middle, bool)
    mark = ""
    if target is not None:
        reached = middle <= target if lower_is_better else middle >= target
        at = 100 * (target - low) / (high - low)
        mark = f'<i class="t" style="left:{at:.1f}%"></i>'
    bars = "".join(
        f'<i class="{"hit" if hit else "miss"}" style="height:{h:.0f}%"></i>'
        for h, hit in zip(tall, reached, strict=True)
    )
    read = html.escape(label, quote=True)
    return f'<span class="es-shape" role="img" aria-label="{read}">{bars}{mark}</span>'
