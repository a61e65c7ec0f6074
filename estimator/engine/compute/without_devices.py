"""Candidates that train on no accelerator: on a CPU, through an interface, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.compute.calibrate import Offset
from estimator.engine.compute.energy import co2_kg, energy_kwh
from estimator.engine.compute.jobs import plan_of, recipe_view
from estimator.engine.distributions import Array, Draws
from estimator.engine.figure import Part
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import as_is
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.evidence.things import BaseModel
from estimator.units import BYTES_PER_GB, SECONDS_PER_HOUR
from estimator.vocabulary import Approach, Basis, DeviceKind, Modality
from estimator.words.statement import Statement

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@dataclass(frozen=True)
class Site:
    """Facility overhead and grid of the scenario's region, with their sources."""

    pue: float
    grid: float
    source_ids: tuple[str, ...]


def is_classical(model: BaseModel) -> bool:
    """Whether a model grows with its data; an in-context model of unknown size does not."""
    return (
        model.params_total is None
        and model.max_input is None
        and model.forward_gflop is None
        and model.modality in (Modality.TABULAR, Modality.TEXT)
    )


def _zeros(draws: Draws) -> Array:
    return np.zeros(draws.size)


def on_cpu(
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
    begin = assumptions.draw("compute.job_overhead_hours", draws)
    single = seconds / SECONDS_PER_HOUR + begin
    repeats = 1.0 / (1.0 - inputs.compute.failed_run_share)
    total = single * plan.trials * repeats
    work = float(np.asarray(seconds).flat[0]) / SECONDS_PER_HOUR
    speed = "compute.cpu_seconds_per_million_values"
    parts = (
        Part("compute_one_run", work, "hours", Basis.ASSUMED, "", speed),
        Part("start_up", float(np.asarray(begin).flat[0]), "hours", Basis.ASSUMED, "",
             "compute.job_overhead_hours"),
        Part("once", 0.0, "hours", Basis.ASSUMED),
        Part("runs", float(plan.trials), "runs", Basis.TYPED),
        Part("repeats", repeats, "factor", Basis.TYPED),
        Part("interruptions", 1.0, "factor", Basis.TYPED),
    )  # fmt: skip
    kwh = energy_kwh(
        total, None, assumptions.value("compute.cpu_watts"), site.pue, assumptions, draws
    )
    co2 = co2_kg(kwh, site.grid, total, None, assumptions, draws)
    held = values * assumptions.value("compute.memory.cpu_bytes_per_value") / BYTES_PER_GB
    return ComputeEstimate(
        device_kind=DeviceKind.CPU, accelerator=None, n_devices=1, min_devices=1, feasible=True,
        reasons=(), recipe=recipe_view(inputs, c, plan, Offset()), work=(), training_flop=0.0,
        device_hours_draws=total, wallclock_hours_draws=total,
        peak_memory_gb=held + assumptions.value("compute.memory.cpu_libraries_gb"),
        energy_kwh_draws=kwh, co2_kg_draws=co2, single_run_device_hours_draws=single,
        hours_parts=parts, source_ids=site.source_ids,
    )  # fmt: skip


def through_interface(
    inputs: ProjectInputs,
    c: Candidate,
    evidence: Evidence,
    assumptions: Assumptions,
    draws: Draws,
) -> ComputeEstimate:
    """Tokens of a hosted model: prompts tried on the test set, and examples it is tuned on."""
    tuned = not (as_is(inputs, c.approach) or c.approach is Approach.HYBRID)
    recipe = evidence.recipes.get((str(inputs.task), str(c.approach))) if tuned else None
    plan = plan_of(inputs, c.approach, recipe)
    length = inputs.unit_length if inputs.unit_name == "tokens" else 1000.0
    length *= inputs.unit_length if inputs.unit_name == "pages" else 1.0
    prompts = 1.0 + assumptions.draw("compute.api_prompt_share", draws)
    tokens = inputs.n_evaluation * length * prompts * max(plan.trials, 1)
    zero = _zeros(draws)
    trained = c.n_labelled(inputs) * length * plan.epochs * max(plan.trials, 1)
    plan = plan if tuned else replace(plan, epochs=0.0)
    return ComputeEstimate(
        device_kind=DeviceKind.API, accelerator=None, n_devices=0, min_devices=None, feasible=True,
        reasons=(), recipe=recipe_view(inputs, c, plan, Offset()), work=(),
        training_flop=0.0, device_hours_draws=zero, wallclock_hours_draws=zero, peak_memory_gb=None,
        energy_kwh_draws=zero, co2_kg_draws=zero, single_run_device_hours_draws=zero,
        source_ids=(), api_tokens_draws=tokens,
        tuning_tokens_draws=zero + trained if tuned else None,
    )  # fmt: skip


def no_training(
    inputs: ProjectInputs, c: Candidate, reason: Statement, draws: Draws
) -> ComputeEstimate:
    zero = _zeros(draws)
    return ComputeEstimate(
        device_kind=DeviceKind.GPU, accelerator=None, n_devices=0, min_devices=None, feasible=False,
        reasons=(reason,),
        recipe=recipe_view(inputs, c, plan_of(inputs, c.approach, None), Offset()),
        work=(), training_flop=0.0, device_hours_draws=zero, wallclock_hours_draws=zero,
        peak_memory_gb=None, energy_kwh_draws=zero, co2_kg_draws=zero,
        single_run_device_hours_draws=zero, source_ids=(),
    )  # fmt: skip
