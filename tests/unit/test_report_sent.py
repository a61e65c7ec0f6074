"""Figures that a link carries: what moved since it was made."""

from __future__ import annotations

import copy
import json
from urllib.parse import parse_qsl

import pytest

from estimator.errors import InputError
from estimator.report.link import LIMIT, decode, encode
from estimator.report.sent import figures_sent, since_sent
from tests.unit.report_sample import answer, scenario


def test_a_link_of_today_says_nothing_moved() -> None:
    found = answer()
    assert since_sent(figures_sent(found), found) == []


def test_a_link_says_what_moved_and_why() -> None:
    then = answer()
    now = copy.deepcopy(then)
    now["data_version"] = "another"
    for row in now["approaches"]:
        row["cost_usd"]["total"]["p50"] *= 2.0
    said = [str(s) for s in since_sent(figures_sent(then), now)]
    assert any(" costs " in s and "it was" in s for s in said)
    assert any(s.startswith("Data: version another") for s in said)


def test_a_choice_that_is_gone_is_no_row() -> None:
    found = answer()
    values = json.loads(figures_sent(found))
    values[0] = "gone"
    said = [str(s) for s in since_sent(json.dumps(values), found)]
    assert "it was no approach" in said[0]


@pytest.mark.parametrize(
    "text",
    ["", "x", "{}", "[]", "[1,2]", json.dumps([None, *["1"] * 7, "a", "b"]),
     json.dumps([None, *[1] * 7, "a\u0007", "b"]), json.dumps([None, *[True] * 7, "a", "b"]),
     json.dumps([None, *[1] * 7, "a" * 99, "b"]), json.dumps([7, *[1] * 7, "a", "b"])],
)  # fmt: skip
def test_what_no_page_wrote_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="whole and unchanged"):
        since_sent(text, answer())


def test_a_link_carries_them_where_they_fit() -> None:
    was = figures_sent(answer())
    query = encode(scenario(), was=was).query
    assert len(query) < LIMIT
    assert dict(parse_qsl(query))["was"] == was
    opened = decode("?" + query)
    assert opened.was == was
    assert opened.inputs == scenario()
    long = encode(scenario(), was="x" * LIMIT).query
    assert "was=" not in long
