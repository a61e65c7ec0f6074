"""Hours of every approach on every accelerator at once, and the choice among those that fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.catalogue import Accelerator
from estimator.engine.compute.features import kind_of, size_features
from estimator.engine.compute.hardware import architecture, peak_tflop
from estimator.engine.compute.hours import job_features, utilisation
from estimator.engine.compute.jobs import Job, job_of
from estimator.engine.compute.memory import min_devices
from estimator.engine.compute.utilisation import Utilisation
from estimator.engine.distributions import Array
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate
from estimator.units import GIGA, SECONDS_PER_HOUR, TERA
from estimator.vocabulary import Approach, DeviceKind

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DEVICE_COUNTS = (1, 2, 4, 8, 16, 32, 64)
_ON_DEVICE = ("arch", "device", "arch_precision", "kind_arch", "balance", "balance_kind")
_BY_WORK = ("scale", "small", "step")


@dataclass(frozen=True)
class AcceleratorChoice:
    """One set-up for one candidate: base-case hours of the whole job and its price."""

    accelerator: str
    n_devices: int
    device_hours: float
    wallclock_hours: float
    min_devices: int
    usd: float | None
    """Device-hours x price; None where the price of the device is not known."""


@dataclass(frozen=True, eq=False)
class DeviceTable:
    """Accelerators as arrays, for one precision."""

    ids: tuple[str, ...]
    peak_flop_per_s: Array
    balance: Array
    """Peak FLOP per byte of memory bandwidth over 100, log10; NaN where not known."""
    memory_gb: Array


def device_table(accelerators: Sequence[Accelerator], precision: str) -> DeviceTable:
    """Peak, balance and memory of accelerators at a precision; no peak gives 0."""
    peaks = np.array([(peak_tflop(a, precision) or 0.0) * TERA for a in accelerators])
    width = np.array([(a.memory_bw_gb_per_s or math.nan) * GIGA for a in accelerators])
    with np.errstate(divide="ignore", invalid="ignore"):
        balance = np.log10(peaks / width / 100.0)
    memory = np.array([a.memory_gb for a in accelerators])
    return DeviceTable(tuple(a.accelerator for a in accelerators), peaks, balance, memory)


def _coefficient(fit: Utilisation, name: str) -> float:
    j = fit.index.get(name)
    return float(fit.mean[j]) if j is not None else 0.0


def log_slowdown(
    job: Job,
    inputs: ProjectInputs,
    table: DeviceTable,
    first: Accelerator,
    n_devices: int,
    flop: float,
    fit: Utilisation,
) -> Array:
    """Mean of log(device-hours / ideal hours) on every accelerator of a table.

    The part that does not depend on the device is read once from the features on ``first``.
    """
    x, _ = job_features(job, inputs, first, n_devices, flop)
    fixed = sum(
        v * _coefficient(fit, k)
        for k, v in x.items()
        if k.split("|")[0] not in (*_ON_DEVICE, *_BY_WORK)
    )
    kind, precision = kind_of(job.info.group), job.plan.precision
    device = np.array(
        [
            _coefficient(fit, f"device|{a}")
            + _coefficient(fit, f"arch|{architecture(a)}")
            + _coefficient(fit, f"arch_precision|{architecture(a)}:{precision}")
            + _coefficient(fit, f"kind_arch|{kind}:{architecture(a)}")
            for a in table.ids
        ]
    )
    slope = _coefficient(fit, "balance|all") + _coefficient(fit, f"balance_kind|{kind}")
    balance = np.where(np.isfinite(table.balance), table.balance, 0.0) * slope
    with np.errstate(divide="ignore"):
        ideal = np.maximum(flop, 1.0) / (table.peak_flop_per_s * SECONDS_PER_HOUR)
    steps = max(flop / (3.0 * job.flop_example) / job.plan.batch_size, 1.0)
    wall = ideal / n_devices
    work = size_features(wall, n_devices, wall * SECONDS_PER_HOUR / steps)
    sized = sum(np.asarray(v) * _coefficient(fit, k) for k, v in work.items())
    return np.asarray(fixed + device + balance + sized)


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
    overhead = assumptions.value("compute.job_overhead_hours") * n_devices
    repeats = 1.0 / (1.0 - inputs.compute.failed_run_share)
    for i, c in enumerate(candidates):
        hosted = c.model is None or c.model.hosted or c.approach is Approach.BASELINE
        job = "" if hosted else job_of(inputs, c, c.approach, evidence, assumptions)
        if isinstance(job, str):
            continue
        table = tables.setdefault(
            job.plan.precision, device_table(accelerators, job.plan.precision)
        )
        one = job.work.trial_flop + job.work.evaluation_flop
        size = max(one, job.work.once_flop)
        m = log_slowdown(job, inputs, table, accelerators[0], n_devices, size, fit)
        with np.errstate(divide="ignore", invalid="ignore"):
            per_flop = np.exp(m) / (table.peak_flop_per_s * SECONDS_PER_HOUR)
        single = one * per_flop + (overhead if one > 0 else 0.0)
        once = job.work.once_flop * per_flop + (overhead if job.work.once_flop > 0 else 0.0)
        trials = 1 if job.approach is Approach.ZERO_SHOT else job.plan.trials
        total = (trials * single + once) * repeats
        hours[i] = np.where(table.peak_flop_per_s > 0, total, np.nan)
        needed[i] = [min_devices(job.info, job.memory, gb) or 0 for gb in table.memory_gb]
    return hours, needed


def choose_accelerators(
    inputs: ProjectInputs, candidate: Candidate, evidence: Evidence, assumptions: Assumptions,
    usd_per_device_hour: Mapping[str, float] | None = None, objective: str = "cost", top: int = 10,
) -> tuple[AcceleratorChoice, ...]:  # fmt: skip
    """Set-ups that hold the candidate, best first.

    Parameters
    ----------
    usd_per_device_hour : mapping of str to float, optional
        Price by accelerator id; with objective ``cost`` only priced devices are offered.
    objective : str
        ``cost`` for the lowest price of the job, ``time`` for the shortest wall-clock.
    top : int
        Number of set-ups returned, one for each accelerator.
    """
    if objective not in ("cost", "time"):
        raise ValueError(f"objective {objective!r}: cost or time")
    prices = usd_per_device_hour or {}
    devices = [
        a
        for a in evidence.accelerators.values()
        if a.kind is not DeviceKind.CPU and (objective == "time" or a.accelerator in prices)
    ]
    best: dict[str, AcceleratorChoice] = {}
    for n in DEVICE_COUNTS if devices else ():
        hours, needed = hours_table(inputs, [candidate], devices, evidence, assumptions, n)
        for a, h, least in zip(devices, hours[0], needed[0], strict=True):
            if not np.isfinite(h) or least == 0 or least > n:
                continue
            price = prices.get(a.accelerator)
            usd = None if price is None else float(h) * price
            option = AcceleratorChoice(a.accelerator, n, float(h), float(h) / n, int(least), usd)
            old = best.get(a.accelerator)
            if old is None or _rank(option, objective) < _rank(old, objective):
                best[a.accelerator] = option
    return tuple(sorted(best.values(), key=lambda o: _rank(o, objective))[:top])


def _rank(o: AcceleratorChoice, objective: str) -> tuple[float, float, str]:
    if objective == "time":
        return (o.wallclock_hours, o.device_hours, o.accelerator)
    return (o.usd if o.usd is not None else math.inf, o.wallclock_hours, o.accelerator)
