"""A chart as plain values, in the words of plotly's own JSON.

Plotly's Python objects check every property of every trace: 90 ms for a chart of eleven traces, in
every rerun of the page. Here nothing is checked while drawing; the tests have plotly check each
chart once.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

WHOLE = ("error_x", "error_y", "paper_bgcolor", "plot_bgcolor")
"""Properties whose own name holds an underscore; others part a group from its member."""
FEW = 8
_DTYPES = {"float32": "f4", "float64": "f8", "int32": "i4", "int64": "f8"}


class Picture:
    """Traces and layout of one chart; the methods are plotly's, as far as the charts need them."""

    def __init__(self) -> None:
        self.traces: list[dict[str, Any]] = []
        self.layout: dict[str, Any] = {}

    def _add(self, kind: str, properties: Mapping[str, Any]) -> None:
        self.traces.append({"type": kind, **_nested(properties)})

    def add_scatter(self, **properties: Any) -> None:
        """Points and lines."""
        self._add("scatter", properties)

    def add_scattergl(self, **properties: Any) -> None:
        """Very many points."""
        self._add("scattergl", properties)

    def add_bar(self, **properties: Any) -> None:
        """Bars."""
        self._add("bar", properties)

    def add_heatmap(self, **properties: Any) -> None:
        """Coloured cells."""
        self._add("heatmap", properties)

    def add_annotation(self, **properties: Any) -> None:
        """A text at a place."""
        self.layout.setdefault("annotations", []).append(_nested(properties))

    def add_vline(self, x: float, **properties: Any) -> None:
        """A line from the bottom to the top at a value of x."""
        place = {"x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"}
        self._shape({"type": "line", **place, **_nested(properties)})

    def add_hline(
        self, y: float, annotation: Mapping[str, Any] | None = None, **properties: Any
    ) -> None:
        """A line from the left to the right at a value of y, with a text above its left end."""
        place = {"x0": 0, "x1": 1, "xref": "x domain", "y0": y, "y1": y, "yref": "y"}
        self._shape({"type": "line", **place, **_nested(properties)})
        if annotation:
            self.add_annotation(
                x=0, xref="x domain", xanchor="left", y=y, yref="y", yanchor="bottom",
                showarrow=False, **annotation,
            )  # fmt: skip

    def _shape(self, shape: dict[str, Any]) -> None:
        self.layout.setdefault("shapes", []).append(shape)

    def update_layout(self, **properties: Any) -> None:
        """Change properties of the layout; groups are merged."""
        _merge(self.layout, _nested(properties))

    def update_xaxes(self, **properties: Any) -> None:
        """Change properties of the x axis."""
        _merge(self.layout.setdefault("xaxis", {}), _nested(properties))

    def update_yaxes(self, **properties: Any) -> None:
        """Change properties of the y axis."""
        _merge(self.layout.setdefault("yaxis", {}), _nested(properties))

    def to_dict(self) -> dict[str, Any]:
        """The chart as plotly.js reads it: plain values, long columns of numbers packed."""
        packed: dict[str, Any] = _plain({"data": self.traces, "layout": self.layout})
        return packed

    def checked(self) -> Any:
        """The chart as plotly's own object, which refuses what plotly.js would not understand."""
        import plotly.graph_objects as go

        return go.Figure(self.to_dict())

    def unchecked(self) -> Any:
        """The chart as an object that is sent as it is."""
        return _sent()(self.to_dict())


@lru_cache(maxsize=1)
def _sent() -> Any:
    from plotly.basedatatypes import BaseFigure

    class Sent(BaseFigure):
        """Takes the place of a checked figure; only its values are asked for."""

        def __init__(self, values: dict[str, Any]) -> None:
            object.__setattr__(self, "values", values)

        def to_dict(self) -> dict[str, Any]:
            """The values as given."""
            found: dict[str, Any] = object.__getattribute__(self, "values")
            return found

    return Sent


def _nested(properties: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in properties.items():
        if value is None:
            continue
        if "_" in name and name not in WHOLE:
            group, _, member = name.partition("_")
            _merge(out.setdefault(group, {}), _nested({member: value}))
        elif isinstance(value, Mapping):
            _merge(out.setdefault(name, {}), _nested(value))
        else:
            out[name] = value
    return out


def _merge(into: dict[str, Any], new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        if isinstance(value, Mapping) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return _column(value)
    return value.item() if isinstance(value, np.generic) else value


def _column(x: np.ndarray) -> Any:
    kind = _DTYPES.get(x.dtype.name)
    if kind is None or x.ndim != 1 or len(x) <= FEW:
        return [None if isinstance(v, float) and v != v else v for v in x.tolist()]
    packed = np.ascontiguousarray(x, dtype=kind)
    return {"dtype": kind, "bdata": base64.b64encode(packed.tobytes()).decode("ascii")}
