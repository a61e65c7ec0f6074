"""Guide: the three questions, the spectrum, the words of the field, the usual mistakes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import streamlit as st

from estimator.engine import decide
from estimator.ui import cached, guided, shell, state
from estimator.ui.components import choose_view, e, heading, html_table, number_style
from estimator.ui.row_detail import labels_text
from estimator.ui.words import has, language, w
from estimator.words.texts import approach_label, catalogue, term

FACTORS = ("data", "compute", "time", "flexibility", "performance")


def spectrum() -> None:
    """The ten ways from simplest to dearest, with this project's figures and classes."""
    inputs, style, lang = state.current(), number_style(), language()
    rows = {r["key"]: r for r in cached.answer(inputs)["approaches"]}
    header = [w("guide.way"), w("guide.means")]
    header += [
        w(f"guide.factor.{f}") for f in ("data", "compute", "time", "flexibility", "performance")
    ]
    cells = []
    for entry in decide.spectrum(cached.evaluation(inputs)):
        row = rows[entry.key]
        value, labels = row["accuracy"], row["labels_for_target"]
        figures = (
            labels_text(labels["p50"] if labels else None, style),
            style.hours(row["device_hours"]["p50"]),
            w("inputs.weeks", n=style.weeks(row["calendar_weeks"]["p50"])),
            term("level", row.get("flexibility") or "–", lang),
            style.metric(value["p50"], value["metric"]) if value else w("rows.no_evidence"),
        )
        classes = entry.classes
        cells.append(
            [
                f"<b>{e(approach_label(entry.key, lang))}</b>",
                e(w(f"approach.{row['approach']}")),
                *(
                    f"{e(text)}<br><small>{e(term('level', classes[name] or '–', lang))}</small>"
                    for name, text in zip(FACTORS, figures, strict=True)
                ),
            ]
        )
    st.html(html_table(header, cells, (), w("guide.spectrum")))
    st.html(f'<p class="es es-quiet">{e(w("guide.spectrum_note"))}</p>')


def glossary() -> None:
    """Every term in a sentence, searchable."""
    wanted = st.text_input(w("guide.search"), key="guide:search").lower()
    texts = catalogue()
    keys = [k for k in texts["en"] if k.startswith("ui.term.") and k.endswith(".name")]
    terms = []
    for key in keys:
        name = key.removeprefix("ui.term.").removesuffix(".name")
        title, text = w(f"term.{name}.name"), w(f"term.{name}.text")
        if wanted in title.lower() or wanted in text.lower():
            terms.append((title, text))
    body = "".join(
        f"<dt><b>{e(t)}</b></dt><dd>{e(x)}</dd>" for t, x in sorted(terms, key=_alphabet)
    )
    st.html(f'<dl class="es">{body or e(w("evidence.nothing"))}</dl>')


def _alphabet(term_and_text: tuple[str, str]) -> str:
    """Place in the alphabet: accents and capitals do not count."""
    return unicodedata.normalize("NFKD", term_and_text[0]).casefold().replace("\u0308", "")


def mistakes() -> None:
    """The usual mistakes, and where this page shows them."""
    items, number = [], 1
    while has(f"mistake.{number}"):
        items.append(f"<li>{e(w(f'mistake.{number}'))}</li>")
        number += 1
    st.html(f'<ul class="es es-steps">{"".join(items)}</ul>')


VIEWS: dict[str, Callable[[], None]] = {
    "questions": guided.questions,
    "spectrum": spectrum,
    "glossary": glossary,
    "mistakes": mistakes,
}


def page() -> None:
    """The page."""
    if st.session_state.pop(guided.GO, False):
        st.switch_page("pages/answer.py")
    heading(w("page.guide"), 1)
    choose_view("guide:view", VIEWS, "guide")


shell.show(page)
