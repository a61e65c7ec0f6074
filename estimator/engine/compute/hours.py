"""Hours of a job on a device: ideal hours, fitted slowdown, trials, failures and restarts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.catalogue import Accelerator
from estimator.engine.compute.calibrate import Offset
from estimator.engine.compute.features import features_of
from estimator.engine.compute.fit import calibration_group
from estimator.engine.compute.hardware import peak_tflop
from estimator.engine.compute.jobs import Job
from estimator.engine.compute.utilisation import Utilisation, unpack
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.units import GIGA, SECONDS_PER_HOUR, TERA
from estimator.vocabulary import Approach, PurchaseOption

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

TODAY_YEAR = 2026.0


def utilisation(evidence: Evidence) -> Utilisation:
    """The shipped utilisation fit."""
    return unpack(evidence.fits["utilisation"])


def job_features(
    job: Job, inputs: ProjectInputs, accelerator: Accelerator, n_devices: int, flop: float
) -> tuple[dict[str, float], float]:
    """Features of one run of a job on an accelerator, and its ideal device-hours."""
    precision = job.plan.precision
    peak = peak_tflop(accelerator, precision) or peak_tflop(accelerator, "half") or 0.0
    if peak <= 0:
        return {}, math.inf
    ideal = max(flop, 1.0) / (peak * TERA * SECONDS_PER_HOUR)
    bandwidth = accelerator.memory_bw_gb_per_s
    x = features_of(
        group=job.info.group, family=job.info.family, accelerator=accelerator.accelerator,
        precision=precision, approach=str(job.approach), n_devices=float(n_devices),
        ideal_wall_hours=ideal / n_devices, params=job.info.params,
        seq=job.memory.tokens if job.info.group in ("llm", "encoder", "seq2seq") else None,
        year=TODAY_YEAR, balance=peak * TERA / (bandwidth * GIGA) if bandwidth else None,
        publisher="", batch_per_device=job.plan.batch_size / n_devices,
        gflop=job.flop_example / GIGA,
        step_seconds=_step_seconds(job, ideal, n_devices, flop),
    )  # fmt: skip
    return x, ideal


def _step_seconds(job: Job, ideal_hours: float, n_devices: int, flop: float) -> float:
    per_example = 3.0 * job.flop_example
    steps = max(flop / per_example / job.plan.batch_size, 1.0)
    return ideal_hours * SECONDS_PER_HOUR / n_devices / steps


def _slowdown(
    job: Job, inputs: ProjectInputs, accelerator: Accelerator, n_devices: int, flop: float,
    fit: Utilisation, offset: Offset, draws: Draws,
) -> tuple[Array, float]:  # fmt: skip
    x, ideal = job_features(job, inputs, accelerator, n_devices, flop)
    if not math.isfinite(ideal):
        return np.full(draws.size, np.inf), ideal
    mean = fit.log_mean(x)
    group = calibration_group(job.info.group)
    rho = math.sqrt(fit.between_sources_var / (fit.between_sources_var + fit.within_source_var))
    z = rho * draws.normal("compute.mfu.shared") + math.sqrt(1 - rho * rho) * draws.normal(
        f"compute.mfu.{group}"
    )
    sd = fit.project_sd.get(group, fit.project_sd["all"]) * math.sqrt(offset.variance_ratio)
    return np.exp(mean + offset.shift + sd * z), ideal


def job_hours(
    job: Job, inputs: ProjectInputs, accelerator: Accelerator, n_devices: int, fit: Utilisation,
    offset: Offset, assumptions: Assumptions, draws: Draws,
) -> tuple[Array, Array]:  # fmt: skip
    """Device-hours of the whole job and of one trial, failures and evaluation included."""
    work = job.work
    one = work.trial_flop + work.evaluation_flop
    overhead = assumptions.draw("compute.job_overhead_hours", draws) * n_devices
    slow, ideal = _slowdown(
        job, inputs, accelerator, n_devices, max(one, work.once_flop), fit, offset, draws
    )
    if not math.isfinite(ideal):
        return slow, slow
    per_flop = slow * ideal / max(one, work.once_flop, 1.0)
    single = one * per_flop + (overhead if one > 0 else 0.0)
    once = work.once_flop * per_flop + (overhead if work.once_flop > 0 else 0.0)
    repeats = 1.0 / (1.0 - inputs.compute.failed_run_share)
    spot: Array | float = 1.0
    if inputs.compute.purchase_option is PurchaseOption.SPOT:
        spot = np.maximum(assumptions.draw("compute.spot_overhead", draws), 1.0)
    restarts: Array | float = 1.0
    if job.approach is Approach.SCRATCH:
        restarts = np.maximum(assumptions.draw("compute.pretrain_trials", draws), 1.0)
    trials = 1 if job.approach is Approach.ZERO_SHOT else job.plan.trials
    return (trials * single * repeats + once * restarts * repeats) * spot, single + once
