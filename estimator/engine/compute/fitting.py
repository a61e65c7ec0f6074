"""The setting in which a job fits a device: what a user would lower before giving up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from estimator.engine.compute.lexicon import ModelInfo
from estimator.engine.compute.memory import (
    MemorySetting,
    devices_for,
    host_gb,
    static_gb,
    unsharded_gb,
)
from estimator.words.statement import Statement, state

UPDATES_ALL = ("full_finetune", "scratch", "continued_pretrain", "distill")


Setting = tuple[MemorySetting, tuple[Statement, ...]]
"""A memory setting and what was changed for it."""


@dataclass(frozen=True)
class Fitted:
    """A memory setting, the devices it needs, and what was changed to make it fit."""

    setting: MemorySetting
    needed: int | None
    changes: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Fixed:
    """Fields that the scenario states itself and that are not changed."""

    micro_batch: bool = False
    checkpointing: bool = False
    optimiser: bool = False


def options(s: MemorySetting, fixed: Fixed) -> Iterator[Setting]:
    """Settings in the order of their price in hours, the given one first."""
    micros = [s.batch_per_device]
    while not fixed.micro_batch and micros[-1] > 1.0:
        micros.append(max(micros[-1] // 2, 1.0))
    trains = s.approach not in ("linear_probe", "zero_shot", "retrieval")
    recompute = trains and not s.checkpointing and not fixed.checkpointing
    eight_bit = s.optimiser == "adamw" and s.approach in UPDATES_ALL and not fixed.optimiser

    full = s.approach in UPDATES_ALL

    def changed(micro: float, again: bool, small: bool) -> Setting:
        words = []
        out = s
        if micro < s.batch_per_device:
            words.append(state("fit.micro_batch", n=micro))
            out = replace(out, batch_per_device=micro)
        if again:
            words.append(state("fit.recomputation"))
            out = replace(out, checkpointing=True)
        if small:
            words.append(state("fit.optimiser"))
            out = replace(out, optimiser="adamw_8bit")
        return out, tuple(words)

    for micro in micros:
        yield changed(micro, False, False)
    if recompute:
        for micro in micros:
            yield changed(micro, True, False)
    if eight_bit:
        yield changed(micros[-1], False, True)
        small, words = changed(micros[-1], recompute, True)
        if recompute:
            yield small, words
        yield replace(small, pure_half=True, amp=False), (*words, state("fit.weights"))
    if full or s.approach == "lora":
        for micro in micros:
            out, words = changed(micro, recompute, False)
            yield replace(out, offloaded=True), (*words, state("fit.offload"))


def fitted_each(
    model: ModelInfo, s: MemorySetting, fixed: Fixed, memories_gb: Sequence[float], n_devices: int
) -> dict[float, Fitted]:
    """By memory of a device [GB]: the cheapest setting that fits ``n_devices`` of them.

    Where none fits, the one that needs fewest devices.
    """
    best: dict[float, Fitted] = {}
    open_ones = set(memories_gb)
    for setting, words in options(s, fixed):
        static = static_gb(model, setting)
        host = host_gb(model, setting) if setting.offloaded else 0.0
        own = unsharded_gb(model, setting)
        for memory in sorted(open_ones):
            needed = devices_for(static, own, memory)
            if needed is None or host > s.terms.host_over_device * memory * n_devices:
                continue
            known = best.get(memory)
            if known is None or needed < (known.needed or 0):
                best[memory] = Fitted(setting, needed, words)
            if needed <= n_devices:
                open_ones.discard(memory)
        if not open_ones:
            break
    return {m: best.get(m) or Fitted(s, None) for m in memories_gb}


def fitted(
    model: ModelInfo, s: MemorySetting, fixed: Fixed, memory_gb: float, n_devices: int
) -> Fitted:
    """:func:`fitted_each` for one device."""
    return fitted_each(model, s, fixed, (memory_gb,), n_devices)[memory_gb]
