"""Switching values: found, right by hand, and verified by running the model on both sides."""

from __future__ import annotations

import math

import pytest

from estimator.engine.decide import plan_value, staged_plan, switching_values
from estimator.engine.decide.rerun import INTEGERS, changed, quiet
from estimator.engine.decide.staged import same_first
from estimator.engine.decide.switching import SWITCH_INPUTS
from estimator.engine.inputs import ProjectInputs
from tests.decide_world import assumptions, evaluate

CASES = {
    "target": {"target": {"value": 0.75, "probability": 0.6}},
    "value": {"value": {"cost_per_error_usd": 0.05}},
    "nobody": {"target": {"value": 0.9}},
}


@pytest.fixture(scope="module", params=list(CASES))
def case(request):
    inputs = ProjectInputs.from_dict(
        {"task": "text_classification", "n_classes": 12, "draws": 2048, **CASES[request.param]}
    )
    return (inputs, *switches(inputs))


def switches(inputs, progress=quiet, paths=SWITCH_INPUTS):
    evaluation = evaluate(inputs)
    plan = staged_plan(evaluation, assumptions(), plan_value(evaluation, assumptions()))
    return plan, switching_values(evaluation, plan, evaluate, assumptions(), progress, paths)


def first(inputs, plan, path, value):
    """The first policy of the plan with one input moved, the value of a month held."""
    moved = evaluate(changed(inputs, path, value))
    before = plan.best.policy
    return staged_plan(moved, assumptions(), plan.value, before=before, whole=False).best.policy


def test_every_input_has_a_row_and_a_null_has_its_reason(case):
    _, _, switches = case
    assert {s.input for s in switches} == set(SWITCH_INPUTS)
    for s in switches:
        assert s.reason
        if s.value_at_switch is None:
            assert s.to_approach is None
        else:
            assert s.confirmed


def test_running_the_model_one_percent_to_either_side_changes_the_first_step(case):
    inputs, plan, found = case
    confirmed = [s for s in found if s.value_at_switch is not None]
    assert confirmed
    for s in confirmed:
        v = s.value_at_switch
        low, high = 0.99 * v, 1.01 * v
        if s.input in INTEGERS:
            low, high = math.floor(low), math.ceil(high)
        near, far = (low, high) if v > s.value_now else (high, low)
        assert same_first(first(inputs, plan, s.input, near), plan.best.policy)
        assert not same_first(first(inputs, plan, s.input, far), plan.best.policy)
        assert s.to_step is not None


def test_no_switch_where_nothing_of_the_kind_is_bought():
    inputs = ProjectInputs.from_dict(
        {
            "task": "text_classification",
            "n_labelled_to_buy": 0,
            "n_labelled_available": 500,
            "draws": 256,
        }
    )
    _, (s,) = switches(inputs, paths=("labelling.usd_per_label",))
    assert s.value_at_switch is None
    assert "bought" in s.reason


def test_progress_counts_to_the_end():
    inputs = ProjectInputs.from_dict({"task": "text_classification", "draws": 256})
    seen = []
    paths = ("people.wage_factor", "target.value")
    switches(inputs, lambda d, n: seen.append((d, n)), paths)
    assert seen == [(1, 2), (2, 2)]
