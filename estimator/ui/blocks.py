"""Blocks that stand on pages and, with ``?view=NAME``, alone in a frame of another page."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import streamlit as st

from estimator import ProjectInputs
from estimator.report import exports, figures, figures_accuracy, figures_crossing, figures_money
from estimator.report.chart_source import BOTH, MONEY
from estimator.report.text import recommended, story
from estimator.ui import cached, errors, first_screen, state
from estimator.ui.address import page_address
from estimator.ui.components import (
    dark,
    e,
    number_style,
    today,
)
from estimator.ui.inputs_form import preset_title
from estimator.ui.row_table import rows_table
from estimator.ui.sources import sourced
from estimator.ui.words import language, w
from estimator.words.format import Style


def frontier() -> None:
    """Cost against quality."""
    answer = cached.summary(state.current())
    chart = figures.frontier(answer, number_style(), dark())
    sourced(chart, "frontier", answer, BOTH)


def accuracy() -> None:
    """Quality against labelled examples, published points behind."""
    inputs = state.current()
    answer = cached.summary(inputs)
    chart = figures_accuracy.accuracy(
        answer,
        cached.evaluation(inputs),
        cached.points(inputs),
        style=number_style(),
        dark=dark(),
    )
    sourced(chart, "accuracy", answer)


def costs() -> None:
    """What the money is for."""
    answer = cached.answer(state.current())
    sourced(figures_money.costs(answer, number_style(), dark()), "costs", answer, (MONEY,))


def cashflow() -> None:
    """Spending by month of the recommended row."""
    answer = cached.answer(state.current())
    row = recommended(answer)
    if row is None:
        errors.note(w("empty.no_row"))
        return
    chart = figures_money.cashflow(answer, row["key"], number_style(), dark())
    sourced(chart, "cashflow", answer, (MONEY,))


def crossing() -> None:
    """Finding passages against tuning, in sum by month."""
    answer = cached.summary(state.current())
    if "passages" not in answer:
        errors.note(w("empty.passages"))
        return
    sourced(figures_crossing.crossing(answer, number_style(), dark()), "crossing", answer, (MONEY,))


def table() -> None:
    """The ten rows."""
    rows_table(cached.summary(state.current()), number_style(), None)


def recommendation() -> None:
    """The finding, the cards, the gates and the money, as on the answer page."""
    inputs, style = state.current(), number_style()
    answer = cached.summary(inputs)
    words = story(answer, style)
    st.html(first_screen.lead(answer, words, cached.quality_draws(inputs), style))


CHARTS: dict[str, Callable[[], None]] = {
    "frontier": frontier,
    "accuracy": accuracy,
    "costs": costs,
    "cashflow": cashflow,
    "crossing": crossing,
}
VIEWS: dict[str, Callable[[], None]] = {
    **CHARTS,
    "table": table,
    "recommendation": recommendation,
}


def alone(view: str) -> None:
    """One block and nothing else; an unknown name lists the known ones."""
    if view not in VIEWS:
        errors.message(w("error.view", view=view, known=", ".join(sorted(VIEWS))))
        return
    address, _ = page_address()
    day, name = number_style().date(today()), preset_title(state.current().name)
    st.html(
        f'<div class="es es-top"><strong>{e(name)}</strong> <span>{e(day)}'
        f'</span> <a href="{e(address)}" target="_blank" rel="noopener">'
        f"{e(w('view.full'))}</a></div>"
    )
    VIEWS[view]()


def copy_link() -> None:
    """The link that reopens these numbers, with a copy button in its corner."""
    with st.popover(w("link.copy"), key="copy_link", on_change="rerun") as fold:
        if fold.open:
            address, lost = page_address()
            st.code(address, language=None, wrap_lines=True)
            if lost:
                errors.note(lost)


def pdf_button(where: str, primary: bool = False) -> None:
    """The report as PDF, made when the button is pressed."""
    inputs, lang = state.current(), language()
    st.download_button(
        w("export.pdf"),
        data=lambda: printed("pdf", inputs, lang),
        file_name=f"{file_stem(inputs.name)}.pdf",
        mime="application/pdf",
        key=f"pdf:{where}",
        on_click="ignore",
        type="primary" if primary else "secondary",
        help=w("export.pdf_help"),
    )


def printed(kind: str, inputs: ProjectInputs, lang: str) -> bytes:
    """A printed report, ``pdf`` or ``html``, made beside the page."""
    made: bytes = cached.searched(kind, inputs, cached.still, lang, today())
    return made


def slides(inputs: ProjectInputs, style: Style) -> bytes:
    """Three slides of the answer; made after the run, when nothing of the visit can be asked."""
    return exports.pptx(cached.full_answer(inputs), style, today())


def wiki(inputs: ProjectInputs) -> str:
    """The answer as Markdown."""
    return exports.markdown(cached.answer(inputs), number_style(), today())


def record_file(inputs: ProjectInputs, who: str | None) -> bytes:
    """The audit record, with the reader's name where a proxy gives one."""
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return exports.record(cached.full_answer(inputs), when, who)


def file_stem(name: str) -> str:
    """A project's name as a harmless file name."""
    clean = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")
    return clean[:60] or "scenario"
