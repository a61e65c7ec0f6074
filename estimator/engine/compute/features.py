"""Features of a resolved run for the utilisation model: named effects with their prior groups."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from estimator.engine.compute.hardware import architecture
from estimator.engine.compute.lexicon import AUDIO_GROUPS, IMAGE_GROUPS, TEXT_GROUPS
from estimator.engine.compute.resolve import RunWork
from estimator.engine.compute.settings import SILENT, Settings
from estimator.engine.distributions import Array

DEFAULT_DEVICES = 8.0
TYPICAL_PARAMS: Mapping[str, float] = {"llm": 7e9, "encoder": 1.1e8, "seq2seq": 2e8}
TYPICAL_OTHER = 3e7
SHORT_STEP_SECONDS = 0.03
"""Ideal step time below which launching the kernels, not the arithmetic, sets the pace."""
SMALL_JOB_HOURS = (1.0, 0.05)
"""Ideal wall-clock below which start-up, data loading and evaluation begin to count."""


def run_features(run: RunWork, steady: bool = False) -> dict[str, float]:
    """Effect name -> value of one run; names are ``group|level``, the group carries the prior.

    Parameters
    ----------
    run : RunWork
        A resolved run.
    steady : bool
        True for published throughput: no start-up, evaluation or restarts.
    """
    n = run.n_devices or DEFAULT_DEVICES
    return features_of(
        group=run.model.group, family=run.model.family, accelerator=run.accelerator.accelerator,
        precision=run.precision, approach=run.approach, n_devices=n,
        ideal_wall_hours=None if steady else run.ideal_hours / n,
        params=run.model.params, seq=run.seq, year=run.year,
        balance=_balance(run), publisher=run.publisher, tuned=run.tuned, steady=steady,
        stated=run.precision_stated, guessed=run.guessed,
        batch_per_device=run.batch / n if run.batch else None,
        gflop=run.model.forward_gflop,
        step_seconds=None if steady else run.step_seconds,
        arithmetic_share=run.arithmetic_share, settings=run.settings,
    )  # fmt: skip


def _balance(run: RunWork) -> float | None:
    bandwidth = run.accelerator.memory_bw_gb_per_s
    if not bandwidth or not run.ideal_hours:
        return None
    peak = run.training_flop / run.ideal_hours / 3600.0
    return peak / (bandwidth * 1e9)


def kind_of(group: str) -> str:
    """llm, encoder, image, audio or other: the level of the interactions."""
    if group == "llm":
        return "llm"
    if group in TEXT_GROUPS:
        return "encoder"
    if group in IMAGE_GROUPS:
        return "image"
    return "audio" if group in AUDIO_GROUPS else "other"


def size_features(
    ideal_wall_hours: Array, n_devices: float, step_seconds: Array | float | None
) -> dict[str, Array]:
    """Effects of the length of a job and of a step, for arrays of devices."""
    total = np.log10(np.maximum(ideal_wall_hours * n_devices, 1e-6))
    x = {"scale|hours": np.clip(total, -3.0, 6.0) / 3}
    for hours in SMALL_JOB_HOURS:
        x[f"small|{hours:g}"] = np.maximum(np.log(hours / np.maximum(ideal_wall_hours, 1e-6)), 0.0)
    if step_seconds is not None:
        x["step|short"] = np.maximum(
            np.log(SHORT_STEP_SECONDS / np.maximum(step_seconds, 1e-5)), 0.0
        )
    return x


def features_of(
    *, group: str, family: str, accelerator: str, precision: str, approach: str, n_devices: float,
    ideal_wall_hours: float | None, params: float | None, seq: float | None, year: float | None,
    balance: float | None, publisher: str, tuned: bool = False, steady: bool = False,
    stated: bool = True,
    guessed: float = 0.0, batch_per_device: float | None = None, gflop: float | None = None,
    step_seconds: float | None = None, arithmetic_share: float = 1.0,
    settings: Settings = SILENT,
) -> dict[str, float]:  # fmt: skip
    """As :func:`run_features`, from plain values.

    Effects of utilisation count as far as arithmetic sets the pace of a step.
    """
    share = arithmetic_share
    arch, kind = architecture(accelerator), kind_of(group)
    x = {
        "intercept|": 1.0,
        f"kind|{kind}": 1.0,
        f"group|{group}": 1.0,
        f"family|{family}": 1.0,
        f"arch|{arch}": 1.0,
        f"device|{accelerator}": 1.0,
        f"arch_precision|{arch}:{precision}": 1.0,
        f"precision|{precision}": 1.0,
        f"kind_precision|{kind}:{precision}": 1.0,
        f"kind_arch|{kind}:{arch}": 1.0,
        f"approach|{approach}": 1.0,
        f"kind_approach|{kind}:{approach}": 1.0,
    }
    if publisher:
        x[f"publisher_family|{publisher}:{family}"] = 1.0
        x[f"publisher|{publisher}"] = 1.0
    if tuned:
        x["tuned|all"] = 1.0
        x[f"tuned_kind|{kind}"] = 1.0
    scale = math.log10(max(n_devices, 1.0))
    x["devices|all"] = scale
    x[f"devices_kind|{kind}"] = scale
    x["devices|beyond_64"] = max(scale - math.log10(64), 0.0)
    if ideal_wall_hours is not None:
        sizes = size_features(np.array([ideal_wall_hours]), n_devices, step_seconds)
        x |= {k: float(np.ravel(v)[0]) for k, v in sizes.items()}
    else:
        x["setting|steady"] = 1.0
        x[f"setting_kind|{kind}"] = 1.0
        if tuned:
            x["setting|steady_tuned"] = 1.0
    if params:
        size = math.log10(params / TYPICAL_PARAMS.get(group, TYPICAL_OTHER))
        x[f"size|{group}"] = max(min(size, 2.5), -2.5)
        if group in TEXT_GROUPS:
            x["size|text_small"] = max(-size, 0.0)
    if gflop and group in ("cnn", "vit", "detection"):
        x["gflop|image"] = max(min(math.log10(gflop / 10.0), 2.0), -2.0)
    if seq and group in TEXT_GROUPS:
        x["seq|text"] = math.log2(min(max(seq, 16.0), 65536.0) / 512.0) / 4
        x["seq|short"] = max(math.log2(128.0 / max(seq, 8.0)), 0.0)
    if year:
        x["year|all"] = (min(max(year, 2014.0), 2027.0) - 2021.0) / 5
    if balance:
        b = math.log10(balance / 100.0)
        x["balance|all"] = b
        x[f"balance_kind|{kind}"] = b
    if batch_per_device:
        b = max(min(math.log2(batch_per_device / 8.0), 6.0), -3.0) / 4
        x[f"batch|{'text' if group in TEXT_GROUPS else 'other'}"] = b
    if settings.kernel:
        x[f"kernel|{settings.kernel}"] = 1.0
    if settings.framework:
        x[f"framework|{settings.framework}"] = 1.0
    if settings.checkpointing and kind in ("llm", "encoder"):
        x["kernel|recomputed"] = 1.0
    if not stated:
        x["guess|precision_tuned" if tuned else "guess|precision"] = 1.0
    x = {k: v if k.split("|")[0] in OF_THE_JOB else v * share for k, v in x.items()}
    if share < 1.0:
        x["launch|all"] = 1.0 - share
    return x


OF_THE_JOB = ("small", "scale", "setting", "setting_kind", "framework")
"""Effects that lengthen a job whatever sets the pace of its steps; the others are utilisation."""
