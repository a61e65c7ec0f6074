"""Results that are used again: what a room read decides, and every field is tried."""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.assumptions import Assumptions
from estimator.engine.fields import Spec
from estimator.engine.inputs import GROUPS, ProjectInputs
from estimator.engine.simulate import Memo, evaluate
from estimator.engine.watched import Kept, varied
from estimator.errors import EstimatorError
from tests.conftest import load_preset

if TYPE_CHECKING:
    from estimator.engine.results import Evaluation
    from estimator.evidence.load import Evidence

OTHER: dict[str, Any] = {
    "models": {"lora": "roberta-large"},
    "unit": None,
    "options": [{"approach": "lora", "n_labelled_to_buy": 77}],
    "pilot": [{"approach": "full_finetune", "n_labelled": 300, "value": 0.8}],
    "own_runs": [
        {"task": "text_classification", "approach": "full_finetune", "model": "bert-base",
         "hardware": "T4", "n_devices": 1, "n_train": 20000, "epochs": 3, "device_hours": 4.0}
    ],
    "own_hardware": {"accelerator": "A100-80GB"},
    "assumptions": {"compute.trials": 3.0},
    "compute.accelerator": "T4",
    "compute.region": "us-west-2",
    "people.location": "Germany",
    "people.usd_per_week": {"ml_engineer": 9000.0},
    "finance.discounts": {"aws": 0.3},
    "finance.currency": "EUR",
    "limits.regions": ["eu-west-1"],
    "target.metric": "f1",
    "facts.similar_dataset": "ag_news",
    "facts.kind": "topic",
    "facts.labels_per_example": 1.5,
    **{f"own_factors.{quantity}": {"p10": 0.9, "p50": 1.4, "p90": 2.1, "n": 6, "n_stopped": 1}
       for quantity in ("effort", "weeks", "labels", "hours")},
}  # fmt: skip
"""Values of fields that only tables know, or that are lists."""
ALONE = {"task", "schema", "draws", "seed", "prices", "compute.provider"}


def fields() -> list[str]:
    """Every field of a scenario by its dotted path, groups taken apart."""
    out = []
    for f in dataclasses.fields(ProjectInputs):
        if f.name in GROUPS:
            out += [f"{f.name}.{g.name}" for g in dataclasses.fields(GROUPS[f.name])]
        else:
            out.append(f.name)
    return [path for path in out if path not in ALONE]


def other(inputs: ProjectInputs, path: str) -> list[Any]:
    """Values that differ from the present one."""
    if path == "unit":
        return [{inputs.unit_name: inputs.unit_length * 3}]
    if path == "assumptions":
        return [{"compute.power_share": 0.5}, {"accuracy.usual_noise": 0.2}]
    if path in OTHER:
        return [OTHER[path]]
    group, _, name = path.rpartition(".")
    owner = GROUPS[group] if group else ProjectInputs
    spec: Spec = next(f for f in dataclasses.fields(owner) if f.name == name).metadata["spec"]
    now = inputs.get(path)
    if spec.kind in ("number", "integer"):
        now = now if isinstance(now, int | float) else 0
        span = [spec.low, spec.high, now + 1, now * 2 + 2, (now or 1.0) / 2]
        span = [min(max(v, spec.low), min(spec.high, 1e6)) for v in span]
        span = [round(v) for v in span] if spec.kind == "integer" else span
        return [v for v in dict.fromkeys([*span, *spec.words]) if v != now]
    if spec.kind == "flag":
        return [not now]
    if spec.kind == "choice":
        return [c for c in spec.choices if c != now][:4]
    return [{"date": "2027-03-01"}.get(spec.kind, "other")]


def arrays(evaluation: Evaluation) -> list[np.ndarray]:
    out = []
    for r in evaluation.results:
        out += [r.compute.device_hours_draws, r.compute.energy_kwh_draws, r.money.total_draws]
        out += [r.money.calendar_weeks_draws]
        out += [] if r.accuracy.draws is None else [r.accuracy.draws]
        out += [np.array([r.compute.n_devices, r.compute.peak_memory_gb or 0, r.feasible])]
    return out


@pytest.mark.parametrize("path", fields())
def test_every_field_gives_the_same_with_and_without_memory(evidence: Evidence, path: str) -> None:
    inputs = dataclasses.replace(load_preset("support_tickets"), draws=64)
    memo = Memo()
    evaluate(inputs, evidence, memo=memo)
    tried = 0
    for value in other(inputs, path):
        try:
            varied_inputs = inputs.replace(path, value)
            fresh = evaluate(varied_inputs, evidence)
        except EstimatorError:
            continue
        tried += varied_inputs != inputs
        kept = evaluate(varied_inputs, evidence, memo=memo)
        for a, b in zip(arrays(fresh), arrays(kept), strict=True):
            np.testing.assert_array_equal(a, b)
    assert tried


def test_several_fields_at_once_in_any_order(evidence: Evidence) -> None:
    rng = random.Random(7)
    start = dataclasses.replace(load_preset("support_tickets"), draws=64)
    memo, inputs = Memo(), start
    paths = fields()
    for _ in range(25):
        path = rng.choice(paths)
        try:
            inputs = inputs.replace(path, rng.choice(other(inputs, path)))
            fresh = evaluate(inputs, evidence)
        except EstimatorError:
            inputs = start
            continue
        kept = evaluate(inputs, evidence, memo=memo)
        for a, b in zip(arrays(fresh), arrays(kept), strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_room_is_run_again_only_where_it_looked(evidence: Evidence) -> None:
    inputs = load_preset("support_tickets")
    runs = []

    def room(read: ProjectInputs, judged: Assumptions) -> float:
        runs.append(1)
        read = varied(read, "compute", trials=read.compute.trials * 2)
        extra = read.people.wage_factor if read.people.automation else 0.0
        return read.compute.trials + extra + judged.value("compute.power_share")

    kept = Kept()

    def ask(scenario: ProjectInputs) -> float:
        judged = Assumptions(evidence.assumptions, scenario.assumptions)
        return kept.get(room, scenario, judged, None)

    first = ask(inputs)
    assert ask(inputs.replace("name", "other")) == first
    assert ask(inputs.replace("people.wage_factor", 3.0)) == first
    assert ask(inputs.replace("assumptions", {"compute.cpu_watts": 50.0})) == first
    assert len(runs) == 1
    double = inputs.compute.trials * 2
    assert ask(inputs.replace("compute.trials", double)) == first + double
    assert len(runs) == 2
    auto = inputs.replace("people.automation", True)
    assert ask(auto) == first + 1.0
    assert ask(auto.replace("people.wage_factor", 3.0)) == first + 3.0
    assert len(runs) == 4
    assert ask(inputs.replace("assumptions", {"compute.power_share": 0.25})) != first
    assert len(runs) == 5
