"""A picture generator from scratch takes what its authors printed, and not a pre-training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from estimator import ProjectInputs
from estimator.engine.simulate import evaluate

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

ON_V100 = {"accelerator": "V100-16GB", "trials": 1, "failed_run_share": 0.0}


def scratch(evidence: Evidence, pixels: float, n: int = 5000, **compute: object) -> CandidateResult:
    data = {
        "task": "image_generation", "unit": {"pixels": pixels}, "n_labelled_available": n,
        "n_labelled_to_buy": 0, "compute": {**ON_V100, **compute}, "draws": 256,
    }  # fmt: skip
    found = evaluate(ProjectInputs.from_dict(data), evidence)
    return next(r for r in found.results if r.candidate.key == "scratch")


@pytest.mark.parametrize(("side", "hours"), [(128, 102), (256, 165), (512, 526), (1024, 1107)])
def test_hours_are_the_printed_ones(side: int, hours: float, evidence: Evidence) -> None:
    row = scratch(evidence, side)
    assert row.candidate.model is not None
    assert row.candidate.model.name == "stylegan2-ada"
    assert row.compute.device_hours_draws[0] == pytest.approx(hours, rel=0.01)
    assert row.compute.feasible


def test_hours_do_not_grow_with_the_pictures_and_shrink_on_faster_devices(
    evidence: Evidence,
) -> None:
    few, many = scratch(evidence, 256, 1000), scratch(evidence, 256, 70_000)
    assert few.compute.device_hours_draws[0] == many.compute.device_hours_draws[0]
    fast = scratch(evidence, 256, accelerator="A100-40GB")
    assert fast.compute.device_hours_draws[0] < few.compute.device_hours_draws[0]
    between = scratch(evidence, 362)
    assert 165 < between.compute.device_hours_draws[0] < 526


def test_weights_that_may_not_be_sold_are_marked(evidence: Evidence) -> None:
    assert evidence.models["stylegan2-ada"].commercial_use == "no"
