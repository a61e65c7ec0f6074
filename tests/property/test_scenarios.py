"""Scenario files: round trips for valid ones, one sentence for anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from estimator import units
from estimator.engine.inputs import ProjectInputs
from estimator.errors import InputError
from tests.conftest import PRESETS, load_preset
from tests.property.scenarios import JUNK, broken, wild


def refusal(data: Any) -> InputError | None:
    """The one kind of exception that bad input may raise; any other fails the test."""
    try:
        ProjectInputs.from_dict(data)
    except InputError as error:
        return error
    return None


@given(wild())
@settings(max_examples=300)
def test_valid_scenarios_round_trip(data: dict[str, Any]) -> None:
    inputs = ProjectInputs.from_dict(data)
    resolved = inputs.to_dict()
    assert ProjectInputs.from_dict(resolved) == inputs
    assert ProjectInputs.from_dict(json.loads(json.dumps(resolved))) == inputs
    assert ProjectInputs.from_dict(yaml.safe_load(yaml.safe_dump(resolved))) == inputs
    assert hash(ProjectInputs.from_dict(resolved)) == hash(inputs)


@given(st.one_of(JUNK, broken()))
@settings(max_examples=600)
@example({"task": "protein", "pilot": [{"approach": "lora"}]})
@example({"task": "protein", "seed": 1.5})
@example({"task": "protein", "finance": {"usd_rate": float("nan")}})
@example({"task": "protein", "unit": {"residues": 10**400}})
@example({"task": ["protein"]})
@example({"task": "protein", "models": {"lora": {"params": -1}}})
@example({1: 2, "task": "protein"})
def test_junk_gives_one_sentence_that_names_the_field(data: Any) -> None:
    error = refusal(data)
    if error is not None:
        text = str(error)
        assert error.field
        assert "allowed" in text
        assert "\n" not in text
        assert len(text) < 1500


@pytest.mark.parametrize("name", PRESETS)
def test_replacing_a_field_by_its_own_value_changes_nothing(name: str) -> None:
    inputs = load_preset(name)
    for path in ("n_labelled_to_buy", "labelling.labels_per_item", "serving.horizon_months"):
        assert inputs.replace(path, inputs.get(path)) == inputs
    assert inputs.replace("serving.horizon_months", 7).get("serving.horizon_months") == 7


def test_unit_factors_agree_with_each_other() -> None:
    assert units.HOURS_PER_YEAR - 365 * units.HOURS_PER_DAY == 0
    assert pytest.approx(8760.0) == units.HOURS_PER_MONTH * units.MONTHS_PER_YEAR
    assert pytest.approx(52.0) == units.WEEKS_PER_MONTH * units.MONTHS_PER_YEAR
    assert units.DAYS_PER_WEEK * units.HOURS_PER_DAY == units.HOURS_PER_WEEK
    assert units.SECONDS_PER_HOUR == 60 * units.SECONDS_PER_MINUTE
    assert units.GIB_PER_GB * 2**30 == units.BYTES_PER_GB
