"""The first screen in pieces, and the files made of it: they add up and say the same."""

from __future__ import annotations

import io
import re

import numpy as np
import pptx
import pytest

from estimator import ProjectInputs, load_evidence
from estimator.engine.simulate import quick_comparison
from estimator.report import exports, first_screen
from estimator.report.shape import CELLS, shape_html
from estimator.report.text import recommended
from estimator.words.format import Style

DATE = "2026-11-30"


@pytest.fixture(scope="module")
def answer():
    raw = {"task": "text_classification", "n_classes": 12, "n_labelled_to_buy": 1000,
           "target": {"metric": "accuracy", "value": 0.8}, "draws": 1024,
           "name": "Tickets | <b>*all*</b>"}  # fmt: skip
    return quick_comparison(ProjectInputs.from_dict(raw), load_evidence()).to_dict()


def test_cards_are_the_figures_of_the_plan(answer):
    style, plan = Style(), answer["staged_plan"]
    shown = {c.name: c for c in first_screen.cards(answer, style)}
    assert list(shown) == ["now", "works", "ready", "sure", "fails"]
    assert shown["now"].value == style.money_short(plan["first_step"]["usd"])
    assert shown["sure"].value == style.chances(plan["success_probability"])
    assert shown["fails"].value == style.money_rough(plan["lost_if_fails_usd"]["p50"])
    assert style.money_short(recommended(answer)["cost_usd"]["total"]["p90"]) in shown["works"].note
    assert style.money_rough(plan["works_usd"]["mean"]) in " ".join(shown["works"].more)
    assert all(card.more for card in shown.values())


def test_every_gate_says_what_follows_from_its_values(answer):
    found = first_screen.gates(answer, Style())
    assert 1 <= len(found) <= first_screen.MOST_GATES
    for gate in found:
        assert gate.title
        assert gate.zones
        assert all(re.search(r"\d", str(zone)) for zone in gate.zones)
        assert {zone.kind for zone in gate.zones} <= {"go", "on", "stop"}


def test_the_money_line_names_phases_that_add_up_to_the_plan(answer):
    row = recommended(answer)
    phases = row["cost_usd"]["by_phase"]
    base = row["cost_usd"]["total"]["base"]
    assert sum(p["base"] for p in phases.values()) == pytest.approx(base, abs=0.02)
    assert Style().money_short(base) in first_screen.money_line(row, Style())


def test_german_says_it_in_german_and_in_euros(answer):
    style = Style("de", "EUR", 1.1)
    texts = [c.label + c.value + c.note for c in first_screen.cards(answer, style)]
    texts += [first_screen.money_line(recommended(answer), style)]
    assert not [t for t in texts if "$" in t or "expected" in t]


def test_the_shape_fills_what_reaches_the_target():
    draws = np.linspace(0.5, 1.0, 4000)
    drawn = shape_html(draws, 0.9, "spread <i>")
    assert drawn.count("hit") == pytest.approx(CELLS * 0.2, abs=2)
    assert "spread &lt;i&gt;" in drawn
    assert shape_html(draws, 0.9, "x", lower_is_better=True).count("hit") > CELLS * 0.7
    assert shape_html(np.full(9, 0.3), None, "x") == ""


def test_markdown_shows_user_texts_as_they_stand(answer):
    text = exports.markdown(answer, Style(), DATE)
    assert r"Tickets \| \<b\>\*all\*\</b\>" in text
    assert "| --- |" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == (5 + 1) + (2 + len(answer["approaches"]))


def test_three_slides_with_a_chart_that_can_be_edited(answer):
    deck = pptx.Presentation(io.BytesIO(exports.pptx(answer, Style(), DATE)))
    assert len(deck.slides) == 3
    texts = [s.text_frame.text for slide in deck.slides for s in slide.shapes if s.has_text_frame]
    assert any(answer["staged_plan"]["sentence"].rstrip(".") in t for t in texts)
    charts = [s.chart for s in deck.slides[1].shapes if s.has_chart]
    rows = [r for r in answer["approaches"] if r["feasible"] and r["accuracy"]]
    assert len(charts[0].plots[0].series) == len(rows)
