"""Colours, marks and the plotly template: one look, light and dark.

The ten approach colours were chosen by search: the smallest distance of any two of them, as seen
with normal sight and with protan, deutan and tritan colour blindness, is as large as it gets at a
contrast of 3:1 against the page. Every approach also has a mark of its own, and charts are
labelled in words, so that nothing is told by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from estimator.vocabulary import Approach, Phase

FONT = '"Source Sans", "Source Sans 3", "Helvetica Neue", Arial, sans-serif'

_LIGHT = "#3b5665 #002885 #65789d #987de3 #7045ac #5c1e2a #793d1e #a45b31 #cc7a1f #569d7d"
_DARK = "#607fc5 #afa6f4 #d8c6ff #ac5d8e #c47c93 #f19b8d #fabf6c #afa034 #85820a #8eeabe"
_PHASES_LIGHT = "#262977 #7b8af2 #875f72 #651400 #b58c00"
_PHASES_DARK = "#49b4a8 #85e7ff #4779c1 #957200 #f3da75"
_SYMBOLS = "circle square diamond triangle-up triangle-down pentagon hexagram star cross x"
_PATTERNS = ("", "/", "", "\\", "")


@dataclass(frozen=True)
class Theme:
    """Colours of one page: light or dark."""

    dark: bool
    page: str
    text: str
    muted: str
    grid: str
    accent: str
    good: str
    bad: str
    approaches: dict[str, str]
    phases: dict[str, str]

    def approach(self, key: str) -> str:
        """Colour of a row; extra options share their approach's."""
        return self.approaches[key.split("#")[0]]


def _theme(dark: bool) -> Theme:
    approaches = (_DARK if dark else _LIGHT).split()
    phases = (_PHASES_DARK if dark else _PHASES_LIGHT).split()
    return Theme(
        dark=dark,
        page="#0e1117" if dark else "#ffffff",
        text="#f2f4f8" if dark else "#1b2533",
        muted="#a9b4c2" if dark else "#566273",
        grid="#313947" if dark else "#dfe4ea",
        accent="#8ab4ff" if dark else "#1f5fbf",
        good="#7fd6a4" if dark else "#1a7f4b",
        bad="#ff9d8a" if dark else "#b3321b",
        approaches={str(a): c for a, c in zip(Approach, approaches, strict=True)},
        phases={str(p): c for p, c in zip(Phase, phases, strict=True)},
    )


LIGHT, DARK = _theme(False), _theme(True)
SYMBOLS = {str(a): s for a, s in zip(Approach, _SYMBOLS.split(), strict=True)}
PATTERNS = {str(p): s for p, s in zip(Phase, _PATTERNS, strict=True)}


def theme(dark: bool = False) -> Theme:
    """The theme of a light or dark page."""
    return DARK if dark else LIGHT


def with_alpha(colour: str, alpha: float) -> str:
    """A hex colour as rgba text."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},{alpha:g})"


@lru_cache(maxsize=2)
def template(dark: bool = False) -> dict[str, Any]:
    """Plotly template of a light or dark page; the background is the page's own."""
    t = theme(dark)
    axis = {
        "gridcolor": t.grid,
        "linecolor": t.muted,
        "zeroline": False,
        "ticks": "outside",
        "tickcolor": t.grid,
        "automargin": True,
        "title": {"standoff": 8, "font": {"size": 13, "color": t.muted}},
        "tickfont": {"size": 12, "color": t.muted},
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": t.text},
            "title": {"x": 0, "xanchor": "left", "font": {"size": 16, "color": t.text}},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(t.approaches.values()),
            "margin": {"l": 8, "r": 8, "t": 36, "b": 8},
            "hoverlabel": {"font": {"family": FONT, "size": 13}, "align": "left"},
            "showlegend": False,
            "legend": {"orientation": "h", "x": 0, "y": -0.22, "yanchor": "top"},
            "xaxis": axis,
            "yaxis": axis,
            "separators": ".,",
        }
    }
