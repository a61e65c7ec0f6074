"""The user's own runs move the utilisation: a normal update of one common offset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.compute import text as parse
from estimator.engine.compute.features import run_features
from estimator.engine.compute.resolve import Unresolved, resolve_run
from estimator.engine.compute.rows import tables_of
from estimator.engine.compute.utilisation import Utilisation
from estimator.engine.inputs import ProjectInputs

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@dataclass(frozen=True)
class Offset:
    """Shift of log hours by own runs, share of the variance that is left, and what was used."""

    shift: float = 0.0
    variance_ratio: float = 1.0
    n_runs: int = 0
    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()
    unused: tuple[str, ...] = ()


def own_offset(inputs: ProjectInputs, evidence: Evidence, fit: Utilisation) -> Offset:
    """Posterior of the user's own source effect from rows of runs.csv.

    Notes
    -----
    A user is a source: y_i = m_i + u + e_i with u ~ N(0, source variance) and e_i noise. Then
    u | y has mean V sum(r_i / s_i^2) and V = 1 / (1 / tau^2 + sum 1 / s_i^2), s_i^2 the variance
    that is not the source's. Two runs suffice to move it.
    """
    if not inputs.own_runs:
        return Offset()
    tables = tables_of(evidence)
    residual, weight, before, reasons = [], [], [], []
    for i, row in enumerate(inputs.own_runs):
        hours = parse.number(row.get("device_hours"))
        if hours is None:
            wall, n = parse.number(row.get("wallclock_hours")), parse.number(row.get("n_devices"))
            hours = wall * (n or 1.0) if wall else None
        run = resolve_run({**row, "source_family": "", "source_title": ""}, tables)
        if hours is None or isinstance(run, Unresolved):
            why = run.reason if isinstance(run, Unresolved) else "no device_hours"
            reasons.append(f"own_runs[{i}]: {why}")
            continue
        mean, _ = fit.predict([run_features(run)])
        residual.append(math.log(hours * run.devices_per_unit / run.ideal_hours) - mean[0])
        weight.append(1.0 / fit.within_source_var)
        before.append(float(run.ideal_hours * math.exp(mean[0]) / run.devices_per_unit))
    if not residual:
        return Offset(unused=tuple(reasons))
    r, w = np.array(residual), np.array(weight)
    left = 1.0 / (1.0 / fit.between_sources_var + w.sum())
    shift = float(left * (w * r).sum())
    total = fit.between_sources_var + fit.within_source_var
    ratio = (left + fit.within_source_var) / total
    return Offset(
        shift, float(min(ratio, 1.0)), len(r), tuple(before),
        tuple(b * math.exp(shift) for b in before), tuple(reasons),
    )  # fmt: skip
