"""The catalogue of texts: every language holds every text, with the same values to fill in."""

from __future__ import annotations

import ast
import dataclasses
import string
from collections.abc import Iterator
from typing import Any

import pytest

from estimator.engine import groups as g
from estimator.engine.inputs import GROUPS, ProjectInputs
from estimator.engine.simulate import compare_approaches
from estimator.evidence.load import Evidence, load_evidence
from estimator.vocabulary import APPROACH_LABELS, METRIC_LABELS, TASK_LABELS
from estimator.words.format import metric_name
from estimator.words.texts import (
    approach_label,
    catalogue,
    language_name,
    languages,
    say,
    task_label,
    term,
)
from tests.conftest import ROOT, load_preset

OTHERS = [language for language in languages() if language != "en"]
SAME = {
    "API", "nDCG@10", "Budget", "Budget, USD", "CO2, kg", "CPU", "CSV", "Cloud",
    "Drift", "Extrapolation",
    "FLOP", "GB", "R²", "GPU", "Hybrid", "JSON", "Label", "Labels", "LoRA", "Name", "PDF", "Phase",
    "Plan", "Portfolio", "Region", "Reserve", "Server {name}", "Simulation", "TPU", "Team",
    "Token",
    "Training", "Version", "fair", "log", "p10 – p90", "{approach} {kwh} kWh, {co2} kg CO2",
}  # fmt: skip
"""Words that English and German share."""


OTHER_UNITS = {"unit.USD_a_year", "unit.USD_per_device-hour"}
"""Units of parts of a line that are no judgements: English where the engine names them."""


def field_docs() -> Iterator[str]:
    """Dotted paths of the scenario's fields: their explanations are English where declared."""
    groups = {**GROUPS, "own_hardware": g.OwnHardware, "pilot": g.PilotPoint, "": ProjectInputs}
    for name, group in {**groups, "options": g.Option, "models": g.TypedModel}.items():
        for field in dataclasses.fields(group):
            if "spec" in field.metadata:
                yield f"{name}.{field.name}".removeprefix(".")


def values_of(text: str) -> set[str]:
    """Names of the values that a text is filled with."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_holds_every_text(language: str) -> None:
    english, own = catalogue()["en"], catalogue()[language]
    helps = {f"help.{path}" for path in field_docs()}
    judged = load_evidence().assumptions
    helps |= {f"reason.{name}" for name in judged}
    units = {row.unit.replace(",", "").replace(" ", "_") for row in judged.values()}
    helps |= {f"unit.{unit}" for unit in units} | OTHER_UNITS
    helps |= {f"ui.preset.{path.stem}" for path in (ROOT / "data" / "presets").glob("*.yaml")}
    assert sorted((set(english) | helps) - set(own)) == []
    assert sorted(set(own) - set(english) - helps) == []
    assert [key for key, text in own.items() if not text.strip()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_texts_are_filled_with_the_same_values(language: str) -> None:
    english, own = catalogue()["en"], catalogue()[language]
    assert [k for k in english if values_of(english[k]) != values_of(own[k])] == []


def test_german_differs_from_english_but_for_shared_words() -> None:
    english, german = catalogue()["en"], catalogue()["de"]
    alike = {text for key, text in english.items() if text == german[key] and _has_words(text)}
    assert alike == SAME


def _has_words(text: str) -> bool:
    literal = "".join(part for part, *_ in string.Formatter().parse(text))
    return any(map(str.isalpha, literal))


@pytest.fixture(scope="module")
def engine_words(evidence: Evidence) -> set[tuple[str, str]]:
    """Names that the engine gives to lines, steps, roles, risks and the rest, with their kinds."""
    words = set()
    for name, changes in (
        ("support_tickets", {}),
        ("rare_disease_imaging", {}),
        ("factory_defects", {"own_hardware": {}}),
    ):
        inputs = load_preset(name).replace("draws", 512)
        for path, value in changes.items():
            inputs = inputs.replace(path, value)
        words |= set(_words(compare_approaches(inputs, evidence).to_dict()))
    return words


def _words(a: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for row in a["approaches"]:
        for item in row["items"]:
            yield from (("item", item["item"]), ("unit", item["unit"]))
        for step in row["calendar"] or ():
            yield from (("step", step["name"]), ("role", step["role"]))
        for risk in row["risks"]:
            yield from (("risk", risk["risk"]), ("level", risk["severity"]))
        for work in row["work"]:
            yield from (("work", work["name"]), ("unit", work["unit"]))
        yield from (("level", row[name]) for name in ("flexibility", "lock_in"))
        yield from (("recipe", name) for name in row["recipe"])


@pytest.mark.parametrize("language", languages())
def test_names_of_the_engine_are_in_the_catalogue(
    language: str, engine_words: set[tuple[str, str]]
) -> None:
    known = set(catalogue()[language].values())
    assert {(k, x) for k, x in engine_words if term(k, x, language) not in known} == set()


def test_every_line_that_a_bill_may_hold_has_a_name() -> None:
    named = set()
    for path in (ROOT / "estimator" / "engine" / "money").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    named.add(f"item.{first.value}")
    assert len(named) > 20
    assert sorted(named - set(catalogue()["en"])) == []


def test_english_names_are_those_of_the_vocabulary() -> None:
    assert {a: approach_label(a) for a in APPROACH_LABELS} == APPROACH_LABELS
    assert {t: task_label(t) for t in TASK_LABELS} == TASK_LABELS
    assert {m: metric_name(m) for m in METRIC_LABELS} == METRIC_LABELS


def test_a_word_that_the_catalogue_lacks_stays_readable() -> None:
    assert term("item", "new_kind_of_line", "de") == "new kind of line"
    assert metric_name("new_metric", "de") == "new metric"
    assert metric_name("accuracy", "de") == "Genauigkeit"


def test_a_language_calls_itself_by_its_name(third_language: str) -> None:
    assert [language_name(n) for n in ("en", "de", third_language)] == [
        "English", "Deutsch", "Français",
    ]  # fmt: skip


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no.such.key", "de")
