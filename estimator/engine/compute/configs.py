"""Configuration files of training frameworks as scenarios.

Axolotl, LLaMA-Factory, TRL, Unsloth, kohya and Ultralytics, as mappings from YAML, JSON or TOML.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from estimator.engine.compute.lexicon import catalogue_entry, catalogue_index
from estimator.engine.compute.settings import read_settings
from estimator.engine.compute.text import billions, number
from estimator.units import SECONDS_PER_MINUTE

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
_MICRO = (
    "per_device_train_batch_size", "micro_batch_size", "train_batch_size", "batch", "batch_size",
)  # fmt: skip
_ACCUMULATION = ("gradient_accumulation_steps",)
_LENGTH = ("sequence_len", "cutoff_len", "max_seq_length", "max_length", "model_max_length")
_RANK = ("lora_r", "lora_rank", "r", "network_dim")
_TARGETS = ("lora_target_modules", "lora_target", "target_modules")
_OPTIMISER = ("optimizer", "optim", "optimizer_type")
_SCENARIO = ("task", "schema")
_YOLO_TASKS: Mapping[str, str] = {
    "detect": "object_detection", "segment": "semantic_segmentation",
    "classify": "image_classification", "pose": "object_detection", "obb": "object_detection",
}  # fmt: skip
_STEPS = ("max_steps", "max_train_steps")
_UNMISTAKABLE = frozenset(
    (*_MODEL[:2], _MODEL[3], *_MICRO[:3], *_ACCUMULATION, *_LENGTH, "imgsz", "network_module")
)
"""Names that stand in configurations only, not in a table of runs."""
_OWN = (
    "hardware", "n_devices", "n_train", "minutes", "wallclock_hours", "device_hours",
    "seconds_per_step", "tokens_per_step", "examples_per_step", "year",
)  # fmt: skip
_ATTENTION = {"q_proj", "k_proj", "v_proj", "o_proj"}
_OPTIMISERS: Mapping[str, str] = {
    "adamw": "adamw", "adamw_8bit": "adamw_8bit", "adamw_paged_8bit": "adamw_8bit",
    "adamw_paged": "adamw", "adafactor": "adafactor", "lion": "lion", "lion_8bit": "adamw_8bit",
    "sgd": "sgd",
}  # fmt: skip


def _get(data: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((data[n] for n in names if data.get(n) not in (None, "")), None)


def flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration without its sections; what stands outermost wins."""
    out = {str(k): v for k, v in data.items() if not isinstance(v, Mapping)}
    for inner in data.values():
        if isinstance(inner, Mapping):
            out = {**flat(inner), **out}
    return out


def is_config(data: Any) -> bool:
    """Whether a mapping is a training configuration rather than a scenario."""
    if not isinstance(data, Mapping):
        return False
    if any(k in data for k in _SCENARIO) and str(data.get("task")) not in _YOLO_TASKS:
        return False
    data = flat(data)
    said = (_get(data, names) for names in (_EPOCHS, _MICRO, _STEPS))
    return _get(data, _MODEL) is not None and any(v is not None for v in said)


def is_config_run(row: Any) -> bool:
    """Whether an own run is a training configuration with the time that it took."""
    return is_config(row) and bool(flat(row).keys() & _UNMISTAKABLE)


def own_run_of_config(
    data: Mapping[str, Any], time: Mapping[str, float | None] | None = None
) -> dict[str, Any]:
    """An own run in the columns of runs.csv from a configuration and the time that it took.

    Parameters
    ----------
    data : mapping
        The configuration; ``train_runtime`` [s], ``minutes``, ``seconds_per_step`` and the like in
        it are the time.
    time : mapping, optional
        The time and the number of examples as they are typed beside the file.
    """
    data = {**flat(data), **{k: v for k, v in (time or {}).items() if v}}
    framework = framework_of_config(data)
    micro, accumulated = _whole(_get(data, _MICRO)), _whole(_get(data, _ACCUMULATION))
    length, rank, targets = _whole(_get(data, _LENGTH)), _whole(_get(data, _RANK)), _targets(data)
    packed, steps, side = _packs(data), _whole(_get(data, _STEPS)), _side(data)
    recomputed = data.get("gradient_checkpointing")
    said = [
        framework,
        f"per_device_train_batch_size {micro}" if micro else "",
        f"gradient_accumulation_steps {accumulated}" if accumulated else "",
        f"cutoff_len {length}" if length else "",
        "packing" if packed else "",
        f"gradient_checkpointing {recomputed}" if recomputed is not None else "",
        f"optimizer {_get(data, _OPTIMISER)}" if _get(data, _OPTIMISER) else "",
        f"lora_rank={rank}" if rank else "",
        f"targets {targets.replace('_', ' ')}" if targets else "",
        "nf4" if _four_bit(data) else "",
        f"resolution {round(side)}" if side else "",
        f"{steps} steps" if steps else "",
    ]
    row: dict[str, Any] = {
        "approach": _approach(data, framework), "model": str(_get(data, _MODEL)),
        "precision": _half(data) or "", "epochs": number(_get(data, _EPOCHS)),
        "context": ", ".join(s for s in said if s),
        **{k: data[k] for k in _OWN if data.get(k) not in (None, "")},
    }  # fmt: skip
    seconds = number(data.get("train_runtime"))
    if seconds and not row.keys() & {"minutes", "seconds_per_step", "wallclock_hours"}:
        row["minutes"] = seconds / SECONDS_PER_MINUTE
    if number(row.get("seconds_per_step")) and not row.keys() & {
        "tokens_per_step", "examples_per_step"
    }:  # fmt: skip
        windows = (micro or 1) * (accumulated or 1)
        name = "tokens_per_step" if packed and length else "examples_per_step"
        row[name] = windows * (length or 1) if packed else windows
        row["per_device"] = True
    return row


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


def _four_bit(data: Mapping[str, Any]) -> bool:
    named = data.get("load_in_4bit") or number(data.get("quantization_bit")) == 4
    return bool(named or data.get("adapter") == "qlora")


def _precision(data: Mapping[str, Any]) -> str | None:
    if _four_bit(data):
        return "int4"
    if data.get("load_in_8bit"):
        return "int8"
    plain = data.get("bf16") is False and data.get("fp16") is False
    return ("tf32" if data.get("tf32") else "fp32") if plain else _half(data)


def _half(data: Mapping[str, Any]) -> str | None:
    mixed = str(data.get("mixed_precision") or data.get("torch_dtype") or data.get("dtype") or "")
    if data.get("bf16") or mixed in ("bf16", "bfloat16"):
        return "bf16"
    return "fp16" if data.get("fp16") or mixed in ("fp16", "float16") else None


def _side(data: Mapping[str, Any]) -> float | None:
    """Side of a picture; the root of the area of ``1024,768``."""
    named = data.get("imgsz") or data.get("resolution")
    sides = [number(n) for n in re.findall(r"\d+", str(named or ""))][:2]
    found = [n for n in sides if n]
    return math.prod(found) ** (1.0 / len(found)) if found else None


def _packs(data: Mapping[str, Any]) -> bool:
    return bool(data.get("sample_packing") or data.get("packing") or data.get("neat_packing"))


def as_scenario(data: Any, evidence: Evidence) -> Any:
    """What a text holds as a scenario: a configuration is turned into one, all else stays."""
    return scenario_of_config(data, evidence) if is_config(data) else data


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
    data = flat(data)
    framework = framework_of_config(data)
    approach, name = _approach(data, framework), str(_get(data, _MODEL))
    task = {"ultralytics": "object_detection", "kohya": "image_generation"}.get(
        framework, "text_generation"
    )
    task = _YOLO_TASKS.get(str(data.get("task")), task)
    said = read_settings(f"optimizer {_get(data, _OPTIMISER) or ''}")
    training: dict[str, Any] = {
        "epochs": number(_get(data, _EPOCHS)),
        "micro_batch": _whole(_get(data, _MICRO)),
        "accumulation": _whole(_get(data, _ACCUMULATION)),
        "precision": _precision(data),
        "optimiser": _OPTIMISERS.get(said.optimiser or ""),
        "checkpointing": data.get("gradient_checkpointing"),
        "sequence": _whole(_get(data, _LENGTH)),
        "packing": _packs(data),
        "lora_rank": _whole(_get(data, _RANK)) if approach == "lora" else None,
        "lora_targets": _targets(data) if approach == "lora" else None,
        "framework": framework,
    }
    scenario: dict[str, Any] = {
        "schema": 1, "name": f"{framework}: {name}"[:80], "task": task,
        "training": {k: v for k, v in training.items() if v is not None},
    }  # fmt: skip
    steps, micro = _whole(_get(data, _STEPS)), training["micro_batch"]
    if steps and not training["epochs"] and micro:
        scenario["n_labelled_available"] = steps * micro * (training["accumulation"] or 1)
        scenario["n_labelled_to_buy"] = 0
        scenario["training"]["epochs"] = 1.0
    side = _side(data)
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
