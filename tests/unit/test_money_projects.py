"""Published projects: the shipped errors are those of the shipped model, and within the bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from estimator.lab.money.effort_fit import efforts, left_out
from estimator.lab.money.project_validation import USD_PER_WEEK
from estimator.lab.run import shipped_validation

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def test_shipped_rows_are_those_of_the_fit(evidence: Evidence) -> None:
    shipped = shipped_validation(evidence)["projects"]["left_out"]["people"]
    adapted = [s for s in efforts(evidence, USD_PER_WEEK) if s.kind == "adapted"]
    now = left_out(adapted, by_kind=True)
    assert [r["source"] for r in shipped] == [r["source"] for r in now]
    for a, b in zip(shipped, now, strict=True):
        assert a["factor"] == pytest.approx(b["factor"], rel=1e-5)
        assert a["inside"] == b["inside"]


@pytest.mark.parametrize("what", ["people", "calendar", "upkeep", "seconds of a label"])
def test_left_out_sources_are_named_within_half_and_most_intervals_hold(
    what: str, evidence: Evidence
) -> None:
    found = shipped_validation(evidence)["projects"]["summary"][f"{what}, source left out"]
    assert 0.67 <= found["median_ratio"] <= 1.5
    assert found["inside"] >= 0.6


def test_published_cases_are_held_in_most_intervals(evidence: Evidence) -> None:
    summary = shipped_validation(evidence)["projects"]["summary"]
    assert summary["all published cases"]["n"] >= 40
    assert summary["all published cases"]["inside"] >= 0.6
    assert 0.67 <= summary["all published cases"]["median_ratio"] <= 1.5


@pytest.mark.parametrize("what", ["labelling bill", "calendar", "people", "seconds of a label"])
def test_each_kind_of_published_case_is_met(what: str, evidence: Evidence) -> None:
    found = shipped_validation(evidence)["projects"]["summary"][f"{what}, published cases"]
    assert 0.67 <= found["median_ratio"] <= 1.5
    assert found["inside"] >= 0.6
