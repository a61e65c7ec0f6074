"""Page, command line and Python give identical figures for every preset."""

from __future__ import annotations

import html
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from estimator import compare_approaches
from estimator.engine.simulate import quick_comparison
from estimator.report.text import story
from estimator.words.format import style_of
from tests.conftest import PRESETS, ROOT, load_preset

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

PAGE = ROOT / "estimator" / "ui" / "main.py"


@pytest.mark.parametrize("name", PRESETS)
def test_python_returns_the_rows_that_the_command_line_prints(
    name: str, comparisons: Any, evidence: Evidence
) -> None:
    printed = comparisons(name)
    quick = quick_comparison(load_preset(name), evidence).to_dict()
    for part in ("inputs", "approaches", "frontier", "sources", "data_version"):
        assert quick[part] == printed[part], part
    assert quick["recommendation"]["approach"] == printed["recommendation"]["approach"]


@pytest.mark.parametrize("name", ["support_tickets", "edge_device", "music_generation"])
def test_the_summary_is_the_document_without_details(name: str, evidence: Evidence) -> None:
    found = quick_comparison(load_preset(name), evidence)
    short, whole = found.summary(), found.to_dict()
    rows = zip(short.pop("approaches"), whole.pop("approaches"), strict=True)
    assert short == whole
    for brief, full in rows:
        assert brief.pop("extras") == {"budget": full["extras"].get("budget", {})}
        assert brief == {name: full[name] for name in brief}
        assert set(full) - set(brief) == {
            *("work", "training_flop", "energy_kwh", "co2_kg", "compute_source_ids"),
            *("calendar", "cash_flow_usd", "items", "net_value_usd", "extras"),
        }


def test_python_returns_the_whole_document(comparisons: Any, evidence: Evidence) -> None:
    whole = compare_approaches(load_preset("high_security"), evidence).to_dict()
    assert whole == comparisons("high_security")


def test_a_fresh_process_prints_the_same(comparisons: Any) -> None:
    scenario = str(ROOT / "data" / "presets" / "small_firm.yaml")
    done = subprocess.run(
        [sys.executable, "-m", "estimator", "compare", scenario, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == comparisons("small_firm")
    assert done.stderr == ""


def texts(message: Message) -> Iterator[str]:
    """Every text in what the server sends to the browser."""
    for _, value in message.ListFields():
        for part in value if isinstance(value, list | tuple) or hasattr(value, "add") else [value]:
            if isinstance(part, str):
                yield part
            elif isinstance(part, bytes):
                yield part.decode("utf-8", "ignore")
            elif isinstance(part, Message):
                yield from texts(part)


def page_text(page: AppTest) -> str:
    found: list[str] = []

    def walk(node: Any) -> None:
        for child in node.children.values():
            if hasattr(child, "children"):
                walk(child)
            elif isinstance(getattr(child, "proto", None), Message):
                found.extend(texts(child.proto))

    walk(page.main)
    joined = html.unescape("\n".join(found))
    return joined.encode().decode("unicode_escape", "ignore") + joined


@pytest.mark.parametrize("name", PRESETS)
def test_the_page_shows_what_python_returns(name: str, comparisons: Any) -> None:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["preset"] = name
    page.run()
    assert not page.exception
    printed = comparisons(name)
    shown = page_text(page)
    style = style_of(printed["inputs"])
    for row in printed["approaches"]:
        if not row.get("applies", True):
            continue
        total = style.money_short(row["extras"]["budget"]["expected_usd"])
        assert total in shown, (row["approach"], total)
        if row["accuracy"]:
            accuracy = style.metric(row["accuracy"]["p50"], row["accuracy"]["metric"])
            assert accuracy in shown, (row["approach"], accuracy)
    told = story(printed, style)
    assert told.headline in shown
    assert told.approve in shown
