"""The door of the room: every task, orders of the approaches, multipliers, own runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates
from estimator.engine.compute import predict_compute
from estimator.engine.compute.choose import hours_table
from estimator.engine.compute.energy import grid_gco2_per_kwh
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.vocabulary import APPROACH_LABELS, Approach, DeviceKind, Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DRAWS = Draws(256, 1)


def run(inputs: ProjectInputs, evidence: Evidence) -> dict[str, ComputeEstimate]:
    candidates = build_candidates(inputs, evidence)
    found = predict_compute(inputs, candidates, evidence, Assumptions(evidence.assumptions), DRAWS)
    return {c.key: e for c, e in zip(candidates, found, strict=True)}


def scenario(task: str = "text_classification", **fields: Any) -> ProjectInputs:
    return ProjectInputs.from_dict({"task": task, **fields})


@pytest.mark.parametrize("task", list(Task))
def test_every_task_and_approach_has_an_estimate_or_a_reason(
    task: Task, evidence: Evidence
) -> None:
    found = run(scenario(str(task), n_unlabelled_available=20_000), evidence)
    assert len(found) == 10
    for key, e in found.items():
        assert e.device_hours_draws.shape == (DRAWS.size,)
        assert np.all(np.isfinite(e.device_hours_draws))
        assert np.all(e.device_hours_draws >= 0)
        assert e.reasons or e.feasible
        if e.feasible and e.device_kind is not DeviceKind.API:
            assert e.device_hours_draws[0] > 0, key
            low, mid, high = percentiles(e.device_hours_draws)
            assert low <= mid <= high
            assert np.all(e.single_run_device_hours_draws <= e.device_hours_draws + 1e-12)


@pytest.mark.parametrize("task", ["text_classification", "image_classification", "protein"])
@pytest.mark.parametrize("epochs", [None, 1, 40])
def test_linear_probe_partial_and_full_are_ordered_in_hours(
    task: str, epochs: float | None, evidence: Evidence
) -> None:
    inputs = scenario(task, n_labelled_to_buy=20_000, training={"epochs": epochs})
    model = next(
        c.model for c in build_candidates(inputs, evidence) if c.approach is Approach.FULL_FINETUNE
    )
    approaches = (Approach.LINEAR_PROBE, Approach.PARTIAL_FINETUNE, Approach.FULL_FINETUNE)
    candidates = [
        Candidate(str(a), a, APPROACH_LABELS[a], model, inputs.n_labelled_to_buy)
        for a in approaches
    ]
    found = predict_compute(inputs, candidates, evidence, Assumptions(evidence.assumptions), DRAWS)
    probe, partial, full = (e.device_hours_draws for e in found)
    assert np.all(probe <= partial)
    assert np.all(partial <= full)


def test_lora_needs_less_memory_than_full(evidence: Evidence) -> None:
    models = {"lora": "llama-3.1-8b", "full_finetune": "llama-3.1-8b"}
    compute = {"accelerator": "A100-80GB"}
    found = run(scenario("text_generation", models=models, compute=compute), evidence)
    lora, full = found["lora"].peak_memory_gb, found["full_finetune"].peak_memory_gb
    assert lora is not None
    assert full is not None
    assert lora < full


def test_what_does_not_fit_names_the_smallest_set_up(evidence: Evidence) -> None:
    models = {"full_finetune": "llama-3.1-70b"}
    found = run(scenario("text_generation", models=models, compute={"accelerator": "L4"}), evidence)
    full = found["full_finetune"]
    assert not full.feasible
    assert full.min_devices is None or full.min_devices > 1
    assert "smallest set-up" in full.reasons[0]


def test_trials_failures_and_spot_multiply(evidence: Evidence) -> None:
    one = run(scenario(compute={"trials": 1, "failed_run_share": 0.0}), evidence)["full_finetune"]
    four = run(scenario(compute={"trials": 4, "failed_run_share": 0.5}), evidence)["full_finetune"]
    assert four.device_hours_draws[0] == pytest.approx(8 * one.device_hours_draws[0])
    spot = run(
        scenario(compute={"trials": 1, "failed_run_share": 0.0, "purchase_option": "spot"}),
        evidence,
    )["full_finetune"]
    assert spot.device_hours_draws[0] > one.device_hours_draws[0]


def test_more_labels_never_take_fewer_hours(evidence: Evidence) -> None:
    hours = [
        run(scenario(n_labelled_to_buy=n), evidence)["full_finetune"].device_hours_draws[0]
        for n in (100, 1_000, 10_000, 100_000)
    ]
    assert hours == sorted(hours)
    assert hours[-1] > 5 * hours[0]


def test_hosted_model_has_no_device_hours_but_tokens(evidence: Evidence) -> None:
    e = run(scenario("text_classification"), evidence)["zero_shot"]
    assert e.device_kind is DeviceKind.API
    assert np.all(e.device_hours_draws == 0)
    assert e.api_tokens_draws is not None
    assert e.api_tokens_draws[0] > 0


def test_ten_minutes_of_work_are_not_ten_seconds(evidence: Evidence) -> None:
    e = run(scenario(n_labelled_to_buy=50, compute={"trials": 1}), evidence)["full_finetune"]
    assert e.device_hours_draws[0] > 60 / 3600


def test_energy_and_co2_are_ranges_of_at_least_forty_percent(evidence: Evidence) -> None:
    e = run(scenario(), evidence)["full_finetune"]
    ratio = e.co2_kg_draws[1:] / e.energy_kwh_draws[1:]
    low, mid, high = percentiles(np.concatenate([[1.0], ratio]))
    assert low <= 0.62 * mid
    assert high >= 1.4 * mid
    assert e.energy_kwh_draws[0] > 0


OWN_RUN = {
    "modality": "text", "task": "classification", "model": "bert-base", "approach": "full_finetune",
    "unit": "samples", "units_seen": 300000, "context": "seq 128, batch 32", "hardware": "L40S",
    "n_devices": 1, "precision": "bf16",
}  # fmt: skip


@pytest.mark.parametrize("hours", [{"device_hours": 12.0}, {"minutes": 720.0}])
def test_own_runs_by_the_template_of_the_page_move_the_hours(
    evidence: Evidence, hours: dict[str, float]
) -> None:
    row = {"task": "text_classification", "approach": "full_finetune", "model": "bert-base",
           "hardware": "L40S", "n_devices": 1, "n_train": 100_000, "epochs": 3,
           **hours}  # fmt: skip
    before = run(scenario(n_labelled_to_buy=100_000), evidence)["full_finetune"]
    after = run(scenario(n_labelled_to_buy=100_000, own_runs=[row, row]), evidence)["full_finetune"]
    assert after.recipe["own_runs"] == 2
    assert "own_runs_unused" not in after.recipe
    assert after.device_hours_draws[0] > 1.2 * before.device_hours_draws[0]


def test_a_run_that_cannot_be_used_says_why(evidence: Evidence) -> None:
    row = {"model": "bert-base", "hardware": "L40S", "n_devices": 1, "device_hours": 1.0}
    after = run(scenario(own_runs=[row]), evidence)["full_finetune"]
    assert "the work is not stated" in str(after.recipe["own_runs_unused"])


def test_two_own_runs_move_the_hours_and_narrow_them(evidence: Evidence) -> None:
    before = run(scenario(n_labelled_to_buy=100_000), evidence)["full_finetune"]
    slow = [{**OWN_RUN, "device_hours": 12.0}, {**OWN_RUN, "device_hours": 14.0}]
    after = run(scenario(n_labelled_to_buy=100_000, own_runs=slow), evidence)["full_finetune"]
    assert after.recipe["own_runs"] == 2
    assert float(str(after.recipe["own_runs_factor"])) > 1.3
    assert after.device_hours_draws[0] > 1.3 * before.device_hours_draws[0]
    b, a = percentiles(before.device_hours_draws), percentiles(after.device_hours_draws)
    assert a[2] / a[0] < b[2] / b[0]


def test_table_of_accelerators_agrees_with_the_door(evidence: Evidence) -> None:
    inputs = scenario("image_classification", n_labelled_to_buy=20_000)
    candidates = build_candidates(inputs, evidence)
    devices = [evidence.accelerators[a] for a in ("L40S", "A100-80GB", "H100-80GB")]
    assumptions = Assumptions(evidence.assumptions)
    hours, needed = hours_table(inputs, candidates, devices, evidence, assumptions)
    for j, device in enumerate(devices):
        there = inputs.replace("compute.accelerator", device.accelerator)
        found = predict_compute(there, candidates, evidence, assumptions, DRAWS)
        for i, (c, e) in enumerate(zip(candidates, found, strict=True)):
            if c.approach in (Approach.FULL_FINETUNE, Approach.LORA, Approach.DISTILL):
                assert hours[i, j] == pytest.approx(e.device_hours_draws[0], rel=1e-6)
                assert needed[i, j] == e.min_devices


def test_generators_from_scratch_take_pre_training_not_fine_tuning(evidence: Evidence) -> None:
    """Stable Diffusion took 15,600 to 150,000 A100 hours; a chat model 20 tokens a parameter."""
    one = {"trials": 1, "failed_run_share": 0.0, "accelerator": "A100-40GB"}
    models = {"scratch": "stable-diffusion-1.5"}
    image = run(scenario("image_generation", models=models, compute=one), evidence)["scratch"]
    assert 10_000 < image.device_hours_draws[0] < 200_000
    models = {"scratch": "llama-2-7b"}
    text = run(scenario("text_generation", models=models, compute=one), evidence)["scratch"]
    assert text.training_flop > 6 * 6.7e9 * 20 * 6.7e9 * 0.9


def test_every_region_of_the_price_book_has_a_grid_factor(evidence: Evidence) -> None:
    found = [
        grid_gco2_per_kwh(evidence, p, r) for p, places in evidence.regions.items() for r in places
    ]
    assert all(1 < g < 1200 and s in evidence.sources for g, s in found)
    north = grid_gco2_per_kwh(evidence, "aws", "eu-north-1")[0]
    assert north < grid_gco2_per_kwh(evidence, "aws", "us-east-1")[0]
