"""What must be true of every decision, whatever the scenario."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from estimator.engine.decide import cost_accuracy_frontier, quick_decision, recommend
from estimator.engine.decide.board import make_board
from estimator.engine.decide.pilot import evsi
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
    evaluation = evaluate(inputs)
    board = make_board(evaluation, assumptions())
    advice = recommend(evaluation, assumptions())
    if advice.approach is None:
        assert not board.possible.any()
        return
    i = board.index(advice.approach)
    assert board.allowed[i]
    if board.valued:
        net = np.median(board.net[:, 1:], axis=1)
        assert net[i] >= net[board.allowed].max() - 1e-9
    elif advice.outcome != "nobody_reaches":
        good = board.allowed & (board.target_probability >= board.wanted)
        assert board.median_total[i] <= board.median_total[good].min() + 1e-9
    else:
        assert (board.target_probability[board.allowed] < board.wanted).all()


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
    cheapest = board.median_total[rows].min()
    ends = [board.index(frontier.keys[0]), board.index(frontier.keys[-1])]
    assert board.median_total[ends[0]] == cheapest
    assert score[ends[1]] == score[rows].max()


@given(SCENARIOS)
def test_sentences_hold_no_missing_numbers(inputs):
    decision = quick_decision(evaluate(inputs), assumptions())
    advice = decision.recommendation
    texts = [advice.headline, advice.reason, advice.next_step, *advice.decision_path]
    texts += [r.text for found in decision.risks.values() for r in found]
    for text in texts:
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


@given(st.integers(2, 5), st.floats(0.1, 10), st.integers(0, 2**16))
def test_information_is_never_worth_less_than_nothing_or_more_than_everything(k, noise, seed):
    rng = np.random.default_rng(seed)
    losses = rng.normal(size=(k, 2000))
    seen = losses[:1] + noise * rng.normal(size=(1, 2000))
    value = evsi(losses, seen)
    assert 0 <= value <= losses.mean(axis=1).min() - losses.min(axis=0).mean() + 1e-9


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12))
def test_classes_follow_the_order_of_the_values(values):
    ranks = {"low": 0, "moderate": 1, "high": 2}
    classes = terciles(np.array(values))
    order = np.argsort(values, kind="stable")
    found = [ranks[classes[i]] for i in order]
    assert found == sorted(found)
