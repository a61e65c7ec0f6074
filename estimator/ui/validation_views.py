"""The product's own errors and the tested claims, as the fits hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from estimator.engine.validation import shipped_validation
from estimator.report import figures_validation
from estimator.ui import cached
from estimator.ui.components import dark, e, facts, heading, number_style, show_chart, show_frame
from estimator.ui.words import has, w

PARTS = ("accuracy", "compute", "cost", "decision")
INTERVAL = 0.8


def validation() -> None:
    """How wrong the estimates were on published values that they had not seen."""
    st.html(f'<p class="es es-say">{e(w("evidence.validation_intro"))}</p>')
    part = st.segmented_control(
        w("evidence.part"),
        PARTS,
        default=PARTS[0],
        required=True,
        format_func=lambda p: w(f"evidence.part.{p}"),
        key="validation:part",
        label_visibility="collapsed",
        persist_state="session",
    )
    table = shipped_validation(cached.evidence())[part or PARTS[0]]
    if part == "accuracy":
        _reliability(table)
    _section(table, str(part), 2)


def _reliability(table: Mapping[str, Any]) -> None:
    points = table.get("reliability", {}).get("0")
    n = table.get("overall", {}).get("0", {}).get("all", {}).get("n")
    if points and n:
        frame = pd.DataFrame(
            {
                "stated": [p["nominal"] for p in points],
                "observed": [p["actual"] for p in points],
                "n": float(n),
            }
        )
        show_chart(figures_validation.reliability(frame, number_style(), dark()), "reliability")


def _name(key: str) -> str:
    return w(f"figure.{key}") if has(f"figure.{key}") else key.replace("_", " ")


def _plain(value: Any) -> bool:
    return not isinstance(value, Mapping | list)


def _section(table: Mapping[str, Any], name: str, level: int) -> None:
    """Figures first, then tables; groups of groups become headings."""
    style = number_style()
    plain = [(k, v) for k, v in table.items() if _plain(v)]
    if plain:
        st.html(facts([(_name(k), style.about(v) if _number(v) else str(v)) for k, v in plain]))
    for key, part in table.items():
        place = f"{name}-{key}"
        frame = _frame(part)
        if frame is not None:
            heading(_name(key), level + 1)
            show_frame(frame, place)
        elif isinstance(part, Mapping) and key != "reliability":
            heading(_name(key), level)
            _section(part, place, min(level + 1, 4))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _frame(part: Any) -> pd.DataFrame | None:
    """A list of rows or a group of rows as a table; None for anything deeper."""
    if isinstance(part, list) and part and all(isinstance(r, Mapping) for r in part):
        return pd.DataFrame(part)
    if not isinstance(part, Mapping) or not part:
        return None
    rows = list(part.values())
    if all(isinstance(r, Mapping) and all(_plain(v) for v in r.values()) for r in rows):
        frame = pd.DataFrame(rows)
        frame.insert(0, w("figure.group"), [_name(str(k)) for k in part])
        return frame
    return None


def claims() -> None:
    """What the field's guides claim, with the verdict of these numbers."""
    st.html(f'<p class="es es-say">{e(w("evidence.claims_intro"))}</p>')
    table = shipped_validation(cached.evidence())["claims"]
    st.html(facts([(str(k), str(v)) for k, v in table["tally"].items()]))
    frame = pd.DataFrame(table["verdicts"])
    frame["exceptions"] = [", ".join(map(str, x or ())) for x in frame["exceptions"]]
    show_frame(frame, "claims", 560)
