"""The product's own errors and the tested claims, as the fits hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from estimator.lab.run import shipped_validation
from estimator.report import figures_validation
from estimator.ui import cached
from estimator.ui.components import dark, e, facts, number_style, show_chart, show_frame
from estimator.ui.words import has, language, w
from estimator.vocabulary import Approach, Task
from estimator.words.texts import approach_label, task_label

PARTS = ("accuracy", "compute", "cost", "decision")
LEAD = ("overall", "hours", "summary", "regret_points")
"""Tables that say most, first in the list of a part."""
SEPARATOR = " · "
CLAIM_COLUMNS = ("claim", "verdict", "computed", "figure", "evidence", "exceptions", "guide")


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
    part = part or PARTS[0]
    table = shipped_validation(cached.evidence())[part]
    if part == "accuracy":
        _reliability(table)
    if part == "cost":
        _bills(table["rows"])
    found = dict(tables_of({k: v for k, v in table.items() if k != "reliability"}))
    names = sorted(found, key=lambda n: not n.startswith(tuple(_name(k) for k in LEAD)))
    pick = st.selectbox(
        w("evidence.error_table"), names, key=f"validation:table:{part}", persist_state="session"
    )
    if pick:
        show_frame(found[pick], f"validation-{part}-{names.index(pick)}")


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


def _bills(rows: list[dict[str, Any]]) -> None:
    """Published bills of training runs against their predictions, and the error by device."""
    frame = pd.DataFrame(rows)
    frame = frame[frame["hours"] == "predicted hours"]
    points = pd.DataFrame(
        {
            "name": frame["run"],
            "source": frame["source_id"],
            "group": frame["kind"],
            "actual": frame["reported_usd"],
            "p50": frame["predicted_usd"],
        }
    )
    style = number_style()
    chart = figures_validation.predicted(points, "USD", style=style, dark=dark())
    show_chart(chart, "predicted-bills")
    errors = pd.DataFrame(
        {"group": frame["accelerator"], "error": np.log2(frame["factor"].astype(float))}
    )
    title = w("evidence.residuals")
    show_chart(figures_validation.residuals(errors, title, style, dark()), "residuals-bills")


def _name(key: str) -> str:
    """A key of the tables as people read it: a text, an approach, a task, or its own words."""
    name = key.replace(" ", "_")
    if has(f"figure.{name}"):
        return w(f"figure.{name}")
    if key in set(Approach):
        return approach_label(key, language())
    if key in set(Task):
        return task_label(key, language())
    return key.replace("_", " ")


def _plain(value: Any) -> bool:
    return not isinstance(value, Mapping | list)


def tables_of(part: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every table inside a part of the validation, with its readable title."""
    plain = {k: v for k, v in part.items() if _plain(v)}
    if plain:
        title = SEPARATOR.join(path) or w("figure.main")
        yield title, _written(pd.DataFrame([plain]))
    for key, value in part.items():
        title = SEPARATOR.join((*path, _name(key)))
        if isinstance(value, list) and value and all(isinstance(r, Mapping) for r in value):
            yield title, _written(pd.DataFrame(value))
        elif isinstance(value, Mapping) and value:
            rows = list(value.values())
            if all(isinstance(r, Mapping) and all(map(_plain, r.values())) for r in rows):
                frame = pd.DataFrame(rows)
                frame.insert(0, "group", [_name(str(k)) for k in value])
                yield title, _written(frame)
            else:
                yield from tables_of(value, (*path, _name(key)))


def _written(frame: pd.DataFrame) -> pd.DataFrame:
    """Headings and words for people, figures to four digits, shares in per cent."""
    style = number_style()

    def cell(column: str, value: Any) -> Any:
        if isinstance(value, str):
            return _name(value)
        if value is None or isinstance(value, bool | list) or pd.isna(value):
            return "–" if value is None or not isinstance(value, bool | list) else str(value)
        if column.startswith(("coverage", "within", "share", "right", "p50_", "p90_")):
            return style.percent(float(value))
        return float(f"{value:.4g}") if isinstance(value, float) else value

    out = {
        _name(str(column)): [cell(str(column), v) for v in frame[column].tolist()]
        for column in frame.columns
    }
    return pd.DataFrame(out)


def claims() -> None:
    """What the field's guides claim, with the verdict of these numbers."""
    st.html(f'<p class="es es-say">{e(w("evidence.claims_intro"))}</p>')
    table = shipped_validation(cached.evidence())["claims"]
    st.html(facts([(_name(str(k)), str(v)) for k, v in table["tally"].items()]))
    frame = pd.DataFrame(table["verdicts"])
    frame["exceptions"] = [", ".join(map(str, x or ())) for x in frame["exceptions"]]
    frame["verdict"] = [_name(str(x)) for x in frame["verdict"]]
    frame = frame[[c for c in CLAIM_COLUMNS if c in frame] + ["claim_id"]]
    show_frame(frame.rename(columns=_name), "claims", 560)
