"""The rows in hindsight, the recommendation they stand beside, and the frontier."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from estimator.engine.decide import cost_accuracy_frontier, recommend
from estimator.engine.decide.board import make_board
from estimator.engine.decide.loss import Loss
from estimator.engine.decide.rule import best_probability, ranking, regret_usd
from estimator.engine.inputs import ProjectInputs
from estimator.units import WEEKS_PER_MONTH
from tests.decide_world import assumptions, evaluate

HAND = Loss(100.0, True, 0.9, 0.9, 12.0, 3.0, 0.0, 0.0)


def by_hand(base):
    """Two rows over four draws: one dear and sure, one cheap and right in half of them."""
    board = make_board(evaluate(base), assumptions())
    score = np.array([[0.95, 0.95, 0.95, 0.95, 0.95], [0.8, 0.95, 0.95, 0.8, 0.8]])
    total = np.array([[300.0] * 5, [100.0] * 5])
    return dataclasses.replace(
        board, keys=("a", "b"), labels=("A", "B"), score=score, target=0.9, total=total,
        one_off=total / 2, net=-total, weeks=np.zeros_like(total), spent_in_vain=total / 2,
        allowed=np.array([True, True]), possible=np.array([True, True]), reasons=((), ()),
    )  # fmt: skip


def test_best_probability_counts_draws_by_hand(base):
    assert best_probability(by_hand(base), HAND).tolist() == [0.5, 0.5]


def test_regret_is_the_loss_above_the_best_in_hindsight(base):
    regret = regret_usd(dataclasses.replace(by_hand(base), wanted=0.5), HAND)[:, 1:]
    assert regret[0].tolist() == [200.0, 200.0, 0.0, 0.0]
    assert regret[1].tolist() == [0.0, 0.0, 950.0, 950.0]


def test_a_row_that_is_not_sure_enough_has_no_regret_beside_one_that_is(base):
    regret = regret_usd(dataclasses.replace(by_hand(base), wanted=0.8), HAND)[:, 1:]
    assert regret[0].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert np.isnan(regret[1]).all()


@pytest.fixture(scope="module")
def base():
    return ProjectInputs.from_dict({"task": "text_classification", "n_classes": 12, "draws": 1024})


def test_rows_that_reach_are_ranked_by_cost(base):
    evaluation = evaluate(base.replace("target.value", 0.6))
    b = make_board(evaluation, assumptions())
    order = ranking(b, recommend(evaluation, assumptions()).plan.loss)
    good = [i for i in order if b.target_probability[i] >= b.wanted]
    assert len(good) > 3
    assert good == sorted(good, key=lambda i: b.median_total[i])


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


def test_more_labels_are_named_only_where_they_raise_the_chance(base):
    evaluation = evaluate(base.replace("target.value", 0.9))
    r = recommend(evaluation, assumptions())
    best = max(row.target_probability or 0 for row in r.rows.values() if row.feasible)
    for way in r.would_reach:
        assert best < way.probability
        assert way.n_labelled <= 10_000
        there = evaluate(base.replace("n_labelled_to_buy", round(way.n_labelled)))
        row = next(x for x in there.results if x.candidate.key == way.key)
        shown = (row.accuracy.draws[1:] >= 0.9).mean()
        assert shown == pytest.approx(way.probability, abs=0.02)


def test_as_today_is_a_row_of_its_own(base):
    assert recommend(evaluate(base), assumptions()).as_today is None
    evaluation = evaluate(base.replace("value.today_usd_per_month", 2000.0))
    today = recommend(evaluation, assumptions()).as_today
    assert today.total_usd == 72_000
    money = next(r for r in evaluation.results if r.candidate.key == "lora").money
    wait = np.median(money.calendar_weeks_draws[1:]) / WEEKS_PER_MONTH
    gain = 2000 - np.median(money.monthly_draws[1:])
    assert today.payback_months["lora"] == pytest.approx(
        wait + (np.median(money.one_off_draws[1:]) + 2000 * today.ramp_months / 2) / gain
    )


@pytest.mark.parametrize("target", [0.5, 0.9, 0.999])
def test_only_draws_that_work_save_anything(base, target):
    """A system that misses saves nothing and has cost its money; a sure one saves every month."""
    inputs = base.replace("value.today_usd_per_month", 20_000.0).replace("target.value", target)
    evaluation = evaluate(inputs)
    today = recommend(evaluation, assumptions()).as_today
    useful = target - assumptions().value("decision.useful_points") / 100
    for result in evaluation.results:
        saving, money = today.saving[result.candidate.key], result.money
        truth = result.accuracy.draws[1:]
        assert saving.works == pytest.approx((truth >= target).mean())
        assert saving.pays <= (truth > useful).mean() + 1e-9
        if (truth <= useful).mean() > 0.1:
            assert saving.usd[0] < 0
        spent = np.minimum(money.one_off_draws, money.total_draws)[1:]
        ceiling = 20_000.0 * inputs.serving.horizon_months - spent.min()
        assert saving.usd[2] <= ceiling
        if (truth >= target).all():
            months = 36 - money.calendar_weeks_draws[1:] / WEEKS_PER_MONTH - today.ramp_months / 2
            whole = 20_000.0 * months - money.total_draws[1:]
            assert saving.mean_usd == pytest.approx(whole.mean(), rel=1e-6)


def test_frontier_rows_are_not_beaten_and_the_others_are(base):
    evaluation = evaluate(base)
    f = cost_accuracy_frontier(evaluation, assumptions())
    b = make_board(evaluation, assumptions())
    cost = dict(zip(b.keys, b.expected_total, strict=True))
    score = dict(zip(b.keys, np.median(b.score[:, 1:], axis=1), strict=True))
    for a, c in zip(f.keys, f.keys[1:], strict=False):
        assert cost[a] < cost[c]
        assert score[a] < score[c]
    for row, by in f.dominated.items():
        assert by in f.keys
        assert cost[by] <= cost[row]
        assert score[by] >= score[row]
    assert {*f.keys, *f.dominated, *f.excluded} == set(b.keys)
