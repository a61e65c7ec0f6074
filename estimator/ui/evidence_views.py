"""Tables of the evidence page: searched, explained in a sentence, downloadable."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from estimator.ui import blocks, cached, state
from estimator.ui.components import e, number_style, show_frame, today
from estimator.ui.inputs_special import assumption_box
from estimator.ui.words import language, w
from estimator.words.texts import judgement, task_label, term

SHOWN = 2000
FIRST = {
    "curves": ("dataset", "approach", "backbone", "n_labelled", "metric", "value", "source", "url",
               "locator"),
    "runs": ("model", "task", "approach", "hardware", "n_devices", "device_hours", "epochs",
             "source", "url", "locator"),
    "sources": ("title", "producer", "year", "url", "licence", "date_accessed"),
    "prices": ("provider", "region", "accelerator", "accelerator_count", "purchase_option",
               "usd_per_instance_hour", "as_of", "age_days", "source", "url", "locator"),
    "models": ("name", "family", "params_total", "forward_gflop", "licence", "commercial_use",
               "release_year", "source", "url", "locator"),
    "hardware": ("name", "kind", "memory_gb", "peak_bf16_dense_tflops", "tdp_watts",
                 "launch_year", "source", "url", "locator"),
    "api": ("provider", "model", "input_usd_per_mtok", "output_usd_per_mtok", "other_unit",
            "other_unit_price_usd", "as_of", "source", "url", "locator"),
}  # fmt: skip
"""Columns that answer a reader's question, before the rest of each table."""


def _holding(frame: pd.DataFrame, word: str) -> pd.Series:
    text = frame.apply(lambda column: column.astype(str).str.lower())
    found: pd.Series = text.apply(lambda c: c.str.contains(word, regex=False)).any(axis=1)
    return found


def found(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows that hold every word of the search, in any column."""
    text = st.text_input(
        w("evidence.search"), key=f"search:{name}", placeholder=w("evidence.search_hint"),
        persist_state="session",
    )  # fmt: skip
    kept = frame
    for word in (text or "").lower().split()[:8]:
        kept = kept[_holding(kept, word)]
    note = w(
        "evidence.rows", n=number_style().count(len(kept)), all=number_style().count(len(frame))
    )
    if len(kept) > SHOWN:
        note += " " + w("evidence.first", n=SHOWN)
    st.html(f'<p class="es es-say" role="status">{e(note)}</p>')
    return kept


def _table(frame: pd.DataFrame, name: str, intro: str) -> None:
    st.html(f'<p class="es es-say">{e(intro)}</p>')
    kept = found(frame, name)
    if kept.empty:
        st.html(f'<p class="es es-note">{e(w("evidence.nothing"))}</p>')
        return
    first = [c for c in FIRST.get(name, ()) if c in kept]
    rest = [c for c in kept.columns if c not in first]
    show_frame(kept[first + rest].head(SHOWN), f"evidence-{name}", 420)


def _with_source(frame: pd.DataFrame) -> pd.DataFrame:
    known = cached.evidence().sources
    titles = {i: s.citation() for i, s in known.items()}
    urls = {i: s.url for i, s in known.items()}
    ids = frame["source_id"]
    return frame.assign(source=ids.map(titles), url=ids.map(urls)).drop(columns="source_id")


def curves() -> None:
    """Published quality against labelled examples."""
    task = str(state.current().task)
    blocks.accuracy()
    frame = cached.evidence().table("curves")
    only = st.toggle(w("evidence.this_task", task=task_label(task, language())), True,
                     key="curves:task", persist_state="session")  # fmt: skip
    _table(_with_source(cached.curves_of(task) if only else frame), "curves",
           w("evidence.curves_intro"))  # fmt: skip


def runs() -> None:
    """Published training runs."""
    _table(_with_source(cached.evidence().table("runs")), "runs", w("evidence.runs_intro"))


def sources() -> None:
    """Every source with its licence."""
    _table(cached.evidence().table("sources"), "sources", w("evidence.sources_intro"))


def prices() -> None:
    """The price book with the age of each price."""
    frame = cached.evidence().table("prices")
    age = (pd.Timestamp(today()) - pd.to_datetime(frame["as_of"], errors="coerce")).dt.days
    _table(_with_source(frame.assign(age_days=age.clip(lower=0))), "prices",
           w("evidence.prices_intro", date=cached.price_date()))  # fmt: skip


def models() -> None:
    """The catalogue of base models and devices."""
    which = st.segmented_control(
        w("evidence.which"), ("models", "hardware", "api"), default="models", required=True,
        format_func=lambda t: w(f"evidence.table.{t}"), key="catalogue:which",
        label_visibility="collapsed",
    )  # fmt: skip
    name = which or "models"
    _table(_with_source(cached.evidence().table(name)), name, w(f"evidence.{name}_intro"))


def assumptions() -> None:
    """Every judgement with its reason; a typed value replaces it in this scenario."""
    rows = cached.evidence().assumptions
    frame = pd.DataFrame([vars(r) for r in rows.values()])
    own = dict(state.current().assumptions)
    frame.insert(1, "typed", [own.get(name) for name in frame["assumption_id"]])
    frame["reason"] = [judgement(n, r.reason, language()) for n, r in rows.items()]
    frame["unit"] = [term("unit", r.unit, language()) for r in rows.values()]
    _table(frame, "assumptions", w("evidence.assumptions_intro"))
    pick = st.selectbox(
        w("evidence.override"), sorted(rows), index=None, key="evidence:override",
        placeholder=w("inputs.assumption_pick"),
    )  # fmt: skip
    if pick:
        assumption_box(str(pick), state.current(), prefix="evidence")
