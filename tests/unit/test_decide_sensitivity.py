"""Tornado, cost curves and break-even points against re-runs of the model."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.engine.decide import break_even, break_even_accuracy, cost_curves, recommend, tornado
from estimator.engine.decide.rerun import changed
from estimator.engine.inputs import ProjectInputs
from estimator.words.statement import ENGLISH_USD, Field
from tests.decide_world import assumptions, evaluate


@pytest.fixture(scope="module")
def inputs():
    return ProjectInputs.from_dict(
        {
            "task": "text_classification",
            "n_classes": 12,
            "draws": 512,
            "target": {"value": 0.75, "probability": 0.6},
        }
    )


@pytest.fixture(scope="module")
def evaluation(inputs):
    return evaluate(inputs)


@pytest.fixture(scope="module")
def bars(evaluation):
    return tornado(evaluation, recommend(evaluation, assumptions()), evaluate, assumptions())


def median(evaluation, key, field="total_draws"):
    row = next(r for r in evaluation.results if r.candidate.key == key)
    return float(np.median(getattr(row.money, field)[1:]))


def test_at_least_ten_inputs_all_of_them_fields_of_a_scenario(bars, inputs):
    assert len(bars.bars) >= 10
    for bar in bars.bars:
        assert inputs.get(bar.input) is not None or bar.now is not None or bar.low is not None
        assert changed(inputs, bar.input, bar.low)
        assert changed(inputs, bar.input, bar.high)


def test_effects_are_those_of_setting_the_field_and_running_again(bars, inputs):
    for bar in bars.bars[:4]:
        low, high = (
            median(evaluate(changed(inputs, bar.input, v)), bars.key) for v in (bar.low, bar.high)
        )
        assert bar.effect_usd == pytest.approx(high - low)


def test_effect_on_gap_and_date(bars, inputs):
    bar = next(b for b in bars.bars if b.input == "n_labelled_to_buy")
    ends = [evaluate(changed(inputs, bar.input, v)) for v in (bar.low, bar.high)]
    gaps = []
    for e in ends:
        rows = {r.candidate.key: r.money.total_draws for r in e.results}
        gaps.append(float(np.median((rows[bars.second] - rows[bars.key])[1:])))
    assert bar.effect_gap_usd == pytest.approx(gaps[1] - gaps[0])
    weeks = [median(e, bars.key, "calendar_weeks_draws") for e in ends]
    assert bar.effect_weeks == pytest.approx(weeks[1] - weeks[0])


def test_bars_are_in_order_and_the_sentence_names_the_first_three(bars):
    sizes = [abs(b.effect_usd) for b in bars.bars]
    assert sizes == sorted(sizes, reverse=True)
    assert bars.main_drivers == tuple(b.input for b in bars.bars[:3])
    for bar in bars.bars[:3]:
        assert Field(bar.input).write(ENGLISH_USD, "") in bars.sentence


def test_an_input_of_zero_runs_up_from_zero(inputs):
    none = inputs.replace("n_labelled_to_buy", 0).replace("n_labelled_available", 500)
    e = evaluate(none)
    found = tornado(e, recommend(e, assumptions()), evaluate, assumptions())
    bar = next(b for b in found.bars if b.input == "n_labelled_to_buy")
    assert (bar.low, bar.high) == (0, 1000)


def test_cost_curve_agrees_with_the_model_where_it_was_not_run(evaluation, inputs):
    curves = {c.key: c for c in cost_curves(evaluation, evaluate)}
    curve = curves["lora"]
    i = len(curve.n_labelled) // 3
    n = int(curve.n_labelled[i])
    again = evaluate(changed(inputs, "n_labelled_to_buy", n))
    row = next(r for r in again.results if r.candidate.key == "lora")
    assert curve.usd_p50[i] == pytest.approx(np.median(row.money.total_draws[1:]), rel=0.01)
    assert curve.metric_p50[i] == pytest.approx(np.median(row.accuracy.draws[1:]), rel=1e-6)
    assert np.all(np.diff(curve.metric_p50) >= 0)
    assert np.all(curve.usd_p10 <= curve.usd_p90)


def test_two_cost_curves_cross_where_they_cost_the_same(evaluation):
    curves = cost_curves(evaluation, evaluate)
    by_key = {c.key: c for c in curves}
    found = break_even_accuracy(curves)
    assert found
    for point in found:
        a, b = by_key[point.first], by_key[point.second]
        usd = [
            np.interp(point.value, np.maximum.accumulate(c.metric_p50), c.usd_p50) for c in (a, b)
        ]
        assert usd[0] == pytest.approx(usd[1], rel=0.02)


def test_break_even_volume_is_where_the_totals_meet(evaluation, inputs):
    found = break_even(evaluation, evaluate)
    assert found
    for point in found[:4]:
        again = evaluate(changed(inputs, point.path, point.value))
        first, second = median(again, point.first), median(again, point.second)
        assert first == pytest.approx(second, rel=0.01)
        below = evaluate(changed(inputs, point.path, 0.8 * point.value))
        cheaper = min((point.first, point.second), key=lambda k: median(below, k))
        assert cheaper == point.cheaper_below


def test_break_even_horizon(evaluation):
    found = break_even(evaluation, evaluate, "serving.horizon_months")
    assert all(1 <= point.value <= 60 for point in found)
