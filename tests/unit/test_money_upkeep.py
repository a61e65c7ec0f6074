"""Serving and upkeep against hand-worked figures."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from estimator.engine.money.running import retraining_months
from estimator.engine.money.serving import instance_hours
from estimator.engine.simulate import evaluate
from tests.unit.money_rows import SMALL, lines, row, usd, with_assumptions

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence


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
    inputs = inputs.replace("serving.interactive", False)
    price = evidence.api_price_of["gpt-4o"]
    batch = lines(row(inputs, evidence, "zero_shot"))["serving_api_input"]
    at_once = lines(row(inputs.replace("serving.interactive", True), evidence, "zero_shot"))
    ratio = batch.unit_price_usd_draws[0] / at_once["serving_api_input"].unit_price_usd_draws[0]
    assert ratio == pytest.approx(1.0 - float(price.batch_discount or 0.0))


def test_cached_and_thinking_tokens_have_prices_of_their_own(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """Half of 500 tokens cached, 196 tokens of thinking before 4 of answer, 3.6 M requests."""
    price = evidence.api_price_of["gpt-4o"]
    inputs = with_assumptions(
        support_tickets.replace("models", {"zero_shot": "gpt-4o"})
        .replace("serving.cached_share", 0.5)
        .replace("serving.reasoning_tokens", 196.0),
        serving__prompt_tokens=380,
        serving__output_tokens__text_classification=4,
    )
    found = lines(row(inputs, evidence, "zero_shot"))
    assert found["serving_api_input"].quantity_draws[0] == 900.0
    assert found["serving_api_cached"].quantity_draws[0] == 900.0
    assert found["serving_api_output"].quantity_draws[0] == 720.0
    cached = found["serving_api_cached"].unit_price_usd_draws[0]
    assert cached == price.cached_input_usd_per_mtok
    assert cached < found["serving_api_input"].unit_price_usd_draws[0]


@pytest.mark.parametrize(
    "name",
    [
        "fraud",
        "customer_behaviour",
        "image_generation",
        "music_generation",
        "contracts",
        "support_tickets",
    ],
)
def test_no_row_is_served_on_a_machine_that_cannot_do_it(name: str, evidence: Evidence) -> None:
    """Processors carry no model above half a billion weights, no pictures, no thousand rows."""
    from tests.conftest import load_preset

    inputs = load_preset(name)
    for result in evaluate(inputs, evidence, n_draws=SMALL).results:
        served, model = lines(result).get("serving_instances"), result.candidate.model
        if served is None or model is None or result.candidate.approach == "baseline":
            continue
        if "vCPU" in str(served.note):
            assert (model.params_total or 0) <= 5e8
            assert name not in ("image_generation", "music_generation")
            assert model.family != "TabPFN" or result.candidate.n_labelled(inputs) <= 1000
        else:
            assert "inf" not in str(served.note).split(" in ")[0], "no silent port"


def test_a_picture_takes_its_denoising_steps(evidence: Evidence) -> None:
    from tests.conftest import load_preset

    inputs = load_preset("image_generation").replace("serving.interactive", False)
    one, sixty = (
        with_assumptions(inputs, serving__passes_per_picture=n, serving__batch_minimum_hours=0)
        for n in (1, 60)
    )
    hours = [
        lines(row(i, evidence, "zero_shot"))["serving_instances"].quantity_draws[0]
        for i in (one, sixty)
    ]
    assert hours[1] / hours[0] == pytest.approx(60, rel=1e-4)


def test_stale_prices_are_not_used_where_there_is_another(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """A row of which a later change is known is cheaper here, and still not taken."""
    place = support_tickets.compute
    here = [
        r
        for r in evidence.prices
        if (r.provider, r.region, r.accelerator) == (place.provider, place.region, "L40S")
        and r.purchase_option == "on_demand"
    ]
    fresh = min(here, key=lambda r: r.usd_per_instance_hour)
    old = dataclasses.replace(fresh, usd_per_instance_hour=0.5, stale=True)
    both = evidence.with_prices((fresh, old), "two rows")
    trained = lines(row(support_tickets, both))["training_compute"]
    listed = fresh.usd_per_instance_hour / fresh.accelerator_count
    assert trained.unit_price_usd_draws[0] == pytest.approx(listed, rel=1e-5)
    only = evidence.with_prices((old,), "one row")
    trained = lines(row(support_tickets, only))["training_compute"]
    assert trained.unit_price_usd_draws[0] == pytest.approx(0.5 / fresh.accelerator_count)


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
    batch = row(support_tickets.replace("serving.interactive", False), evidence)
    assert lines(always)["serving_instances"].quantity_draws[0] >= 730 * 36
    waited = row(support_tickets, evidence)
    assert lines(waited)["serving_instances"].quantity_draws[0] >= 730 * 36, "tickets are answered"
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
    """A tenth of 1,000 examples x 3 answers x 2 retrainings x 0.08 USD and a fee of a fifth."""
    inputs = support_tickets.replace("labelling.usd_per_label", 0.08)
    assert usd(row(inputs, evidence), "relabelling") == 57.6
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
