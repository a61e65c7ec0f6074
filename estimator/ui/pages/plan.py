"""Plan: the calendar with dates, the cash flow by month, the pilot, and results of one's own."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from estimator.engine.answer import Answer, Row
from estimator.report import figures_money
from estimator.report.budget import budget_of, quarter_head, quarter_rows
from estimator.report.chart_source import MONEY
from estimator.report.tables import finance
from estimator.report.text import key_of, recommended, row_name, row_of
from estimator.ui import cached, errors, own_data, own_file, shell, state
from estimator.ui.components import (
    choose_view,
    dark,
    e,
    facts,
    heading,
    html_table,
    number_style,
)
from estimator.ui.fields import plain_field
from estimator.ui.labels_plan import next_labels
from estimator.ui.sources import sourced
from estimator.ui.staged import stages
from estimator.ui.words import language, w
from estimator.words.format import capital
from estimator.words.texts import say, term

PICK = "plan:row"


def chosen_row(answer: Answer) -> Row | None:
    """The row that is planned: the recommended one until another is picked."""
    names = {key_of(r): row_name(r, language()) for r in answer["approaches"]}
    first = recommended(answer) or answer["approaches"][0]
    if st.session_state.get(PICK) not in names:
        st.session_state[PICK] = key_of(first)
    st.selectbox(
        w("plan.row"), list(names), format_func=lambda k: names.get(k, k), key=PICK,
        persist_state="session",
    )  # fmt: skip
    return row_of(answer, st.session_state[PICK])


def calendar() -> None:
    """Who does what, when; with dates where there is a first day."""
    answer, style = cached.answer(state.current()), number_style()
    row = chosen_row(answer)
    if row is None:
        errors.note(w("empty.no_row"))
        return
    plain_field("start_date", state.current(), state.changed())
    sourced(figures_money.gantt(answer, key_of(row), style, dark()), "gantt", answer, (MONEY,))
    heading(w("plan.people"), 3)
    items = [i for i in row["items"] if i["phase"] == "people"]
    lang = language()
    header = [w("plan.work"), *(say(f"col.{c}", lang) for c in ("quantity", "price", "plan"))]
    cells = [
        [
            e(capital(term("item", i["item"], lang).removeprefix("people "))),
            f"{e(style.about(i['quantity']))} {e(term('unit', i['unit'], lang))}",
            e(style.unit_price(i["unit_price_usd"])),
            e(style.money_about(i["usd"]["base"])),
        ]
        for i in items
    ]
    st.html(html_table(header, cells, (1, 2, 3), w("plan.people")))


def cash_flow() -> None:
    """Spending by month, its present value and what doing nothing costs."""
    answer, style = cached.answer(state.current()), number_style()
    row = chosen_row(answer)
    if row is None:
        errors.note(w("empty.no_row"))
        return
    chart = figures_money.cashflow(answer, key_of(row), style, dark())
    sourced(chart, "cashflow-plan", answer, (MONEY,))
    total = budget_of(row)
    gap = say(
        "pdf.costs_gap", language(),
        **{name: style.money_short(total[name]) for name in ("plan", "expected", "safe")},
    )  # fmt: skip
    st.html(f'<p class="es es-say">{e(gap)}</p>')
    extras = row.get("extras") or {}
    more = [
        (w(f"plan.{name}"), write(extras[name]))
        for name, write in (
            ("usd_per_avoided_error", style.unit_price),
            ("labelling_hours", style.count),
            ("labelling_people", style.count),
            ("evaluation_size_for_2_points", style.count),
        )
        if extras.get(name)
    ]
    st.html(facts([*finance(row, style), *more]))
    header = [say(f"col.{c}", language()) for c in ("quarter", "plan")]
    cells = [[e(name), e(style.money_about(usd))] for name, usd in quarter_rows(answer, row)]
    st.html(html_table(header, cells, (1,), quarter_head(answer, language())))


def results() -> None:
    """Enter what was measured: the answer moves at once."""
    inputs, marks = state.current(), state.changed()
    own_file.labelled_file("csv", inputs, marks)
    own_data.pilot_points("pilot", inputs, marks)


VIEWS: dict[str, Callable[[], None]] = {
    "stages": stages,
    "calendar": calendar,
    "cash_flow": cash_flow,
    "labels": next_labels,
    "results": results,
}


def page() -> None:
    """The page."""
    heading(w("page.plan"), 1)
    choose_view("plan:view", VIEWS, "plan")


shell.show(page)
