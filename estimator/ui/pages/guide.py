"""Guide: the three questions, the spectrum, the words of the field, the usual mistakes."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from estimator.report.text import recommended, row_name
from estimator.report.texts import approach_label, catalogue
from estimator.ui import cached, state
from estimator.ui.components import choose_view, e, heading, html_table, number_style
from estimator.ui.words import has, language, w
from estimator.vocabulary import Approach

ANSWERS = "guide:answers"
QUESTIONS = ("solved", "close", "unique")
LEADS = {
    ("yes",): ("solved", ("zero_shot",)),
    ("no", "yes"): ("close", ("linear_probe", "partial_finetune", "lora", "full_finetune")),
    ("no", "no", "yes"): ("far", ("scratch", "hybrid", "continued_pretrain")),
    ("no", "no", "no"): ("related", ("lora", "full_finetune", "continued_pretrain")),
}
"""Where the answers lead: how near a public model is, and the approaches that the guides name."""


def _answer(text: str) -> None:
    st.session_state[ANSWERS] = (*st.session_state.get(ANSWERS, ()), text)
    lead = LEADS.get(st.session_state[ANSWERS])
    if lead:
        state.set_field("domain", lead[0])


def _again() -> None:
    st.session_state[ANSWERS] = ()


def questions() -> None:
    """At most three clicks to an answer, beside the computed one."""
    given: tuple[str, ...] = st.session_state.get(ANSWERS, ())
    done = [f"<li>{e(w(f'guide.q.{q}'))} <b>{e(w(f'inputs.{a}'))}</b></li>"
            for q, a in zip(QUESTIONS, given, strict=False)]  # fmt: skip
    if done:
        st.html(f'<ol class="es es-steps">{"".join(done)}</ol>')
    lead = LEADS.get(given)
    if lead is None:
        question = QUESTIONS[len(given)]
        heading(w("guide.number", n=len(given) + 1) + " " + w(f"guide.q.{question}"), 3)
        st.html(f'<p class="es es-say">{e(w(f"guide.q.{question}_help"))}</p>')
        with st.container(horizontal=True):
            for text in ("yes", "no"):
                st.button(w(f"inputs.{text}"), key=f"guide:{question}:{text}",
                          on_click=_answer, args=(text,))  # fmt: skip
    else:
        _verdict(*lead)
    if given:
        st.button(w("guide.again"), on_click=_again, type="tertiary", key="guide:again")


def _verdict(domain: str, named: tuple[str, ...]) -> None:
    answer, style = cached.answer(state.current()), number_style()
    row = recommended(answer)
    names = ", ".join(approach_label(a, language()) for a in named)
    st.html(f'<p class="es es-say"><b>{e(w("guide.rule", names=names))}</b></p>')
    if row is None:
        st.html(f'<p class="es es-note">{e(w("empty.no_row"))}</p>')
        return
    agree = row["approach"] in named
    chance = style.chances(row["target_probability"])
    money = style.money_short(row["cost_usd"]["total"]["p50"])
    text = w("guide.computed", row=row_name(row, language()), chance=chance, money=money)
    st.html(f'<p class="es es-say">{e(text)}</p>')
    why = (
        w("guide.agree")
        if agree
        else w("guide.disagree", reason=answer["recommendation"]["reason"])
    )
    st.html(f'<p class="es es-note">{e(why)}</p>')
    st.page_link("pages/answer.py", label=w("guide.to_answer"))


def spectrum() -> None:
    """The ten ways from simplest to dearest, with this project's figures."""
    answer, style = cached.answer(state.current()), number_style()
    rows = {r["approach"]: r for r in answer["approaches"]}
    header = [w("guide.way"), w("guide.means"), w("guide.effort"), w("guide.figures")]
    cells = []
    for approach in Approach:
        row = rows[str(approach)]
        value = row["accuracy"]
        quality = style.metric(value["p50"], value["metric"]) if value else w("rows.no_evidence")
        money = style.money_short(row["cost_usd"]["total"]["p50"])
        weeks = w("inputs.weeks", n=style.weeks(row["calendar_weeks"]["p50"]))
        cells.append(
            [
                f"<b>{e(approach_label(approach, language()))}</b>",
                e(w(f"approach.{approach}")),
                e(f"{row.get('flexibility') or '–'}"),
                e(f"{quality}, {money}, {weeks}"),
            ]
        )
    st.html(html_table(header, cells, (), w("guide.spectrum")))


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
    body = "".join(f"<dt><b>{e(t)}</b></dt><dd>{e(x)}</dd>" for t, x in sorted(terms))
    st.html(f'<dl class="es">{body or e(w("evidence.nothing"))}</dl>')


def mistakes() -> None:
    """The usual mistakes, and where this page shows them."""
    items, number = [], 1
    while has(f"mistake.{number}"):
        items.append(f"<li>{e(w(f'mistake.{number}'))}</li>")
        number += 1
    st.html(f'<ul class="es es-steps">{"".join(items)}</ul>')


VIEWS: dict[str, Callable[[], None]] = {
    "questions": questions,
    "spectrum": spectrum,
    "glossary": glossary,
    "mistakes": mistakes,
}
heading(w("page.guide"), 1)
choose_view("guide:view", VIEWS, "guide")
