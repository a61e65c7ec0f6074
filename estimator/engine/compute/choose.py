"""Hours of every approach on every accelerator at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.compute.features import OF_THE_JOB, kind_of, size_features
from estimator.engine.compute.fitting import Fitted, fitted_each
from estimator.engine.compute.hardware import architecture, compiles_whole, peak_tflop
from estimator.engine.compute.hours import job_features, utilisation
from estimator.engine.compute.jobs import Job, job_of
from estimator.engine.compute.steps import base_hours, link_bytes_per_s
from estimator.engine.compute.utilisation import Utilisation
from estimator.engine.distributions import Array
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate
from estimator.evidence.things import Accelerator
from estimator.units import GIGA, SECONDS_PER_HOUR, TERA
from estimator.vocabulary import Approach

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

_ON_DEVICE = ("arch", "device", "arch_precision", "kind_arch", "balance", "balance_kind")
_BY_WORK = ("scale", "small", "step", "launch")


@dataclass(frozen=True, eq=False)
class DeviceTable:
    """Accelerators as arrays, for one precision."""

    ids: tuple[str, ...]
    peak_flop_per_s: Array
    balance: Array
    """Peak FLOP per byte of memory bandwidth over 100, log10; NaN where not known."""
    memory_gb: Array
    bandwidth: Array
    """Memory bandwidth [bytes/s]."""
    link: Array
    """Rate between devices [bytes/s]."""


def device_table(accelerators: Sequence[Accelerator], precision: str) -> DeviceTable:
    """Peak, balance and memory of accelerators at a precision; no peak gives 0."""
    peaks = np.array([(peak_tflop(a, precision) or 0.0) * TERA for a in accelerators])
    width = np.array([(a.memory_bw_gb_per_s or math.nan) * GIGA for a in accelerators])
    with np.errstate(divide="ignore", invalid="ignore"):
        balance = np.log10(peaks / width / 100.0)
    memory = np.array([a.memory_gb for a in accelerators])
    link = np.array([link_bytes_per_s(a) for a in accelerators])
    ids = tuple(a.accelerator for a in accelerators)
    return DeviceTable(ids, peaks, balance, memory, width, link)


def _coefficient(fit: Utilisation, name: str) -> float:
    j = fit.index.get(name)
    return float(fit.mean[j]) if j is not None else 0.0


@lru_cache(maxsize=64)
def _device_effects(fit: Utilisation, ids: tuple[str, ...], kind: str, precision: str) -> Array:
    return np.array(
        [
            _coefficient(fit, f"device|{a}")
            + _coefficient(fit, f"arch|{architecture(a)}")
            + _coefficient(fit, f"arch_precision|{architecture(a)}:{precision}")
            + _coefficient(fit, f"kind_arch|{kind}:{architecture(a)}")
            for a in ids
        ]
    )


def log_slowdown(
    job: Job,
    table: DeviceTable,
    first: Accelerator,
    n_devices: int,
    flop: float,
    fit: Utilisation,
    fitting: Fitted,
    share: Array,
) -> Array:
    """Mean of log(device-hours / base hours) on every accelerator of a table.

    The part that does not depend on the device is read once from the features on ``first``;
    ``share`` is that of arithmetic in the base hours of every device.
    """
    x, _ = job_features(job, fitting, first, n_devices, flop)
    own = x.get("intercept|", 1.0) or 1.0
    fixed = sum(
        v / own * _coefficient(fit, k)
        for k, v in x.items()
        if k.split("|")[0] not in (*_ON_DEVICE, *_BY_WORK, *OF_THE_JOB)
    )
    constant = sum(
        v * _coefficient(fit, k)
        for k, v in x.items()
        if k.split("|")[0] in OF_THE_JOB and k.split("|")[0] not in _BY_WORK
    )
    kind, precision = kind_of(job.info.group), job.plan.precision
    device = _device_effects(fit, table.ids, kind, precision)
    slope = _coefficient(fit, "balance|all") + _coefficient(fit, f"balance_kind|{kind}")
    balance = np.where(np.isfinite(table.balance), table.balance, 0.0) * slope
    with np.errstate(divide="ignore"):
        ideal = np.maximum(flop, 1.0) / (table.peak_flop_per_s * SECONDS_PER_HOUR)
    steps = max(flop / (3.0 * job.flop_example) / job.plan.batch_size, 1.0)
    wall = ideal / n_devices
    work = size_features(wall, n_devices, wall * SECONDS_PER_HOUR / steps)
    sized = sum(
        np.asarray(v) * _coefficient(fit, k) * (1.0 if k.split("|")[0] in OF_THE_JOB else share)
        for k, v in work.items()
    )
    launch = (1.0 - share) * _coefficient(fit, "launch|all")
    return np.asarray((fixed + device + balance) * share + constant + sized + launch)


def hours_table(
    inputs: ProjectInputs, candidates: Sequence[Candidate], accelerators: Sequence[Accelerator],
    evidence: Evidence, assumptions: Assumptions, n_devices: int = 1,
) -> tuple[Array, Array]:  # fmt: skip
    """Base-case device-hours and smallest number of devices, candidates x accelerators.

    NaN where a candidate has no training on accelerators or a device has no peak at the
    precision; 0 devices where no number holds the model.
    """
    fit = utilisation(evidence)
    hours = np.full((len(candidates), len(accelerators)), np.nan)
    needed = np.zeros(hours.shape, dtype=int)
    tables: dict[str, DeviceTable] = {}
    begun = assumptions.value("compute.job_overhead_hours")
    compiled = np.array([compiles_whole(a) for a in accelerators])
    repeats = 1.0 / (1.0 - inputs.compute.failed_run_share)
    for i, c in enumerate(candidates):
        hosted = c.model is None or c.model.hosted or c.approach is Approach.BASELINE
        job = None if hosted else job_of(inputs, c, c.approach, evidence, assumptions)
        if not isinstance(job, Job):
            continue
        precision = job.plan.precision
        overhead = (begun + job.step_terms.compile_hours * compiled) * n_devices
        if precision not in tables:
            tables[precision] = device_table(accelerators, precision)
        table = tables[precision]
        one = job.work.trial_flop + job.work.evaluation_flop
        size = max(one, job.work.once_flop)
        fits = fitted_each(
            job.info, job.memory, job.plan.fixed, tuple(map(float, table.memory_gb)), n_devices
        )
        needed[i] = [fits[gb].needed or 0 for gb in table.memory_gb]
        per_flop = np.full(len(accelerators), np.nan)
        for fitting in {f.setting: f for f in fits.values()}.values():
            at = [fits[gb].setting == fitting.setting for gb in table.memory_gb]
            step = job.step(fitting.setting, max(size, 1.0), n_devices, (fitting.needed or 1) > 1)
            base, share = base_hours(step, table.peak_flop_per_s, table.bandwidth, table.link)
            m = log_slowdown(job, table, accelerators[0], n_devices, size, fit, fitting, share)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                per_flop = np.where(at, np.exp(m) * base / max(size, 1.0), per_flop)
        single = one * per_flop + (overhead if one > 0 else 0.0)
        once = job.work.once_flop * per_flop + (overhead if job.work.once_flop > 0 else 0.0)
        trials = 1 if job.approach is Approach.ZERO_SHOT else job.plan.trials
        total = (trials * single + once) * repeats
        hours[i] = np.where(table.peak_flop_per_s > 0, total, np.nan)
    return hours, needed
