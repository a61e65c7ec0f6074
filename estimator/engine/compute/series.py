"""Training a forecaster on the project's series: boosted lags, statistics, nets from scratch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.compute.calibrate import Offset
from estimator.engine.compute.energy import co2_kg, energy_kwh
from estimator.engine.compute.jobs import plan_of, recipe_view
from estimator.engine.compute.without_devices import Site
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.engine.series_names import STATISTICS, TREES, series_model
from estimator.evidence.things import Accelerator
from estimator.units import SECONDS_PER_HOUR
from estimator.vocabulary import DeviceKind, Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def series_hours(
    inputs: ProjectInputs, c: Candidate, evidence: Evidence, assumptions: Assumptions,
    draws: Draws, accelerator: Accelerator, site: Site,
) -> ComputeEstimate | None:  # fmt: skip
    """Hours of a forecaster that is trained here from nothing; None where that is not the row.

    Notes
    -----
    Published times by method grow with series x horizon (data/fits/series.json); the machine is
    not in the source, which is part of the spread. Statistics are fitted to each series on one
    core. A trial is one training; the test repeats none.
    """
    if inputs.task is not Task.TIME_SERIES or c.model is None:
        return None
    model = series_model(c.model.name)
    times = evidence.fits["series"]["hours"]
    if model in STATISTICS:
        seconds, source = _statistics(inputs, assumptions, draws), "judgement"
    elif model in times:
        seconds = _trained(inputs, times[model], assumptions, draws)
        source = times[model]["source_id"]
    elif model in TREES:
        seconds = _trained(inputs, times["lightgbm"], assumptions, draws)
        source = times["lightgbm"]["source_id"]
    else:
        return None
    device = None if model in STATISTICS | TREES else accelerator
    recipe = evidence.recipes.get((str(inputs.task), str(c.approach)))
    plan = replace(plan_of(inputs, c.approach, recipe), epochs=1.0)
    overhead = assumptions.draw("compute.job_overhead_hours", draws)
    single = seconds / SECONDS_PER_HOUR + overhead
    total = single * plan.trials / (1.0 - inputs.compute.failed_run_share)
    watts = assumptions.value("compute.cpu_watts")
    kwh = energy_kwh(total, device, watts, site.pue, assumptions, draws)
    kind = DeviceKind.CPU if device is None else device.kind
    sources = (source,) if source != "judgement" else ()
    return ComputeEstimate(
        device_kind=kind, accelerator=device, n_devices=1, min_devices=1, feasible=True,
        reasons=(), recipe=recipe_view(inputs, c, plan, Offset()), work=(), training_flop=0.0,
        device_hours_draws=total, wallclock_hours_draws=total, peak_memory_gb=None,
        energy_kwh_draws=kwh,
        co2_kg_draws=co2_kg(kwh, site.grid, total, device, assumptions, draws),
        single_run_device_hours_draws=single, source_ids=(*sources, *site.source_ids),
    )  # fmt: skip


def _trained(
    inputs: ProjectInputs, times: Mapping[str, Any], assumptions: Assumptions, draws: Draws
) -> Array:
    """Seconds of one training of a method with published times."""
    size = math.log10(max(inputs.unit["series"] * inputs.unit["horizon"], 1.0))
    middle = times["log_seconds"] + times["per_decade"] * size
    luck = times["sd"] * draws.normal("compute.series")
    return np.asarray(np.exp(middle + luck) * assumptions.draw("compute.series_machine", draws))


def _statistics(inputs: ProjectInputs, assumptions: Assumptions, draws: Draws) -> Array:
    return np.asarray(inputs.unit["series"] * assumptions.draw("compute.series_cpu_seconds", draws))
