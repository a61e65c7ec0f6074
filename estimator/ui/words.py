"""Words of the dashboard: keys ``ui.*`` of the catalogue of texts, in the reader's language."""

from __future__ import annotations

from typing import Any

import streamlit as st

from estimator.report.texts import LANGUAGES, catalogue


def language() -> str:
    """The reader's language: ``?lang=de``; English otherwise."""
    wanted = str(st.query_params.get("lang", "en"))
    return wanted if wanted in LANGUAGES else "en"


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
