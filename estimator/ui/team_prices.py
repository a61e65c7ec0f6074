"""The price book of the whole team on the page: which one is in use; a price admin sets it."""

from __future__ import annotations

import datetime

import streamlit as st

from estimator.engine.money.pricebook import to_csv
from estimator.engine.spelling import own_book, read_book
from estimator.report.text import own_text
from estimator.ui import cached, errors, remembered, state, team, who
from estimator.ui.components import e, number_style
from estimator.ui.own_prices import SHOWN_PROBLEMS, sentence
from estimator.ui.words import language, w
from estimator.words.format import Style

SIZE_LIMIT = 20_000_000


def page() -> None:
    """The book in use, and for a price admin the way to another."""
    from estimator.store.people import Role

    kind, text = remembered.said()
    if text:
        (errors.message if kind == "error" else errors.note)(text)
    st.html(f'<p class="es es-say">{e(w("team_prices.intro"))}</p>')
    _now()
    actor = who.actor()
    if actor is None or actor.role < Role.PRICE_ADMIN:
        errors.note(w("team_prices.admin"))
        return
    file = st.file_uploader(
        w("team_prices.file"), ("csv", "tsv", "txt"), key="team_prices:file", max_upload_size=20
    )
    if file is not None:
        _offer(file.getvalue()[:SIZE_LIMIT].decode("utf-8-sig", "replace"))
    if team.book() is not None:
        st.button(w("team_prices.drop"), key="team_prices:drop", on_click=_do, args=(None,))


def _now() -> None:
    """Which book is in use, who set it, and what it does to the scenario in force."""
    found = team.book()
    if found is None:
        errors.note(w("team_prices.none"))
        return
    rows, problems = own_book(found.text, cached.evidence())
    if problems:
        errors.message(w("team_prices.bad", reason=sentence(problems[0])))
        return
    by = f", {found.who}" if found.who else ""
    providers = ", ".join(sorted({row.provider for row in rows}))
    told = w(
        "team_prices.now", name=found.name, date=Style(language()).date(found.at[:10]), who=by,
        n=len(rows), providers=providers,
    )  # fmt: skip
    st.html(f'<p class="es es-say">{e(told)}</p>')
    st.download_button(
        w("team_prices.keep"), data=found.text, file_name=found.name, mime="text/csv",
        key="team_prices:keep", on_click="ignore",
    )  # fmt: skip
    st.html(
        f'<p class="es es-note">{e(own_text(cached.summary(state.current()), number_style()))}</p>'
    )


def _offer(text: str) -> None:
    """The book that was uploaded: its bad cells, or the button that sets it."""
    book = read_book(text, cached.evidence(), datetime.date.today().isoformat())
    problems = book.problems
    if book.layout and not problems:
        text = to_csv(book.rows)
        errors.note(w(f"own.prices_from.{book.layout}", n=book.left_out))
    for problem in problems[:SHOWN_PROBLEMS]:
        errors.message(sentence(problem))
    if not problems:
        st.button(
            w("team_prices.set"), key="team_prices:set", on_click=_do, args=(text,), type="primary"
        )


def _do(text: str | None) -> None:
    remembered.tried(lambda: _put(text))


def _put(text: str | None) -> str:
    from estimator.store import team_prices

    database, actor = remembered.both()
    if text is None:
        team_prices.drop(database, actor)
        said = w("team_prices.dropped")
    else:
        said = w("team_prices.was_set", name=team_prices.put(database, actor, text).name)
    team.forget()
    return said
