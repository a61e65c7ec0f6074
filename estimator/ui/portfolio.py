"""A portfolio: kept scenarios, opened files and the store's projects on one budget and team."""

from __future__ import annotations

import datetime
from typing import Any

import streamlit as st

from estimator import ProjectInputs
from estimator.engine.portfolio.whole import MOST, TEAM_LIMIT
from estimator.errors import EstimatorError
from estimator.report import portfolio as words
from estimator.ui import cached, errors, own_data, progress, state, team, who
from estimator.ui.components import bullets, e, heading, html_table, number_style
from estimator.ui.scenarios import saved
from estimator.ui.words import complaint, language, w
from estimator.words.format import Style
from estimator.words.texts import say

MOST_USD, MOST_WEEKS = 1e12, 1e7


def page() -> None:
    """Limits, the set that is taken, what more would buy, calendar, cash flow, risk, files."""
    st.html(f'<p class="es es-say">{e(w("portfolio.intro"))}</p>')
    files = st.file_uploader(
        w("own.scenario_file"), own_data.SCENARIO_KINDS, accept_multiple_files=True,
        key="portfolio:files",
    )  # fmt: skip
    projects = _distinct([*saved(), *_opened(files or []), *_stored(), state.current()])
    columns = st.columns(3)
    limits = [
        _limit(column, name, high)
        for column, (name, high) in zip(
            columns,
            (("budget", MOST_USD), ("person_weeks", MOST_WEEKS), ("team", float(TEAM_LIMIT))),
            strict=True,
        )
    ]
    if len(projects) < 2:
        errors.note(w("portfolio.none"))
        return
    if len(projects) > MOST:
        errors.note(say("allowed.portfolio", language(), most=MOST))
        return
    others = tuple(cached.owned(p).canonical_json() for p in projects[:-1])
    found = progress.search(
        w("portfolio.searching"),
        lambda tick: cached.searched("portfolio", projects[-1], tick, others, *limits),
    )
    if found is not None:
        _show(found, number_style())


def _limit(column: Any, name: str, high: float) -> float | None:
    with column:
        value: float | None = st.number_input(
            w(f"portfolio.{name}"), min_value=0.0, max_value=high, value=None,
            placeholder=w("empty.limits.budget_usd"), key=f"portfolio:{name}",
            persist_state="session",
        )  # fmt: skip
    return value


def _opened(files: list[Any]) -> list[ProjectInputs]:
    found = []
    for file in files[:MOST]:
        try:
            text = file.getvalue().decode("utf-8-sig", "replace")
            found.append(ProjectInputs.from_dict(own_data.scenario_data(text)))
        except EstimatorError as error:
            errors.shown(error, w("own.scenario_refused"))
    return found


def _stored() -> list[ProjectInputs]:
    """Projects of the store, where there is one and the visitor asks for them."""
    try:
        database, actor = team.database(), who.actor()
        if database is None or actor is None:
            return []
        if not st.checkbox(w("portfolio.stored"), key="portfolio:stored", persist_state="session"):
            return []
        from estimator.store import scenarios

        return [
            ProjectInputs.from_dict(
                dict(scenarios.opened(database, actor, kept.id, trace=False).inputs)
            )
            for kept in scenarios.listed(database, actor)[:MOST]
        ]
    except EstimatorError as error:
        errors.message(complaint(error))
        return []


def _distinct(projects: list[ProjectInputs]) -> list[ProjectInputs]:
    """Each scenario once, the current one last; no price books of other machines."""
    last = projects[-1]
    rest = dict.fromkeys(p for p in projects[:-1] if p != last and not p.prices)
    return [*rest, last]


def _show(found: dict[str, Any], style: Style) -> None:
    heading(words.headline(found, style), 2)
    for note in words.notes(found, style):
        st.html(f'<p class="es es-say">{e(note)}</p>')
    st.html(_table(words.projects_table(found, style), say("portfolio.project", language())))
    for title, lines in (
        ("more_title", words.more(found, style)),
        ("shared_title", words.shared(found, style)),
        ("risk_title", words.risk(found, style)),
    ):
        if lines:
            heading(say(f"portfolio.{title}", language()), 3)
            bullets(lines)
    for title, table in (
        ("calendar", words.calendar_table(found, style)),
        ("cash", words.cash_table(found, style)),
    ):
        heading(say(f"portfolio.{title}", language()), 3)
        st.html(_table(table, say(f"portfolio.{title}", language())))
    _files(found, style)
    st.html(f'<p class="es es-note">{e(words.origin(found, style))}</p>')


def _table(table: words.Table, caption: str) -> str:
    heads, rows = table
    return html_table(heads, [[e(cell) for cell in row] for row in rows], (), caption)


def _files(found: dict[str, Any], style: Style) -> None:
    today = datetime.date.today().isoformat()

    def pdf() -> bytes:
        from estimator.report.portfolio_files import portfolio_pdf

        return portfolio_pdf(found, style, today)

    def book() -> bytes:
        from estimator.report.portfolio_files import portfolio_xlsx

        return portfolio_xlsx(found, today)

    with st.container(horizontal=True, gap="small"):
        for name, make, mime in (
            ("pdf", pdf, "application/pdf"),
            ("xlsx", book, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ):
            st.download_button(
                w(f"portfolio.{name}"), data=make, file_name=f"portfolio.{name}", mime=mime,
                key=f"portfolio:{name}", on_click="ignore",
            )  # fmt: skip
