"""Door of the compute room: device-hours, memory, energy of every candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.compute.calibrate import Offset, own_offset
from estimator.engine.compute.energy import co2_kg, energy_kwh, grid_gco2_per_kwh, pue
from estimator.engine.compute.fitting import Fitted, fitted
from estimator.engine.compute.gan import gan_hours
from estimator.engine.compute.hardware import peak_tflop, trains
from estimator.engine.compute.hours import job_hours, price_of_fitting, utilisation
from estimator.engine.compute.jobs import Job, job_of, recipe_view
from estimator.engine.compute.memory import peak_memory_gb
from estimator.engine.compute.series import series_hours
from estimator.engine.compute.utilisation import Utilisation
from estimator.engine.compute.without_devices import (
    Site,
    is_classical,
    no_training,
    on_cpu,
    through_interface,
)
from estimator.engine.distributions import Array, Draws
from estimator.engine.figure import Part
from estimator.engine.inputs import ProjectInputs
from estimator.engine.own_factors import own_draws
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.engine.watched import varied
from estimator.evidence.things import Accelerator
from estimator.units import GIB_PER_GB
from estimator.vocabulary import Approach, Basis
from estimator.words.statement import Number, Statement, listed, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

_CHEAPER: Mapping[Approach, tuple[Approach, ...]] = {
    Approach.LINEAR_PROBE: (Approach.PARTIAL_FINETUNE, Approach.FULL_FINETUNE),
    Approach.PARTIAL_FINETUNE: (Approach.FULL_FINETUNE,),
}
"""Approaches whose hours never exceed those of a fuller update of the same model."""


MOST_TRIALS = 10_000


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
    makes compute.automation_trials times as many trials. The firm's own factor on hours multiplies
    all of it, unless runs of the project itself are there.
    """
    if inputs.people.automation:
        wanted = inputs.compute.trials * assumptions.value("compute.automation_trials")
        trials = min(round(wanted), MOST_TRIALS)
        inputs = varied(inputs, "compute", trials=trials)
    fit = utilisation(evidence)
    offset = own_offset(inputs, evidence, fit)
    accelerator = evidence.accelerators[inputs.compute.accelerator]
    site = _site(inputs, evidence)
    found = [
        _estimate(inputs, c, evidence, assumptions, draws, fit, offset, accelerator, site)
        for c in candidates
    ]
    # Own runs say how fast this project computes; what other projects became says no more.
    factor = None if offset.n_runs else own_draws(inputs.own_factors, "hours", draws)
    return found if factor is None else [_times(estimate, factor) for estimate in found]


def _times(estimate: ComputeEstimate, factor: Array | float) -> ComputeEstimate:
    """The estimate with all its hours, and what follows from them, times a factor."""
    middle = float(np.asarray(factor).flat[0])
    part = Part("own_projects", middle, "factor", Basis.MEASURED)
    names = (
        "device_hours_draws", "wallclock_hours_draws", "single_run_device_hours_draws",
        "energy_kwh_draws", "co2_kg_draws",
    )  # fmt: skip
    scaled = {name: getattr(estimate, name) * factor for name in names}
    parts = (*estimate.hours_parts, part) if estimate.hours_parts else ()
    return replace(estimate, hours_parts=parts, **scaled)


def _site(inputs: ProjectInputs, evidence: Evidence) -> Site:
    overhead, pue_source = pue(evidence, inputs.compute.provider)
    grid, grid_source = grid_gco2_per_kwh(evidence, inputs.compute.provider, inputs.compute.region)
    return Site(overhead or 1.5, grid, tuple(s for s in (pue_source, grid_source) if s))


def _estimate(
    inputs: ProjectInputs, c: Candidate, evidence: Evidence, assumptions: Assumptions, draws: Draws,
    fit: Utilisation, offset: Offset, accelerator: Accelerator, site: Site,
) -> ComputeEstimate:  # fmt: skip
    n = inputs.compute.n_devices
    if c.model is not None and c.model.hosted:
        return through_interface(inputs, c, evidence, assumptions, draws)
    forecaster = series_hours(inputs, c, evidence, assumptions, draws, accelerator, site)
    if forecaster is not None:
        return forecaster
    generator = gan_hours(inputs, c, evidence, assumptions, draws, accelerator, site)
    if generator is not None:
        return generator
    if c.approach is Approach.BASELINE or (c.model is not None and is_classical(c.model)):
        return on_cpu(inputs, c, evidence, assumptions, draws, site)
    job = job_of(inputs, c, c.approach, evidence, assumptions)
    if isinstance(job, Statement):
        return no_training(inputs, c, job, draws)
    found = job_hours(job, inputs, accelerator, n, fit, offset, assumptions, draws)
    total, single, parts = found.total, found.single, found.parts
    for fuller in _CHEAPER.get(c.approach, ()):
        other = job_of(inputs, c, fuller, evidence, assumptions)
        if not isinstance(other, Statement):
            whole = job_hours(other, inputs, accelerator, n, fit, offset, assumptions, draws)
            if whole.total.flat[0] < total.flat[0]:
                parts = whole.parts
            total, single = np.minimum(total, whole.total), np.minimum(single, whole.single)
    fitting = fitted(job.info, job.memory, job.plan.fixed, accelerator.memory_gb, n)
    needed = fitting.needed
    feasible, reasons = _fits(job, accelerator, fitting, n, evidence)
    if not np.all(np.isfinite(total)):
        return no_training(
            inputs, c, state("compute.no_peak", device=accelerator.accelerator), draws
        )
    kwh = energy_kwh(
        total, accelerator, assumptions.value("compute.cpu_watts"), site.pue, assumptions, draws
    )
    made = assumptions.value("compute.include_embodied") >= 0.5
    co2 = co2_kg(kwh, site.grid, total, accelerator, assumptions, draws, embodied=made)
    flop = job.work.trial_flop * job.plan.trials + job.work.once_flop + job.work.evaluation_flop
    kind = accelerator.kind
    model_source = (c.model.source_id,) if c.model else ()
    return ComputeEstimate(
        device_kind=kind, accelerator=accelerator, n_devices=n, min_devices=needed,
        feasible=feasible, reasons=reasons,
        recipe=recipe_view(
            inputs, c, job.plan, offset, fitting,
            price_of_fitting(job, fitting, accelerator, n, fit),
        ),
        work=job.work.items, training_flop=flop, device_hours_draws=total,
        wallclock_hours_draws=total / n,
        peak_memory_gb=peak_memory_gb(job.info, fitting.setting, n),
        energy_kwh_draws=kwh, co2_kg_draws=co2, single_run_device_hours_draws=single,
        hours_parts=parts,
        source_ids=tuple(
            dict.fromkeys(
                (
                    *fit_sources(evidence),
                    accelerator.source_id,
                    *model_source,
                    *site.source_ids,
                )
            )
        ),
    )  # fmt: skip


def fit_sources(evidence: Evidence) -> tuple[str, ...]:
    """Sources that the utilisation fit names first: the largest contributors."""
    return tuple(evidence.fits["utilisation"].get("main_source_ids", ()))


def _fits(
    job: Job, accelerator: Accelerator, fitting: Fitted, n: int, evidence: Evidence
) -> tuple[bool, tuple[Statement, ...]]:
    needed = fitting.needed
    if needed is not None and needed <= n:
        return True, ()
    gb = peak_memory_gb(job.info, fitting.setting, n)
    name = accelerator.accelerator
    memory = Number(accelerator.memory_gb or 0.0)
    why = state(
        "compute.no_fit",
        model=job.info.name,
        gb=Number(gb),
        gib=Number(gb * GIB_PER_GB),
        n=n,
        device=name,
        memory=memory,
    )
    out = [why]
    smallest = smallest_setup(job, evidence)
    if needed is not None:
        out.append(state("compute.fits_on", n=needed))
    if smallest is not None:
        out.append(state("compute.smallest", n=smallest[1], device=smallest[0].accelerator))
    return False, (state("joined", parts=listed(out)),)


def smallest_setup(job: Job, evidence: Evidence) -> tuple[Accelerator, int] | None:
    """The set-up on offer with the fewest devices, then the least memory, that holds the job."""
    options = []
    offered = {p.accelerator for p in evidence.prices}
    for a in evidence.accelerators.values():
        if a.accelerator not in offered or not trains(a) or not peak_tflop(a, job.plan.precision):
            continue
        n = fitted(job.info, job.memory, job.plan.fixed, a.memory_gb, 1).needed
        if n is not None:
            options.append((n, a.memory_gb, a.accelerator, a))
    if not options:
        return None
    n, _, _, best = min(options, key=lambda o: o[:3])
    return best, n
