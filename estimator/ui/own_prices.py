"""The company's own price book: pasted or uploaded, checked cell by cell, kept in memory only.

The scenario holds the book's name only; the name holds the hash of its content. A link carries that
hash, not the prices, and whoever opens it is told so.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.money.pricebook import Problem, template_csv, to_csv
from estimator.engine.spelling import read_book
from estimator.errors import EstimatorError
from estimator.report.budget import budget_of
from estimator.ui import cached, errors, state
from estimator.ui.fields import message_at
from estimator.ui.own_data import text_in
from estimator.ui.words import complaint, language, w
from estimator.words.format import Style, style_of
from estimator.words.texts import approach_label, say

FIELD = "prices"
SHOWN_PROBLEMS = 12


def price_book(path: str, inputs: ProjectInputs, marks: Sequence[str]) -> None:
    """Own prices replace the shipped ones of every provider that they name."""
    st.markdown(f"**{w('own.prices')}** · {w('own.prices_help')}")
    st.download_button(
        w("own.prices_template"),
        data=template_csv(),
        file_name="prices-template.csv",
        mime="text/csv",
        key=state.keyed("prices:template"),
        on_click="ignore",
    )
    text = text_in(FIELD, w("own.prices_file"), ("csv", "tsv", "txt"), template_csv())
    if text.strip():
        _offer(text, inputs)
    message_at(FIELD)
    if inputs.prices:
        _in_force(inputs)


def _offer(text: str, inputs: ProjectInputs) -> None:
    book = read_book(text, cached.evidence(), datetime.date.today().isoformat())
    rows, problems = book.rows, book.problems
    if problems:
        shown = [sentence(p) for p in problems[:SHOWN_PROBLEMS]]
        if len(problems) > SHOWN_PROBLEMS:
            shown.append(w("own.prices_more", n=len(problems) - SHOWN_PROBLEMS))
        for line in shown:
            errors.message(line)
        return
    if book.layout:
        text = to_csv(rows)
        errors.note(w(f"own.prices_from.{book.layout}", n=book.left_out))
    if cached.book_name(text) != inputs.prices:
        st.button(
            w(
                "own.prices_take",
                n=len(rows),
                providers=", ".join(sorted({r.provider for r in rows})),
            ),
            key=state.keyed("prices:take"),
            on_click=_take,
            args=(text,),
        )


def sentence(problem: Problem) -> str:
    """One bad cell: where it stands, what it says, what is allowed."""
    allowed = problem.allowed.say(Style(language()))
    if problem.column == "accelerator" and problem.value:
        allowed = w("own.prices_one_of", names=", ".join(sorted(cached.evidence().accelerators)))
    value = say("quoted", language(), text=problem.value)
    return w(
        "own.prices_cell",
        line=problem.line,
        column=problem.column,
        value=value if problem.value else w("own.prices_nothing"),
        allowed=allowed,
    )


def _take(text: str) -> None:
    _put(cached.keep_book(text))


def _drop() -> None:
    _put(None)


def _put(name: str | None) -> None:
    try:
        state.adopt(state.with_dependents(state.current(), FIELD, name))
    except EstimatorError as error:
        st.session_state[state.MESSAGES][FIELD] = complaint(error)
        return
    st.session_state[state.MESSAGES].pop(FIELD, None)


def _in_force(inputs: ProjectInputs) -> None:
    book = cached.book_of(inputs)
    with st.container(horizontal=True, gap="small"):
        st.button(w("own.prices_drop"), key=state.keyed("prices:drop"), on_click=_drop)
        st.download_button(
            w("own.prices_keep"),
            data=book.text,
            file_name=str(inputs.prices),
            mime="text/csv",
            key=state.keyed("prices:keep"),
            on_click="ignore",
        )
    errors.note(w("own.prices_link", name=inputs.prices))
    try:
        shipped = cached.summary(state.with_dependents(inputs, FIELD, None))["approaches"]
    except EstimatorError as error:
        errors.shown(error)
        return
    own = {row["key"]: row for row in cached.summary(inputs)["approaches"]}
    style = style_of(inputs.to_dict(), language())
    changed = [
        (row, own[row["key"]])
        for row in shipped
        if row["cost_usd"]["total"] != own[row["key"]]["cost_usd"]["total"]
    ]
    for before, after in changed:
        st.markdown(
            w(
                "own.before_after",
                approach=approach_label(after["approach"], language()),
                before=style.money(budget_of(before)["expected"]),
                after=style.money(budget_of(after)["expected"]),
            ).replace("$", r"\$")
        )
    if not changed:
        used = ", ".join(sorted({row.provider for row in book.rows}))
        errors.note(w("own.prices_same", used=inputs.compute.provider, named=used))
