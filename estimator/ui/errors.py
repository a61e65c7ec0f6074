"""Errors become one readable message; a traceback goes to the log only."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable

import streamlit as st

from estimator.errors import EstimatorError
from estimator.ui.words import complaint, has, w

LOG = logging.getLogger("estimator.ui")


def message(text: str, title: str = "") -> None:
    """A readable message box; user texts are escaped."""
    head = f"<strong>{html.escape(title)}</strong> " if title else ""
    st.html(f'<div class="es-alert" role="alert">{head}{html.escape(text)}</div>')


def note(text: str, title: str = "") -> None:
    """A quiet note, for what is empty, unknown or not possible here."""
    head = f"<strong>{html.escape(title)}</strong> " if title else ""
    st.html(f'<div class="es-note" role="note">{head}{html.escape(text)}</div>')


def in_words(text: str) -> str:
    """A sentence of the estimator with the name of its field as the form spells it."""
    field, colon, rest = text.partition(": ")
    if field == "link.task":
        return w("error.link_task")
    return f"{w(f'field.{field}')}{colon}{rest}" if has(f"field.{field}") else text


def shown(error: EstimatorError, title: str = "") -> None:
    """Show an error of the estimator as its one sentence."""
    message(in_words(complaint(error)), title)


def guarded(draw: Callable[[], object]) -> bool:
    """Draw a part of the page; when it fails, say so in its place and let the rest be drawn."""
    try:
        draw()
        return True
    except EstimatorError as error:
        shown(error)
    except Exception as error:
        on_script_error(error)
    return False


def on_script_error(error: Exception) -> bool:
    """Log what nobody foresaw and show a sentence in its place; True: no traceback on the page."""
    LOG.error("uncaught in the page", exc_info=error)
    message(w("error.unforeseen"), w("error.unforeseen_title"))
    return True
