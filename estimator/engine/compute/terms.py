"""Judged terms of memory and of a training step, as rows of data/assumptions.csv."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class MemoryTerms:
    """Terms of the memory of a training step; each is ``compute.memory.<name>``."""

    framework_gb: float
    """Work space of the libraries beside weights and activations [GB]."""
    context_gb: float
    """What driver and kernels take beside a language model, seen by nvidia-smi, not torch [GB]."""
    compiled_share: float
    """Activations left after operator fusion."""
    selective_share: float
    """Activations left where single operations are recomputed."""
    frozen_share: float
    """Activations that frozen layers of an image generator keep."""
    mixed_share: float
    """Activations of mixed precision over those in 16 bits alone."""
    host_over_device: float
    """Host memory for each device over the memory of the device."""
    tuned_gib: float
    """Memory of the devices that recipes of pre-training are tuned on [GiB]."""
    filled_share: float
    """Share of a device that such a recipe fills."""


@dataclass(frozen=True)
class StepTerms:
    """Terms of the time of a training step; each is ``compute.step.<name>``."""

    sharded_launches: float
    """Launches of a full update whose weights are gathered layer by layer, over those without."""
    host_update_seconds: float
    """Seconds of one optimiser step in host memory per billion parameters."""
    plain_utilisation: float
    """Share of the peak from which arithmetic without matrix units starts."""
    decoded_megapixels: float
    """Pixels that the cores beside one device decode and augment in a second [million]."""
    compile_hours: float
    """Compilation of the whole step before it first runs (JAX, TPU) [h]."""


def memory_terms(value: Callable[[str], float]) -> MemoryTerms:
    """Terms of memory from the value of a judgement by name."""
    return MemoryTerms(*(value(f"compute.memory.{f.name}") for f in fields(MemoryTerms)))


def step_terms(value: Callable[[str], float]) -> StepTerms:
    """Terms of a step from the value of a judgement by name."""
    return StepTerms(*(value(f"compute.step.{f.name}") for f in fields(StepTerms)))
