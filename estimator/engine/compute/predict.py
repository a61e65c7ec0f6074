"""Door of the compute room: device-hours, memory, energy of every candidate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.catalogue import Accelerator, BaseModel
from estimator.engine.compute.calibrate import Offset, own_offset
from estimator.engine.compute.energy import co2_kg, energy_kwh, grid_gco2_per_kwh, pue
from estimator.engine.compute.features import features_of
from estimator.engine.compute.fit import calibration_group
from estimator.engine.compute.hardware import peak_tflop, precision_class
from estimator.engine.compute.memory import (
    MemorySetting,
    min_devices,
    peak_memory_gb,
    vocabulary_of,
)
from estimator.engine.compute.names import ModelInfo
from estimator.engine.compute.utilisation import Utilisation, unpack
from estimator.engine.compute.work import (
    Work,
    example_flop,
    model_info,
    tokens_per_example,
    work_of,
)
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.units import GIGA, SECONDS_PER_HOUR, TERA
from estimator.vocabulary import Approach, DeviceKind, HybridKind, Modality, PurchaseOption

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence
    from estimator.evidence.origin import Recipe

TODAY_YEAR = 2026.0
_CHEAPER: Mapping[Approach, tuple[Approach, ...]] = {
    Approach.LINEAR_PROBE: (Approach.PARTIAL_FINETUNE, Approach.FULL_FINETUNE),
    Approach.PARTIAL_FINETUNE: (Approach.FULL_FINETUNE,),
}
"""Approaches whose hours never exceed those of a fuller update of the same model."""


@dataclass(frozen=True)
class Plan:
    """A candidate's recipe as used: the scenario's training fields over the approach's recipe."""

    epochs: float
    unlabelled_epochs: float
    batch_size: int
    precision: str
    optimiser: str
    checkpointing: bool
    trained_share: float
    trials: int
    source_id: str
    stated_precision: str


@dataclass(frozen=True)
class Job:
    """Work and setting of one candidate, before an accelerator is chosen."""

    approach: Approach
    info: ModelInfo
    work: Work
    plan: Plan
    flop_example: float
    memory: MemorySetting
    forward_only: bool


def plan_of(inputs: ProjectInputs, approach: Approach, recipe: Recipe | None) -> Plan:
    """The recipe of the approach with the scenario's own training fields."""
    t = inputs.training
    precision = t.precision or (recipe.precision if recipe else "bf16")
    return Plan(
        epochs=t.epochs if t.epochs is not None else (recipe.epochs if recipe else 3.0),
        unlabelled_epochs=recipe.unlabelled_epochs if recipe else 1.0,
        batch_size=t.batch_size or (recipe.batch_size if recipe else 32),
        precision=precision_class(precision) or "half",
        optimiser=t.optimiser or (recipe.optimiser if recipe else "adamw"),
        checkpointing=t.checkpointing
        if t.checkpointing is not None
        else bool(recipe and recipe.checkpointing),
        trained_share=(recipe.layers_trained_share if recipe else 0.0) or 0.25,
        trials=inputs.compute.trials,
        source_id=recipe.source_id if recipe else "judgement",
        stated_precision=precision,
    )


def job_of(
    inputs: ProjectInputs,
    candidate: Candidate,
    approach: Approach,
    evidence: Evidence,
    assumptions: Assumptions,
) -> Job | str:
    """Work of a candidate trained by ``approach``, or the reason why there is none."""
    model = candidate.model
    if model is None:
        return "no base model for this approach and task"
    info = model_info(model, inputs.task)
    flop, formula = example_flop(inputs, info, model.source_id == "typed")
    if flop is None:
        return f"{model.name}: neither parameters nor forward FLOP are known"
    recipe = evidence.recipes.get((str(inputs.task), str(approach)))
    plan = plan_of(inputs, approach, recipe)
    teacher = _teacher(inputs, evidence) if approach is Approach.DISTILL else None
    teacher_flop = None
    if teacher is not None:
        teacher_flop = example_flop(inputs, model_info(teacher, inputs.task), False)[0]
    full = evidence.recipes.get((str(inputs.task), str(Approach.FULL_FINETUNE)))
    work = work_of(
        inputs, approach, info, flop, formula, float(candidate.n_labelled(inputs)), plan.epochs,
        plan.unlabelled_epochs, plan.trained_share, teacher_flop, full.epochs if full else 3.0,
        assumptions.value("compute.tokens_per_parameter"),
    )  # fmt: skip
    forward_only = approach in (Approach.LINEAR_PROBE, Approach.ZERO_SHOT) or (
        approach is Approach.HYBRID and inputs.hybrid.kind is HybridKind.RETRIEVAL
    )
    memory = MemorySetting(
        approach="linear_probe" if forward_only else str(approach),
        precision=plan.precision, optimiser=plan.optimiser,
        batch_per_device=_micro_batch(plan, inputs), tokens=_memory_tokens(inputs, info),
        pixels=inputs.unit_length if inputs.unit_name == "pixels" else None,
        checkpointing=plan.checkpointing, trained_share=plan.trained_share,
        adapter_params=assumptions.value("compute.adapter_share") * (info.params or 0.0),
        vocabulary=vocabulary_of(info),
        forward_gflop_example=flop / GIGA,
    )  # fmt: skip
    return Job(approach, info, work, plan, flop, memory, forward_only)


def _micro_batch(plan: Plan, inputs: ProjectInputs) -> float:
    per_device = plan.batch_size / max(inputs.compute.n_devices, 1)
    return float(max(1.0, min(per_device, 8.0)))


def _memory_tokens(inputs: ProjectInputs, info: ModelInfo) -> float:
    if inputs.unit_name == "pixels":
        return (inputs.unit_length / 16.0) ** 2 + 1 if info.group == "vit" else 1.0
    return tokens_per_example(inputs)


def _teacher(inputs: ProjectInputs, evidence: Evidence) -> BaseModel | None:
    name = evidence.teacher_models.get(str(inputs.task))
    return evidence.find_model(name) if name else None


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
    mean, _ = fit.predict([x])
    group = calibration_group(job.info.group)
    rho = math.sqrt(fit.between_sources_var / (fit.between_sources_var + fit.within_source_var))
    z = rho * draws.normal("compute.mfu.shared") + math.sqrt(1 - rho * rho) * draws.normal(
        f"compute.mfu.{group}"
    )
    sd = fit.project_sd.get(group, fit.project_sd["all"]) * math.sqrt(offset.variance_ratio)
    return np.exp(mean[0] + offset.shift + sd * z), ideal


def _hours(
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
    spot = 1.0
    if inputs.compute.purchase_option is PurchaseOption.SPOT:
        spot = assumptions.draw("compute.spot_overhead", draws)
    restarts = (
        assumptions.draw("compute.pretrain_trials", draws)
        if job.approach is Approach.SCRATCH
        else 1.0
    )
    trials = 1 if job.approach is Approach.ZERO_SHOT else job.plan.trials
    return (trials * single * repeats + once * restarts * repeats) * spot, single + once


def predict_compute(
    inputs: ProjectInputs, candidates: Sequence[Candidate], evidence: Evidence,
    assumptions: Assumptions, draws: Draws,
) -> list[ComputeEstimate]:  # fmt: skip
    """Training compute of every candidate on the scenario's accelerator.

    Parameters
    ----------
    inputs : ProjectInputs
        The scenario: task, labels, recipe overrides, accelerator and its number.
    candidates : sequence of Candidate
        Rows of the comparison.
    evidence : Evidence
        Catalogue, recipes and the utilisation fit.
    assumptions : Assumptions
        Judgements with their spread.
    draws : Draws
        Common random numbers.

    Returns
    -------
    list of ComputeEstimate
        One for each candidate, in order; hours in device-hours, energy in kWh, CO2 in kg.

    Notes
    -----
    ``hours = FLOP / peak x exp(m + s z)`` with m, s from the mixed model of published runs;
    times trials, repeats 1 / (1 - failed share) and the spot overhead. Automated model search
    makes compute.automation_trials times as many trials.
    """
    if inputs.people.automation:
        trials = round(inputs.compute.trials * assumptions.value("compute.automation_trials"))
        inputs = replace(inputs, compute=replace(inputs.compute, trials=trials))
    fit = utilisation(evidence)
    offset = own_offset(inputs, evidence, fit)
    accelerator = evidence.accelerators[inputs.compute.accelerator]
    site = _site(inputs, evidence)
    return [
        _estimate(inputs, c, evidence, assumptions, draws, fit, offset, accelerator, site)
        for c in candidates
    ]


@dataclass(frozen=True)
class Site:
    """Facility overhead and grid of the scenario's region, with their sources."""

    pue: float
    grid: float | None
    source_ids: tuple[str, ...]


def _site(inputs: ProjectInputs, evidence: Evidence) -> Site:
    overhead, pue_source = pue(evidence, inputs.compute.provider)
    grid, grid_source = grid_gco2_per_kwh(evidence, inputs.compute.provider, inputs.compute.region)
    if grid is None:
        grid, grid_source = grid_gco2_per_kwh(evidence, "", "World")
    return Site(overhead or 1.5, grid, tuple(s for s in (pue_source, grid_source) if s))


def _estimate(
    inputs: ProjectInputs, c: Candidate, evidence: Evidence, assumptions: Assumptions, draws: Draws,
    fit: Utilisation, offset: Offset, accelerator: Accelerator, site: Site,
) -> ComputeEstimate:  # fmt: skip
    n = inputs.compute.n_devices
    if c.model is not None and c.model.hosted:
        return _hosted(inputs, c, assumptions, draws)
    if c.approach is Approach.BASELINE or (c.model is not None and _classical(c.model)):
        return _on_cpu(inputs, c, evidence, assumptions, draws, site)
    job = job_of(inputs, c, c.approach, evidence, assumptions)
    if isinstance(job, str):
        return _nothing(inputs, c, job, draws)
    total, single = _hours(job, inputs, accelerator, n, fit, offset, assumptions, draws)
    for fuller in _CHEAPER.get(c.approach, ()):
        other = job_of(inputs, c, fuller, evidence, assumptions)
        if not isinstance(other, str):
            t, s = _hours(other, inputs, accelerator, n, fit, offset, assumptions, draws)
            total, single = np.minimum(total, t), np.minimum(single, s)
    needed = min_devices(job.info, job.memory, accelerator.memory_gb)
    feasible, reasons = _fits(job, accelerator, needed, n, evidence)
    if not np.all(np.isfinite(total)):
        return _nothing(inputs, c, f"{accelerator.accelerator} has no published peak rate", draws)
    kwh = energy_kwh(
        total, accelerator, assumptions.value("compute.cpu_watts"), site.pue, assumptions, draws
    )
    grid = site.grid if site.grid is not None else 0.0
    co2 = co2_kg(kwh, grid, total, accelerator, assumptions, draws)
    flop = job.work.trial_flop * job.plan.trials + job.work.once_flop + job.work.evaluation_flop
    kind = accelerator.kind
    return ComputeEstimate(
        device_kind=kind, accelerator=accelerator, n_devices=n, min_devices=needed,
        feasible=feasible, reasons=reasons, recipe=recipe_view(inputs, c, job.plan, offset),
        work=job.work.items, training_flop=flop, device_hours_draws=total,
        wallclock_hours_draws=total / n, peak_memory_gb=peak_memory_gb(job.info, job.memory, n),
        energy_kwh_draws=kwh, co2_kg_draws=co2, single_run_device_hours_draws=single,
        source_ids=tuple(dict.fromkeys((*fit_sources(evidence), accelerator.source_id, c.model.source_id if c.model else "",
                                        *site.source_ids))),
    )  # fmt: skip


def fit_sources(evidence: Evidence) -> tuple[str, ...]:
    """Sources that the utilisation fit names first: the largest contributors."""
    return tuple(evidence.fits["utilisation"].get("main_source_ids", ()))


def recipe_view(
    inputs: ProjectInputs, c: Candidate, plan: Plan, offset: Offset
) -> dict[str, float | int | str | None]:
    """What the page shows of the recipe; own runs show the hours factor before and after."""
    view: dict[str, float | int | str | None] = {
        "epochs": plan.epochs,
        "batch_size": plan.batch_size,
        "unit_length": inputs.unit_length,
        "trials": plan.trials if c.approach is not Approach.ZERO_SHOT else 1,
        "precision": plan.stated_precision,
        "optimiser": plan.optimiser,
        "checkpointing": "yes" if plan.checkpointing else "no",
        "source_id": plan.source_id,
    }
    if offset.n_runs:
        view["own_runs"] = offset.n_runs
        view["own_runs_factor"] = math.exp(offset.shift)
    return view


def _fits(
    job: Job, accelerator: Accelerator, needed: int | None, n: int, evidence: Evidence
) -> tuple[bool, tuple[str, ...]]:
    if needed is not None and needed <= n:
        return True, ()
    gb = peak_memory_gb(job.info, job.memory, n)
    text = f"{job.info.name} needs {gb:.0f} GB on each of {n} {accelerator.accelerator} with {accelerator.memory_gb:.0f} GB"
    smallest = smallest_setup(job, evidence)
    if needed is not None:
        text += f"; {needed} of them hold it"
    if smallest is not None:
        text += f"; smallest set-up that holds it: {smallest[1]} x {smallest[0].accelerator}"
    return False, (text,)


def smallest_setup(job: Job, evidence: Evidence) -> tuple[Accelerator, int] | None:
    """The set-up with the fewest devices, then the least memory, that holds the job."""
    options = []
    for a in evidence.accelerators.values():
        if a.kind is DeviceKind.CPU or not a.memory_gb or not peak_tflop(a, job.plan.precision):
            continue
        n = min_devices(job.info, job.memory, a.memory_gb)
        if n is not None:
            options.append((n, a.memory_gb, a.accelerator, a))
    if not options:
        return None
    n, _, _, best = min(options, key=lambda o: o[:3])
    return best, n


def _classical(model: BaseModel) -> bool:
    return (
        model.params_total is None
        and model.forward_gflop is None
        and model.modality in (Modality.TABULAR, Modality.TEXT)
    )


def _zeros(draws: Draws) -> Array:
    return np.zeros(draws.size)


def _on_cpu(
    inputs: ProjectInputs,
    c: Candidate,
    evidence: Evidence,
    assumptions: Assumptions,
    draws: Draws,
    site: Site,
) -> ComputeEstimate:
    recipe = evidence.recipes.get((str(inputs.task), str(c.approach)))
    plan = replace(plan_of(inputs, c.approach, recipe), epochs=1.0)
    length = 1024.0 if inputs.unit_name == "pixels" else inputs.unit_length
    values = c.n_labelled(inputs) * length + inputs.n_evaluation * length
    seconds = assumptions.draw("compute.cpu_seconds_per_million_values", draws) * values / 1e6
    single = seconds / SECONDS_PER_HOUR + assumptions.draw("compute.job_overhead_hours", draws)
    total = single * plan.trials / (1.0 - inputs.compute.failed_run_share)
    kwh = energy_kwh(
        total, None, assumptions.value("compute.cpu_watts"), site.pue, assumptions, draws
    )
    co2 = co2_kg(kwh, site.grid or 0.0, total, None, assumptions, draws)
    return ComputeEstimate(
        device_kind=DeviceKind.CPU, accelerator=None, n_devices=1, min_devices=1, feasible=True,
        reasons=(), recipe=recipe_view(inputs, c, plan, Offset()), work=(), training_flop=0.0,
        device_hours_draws=total, wallclock_hours_draws=total, peak_memory_gb=None,
        energy_kwh_draws=kwh, co2_kg_draws=co2, single_run_device_hours_draws=single,
        source_ids=site.source_ids,
    )  # fmt: skip


def _hosted(
    inputs: ProjectInputs, c: Candidate, assumptions: Assumptions, draws: Draws
) -> ComputeEstimate:
    plan = plan_of(inputs, c.approach, None)
    length = inputs.unit_length if inputs.unit_name == "tokens" else 1000.0
    prompts = 1.0 + assumptions.draw("compute.api_prompt_share", draws)
    tokens = inputs.n_evaluation * length * prompts * max(plan.trials, 1)
    zero = _zeros(draws)
    return ComputeEstimate(
        device_kind=DeviceKind.API, accelerator=None, n_devices=0, min_devices=None, feasible=True,
        reasons=(), recipe=recipe_view(inputs, c, replace(plan, epochs=0.0), Offset()), work=(),
        training_flop=0.0, device_hours_draws=zero, wallclock_hours_draws=zero, peak_memory_gb=None,
        energy_kwh_draws=zero, co2_kg_draws=zero, single_run_device_hours_draws=zero,
        source_ids=(), api_tokens_draws=tokens,
    )  # fmt: skip


def _nothing(inputs: ProjectInputs, c: Candidate, reason: str, draws: Draws) -> ComputeEstimate:
    zero = _zeros(draws)
    return ComputeEstimate(
        device_kind=DeviceKind.GPU, accelerator=None, n_devices=0, min_devices=None, feasible=False,
        reasons=(reason,), recipe=recipe_view(inputs, c, plan_of(inputs, c.approach, None), Offset()),
        work=(), training_flop=0.0, device_hours_draws=zero, wallclock_hours_draws=zero,
        peak_memory_gb=None, energy_kwh_draws=zero, co2_kg_draws=zero,
        single_run_device_hours_draws=zero, source_ids=(),
    )  # fmt: skip
