"""The rule on boards made by hand: what is taken, how sure, what it costs to be wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from estimator.engine.decide import Outcome, cost_accuracy_frontier, recommend
from estimator.engine.decide.board import Board, make_board
from estimator.engine.decide.rule import (
    Margins,
    beats,
    best_probability,
    choose,
    cost_order,
    ranking,
    regret_usd,
)
from estimator.engine.inputs import ProjectInputs
from tests.decide_world import assumptions, evaluate

MARGINS = Margins(0.02, 0.03, 0.01, 0.25, 0.05)


def board(
    score: list[list[float]],
    total: list[list[float]],
    target: float = 0.9,
    wanted: float = 0.75,
    vain: float = 50.0,
    net: list[list[float]] | None = None,
) -> Board:
    """A board of draws without a base case; the base is the first draw repeated."""
    s, t = (np.array([[row[0], *row] for row in x], dtype=float) for x in (score, total))
    n = len(s)
    names = tuple("abcdefgh"[:n])
    values = t if net is None else np.array([[row[0], *row] for row in net], dtype=float)
    return Board(
        keys=names,
        labels=names,
        score=s,
        target=target,
        wanted=wanted,
        total=t,
        one_off=t,
        spent_in_vain=np.full_like(t, vain),
        net=-t if net is None else values,
        weeks=np.ones_like(t),
        allowed=np.ones(n, dtype=bool),
        possible=np.ones(n, dtype=bool),
        reasons=((),) * n,
        valued=net is not None,
    )


def test_cheapest_that_reaches_the_target_is_taken():
    b = board(
        score=[[0.95] * 4, [0.95, 0.95, 0.95, 0.5], [0.95, 0.5, 0.5, 0.5]],
        total=[[300.0] * 4, [200.0] * 4, [100.0] * 4],
    )
    choice = choose(b, MARGINS)
    assert b.keys[choice.index] == "b"
    assert choice.outcome == Outcome.DECIDED


def test_cheaper_row_short_of_the_wanted_probability_is_not_taken():
    b = board(
        score=[[0.95] * 4, [0.95, 0.95, 0.5, 0.5]], total=[[300.0] * 4, [100.0] * 4], wanted=0.8
    )
    assert b.keys[choose(b, MARGINS).index] == "a"


def test_rows_of_the_same_money_are_too_close_to_call():
    b = board(score=[[0.95] * 4, [0.95] * 4], total=[[100.0] * 4, [102.0] * 4])
    choice = choose(b, MARGINS)
    assert choice.outcome == Outcome.TOO_CLOSE
    assert choice.equals == (1,)


def test_rows_whose_order_of_cost_changes_with_the_draw_are_too_close():
    b = board(score=[[0.95] * 4, [0.95] * 4], total=[[100.0] * 4, [50.0, 150.0, 150.0, 150.0]])
    assert choose(b, MARGINS).outcome == Outcome.TOO_CLOSE


def test_nobody_reaches_takes_the_likeliest_and_the_cheaper_of_equals():
    b = board(
        score=[[0.95, 0.5, 0.5, 0.5], [0.95, 0.95, 0.5, 0.5], [0.95, 0.95, 0.5, 0.5]],
        total=[[10.0] * 4, [200.0] * 4, [100.0] * 4],
    )
    choice = choose(b, MARGINS)
    assert choice.outcome == Outcome.NOBODY_REACHES
    assert b.keys[choice.index] == "c"


def test_with_no_chance_at_all_the_nearest_in_the_metric_is_named():
    b = board(score=[[0.3] * 4, [0.8] * 4], total=[[10.0] * 4, [1000.0] * 4])
    assert b.keys[choose(b, MARGINS).index] == "b"


def test_money_on_accuracy_takes_the_highest_net_value_whatever_the_target():
    b = board(
        score=[[0.5] * 4, [0.95] * 4],
        total=[[10.0] * 4, [20.0] * 4],
        net=[[100.0] * 4, [50.0] * 4],
    )
    choice = choose(b, MARGINS)
    assert b.keys[choice.index] == "a"
    assert choice.outcome == Outcome.DECIDED


def test_an_excluded_row_is_never_taken():
    b = board(score=[[0.95] * 4, [0.95] * 4], total=[[100.0] * 4, [500.0] * 4])
    b = dataclasses.replace(b, allowed=np.array([False, True]))
    assert b.keys[choose(b, MARGINS).index] == "b"
    assert best_probability(b).tolist() == [0.0, 1.0]


def test_without_evidence_the_cheapest_possible_row_is_named_without_a_probability():
    b = board(score=[[np.nan] * 4, [np.nan] * 4], total=[[300.0] * 4, [200.0] * 4])
    b = dataclasses.replace(b, allowed=np.array([False, False]))
    choice = choose(b, MARGINS)
    assert b.keys[choice.index] == "b"
    assert choice.outcome == Outcome.NOBODY_REACHES


def test_best_probability_counts_draws_by_hand():
    b = board(
        score=[[0.95, 0.95, 0.5, 0.6], [0.95, 0.5, 0.5, 0.5]],
        total=[[200.0] * 4, [100.0] * 4],
    )
    # draw 1: both reach, b is cheaper; 2: only a; 3: nobody, equal score, first row; 4: a nearer
    assert best_probability(b).tolist() == [0.75, 0.25]


def test_regret_by_hand():
    b = board(
        score=[[0.95, 0.5, 0.5], [0.95, 0.95, 0.8]],
        total=[[300.0] * 3, [100.0] * 3],
        vain=70.0,
    )
    # both reach: 200 above the cheaper; misses what b reaches: 70 in vain; nobody: 200 above b
    assert regret_usd(b)[0, 1:].tolist() == [200.0, 70.0, 200.0]
    assert regret_usd(b)[1, 1:].tolist() == [0.0, 0.0, 0.0]


def test_regret_of_net_value_is_the_difference_to_the_best():
    b = board(
        score=[[0.9] * 2, [0.9] * 2],
        total=[[1.0] * 2, [1.0] * 2],
        net=[[10.0, 40.0], [30.0, 20.0]],
    )
    assert regret_usd(b)[:, 1:].tolist() == [[20.0, 0.0], [0.0, 20.0]]


def test_beats_is_the_share_of_better_draws():
    b = board(score=[[0.95] * 4, [0.95] * 4], total=[[1.0, 3.0, 3.0, 3.0], [2.0] * 4])
    assert beats(b, 0, 1) == 0.25
    worth = board(
        score=[[0.9] * 4, [0.9] * 4],
        total=[[1.0] * 4, [2.0] * 4],
        net=[[1.0, 1.0, 1.0, 5.0], [2.0] * 4],
    )
    assert beats(worth, 1, 0) == 0.75


def test_a_cheaper_row_just_short_of_the_wanted_probability_is_an_equal():
    scores = [[0.95] * 100, [0.95] * 78 + [0.5] * 22]
    b = board(score=scores, total=[[300.0] * 100, [100.0] * 100], wanted=0.8)
    choice = choose(b, MARGINS)
    assert b.keys[choice.index] == "a"
    assert choice.equals == (1,)
    far = board(
        score=[[0.95] * 100, [0.95] * 60 + [0.5] * 40],
        total=[[300.0] * 100, [100.0] * 100],
        wanted=0.8,
    )
    assert choose(far, MARGINS).outcome == Outcome.DECIDED


@pytest.fixture(scope="module")
def base():
    return ProjectInputs.from_dict({"task": "text_classification", "n_classes": 12, "draws": 1024})


def test_with_zero_values_the_order_of_net_value_is_the_order_of_cost(base):
    b = make_board(evaluate(base), assumptions())
    net = np.median(b.net[:, 1:], axis=1)
    rows = np.flatnonzero(b.allowed)
    by_net = tuple(rows[np.argsort(-net[rows], kind="stable")])
    assert by_net == cost_order(b)


def test_rows_that_reach_are_ranked_by_cost(base):
    b = make_board(evaluate(base.replace("target.value", 0.6)), assumptions())
    order = ranking(b, Margins.from_assumptions(assumptions()))
    good = [i for i in order if b.target_probability[i] >= b.wanted]
    assert len(good) > 3
    assert good == sorted(good, key=lambda i: b.median_total[i])


def test_a_higher_value_of_errors_moves_the_choice_to_more_accurate_rows(base):
    cheap = recommend(evaluate(base.replace("value.cost_per_error_usd", 0.001)), assumptions())
    dear = evaluate(base.replace("value.cost_per_error_usd", 1.0))
    rich = recommend(dear, assumptions())
    medians = {r.candidate.key: float(np.median(r.accuracy.draws[1:])) for r in dear.results}
    assert medians[rich.approach] > medians[cheap.approach]


def test_probabilities_of_a_recommendation(base):
    r = recommend(evaluate(base), assumptions())
    assert sum(row.best_probability for row in r.rows.values()) == pytest.approx(1.0)
    row = r.rows[r.approach]
    assert row.miss_target == pytest.approx(1 - row.target_probability)
    assert row.over_budget is None
    assert row.late is None


def test_budget_and_date_are_chances_of_exceeding(base):
    inputs = base.replace("limits.budget_usd", 20_000.0).replace("limits.deadline_weeks", 4.0)
    evaluation = evaluate(inputs)
    rows = recommend(evaluation, assumptions()).rows
    result = next(r for r in evaluation.results if r.candidate.key == "lora")
    assert rows["lora"].over_budget == float((result.money.total_draws[1:] > 20_000).mean())
    assert rows["lora"].late == float((result.money.calendar_weeks_draws[1:] > 4).mean())
    assert not rows["scratch"].feasible


def test_nobody_reaches_says_what_would(base):
    r = recommend(evaluate(base.replace("target.value", 0.9)), assumptions())
    assert r.outcome == Outcome.NOBODY_REACHES
    first = r.would_reach[0]
    assert first.n_labelled > 1000
    assert first.extra_usd == pytest.approx((first.n_labelled - 1000) * 3 * 0.5)
    there = evaluate(base.replace("n_labelled_to_buy", round(first.n_labelled)))
    row = next(x for x in there.results if x.candidate.key == first.key)
    assert row.accuracy.target_probability == pytest.approx(first.probability, abs=0.05)
    evaluation = evaluate(base.replace("target.value", r.reachable_target))
    row = next(x for x in evaluation.results if x.candidate.key == r.approach)
    assert row.accuracy.target_probability == pytest.approx(0.8, abs=0.01)


def test_three_outcomes_have_their_own_headline_and_next_step(base):
    busy = base.replace("serving.requests_per_month", 1e7)
    cases = {
        Outcome.NOBODY_REACHES: base.replace("target.value", 0.99),
        Outcome.TOO_CLOSE: base.replace("target.value", 0.75).replace("target.probability", 0.6),
        Outcome.DECIDED: busy.replace("target.value", 0.3),
    }
    for outcome, inputs in cases.items():
        r = recommend(evaluate(inputs), assumptions())
        assert r.outcome == outcome
        start = {"nobody_reaches": "Nobody reaches", "too_close": "Too close", "decided": "Take"}
        assert r.headline.startswith(start[outcome])
        assert r.next_step.endswith(".")
        assert bool(r.equals) == (outcome == Outcome.TOO_CLOSE)


def test_as_today_is_a_row_of_its_own(base):
    assert recommend(evaluate(base), assumptions()).as_today is None
    evaluation = evaluate(base.replace("value.today_usd_per_month", 2000.0))
    today = recommend(evaluation, assumptions()).as_today
    assert today.total_usd == 72_000
    total = next(r for r in evaluation.results if r.candidate.key == "lora").money.total_draws[1:]
    assert today.saving_usd["lora"][1] == pytest.approx(72_000 - np.median(total))
    one_off = next(r for r in evaluation.results if r.candidate.key == "lora").money
    gain = 2000 - np.median(one_off.monthly_draws[1:])
    assert today.payback_months["lora"] == pytest.approx(
        np.median(one_off.one_off_draws[1:]) / gain
    )


def test_frontier_rows_are_not_beaten_and_the_others_are(base):
    evaluation = evaluate(base)
    f = cost_accuracy_frontier(evaluation, assumptions())
    b = make_board(evaluation, assumptions())
    cost = dict(zip(b.keys, b.median_total, strict=True))
    score = dict(zip(b.keys, np.median(b.score[:, 1:], axis=1), strict=True))
    for a, c in zip(f.keys, f.keys[1:], strict=False):
        assert cost[a] < cost[c]
        assert score[a] < score[c]
    for row, by in f.dominated.items():
        assert by in f.keys
        assert cost[by] <= cost[row]
        assert score[by] >= score[row]
    assert {*f.keys, *f.dominated, *f.excluded} == set(b.keys)
