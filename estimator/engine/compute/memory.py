"""Peak memory of training by approach, and the number of devices it takes."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.engine.compute.names import AUDIO_GROUPS, TEXT_GROUPS, ModelInfo
from estimator.units import BYTES_PER_GB

STATIC_BYTES = {
    "adamw": 8.0,
    "adamw_8bit": 2.0,
    "sgd": 4.0,
    "adafactor": 0.5,
    "lion": 4.0,
    "none": 0.0,
}
"""Optimiser state in bytes per trained parameter: two, one or factored moments."""
WEIGHT_BYTES = {"fp32": 4.0, "tf32": 4.0, "half": 2.0, "fp8": 2.0, "int8": 1.1, "int4": 0.56}
FRAMEWORK_GB = 0.7
"""Device context and work space of the libraries."""
USABLE_SHARE = 0.94
MAX_SHARDS = 4096
ACTIVATION_BYTES = 34.0
"""Bytes per token, layer and hidden unit of a transformer block in half precision without
recomputation (Korthikanti et al. 2022); attention scores are not kept."""
CHECKPOINT_BYTES = 2.0
CNN_BYTES_PER_FLOP = 0.0105
"""Activation bytes per forward FLOP of a convolutional network, half precision."""


@dataclass(frozen=True)
class MemorySetting:
    """What decides the memory of one training step on one device."""

    approach: str
    precision: str
    optimiser: str
    batch_per_device: float
    tokens: float
    pixels: float | None
    checkpointing: bool
    trained_share: float
    adapter_params: float = 0.0
    vocabulary: float = 0.0
    forward_gflop_example: float = 0.0
    mixed_master: bool = True


def static_gb(model: ModelInfo, s: MemorySetting) -> float:
    """Weights, gradients and optimiser state before sharding [GB].

    Full update in mixed precision: 4 (weights) + 4 (gradients) + optimiser bytes (Adam 8) + 2
    (half-precision copies) per parameter, 16 to 18 in all; adapters and LoRA: frozen weights in
    2 bytes (0.56 in 4 bits) and 16 bytes per adapter parameter; features: weights only.
    """
    n = model.params or 0.0
    opt = STATIC_BYTES.get(s.optimiser, 8.0)
    frozen = WEIGHT_BYTES[
        "int4" if s.precision == "int4" else "int8" if s.precision == "int8" else "half"
    ]
    if s.approach in ("linear_probe", "zero_shot", "retrieval"):
        return frozen * n / BYTES_PER_GB
    if s.approach == "lora":
        return (frozen * n + (8.0 + opt) * s.adapter_params) / BYTES_PER_GB
    if s.approach in ("partial_finetune", "hybrid"):
        trained = s.trained_share * n
        return (2.0 * (n - trained) + (8.0 + opt) * trained) / BYTES_PER_GB
    if s.precision in ("fp32", "tf32"):
        per = 8.0 + opt
    elif s.mixed_master:
        per = 10.0 + opt if s.optimiser != "none" else 4.0
    else:
        per = 4.0 + opt / 2.0
    return per * n / BYTES_PER_GB


def activation_gb(model: ModelInfo, s: MemorySetting) -> float:
    """Activations of one step on one device [GB]."""
    wide = 2.0 if s.precision in ("fp32", "tf32") else 1.0
    forward_only = s.approach in ("linear_probe", "zero_shot", "retrieval")
    tokens = s.batch_per_device * s.tokens
    if model.layers and model.hidden and model.group in (*TEXT_GROUPS, "vit", "bio"):
        block = ACTIVATION_BYTES * model.hidden * tokens * wide
        if forward_only:
            body = 2 * block
        elif s.checkpointing:
            body = CHECKPOINT_BYTES * wide * model.hidden * tokens * model.layers + block
        else:
            kept = s.trained_share if s.approach in ("partial_finetune", "hybrid") else 1.0
            body = block * max(model.layers * kept, 2.0)
        head = 0.0 if forward_only else tokens * s.vocabulary * 8.0
        return (body + head) / BYTES_PER_GB
    flop = s.forward_gflop_example * 1e9 * s.batch_per_device
    body = CNN_BYTES_PER_FLOP * flop * wide
    if model.group in AUDIO_GROUPS:
        body *= 0.6
    if forward_only:
        body *= 0.1
    elif s.approach in ("partial_finetune", "hybrid"):
        body *= max(s.trained_share, 0.1)
    elif s.checkpointing:
        body *= 0.3
    return body / BYTES_PER_GB


def peak_memory_gb(model: ModelInfo, s: MemorySetting, n_devices: float = 1.0) -> float:
    """Peak memory per device [GB]: static part sharded over the devices, activations, framework."""
    shards = max(n_devices, 1.0)
    return static_gb(model, s) / shards + activation_gb(model, s) + FRAMEWORK_GB


def min_devices(model: ModelInfo, s: MemorySetting, memory_gb: float) -> int | None:
    """Smallest power of two of devices that holds the run; None where none up to 4,096 does."""
    n = 1
    while n <= MAX_SHARDS:
        if peak_memory_gb(model, s, n) <= USABLE_SHARE * memory_gb:
            return n
        n *= 2
    return None
