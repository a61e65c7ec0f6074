"""Feasible means feasible: what people train on a card every day is neither refused nor free."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from estimator.engine.compute.fitting import Fixed, fitted
from estimator.engine.compute.hardware import trains
from estimator.engine.compute.lexicon import ModelInfo
from estimator.engine.compute.memory import MemorySetting, adapter_params, peak_memory_gb
from estimator.engine.compute.terms import memory_terms
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate
from estimator.evidence.load import load_evidence

if TYPE_CHECKING:
    from estimator.engine.results import ComputeEstimate
    from estimator.evidence.load import Evidence


def _compute(evidence: Evidence, approach: str, model: str, **fields: Any) -> ComputeEstimate:
    accelerator = fields.pop("accelerator", "L40S")
    inputs = ProjectInputs.from_dict(
        {"schema": 1, "name": "x", "models": {approach: model}, "n_labelled_to_buy": 0,
         "compute": {"accelerator": accelerator, "trials": 1}, "draws": 64, **fields}
    )  # fmt: skip
    rows = evaluate(inputs, evidence).results
    return next(r.compute for r in rows if str(r.candidate.approach) == approach)


@pytest.mark.parametrize(
    ("model", "most_gb"),
    [("sdxl-base", 16), ("flux.1-dev", 40), ("stable-diffusion-3.5-large", 40)],
)
def test_a_48_gb_card_holds_adapters_of_image_generators(
    evidence: Evidence, model: str, most_gb: float
) -> None:
    c = _compute(
        evidence, "lora", model, task="image_generation", unit={"pixels": 1024},
        n_labelled_available=30, training={"epochs": 100, "batch_size": 1},
    )  # fmt: skip
    assert c.feasible
    assert c.peak_memory_gb is not None
    assert c.peak_memory_gb < most_gb
    assert 0.1 < c.device_hours_draws[0] < 20


def test_ten_thousand_proteins_take_days_with_a_structure_model(evidence: Evidence) -> None:
    c = _compute(
        evidence, "full_finetune", "alphafold-2", task="protein", unit={"residues": 256},
        n_labelled_available=10_000, accelerator="A100-40GB", training={"epochs": 1},
    )  # fmt: skip
    assert 10 < c.device_hours_draws[0] < 100


def test_no_chip_built_for_inference_is_trained_on(evidence: Evidence) -> None:
    assert not trains(evidence.accelerators["Inferentia2"])
    assert trains(evidence.accelerators["L40S"])


LLAMA = ModelInfo("Llama 3.1 8B", "llm", "llm", 8.03e9, None, 32, 4096, input_unit="tokens")
TERMS = memory_terms(lambda name: load_evidence().assumptions[name].p50)
LORA = MemorySetting(
    "lora", "half", "adamw", 1.0, 512.0, None, True, 0.25, TERMS, adapter_params=4e7
)


def test_memory_grows_with_length_and_batch() -> None:
    lengths = [peak_memory_gb(LLAMA, replace(LORA, tokens=t)) for t in (256.0, 1024.0, 8192.0)]
    batches = [peak_memory_gb(LLAMA, replace(LORA, batch_per_device=b)) for b in (1.0, 4.0)]
    assert lengths == sorted(lengths)
    assert batches == sorted(batches)


def test_a_tight_device_changes_the_setting_and_says_so() -> None:
    full = replace(LORA, approach="full_finetune", batch_per_device=8.0, checkpointing=False)
    found = fitted(LLAMA, full, Fixed(), 80.0, 1)
    assert found.needed == 1
    assert found.changes
    assert fitted(LLAMA, full, Fixed(), 800.0, 1).changes == ()
    kept = fitted(LLAMA, full, Fixed(True, True, True), 80.0, 1)
    assert kept.setting.offloaded
    assert [c.key for c in kept.changes] == ["fit.offload"]
    small = fitted(LLAMA, full, Fixed(), 24.0, 1)
    assert small.needed is None or small.needed > 1, "host memory holds no 110 GB beside 24"


def test_adapters_follow_rank_and_targets() -> None:
    small = adapter_params(LLAMA, 8, "attention")
    assert adapter_params(LLAMA, 16, "attention") == pytest.approx(2 * small)
    # r 16 on all linear layers of Llama 3.1 8B: 41.9 million
    assert adapter_params(LLAMA, 16, "all_linear") == pytest.approx(41.9e6, rel=0.15)
