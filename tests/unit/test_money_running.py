"""Reserves, finance lines, values and prices of a row against hand-worked figures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator import compare_approaches
from estimator.engine.money.value import share_right
from estimator.engine.simulate import evaluate
from estimator.vocabulary import Phase
from tests.unit.money_rows import SMALL, lines, row, usd

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence


def test_plan_and_allowance_are_the_expected_total(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """Lines add to the plan, plan + allowance to the mean of the draws, + held to the safe one."""
    money = row(support_tickets, evidence).money
    budget = money.extras["budget"]
    assert isinstance(budget, dict)
    plan = sum(round(100 * float(i.usd_draws[0])) for i in money.items) / 100
    assert budget["plan_usd"] == plan == round(sum(money.cash_flow_base_usd), 2)
    expected = budget["plan_usd"] + budget["allowance_usd"]
    assert expected == pytest.approx(budget["expected_usd"], abs=0.005)
    assert budget["expected_usd"] == pytest.approx(money.total_draws[1:].mean(), abs=0.01)
    safe = budget["expected_usd"] + budget["held_usd"]
    assert safe == pytest.approx(budget["safe_9_of_10_usd"], abs=0.005)
    assert "contingency" not in {i.item for i in money.items}


def test_a_typed_reserve_is_that_share_of_the_project(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    none = row(support_tickets.replace("finance.contingency", "none"), evidence).money
    typed = row(support_tickets.replace("finance.contingency", 0.25), evidence).money
    np.testing.assert_allclose(typed.one_off_draws[1:], 1.25 * none.one_off_draws[1:])
    assert typed.total_draws[0] == none.total_draws[0], "the plan holds no reserve"


def test_overruns_that_the_efforts_hold_are_not_drawn_twice(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """The published spread tops up the one-off money; fitted efforts are wider already."""
    none = support_tickets.replace("finance.contingency", "none")
    same = row(support_tickets, evidence).money.one_off_draws
    np.testing.assert_allclose(same, row(none, evidence).money.one_off_draws)
    sure = {
        "people.adaptation_weeks": 10,
        "labelling.guideline_hours": 10,
        "labelling.text_scale": 3,
        "labelling.pilot_items": 100,
        "labelling.disagreement_share": 0.1,
        "labelling.adjudication_price_factor": 2,
        "labelling.review_price_factor": 0.5,
        "people.training_hours_per_user": 0,
        "compute.standby_share": 0,
    }
    fixed = support_tickets.replace("assumptions", sure).replace("labelling.usd_per_label", 0.1)
    wages = dict.fromkeys(
        ("project_lead", "data_engineer", "ml_engineer", "data_scientist", "software_engineer"),
        4000.0,
    )
    money = row(fixed.replace("people.usd_per_week", wages), evidence).money.one_off_draws
    assert np.std(np.log(money[1:])) == pytest.approx(0.317, rel=0.05)


def test_large_projects_have_the_published_tail(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    large = support_tickets.replace("people.wage_factor", 100.0).replace(
        "assumptions", {"people.adaptation_weeks": 100, "finance.overrun_sd": 0}
    )
    draws = [
        next(
            r for r in evaluate(i, evidence, n_draws=4096).results if r.candidate.key == "lora"
        ).money.one_off_draws
        for i in (large, large.replace("finance.contingency", "none"))
    ]
    assert draws[1][0] > 15e6
    over = draws[0][1:] / draws[1][1:] - 1
    assert np.mean(over > 0.5) == pytest.approx(0.18, abs=0.005)
    assert over.max() == pytest.approx(5.0)


def test_money_is_spent_when_the_work_is_done(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """Release is paid after labels; use, and its benefits, start when the project is over."""
    result = row(support_tickets.replace("serving.horizon_months", 24), evidence)
    flow, found = result.money.cash_flow_base_usd, lines(result)
    project = len(flow) - 24
    assert project == int(np.ceil(result.money.calendar_weeks_draws[0] / (52 / 12)))
    month = {k: int(np.argmax(found[k].months)) for k in ("people_scoping", "people_integration")}
    assert month["people_scoping"] == 0 < month["people_integration"] < project
    assert sum(found["upkeep"].months[:project]) == 0
    assert sum(found["upkeep"].months) == pytest.approx(1)


def test_tax_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """19 % on all that is bought; own wages are not taxed."""
    inputs = support_tickets.replace("finance.tax_rate", 0.19)
    taxed, plain = row(inputs, evidence), row(support_tickets, evidence)
    wages = ("people_", "labelling_guidelines", "retraining_people")
    own = {"upkeep", "yearly_audit"}
    bought = [i for i in plain.money.items if not i.item.startswith(wages) and i.item not in own]
    for timing, item in (("one_off", "tax_project"), ("later", "tax_running")):
        net = sum(
            i.usd_draws[0] for i in bought if (i.timing == "one_off") == (timing == "one_off")
        )
        assert usd(taxed, item) == pytest.approx(0.19 * net, abs=0.02)


def test_wage_drift_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """Wages of every month t, each times (1.03)^(t/12) - 1; use starts after the project."""
    inputs = support_tickets.replace("serving.retrain_every_months", None)
    plain = row(inputs, evidence)
    drift = row(inputs.replace("finance.wage_drift", 0.03), evidence)
    monthly = usd(plain, "upkeep") / 36
    start = len(plain.money.cash_flow_base_usd) - 36
    use = range(start, start + 36)
    by_hand = sum(monthly * (1.03 ** (t / 12) - 1) for t in use)
    audits = (use[11], use[23], use[35])
    by_hand += usd(plain, "yearly_audit") / 3 * sum(1.03 ** (t / 12) - 1 for t in audits)
    for item in plain.money.items:
        if item.item.startswith(("people_", "labelling_guidelines")):
            by_hand += item.usd_draws[0] * (1.03 ** (np.argmax(item.months) / 12) - 1)
    assert usd(drift, "wage_drift") == pytest.approx(by_hand, rel=2e-5)
    assert "price_drift" not in lines(drift)


def test_falling_prices_make_later_months_cheaper(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    fall = row(support_tickets.replace("finance.price_drift", -0.2), evidence)
    assert usd(fall, "price_drift") < 0
    flow = fall.money.cash_flow_base_usd
    assert round(sum(flow), 2) == fall.money.total_draws[0]


def test_sunk_cost_changes_no_figure(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    before, after = (
        row(support_tickets.replace("finance.spent_usd", x), evidence) for x in (0.0, 5e5)
    )
    assert np.array_equal(before.money.total_draws, after.money.total_draws)
    assert np.array_equal(before.money.net_value_draws, after.money.net_value_draws)
    assert after.money.extras["spent_usd"] == 5e5


def test_net_value_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    inputs = (
        support_tickets.replace("finance.discount_rate", 0.0)
        .replace("value.benefit_per_correct_usd", 0.5)
        .replace("value.cost_per_error_usd", 2.0)
    )
    result = row(inputs, evidence)
    assert result.accuracy.draws is not None
    a = result.accuracy.draws
    monthly = 100_000 * (0.5 * a - 2.0 * (1 - a))
    delay = np.maximum(monthly, 0) * result.money.calendar_weeks_draws / (52 / 12)
    by_hand = (36 - 3 / 2) * monthly - delay - result.money.total_draws
    np.testing.assert_allclose(result.money.net_value_draws, by_hand, rtol=1e-9)


def test_without_values_net_value_ranks_as_cost(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    found = evaluate(support_tickets, evidence, n_draws=SMALL).results
    cost = [float(r.money.npv_draws[0]) for r in found]
    net = [float(r.money.net_value_draws[0]) for r in found]
    assert net == [-c for c in cost]


def test_a_month_of_delay_costs_a_month_of_value(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    result = row(support_tickets.replace("value.value_per_month_usd", 5200.0), evidence)
    assert result.money.extras["delay_cost_usd_per_week"] == pytest.approx(1200.0)


def test_misses_earn_nothing(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """Benefits, payback and rate of return count a system only where it reaches its target."""
    worth = support_tickets.replace("value.today_usd_per_month", 52_000.0)
    easy, hard = (row(worth.replace("target.value", x), evidence).money for x in (0.05, 0.999))
    assert easy.extras["payback_months"] < 6
    assert easy.extras["irr"] > 1
    assert hard.extras["payback_months"] is None
    missed = row(worth, evidence).accuracy.draws < 0.9  # type: ignore[operator]
    money = row(worth, evidence).money
    np.testing.assert_allclose(money.net_value_draws[missed], -money.npv_draws[missed])
    assert np.all(money.net_value_draws[~missed] > 0)


def test_share_right_knows_directions() -> None:
    x = np.array([0.1, 1.3])
    assert share_right("wer", x).tolist() == [0.9, 0.0]  # type: ignore[union-attr]
    assert share_right("accuracy", x).tolist() == [0.1, 1.0]  # type: ignore[union-attr]
    assert share_right("bleu", np.array([30.0])).tolist() == [0.3]  # type: ignore[union-attr]
    assert share_right("fid", x) is None


def test_budgets_are_safe_as_often_as_they_say(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    found = evaluate(support_tickets, evidence, n_draws=1024).results
    for r in found:
        total = r.money.total_draws[1:]
        eight = r.money.extras["budget_safe_8_of_10_usd"]
        nine = r.money.extras["budget_safe_9_of_10_usd"]
        assert np.mean(total <= eight) == pytest.approx(0.8, abs=0.01)
        assert np.mean(total <= nine) == pytest.approx(0.9, abs=0.01)


def test_an_api_is_overtaken_at_high_volume(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    def totals(volume: float) -> dict[str, float]:
        inputs = support_tickets.replace("serving.requests_per_month", volume)
        found = evaluate(inputs, evidence, n_draws=SMALL).results
        return {r.candidate.key: float(r.money.total_draws[0]) for r in found}

    few, many = totals(1e4), totals(1e8)
    assert few["zero_shot"] < few["linear_probe"]
    assert many["zero_shot"] > many["linear_probe"]
    assert all(many[k] >= few[k] for k in few)


def test_automation_tries_more(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    by_hand, auto = (
        row(support_tickets.replace("people.automation", x), evidence) for x in (False, True)
    )
    assert auto.compute.recipe["trials"] == 4 * support_tickets.compute.trials
    assert auto.compute.device_hours_draws[0] > by_hand.compute.device_hours_draws[0]


def test_phases_hold_what_they_name(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    result = row(support_tickets, evidence)
    later = [i for i in result.money.items if i.timing != "one_off"]
    assert {i.phase for i in later} == {Phase.RUNNING}
    assert result.money.by_phase_draws[Phase.RUNNING][0] == pytest.approx(
        36 * result.money.monthly_draws[0], abs=0.05
    )


def test_what_a_base_model_would_cost_to_train_again(evidence: Evidence) -> None:
    """dinov2-base: 5,300 published A100 hours at the median on-demand price of today."""
    from tests.conftest import load_preset

    inputs = load_preset("image_recognition").replace("models", {"linear_probe": "dinov2-base"})
    rents = [
        r.usd_per_instance_hour / r.accelerator_count
        for r in evidence.prices
        if (r.accelerator, r.purchase_option, r.stale) == ("A100-40GB", "on_demand", False)
    ]
    found = row(inputs, evidence, "linear_probe").money.extras["base_model_replacement_usd"]
    assert found == pytest.approx(5300 * np.median(rents), abs=0.01)


def test_a_discount_of_an_api_provider(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    listed = row(support_tickets, evidence, "zero_shot")
    assert listed.candidate.model is not None
    provider = evidence.api_price_of[listed.candidate.model.name].provider
    cut = row(
        support_tickets.replace("finance.discounts", {provider.lower(): 0.5}), evidence, "zero_shot"
    )
    for item in ("serving_api_input", "serving_api_output"):
        assert lines(cut)[item].unit_price_usd_draws[0] == pytest.approx(
            0.5 * lines(listed)[item].unit_price_usd_draws[0]
        )
    free = support_tickets.replace("finance.discounts", {provider.lower(): 1.0})
    assert "serving_api_input" not in lines(row(free, evidence, "zero_shot"))


def test_spot_prices_move_and_listed_ones_do_not(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    spot = support_tickets.replace("compute.purchase_option", "spot")
    moving = lines(row(spot, evidence))["training_compute"].unit_price_usd_draws
    fixed = lines(row(support_tickets, evidence))["training_compute"].unit_price_usd_draws
    assert np.std(moving[1:]) > 0.1 * moving[0]
    assert np.ptp(fixed) == 0
    assert moving[0] < fixed[0]


def test_a_hosted_model_without_a_fitting_price_has_no_total(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """A service priced by the minute of sound cannot be priced for text; never 0."""
    inputs = support_tickets.replace("models", {"zero_shot": "deepgram-nova-3"})
    found = row(inputs, evidence, "zero_shot")
    assert not found.money.feasible
    assert not found.feasible
    assert np.isnan(found.money.total_draws).all()
    assert np.isnan(found.money.cash_flow_base_usd).all()
    assert "audio minute" in found.money.reasons[0]


def test_an_unpriced_row_can_be_printed(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    inputs = support_tickets.replace("models", {"zero_shot": "deepgram-nova-3"})
    printed = compare_approaches(inputs.replace("draws", 256), evidence).to_dict()
    json.dumps(printed, allow_nan=False)
    (as_is,) = [r for r in printed["approaches"] if r["approach"] == "zero_shot"]
    assert as_is["cost_usd"]["total"] == dict.fromkeys(("p10", "p50", "p90", "mean", "base"))
    assert printed["recommendation"]["approach"] != "zero_shot"


def test_a_device_that_works_too_long_on_a_request_rules_its_row_out(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    large = support_tickets.replace("models", {"lora": "llama-3.1-8b"})
    quick = row(large.replace("serving.latency_ms", 1000.0), evidence, "lora")
    assert quick.feasible
    assert not quick.reasons
    slow = row(large.replace("serving.latency_ms", 1.0), evidence, "lora")
    assert not slow.feasible
    (reason,) = slow.reasons
    assert str(reason).startswith("works about ")
    assert str(reason).endswith("allowed are 1 ms")
    asked = row(support_tickets.replace("serving.latency_ms", 1.0), evidence, "zero_shot")
    assert asked.feasible


@pytest.mark.parametrize(("level", "factor"), [("lean", 0.785), ("regulated", 1.27)])
def test_care_of_the_project_is_care_in_use(
    level: str, factor: float, support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    plain = row(support_tickets, evidence)
    other = row(support_tickets.replace("people.effort", level), evidence)
    assert usd(other, "upkeep") == pytest.approx(factor * usd(plain, "upkeep"), rel=1e-3)
