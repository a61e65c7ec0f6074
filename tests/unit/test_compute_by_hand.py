"""One typed model, worked on paper: FLOP, hours, kWh and kg of CO2 of every approach.

The model: 1e8 parameters, 10 GFLOP forward for one example. The project: 1,000 labelled examples,
2,000 without labels, 100 to test on, 2 epochs, 3 runs, every fifth run repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate

if TYPE_CHECKING:
    from estimator.engine.results import ComputeEstimate
    from estimator.evidence.load import Evidence

MODEL = {"params": 1e8, "forward_gflop": 10.0, "layers": 12}
TYPED = ("linear_probe", "partial_finetune", "lora", "full_finetune", "continued_pretrain",
         "distill", "scratch")  # fmt: skip
FORWARD = 1e10
LABELLED, POOL, TESTED, EPOCHS, RUNS = 1000, 2000, 100, 2, 3


def scenario(**compute: Any) -> ProjectInputs:
    return ProjectInputs.from_dict(
        {
            "schema": 1, "name": "by hand", "task": "text_classification", "unit": {"tokens": 100},
            "n_labelled_available": LABELLED, "n_labelled_to_buy": 0,
            "n_unlabelled_available": POOL, "n_evaluation": TESTED,
            "models": dict.fromkeys(TYPED, MODEL), "training": {"epochs": EPOCHS},
            "compute": {"trials": RUNS, "failed_run_share": 0.2, **compute}, "draws": 64,
        }
    )  # fmt: skip


def by_approach(inputs: ProjectInputs, evidence: Evidence) -> dict[str, ComputeEstimate]:
    return {str(r.candidate.approach): r.compute for r in evaluate(inputs, evidence).results}


@pytest.fixture(scope="module")
def rows(evidence: Evidence) -> dict[str, ComputeEstimate]:
    return by_approach(scenario(), evidence)


TEST_FLOP = TESTED * FORWARD
BY_HAND = {
    # trained in every run + test set, then what is done once
    "linear_probe": (0.0, 1 * LABELLED * FORWARD),
    "lora": (2 * EPOCHS * LABELLED * FORWARD, 0.0),
    "full_finetune": (3 * EPOCHS * LABELLED * FORWARD, 0.0),
    "scratch": (3 * EPOCHS * LABELLED * FORWARD, 0.0),
    "continued_pretrain": (3 * EPOCHS * LABELLED * FORWARD, 3 * 1 * POOL * FORWARD),
}


@pytest.mark.parametrize("approach", sorted(BY_HAND))
def test_operations(rows: dict[str, ComputeEstimate], approach: str) -> None:
    run, once = BY_HAND[approach]
    work = {w.name: w.units * w.flop_per_unit * w.passes for w in rows[approach].work}
    test = work.pop("evaluation on the test set")
    assert test == pytest.approx(TEST_FLOP)
    assert sum(work.values()) == pytest.approx(run + once)
    assert rows[approach].training_flop == pytest.approx(RUNS * run + once + test)


def test_the_teacher_is_paid_for(rows: dict[str, ComputeEstimate]) -> None:
    work = {w.name: w for w in rows["distill"].work}
    labels = work["labels of the teacher"]
    assert labels.passes == 1.0
    assert labels.units == LABELLED + POOL
    assert work["teacher fine-tuned"].passes % 3.0 == 0.0
    assert labels.flop_per_unit > 0
    student = work["student on labelled and teacher-labelled data"]
    assert student.units == LABELLED + POOL
    assert student.units * student.flop_per_unit * student.passes == pytest.approx(
        3 * EPOCHS * (LABELLED + POOL) * FORWARD
    )


@pytest.mark.parametrize("approach", ["lora", "full_finetune", "continued_pretrain", "scratch"])
def test_hours_are_runs_and_what_is_done_once_and_repeated(
    rows: dict[str, ComputeEstimate], evidence: Evidence, approach: str
) -> None:
    c = rows[approach]
    part = {p.name: p.value for p in c.hours_parts}
    run, _ = BY_HAND[approach]
    # an L40S does 362 TFLOP/s in half precision: what is left is the fitted utilisation
    assert part["peak"] == pytest.approx(362e12)
    hours = (run + TEST_FLOP) / (362e12 * part["utilisation"] * 3600)
    assert part["compute_one_run"] == pytest.approx(hours)
    assert part["start_up"] == evidence.assumptions["compute.job_overhead_hours"].p50
    assert part["repeats"] == pytest.approx(1 / (1 - 0.2))
    assert part["runs"] == RUNS
    total = RUNS * (part["compute_one_run"] + part["start_up"]) + part["once"]
    assert c.device_hours_draws[0] == pytest.approx(total * 1.25)
    assert c.single_run_device_hours_draws[0] < c.device_hours_draws[0]


def test_repeated_and_interrupted_runs_cost_hours(evidence: Evidence) -> None:
    calm = by_approach(scenario(failed_run_share=0.0), evidence)["lora"].device_hours_draws[0]
    failing = by_approach(scenario(failed_run_share=0.5), evidence)["lora"].device_hours_draws[0]
    spot = by_approach(scenario(failed_run_share=0.0, purchase_option="spot"), evidence)[
        "lora"
    ].device_hours_draws[0]
    assert failing == pytest.approx(2 * calm)
    assert spot == pytest.approx(evidence.assumptions["compute.spot_overhead"].p50 * calm)


@pytest.mark.parametrize("approach", ["lora", "full_finetune"])
def test_energy_and_carbon(
    rows: dict[str, ComputeEstimate], evidence: Evidence, approach: str
) -> None:
    c = rows[approach]
    # 350 W x the load and host share x the overhead of the site, then grams of the grid
    load = evidence.assumptions["compute.power_share"].p50
    pue = next(r["pue"] for r in evidence.records("pue") if r["provider"] == "AWS (global)")
    kwh = c.device_hours_draws[0] * 0.350 * load * float(pue)
    assert c.energy_kwh_draws[0] == pytest.approx(kwh)
    grid = next(
        float(r["grid_gco2_per_kwh"]) for r in evidence.records("energy")
        if r["cloud_region"] == "us-east-1" and np.isfinite(float(r["grid_gco2_per_kwh"]))
    )  # fmt: skip
    assert c.co2_kg_draws[0] == pytest.approx(kwh * grid / 1000.0)


def test_adapters_take_no_longer_than_a_full_update(rows: dict[str, ComputeEstimate]) -> None:
    lora, full = rows["lora"], rows["full_finetune"]
    assert lora.device_hours_draws[0] <= 1.1 * full.device_hours_draws[0]


def test_pre_training_is_restarted(evidence: Evidence) -> None:
    """20 tokens a parameter over 100 tokens an example, 3 passes, and a fifth of it once more."""
    changes = {"task": "text_generation", "models": {"scratch": MODEL}, "n_classes": 2}
    generated = ProjectInputs.from_dict({**scenario().to_dict(), **changes, "target": {}})
    c = by_approach(generated, evidence)["scratch"]
    part = {p.name: p.value for p in c.hours_parts}
    examples = 20 * 1e8 / 100
    (before,) = [w for w in c.work if w.name == "pre-training"]
    assert before.units * before.flop_per_unit * before.passes == pytest.approx(
        examples * 3 * FORWARD
    )
    hours = examples * 3 * FORWARD / (part["peak"] * part["utilisation"] * 3600)
    restarted = evidence.assumptions["compute.pretrain_trials"].p50
    assert restarted > 1
    assert part["once"] == pytest.approx((hours + part["start_up"]) * restarted)
    total = RUNS * (part["compute_one_run"] + part["start_up"]) + part["once"]
    assert c.device_hours_draws[0] == pytest.approx(total * 1.25)
