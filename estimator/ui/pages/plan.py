"""Plan: the calendar with dates, the cash flow by month, the pilot, and results of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from estimator.report import figures_money
from estimator.report.format import capital
from estimator.report.tables import finance
from estimator.report.text import key_of, recommended, row_name, row_of
from estimator.report.texts import approach_label, say, term
from estimator.ui import cached, errors, own_data, progress, shell, state
from estimator.ui.components import (
    choose_view,
    dark,
    e,
    facts,
    heading,
    html_table,
    number_style,
    show_chart,
)
from estimator.ui.fields import plain_field
from estimator.ui.labels_plan import next_labels
from estimator.ui.words import language, w

PICK = "plan:row"


def chosen_row(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
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
    show_chart(figures_money.gantt(answer, key_of(row), style, dark()), "gantt")
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
    show_chart(figures_money.cashflow(answer, key_of(row), style, dark()), "cashflow-plan")
    total = row["cost_usd"]["total"]
    gap = say(
        "pdf.costs_gap", language(),
        plan=style.money(total["base"]), middle=style.money_about(total["p50"]),
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


def pilot() -> None:
    """Is a pilot worth its money, how large, and what it would tell."""
    inputs, style = state.current(), number_style()
    full = progress.search(w("plan.searching"), lambda tick: cached.full_answer(inputs, tick))
    if full is None:
        return
    plan = full["pilot_plan"]
    st.html(f'<p class="es es-say"><b>{e(plan["text"])}</b></p>')
    if plan["questions"]:
        items = "".join(f"<li>{e(q)}</li>" for q in plan["questions"])
        st.html(f'<ul class="es es-steps">{items}</ul>')
    header = [
        w("own.n_labelled"), w("plan.tried"), w("plan.cost"), say("col.weeks", language()),
        w("plan.saving"), w("plan.net"),
    ]  # fmt: skip
    cells = [
        [
            e(style.count(o["n_labelled"])),
            e(", ".join(approach_label(a, language()) for a in o["approaches"])),
            e(style.money_about(o["cost_usd"])),
            e(style.weeks(o["weeks"])),
            e(style.money_about(o["expected_saving_usd"])),
            e(style.money_about(o["net_saving_usd"])),
        ]
        for o in plan["options"]
    ]
    st.html(html_table(header, cells, (0, 2, 3, 4, 5), w("plan.options")))
    st.html(f'<p class="es es-say">{e(w("plan.pilot_note"))}</p>')


def results() -> None:
    """Enter what was measured: the answer moves at once."""
    own_data.pilot_points("pilot", state.current(), state.changed())


VIEWS: dict[str, Callable[[], None]] = {
    "calendar": calendar,
    "cash_flow": cash_flow,
    "pilot": pilot,
    "labels": next_labels,
    "results": results,
}


def page() -> None:
    """The page."""
    heading(w("page.plan"), 1)
    choose_view("plan:view", VIEWS, "plan")


shell.show(page)
