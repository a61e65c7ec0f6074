"""What must be true of every decision, whatever the scenario."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.engine.decide import (
    PlanValue,
    cost_accuracy_frontier,
    quick_decision,
    recommend,
    staged_plan,
)
from estimator.engine.decide.board import make_board
from estimator.engine.decide.rule import best_probability, regret_usd
from estimator.engine.decide.spectrum import terciles
from estimator.engine.inputs import ProjectInputs
from tests.decide_world import assumptions, evaluate

SCENARIOS = st.fixed_dictionaries(
    {
        "task": st.just("text_classification"),
        "draws": st.just(128),
        "n_classes": st.integers(2, 100),
        "n_labelled_to_buy": st.integers(0, 100_000),
        "target": st.fixed_dictionaries(
            {"value": st.floats(0.3, 0.99), "probability": st.floats(0.05, 0.95)}
        ),
        "serving": st.fixed_dictionaries(
            {
                "requests_per_month": st.floats(0, 1e8),
                "horizon_months": st.integers(1, 60),
            }
        ),
        "value": st.fixed_dictionaries(
            {"cost_per_error_usd": st.sampled_from([0.0, 0.0, 0.01, 10.0])}
        ),
        "limits": st.fixed_dictionaries(
            {
                "budget_usd": st.sampled_from([None, 5_000.0, 50_000.0]),
                "full_control": st.booleans(),
                "no_external_services": st.booleans(),
            }
        ),
    }
).map(ProjectInputs.from_dict)


@given(SCENARIOS)
def test_chances_and_regret_are_sound(inputs):
    board = make_board(evaluate(inputs), assumptions())
    shares = best_probability(board)
    if not board.allowed.any():
        assert shares.sum() == 0
        return
    assert abs(shares.sum() - 1) < 1e-9
    assert (shares[~board.allowed] == 0).all()
    regret = regret_usd(board)[board.allowed]
    assert (regret >= -1e-6).all()
    best = np.argmax(shares)
    assert (regret_usd(board)[best, 1:] <= 1e-6).mean() >= shares[best] - 1e-9


@given(SCENARIOS)
def test_the_choice_obeys_the_rule(inputs):
    """A row that is sure enough is taken, the cheapest of them; no row that another beats."""
    evaluation = evaluate(inputs)
    board = make_board(evaluation, assumptions())
    advice = recommend(evaluation, assumptions())
    if advice.approach is None:
        assert advice.outcome in ("not_worth", "no_evidence")
        return
    i = board.index(advice.approach)
    assert board.allowed[i]
    good = board.allowed & (board.target_probability >= board.wanted)
    if good.any():
        assert board.median_total[i] <= board.median_total[good].min() + 1e-9
    p, total = board.target_probability, board.median_total
    better = board.allowed & (p >= p[i] - 0.005) & (total < 0.98 * total[i])
    assert not better.any()


@given(SCENARIOS)
def test_a_plan_adds_up(inputs):
    evaluation = evaluate(inputs)
    plan = quick_decision(evaluation, assumptions()).plan
    if plan.best is None:
        return
    out = plan.best.step.outcome
    assert sum(e.probability for e in plan.ends) == pytest.approx(1.0)
    works = sum(e.probability for e in plan.ends if e.success)
    assert works == pytest.approx(plan.best.success)
    assert sum(s.expected_usd for s in plan.stages) == pytest.approx(plan.best.spend, abs=0.01)
    assert plan.best.step.usd.mean() <= plan.at_most_usd + 1e-6
    assert plan.best.spend <= plan.at_most_usd * 1.5
    assert (out.before <= out.spend + 1e-6).all()
    for view in plan.gates:
        begins = [z.begins for z in view.zones[1:]]
        assert begins == sorted(begins)
        assert sum(z.chance for z in view.zones) == pytest.approx(1.0)
        for zone in view.zones:
            if zone.action == "live":
                assert zone.begins is None or zone.begins >= inputs.target.value - 1e-9


def best_net(inputs, usd_per_month):
    """Expected net value of the best plan at a stated value of a month [USD]."""
    inputs = dataclasses.replace(
        inputs, value=dataclasses.replace(inputs.value, value_per_month_usd=usd_per_month)
    )
    evaluation = evaluate(inputs)
    value = PlanValue(None, usd_per_month, True)
    plan = staged_plan(evaluation, assumptions(), value, whole=False)
    return 0.0 if plan.best is None else max(plan.best.net, 0.0)


PLAIN = st.fixed_dictionaries(
    {
        "task": st.just("text_classification"),
        "draws": st.just(256),
        "n_classes": st.just(12),
        "n_labelled_to_buy": st.sampled_from([300, 3000]),
        "target": st.fixed_dictionaries(
            {"value": st.floats(0.6, 0.95), "probability": st.just(0.999)}
        ),
    }
).map(ProjectInputs.from_dict)


@given(PLAIN, st.floats(1_000, 50_000), st.floats(1.1, 5.0))
def test_dearer_shorter_or_harder_never_raises_the_net_value(inputs, usd_per_month, factor):
    """Within two per cent of the money: plans that come to the same are not told apart."""
    now = best_net(inputs, usd_per_month)
    slack = 0.03 * max(now, 30_000.0)
    wage = inputs.replace("people.wage_factor", factor)
    short = inputs.replace("serving.horizon_months", max(round(36 / factor), 1))
    hard = inputs.replace("target.value", min(inputs.target.value * 1.05, 0.999))
    for worse in (wage, short, hard):
        assert best_net(worse, usd_per_month) <= now + slack


@given(SCENARIOS)
def test_the_frontier_holds_the_cheapest_and_the_most_accurate(inputs):
    evaluation = evaluate(inputs)
    board = make_board(evaluation, assumptions())
    frontier = cost_accuracy_frontier(evaluation, assumptions())
    rows = np.flatnonzero(board.allowed)
    if not len(rows):
        assert frontier.keys == ()
        return
    score = np.median(board.score[:, 1:], axis=1)
    cheapest = board.expected_total[rows].min()
    ends = [board.index(frontier.keys[0]), board.index(frontier.keys[-1])]
    assert board.expected_total[ends[0]] == cheapest
    assert score[ends[1]] == score[rows].max()


@given(SCENARIOS)
def test_sentences_hold_no_missing_numbers(inputs):
    decision = quick_decision(evaluate(inputs), assumptions())
    advice = decision.recommendation
    texts = [advice.headline, advice.reason, advice.next_step, *advice.decision_path]
    texts += [r.text for found in decision.risks.values() for r in found]
    for text in map(str, texts):
        assert text.endswith(".")
        assert "nan" not in text.lower().split()
        assert "$nan" not in text
        assert "inf" not in text.lower().split()


@given(SCENARIOS, st.floats(1.1, 10))
def test_lowering_the_target_never_lowers_the_chance_to_reach_it(inputs, factor):
    easier = dataclasses.replace(
        inputs, target=dataclasses.replace(inputs.target, value=inputs.target.value / factor)
    )
    hard, easy = (make_board(evaluate(x), assumptions()) for x in (inputs, easier))
    assert (easy.target_probability >= hard.target_probability).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12))
def test_classes_follow_the_order_of_the_values(values):
    ranks = {"low": 0, "moderate": 1, "high": 2}
    classes = terciles(np.array(values))
    order = np.argsort(values, kind="stable")
    found = [ranks[classes[i]] for i in order]
    assert found == sorted(found)
