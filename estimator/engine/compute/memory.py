"""Peak memory of training by approach, and the number of devices it takes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from estimator.engine.compute.lexicon import AUDIO_GROUPS, TABLES, TEXT_GROUPS, ModelInfo
from estimator.engine.compute.terms import MemoryTerms
from estimator.units import BYTES_PER_GB, GIB_PER_GB

OPTIMISER_BYTES: Mapping[str, float] = {
    "adamw": 8.0, "adamw_8bit": 2.0, "adamw_paged": 0.0, "sgd": 4.0, "adafactor": 0.5,
    "lion": 4.0, "none": 0.0,
}  # fmt: skip
"""Optimiser state in bytes per trained parameter kept in 32 bits: two, one or factored moments;
paged states live in host memory."""
QUANTISED_BYTES: Mapping[str, float] = {"int8": 1.1, "int4": 0.56}
FUSED_LIST_BYTES = 2.0
"""Temporary of an optimiser step over lists of tensors, per parameter."""
LEAN = ("litgpt", "torchtune", "unsloth")
"""Frameworks that keep the tables of a 4-bit base in 16 bits."""
USABLE_SHARE = 0.94
MAX_SHARDS = 4096
LOGIT_BYTES = 12.0
"""Per token and word: logits in 16 and 32 bits and their gradients."""
CHUNKED_LOGITS = 1 / 8
CNN_BYTES_PER_FLOP = 0.0065
"""Activation bytes per forward FLOP: ResNet-50 at 224 px in half precision, 256 images in 14 GB."""
CNN_FAMILY: Mapping[str, float] = {"efficientnet": 8.0, "mobilenet": 8.0, "densenet": 3.0,
                                 "rcnn": 0.45, "retinanet": 0.45}  # fmt: skip
"""Depthwise and dense networks keep more activations per FLOP than ResNets, detectors with frozen
first stages fewer (mmdetection: 4.0 GB for two pictures with ResNet-50)."""
FOLD_GB, FOLD_CROP, FOLD_GROWTH = 9.9, 256.0, 3.4
"""OpenFold takes 11.5 GB at a crop of 256 residues, 41.6 at 384 (issue 103)."""
PLAIN_BYTES: Mapping[str, float] = {"fp32": 4.0, "tf32": 4.0, "fp64": 8.0}
"""Bytes of a weight that is not in 16 bits."""
FORWARD_ONLY = ("linear_probe", "zero_shot", "retrieval")
PARTLY = ("partial_finetune", "hybrid")


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
    terms: MemoryTerms
    adapter_params: float = 0.0
    vocabulary: float = 0.0
    forward_gflop_example: float = 0.0
    pure_half: bool = False
    """Weights, gradients and moments all in 16 bits."""
    amp: bool = False
    compiled: bool = False
    chunked_loss: bool = False
    selective: bool = False
    fused_step: bool = False
    """Gradients are used and dropped during the backward pass."""
    usual_stack: bool = False
    """Hugging Face: tables of a 4-bit base in 32 bits, optimiser over lists of tensors."""
    master: bool = False
    """Sharded training keeps 32-bit weights, gradients and moments beside 16-bit copies."""
    eager: bool = False
    """Attention scores are written out (no fused kernel)."""
    kept_outside: bool = False
    """What recomputation keeps of every layer lies in host memory."""
    context_gb: float = 0.0
    """Driver and kernels, which take device memory beside what the framework counts [GB]."""
    reference: bool = False
    """A frozen copy of the model before tuning stands beside it (preferences)."""
    offloaded: bool = False
    """Weights and states live in host memory; a layer at a time is on the device."""


def vocabulary_of(model: ModelInfo) -> float:
    """Words of the output layer: 128,256 for Llama 3, 32,000 Llama 2, about 50,000 elsewhere."""
    return _vocabulary(model.name.lower()) if model.group in ("llm", "seq2seq") else 0.0


@lru_cache(maxsize=512)
def _vocabulary(low: str) -> float:
    if re.search(r"llama[-_ ]?v?(3|4)(?![\d.]*b)", low):
        return 128256.0
    if re.search(r"qwen|gemma", low):
        return 152000.0 if "qwen" in low else 256000.0
    return 32000.0 if re.search(r"llama|mistral|mixtral|vicuna|alpaca|t5", low) else 50257.0


def block_bytes(model: ModelInfo) -> float:
    """Activation bytes per token, layer and hidden unit of a transformer block in 16 bits.

    34 for the classic block (Korthikanti et al. 2022, attention scores not kept), about 40 with a
    gated feed-forward layer, about 21 where attention and feed-forward run in parallel.
    """
    return _block_bytes(model.name.lower())


@lru_cache(maxsize=512)
def _block_bytes(low: str) -> float:
    if re.search(r"llama|mistral|mixtral|qwen|gemma|smollm|olmo", low):
        return 40.0
    if re.search(r"phi-?1|phi-?2|stablelm|pythia|neox|gpt-?j|falcon|palm", low):
        return 21.0
    return 34.0


def static_gb(model: ModelInfo, s: MemorySetting) -> float:
    """Weights, gradients and optimiser state before sharding [GB].

    Full update: 4 (weights) + 4 (gradients) + moments (Adam 8) = 16 bytes a parameter, 18 with
    16-bit copies, 8 when all is 16-bit, 2 more for a frozen copy; adapters and LoRA: frozen
    weights in 2 bytes (0.56 in 4 bits, embeddings in 2) and 16 bytes per adapter parameter;
    features: weights only.
    """
    n = model.params or 0.0
    opt = OPTIMISER_BYTES.get(s.optimiser, 8.0)
    each_frozen = PLAIN_BYTES.get(s.precision, 2.0)
    if s.offloaded:
        layers = model.layers or 32.0
        return (4.0 * each_frozen * n / layers + (8.0 + opt) * s.adapter_params) / BYTES_PER_GB
    frozen = each_frozen * n
    if s.precision in QUANTISED_BYTES:
        table = min(2.0 * vocabulary_of(model) * shape(model)[1], 0.5 * n)
        each = 4.0 if s.usual_stack else 2.0
        frozen = QUANTISED_BYTES[s.precision] * (n - table) + each * table
    if s.approach in FORWARD_ONLY:
        return frozen / BYTES_PER_GB
    if s.approach == "lora":
        return (frozen + (8.0 + opt) * s.adapter_params) / BYTES_PER_GB
    if s.approach in PARTLY:
        trained = s.trained_share * n
        return (each_frozen * (n - trained) + (8.0 + opt) * trained) / BYTES_PER_GB
    gradients = 0.0 if s.fused_step else 4.0
    per = 4.0 + gradients + opt
    if s.pure_half:
        eight_bit = s.optimiser in ("adamw_8bit", "adamw_paged")
        per = 2.0 + gradients / 2 + (opt if eight_bit else opt / 2)
        per += FUSED_LIST_BYTES if s.usual_stack and not (eight_bit or s.fused_step) else 0.0
        if s.master and not s.fused_step:
            per = 20.0 - (8.0 - opt)
    elif s.amp:
        per += 2.0
    return (per + (2.0 if s.reference else 0.0)) * n / BYTES_PER_GB


def host_gb(model: ModelInfo, s: MemorySetting) -> float:
    """Host memory that an offloaded run takes on all machines together [GB].

    Frozen weights as stored; a full update keeps weights, gradients and moments there.
    """
    n = model.params or 0.0
    if s.approach == "lora":
        stored = {**PLAIN_BYTES, **QUANTISED_BYTES}.get(s.precision, 2.0)
        return stored * n / BYTES_PER_GB
    return (6.0 + OPTIMISER_BYTES.get(s.optimiser, 8.0)) * n / BYTES_PER_GB


def activation_gb(model: ModelInfo, s: MemorySetting) -> float:
    """Activations and logits of one step on one device [GB]."""
    wide = 2.0 if s.precision in ("fp32", "tf32") else s.terms.mixed_share if s.amp else 1.0
    wide *= s.terms.compiled_share if s.compiled else 1.0
    if s.precision == "fp64":
        wide = 4.0
    tokens = s.batch_per_device * s.tokens
    if is_transformer(model) and model.params:
        layers, hidden = shape(model)
        block = (block_bytes(model) + score_bytes(model, s)) * hidden * tokens * wide
        if s.approach in FORWARD_ONLY:
            return block / BYTES_PER_GB
        if s.approach == "lora" and model.group == "diffusion":
            block *= s.terms.frozen_share
        if s.checkpointing:
            body = block + (0.0 if s.kept_outside else 2.0 * hidden * tokens * layers)
        else:
            kept = s.trained_share if s.approach in PARTLY else 1.0
            share = s.terms.selective_share if s.selective else 1.0
            body = block * max(layers * kept, 2.0) * share
        head = tokens * s.vocabulary * LOGIT_BYTES
        head *= CHUNKED_LOGITS if s.chunked_loss else 1.0
        return (body + head) / BYTES_PER_GB
    if model.group == "fold":
        grown: float = (s.tokens / FOLD_CROP) ** FOLD_GROWTH
        return FOLD_GB * s.batch_per_device * grown
    flop = s.forward_gflop_example * 1e9 * s.batch_per_device
    body = CNN_BYTES_PER_FLOP * CNN_FAMILY.get(model.family, 1.0) * flop * wide
    if model.group in AUDIO_GROUPS:
        body *= 0.6
    if s.approach in FORWARD_ONLY:
        body *= 0.1
    elif s.approach in PARTLY:
        body *= max(s.trained_share, 0.1)
    elif s.checkpointing:
        body *= 0.3
    return body / BYTES_PER_GB


TRANSFORMER_GROUPS = (*TEXT_GROUPS, *AUDIO_GROUPS, "vit", "bio", "diffusion", TABLES)


def is_transformer(model: ModelInfo) -> bool:
    """Whether memory follows layers, width and tokens rather than the FLOP of convolutions."""
    return model.group in TRANSFORMER_GROUPS


def score_bytes(model: ModelInfo, s: MemorySetting) -> float:
    """Attention scores kept per token and hidden unit [bytes]: only where they are written out."""
    if s.eager or model.group in ("encoder", "seq2seq"):
        return 5.0 * s.tokens / HEAD_WIDTH
    return 0.0


HEAD_WIDTH = 64.0
_INNER = 3.2
"""Width of the gated feed-forward layer over that of the model (Llama, Qwen, Mistral)."""
_KEY_VALUE = 0.25
"""Width of keys and values over that of the model with grouped queries."""


def adapter_params(model: ModelInfo, rank: float, targets: str) -> float:
    """Parameters of LoRA adapters: rank x (in + out) of every projection that carries them.

    Attention: queries and output 2 h each, keys and values 1.25 h each; all linear layers add
    three of the feed-forward part (1 + 3.2) h.
    """
    layers, hidden = shape(model)
    sides = (4.0 + 2.0 * (1.0 + _KEY_VALUE)) * hidden
    if targets == "all_linear":
        sides += 3.0 * (1.0 + _INNER) * hidden
    return min(rank * sides * layers, model.params or 0.0)


def shape(model: ModelInfo) -> tuple[float, float]:
    """Layers and width; from the parameters (width = 128 x layers) where they are not known."""
    layers = model.layers_or_guess
    return layers, float(model.hidden or ((model.params or 1.0) / (12 * layers)) ** 0.5)


def peak_memory_gb(model: ModelInfo, s: MemorySetting, n_devices: float = 1.0) -> float:
    """Peak memory per device [GB]: static part sharded over the devices, activations, libraries."""
    return static_gb(model, s) / max(n_devices, 1.0) + unsharded_gb(model, s)


def unsharded_gb(model: ModelInfo, s: MemorySetting) -> float:
    """What every device holds whatever their number: activations, libraries, driver [GB]."""
    return activation_gb(model, s) + s.terms.framework_gb + s.context_gb


def min_devices(model: ModelInfo, s: MemorySetting, memory_gb: float) -> int | None:
    """Smallest power of two of devices that holds the run; None where none up to 4,096 does."""
    return devices_for(static_gb(model, s), unsharded_gb(model, s), memory_gb)


def devices_for(static: float, own: float, memory_gb: float) -> int | None:
    """As :func:`min_devices`, from the part that is sharded and the part that is not [GB].

    The memory of a device is sold in GB and counted in GiB: a card of 24 GB holds 25.8e9 bytes.
    """
    room = USABLE_SHARE * memory_gb / GIB_PER_GB - own
    if room <= 0:
        return None
    shards = static / room
    n = 1 if shards <= 1 else 2 ** math.ceil(math.log2(shards) - 1e-12)
    return n if n <= MAX_SHARDS else None


def made_to_fit(
    model: ModelInfo, s: MemorySetting, memory_gb: float, n_devices: float
) -> MemorySetting:
    """The setting with the savings that a run which did fit must have used.

    Tried in the order of their price in speed: 8-bit moments, paged moments with gradients
    dropped on the way, recomputation, both.
    """
    full = s.approach in ("full_finetune", "scratch", "continued_pretrain")
    paged = replace(s, optimiser="adamw_paged", fused_step=True)
    options = [s]
    if full:
        options += [replace(s, optimiser="adamw_8bit"), paged]
    options.append(replace(s, checkpointing=True))
    if full:
        options.append(replace(paged, checkpointing=True))
    return next(
        (o for o in options if peak_memory_gb(model, o, n_devices) <= memory_gb), options[-1]
    )
