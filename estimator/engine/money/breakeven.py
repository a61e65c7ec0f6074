"""Volumes at which one approach becomes cheaper than another, by re-pricing along a grid."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.price import price_candidates
from estimator.engine.results import AccuracyEstimate, Candidate, ComputeEstimate

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

VOLUMES = np.logspace(2, 9, 29)
FEW = 64


@dataclass(frozen=True)
class Crossing:
    """Above ``requests_per_month`` the row ``dearer`` costs more than ``cheaper``."""

    cheaper: str
    dearer: str
    requests_per_month: float


@dataclass(frozen=True)
class VolumeCurves:
    """Base-case total of every row by volume.

    Parameters
    ----------
    volumes : array
        Requests a month.
    totals : mapping of key to array
        Total over the horizon at each volume [USD].
    """

    volumes: Array
    totals: dict[str, Array]

    def crossing(self, a: str, b: str) -> Crossing | None:
        """The first volume at which rows a and b cost the same; None when they never do.

        Notes
        -----
        Linear interpolation between the two grid volumes where the difference changes sign.
        """
        gap = self.totals[a] - self.totals[b]
        sign = np.sign(gap)
        (found,) = np.nonzero(sign[:-1] * sign[1:] < 0)
        if not len(found):
            return None
        i = int(found[0])
        v0, v1 = float(self.volumes[i]), float(self.volumes[i + 1])
        at = v0 + (v1 - v0) * gap[i] / (gap[i] - gap[i + 1])
        cheaper, dearer = (a, b) if gap[i + 1] < 0 else (b, a)
        return Crossing(cheaper, dearer, float(f"{at:.6g}"))

    def crossings(self) -> tuple[Crossing, ...]:
        """Every pair of rows that changes places, the lowest volume first."""
        keys = list(self.totals)
        pairs = [self.crossing(a, b) for i, a in enumerate(keys) for b in keys[i + 1 :]]
        return tuple(sorted((p for p in pairs if p), key=lambda p: p.requests_per_month))


def volume_curves(
    inputs: ProjectInputs,
    candidates: Sequence[Candidate],
    accuracies: Sequence[AccuracyEstimate],
    computes: Sequence[ComputeEstimate],
    evidence: Evidence,
    assumptions: Assumptions,
    volumes: Array = VOLUMES,
) -> VolumeCurves:
    """Price every row again along a grid of volumes (base case) [USD].

    Rows that have no price are left out. Training does not depend on the volume.
    """
    draws = Draws(FEW, inputs.seed)
    short = [_shortened(c, draws.size) for c in computes]
    plain = [_without_draws(a) for a in accuracies]
    totals: dict[str, list[float]] = {c.key: [] for c in candidates}
    for volume in volumes:
        scenario = inputs.replace("serving.requests_per_month", float(volume))
        rows = price_candidates(scenario, candidates, plain, short, evidence, assumptions, draws)
        for candidate, row in zip(candidates, rows, strict=True):
            totals[candidate.key].append(float(row.total_draws[0]))
    curves = {k: np.array(v) for k, v in totals.items() if np.isfinite(v).all()}
    return VolumeCurves(np.asarray(volumes, dtype=float), curves)


def _shortened(compute: ComputeEstimate, size: int) -> ComputeEstimate:
    tokens = compute.api_tokens_draws
    return dataclasses.replace(
        compute,
        device_hours_draws=compute.device_hours_draws[:size],
        wallclock_hours_draws=compute.wallclock_hours_draws[:size],
        energy_kwh_draws=compute.energy_kwh_draws[:size],
        co2_kg_draws=compute.co2_kg_draws[:size],
        single_run_device_hours_draws=compute.single_run_device_hours_draws[:size],
        api_tokens_draws=None if tokens is None else tokens[:size],
    )


def _without_draws(accuracy: AccuracyEstimate) -> AccuracyEstimate:
    return dataclasses.replace(accuracy, draws=None)
