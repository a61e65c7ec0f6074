"""Configuration files of training frameworks as scenarios, and the priced row as one of them.

Read: Axolotl, LLaMA-Factory, TRL, Unsloth, kohya and Ultralytics, as mappings from YAML, JSON or
TOML. Written: TRL's ``sft`` YAML. Reading back what was written gives the same training fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from estimator.engine.compute.lexicon import catalogue_entry, catalogue_index
from estimator.engine.compute.settings import read_settings
from estimator.engine.compute.text import billions, number

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

_MODEL = (
    "base_model",
    "model_name_or_path",
    "model_name",
    "pretrained_model_name_or_path",
    "model",
)
_EPOCHS = ("num_train_epochs", "num_epochs", "epochs", "max_train_epochs", "epoch")
_MICRO = ("per_device_train_batch_size", "micro_batch_size", "train_batch_size", "batch")
_ACCUMULATION = ("gradient_accumulation_steps",)
_LENGTH = ("sequence_len", "cutoff_len", "max_seq_length", "max_length", "model_max_length")
_RANK = ("lora_r", "lora_rank", "r", "network_dim")
_TARGETS = ("lora_target_modules", "lora_target", "target_modules")
_OPTIMISER = ("optimizer", "optim", "optimizer_type")
_SCENARIO = ("task", "schema")
_ATTENTION = {"q_proj", "k_proj", "v_proj", "o_proj"}
_OPTIMISERS: Mapping[str, str] = {
    "adamw": "adamw", "adamw_8bit": "adamw_8bit", "adamw_paged_8bit": "adamw_8bit",
    "adamw_paged": "adamw", "adafactor": "adafactor", "lion": "lion", "lion_8bit": "adamw_8bit",
    "sgd": "sgd",
}  # fmt: skip


def _get(data: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((data[n] for n in names if data.get(n) not in (None, "")), None)


def is_config(data: Any) -> bool:
    """Whether a mapping is a training configuration rather than a scenario."""
    if not isinstance(data, Mapping) or any(k in data for k in _SCENARIO):
        return False
    return _get(data, _MODEL) is not None and (
        _get(data, _EPOCHS) is not None or _get(data, _MICRO) is not None or "max_steps" in data
    )


def framework_of_config(data: Mapping[str, Any]) -> str:
    """The framework whose words a configuration uses."""
    if "imgsz" in data or str(_get(data, _MODEL)).endswith(".pt"):
        return "ultralytics"
    if "network_module" in data or "network_dim" in data:
        return "kohya"
    if "base_model" in data:
        return "axolotl"
    if "finetuning_type" in data or "cutoff_len" in data:
        return "llamafactory"
    return "unsloth" if "unsloth" in str(data.get("model_name", "")).lower() else "trl"


def _approach(data: Mapping[str, Any], framework: str) -> str:
    if framework == "ultralytics":
        return "full_finetune"
    adapter = str(data.get("adapter") or data.get("finetuning_type") or "").lower()
    if "lora" in adapter or data.get("use_peft") or _get(data, _RANK) is not None:
        return "lora"
    return "full_finetune"


def _targets(data: Mapping[str, Any]) -> str | None:
    if data.get("lora_target_linear"):
        return "all_linear"
    named = _get(data, _TARGETS)
    if named is None:
        return None
    modules = named if isinstance(named, list) else str(named).replace(",", " ").split()
    return "attention" if set(map(str, modules)) <= _ATTENTION else "all_linear"


def _whole(value: Any) -> int | None:
    found = number(value)
    return round(found) if found else None


def scenario_of_config(
    data: Mapping[str, Any], evidence: Evidence, accelerator: str | None = None
) -> dict[str, Any]:
    """A scenario with the training fields of a configuration.

    Parameters
    ----------
    data : mapping
        The configuration as parsed.
    evidence : Evidence
        Its catalogue names the model; one that it lacks is typed by the size in its name.
    accelerator : str, optional
        Device of the scenario; the default one where None.
    """
    framework = framework_of_config(data)
    approach, name = _approach(data, framework), str(_get(data, _MODEL))
    task = {"ultralytics": "object_detection", "kohya": "image_generation"}.get(
        framework, "text_generation"
    )
    four_bit = data.get("load_in_4bit") or number(data.get("quantization_bit")) == 4
    four_bit = four_bit or data.get("adapter") == "qlora"
    half = "bf16" if data.get("bf16") or str(data.get("mixed_precision")) == "bf16" else None
    half = half or ("fp16" if data.get("fp16") else None)
    said = read_settings(f"optimizer {_get(data, _OPTIMISER) or ''}")
    training = {
        "epochs": number(_get(data, _EPOCHS)),
        "micro_batch": _whole(_get(data, _MICRO)),
        "accumulation": _whole(_get(data, _ACCUMULATION)),
        "precision": "int4" if four_bit else half,
        "optimiser": _OPTIMISERS.get(said.optimiser or ""),
        "checkpointing": data.get("gradient_checkpointing"),
        "sequence": _whole(_get(data, _LENGTH)),
        "packing": bool(data.get("sample_packing") or data.get("packing")),
        "lora_rank": _whole(_get(data, _RANK)) if approach == "lora" else None,
        "lora_targets": _targets(data) if approach == "lora" else None,
        "framework": framework,
    }
    scenario: dict[str, Any] = {
        "schema": 1, "name": f"{framework}: {name}"[:80], "task": task,
        "training": {k: v for k, v in training.items() if v is not None},
    }  # fmt: skip
    side = number(data.get("imgsz") or data.get("resolution"))
    if side and task != "text_generation":
        scenario["unit"] = {"pixels": side}
    found = evidence.find_model(name) or catalogue_entry(name, catalogue_index(evidence.models))
    size = found.params_total if found else billions(name)
    if found is not None:
        scenario["models"] = {approach: found.name}
    elif size:
        scenario["models"] = {approach: {"params": size}}
    if accelerator:
        scenario["compute"] = {"accelerator": accelerator}
    return scenario


def config_of(
    model: str, approach: str, recipe: Mapping[str, Any], sequence: float | None, n_devices: int
) -> dict[str, Any]:
    """TRL ``sft`` settings of a row as it is priced.

    Parameters
    ----------
    recipe : mapping
        ``recipe`` of the row: epochs, batch_size, micro_batch, precision, optimiser, checkpointing.
    sequence : float or None
        Longest example [tokens].
    n_devices : int
        Devices the job runs on.
    """
    micro = max(round(float(recipe["micro_batch"])), 1)
    per_device = float(recipe["batch_size"]) / max(n_devices, 1)
    precision = str(recipe["precision"])
    optim = {"adamw": "adamw_torch", "adamw_8bit": "adamw_8bit"}.get(
        str(recipe["optimiser"]), str(recipe["optimiser"])
    )
    out: dict[str, Any] = {
        "model_name_or_path": model,
        "num_train_epochs": recipe["epochs"],
        "per_device_train_batch_size": micro,
        "gradient_accumulation_steps": max(round(per_device / micro), 1),
        "gradient_checkpointing": recipe["checkpointing"] == "yes",
        "optim": optim,
        "bf16": precision in ("bf16", "int4", "fp8"),
        "fp16": precision == "fp16",
    }
    if sequence:
        out["max_length"] = round(sequence)
    if approach == "lora":
        targets = ["q_proj", "k_proj", "v_proj", "o_proj"]
        if recipe.get("lora_targets") == "all_linear":
            targets += ["gate_proj", "up_proj", "down_proj"]
        out |= {"use_peft": True, "lora_r": round(float(recipe["lora_rank"])),
                "lora_target_modules": targets, "load_in_4bit": precision == "int4"}  # fmt: skip
    return out
