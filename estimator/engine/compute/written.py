"""The priced row as the settings of a training framework: TRL or Axolotl.

Reading back what was written gives the same training fields, so the same hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WRITABLE = ("lora", "full_finetune")
PRECISIONS = ("fp32", "tf32", "fp16", "bf16", "int8", "int4")
FRAMEWORKS = ("trl", "axolotl")
DATA = "data"
"""Folder of the labelled examples, one JSON object with \"messages\" a line."""
LEARNING_RATE: Mapping[str, float] = {"lora": 2e-4, "full_finetune": 2e-5}
"""Of Axolotl's own examples (examples/llama-3: lora-8b.yml, fft-8b.yaml); it is not priced."""
ALPHA_OVER_RANK = 2
"""Scale of adapters over their rank as TRL sets it (lora_alpha 32 at lora_r 16)."""
_OPTIMISERS: Mapping[str, str] = {
    "adamw": "adamw_torch", "adamw_8bit": "adamw_bnb_8bit", "adamw_paged": "paged_adamw_32bit",
    "lion": "lion_32bit",
}  # fmt: skip
_ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]


def config_of(
    model: str, approach: str, recipe: Mapping[str, Any], sequence: float | None, n_devices: int,
    framework: str = "trl",
) -> dict[str, Any]:  # fmt: skip
    """Settings of a row as it is priced.

    Parameters
    ----------
    model : str
        Name of the model as its hub or the catalogue spells it.
    approach : str
        One of ``WRITABLE``.
    recipe : mapping
        ``recipe`` of the row: epochs, batch_size, micro_batch, precision, optimiser, checkpointing.
    sequence : float or None
        Longest example [tokens].
    n_devices : int
        Devices the job runs on.
    framework : str
        One of ``FRAMEWORKS``.
    """
    micro = max(round(float(recipe["micro_batch"])), 1)
    per_device = float(recipe["batch_size"]) / max(n_devices, 1)
    precision = str(recipe["precision"])
    common: dict[str, Any] = {
        "gradient_accumulation_steps": max(round(per_device / micro), 1),
        "gradient_checkpointing": recipe["checkpointing"] == "yes",
        "learning_rate": LEARNING_RATE[approach],
        "bf16": precision in ("bf16", "int8", "int4"),
        "fp16": precision == "fp16",
        **({"tf32": True} if precision == "tf32" else {}),
        **({"load_in_4bit": True} if precision == "int4" else {}),
        **({"load_in_8bit": True} if precision == "int8" else {}),
        "output_dir": "out",
    }
    optimiser = _OPTIMISERS.get(str(recipe["optimiser"]), str(recipe["optimiser"]))
    write = _axolotl if framework == "axolotl" else _trl
    out = write(model, recipe, micro, optimiser, round(sequence) if sequence else None)
    return out | common | _adapters(approach, recipe, precision, framework)


def _trl(
    model: str, recipe: Mapping[str, Any], micro: int, optimiser: str, sequence: int | None
) -> dict[str, Any]:
    return {
        "model_name_or_path": model,
        "dataset_name": DATA,
        "num_train_epochs": recipe["epochs"],
        "per_device_train_batch_size": micro,
        "optim": optimiser,
        **({"max_length": sequence} if sequence else {}),
        **({"packing": True} if recipe.get("packing") == "yes" else {}),
    }


def _axolotl(
    model: str, recipe: Mapping[str, Any], micro: int, optimiser: str, sequence: int | None
) -> dict[str, Any]:
    return {
        "base_model": model,
        "datasets": [{"path": DATA, "type": "chat_template"}],
        "num_epochs": recipe["epochs"],
        "micro_batch_size": micro,
        "optimizer": optimiser,
        **({"sequence_len": sequence} if sequence else {}),
        "sample_packing": recipe.get("packing") == "yes",
    }


def _adapters(
    approach: str, recipe: Mapping[str, Any], precision: str, framework: str
) -> dict[str, Any]:
    if approach != "lora":
        return {}
    rank = round(float(recipe["lora_rank"]))
    every = recipe.get("lora_targets") == "all_linear"
    out: dict[str, Any] = {"lora_r": rank, "lora_alpha": ALPHA_OVER_RANK * rank}
    if framework == "axolotl":
        adapter = "qlora" if precision == "int4" else "lora"
        name, which = ("lora_target_linear", True) if every else ("lora_target_modules", _ATTENTION)
        return {"adapter": adapter, **out, name: which}
    frozen = {"dtype": "bfloat16"} if precision in ("bf16", "int8", "int4") else {}
    return {
        "use_peft": True, **out, "lora_target_modules": "all-linear" if every else _ATTENTION,
        **frozen,
    }  # fmt: skip
