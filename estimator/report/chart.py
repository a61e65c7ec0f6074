"""A chart: the picture, what it says in words, and the table behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from estimator.report.picture import Picture
from estimator.report.theme import Theme, template
from estimator.words.format import Style, money_signs, separators
from estimator.words.texts import say

HEIGHT = 380
PLOT_WIDTH_PX, CHAR_PX, LINE_PX = 300.0, 6.6, 16.0
"""Width of the plot on a 390 px screen and the size of label text, for placing labels."""


@dataclass(frozen=True)
class Chart:
    """One figure with its text alternative and its data.

    Parameters
    ----------
    figure : Picture
    alt : str
        What the picture shows, in a sentence or two.
    table : pandas.DataFrame
        The values drawn, with headings for people.
    """

    figure: Picture
    alt: str
    table: pd.DataFrame

    @property
    def empty(self) -> bool:
        """True where there was nothing to draw."""
        return self.table.empty


def f32(x: Any) -> np.ndarray:
    """Values as float32: half the bytes on the wire, more digits than pixels."""
    return np.asarray(x, dtype=np.float32)


def blank(t: Theme, style: Style, reason: str = "") -> Chart:
    """The designed empty state of a chart."""
    text = reason or say("chart.nothing", style.language)
    figure = Picture()
    figure.add_annotation(text=text, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper")
    figure.update_layout(template=template(t.dark), height=160)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return Chart(figure, text, pd.DataFrame())


def finish(
    figure: Picture, t: Theme, style: Style, title: str, height: int = HEIGHT, **layout: Any
) -> Picture:
    """Template, title, height and separators, the same on every chart."""
    thousands, decimal = separators(style.language)
    figure.update_layout(
        template=template(t.dark),
        title={"text": title},
        height=height,
        separators=decimal + thousands,
        **layout,
    )
    return figure


def money_axis(style: Style) -> dict[str, str]:
    """Tick format of an axis in the reader's currency."""
    before, after = money_signs(style.currency, style.language)
    return {"tickformat": "~s", "tickprefix": before, "ticksuffix": after}


def log_ticks(low: float, high: float, style: Style, money: bool = False) -> dict[str, Any]:
    """Ticks of a log axis at powers of ten (more between few), written out for people."""
    low, high = max(low, 1e-9), max(high, low * 1.01, 1e-9)
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    decades = np.log10(high / low)
    steps = (1.0,) if decades > 3 else (1.0, 3.0) if decades > 1.3 else (1.0, 2.0, 5.0)
    values = [s * 10.0**e for e in range(first, last + 1) for s in steps]
    values = [v for v in values if low / 1.6 <= v <= high * 1.6] or [low, high]
    text = [style.amount_short(v) if money else style.short(v) for v in values]
    return {"tickmode": "array", "tickvals": values, "ticktext": text}


def label_margin(texts: Iterable[str]) -> dict[str, Any]:
    """Room at the right of the plot for the longest label, the same on every width of page."""
    return {"margin": {"r": round(max((len(x) for x in texts), default=0) * CHAR_PX) + 14}}


def money_ticks(low: float, high: float, style: Style) -> dict[str, Any]:
    """Ticks of a straight axis of money with the sign before the currency: −$50k."""
    raw = (high - low) / 5 or 1.0
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(s * size for s in (1.0, 2.0, 5.0, 10.0) if s * size >= raw)
    values = (np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step).tolist()
    text = [style.amount_short(v) for v in values]
    return {"tickmode": "array", "tickvals": values, "ticktext": text}


def hover(text: str) -> str:
    """User text made harmless inside plotly's small HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spread_labels(y: Sequence[float], gap: float) -> np.ndarray:
    """Label heights at least ``gap`` apart, as near as possible to the wanted ones."""
    wanted = np.asarray(y, float)
    order = np.argsort(wanted, kind="stable")
    placed = wanted[order].copy()
    for _ in range(60):
        moved = False
        for i in range(1, len(placed)):
            overlap = gap - (placed[i] - placed[i - 1])
            if overlap > 1e-9:
                placed[i - 1] -= overlap / 2
                placed[i] += overlap / 2
                moved = True
        if not moved:
            break
    out = np.empty_like(placed)
    out[order] = placed
    return out


ON_ITS_WHISKER = 30.0
"""A label straight beside or above its mark is crossed by the mark's own interval."""
LED = 40.0
"""A label away from its mark, led to it by a line, is this much worse than one beside it."""
_SIDES = {
    "middle right": (0.0, -0.5), "middle left": (-1.0, -0.5), "top center": (-0.5, 0.6),
    "bottom center": (-0.5, -1.6), "top right": (0.0, 0.4), "bottom right": (0.0, -1.4),
    "top left": (-1.0, 0.4), "bottom left": (-1.0, -1.4),
}  # fmt: skip
_AWAY = tuple(
    (float(dx), float(dy))
    for ring in (30, 48, 66, 90)
    for dx, dy in ((0, ring), (0, -ring), (ring, ring), (-ring, ring), (ring, -ring),
                   (-ring, -ring), (ring, ring / 2), (-ring, ring / 2), (ring, -ring / 2),
                   (-ring, -ring / 2))
)  # fmt: skip


@dataclass(frozen=True)
class Label:
    """Where the label of a mark stands: beside it, or led to it from ``away`` [px, y up]."""

    side: str
    away: tuple[float, float] | None = None


def place_labels(
    x: Sequence[float],
    y: Sequence[float],
    texts: Sequence[str],
    first: Sequence[bool],
    ends: tuple[Sequence[float], Sequence[float]],
    size: tuple[float, float] = (PLOT_WIDTH_PX, 290.0),
) -> list[Label]:
    """Where the label of each mark collides least; x and y in axis units (log taken).

    Marks with ``first`` are placed before the others and carry an interval of their own. A mark
    whose label would cover something gets it further away, with a line to it. ``ends`` holds what
    else the axes must show, for their scale.
    """
    width, height = size
    px, py = _scaled(x, ends[0], width), _scaled(y, ends[1], height)
    boxes: list[Box] = [(a - 5, a + 5, b - 5, b + 5) for a, b in zip(px, py, strict=True)]
    labels = [Label("")] * len(texts)
    for i in sorted(range(len(texts)), key=lambda i: not first[i]):
        found = [
            (
                _crowding(box, boxes, size)
                + (ON_ITS_WHISKER if first[i] and side.split()[0] in ("middle", "top") else 0.0)
                * ("center" in side or "middle" in side),
                Label(side),
                box,
            )
            for side, box in _boxes(px[i], py[i], len(texts[i]) * CHAR_PX)
        ]
        if min(f[0] for f in found) > LED:
            found += _led(px[i], py[i], len(texts[i]) * CHAR_PX, boxes, size)
        _, labels[i], box = min(found, key=lambda f: f[0])
        boxes.append(box)
    return labels


def _led(
    a: float, b: float, wide: float, boxes: Sequence[Box], size: tuple[float, float]
) -> list[tuple[float, Label, Box]]:
    out = []
    for dx, dy in _AWAY:
        x0, y0 = a + dx - wide / 2, b + dy - LINE_PX / 2
        box = (x0, x0 + wide, y0, y0 + LINE_PX)
        cost = _crowding(box, boxes, size) + LED + 0.8 * abs(dx) + 0.8 * abs(dy)
        out.append((cost, Label("", (dx, dy)), box))
    return out


Box = tuple[float, float, float, float]


def _boxes(a: float, b: float, wide: float) -> list[tuple[str, Box]]:
    out = []
    for side, (dx, dy) in _SIDES.items():
        x0 = a + dx * wide + (7 if dx == 0 else -7 if dx == -1 else 0)
        y0 = b + dy * LINE_PX
        out.append((side, (x0, x0 + wide, y0, y0 + LINE_PX)))
    return out


def _crowding(box: Box, boxes: Sequence[Box], size: tuple[float, float]) -> float:
    outside = max(0.0, -box[0]) + max(0.0, box[1] - size[0])
    outside += max(0.0, -box[2]) + max(0.0, box[3] - size[1])
    return sum(_overlap(box, other) for other in boxes) + 30 * outside


def _scaled(v: Sequence[float], ends: Sequence[float], pixels: float) -> np.ndarray:
    every = np.asarray([*v, *ends], float)
    low, span = float(every.min()), float(np.ptp(every))
    return np.asarray(0.05 * pixels + (np.asarray(v) - low) / (span or 1.0) * pixels * 0.9)


def _overlap(a: Box, b: Box) -> float:
    wide = min(a[1], b[1]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[2], b[2])
    return max(0.0, wide) * max(0.0, high)
