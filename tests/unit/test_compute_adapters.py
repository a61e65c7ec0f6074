"""Adapters against full fine-tuning: hours at equal settings, width of the interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def hours(evidence: Evidence, model: str, device: str, **training: Any) -> dict[str, Any]:
    inputs = ProjectInputs.from_dict({
        "task": "text_generation", "models": {"lora": model, "full_finetune": model},
        "n_labelled_available": 20000, "compute": {"accelerator": device}, "training": training,
        "draws": 4096,
    })  # fmt: skip
    rows = {str(r.candidate.approach): r.compute for r in evaluate(inputs, evidence).results}
    return {a: rows[a].device_hours_draws for a in ("lora", "full_finetune")}


@pytest.mark.parametrize("device", ["H200-141GB", "A100-80GB", "L40S"])
@pytest.mark.parametrize("micro", [1, 8])
@pytest.mark.parametrize("model", ["llama-3.2-1b", "llama-3.2-3b"])
def test_adapters_in_16_bits_take_no_longer_than_a_full_update(
    evidence: Evidence, model: str, device: str, micro: int
) -> None:
    found = hours(
        evidence, model, device, epochs=2, micro_batch=micro, accumulation=4, checkpointing=True,
        precision="bf16",
    )  # fmt: skip
    assert found["lora"][0] <= 1.1 * found["full_finetune"][0]


def test_a_stated_job_is_narrow_and_a_vague_one_is_not(evidence: Evidence) -> None:
    def width(**training: Any) -> float:
        draws = hours(evidence, "llama-3.1-8b", "A100-80GB", **training)["lora"]
        low, high = np.quantile(draws, [0.1, 0.9])
        return float(high / low)

    stated = width(
        epochs=2, micro_batch=4, accumulation=4, sequence=2048, checkpointing=True, lora_rank=16,
        precision="bf16",
    )  # fmt: skip
    assert stated <= 4.0
    assert width() > 1.5 * stated
