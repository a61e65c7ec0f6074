"""The staged plan: exact gates, one loss, stages that disappear, outcomes, sentences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from estimator.engine.decide import PlanValue, plan_value, recommend, staged_plan
from estimator.engine.decide.board import make_board
from estimator.engine.decide.choose import search, weigh
from estimator.engine.decide.gates import allowed_from, best_zones, sure_from, thresholds
from estimator.engine.decide.loss import Loss, make_loss
from estimator.engine.decide.plan_json import pilot_plan_dict, staged_plan_dict
from estimator.engine.decide.plan_words import FILE_TASKS
from estimator.engine.decide.staged import SEARCH_DRAWS, same_first
from estimator.engine.decide.stages import Builder
from estimator.engine.decide.way import make_world, measuring_noise, rounded
from estimator.engine.inputs import ProjectInputs
from estimator.measure.door import TASKS
from tests.decide_world import assumptions, evaluate


@pytest.fixture(scope="module")
def base():
    return ProjectInputs.from_dict(
        {"task": "text_classification", "n_classes": 12, "draws": 1024, "n_evaluation": 500,
         "target": {"value": 0.9}}
    )  # fmt: skip


def plan_of(inputs, before=None, value=None):
    evaluation, judged = evaluate(inputs), assumptions()
    value = value or plan_value(evaluate(inputs.replace("pilot", [])), judged)
    return staged_plan(evaluation, judged, value, before=before), evaluation


def test_thresholds_are_the_best_partition(rng):
    for k in (2, 3, 4):
        payoffs = rng.normal(size=(k, 9))
        order = rng.permutation(9)
        cuts = thresholds(payoffs[:, order])
        sorted_ = payoffs[:, order]

        def worth(places, table=sorted_, k=k):
            edges = [0, *places, 9]
            return sum(table[j, edges[j] : edges[j + 1]].sum() for j in range(k))

        best = max(worth(c) for c in itertools.combinations_with_replacement(range(10), k - 1))
        assert worth(cuts) == pytest.approx(best)


def test_nothing_goes_live_that_is_not_sure_enough_or_below_the_target():
    seen = np.linspace(0, 1, 400)
    reached = seen > 0.7
    go = np.ones(400)
    order = np.arange(400)
    first = allowed_from(seen, order, reached, least=0.9, target=0.6)
    zones = best_zones(seen, order, order, np.array([0 * go, go]), [0, first])
    live = zones.zone == 1
    assert reached[live].mean() >= 0.9
    assert seen[live].min() >= 0.6
    assert sure_from(np.zeros(50, bool), 0.5) == 50


def test_a_month_is_worth_more_the_nearer_to_the_target():
    loss = Loss(1000.0, True, 0.90, 0.88, 36.0, 3.0, 5000.0, 0.25)
    truth = np.array([0.87, 0.88, 0.89, 0.90, 0.95])
    assert loss.share(truth).tolist() == pytest.approx([0, 0, 0.5, 1, 1])
    usd, months = loss.released(truth, np.full(5, 1000.0), np.full(5, 10.0), 0.0)
    assert months.tolist() == pytest.approx([0, 0, 18, 36, 36])
    assert usd[0] == 1000 + 3 * 10 + 5000 + 250
    assert usd[4] == 1000 + 36 * 10
    assert loss.released(truth, np.full(5, 1000.0), np.full(5, 10.0), 26.0)[1][4] == 30


def test_measuring_noise_is_binomial():
    assert measuring_noise(np.full(3, 0.9), 400)[0] == pytest.approx(0.015)
    assert measuring_noise(np.full(3, 30.0), 400)[0] == pytest.approx(100 * 0.0229129, rel=1e-4)


def test_numbers_of_labels_are_those_that_people_say():
    assert [rounded(x) for x in (7.2, 123, 4567)] == [8, 130, 4600]
    assert rounded(4567, up=False) == 4500


def test_a_sure_row_is_taken_as_the_rule_says(base):
    """MODEL's rule is the special case: the cheapest row that reaches with the wanted chance.

    More money is only spent where the loss ranks that first and no row reaches the target oftener.
    """
    inputs = base.replace("target.value", 0.7)
    plan, evaluation = plan_of(inputs)
    board = make_board(evaluation, assumptions())
    sure = board.allowed & (board.target_probability >= board.wanted)
    assert sure.any()
    cheapest = min(np.flatnonzero(sure), key=lambda i: board.median_total[i])
    assert plan.row == cheapest
    assert plan.best.success >= board.target_probability[cheapest] - 0.02
    if plan.best.spend > board.total[cheapest, 1:].mean() * 1.02:
        assert plan.best.success >= board.target_probability[sure].max() - 0.02
        assert plan.best.net >= plan.best_single


def test_the_plan_beats_every_row_built_at_once(base):
    plan, _ = plan_of(base)
    assert plan.outcome == "start"
    assert plan.best.net >= plan.best_single - 0.02 * plan.best.spend


def test_an_entered_stage_disappears_and_a_good_result_raises_the_chance(base):
    plan, _ = plan_of(base)
    pilot = next(s.step for s in plan.stages if s.step.kind == "pilot")
    approach, n = pilot.ways[0].key, int(pilot.n_labelled)
    result = [{"approach": approach, "n_labelled": n, "value": 0.95}]
    value = plan.value
    after, evaluation = plan_of(base.replace("pilot", result), value=value)
    asked = [(s.step.kind, s.step.ways[0].key) for s in after.stages]
    assert ("pilot", approach) not in asked
    assert "measured" in staged_plan_dict(after, evaluation)["here"]
    assert after.best.step.kind in ("rest", "live", "more", "probe", "pilot")
    planned = next(w for w in after.world.ways if w.key == approach).n_planned
    done = [{"approach": approach, "n_labelled": int(planned), "value": 0.95}]
    after, _ = plan_of(base.replace("pilot", done), value=value)
    assert all(s.step.kind not in ("rest", "all") or s.step.ways[0].key != approach
               for s in after.stages)  # fmt: skip


def test_money_that_was_spent_is_not_asked_for_again(base):
    plan, _ = plan_of(base)
    pilot = next(s.step for s in plan.stages if s.step.kind == "pilot")
    n = int(pilot.n_labelled)
    result = [{"approach": pilot.ways[0].key, "n_labelled": n, "value": 0.85}]
    after = make_world(evaluate(base.replace("pilot", result)), assumptions(),
                       make_board(evaluate(base), assumptions()))  # fmt: skip
    assert after.owned == n
    assert after.started


def test_value_that_nobody_typed_is_never_shown_as_a_gain(base):
    plan, evaluation = plan_of(base)
    found = staged_plan_dict(plan, evaluation)
    assert found["value_of_staging_usd"] is None
    assert not found["value_month_usd"]["typed"]
    assert found["value_month_usd"]["used"] >= found["value_month_usd"]["break_even"]
    assert "net value" not in " ".join([found["sentence"], *found["sentences"]])


def test_a_typed_value_below_the_break_even_ends_in_no(base):
    even = plan_of(base)[0].value.break_even
    plan, evaluation = plan_of(base.replace("value.value_per_month_usd", 0.5 * even))
    assert plan.outcome == "not_worth"
    assert "a month no plan is worth its money" in staged_plan_dict(plan, evaluation)["sentence"]
    assert recommend(evaluation, assumptions()).approach is None
    plan, _ = plan_of(base.replace("value.value_per_month_usd", 3 * even))
    assert plan.outcome in ("start", "commit", "as_is_or_stop")


def test_the_plan_before_is_kept_where_another_is_no_better(base):
    base = base.replace("draws", SEARCH_DRAWS)
    plan, evaluation = plan_of(base)
    kept = staged_plan(evaluation, assumptions(), plan.value, before=plan.best.policy)
    assert kept.best.policy == plan.best.policy
    for seed in range(1, 4):
        other, _ = plan_of(base.replace("seed", seed), value=plan.value)
        same = same_first(other.best.policy, plan.best.policy)
        (judged,) = weigh(plan.world, plan.loss, [other.best.policy], limited=False, exact=True)
        assert same or abs(judged.net - plan.best.net) <= 0.02 * plan.best.spend


def test_limits_bind_the_plan(base):
    plan, _ = plan_of(base)
    weeks = float(np.median(plan.best.step.outcome.weeks[plan.best.step.outcome.row >= 0]))
    late, _ = plan_of(base.replace("limits.deadline_weeks", 0.8 * weeks), value=plan.value)
    out = late.best.step.outcome if late.best else None
    if out is not None and (out.row >= 0).any():
        assert np.median(out.weeks[out.row >= 0]) <= 0.8 * weeks
    owned = base.replace("n_unlabelled_available", 2000)
    world = make_world(evaluate(owned), assumptions(), make_board(evaluate(owned), assumptions()))
    assert max(world.most_labels(w) for w in world.ways) <= 2000


def test_no_row_left_and_no_target(base):
    plan, evaluation = plan_of(base.replace("limits.budget_usd", 1.0))
    assert plan.outcome == "not_worth"
    assert "breaks a limit" in staged_plan_dict(plan, evaluation)["sentence"]
    assert pilot_plan_dict(plan, evaluation)["worth_it"] is False


def test_what_the_pilot_promises_is_narrower_than_before(base):
    plan, evaluation = plan_of(base)
    pilot = pilot_plan_dict(plan, evaluation)
    assert pilot["worth_it"]
    if pilot["interval_after"] is not None:
        assert pilot["interval_after"] <= pilot["interval_before"]
    assert pilot["cost_usd"] == plan.first.usd.mean()
    assert len(pilot["questions"]) >= 2


def test_what_to_ask_first_is_worth_money(base):
    plan, _ = plan_of(base)
    saved = [q.usd for q in plan.ask]
    assert saved == sorted(saved, reverse=True)
    assert saved[0] > 0
    typed = PlanValue(plan.value.break_even, plan.value.used, True)
    plan, _ = plan_of(base, value=typed)
    assert "value.value_per_month_usd" not in [q.input for q in plan.ask]


def test_a_gate_weighs_only_what_comes_to_it(base):
    """Solved again along its path a plan is worth as much at least, and no gate leads nowhere."""
    evaluation, judged = evaluate(base), assumptions()
    value = plan_value(evaluation, judged)
    board = make_board(evaluation, judged)
    world = make_world(evaluation, judged, board)
    loss = make_loss(base, judged, world.metric, world.target, value.used).at(value.used)
    builder = Builder(world, loss)
    found = [w for w in search(world, loss) if w.policy.kind in ("pilot", "rest")]
    assert found
    for weighed in found:
        once = weighed.step.payoff.mean()
        again = builder.build(weighed.policy, exact=True)
        assert again.payoff.mean() >= once - 1e-3 * abs(once)
        for step, here in _reached(again, np.ones(world.n, dtype=bool)):
            for j, after in enumerate(step.actions):
                led = here & (step.zone == j)
                if after[0].kind in ("switch", "more") and led.sum() >= 64:
                    assert after[0].payoff[led].mean() >= -1e-6 * loss.usd_per_month


def _reached(step, here):
    """Every gate with the draws that come to it."""
    if step.is_end:
        return
    yield step, here
    for j, after in enumerate(step.actions):
        for k, child in enumerate(after):
            led = here & (step.zone == j) & ((step.lead == k) if len(after) > 1 else True)
            yield from _reached(child, led)


def test_the_baseline_is_measured_before_the_first_step_where_a_file_can_be_had(base):
    assert {str(t) for t in FILE_TASKS} == set(TASKS)

    def before(inputs):
        plan, evaluation = plan_of(inputs)
        return staged_plan_dict(plan, evaluation).get("before_statements", [{}])[0].get("key")

    assert before(base) == "plan.before.label"
    assert before(base.replace("n_labelled_available", 49)) == "plan.before.label"
    assert before(base.replace("n_labelled_available", 400)) == "plan.before.owned"
    known = {"approach": "baseline", "n_labelled": 100, "value": 0.8}
    assert before(base.replace("pilot", [known])) is None
    other = {"task": "image_classification", "n_classes": 12, "draws": 1024,
             "target": {"value": 0.9}}  # fmt: skip
    assert before(ProjectInputs.from_dict(other)) is None
