"""Limits for a scheduler: the figures of the plan, null where nothing is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import quick_comparison
from estimator.report.limits_file import limits_bytes, limits_of
from tests.conftest import load_preset

if TYPE_CHECKING:
    from estimator.engine.answer import Answer
    from estimator.evidence.load import Evidence


@pytest.fixture(scope="module")
def answer(evidence: Evidence) -> Answer:
    inputs = load_preset("support_tickets").replace("draws", 1024)
    return quick_comparison(inputs.replace("limits.budget_usd", 90_000), evidence).to_dict()


def test_limits_are_the_figures_of_the_plan(answer: Answer) -> None:
    found, plan = limits_of(answer), answer["staged_plan"]
    assert plan["authorise_usd"] is not None
    assert found["money_usd"]["until_first_gate"] == plan["authorise_usd"]["now"]
    assert found["money_usd"]["budget"] == 90_000
    assert len(found["gates"]) == len(plan["gates"])
    rows = {r["key"]: r for r in answer["approaches"]}
    for run in found["runs"]:
        assert run["device_hours"]["p90"] == rows[run["approach"]]["device_hours"]["p90"]
    for told, gate in zip(found["gates"], plan["gates"], strict=True):
        if gate["actions"][0] == "stop":
            assert told["stop_below"] == gate["thresholds"][0]
        else:
            assert told["stop_below"] is None


def test_yaml_and_json_say_the_same(answer: Answer) -> None:
    assert yaml.safe_load(limits_bytes(answer)) == json.loads(limits_bytes(answer, "x.JSON"))


def test_a_rate_of_errors_stops_above(evidence: Evidence) -> None:
    inputs = load_preset("call_transcription").replace("draws", 512)
    found = limits_of(quick_comparison(inputs, evidence).to_dict())
    assert found["gates"]
    assert all("stop_above" in g and "live_at_most" in g for g in found["gates"])


def test_nothing_known_is_null_not_zero(evidence: Evidence) -> None:
    inputs = ProjectInputs.from_dict({"task": "music_generation", "draws": 256,
                                      "target": {"metric": "clap"}})  # fmt: skip
    found = limits_of(quick_comparison(inputs, evidence).to_dict())
    assert found["money_usd"]["budget"] is None
    assert yaml.safe_load(limits_bytes(quick_comparison(inputs, evidence).to_dict()))
