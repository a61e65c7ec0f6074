"""The sentences of the first screen follow the result."""

from __future__ import annotations

import copy
import re

import pytest
import yaml

from estimator.report.text import ready_date, recommended, row_of, story
from estimator.report.words import drivers_sentence
from estimator.words.format import Style
from estimator.words.texts import ROOT, catalogue, languages, say
from tests.unit.report_sample import answer, scenario

DE = Style("de", "EUR", 1.1)


def test_the_headline_is_the_first_step_of_the_plan() -> None:
    a = answer(scenario())
    s = story(a)
    assert s.kind == a["staged_plan"]["outcome"]
    assert s.headline == a["staged_plan"]["sentence"].rstrip(".")
    first = a["staged_plan"]["first_step"]
    assert Style().money_about(first["usd"]) in s.headline


def test_three_totals_stand_in_one_sentence() -> None:
    a = answer(scenario())
    s, asked = story(a), a["staged_plan"]["authorise_usd"]
    for usd in asked.values():
        assert Style().money_about(usd) in s.approve
    assert asked["now"] <= asked["expected"] <= asked["most"]
    assert not s.approve.startswith("Approve")


def test_gates_and_chances_are_those_of_the_plan() -> None:
    a = answer(scenario())
    s, plan = story(a), a["staged_plan"]
    assert s.next_step == plan["gates"][0]["text"]
    assert Style().percent(plan["success_probability"]) in s.detail
    assert len(s.gates) <= len(plan["gates"])


def test_nothing_left_has_its_own_headline() -> None:
    a = copy.deepcopy(answer(scenario(limits={"budget_usd": 1.0})))
    s = story(a)
    assert s.kind == "not_worth"
    assert "No approach is left" in s.headline
    assert (s.approve, s.next_step, s.strip) == ("", "", ())


def test_date_follows_the_first_day() -> None:
    assert ready_date("2027-01-11", 2) == "2027-01-25"
    assert ready_date("9999-12-30", 50) == "9999-12-31"


def test_without_evidence_the_reason_is_given() -> None:
    a = copy.deepcopy(answer(scenario()))
    row = row_of(a, recommended(a)["key"])
    assert row is not None
    row |= {"accuracy": None, "accuracy_reason": "nothing was published for this task"}
    assert "nothing was published" in story(a).accuracy


def test_switching_values_become_sentences() -> None:
    assert story(answer(scenario())).changes == ("labels bought under 340: Use as is",)


def test_german_story_has_no_english_sentence() -> None:
    s = story(answer(scenario()), DE)
    text = " ".join([s.headline, *s.lines(), *s.gates, *s.values, *s.changes])
    assert "€" in text
    assert not re.search(r"\b(the|reaches|cases|approve|now)\b", text.lower())


@pytest.mark.parametrize("language", languages())
def test_every_text_fits_its_english_placeholders(language: str) -> None:
    fields = re.compile(r"\{(\w+)\}")
    english = catalogue()["en"]
    for key, text in catalogue()[language].items():
        if key in english:
            assert set(fields.findall(text)) <= set(fields.findall(english[key])), key


def test_no_key_stands_twice_in_the_catalogue() -> None:
    for language in languages():
        keys: list[str] = []
        for part in (ROOT / language).iterdir():
            keys += [
                k.value for k, _ in yaml.compose(part.read_text(), Loader=yaml.SafeLoader).value
            ]
        assert len(keys) == len(set(keys)), [k for k in keys if keys.count(k) > 1]


def test_unknown_key_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        say("no.such.key")


def test_drivers_in_words_follow_language_and_currency() -> None:
    a = copy.deepcopy(answer(scenario()))
    a["recommendation"]["drivers"] = [
        {"name": "wages", "input": "people.wage_factor", "low": 0.7, "high": 1.4,
         "effect_usd": 11000.0},
        {"name": "months of use", "input": "serving.horizon_months", "low": 24, "high": 60,
         "effect_usd": 22000.0},
    ]  # fmt: skip
    assert drivers_sentence(a, Style()) == (
        "The cost depends most on months of use ($22,000 from 24 to 60) and "
        "wages as a multiple of today's ($11,000 from 0.7 to 1.4)."
    )
    german = drivers_sentence(a, DE)
    assert german.startswith("Die Kosten hängen vor allem ab von: Monate Nutzung (20.000\u00a0€")
    assert "Löhne als Vielfaches von heute (10.000\u00a0€ von 0,7 bis 1,4)" in german
    a["recommendation"]["drivers"] = []
    assert drivers_sentence(a, Style()) == "No input could be varied."
