"""Statements: typed values said in a language and currency, the same after a trip through JSON."""

from __future__ import annotations

import json

import pytest

from estimator.words import texts
from estimator.words.format import Style
from estimator.words.statement import (
    Approach,
    Count,
    Date,
    Field,
    Hours,
    Listed,
    Metric,
    Months,
    Number,
    Points,
    Setting,
    Share,
    Statement,
    Task,
    Term,
    Text,
    Usd,
    Value,
    Weeks,
    from_json,
    listed,
    said,
    state,
    with_statements,
)

EN, DE = Style(), Style("de", "EUR", 1.25)
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("value", "form", "english", "german"),
    [
        (Usd(14234.5), "", "$14,200", f"11.400{NBSP}€"),
        (Usd(2_500_000), "short", "$2.5M", f"2{NBSP}Mio.{NBSP}€"),
        (Usd(14234.5), "exact", "$14,234.50", f"11.387,60{NBSP}€"),
        (Usd(0.0000015), "price", "$0.00000150", f"0,00000120{NBSP}€"),
        (Share(0.625), "", "62%", f"62{NBSP}%"),
        (Share(0.6), "cases", "6 of 10 cases", "6 von 10 Fällen"),
        (Count(1_234_567), "", "1,230,000", "1.230.000"),
        (Number(2.5), "", "2.5", "2,5"),
        (Metric(0.9, "accuracy"), "full", "90% accuracy", f"90{NBSP}% Genauigkeit"),
        (Points(0.125, "accuracy"), "", "12 points", "12 Punkte"),
        (Hours(0.3), "", f"18{NBSP}min", f"18{NBSP}min"),
        (Weeks(3.2), "", "3 weeks", "3 Wochen"),
        (Weeks(1.1), "", "1 week", "1 Woche"),
        (Weeks(0.2), "", "1 day", "1 Tag"),
        (Months(36), "", "3 years", "3 Jahre"),
        (Months(18), "", "18 months", "18 Monate"),
        (Approach("scratch"), "", "“From scratch”", "„Von Grund auf“"),
        (Date("2026-12-01"), "", "1 Dec 2026", "01.12.2026"),
        (Term("item", "labelling"), "", "labelling", "Beschriften"),
        (Field("labelling.usd_per_label"), "", "price of a label", "Preis je Label"),
        (
            state("place.cloud_region", region="eastus", provider="azure"),
            "",
            "cloud region eastus (azure)",
            "Cloud-Region eastus (azure)",
        ),
        (Text("{not a field}"), "", "{not a field}", "{not a field}"),
        (listed(["a", "b", "c"]), "", "a, b and c", "a, b und c"),
        (listed(["a", "b"]), "or", "a or b", "a oder b"),
    ],
)
def test_values_write_themselves(value: Value, form: str, english: str, german: str) -> None:
    assert value.write(EN, form) == english
    assert value.write(DE, form) == german


def test_a_value_survives_json() -> None:
    inner = state("span.weeks", n=3)
    values = (
        Usd(1.5), Share(0.5), Count(3), Number(2.0), Metric(0.9, "wer"), Points(0.1, "f1"),
        Hours(1.0), Weeks(2.0), Months(3), Approach("lora", "some-model", 40), Date("2026-12-01"),
        Term("item", "x"), Field("target.value"), Text("x"), inner,
        Task("protein"), Setting("domain", "far", ""),
    )  # fmt: skip
    everything = Listed(values)
    assert from_json(json.loads(json.dumps(everything.to_json()))) == everything
    kinds = {type(v) for v in (*values, everything)}
    assert kinds == set(Value.kinds.values())


def test_plural_forms_follow_the_number() -> None:
    assert [str(state("span.days", n=n)) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]


def test_json_keeps_english_text_and_gains_statements() -> None:
    told = state("chances.cases", chances="4 of 10")
    found = with_statements({"text": told, "reasons": [told, told], "none": [], "x": 1})
    assert found["text"] == "4 of 10 cases"
    assert found["key"] == "chances.cases"
    assert found["reasons"] == ["4 of 10 cases"] * 2
    assert len(found["reasons_statements"]) == 2
    assert (found["none"], found["x"]) == ([], 1)
    assert said(found, "text", DE) == ("4 of 10 Fällen",)
    assert said(found, "reasons", DE) == ("4 of 10 Fällen",) * 2
    assert said({"note": "plain"}, "note", DE) == ("plain",)
    assert said({"note": None}, "note", DE) == ()


def test_a_statement_without_its_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Statement("chances.cases", {}).say()


def test_a_third_language_is_one_folder_of_texts(third_language: str) -> None:
    assert texts.languages() == ("en", "de", third_language)
    style = Style(third_language)
    for key in texts.catalogue()["en"]:
        if not key.startswith("locale."):
            assert texts.text_of(key, third_language).startswith("¡")
    assert style.date("2026-12-01") == "1 déc. 2026"
    assert style.listed(["a", "b", "c"]) == "a, b et c"
    assert state("span.weeks", n=3).say(style) == "¡3 weeks"
    assert style.number(1234.5, 1) == "1\u202f234,5"
