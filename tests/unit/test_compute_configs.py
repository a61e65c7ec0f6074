"""Configuration files of frameworks as scenarios, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from estimator.engine.compute.configs import (
    as_scenario,
    is_config,
    scenario_of_config,
)
from estimator.engine.compute.written import config_of
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate
from estimator.errors import InputError
from estimator.reading import parse_any

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


@pytest.mark.parametrize("framework", ["trl", "axolotl"])
@pytest.mark.parametrize("packing", [False, True])
@pytest.mark.parametrize("approach", ["lora", "full_finetune"])
@pytest.mark.parametrize(
    "more", [{}, {"precision": "fp32", "optimiser": "adafactor"}, {"precision": "fp16"},
             {"precision": "int4", "lora_targets": "attention"}, {"optimiser": "adamw_8bit"}],
)  # fmt: skip
def test_what_is_written_reads_back_to_the_same_hours(
    evidence: Evidence, approach: str, packing: bool, framework: str, more: dict[str, Any]
) -> None:
    base = {
        "schema": 1, "name": "x", "task": "text_generation", "models": {approach: "llama-3.2-1b"},
        "n_labelled_available": 2000, "n_labelled_to_buy": 0, "draws": 64,
        "compute": {"n_devices": 2, "accelerator": "A100-80GB"},
        "training": {"epochs": 2, "micro_batch": 2, "accumulation": 4, "sequence": 1024,
                     "lora_rank": 32, "lora_targets": "all_linear",
                     "packing": packing, **more},
    }  # fmt: skip
    if approach == "full_finetune" and more.get("precision") == "int4":
        pytest.skip("a full update has no 4-bit weights")
    first = ProjectInputs.from_dict(base)
    row = _row(first, evidence, approach)
    model = row.candidate.model
    assert model is not None
    hub = evidence.hub_names.get(model.name, model.name)
    written = config_of(hub, approach, row.compute.recipe, 1024, 2, framework)
    text = yaml.safe_dump(written)
    again = scenario_of_config(parse_any(text), evidence)
    assert again["training"]["framework"] == framework
    back = ProjectInputs.from_dict({**base, **{k: again[k] for k in ("training", "models")}})
    then = _row(back, evidence, approach).compute
    assert then.device_hours_draws[0] == pytest.approx(row.compute.device_hours_draws[0], rel=1e-9)
    assert then.peak_memory_gb == pytest.approx(row.compute.peak_memory_gb)


KOHYA_TOML = """[model_arguments]
pretrained_model_name_or_path = "stabilityai/stable-diffusion-xl-base-1.0"
[network_arguments]
network_module = "networks.lora"
network_dim = 32
[training_arguments]
train_batch_size = 1
max_train_steps = 800
resolution = "1024,768"
"""
UNSLOTH = {
    "model_name": "unsloth/Meta-Llama-3.1-8B-bnb-4bit", "max_seq_length": 2048, "r": 16,
    "load_in_4bit": True, "per_device_train_batch_size": 2, "gradient_accumulation_steps": 4,
    "max_steps": 60, "target_modules": ["q_proj", "up_proj"],
}  # fmt: skip


def test_sections_of_toml_are_read(evidence: Evidence) -> None:
    scenario = as_scenario(parse_any(KOHYA_TOML), evidence)
    inputs = ProjectInputs.from_dict(scenario)
    assert inputs.unit["pixels"] == pytest.approx((1024 * 768) ** 0.5)
    assert (inputs.training.lora_rank, inputs.training.framework) == (32, "kohya")
    assert (inputs.n_labelled_available, inputs.training.epochs) == (800, 1.0)


def test_toml_without_sections_and_what_is_too_deep() -> None:
    assert parse_any('model = "yolo11n.pt"\nepochs = 3\n') == {"model": "yolo11n.pt", "epochs": 3}
    assert parse_any("task: translation") == {"task": "translation"}
    with pytest.raises(InputError):
        parse_any("[" + ".".join("a" * 40) + "]\nb = 1\n")


def test_a_task_of_ultralytics_is_no_scenario(evidence: Evidence) -> None:
    args = {**ULTRALYTICS, "task": "segment", "mode": "train"}
    assert as_scenario(args, evidence)["task"] == "semantic_segmentation"


def test_optimiser_steps_are_the_examples_seen(evidence: Evidence) -> None:
    inputs = ProjectInputs.from_dict(scenario_of_config(UNSLOTH, evidence))
    assert inputs.models["lora"] == "llama-3.1-8b"
    assert inputs.n_labelled_available == 60 * 8


BASE = {
    "schema": 1, "name": "x", "task": "text_generation", "models": {"lora": "llama-3.1-8b"},
    "n_labelled_available": 20000, "n_labelled_to_buy": 0, "draws": 64,
    "compute": {"accelerator": "A100-80GB"},
    "training": {"epochs": 2, "micro_batch": 2, "accumulation": 4, "sequence": 2048},
}  # fmt: skip


@pytest.mark.parametrize(
    ("run", "least", "most"),
    [
        ({"seconds_per_step": 4.0, "tokens_per_step": 16384}, 0.3, 0.7),
        ({"seconds_per_step": 8.0, "tokens_per_step": 16384}, 0.7, 1.2),
        ({"seconds_per_step": 4.0, "examples_per_step": 8}, 1.2, 2.2),
        ({**UNSLOTH, "train_runtime": 300, "hardware": "T4"}, 0.3, 1.0),
        ({**AXOLOTL, "seconds_per_step": 20.0}, 0.5, 1.6),
    ],
)
def test_a_step_or_a_configuration_is_an_own_run(
    evidence: Evidence, run: dict[str, Any], least: float, most: float
) -> None:
    inputs = ProjectInputs.from_dict({**BASE, "own_runs": [run]})
    recipe = _row(inputs, evidence, "lora").compute.recipe
    assert "own_runs_unused" not in recipe
    assert recipe["own_runs"] == 1
    factor = recipe["own_runs_factor"]
    assert isinstance(factor, float)
    assert least < factor < most


def test_a_step_says_what_it_holds() -> None:
    with pytest.raises(InputError, match="tokens_per_step"):
        ProjectInputs.from_dict({**BASE, "own_runs": [{"seconds_per_step": 3}]})
    row = {"seconds_per_step": 0, "tokens_per_step": 9}
    with pytest.raises(InputError, match="seconds_per_step"):
        ProjectInputs.from_dict({**BASE, "own_runs": [row]})


def test_a_configuration_alone_takes_no_time() -> None:
    with pytest.raises(InputError, match="minutes"):
        ProjectInputs.from_dict({**BASE, "own_runs": [AXOLOTL]})


def test_packing_means_fewer_steps_and_the_same_tokens(evidence: Evidence) -> None:
    def hours(packing: bool) -> float:
        training = {**BASE["training"], "packing": packing, "micro_batch": 1}  # type: ignore[dict-item]
        inputs = ProjectInputs.from_dict({**BASE, "training": training})
        return float(_row(inputs, evidence, "lora").compute.device_hours_draws[0])

    assert 0.5 < hours(packing=True) / hours(packing=False) < 0.95
