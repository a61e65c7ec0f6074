"""The three questions of the guide: how near a public model is, and an example to start from."""

from __future__ import annotations

import streamlit as st

from estimator.engine import decide
from estimator.ui import cached, state
from estimator.ui.components import e, heading, number_style
from estimator.ui.inputs_form import preset_name
from estimator.ui.words import w

QUESTIONS = ("solved", "close", "unique")
GIVEN, GO = "guide:answers", "guide:go"
MOST_EXAMPLES = 4
DOMAINS = {("yes",): "solved", ("no", "yes"): "close", ("no", "no"): "far"}
"""How near a public model is, by the first two answers."""


def _answer(text: str) -> None:
    given = (*st.session_state.get(GIVEN, ()), text)
    st.session_state[GIVEN] = given
    if given in DOMAINS:
        state.set_field("domain", DOMAINS[given])


def _again() -> None:
    st.session_state[GIVEN] = ()


def _guided(given: tuple[str, ...]) -> decide.Questions:
    inputs = state.current()
    typed: list[bool | None] = [text == "yes" for text in given]
    answers = decide.Answers(*(typed + [None] * 3)[:3])
    models = cached.evidence().models
    return decide.three_questions(cached.evaluation(inputs), cached.judged(inputs), models, answers)


def questions() -> None:
    """At most three clicks to an answer, beside the computed one."""
    given: tuple[str, ...] = st.session_state.get(GIVEN, ())
    found, style = _guided(given), number_style()
    steps = "".join(
        f"<li>{e(w(f'guide.q.{name}'))} <b>{e(w('inputs.yes' if s.answer else 'inputs.no'))}</b>. "
        f"{e(s.why.say(style))} {e(s.then.say(style))}</li>"
        for name, s in zip(QUESTIONS, found.steps[: len(given)], strict=False)
    )
    if steps:
        st.html(f'<ol class="es es-steps">{steps}</ol>')
    done = len(given) == 3 or "yes" in given
    if not done:
        step = QUESTIONS[len(given)]
        heading(f"{w('guide.number', n=len(given) + 1)} {w(f'guide.q.{step}')}", 3)
        st.html(f'<p class="es es-say">{e(w(f"guide.q.{step}_help"))}</p>')
        with st.container(horizontal=True):
            for text in ("yes", "no"):
                st.button(
                    w(f"inputs.{text}"), key=f"guide:{step}:{text}", on_click=_answer, args=(text,)
                )
    else:
        st.html(f'<p class="es es-note">{e(found.explanation.say(style))}</p>')
        names = ", ".join(f"{m.name} ({m.licence})" for m in found.models)
        st.html(
            f'<p class="es es-say">{e(w("guide.look", hubs=", ".join(found.hubs)))} {e(names)}</p>'
        )
        st.page_link("pages/answer.py", label=w("guide.to_answer"))
    if given in DOMAINS or len(given) == 3:
        _examples(DOMAINS.get(given, "far"))
    if given:
        st.button(w("guide.again"), on_click=_again, type="tertiary", key="guide:again")


def _examples(domain: str) -> None:
    """Example projects as near to public models as this one, those of the same task first."""
    now = state.current()
    alike = [
        (project.task != now.task, project.unit_name != now.unit_name, name)
        for name, project in cached.presets().items()
        if project.domain == domain
    ]
    if not alike:
        return
    st.html(f'<p class="es es-say">{e(w("guide.examples"))}</p>')
    with st.container(horizontal=True):
        for _, _, name in sorted(alike)[:MOST_EXAMPLES]:
            title = preset_name(name)
            st.button(title, key=f"guide:open:{name}", on_click=_open, args=(name,))


def _open(name: str) -> None:
    state.open_preset(name)
    st.session_state[GO] = True
