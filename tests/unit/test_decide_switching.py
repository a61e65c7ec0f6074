"""Switching values: found, right by hand, and verified by running the model on both sides."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from estimator.engine.decide import recommend, switching_values
from estimator.engine.decide.rerun import INTEGERS, changed
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
    evaluation = evaluate(inputs)
    return inputs, evaluation, switching_values(evaluation, evaluate, assumptions())


def taken(inputs, path, value):
    return recommend(evaluate(changed(inputs, path, value)), assumptions()).approach


def test_every_input_has_a_row_and_a_null_has_its_reason(case):
    _, _, switches = case
    assert {s.input for s in switches} == set(SWITCH_INPUTS)
    for s in switches:
        assert s.reason
        if s.value_at_switch is None:
            assert s.to_approach is None
        else:
            assert s.confirmed


def test_running_the_model_one_percent_to_either_side_changes_the_choice(case):
    inputs, evaluation, switches = case
    now = recommend(evaluation, assumptions()).approach
    found = [s for s in switches if s.value_at_switch is not None]
    assert len(found) >= 2
    for s in found:
        v = s.value_at_switch
        low, high = 0.99 * v, 1.01 * v
        if s.input in INTEGERS:
            low, high = math.floor(low), math.ceil(high)
        near, far = (low, high) if v > s.value_now else (high, low)
        assert taken(inputs, s.input, near) == now
        assert taken(inputs, s.input, far) == s.to_approach != now


def test_volume_switch_by_hand():
    """The serving lines are linear in the volume, so the crossing of two medians is one root."""
    inputs = ProjectInputs.from_dict(
        {"task": "text_classification", "n_classes": 12, "draws": 2048, **CASES["target"]}
    )
    evaluation = evaluate(inputs)
    (s, *_) = switching_values(
        evaluation, evaluate, assumptions(), inputs=("serving.requests_per_month",)
    )
    rows = {r.candidate.key: r.money for r in evaluation.results}

    def median(key, volume):
        running = rows[key].by_phase_draws["running"] * volume / 100_000
        return float(np.median((rows[key].one_off_draws + running)[1:]))

    root = brentq(lambda v: median("zero_shot", v) - median("linear_probe", v), 1e4, 1e7)
    assert s.to_approach == "linear_probe"
    assert s.value_at_switch == pytest.approx(root, rel=0.01)


def test_no_switch_where_nothing_of_the_kind_is_bought():
    inputs = ProjectInputs.from_dict(
        {
            "task": "text_classification",
            "n_labelled_to_buy": 0,
            "n_labelled_available": 500,
            "draws": 256,
        }
    )
    (s,) = switching_values(
        evaluate(inputs), evaluate, assumptions(), inputs=("labelling.usd_per_label",)
    )
    assert s.value_at_switch is None
    assert "bought" in s.reason


def test_with_money_on_accuracy_the_target_does_not_switch():
    inputs = ProjectInputs.from_dict(
        {"task": "text_classification", "draws": 256, "value": {"cost_per_error_usd": 0.05}}
    )
    (s,) = switching_values(evaluate(inputs), evaluate, assumptions(), inputs=("target.value",))
    assert s.value_at_switch is None
    assert "does not enter" in s.reason


def test_progress_counts_to_the_end():
    inputs = ProjectInputs.from_dict({"task": "text_classification", "draws": 256})
    seen = []
    switching_values(
        evaluate(inputs),
        evaluate,
        assumptions(),
        lambda d, n: seen.append((d, n)),
        inputs=("people.wage_factor", "target.value"),
    )
    assert seen == [(1, 2), (2, 2)]
