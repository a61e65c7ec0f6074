"""Hours of a job on a device: ideal hours, fitted slowdown, trials, failures and restarts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.compute.calibrate import Offset
from estimator.engine.compute.features import features_of
from estimator.engine.compute.fitting import Fitted, fitted
from estimator.engine.compute.hardware import compiles_whole, peak_tflop
from estimator.engine.compute.jobs import Job
from estimator.engine.compute.lexicon import TEXT_GROUPS, calibration_group
from estimator.engine.compute.settings import Settings
from estimator.engine.compute.steps import base_hours_on
from estimator.engine.compute.utilisation import Utilisation, unpack
from estimator.engine.distributions import Array, Draws
from estimator.engine.figure import Part
from estimator.engine.inputs import ProjectInputs
from estimator.evidence.things import Accelerator
from estimator.units import GIGA, SECONDS_PER_HOUR, TERA
from estimator.vocabulary import Approach, Basis, PurchaseOption

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

TODAY_YEAR = 2026.0
EIGHT_BITS = "compute.eight_bit_factor"


def _in_eight_bits(job: Job) -> bool:
    """The frozen weights are kept in 8 bits and taken apart at every product (LLM.int8)."""
    return job.plan.stated_precision == "int8" and job.approach is Approach.LORA


def utilisation(evidence: Evidence) -> Utilisation:
    """The shipped utilisation fit."""
    return unpack(evidence.fits["utilisation"])


def job_features(
    job: Job, fit: Fitted, accelerator: Accelerator, n_devices: int, flop: float
) -> tuple[dict[str, float], float]:
    """Features of one run of a job on an accelerator, and its base device-hours."""
    precision = job.plan.precision
    peak = peak_tflop(accelerator, precision) or peak_tflop(accelerator, "half") or 0.0
    if peak <= 0:
        return {}, math.inf
    ideal = max(flop, 1.0) / (peak * TERA * SECONDS_PER_HOUR)
    bandwidth = accelerator.memory_bw_gb_per_s
    base, share = base_hours_on(
        job.step(fit.setting, max(flop, 1.0), n_devices, (fit.needed or 1) > 1), accelerator, peak
    )
    x = features_of(
        group=job.info.group, family=job.info.family, accelerator=accelerator.accelerator,
        precision=precision, approach=str(job.approach), n_devices=float(n_devices),
        ideal_wall_hours=ideal / n_devices, params=job.info.params,
        seq=job.seq,
        year=TODAY_YEAR, balance=peak * TERA / (bandwidth * GIGA) if bandwidth else None,
        publisher="", batch_per_device=fit.setting.batch_per_device,
        gflop=job.flop_example / GIGA,
        step_seconds=_step_seconds(job, ideal, n_devices, flop), arithmetic_share=share,
        settings=Settings(checkpointing=fit.setting.checkpointing, framework=job.plan.framework),
    )  # fmt: skip
    return x, base


def _step_seconds(job: Job, ideal_hours: float, n_devices: int, flop: float) -> float:
    per_example = 3.0 * job.flop_example
    steps = max(flop / per_example / job.plan.batch_size, 1.0)
    return ideal_hours * SECONDS_PER_HOUR / n_devices / steps


def price_of_fitting(
    job: Job, fitting: Fitted, accelerator: Accelerator, n_devices: int, fit: Utilisation
) -> float | None:
    """Hours of a job as changed to fit over those without the changes, less 1; None unchanged."""
    if not fitting.changes:
        return None
    flop = max(job.work.trial_flop, job.work.once_flop, 1.0)
    logs = []
    for tried in (fitting, Fitted(job.memory, fitting.needed)):
        x, base = job_features(job, tried, accelerator, n_devices, flop)
        if not math.isfinite(base):
            return None
        logs.append(fit.log_mean(x) + math.log(base))
    return math.exp(logs[0] - logs[1]) - 1.0


def _slowdown(
    job: Job, fitting: Fitted, accelerator: Accelerator, n_devices: int, flop: float,
    fit: Utilisation, offset: Offset, draws: Draws,
) -> tuple[Array, float]:  # fmt: skip
    x, ideal = job_features(job, fitting, accelerator, n_devices, flop)
    if not math.isfinite(ideal):
        return np.full(draws.size, np.inf), ideal
    mean = fit.log_mean(x)
    group = calibration_group(job.info.group)
    rho = math.sqrt(fit.between_sources_var / (fit.between_sources_var + fit.within_source_var))
    z = rho * draws.normal("compute.mfu.shared") + math.sqrt(1 - rho * rho) * draws.normal(
        f"compute.mfu.{group}"
    )
    usual = job.plan.is_stated and accelerator.vendor == "NVIDIA"
    kind = f"{group}_{job.approach}" if usual else group
    sd = fit.project_sd.get(kind, fit.project_sd.get(group, fit.project_sd["all"]))
    sd *= math.sqrt(offset.variance_ratio)
    return np.exp(mean + offset.shift + sd * z), ideal


@dataclass(frozen=True)
class JobHours:
    """Device-hours of a whole job and of one trial, with the figures they were made of.

    In the base case ``total`` = (runs x (compute_one_run + start_up) + once) x repeats x
    interruptions, each factor a part of that name.
    """

    total: Array
    single: Array
    parts: tuple[Part, ...] = ()


def job_hours(
    job: Job, inputs: ProjectInputs, accelerator: Accelerator, n_devices: int, fit: Utilisation,
    offset: Offset, assumptions: Assumptions, draws: Draws,
) -> JobHours:  # fmt: skip
    """Device-hours of the whole job and of one trial, failures and evaluation included."""
    work = job.work
    one = work.trial_flop + work.evaluation_flop
    begun = assumptions.draw("compute.job_overhead_hours", draws)
    begun = begun + (job.step_terms.compile_hours if compiles_whole(accelerator) else 0.0)
    overhead = begun * n_devices
    fitting = fitted(job.info, job.memory, job.plan.fixed, accelerator.memory_gb, n_devices)
    slow, ideal = _slowdown(
        job, fitting, accelerator, n_devices, max(one, work.once_flop), fit, offset, draws
    )
    if not math.isfinite(ideal):
        return JobHours(slow, slow)
    per_flop = slow * ideal / max(one, work.once_flop, 1.0)
    eight = EIGHT_BITS if job.info.group in TEXT_GROUPS and _in_eight_bits(job) else ""
    if eight:
        per_flop = per_flop * np.maximum(assumptions.draw(eight, draws), 1.0)
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
    total = (trials * single * repeats + once * restarts * repeats) * spot
    base = float(np.asarray(per_flop).flat[0])
    begin, again = float(np.asarray(overhead).flat[0]), float(np.asarray(spot).flat[0])
    flop = max(one, work.once_flop, 1.0)
    peak = (peak_tflop(accelerator, job.plan.precision) or 0.0) * TERA
    start = ("hours", Basis.ASSUMED, "", "compute.job_overhead_hours")
    parts: tuple[Part, ...] = (
        Part("flop", flop, "FLOP", Basis.PUBLISHED, job.plan.source_id),
        Part("peak", peak, "FLOP/s", Basis.PUBLISHED, accelerator.source_id),
        Part("utilisation", flop / (flop * base * SECONDS_PER_HOUR * peak), "share", Basis.FITTED),
        Part("compute_one_run", one * base, "hours", Basis.FITTED, "", eight),
        Part("start_up", begin if one > 0 else 0.0, *start),
        Part("once", float(np.asarray(once).flat[0]) * float(np.asarray(restarts).flat[0]), "hours",
             Basis.FITTED),
        Part("runs", float(trials), "runs", Basis.TYPED),
        Part("repeats", repeats, "factor", Basis.TYPED),
        Part("interruptions", again, "factor", Basis.ASSUMED, "",
             "compute.spot_overhead" if again > 1.0 else ""),
    )  # fmt: skip
    if offset.n_runs:
        parts += (Part("own_runs", math.exp(offset.shift), "factor", Basis.MEASURED),)
    return JobHours(total, single + once, parts)
