"""Configuration files of frameworks as scenarios, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from estimator.engine.compute.configs import config_of, is_config, scenario_of_config
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

AXOLOTL = {
    "base_model": "meta-llama/Llama-3.1-8B", "adapter": "qlora", "load_in_4bit": True,
    "sequence_len": 4096, "sample_packing": True, "micro_batch_size": 2, "lora_r": 32,
    "gradient_accumulation_steps": 4, "num_epochs": 3, "optimizer": "paged_adamw_8bit",
    "lora_target_linear": True, "gradient_checkpointing": True, "bf16": True,
}  # fmt: skip
FACTORY = {
    "model_name_or_path": "Qwen/Qwen2.5-7B-Instruct", "finetuning_type": "lora", "lora_rank": 8,
    "lora_target": "all", "cutoff_len": 2048, "per_device_train_batch_size": 1,
    "gradient_accumulation_steps": 8, "num_train_epochs": 3.0, "bf16": True,
}  # fmt: skip
KOHYA = {
    "pretrained_model_name_or_path": "stabilityai/stable-diffusion-xl-base-1.0",
    "network_module": "networks.lora", "network_dim": 32, "train_batch_size": 1,
    "max_train_epochs": 10, "resolution": 1024, "mixed_precision": "bf16",
    "optimizer_type": "AdamW8bit", "gradient_checkpointing": True,
}  # fmt: skip
ULTRALYTICS = {
    "model": "yolo11n.pt",
    "data": "coco8.yaml",
    "epochs": 100,
    "imgsz": 640,
    "batch": 16,
}


@pytest.mark.parametrize(
    ("config", "framework", "approach", "micro", "rank", "targets"),
    [
        (AXOLOTL, "axolotl", "lora", 2, 32, "all_linear"),
        (FACTORY, "llamafactory", "lora", 1, 8, "all_linear"),
        (KOHYA, "kohya", "lora", 1, 32, None),
        (ULTRALYTICS, "ultralytics", "full_finetune", 16, None, None),
    ],
)
def test_configurations_are_scenarios(
    evidence: Evidence, config: dict[str, Any], framework: str, approach: str, micro: int,
    rank: int | None, targets: str | None,
) -> None:  # fmt: skip
    assert is_config(config)
    scenario = scenario_of_config(config, evidence)
    inputs = ProjectInputs.from_dict(scenario)
    t = inputs.training
    assert (t.framework, t.micro_batch, t.lora_rank, t.lora_targets) == (
        framework, micro, rank, targets,
    )  # fmt: skip
    assert approach in scenario["models"]


def test_a_scenario_is_no_configuration() -> None:
    assert not is_config({"task": "text_generation", "model": "x", "epochs": 3})
    assert not is_config([1, 2])
    assert not is_config({"name": "x"})


def _row(inputs: ProjectInputs, evidence: Evidence, approach: str) -> CandidateResult:
    rows = evaluate(inputs, evidence).results
    return next(r for r in rows if str(r.candidate.approach) == approach)


@pytest.mark.parametrize("approach", ["lora", "full_finetune"])
def test_what_is_written_reads_back_to_the_same_hours(evidence: Evidence, approach: str) -> None:
    base = {
        "schema": 1, "name": "x", "task": "text_generation", "models": {approach: "llama-3.2-1b"},
        "n_labelled_available": 2000, "n_labelled_to_buy": 0, "draws": 64,
        "training": {"epochs": 2, "micro_batch": 2, "accumulation": 4, "sequence": 1024,
                     "lora_rank": 32, "lora_targets": "all_linear", "framework": "trl"},
    }  # fmt: skip
    first = ProjectInputs.from_dict(base)
    row = _row(first, evidence, approach)
    model = row.candidate.model
    assert model is not None
    written = config_of(model.name, approach, row.compute.recipe, 1024, 1)
    again = scenario_of_config(written, evidence)
    back = ProjectInputs.from_dict({**base, **{k: again[k] for k in ("training", "models")}})
    then = _row(back, evidence, approach).compute
    assert then.device_hours_draws[0] == pytest.approx(row.compute.device_hours_draws[0], rel=1e-9)
    assert then.peak_memory_gb == pytest.approx(row.compute.peak_memory_gb)
