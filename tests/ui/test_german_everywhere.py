"""A reader of German who counts in euro: no page and no report says English or shows a dollar."""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from estimator.engine.simulate import compare_approaches
from estimator.evidence.load import Evidence
from estimator.report import pdf
from estimator.words.format import Style
from tests.conftest import PRESETS, load_preset
from tests.ui.pages import PAGES, opened
from tests.unit.test_words_everywhere import ENGLISH, strings

SAMPLE = ("small_firm", "pipeline_sonar")
"""Examples with limits that are broken and people affected, seen in every run."""
SAID = ("body", "caption", "content", "help", "label", "options", "placeholder", "text", "tooltip")
OF_CHARTS = ("hovertemplate", "hovertext", "name", "text", "ticktext", "tickprefix", "title")
SPELLED = re.compile(r'(?:title|aria-label|alt|placeholder)="([^"]*)"')
IDS = re.compile(r"\b\w+(?:-\w+){2,}")
"""Names of sources, models and regions as tables spell them."""
FIGURES = re.compile(r"<(style|script|svg)\b.*?</\1>", re.DOTALL)


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    """German for the test runner too, which asks for the names of options outside of any visit."""
    opened()
    for name, module in list(sys.modules.items()):
        if name.startswith("estimator.ui") and hasattr(module, "language"):
            monkeypatch.setattr(module, "language", lambda: "de")


def shown(app: Any) -> Iterator[str]:
    """Every text that the page sends to the browser."""
    nodes = [app._tree]
    while nodes:
        node = nodes.pop()
        nodes += list(getattr(node, "children", {}).values())
        proto = getattr(node, "proto", None)
        if proto is not None and hasattr(proto, "DESCRIPTOR"):
            for name, text in leaves(MessageToDict(proto)):
                if name == "spec" and text.startswith("{"):
                    yield from (t for n, t in leaves(json.loads(text)) if n in OF_CHARTS)
                elif name in SAID:
                    yield text


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Texts of nested mappings and lists with the names of their fields."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, name)
    elif isinstance(value, str):
        yield name, value


def spoken(text: str) -> Iterator[str]:
    """The words of a piece of HTML, those of its attributes too."""
    text = FIGURES.sub(" ", text)
    for part in (*SPELLED.findall(text), *re.split(r"<(?!br)[^>]+>", text)):
        yield html.unescape(part.replace("<br>", " "))


@pytest.fixture(scope="module")
def published(evidence: Evidence) -> tuple[str, ...]:
    """Beginnings of titles of sources and of places in them, which no language changes."""
    read = [str(row["locator"]) for row in evidence.records("label_prices")]
    return tuple({t[:24] for t in (*read, *(s.title for s in evidence.sources.values())) if t})


def english(texts: Iterator[str], name: str, published: tuple[str, ...]) -> list[str]:
    """Texts with English or a dollar, but for names of projects and of sources."""
    ours = (t for t in texts if not any(title in t for title in published))
    said = {IDS.sub("", text.replace(name, "")) for text in ours}
    return sorted(t for t in said if "$" in t.replace("\\$", "$") or ENGLISH.search(t))


EVERY = [
    pytest.param(preset, marks=() if preset in SAMPLE else pytest.mark.by_hand)
    for preset in PRESETS
]


@pytest.mark.parametrize("preset", EVERY)
@pytest.mark.usefixtures("german")
def test_pages(preset: str, published: tuple[str, ...]) -> None:
    name = load_preset(preset).name
    query = f"preset={preset}&finance.currency=EUR&finance.usd_rate=1.25&draws=64&lang=de"
    for page in PAGES:
        app = opened(query, page)
        assert not app.exception
        pieces = (part for text in shown(app) for part in spoken(text))
        assert english(pieces, name, published) == [], page


@pytest.mark.parametrize("row", ["lora", "zero_shot"])
@pytest.mark.usefixtures("german")
def test_an_opened_row(row: str, published: tuple[str, ...]) -> None:
    query = "preset=support_tickets&finance.currency=EUR&finance.usd_rate=1.25&draws=64&lang=de"
    app = opened(query)
    app.session_state["opened_row"] = row
    app.run()
    pieces = [part for text in shown(app) for part in spoken(text)]
    assert any("den Leitfaden schreiben" in part for part in pieces), "reasons of judgements"
    assert english(iter(pieces), load_preset("support_tickets").name, published) == []


@pytest.mark.parametrize("preset", EVERY)
def test_the_report(preset: str, evidence: Evidence, published: tuple[str, ...]) -> None:
    inputs = load_preset(preset).replace("draws", 64)
    data = pdf.report_data(compare_approaches(inputs, evidence), evidence, Style("de", "EUR", 1.25))
    assert english((text for _, text in strings(data)), inputs.name, published) == []
