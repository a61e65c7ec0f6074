"""The user's own runs move the utilisation: a normal update of one common offset."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.compute.features import run_features
from estimator.engine.compute.own_runs import own_hours, own_row
from estimator.engine.compute.resolve import Unresolved, resolve_run
from estimator.engine.compute.run_tables import tables_of
from estimator.engine.compute.trees import TREES
from estimator.engine.compute.utilisation import Utilisation
from estimator.engine.inputs import ProjectInputs
from estimator.words.statement import Statement, state

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
    unused: tuple[Statement, ...] = ()
    used: tuple[int, ...] = ()
    """Places in own_runs of the rows that could be used."""


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
    used: list[int] = []
    for i, row in enumerate(inputs.own_runs):
        noted = own_row(row, inputs, evidence)
        hours = own_hours(noted)
        run = resolve_run(noted, tables)
        if hours is None or isinstance(run, Unresolved) or run.model.group == TREES:
            why = run.reason if isinstance(run, Unresolved) else state("run.no_hours")
            reasons.append(state("run.unused", row=f"own_runs[{i}]", why=why))
            continue
        mine = replace(run, publisher="", tuned=False)
        mean, _ = fit.predict([run_features(mine)])
        used.append(i)
        residual.append(math.log(hours * run.devices_per_unit / run.base_hours) - mean[0])
        weight.append(1.0 / fit.within_source_var)
        before.append(float(run.base_hours * math.exp(mean[0]) / run.devices_per_unit))
    if not residual:
        return Offset(unused=tuple(reasons))
    r, w = np.array(residual), np.array(weight)
    left = 1.0 / (1.0 / fit.between_sources_var + w.sum())
    shift = float(left * (w * r).sum())
    total = fit.between_sources_var + fit.within_source_var
    ratio = (left + fit.within_source_var) / total
    return Offset(
        shift, float(min(ratio, 1.0)), len(r), tuple(before),
        tuple(b * math.exp(shift) for b in before), tuple(reasons), tuple(used),
    )  # fmt: skip
