"""Serving, upkeep, reserves and finance lines against hand-worked figures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator import compare_approaches
from estimator.engine.money.running import retraining_months
from estimator.engine.money.serving import instance_hours
from estimator.engine.money.value import share_right
from estimator.engine.simulate import evaluate
from estimator.vocabulary import Phase

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.results import CandidateResult, CostItem
    from estimator.evidence.load import Evidence

SMALL = 64


def row(inputs: ProjectInputs, evidence: Evidence, key: str = "full_finetune") -> CandidateResult:
    found = evaluate(inputs, evidence, n_draws=SMALL).results
    return next(r for r in found if r.candidate.key == key)


def lines(result: CandidateResult) -> dict[str, CostItem]:
    return {i.item: i for i in result.money.items}


def usd(result: CandidateResult, item: str) -> float:
    return float(lines(result)[item].usd_draws[0])


def with_assumptions(inputs: ProjectInputs, **values: float) -> ProjectInputs:
    return inputs.replace("assumptions", {k.replace("__", "."): v for k, v in values.items()})


def test_api_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """100,000 x 36 requests of 120 + 380 tokens in and 4 out, at list prices, no batch."""
    inputs = with_assumptions(
        support_tickets.replace("serving.latency_ms", 2000.0),
        serving__prompt_tokens=380,
        serving__output_tokens__text_classification=4,
    )
    result = row(inputs, evidence, "zero_shot")
    assert result.candidate.model is not None
    price = evidence.api_price_of[result.candidate.model.name]
    assert price.input_usd_per_mtok
    assert price.output_usd_per_mtok
    found = lines(result)
    assert found["serving_api_input"].quantity_draws[0] == 1800.0
    assert found["serving_api_output"].quantity_draws[0] == 14.4
    assert usd(result, "serving_api_input") == round(1800 * price.input_usd_per_mtok, 2)
    assert usd(result, "serving_api_output") == round(14.4 * price.output_usd_per_mtok, 2)


def test_a_daily_run_takes_the_batch_price(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    inputs = support_tickets.replace("models", {"zero_shot": "gpt-4o"})
    price = evidence.api_price_of["gpt-4o"]
    batch = lines(row(inputs, evidence, "zero_shot"))["serving_api_input"]
    at_once = lines(row(inputs.replace("serving.latency_ms", 500.0), evidence, "zero_shot"))
    ratio = batch.unit_price_usd_draws[0] / at_once["serving_api_input"].unit_price_usd_draws[0]
    assert ratio == pytest.approx(1.0 - float(price.batch_discount or 0.0))


def test_speech_is_priced_by_the_minute(evidence: Evidence) -> None:
    from tests.conftest import load_preset

    inputs = (
        load_preset("call_transcription")
        .replace("models", {"zero_shot": "openai-whisper-1"})
        .replace("unit", {"audio_seconds": 30.0})
        .replace("serving.requests_per_month", 1000.0)
        .replace("serving.horizon_months", 10)
    )
    item = lines(row(inputs, evidence, "zero_shot"))["serving_api"]
    assert (item.quantity_draws[0], item.unit) == (5000.0, "audio minute")
    assert item.unit_price_usd_draws[0] == 0.006


def test_instances_by_hand() -> None:
    """A million requests of 2 s = 555.6 busy hours; at load 0.3 three instances x 730 h."""
    hours = instance_hours(1e6, 2.0, 0.3, 0.0, None)
    assert float(hours) == 3 * 730.0
    assert float(instance_hours(1e6, 2.0, 0.3, 1.0, None)) == 4 * 730.0
    assert float(instance_hours(10, 2.0, 0.3, 0.0, None)) == 730.0
    assert float(instance_hours(1e6, 2.0, 0.3, 0.0, (30, 0.25))) == pytest.approx(555.5556)
    assert float(instance_hours(10, 2.0, 0.3, 0.0, (30, 0.25))) == 7.5


def test_a_latency_makes_serving_run_all_month(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    always = row(support_tickets.replace("serving.latency_ms", 100.0), evidence)
    batch = row(support_tickets, evidence)
    assert lines(always)["serving_instances"].quantity_draws[0] >= 730 * 36
    assert usd(always, "serving_instances") > usd(batch, "serving_instances")


def test_nothing_is_served_on_a_device_of_the_user(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    result = row(support_tickets.replace("limits.edge_device", True), evidence)
    assert "serving_instances" not in lines(result)


def test_retraining_falls_due_but_not_at_the_end() -> None:
    assert retraining_months(36, 12) == (12, 24)
    assert retraining_months(37, 12) == (12, 24, 36)
    assert retraining_months(6, 12) == ()
    assert retraining_months(36, None) == ()


def test_relabelling_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """A tenth of 1,000 examples x 3 answers x 2 retrainings x 0.08 USD."""
    inputs = support_tickets.replace("labelling.usd_per_label", 0.08)
    assert usd(row(inputs, evidence), "relabelling") == 48.0
    never = row(inputs.replace("serving.retrain_every_months", None), evidence)
    assert not {"relabelling", "retraining_compute", "retraining_people"} & set(lines(never))


def test_retrieval_has_an_index_and_longer_prompts(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    inputs = support_tickets.replace("hybrid.kind", "retrieval")
    found = lines(row(inputs, evidence, "hybrid"))
    assert found["retrieval_index"].usd_draws[0] > 0
    assert found["retrieval_store"].usd_draws[0] > 0
    assert "retrieval_index" not in lines(row(inputs, evidence, "zero_shot"))


def test_contingency_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    none = row(support_tickets.replace("finance.contingency", "none"), evidence)
    typed = row(support_tickets.replace("finance.contingency", 0.25), evidence)
    assert "contingency" not in lines(none)
    assert usd(typed, "contingency") == pytest.approx(0.25 * none.money.one_off_draws[0], rel=1e-5)
    usual = lines(row(support_tickets, evidence))["contingency"]
    assert usual.source_id == "how-big-things-get-done-as-cited"
    share = usual.unit_price_usd_draws[1:]
    assert np.mean(share > 0.5) == pytest.approx(0.18, abs=0.02)


def test_tax_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """19 % on all that is bought; own wages and the reserve are not taxed."""
    inputs = support_tickets.replace("finance.tax_rate", 0.19)
    taxed, plain = row(inputs, evidence), row(support_tickets, evidence)
    wages = ("people_", "labelling_guidelines", "retraining_people")
    own = {"monitoring", "support", "operations", "yearly_audit", "contingency"}
    bought = [i for i in plain.money.items if not i.item.startswith(wages) and i.item not in own]
    for timing, item in (("one_off", "tax_project"), ("later", "tax_running")):
        net = sum(
            i.usd_draws[0] for i in bought if (i.timing == "one_off") == (timing == "one_off")
        )
        assert usd(taxed, item) == pytest.approx(0.19 * net, abs=0.02)


def test_wage_drift_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """Wages of the later months, each times (1.03)^(t/12) - 1."""
    inputs = support_tickets.replace("serving.retrain_every_months", None)
    plain = row(inputs, evidence)
    drift = row(inputs.replace("finance.wage_drift", 0.03), evidence)
    monthly = sum(usd(plain, k) for k in ("monitoring", "support", "operations")) / 36
    by_hand = sum(monthly * (1.03 ** (t / 12) - 1) for t in range(1, 37))
    by_hand += usd(plain, "yearly_audit") / 3 * sum(1.03**y - 1 for y in (1, 2, 3))
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
    by_hand = 36 * monthly - delay - result.money.total_draws
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
    assert result.money.extras["payback_months"] is not None
    assert result.money.extras["irr"] is not None


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
    assert as_is["cost_usd"]["total"] == {"p10": None, "p50": None, "p90": None, "base": None}
    assert printed["recommendation"]["approach"] != "zero_shot"


def test_a_device_that_works_too_long_on_a_request_rules_its_row_out(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    quick = row(support_tickets.replace("serving.latency_ms", 1000.0), evidence, "lora")
    assert quick.feasible
    assert not quick.reasons
    slow = row(support_tickets.replace("serving.latency_ms", 1.0), evidence, "lora")
    assert not slow.feasible
    (reason,) = slow.reasons
    assert reason.startswith("works about ")
    assert reason.endswith("allowed are 1 ms")
    asked = row(support_tickets.replace("serving.latency_ms", 1.0), evidence, "zero_shot")
    assert asked.feasible
