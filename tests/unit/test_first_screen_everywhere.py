"""The first screen of every example, in both languages: short, explained, and it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from estimator import ProjectInputs, load_evidence
from estimator.engine.simulate import quick_comparison
from estimator.evidence.files import DATA
from estimator.evidence.presets import GALLERY, preset_outcomes, preset_scenarios
from estimator.report import first_screen
from estimator.report.text import Answer, Row, recommended, story
from estimator.words.format import Style, metric_means, metric_name
from estimator.words.texts import say

MOST_WORDS = 90
READ, TODAY = "2026-07-20", "2026-12-01"
"""Long ago, so that the sign of a stale price is counted too."""


@pytest.fixture(scope="module")
def answers() -> Mapping[str, Answer]:
    evidence = load_evidence()
    return {
        name: quick_comparison(ProjectInputs.from_dict(raw), evidence).to_dict()
        for name, raw in preset_scenarios().items()
    }


@pytest.fixture(params=["en", "de"])
def style(request: pytest.FixtureRequest) -> Style:
    return Style(request.param)


def shown(answer: Answer, style: Style) -> Iterator[str]:
    """Every text above the rows: signs, finding, cards, steps, money, doors."""
    told, row, lang = story(answer, style), recommended(answer), style.language
    yield from (*told.warnings, told.headline, told.lead)
    for card in first_screen.cards(answer, style):
        yield from (card.label, card.value, card.note)
    yield say("ui.gates.share", lang)
    for gate in first_screen.gates(answer, style):
        yield gate.title
        for zone in gate.zones:
            yield from (zone.when, zone.then, zone.share)
    yield from (say(f"ui.answer.door_{name}", lang) for name in ("results", "stages"))
    if row is not None:
        yield from rows_texts(answer, row, style)


def rows_texts(answer: Answer, row: Row, style: Style) -> Iterator[str]:
    read = READ if row["accelerator"] else None
    yield from first_screen.stale_price(row, read, TODAY, style)
    yield first_screen.money_line(row, style)
    for ground in first_screen.rests_on(answer, row, style, read, TODAY):
        yield ground.text


def words(texts: Iterator[str]) -> int:
    """Tokens with a letter and no figure: amounts, per cents and names of devices are figures."""
    tokens = [token for text in texts for token in text.split()]
    return sum(bool(re.search(r"[^\W\d_]", t)) and not re.search(r"\d", t) for t in tokens)


def test_at_most_ninety_words(answers: Mapping[str, Answer], style: Style) -> None:
    counted = {name: words(shown(answer, style)) for name, answer in answers.items()}
    assert {name: n for name, n in counted.items() if n > MOST_WORDS} == {}


def test_the_metric_is_a_word_that_is_explained(
    answers: Mapping[str, Answer], style: Style
) -> None:
    for name, answer in answers.items():
        metric = answer["inputs"]["target"]["metric"]
        sure = next(c for c in first_screen.cards(answer, style) if c.name == "sure")
        assert metric_means(metric, style.language) in sure.more, name
        assert metric_name(metric, style.language) != metric or metric == "accuracy", name


def test_what_cost_how_sure_and_why_are_answered(
    answers: Mapping[str, Answer], style: Style
) -> None:
    """What to do, what it costs, how sure, what changes it and where from, by text search."""
    for name, answer in answers.items():
        if recommended(answer) is None:
            continue
        text = " | ".join(shown(answer, style))
        plan, target = answer["staged_plan"], answer["inputs"]["target"]
        assert story(answer, style).headline in text
        total = recommended(answer)["extras"]["budget"]["expected_usd"]
        for usd in (plan["first_step"]["usd"], total):
            assert style.money_short(usd) in text, name
        assert style.chances(plan["success_probability"]) in text, name
        assert style.metric(target["value"], target["metric"]) in text, name
        assert any(zone.when in text for g in first_screen.gates(answer, style) for zone in g.zones)
        assert style.percent(recommended_share(answer)) in text, name


def recommended_share(answer: Answer) -> float:
    row: Any = recommended(answer)
    return float(row["assumed_share"])


def test_no_more_figures_than_are_known(answers: Mapping[str, Answer], style: Style) -> None:
    """No cents in the money, and two figures where the spread is wide: of what is lost."""
    cents = r"\d[.,]\d+ ?[$]|[$]\d+[.]\d+(?![\dkM])"
    for name, answer in answers.items():
        row = recommended(answer)
        if row is None:
            continue
        line = first_screen.money_line(row, style).replace("\u00a0", " ")
        found = [m for m in re.findall(cents, line) if not re.search(r"[.,]\d{3} ?[$]$", m)]
        assert found == [], name
        fails = next(c for c in first_screen.cards(answer, style) if c.name == "fails")
        assert len(re.sub(r"\D", "", fails.value).strip("0")) <= 2, name


def test_the_gallery_says_how_examples_come_out(
    answers: Mapping[str, Answer], request: pytest.FixtureRequest
) -> None:
    """data/gallery.yaml leads the list of examples; it is what the release computes."""
    computed = {name: answer["staged_plan"]["outcome"] for name, answer in answers.items()}
    if request.config.getoption("--update-golden"):
        head = "# How each example comes out; pytest --update-golden writes it.\n"
        lines = "".join(f"{name}: {computed[name]}\n" for name in sorted(computed))
        (DATA / GALLERY).write_text(head + lines, encoding="utf-8")
    assert computed == preset_outcomes()
    for language in ("en", "de"):
        assert all(say(f"outcome.{outcome}", language) for outcome in computed.values())


def signs(answers: Mapping[str, Answer], name: str, language: str) -> str:
    return " | ".join(story(answers[name], Style(language)).warnings)


def test_stop_signs_in_both_languages(answers: Mapping[str, Answer]) -> None:
    assert "forbids commercial use" in signs(answers, "music_generation", "en")
    assert "verbietet geschäftliche Nutzung" in signs(answers, "music_generation", "de")
    assert "People affected: bias audit" in signs(answers, "fraud", "en")
    assert "Menschen betroffen" in signs(answers, "fraud", "de")
    assert "Residency: " in signs(answers, "clinical_notes_biogpt", "en")
    assert "Datenstandort: " in signs(answers, "clinical_notes_biogpt", "de")
    assert "Residency" not in signs(answers, "support_tickets", "en")


def test_regions_that_are_named_make_labellers_a_stop_sign() -> None:
    raw: dict[str, Any] = {**preset_scenarios()["support_tickets"], "draws": 512}
    raw["limits"] = {"regions": [raw.get("compute", {}).get("region", "us-east-1")]}
    answer = quick_comparison(ProjectInputs.from_dict(raw), load_evidence()).to_dict()
    (sign,) = story(answer).warnings
    assert sign.startswith("Residency: labeller")
    assert "cloud region" not in sign


def test_a_price_read_long_ago_is_a_stop_sign(answers: Mapping[str, Answer], style: Style) -> None:
    row = recommended(answers["support_tickets"])
    assert row is not None
    assert first_screen.stale_price(row, "2026-11-30", TODAY, style) == ()
    (sign,) = first_screen.stale_price(row, READ, TODAY, style)
    assert "134" in sign
