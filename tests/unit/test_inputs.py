"""Scenarios: what is accepted, what is refused and in which words."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import jsonschema
import pytest

from estimator.engine.fields import FrozenMap
from estimator.engine.inputs import GROUPS, ProjectInputs, json_schema
from estimator.engine.usual import DEFAULT_UNIT, TASK_METRIC
from estimator.errors import InputError
from estimator.vocabulary import Approach, Task
from tests.conftest import ROOT

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "task", "text_classification"),
    ({"task": "poetry"}, "task", "text_classification"),
    ({"task": "protein", "n_labels": 3}, "n_labels", "no such field"),
    ({"task": "protein", "serving": {"requests": 3}}, "serving.requests", "no such field"),
    ({"task": "protein", "n_classes": -1}, "n_classes", "a whole number from 1"),
    ({"task": "protein", "n_classes": 2.5}, "n_classes", "a whole number"),
    ({"task": "protein", "n_classes": True}, "n_classes", "a whole number"),
    ({"task": "protein", "n_classes": "12"}, "n_classes", "a whole number"),
    ({"task": "protein", "n_labelled_to_buy": 1e300}, "n_labelled_to_buy", "1,000,000,000,000"),
    ({"task": "protein", "target": {"value": float("nan")}}, "target.value", "a number"),
    ({"task": "protein", "target": {"value": float("inf")}}, "target.value", "a number"),
    ({"task": "protein", "finance": {"contingency": "lots"}}, "finance.contingency", "none or a"),
    ({"task": "protein", "finance": {"discounts": {"aws": 2}}}, "finance.discounts", "0 to 1"),
    (
        {"task": "protein", "compute": {"purchase_option": "lease"}},
        "compute.purchase_option",
        "spot",
    ),
    ({"task": "protein", "labelling": {"source": "friends"}}, "labelling.source", "crowd"),
    ({"task": "protein", "unit": {"tokens": 5}}, "unit.tokens", "residues"),
    ({"task": "protein", "draws": 1000}, "draws", "a power of two"),
    ({"task": "protein", "schema": 2}, "schema", "from 1 to 1"),
    ({"task": "protein", "start_date": "soon"}, "start_date", "ISO date"),
    ({"task": "protein", "limits": {"regions": "eu"}}, "limits.regions", "a list of at most"),
    ({"task": "protein", "limits": {"edge_device": 1}}, "limits.edge_device", "true or false"),
    ({"task": "protein", "models": {"bert": "x"}}, "models.bert", "baseline"),
    ({"task": "protein", "models": {"lora": 5}}, "models.lora", "a catalogue name"),
    ({"task": "protein", "options": {"approach": "lora"}}, "options", "a list"),
    ({"task": "protein", "options": [{"approach": "x"}]}, "options[0].approach", "baseline"),
    ({"task": "protein", "pilot": [{"approach": "lora"}]}, "pilot[0]", "needs n_labelled, value"),
    ({"task": "protein", "own_runs": [5]}, "own_runs[0]", "columns of runs.csv"),
    ({"task": "protein", "serving": 7}, "serving", "a group of fields"),
    ({"task": "protein", "name": "x" * 300}, "name", "200 characters"),
    ({"task": "protein", "assumptions": {"a": "b"}}, "assumptions", "a mapping"),
]


@pytest.mark.parametrize(("data", "field", "allowed"), REFUSED, ids=[str(r[1]) for r in REFUSED])
def test_refusal_names_field_value_and_what_is_allowed(
    data: dict[str, Any], field: str, allowed: str
) -> None:
    with pytest.raises(InputError) as caught:
        ProjectInputs.from_dict(data)
    assert caught.value.field == field
    assert allowed in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("task", list(Task))
def test_task_alone_is_a_scenario(task: Task) -> None:
    inputs = ProjectInputs.from_dict({"task": str(task)})
    assert inputs.unit_length == DEFAULT_UNIT[task]
    assert inputs.target.metric == TASK_METRIC[task]
    assert inputs.target.value is not None
    jsonschema.validate(inputs.to_dict(), json_schema())


def test_contract_defaults() -> None:
    inputs = ProjectInputs.from_dict({"task": "text_classification"})
    assert inputs.labelling.labels_per_item == 3
    assert (inputs.compute.provider, inputs.compute.accelerator) == ("aws", "L40S")
    assert inputs.serving.requests_per_month == 100_000
    assert inputs.finance.contingency == "reference_class"
    assert (inputs.draws, inputs.seed) == (8192, 0)


def test_fields_of_the_contract_are_all_there() -> None:
    names = {f.name for f in dataclasses.fields(ProjectInputs)}
    assert names == {
        *("schema", "name", "task", "unit", "n_classes", "n_labelled_available", "domain"),
        *("n_labelled_to_buy", "n_unlabelled_available", "n_evaluation", "target", "models"),
        *("options", "facts", "training", "hybrid", "retrieval", "labelling", "compute", "people"),
        *("finance", "judging"),
        *("own_hardware", "serving", "value", "start_date", "limits", "pilot", "own_runs"),
        "own_factors",
        *("prices", "assumptions", "draws", "seed"),
    }


def test_scenarios_are_values() -> None:
    a = ProjectInputs.from_dict({"task": "protein", "unit": {"residues": 300}})
    b = ProjectInputs.from_dict({"task": "protein"})
    assert a == b
    assert hash(a) == hash(b)
    assert a.canonical_json() == b.canonical_json()
    with pytest.raises(dataclasses.FrozenInstanceError):
        a.seed = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        a.unit["residues"] = 5


def test_replace_and_get_by_dotted_path() -> None:
    a = ProjectInputs.from_dict({"task": "protein"})
    assert a.replace("labelling.usd_per_label", 2).get("labelling.usd_per_label") == 2.0
    assert a.replace("assumptions.money.x_usd", 2).get("assumptions.money.x_usd") == 2.0
    with pytest.raises(InputError):
        a.replace("labelling.nothing", 2)
    with pytest.raises(InputError):
        a.replace("nothing.at.all", 2)


def test_typed_models_and_options() -> None:
    data = {
        "task": "protein",
        "models": {"lora": {"params": 1e8, "forward_gflop": 22, "layers": 12}},
        "options": [{"approach": "lora", "n_labelled_to_buy": 4000}],
    }
    inputs = ProjectInputs.from_dict(data)
    assert inputs.models["lora"].params == 1e8
    assert inputs.options[0].approach is Approach.LORA
    assert ProjectInputs.from_dict(inputs.to_dict()) == inputs


def test_control_characters_of_a_name_become_spaces() -> None:
    assert ProjectInputs.from_dict({"task": "protein", "name": "a\x00b\nc"}).name == "a b c"


def test_frozen_map_is_a_value() -> None:
    assert hash(FrozenMap(a=1, b=2)) == hash(FrozenMap(b=2, a=1))
    with pytest.raises(TypeError):
        FrozenMap(a=1).update(a=2)


def test_every_field_is_read_by_some_room() -> None:
    owners = [ProjectInputs, *GROUPS.values()]
    names = {field.name for owner in owners for field in dataclasses.fields(owner)}
    rooms = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("engine", "report")
        for path in (ROOT / "estimator" / room).rglob("*.py")
        if path.name not in ("groups.py", "inputs.py")
    )
    assert sorted(n for n in names if not re.search(rf"[.\"']{n}\b", rooms)) == []
