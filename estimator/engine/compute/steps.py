"""Physics of a training step: arithmetic, launches, unpacking of 4-bit weights, links.

One micro-step on one device takes ``(a^3 + l^3 + c^3)^(1/3) + q``: arithmetic ``a`` at a nominal
utilisation (with recomputation one more forward pass), launches ``l`` that grow with the layers
and not with the batch, sharded weights ``c`` over the link and unpacking ``q`` of quantised
weights. The utilisation model is fitted on what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimator.engine.compute.lexicon import TEXT_GROUPS, ModelInfo
from estimator.engine.compute.settings import Settings
from estimator.engine.compute.terms import StepTerms
from estimator.engine.distributions import Array
from estimator.evidence.things import Accelerator
from estimator.units import GIGA, MEGA, SECONDS_PER_HOUR, TERA

NOMINAL_UTILISATION = 0.4
"""Share of the peak from which the fit starts; it decides when launches begin to count."""
TRANSFORMERS = (*TEXT_GROUPS, "vit", "bio", "diffusion")
LAUNCH_SECONDS: Mapping[str, float] = {"lora": 3.6e-3, "linear_probe": 0.7e-3}
"""Per layer and micro-step, eager kernels; LitGPT and Qwen profiles at short lengths (LoRA)."""
LAUNCH_FULL_SECONDS = 3.4e-3
LAUNCH_DIFFUSION = 2.7
"""Blocks of image generators launch more kernels (SD 1.5, Lumina, OmniGen at batch 1)."""
LAUNCH_RECOMPUTED = 1.3
LAUNCH_FUSED = 0.5
FUSED = ("unsloth", "megatron", "torchtune")
KEEPS_ACTIVATIONS = ("litgpt", "torchtune")
"""Frameworks whose recipes do not recompute unless told to."""
UNPACK_BYTES: Mapping[str, float] = {"int4": 9.0, "gptq": 19.0, "int8": 20.0}
"""Bytes moved per parameter and pass to unpack weights: nf4 9 (LitGPT), GPTQ 19 (Qwen)."""
STORED_BYTES: Mapping[str, float] = {"int4": 0.56, "gptq": 0.56, "int8": 1.1}
RECOMPUTE_FROM_PARAMS = 5e9
"""Adapters of models from this size on recompute by default, as the usual recipes do."""
LINK_CONSUMER, LINK_PCIE, LINK_FAST = 6e9, 12e9, 150e9
"""Bytes per second between devices: consumer cards, data-centre PCIe, NVLink and its like."""
DEFAULT_MICRO: Mapping[str, float] = {"llm": 4.0, "encoder": 16.0, "seq2seq": 8.0}
"""Examples per device and forward pass where a fine-tuning does not say."""
FULL_UPDATES = ("full_finetune", "continued_pretrain", "scratch")
FINE_TUNING = ("lora", "full_finetune", "partial_finetune", "linear_probe", "continued_pretrain")


@dataclass(frozen=True)
class StepWork:
    """What one run or one trial asks of its devices, before a device is chosen.

    ``flop`` is the work of the whole run without recomputation; ``micro_steps`` are counted on
    one device; zero where the batch is not known (large runs, in which launches do not count).
    """

    flop: float
    passes: float
    micro_steps: float
    layers: float
    launch_seconds: float
    unpack_bytes: float
    link_bytes: float
    host_bytes: float
    """Weights that come from host memory on one device and micro-step [bytes]."""
    recomputes: bool
    n_devices: float
    utilisation: float
    """Share of the peak that arithmetic starts from."""
    host_seconds: float
    """Updates of weights that live in host memory, of the whole run [s]."""
    decode_seconds: float
    """Decoding of pictures beside one device, of the whole run [device-seconds]."""


def nominal_utilisation(precision: str, terms: StepTerms) -> float:
    """Share of the peak from which the fit starts, by the units that do the arithmetic."""
    return terms.plain_utilisation if precision in ("fp32", "fp64") else NOMINAL_UTILISATION


def recomputes_by_default(approach: str, params: float | None) -> bool:
    """Recomputation where nothing is said: adapters of large models."""
    return approach == "lora" and (params or 0.0) >= RECOMPUTE_FROM_PARAMS


def step_work(
    model: ModelInfo, approach: str, precision: str, flop: float, passes: float,
    micro_steps: float, n_devices: float, updates: float, settings: Settings, terms: StepTerms,
    pixels: float = 0.0,
) -> StepWork:  # fmt: skip
    """Step terms of a run from its model, approach and settings; ``updates`` optimiser steps.

    ``pixels`` are those that the host decodes in the whole run.
    """
    on = settings.checkpointing
    usual = recomputes_by_default(approach, model.params)
    recomputed = usual and settings.framework not in KEEPS_ACTIVATIONS if on is None else on
    recomputed = recomputed and approach != "linear_probe"
    n = model.params or 0.0
    layers = model.layers_or_guess if model.group in TRANSFORMERS and n else 0.0
    launch = LAUNCH_SECONDS.get(approach, LAUNCH_FULL_SECONDS) * layers
    launch *= LAUNCH_RECOMPUTED if recomputed else 1.0
    launch *= LAUNCH_DIFFUSION if model.group == "diffusion" else 1.0
    if settings.sharding == "full" and approach in FULL_UPDATES:
        launch *= terms.sharded_launches
    fused = settings.framework in FUSED or settings.kernel == "compiled"
    through = passes + 1.0 if recomputed else passes
    unpack = UNPACK_BYTES.get(precision, 0.0) * n * through if approach == "lora" else 0.0
    moved = through * STORED_BYTES.get(precision, 2.0) * n
    sharded = settings.sharding == "full" and n_devices > 1
    return StepWork(
        flop, passes, micro_steps, layers, launch * (LAUNCH_FUSED if fused else 1.0), unpack,
        moved * (n_devices - 1.0) / n_devices if sharded else 0.0,
        moved / max(n_devices, 1.0) if settings.offloaded else 0.0, recomputed, n_devices,
        nominal_utilisation(precision, terms),
        terms.host_update_seconds * n / GIGA * updates
        if settings.offloaded and approach in FULL_UPDATES
        else 0.0,
        pixels / (terms.decoded_megapixels * MEGA),
    )  # fmt: skip


def link_bytes_per_s(accelerator: Accelerator) -> float:
    """Rate between the devices of one server [bytes/s] by the class of the device."""
    name = accelerator.accelerator
    if name.startswith(("RTX-2", "RTX-3", "RTX-4", "RTX-5", "GTX", "Titan", "RX-", "Arc")):
        return LINK_CONSUMER
    fast = ("A100", "H100", "H200", "B200", "B300", "GB", "GH", "V100", "MI", "TPU", "Gaudi")
    if name.startswith(fast) and "PCIe" not in name:
        return LINK_FAST
    return LINK_PCIE


def base_hours(
    work: StepWork, peak_flop_per_s: Array, bandwidth_bytes_per_s: Array, link: Array
) -> tuple[Array, Array]:
    """Device-hours at nominal utilisation and the share of arithmetic in them.

    Parameters
    ----------
    peak_flop_per_s, bandwidth_bytes_per_s, link : array
        One value per device; bandwidth NaN where not known.

    Returns
    -------
    hours : array
        Device-hours [h] of the whole run; infinite where a device has no peak.
    share : array
        Elasticity of the hours to the arithmetic: 1 where launches do not count.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        through = (work.passes + 1.0) / work.passes if work.recomputes else 1.0
        arithmetic = work.flop * through / (peak_flop_per_s * work.utilisation)
        steps = work.micro_steps * work.n_devices
        launch = work.launch_seconds * steps
        unpack = np.nan_to_num(work.unpack_bytes * steps / bandwidth_bytes_per_s)
        moved = work.link_bytes * steps / link + work.host_bytes * steps / LINK_PCIE
        decode = np.where(np.isfinite(arithmetic), work.decode_seconds, 0.0)
        parts = np.array(np.broadcast_arrays(arithmetic, launch, moved, decode), dtype=float)
        longest = np.max(parts, axis=0)
        bound = np.where(
            (longest > 0) & np.isfinite(longest),
            longest * np.sum((parts / longest) ** 3, axis=0) ** (1.0 / 3.0),
            longest,
        )
        seconds = bound + unpack + work.host_seconds * work.n_devices
        share = np.where(bound > 0, (arithmetic / bound) ** 3 * bound / seconds, 1.0)
    return seconds / SECONDS_PER_HOUR, np.nan_to_num(share, nan=1.0)


def base_hours_on(
    work: StepWork, accelerator: Accelerator, peak_tflop: float
) -> tuple[float, float]:
    """:func:`base_hours` on one device of a peak rate [TFLOP/s]."""
    bandwidth = (accelerator.memory_bw_gb_per_s or np.nan) * GIGA
    hours, share = base_hours(
        work, np.array([peak_tflop * TERA]), np.array([bandwidth]),
        np.array([link_bytes_per_s(accelerator)]),
    )  # fmt: skip
    return float(hours[0]), float(share[0])
