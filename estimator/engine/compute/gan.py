"""A picture generator from scratch: a style-based network on some thousand pictures.

People with 1,000 to 70,000 pictures train such a network; pre-training a diffusion model on
millions of pictures is another project. Times are those published with it, by resolution.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.compute.calibrate import Offset
from estimator.engine.compute.energy import co2_kg, energy_kwh
from estimator.engine.compute.jobs import plan_of, recipe_view
from estimator.engine.compute.without_devices import Site
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.evidence.things import Accelerator
from estimator.units import GIB_PER_GB, MEGA
from estimator.vocabulary import Approach, Task
from estimator.words.statement import Number, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

FAMILY, MEASURED_ON = "StyleGAN2-ADA", "V100-16GB"
HALF = ("fp16", "bf16", "fp32")


def published_times(evidence: Evidence) -> dict[float, tuple[float, float, str]]:
    """Device-hours for a million pictures shown, memory [GB] and source, by side of a picture."""
    found = {}
    for row in evidence.records("families_runs"):
        side = re.match(r"(\d+)x\d+", row["context"])
        if row["model"] != FAMILY or row["n_devices"] != 1 or side is None:
            continue
        per_million = row["device_hours"] / (row["units_seen"] / MEGA)
        found[float(side[1])] = (per_million, row["peak_memory_gb"], str(row["source_id"]))
    return found


def gan_hours(
    inputs: ProjectInputs, c: Candidate, evidence: Evidence, assumptions: Assumptions,
    draws: Draws, accelerator: Accelerator, site: Site,
) -> ComputeEstimate | None:  # fmt: skip
    """Hours of a style-based generator from scratch; None for any other row.

    Notes
    -----
    ``pictures shown x published hours a picture x (peak of the V100 / peak here)^power``; between
    the published sides straight in the logarithms. How often pictures are shown does not depend
    on how many there are.
    """
    wanted = inputs.task is Task.IMAGE_GENERATION and c.approach is Approach.SCRATCH
    if not wanted or c.model is None or c.model.family != FAMILY:
        return None
    times = published_times(evidence)
    sides = np.log(sorted(times))
    at = np.log(inputs.unit_length)
    rates = np.log([times[s][0] for s in sorted(times)])
    slope = (rates[-1] - rates[0]) / (sides[-1] - sides[0])
    beyond = slope * (at - np.clip(at, sides[0], sides[-1]))
    per_million = float(np.exp(np.interp(at, sides, rates) + beyond))
    nearest = min(times, key=lambda s: abs(np.log(s) - at))
    memory, source = times[nearest][1], times[nearest][2]
    then, here = _peak(evidence.accelerators[MEASURED_ON]), _peak(accelerator)
    n = inputs.compute.n_devices
    power = assumptions.draw("compute.gan_peak_power", draws)
    shown = assumptions.draw("compute.gan_images", draws) / MEGA
    overhead = assumptions.draw("compute.job_overhead_hours", draws) * n
    single = shown * per_million * (then / here) ** power + overhead
    plan = plan_of(inputs, c.approach, evidence.recipes.get((str(inputs.task), str(c.approach))))
    total = single * plan.trials / (1.0 - inputs.compute.failed_run_share)
    watts = assumptions.value("compute.cpu_watts")
    kwh = energy_kwh(total, accelerator, watts, site.pue, assumptions, draws)
    room = accelerator.memory_gb or 0.0
    fits = room >= memory
    why = state(
        "compute.no_fit", model=c.model.name, gb=Number(memory),
        gib=Number(memory * GIB_PER_GB), n=n,
        device=accelerator.accelerator, memory=Number(room),
    )  # fmt: skip
    return ComputeEstimate(
        device_kind=accelerator.kind, accelerator=accelerator, n_devices=n,
        min_devices=1 if fits else None, feasible=fits, reasons=() if fits else (why,),
        recipe=recipe_view(inputs, c, plan, Offset()), work=(), training_flop=0.0,
        device_hours_draws=total, wallclock_hours_draws=total / n, peak_memory_gb=memory,
        energy_kwh_draws=kwh,
        co2_kg_draws=co2_kg(kwh, site.grid, total, accelerator, assumptions, draws),
        single_run_device_hours_draws=single, source_ids=(source, *site.source_ids),
    )  # fmt: skip


def _peak(device: Accelerator) -> float:
    peaks = device.peak_tflop_per_s
    return next((float(peaks[p]) for p in HALF if peaks.get(p)), 1.0)
