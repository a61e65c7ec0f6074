"""The sentences of the first screen follow the result."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
import yaml

from estimator.report.format import Style
from estimator.report.text import (
    CLOSE,
    DECIDED,
    NOBODY,
    NOTHING,
    UNKNOWN,
    equals,
    outcome,
    ready_date,
    recommended,
    row_of,
    story,
)
from estimator.report.texts import LANGUAGES, catalogue, say
from estimator.report.words import drivers_sentence, in_currency
from tests.unit.report_sample import answer, scenario

DE = Style("de", "EUR", 1.1)


def told(outcome_name: str, **changes: Any) -> dict[str, Any]:
    """The sample answer with another outcome."""
    a = copy.deepcopy(answer(scenario()))
    a["recommendation"]["outcome"] = outcome_name
    a["recommendation"] |= changes
    return a


def test_decided_names_approach_and_model() -> None:
    a = told("decided", approach="lora", best_probability=0.8)
    s = story(a)
    assert (s.kind, s.headline) == (DECIDED, "Take LoRA on base-110m")
    assert "8 of 10" in s.detail


def test_too_close_names_the_equals_and_the_cheapest_first() -> None:
    a = told("too_close", approach="lora", equals=["full_finetune", "linear_probe"])
    s = story(a)
    assert s.kind == CLOSE
    assert "LoRA, Full fine-tuning and Feature extraction are about equally good" in s.headline
    assert s.headline.endswith("LoRA is the cheapest that is sure enough")
    assert equals(a)[0]["approach"] == "lora"


def test_nobody_reaches_says_how_far_and_how_sure() -> None:
    a = told("nobody_reaches", approach="lora")
    row = row_of(a, "lora")
    assert row is not None
    row["target_probability"], row["accuracy"]["p50"] = 0.2, 0.85
    a["recommendation"]["reachable_target"] = 0.7
    a["recommendation"]["would_reach"] = [
        {
            "approach": "full_finetune",
            "n_labelled_needed": 3186.0,
            "probability": 0.5,
            "extra_usd": 264.79,
        }
    ]
    s = story(a)
    assert s.kind == NOBODY
    assert s.headline.startswith("Nobody reaches the target yet")
    assert "wanted are 8 of 10" in s.detail
    assert "in 2 of 10 cases" in s.detail
    assert "5.0 points short" in s.detail
    assert "in 2 of 10" not in s.accuracy
    assert "about 3,186 labelled examples ($265 more) bring Full fine-tuning to 90%" in s.reach
    assert s.reach.endswith("As planned, 70% is reached in 8 of 10 cases.")
    a["recommendation"]["would_reach"] = []
    assert story(a).reach.startswith("No number of labels in range gets there")


def test_a_target_that_is_hit_more_often_than_missed_is_not_called_out_of_reach() -> None:
    a = told("nobody_reaches", approach="lora")
    row = row_of(a, "lora")
    assert row is not None
    row["target_probability"] = 0.7
    assert story(a).headline.startswith("Nobody reaches the target surely enough yet")


def test_nothing_left_has_its_own_headline() -> None:
    a = told("decided", approach=None)
    s = story(a)
    assert (outcome(a), s.kind) == (NOTHING, NOTHING)
    assert "No approach" in s.headline
    assert s.approve == ""


def test_money_in_the_sentence_is_the_money_of_the_row() -> None:
    a = answer(scenario())
    row = recommended(a)
    assert row is not None
    style = Style()
    s = story(a)
    for part in ("one_off", "monthly"):
        assert style.money_about(row["cost_usd"][part]["p50"]) in s.approve
    assert style.money_short(row["cost_usd"]["total"]["p90"]) in s.approve
    assert "3 years" in s.approve


def test_date_follows_the_first_day() -> None:
    assert ready_date("2027-01-11", 2) == "2027-01-25"
    assert ready_date("9999-12-30", 50) == "9999-12-31"
    assert "2027-" in story(answer(scenario())).ready
    assert "2027-" not in story(answer(scenario(start_date=None))).ready


def test_without_evidence_the_reason_is_given() -> None:
    a = told("decided", approach="lora")
    row = row_of(a, "lora")
    assert row is not None
    row |= {"accuracy": None, "accuracy_reason": "nothing was published for this task"}
    s = story(a)
    assert s.kind == UNKNOWN
    assert "start with LoRA" in s.headline
    assert "nothing was published" in s.accuracy
    assert s.approve.startswith("It would cost")


def test_switching_values_become_sentences() -> None:
    assert story(answer(scenario())).changes == ("labels bought under 340: Use as is",)


def test_pilot_is_the_next_step_only_where_it_pays() -> None:
    a = told("decided", approach="lora", next_step="Start with LoRA.")
    assert "200 examples" in story(a).next_step
    a["pilot_plan"]["worth_it"] = False
    assert story(a).next_step == "Start with LoRA."


def test_amounts_in_sentences_of_the_engine_are_converted() -> None:
    euro = Style("en", "EUR", 1.25)
    assert in_currency("$12,500 now, -$5.00 later, $2.5 million", euro) == (
        "€10,000 now, −€4.00 later, €2,000,000"
    )
    assert in_currency("$12,500 now", Style()) == "$12,500 now"


def test_no_number_of_labels_is_said_to_be_safe_when_none_is() -> None:
    a = told("nobody_reaches", approach="lora", next_step=None)
    a["pilot_plan"] = {}
    row = row_of(a, "lora")
    assert row is not None
    row["labels_for_target"] = {"p50": 5200.0, "p90": None}
    assert "5,200 labelled examples" in story(a).next_step
    assert "no number is safe" in story(a).next_step
    row["labels_for_target"] = {"p50": 5200.0, "p90": 90_000.0}
    assert "90,000 in 9 of 10" in story(a).next_step


def test_german_story_has_no_english_sentence() -> None:
    s = story(told("nobody_reaches", approach="lora"), DE)
    text = " ".join([s.headline, *s.lines(), *s.changes])
    assert "€" in text
    assert not re.search(r"\b(the|reaches|cases|approve|now)\b", text.lower())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fits_its_english_placeholders(language: str) -> None:
    fields = re.compile(r"\{(\w+)\}")
    english = catalogue()["en"]
    for key, text in catalogue()[language].items():
        if key in english:
            assert set(fields.findall(text)) <= set(fields.findall(english[key])), key


def test_no_key_stands_twice_in_the_catalogue() -> None:
    import pkgutil

    for name in ("texts.yaml", "texts_ui.yaml"):
        raw = (pkgutil.get_data("estimator.report", name) or b"").decode()
        root = yaml.compose(raw, Loader=yaml.SafeLoader)
        for _, block in root.value:
            keys = [k.value for k, _ in block.value]
            assert len(keys) == len(set(keys)), name


def test_unknown_key_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        say("no.such.key")


def test_drivers_in_words_follow_language_and_currency() -> None:
    a = copy.deepcopy(answer(scenario()))
    a["recommendation"]["drivers"] = [
        {"name": "wages", "input": "people.wage_factor", "low": 0.7, "high": 1.4,
         "effect_usd": {"low": -1000.0, "high": 10000.0}},
        {"name": "months of use", "input": "serving.horizon_months", "low": 24, "high": 60,
         "effect_usd": 22000.0},
    ]  # fmt: skip
    assert drivers_sentence(a, Style()) == (
        "The cost depends most on months of use ($22,000 from 24 to 60) and "
        "wages ($11,000 from 0.7 to 1.4)."
    )
    german = drivers_sentence(a, DE)
    assert german.startswith("Die Kosten hängen vor allem ab von: Monate Nutzung (20.000\u00a0€")
    assert "Löhne (10.000\u00a0€ von 0,7 bis 1,4)" in german
    a["recommendation"]["drivers"] = []
    assert drivers_sentence(a, Style()) == "No input could be varied."
