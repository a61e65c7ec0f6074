"""Compare: two to four rows side by side, extra rows, and up to six scenarios."""

from __future__ import annotations

import streamlit as st

from estimator.engine.answer import Answer
from estimator.report import figures_accuracy
from estimator.report.text import key_of, own_text, row_name, rows_for_people
from estimator.ui import cached, portfolio, scenarios, shell, state
from estimator.ui.components import (
    choose_view,
    dark,
    e,
    heading,
    html_table,
    number_style,
)
from estimator.ui.extra_row import extra_row
from estimator.ui.row_detail import figures_of, lines_table
from estimator.ui.sources import sourced
from estimator.ui.words import language, w
from estimator.words.format import Style
from estimator.words.statement import said

MOST = 4


def side_by_side(answer: Answer, keys: list[str], style: Style) -> None:
    """The figures of some rows in columns."""
    rows = [r for r in answer["approaches"] if key_of(r) in keys]
    columns = [dict(figures_of(r, style)) for r in rows]
    names = list(dict.fromkeys(name for column in columns for name in column))
    cells = [[e(n), *(f"<b>{e(column.get(n, '–'))}</b>" for column in columns)] for n in names]
    if any(r["reasons"] for r in rows):
        reasons = [e("; ".join(said(r, "reasons", style)) or "–") for r in rows]
        cells.insert(0, [e(w("compare.reasons")), *reasons])
    labels = [e(style.count(r["n_labelled_to_buy"])) for r in rows]
    cells.insert(0, [e(w("field.n_labelled_to_buy")), *labels])
    header = [w("compare.figure"), *(row_name(r, language()) for r in rows)]
    st.html(html_table(header, cells, (), w("compare.rows")))


def curves(answer: Answer, keys: list[str]) -> None:
    """Quality against labelled examples for the chosen rows only."""
    inputs = state.current()
    points = cached.points(inputs)
    kept = points[points["approach"].isin({k.split("#")[0] for k in keys})]
    base = cached.evaluation(inputs)
    chart = figures_accuracy.accuracy(answer, base, kept, keys, number_style(), dark())
    sourced(chart, "compare-accuracy", answer)


def bills(answer: Answer, keys: list[str], style: Style) -> None:
    """The lines of each chosen row."""
    for row in answer["approaches"]:
        if key_of(row) in keys:
            heading(row_name(row, language()), 3)
            st.html(lines_table(answer, row, style))


def _rows_view() -> None:
    answer, style = cached.answer(state.current()), number_style()
    names = {key_of(r): row_name(r, language()) for r in rows_for_people(answer)}
    chosen = answer["recommendation"].get("approach")
    first = [k for k in dict.fromkeys([chosen, *answer["frontier"], *names]) if k in names][:3]
    kept = [k for k in st.session_state.get("compare:keys", first) if k in names]
    st.session_state["compare:keys"] = kept or first
    keys = st.multiselect(
        w("compare.pick"),
        list(names),
        format_func=lambda k: names.get(k, k),
        max_selections=MOST,
        key="compare:keys",
        persist_state="session",
    )
    if len(keys) < 2:
        st.html(f'<p class="es es-note">{e(w("compare.two"))}</p>')
        return
    side_by_side(answer, keys, style)
    if own := own_text(answer, style):
        st.html(f'<p class="es es-note">{e(own)}</p>')
    extra_row()
    views = {
        "curves": lambda: curves(answer, keys),
        "bills": lambda: bills(answer, keys, style),
    }
    choose_view("compare:chart", views, "compare_chart")


def page() -> None:
    """The page."""
    heading(w("page.compare"), 1)
    choose_view(
        "compare:what",
        {"rows": _rows_view, "scenarios": scenarios.page, "portfolio": portfolio.page},
        "compare_what",
    )


shell.show(page)
