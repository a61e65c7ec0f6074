"""What is said is said in the reader's language and currency, and nothing is said in the engine."""

from __future__ import annotations

import ast
import dataclasses
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from estimator.engine.comparison import Comparison
from estimator.engine.inputs import GROUPS, ProjectInputs
from estimator.engine.simulate import compare_approaches
from estimator.evidence.load import Evidence
from estimator.report import pdf
from estimator.report.text import story
from estimator.words import texts
from estimator.words.format import Style
from estimator.words.values import Value
from tests.conftest import load_preset

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "estimator" / "engine"
PRESETS = ("clinical_notes_biogpt", "edge_device")
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|from|to|by|for|which|that|this|not|than|has|have|would|out|its|"
    r"their|does|people|years|weeks|labels? (?:are|is)|price|typed|assumption)\b(?!\.\w)"
)
DATA = (".inputs.field", ".inputs.value", ".unset", ".sources", ".title", ".name", ".svg", ".lang")
"""Parts of a report that hold names, paths, values as a scenario file spells them, and sources."""


CODES = {
    code
    for group in (ProjectInputs, *GROUPS.values())
    for field in dataclasses.fields(group)
    if "spec" in field.metadata
    for code in field.metadata["spec"].choices
}
"""Values of a scenario file, which stand in the list of inputs as the file spells them."""


@pytest.fixture(scope="module")
def answers(evidence: Evidence) -> list[Comparison]:
    """Full answers of presets with warnings, limits and people affected."""
    return [compare_approaches(load_preset(n).replace("draws", 128), evidence) for n in PRESETS]


def strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a nest of mappings and lists with its path."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        for key, part in value.items():
            yield from strings(part, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part, path)
    elif isinstance(value, str) and not path.endswith(DATA) and ".sources" not in path:
        yield path, value


def test_german_and_euro_hold_no_english_sentence_and_no_dollar(
    answers: list[Comparison], evidence: Evidence
) -> None:
    for found in answers:
        data = pdf.report_data(found, evidence, Style("de", "EUR", 1.25))
        name = found.evaluation.inputs.name
        wrong = [
            (path, text)
            for path, text in strings(data)
            if "$" in text or (text not in CODES and ENGLISH.search(text.replace(name, "")))
        ]
        assert wrong == []


def test_warnings_are_said_in_every_language(answers: list[Comparison]) -> None:
    for found in answers:
        document = found.to_dict()
        english, german = (story(document, Style(language)) for language in ("en", "de"))
        assert len(english.warnings) == len(german.warnings)
        assert not set(english.warnings) & set(german.warnings)
    assert any(story(found.to_dict()).warnings for found in answers)


def test_a_third_language_needs_one_folder_and_changes_every_sentence(
    third_language: str, answers: list[Comparison], evidence: Evidence
) -> None:
    data = pdf.report_data(answers[0], evidence, Style(third_language, "EUR", 1.25))
    kept = [
        (path, text)
        for path, text in strings(data)
        if len(re.findall(r"[a-zA-Z]{3,}", text)) >= 3 and "¡" not in text
    ]
    assert kept == []


# the engine ----------------------------------------------------------------------------------

SAID = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}")
MACHINE = re.compile(r"[\\|^*?\[\]]")
"""Patterns that are matched against names of models and data sets."""
DECLARES = {"groups.py", "inputs.py", "fields.py"}
"""Explanations of fields where they are declared: English there, ``help.*`` elsewhere."""
KEYS = {
    "VTAB group; labels 1000", "as is", "click model", "country grid average",
    "dataset size, not", "epoch ai", "grounded detector", "human noise rate",
    "Industry average (Uptime Institute survey)", "medical pairs", "naive bayes", "new data set",
    "nvidia deeplearningexamples", "protein model", "short px", "tabular net", "textual inversion",
    "this project",
}  # fmt: skip
"""Words of two parts that stand in shipped tables and fits: matched there, never shown."""


def literals(path: Path) -> Iterator[str]:
    """Texts of a module that are neither docstrings, nor parts of errors of programming."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for part in body if isinstance(body, list) else ():
            if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
                skipped.add(id(part.value))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = getattr(node.exc.func, "id", "")
            if name not in ("InputError", "PriceNotFoundError"):
                skipped |= {id(n) for n in ast.walk(node)}
        if isinstance(node, ast.JoinedStr) and id(node) not in skipped:
            skipped |= {id(n) for n in ast.walk(node) if n is not node}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)


def test_the_engine_states_and_says_nothing() -> None:
    known = set(texts.catalogue()["en"].values())
    known |= {key.partition(".")[2].replace("_", " ") for key in texts.catalogue()["en"]}
    found, used = [], set()
    for path in sorted(ENGINE.rglob("*.py")):
        name = path.relative_to(ENGINE).as_posix()
        for text in () if name in DECLARES else literals(path):
            lower = text.lower()
            named = lower in known or lower.replace(",", "") in known or text.startswith("USD")
            if SAID.search(text) and not MACHINE.search(text) and not named:
                used.add(text)
                found.append((name, text))
    assert [(name, text) for name, text in found if text not in KEYS] == []
    assert used >= KEYS


def stated() -> Iterator[tuple[str, str, set[str]]]:
    """Keys of statements that are written out in the engine, with the names of their values."""
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "state":
                continue
            key = node.args[0]
            open_ended = any(k.arg is None for k in node.keywords)
            if isinstance(key, ast.Constant) and not open_ended:
                yield path.name, str(key.value), {str(k.arg) for k in node.keywords}


def test_every_statement_has_its_text_and_its_values() -> None:
    english = texts.catalogue()["en"]
    wrong = []
    for module, key, given in stated():
        fields = {n for _, n, _, _ in string.Formatter().parse(english.get(key, "")) if n}
        if key not in english or fields != given:
            wrong.append((module, key, sorted(given ^ fields)))
    assert wrong == []


def test_values_have_a_name_each() -> None:
    assert len(Value.kinds) == len(set(Value.kinds.values()))
