"""A chart: the picture, what it says in words, and the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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


LINE_WIDTH_PX = 3.0
"""A drawn line with the air that a label leaves beside it."""
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


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Canvas:
    """The plot at one size: what stands on it already, and where the marks are [px]."""

    size: tuple[float, float]
    marks: np.ndarray
    boxes: list[Box]


def place_labels(
    x: Sequence[float],
    y: Sequence[float],
    texts: Sequence[str],
    first: Sequence[bool],
    lines: Sequence[Box] = (),
    sizes: Sequence[tuple[float, float]] = ((PLOT_WIDTH_PX, 290.0),),
) -> list[Label]:
    """Where the label of each mark collides least at all ``sizes``; axis units, log taken.

    Marks with ``first`` are placed before the others. A mark whose label would cover something
    gets it further away, with a line to it. ``lines`` are drawn too (left, right, low, high): the
    axes show their finite ends and labels keep off them.
    """
    canvases = [_canvas(x, y, lines, size) for size in sizes]
    labels = [Label("")] * len(texts)
    for i in sorted(range(len(texts)), key=lambda i: not first[i]):
        wide = len(texts[i]) * CHAR_PX
        found = _weighed(canvases, i, [(Label(side), 0.0) for side in _SIDES], wide)
        if min(found)[0] > LED:
            led = [(Label("", d), LED + 0.8 * abs(d[0]) + 0.8 * abs(d[1])) for d in _AWAY]
            found += [(cost, n + len(_SIDES), label) for cost, n, label in
                      _weighed(canvases, i, led, wide)]  # fmt: skip
        labels[i] = min(found)[2]
        for canvas in canvases:
            canvas.boxes.append(_box(labels[i], canvas.marks[i], wide))
    return labels


def _canvas(
    x: Sequence[float], y: Sequence[float], lines: Sequence[Box], size: tuple[float, float]
) -> _Canvas:
    across = _scale(x, [v for line in lines for v in line[:2]], size[0])
    up = _scale(y, [v for line in lines for v in line[2:]], size[1])
    marks = np.column_stack([across(np.asarray(x, float)), up(np.asarray(y, float))])
    boxes: list[Box] = [(a - 5, a + 5, b - 5, b + 5) for a, b in marks]
    for left, right, low, high in lines:
        ends = np.clip([*across(np.array([left, right]))], 0.0, size[0])
        heights = np.clip([*up(np.array([low, high]))], 0.0, size[1])
        half = LINE_WIDTH_PX / 2
        boxes.append((ends[0] - half, ends[1] + half, heights[0] - half, heights[1] + half))
    return _Canvas(size, marks, boxes)


def _weighed(
    canvases: Sequence[_Canvas], i: int, places: Sequence[tuple[Label, float]], wide: float
) -> list[tuple[float, int, Label]]:
    """What each place costs on all canvases together, with its rank among equals."""
    return [
        (
            extra + sum(_crowding(_box(label, c.marks[i], wide), c.boxes, c.size)
                        for c in canvases),
            n,
            label,
        )
        for n, (label, extra) in enumerate(places)
    ]  # fmt: skip


def _box(label: Label, mark: np.ndarray, wide: float) -> Box:
    if label.away:
        x0, y0 = mark[0] + label.away[0] - wide / 2, mark[1] + label.away[1] - LINE_PX / 2
    else:
        dx, dy = _SIDES[label.side]
        x0 = mark[0] + dx * wide + (7 if dx == 0 else -7 if dx == -1 else 0)
        y0 = mark[1] + dy * LINE_PX
    return (x0, x0 + wide, y0, y0 + LINE_PX)


def _crowding(box: Box, boxes: Sequence[Box], size: tuple[float, float]) -> float:
    outside = max(0.0, -box[0]) + max(0.0, box[1] - size[0])
    outside += max(0.0, -box[2]) + max(0.0, box[3] - size[1])
    return sum(_overlap(box, other) for other in boxes) + 30 * outside


def _scale(
    v: Sequence[float], ends: Sequence[float], pixels: float
) -> Callable[[np.ndarray], np.ndarray]:
    every = np.asarray([*v, *(e for e in ends if np.isfinite(e))], float)
    low, span = float(every.min()), float(np.ptp(every)) or 1.0
    return lambda at: 0.05 * pixels + (at - low) / span * pixels * 0.9


def _overlap(a: Box, b: Box) -> float:
    wide = min(a[1], b[1]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[2], b[2])
    return max(0.0, wide) * max(0.0, high)
