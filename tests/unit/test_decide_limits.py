"""Limits: who is excluded, why, and what a limit costs."""

from __future__ import annotations

import dataclasses

import pytest

from estimator.engine.decide import (
    feasibility,
    inside_only,
    plan_value,
    recommend,
    restriction_costs,
    staged_plan,
)
from estimator.engine.inputs import ProjectInputs
from tests.decide_world import assumptions, evaluate


@pytest.fixture(scope="module")
def base():
    return ProjectInputs.from_dict(
        {"task": "text_classification", "n_classes": 12, "draws": 512, "target": {"value": 0.7}}
    )


def reasons(inputs, key):
    row = next(r for r in evaluate(inputs).results if r.candidate.key == key)
    return feasibility(inputs, row.candidate, row.accuracy, row.compute, row.money, assumptions())


def test_without_limits_everything_but_hopeless_scratch_is_possible(base):
    assert reasons(base, "lora") == (True, ())
    assert reasons(base, "zero_shot") == (True, ())


def test_no_external_services_removes_apis_and_outside_labellers(base):
    inputs = base.replace("limits.no_external_services", True)
    assert "hosted API" in reasons(inputs, "zero_shot")[1][0]
    assert "labeller" in reasons(inputs, "lora")[1][0]
    free = inputs.replace("n_labelled_to_buy", 0)
    assert reasons(free, "lora")[0]


def test_inside_only_labels_with_own_staff(base):
    inputs = base.replace("limits.no_external_services", True)
    assert str(inside_only(inputs).labelling.source) == "in_house"
    assert inside_only(base) is base
    expert = inputs.replace("labelling.source", "expert")
    assert inside_only(expert) is expert


@pytest.mark.parametrize(
    ("path", "value", "key", "word"),
    [
        ("limits.regions", ["eu-central-1"], "lora", "eu-central-1"),
        ("limits.regions", ["us-east-1"], "zero_shot", "region is not known"),
        ("limits.edge_device", True, "lora", "110M parameters"),
        ("limits.full_control", True, "lora", "base-110m"),
        ("limits.deadline_weeks", 2.0, "lora", "2 are allowed"),
        ("limits.budget_usd", 5000.0, "lora", "budget of $5,000"),
    ],
)
def test_each_limit_names_its_reason(base, path, value, key, word):
    possible, why = reasons(base.replace(path, value), key)
    assert not possible
    assert any(word in reason for reason in why)


def test_allowed_region_and_own_weights_stay(base):
    assert reasons(base.replace("limits.regions", ["us-east-1"]), "lora")[0]
    assert reasons(base.replace("limits.full_control", True), "baseline")[0]
    assert reasons(base.replace("limits.edge_device", True), "distill")[0]


def test_too_few_labels_for_scratch_are_refused_with_the_number(base):
    possible, why = reasons(base, "scratch")
    assert not possible
    assert "from scratch" in why[0]
    assert "1,000 labels" in why[0]
    many = base.replace("n_labelled_available", 20_000_000)
    assert reasons(many, "scratch")[0]


def test_missing_evidence_and_memory_are_reasons(base):
    row = next(r for r in evaluate(base).results if r.candidate.key == "lora")
    accuracy = dataclasses.replace(row.accuracy, draws=None, reason="no curves for this")
    compute = dataclasses.replace(row.compute, feasible=False, reasons=("does not fit 24 GB",))
    possible, why = feasibility(base, row.candidate, accuracy, compute, row.money, assumptions())
    assert not possible
    assert why == ("does not fit 24 GB", "no curves for this")


def test_what_a_limit_costs_is_the_difference_of_two_runs(base):
    inputs = base.replace("limits.full_control", True)
    bound = recommend(evaluate(inputs), assumptions())
    (cost,) = restriction_costs(evaluate(inputs), bound, evaluate, assumptions())
    value = plan_value(evaluate(base), assumptions())
    free = staged_plan(evaluate(base), assumptions(), value)
    assert cost.approach == bound.approach
    assert cost.approach_without == evaluate(base).results[free.row].candidate.key
    assert cost.approach != cost.approach_without
    assert "LoRA" in cost.removed
    assert cost.metric_lost > 0
    assert cost.target_probability_lost > 0


def test_a_limit_that_leaves_nothing_says_so(base):
    inputs = base.replace("limits.budget_usd", 10.0)
    bound = recommend(evaluate(inputs), assumptions())
    (cost,) = restriction_costs(evaluate(inputs), bound, evaluate, assumptions())
    assert cost.approach is None
    assert "leaves no approach" in str(cost.text)
    assert recommend(evaluate(inputs), assumptions()).approach is None
