"""Fit of the utilisation model on the shipped evidence; its result is data/fits/utilisation.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.compute import text as parse
from estimator.engine.compute.model import Design, Posterior, design, fit_mixed, leave_out
from estimator.engine.compute.names import AUDIO_GROUPS, IMAGE_GROUPS, TEXT_GROUPS
from estimator.engine.compute.rows import FitRow, evidence_rows
from estimator.engine.compute.utilisation import pack
from estimator.engine.distributions import Z90, Array

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

NOISE = ("stated", "secondary", "assumed")
N_ITERATIONS = 40
TARGET_COVERAGE = 0.8


def fit_rows(
    rows: Sequence[FitRow], progress: Callable[[float], None] | None = None
) -> tuple[Design, Array, Posterior, Array, Array]:
    """Design, target, posterior and leave-one-source-out mean and variance of the rows."""
    d = design([r.features for r in rows])
    y = np.array([r.y for r in rows])
    noise = np.array([NOISE.index(r.noise) for r in rows], dtype=np.int64)
    _, source = np.unique([r.source for r in rows], return_inverse=True)
    post = fit_mixed(d, y, noise, N_ITERATIONS, progress)
    mean, var = leave_out(d, y, noise, post, source)
    return d, y, post, mean, var


def calibration_group(group: str) -> str:
    """Group of the calibration of a work group: text, vision, speech or other."""
    if group in TEXT_GROUPS:
        return "text"
    if group in AUDIO_GROUPS:
        return "speech"
    return "vision" if group in IMAGE_GROUPS else "other"


def modality_of(row: FitRow) -> str:
    """text, vision, speech or other: the groups of the reported figures."""
    named = parse.words(row.row.get("modality"))
    table = {
        "text": "text",
        "vision": "vision",
        "speech": "speech",
        "audio": "speech",
        "image generation": "vision",
    }
    return table.get(named, "other")


def calibration(rows: Sequence[FitRow], y: Array, mean: Array, var: Array) -> dict[str, float]:
    """Factors on the standard deviation that make the left-out 80 % interval hold 80 %."""
    z = np.abs(y - mean) / np.sqrt(var)
    whole = np.array([not r.steady for r in rows])
    out = {"all": float(np.quantile(z[whole], TARGET_COVERAGE) / Z90)}
    kinds = np.array([calibration_group(r.run.model.group) for r in rows])
    for kind in ("text", "vision", "speech", "other"):
        pick = whole & (kinds == kind)
        if pick.sum() >= 30:
            own = float(np.quantile(z[pick], TARGET_COVERAGE) / Z90)
            out[kind] = own
    return {k: float(f"{v:.6g}") for k, v in out.items()}


def fit_utilisation(
    evidence: Evidence, progress: Callable[[float], None] | None = None
) -> dict[str, Any]:
    """Fit the utilisation model; deterministic.

    Returns
    -------
    dict
        JSON values: effect names, posterior mean and covariance, variance components,
        calibration of the interval, number of rows and sources.
    """
    rows = evidence_rows(evidence)
    _, y, post, mean, var = fit_rows(rows, progress)
    packed = pack(post, NOISE)
    counts = Counter(parse.words(r.row.get("source_id")) for r in rows)
    return {
        **packed,
        "calibration": calibration(rows, y, mean, var),
        "n_rows": len(rows),
        "n_runs": sum(not r.steady for r in rows),
        "n_sources": len({r.source for r in rows}),
        "main_source_ids": [s for s, _ in counts.most_common(3) if s],
    }
