"""Laws that every scenario obeys, whatever its numbers: the real engine, the shipped evidence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import compare_approaches
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import Memo, evaluate
from estimator.errors import EstimatorError
from estimator.evidence.load import load_evidence
from estimator.vocabulary import Approach, Phase
from tests.conftest import PRESETS, load_preset
from tests.property.scenarios import sensible, wild

if TYPE_CHECKING:
    from estimator.engine.results import Evaluation

LOWER_IS_BETTER = {"wer", "fid", "fad"}
CENT = 0.005
SMALL = 256


def base_totals(evaluation: Evaluation) -> np.ndarray:
    return np.array([r.money.total_draws[0] for r in evaluation.results])


@given(inputs=sensible(), path=st.sampled_from(["labelling.usd_per_label", "people.wage_factor"]))
def test_cost_is_linear_in_label_price_and_wage(inputs: ProjectInputs, path: str) -> None:
    found = [evaluate(inputs.replace(path, x), load_evidence()).results for x in (0.5, 1.0, 2.0)]
    totals = [np.array([r.money.total_draws for r in results]) for results in found]
    assert np.all(totals[1] - totals[0] >= -1e-6)
    assert np.all(totals[2] - totals[1] >= -1e-6)
    phase = Phase.PEOPLE if path == "people.wage_factor" else Phase.LABELLING
    parts = [np.array([r.money.by_phase_draws[phase] for r in results]) for results in found]
    first, second = parts[1] - parts[0], parts[2] - parts[1]
    ordered = {i.item for results in found for r in results for i in r.money.items}
    if phase is Phase.PEOPLE or "labelling_minimum_order" not in ordered:
        np.testing.assert_allclose(second[:, 1:], 2 * first[:, 1:], rtol=1e-6, atol=0.05)
        printed_digits = 2e-5
        np.testing.assert_allclose(second[:, 0], 2 * first[:, 0], rtol=printed_digits, atol=0.05)
    if path == "people.wage_factor":
        assert np.any(first[:, 0] > 0)


@given(sensible())
def test_parts_sum_to_the_total_in_every_draw(inputs: ProjectInputs) -> None:
    for result in evaluate(inputs, load_evidence()).results:
        money = result.money
        items = np.sum([i.usd_draws for i in money.items], axis=0)
        phases = np.sum([money.by_phase_draws[p] for p in Phase], axis=0)
        np.testing.assert_allclose(items, money.total_draws, rtol=1e-9, atol=0.02)
        np.testing.assert_allclose(phases, money.total_draws, rtol=1e-9, atol=0.02)
        assert sum(money.cash_flow_base_usd) == pytest.approx(money.total_draws[0], abs=0.02)
        assert np.all(np.isfinite(money.total_draws))
        assert np.all(money.total_draws >= 0)


@given(sensible())
def test_present_value_is_the_total_without_discounting(inputs: ProjectInputs) -> None:
    free = evaluate(inputs.replace("finance.discount_rate", 0.0), load_evidence())
    paid = evaluate(inputs.replace("finance.discount_rate", 0.1), load_evidence())
    for undiscounted, later in zip(free.results, paid.results, strict=True):
        np.testing.assert_allclose(
            undiscounted.money.npv_draws, undiscounted.money.total_draws, rtol=1e-9, atol=0.02
        )
        assert np.all(later.money.npv_draws <= later.money.total_draws + 0.02)


@given(sensible())
def test_more_labels_never_lower_expected_accuracy(inputs: ProjectInputs) -> None:
    n = np.array([50.0, 200.0, 1000.0, 5000.0, 50_000.0])
    for result in evaluate(inputs, load_evidence()).results:
        curve = result.accuracy.noise_free or result.accuracy.curve
        if curve is None:
            continue
        expected = np.mean(curve(n)[:, 1:], axis=1)
        sign = -1.0 if result.accuracy.metric in LOWER_IS_BETTER else 1.0
        steps = np.diff(sign * expected)
        assert np.all(steps >= -1e-9 * np.abs(expected[1:])), result.candidate.key


@given(sensible())
def test_buying_labels_never_lowers_the_accuracy_of_a_row(inputs: ProjectInputs) -> None:
    few = evaluate(inputs.replace("n_labelled_to_buy", 200), load_evidence())
    memo = Memo(chosen=few.models)
    many = evaluate(inputs.replace("n_labelled_to_buy", 5000), load_evidence(), memo=memo)
    for a, b in zip(few.results, many.results, strict=True):
        if a.accuracy.draws is None or b.accuracy.draws is None:
            assert (a.accuracy.draws is None) == (b.accuracy.draws is None)
            continue
        sign = -1.0 if a.accuracy.metric in LOWER_IS_BETTER else 1.0
        gain = sign * (np.mean(b.accuracy.draws[1:]) - np.mean(a.accuracy.draws[1:]))
        assert gain >= -2e-3 * abs(np.mean(a.accuracy.draws[1:])), a.candidate.key


@given(sensible(), st.sampled_from([a for a in Approach if a != Approach.ZERO_SHOT]))
def test_a_bigger_model_never_needs_less_memory_or_time(
    inputs: ProjectInputs, approach: Approach
) -> None:
    memory, flop = [], []
    for params in (3e7, 3e8, 3e9):
        sizes = {"params": params, "forward_gflop": params * 2e-7}
        evaluation = evaluate(inputs.replace("models", {str(approach): sizes}), load_evidence())
        (row,) = [r for r in evaluation.results if r.candidate.approach == approach]
        memory.append(row.compute.peak_memory_gb or 0.0)
        flop.append(row.compute.training_flop)
    assert memory == sorted(memory)
    assert flop == sorted(flop)


@given(sensible())
def test_same_seed_same_draws(inputs: ProjectInputs) -> None:
    one, two = evaluate(inputs, load_evidence()), evaluate(inputs, load_evidence())
    other = evaluate(inputs.replace("seed", (inputs.seed + 1) % 2**32), load_evidence())
    for a, b, c in zip(one.results, two.results, other.results, strict=True):
        assert np.array_equal(a.money.total_draws, b.money.total_draws)
        assert a.money.total_draws[0] == pytest.approx(c.money.total_draws[0], rel=1e-12)
    assert not np.array_equal(
        one.results[5].money.total_draws[1:], other.results[5].money.total_draws[1:]
    )


@given(wild())
@settings(max_examples=80)
def test_any_valid_scenario_gives_finite_figures_or_one_sentence(data: dict[str, Any]) -> None:
    try:
        evaluation = evaluate(ProjectInputs.from_dict(data), load_evidence())
    except EstimatorError as error:
        refused = str(error)
    else:
        refused = ""
        assert len(evaluation.results) == 10
        for r in evaluation.results:
            assert np.all(np.isfinite(r.money.total_draws)), r.candidate.key
            assert not np.any(np.isnan(r.compute.device_hours_draws)), r.candidate.key
            assert r.feasible or r.reasons, r.candidate.key
            if r.accuracy.draws is None:
                assert r.accuracy.reason, r.candidate.key
            else:
                assert np.all(np.isfinite(r.accuracy.draws)), r.candidate.key
    assert "\n" not in refused


@given(wild())
@settings(max_examples=5, phases=[hypothesis.Phase.generate])
def test_any_valid_scenario_can_be_printed(data: dict[str, Any]) -> None:
    try:
        printed = compare_approaches(ProjectInputs.from_dict(data), load_evidence()).to_dict()
    except EstimatorError:
        return
    for value in numbers(printed):
        assert math.isfinite(value)


def numbers(node: Any) -> list[float]:
    """All numbers of a JSON document."""
    if isinstance(node, dict):
        return [x for v in node.values() for x in numbers(v)]
    if isinstance(node, list):
        return [x for v in node for x in numbers(v)]
    return [node] if isinstance(node, float) else []


@pytest.mark.parametrize("name", PRESETS)
def test_fewer_draws_move_the_percentiles_a_little_and_the_base_not_at_all(name: str) -> None:
    inputs = load_preset(name)
    many, few = evaluate(inputs, load_evidence()), evaluate(inputs, load_evidence(), n_draws=1024)
    np.testing.assert_allclose(base_totals(few), base_totals(many), rtol=1e-12)
    for a, b in zip(many.results, few.results, strict=True):
        medians = np.median(a.money.total_draws[1:]), np.median(b.money.total_draws[1:])
        assert medians[0] == pytest.approx(medians[1], rel=0.1)
