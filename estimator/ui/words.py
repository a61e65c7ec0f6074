"""Words of the dashboard: keys ``ui.*`` of the catalogue of texts, in the reader's language."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import streamlit as st

from estimator.words import statement
from estimator.words.format import Style
from estimator.words.texts import catalogue, language_name, languages

LANGUAGE = "language"
SETTLED: ContextVar[str] = ContextVar("language_of_the_page_being_drawn", default="")
"""Set while a page is drawn: hundreds of words ask, and none of them changes the language."""


def language() -> str:
    """The reader's language: ``?lang=de``, kept for the visit; English otherwise.

    Opening another page empties the address before the page is drawn.
    """
    settled = SETTLED.get()
    if settled:
        return settled
    wanted = st.query_params.get("lang")
    if wanted in languages():
        st.session_state[LANGUAGE] = wanted
    return str(st.session_state.get(LANGUAGE, "en"))


def choose_language() -> None:
    """A choice of the language; the address then names it."""
    key = f"language:{language()}"
    st.segmented_control(
        w("app.language"),
        languages(),
        default=language(),
        required=True,
        format_func=language_name,
        key=key,
        on_change=_switch,
        args=(key,),
        label_visibility="collapsed",
    )


def _switch(key: str) -> None:
    chosen = str(st.session_state[key])
    st.session_state[LANGUAGE] = chosen
    st.query_params["lang"] = chosen


def has(key: str) -> bool:
    """Is there a text for this key?"""
    return f"ui.{key}" in catalogue()["en"]


def w(key: str, default: str = "", **values: Any) -> str:
    """The text of a key with its values filled in; English where a language lacks it."""
    texts = catalogue()
    name = f"ui.{key}"
    text = texts[language()].get(name) or texts["en"].get(name) or default
    if not text:
        raise KeyError(name)
    return text.format(**values) if values else text


def complaint(error: Exception) -> str:
    """The one sentence of an error in the reader's language."""
    return statement.complaint(error, Style(language()))
