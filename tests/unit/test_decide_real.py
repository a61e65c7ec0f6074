"""The decision on the shipped evidence: one preset from evaluation to JSON."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest
import yaml

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide import Objective, decide, default_space, optimise, staged_plan
from estimator.engine.decide.rerun import INTEGERS, changed
from estimator.engine.decide.staged import same_first
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import Memo, evaluate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def judged(evidence):
    return Assumptions(evidence.assumptions)


@pytest.fixture(scope="module")
def run(evidence):
    memo = Memo()
    return lambda inputs: evaluate(inputs, evidence, memo=memo)


@pytest.fixture(scope="module")
def inputs():
    text = (ROOT / "data" / "presets" / "factory_defects.yaml").read_text(encoding="utf-8")
    return dataclasses.replace(ProjectInputs.from_dict(yaml.safe_load(text)), draws=1024)


@pytest.fixture(scope="module")
def decision(inputs, run, judged):
    return decide(run(inputs), run, judged)


def test_every_found_switch_is_confirmed_by_the_shipped_model(decision, inputs, run, judged):
    plan = decision.plan
    for s in decision.switching:
        if s.value_at_switch is None:
            continue
        low, high = 0.99 * s.value_at_switch, 1.01 * s.value_at_switch
        if s.input in INTEGERS:
            low, high = math.floor(low), math.ceil(high)
        begins = [
            staged_plan(run(changed(inputs, s.input, v)), judged, plan.value,
                        before=plan.best.policy, whole=False).best.policy
            for v in (low, high)
        ]  # fmt: skip
        assert {same_first(p, plan.best.policy) for p in begins} == {True, False}


def test_the_json_holds_every_block(decision, run, inputs):
    out = decision.to_dict()
    advice = out["recommendation"]
    assert len(advice["drivers"]) >= 10
    assert len({s["input"] for s in advice["switching"]}) == 7
    assert out["staged_plan"]["outcome"] == advice["outcome"]
    assert out["staged_plan"]["gates"]
    assert set(out["rows"]) == {r.candidate.key for r in run(inputs).results}
    for row in out["rows"].values():
        assert row["flexibility"]
        assert row["lock_in"]
    assert [limit["limit"] for limit in advice["limits"]] == ["limits.edge_device"]
    assert str(advice["limits"][0]["text"]).endswith(".")


def test_data_never_leave_the_house_when_that_is_asked_for(inputs, run):
    inside = run(inputs.replace("limits.no_external_services", True))
    for r in inside.results:
        outside = [p for p in r.money.data_goes_to if str(p).startswith(("API", "labeller"))]
        assert not (r.feasible and outside)
    assert any(r.feasible for r in inside.results)


def test_optimum_is_what_the_model_says_of_its_plan(inputs, run, judged):
    base = run(inputs)
    space = dataclasses.replace(
        default_space(base),
        accelerators=("T4", "L40S"),
        n_devices=(1,),
        n_labelled_to_buy=(50, 500),
    )
    found = optimise(base, run, judged, Objective.BEST_ACCURACY, space)
    scenario = inputs
    for path, value in found.changes:
        scenario = scenario.replace(path, value)
    row = next(
        r
        for r in run(dataclasses.replace(scenario, draws=256)).results
        if r.candidate.key == str(found.plan.approach)
    )
    assert row.feasible
    assert found.figures.target_probability == pytest.approx(
        row.accuracy.target_probability, abs=1e-9
    )


def test_a_switch_between_no_labels_and_few_is_found(run, judged):
    plain = {"task": "text_classification", "n_classes": 3, "n_labelled_to_buy": 0, "draws": 1024}
    target = {"metric": "accuracy", "value": 0.75, "probability": 0.7}
    scenario = ProjectInputs.from_dict({**plain, "target": target})
    found = decide(run(scenario), run, judged).switching
    labels = next(s for s in found if s.input == "n_labelled_to_buy")
    assert labels.value_at_switch is None or labels.value_at_switch > 0
    assert labels.value_at_switch or labels.reason
