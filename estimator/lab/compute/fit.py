"""Fit of the utilisation model on the shipped evidence: data/fits/utilisation.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.compute import text as parse
from estimator.engine.compute.lexicon import calibration_group
from estimator.engine.compute.model import (
    IntArray,
    Posterior,
    Widths,
    design,
    fit_effects,
    noise_variance,
    row_weights,
)
from estimator.engine.compute.utilisation import pack
from estimator.engine.distributions import Z90, Array
from estimator.lab.compute.leave_out import leave_out
from estimator.lab.compute.rows import FitRow, evidence_rows

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

TARGET_COVERAGE = 0.8
MIN_ROWS = 30
MIN_SOURCES = 8
MIN_STATED_SOURCES = 6


@dataclass(frozen=True)
class LeftOut:
    """Rows with their prediction from all other sources."""

    rows: tuple[FitRow, ...]
    y: Array
    mean: Array
    var: Array
    source: IntArray


def publication_of(row: FitRow) -> str:
    """One publication: source family and title (an MLPerf round, a README)."""
    return f"{row.source}|{parse.words(row.row.get('source_title'))}"


def widths_of(evidence: Evidence) -> Widths:
    """Widths of the model as they were searched: data/fits/utilisation_hyper.json."""
    stored = evidence.fits["utilisation_hyper"]
    return Widths(stored["prior_sd"], stored["noise_sd"])


def left_out(
    rows: Sequence[FitRow], widths: Widths, key: Callable[[FitRow], str] = lambda r: r.source
) -> tuple[LeftOut, Posterior]:
    """Leave-one-source-out predictions, and the posterior on all rows.

    ``key`` names what is left out together: the source family, or one publication.
    """
    d = design([r.features for r in rows], widths.prior_sd)
    y = np.array([r.y for r in rows])
    noise = noise_variance([r.noise for r in rows], widths.noise_sd)
    _, source = np.unique([key(r) for r in rows], return_inverse=True)
    weights = row_weights(d, y, noise)
    mean, var = leave_out(d, y, noise, weights, source)
    return LeftOut(tuple(rows), y, mean, var, source), fit_effects(d, y, noise, weights)


def calibration(out: LeftOut) -> dict[str, float]:
    """Factors on the standard deviation that make the left-out 80 % interval hold 80 %."""
    z = np.abs(out.y - out.mean) / np.sqrt(out.var)
    whole = np.array([not r.steady for r in out.rows])
    factors = {"all": float(np.quantile(z[whole], TARGET_COVERAGE) / Z90)}
    kinds = np.array([calibration_group(r.run.model.group) for r in out.rows])
    for kind in ("text", "vision", "speech", "other"):
        pick = whole & (kinds == kind)
        if pick.sum() >= MIN_ROWS:
            factors[kind] = float(np.quantile(z[pick], TARGET_COVERAGE) / Z90)
    return {k: float(f"{v:.9g}") for k, v in factors.items()}


def left_out_points(out: LeftOut) -> list[list[Any]]:
    """[run id, p10, p50, p90] device-hours of every whole run, predicted from other sources."""
    factors = calibration(out)
    points: list[list[Any]] = []
    for r, m, v in zip(out.rows, out.mean, out.var, strict=True):
        if r.steady:
            continue
        scale = factors.get(calibration_group(r.run.model.group), factors["all"])
        spread = Z90 * scale * float(np.sqrt(v))
        hours = [r.run.base_hours * float(np.exp(m + z)) for z in (-spread, 0.0, spread)]
        points.append([r.row_id, *(float(f"{h:.6g}") for h in hours)])
    return points


def _usual_adapters(row: FitRow) -> bool:
    run = row.run
    known = run.settings.micro_batch is not None
    return run.approach == "lora" and known and run.accelerator.vendor == "NVIDIA"


def project_spread(out: LeftOut) -> dict[str, float]:
    """Standard deviation of log hours for a project of an unknown team, by group.

    80 % quantile of the left-out errors of sources that are not about speed, every source
    counted once, over 1.2816; groups with few sources take that of all. Adapters of text models
    with a stated micro-batch on NVIDIA devices have a spread of their own (``text_lora``).
    """
    error = np.abs(out.y - out.mean)
    plain = np.array([not r.steady and not r.run.tuned for r in out.rows])
    kinds = np.array([calibration_group(r.run.model.group) for r in out.rows])

    def spread(pick: Array) -> float:
        rows = np.flatnonzero(pick)
        counts = np.bincount(out.source[rows], minlength=int(out.source.max()) + 1)
        weight = 1.0 / counts[out.source[rows]]
        order = np.argsort(error[rows])
        level = np.cumsum(weight[order]) / weight.sum()
        at = int(np.searchsorted(level, TARGET_COVERAGE))
        return float(error[rows][order][min(at, len(rows) - 1)] / Z90)

    result = {"all": spread(plain)}
    stated = plain & (kinds == "text") & np.array([_usual_adapters(r) for r in out.rows])
    if len(np.unique(out.source[stated])) >= MIN_STATED_SOURCES:
        result["text_lora"] = spread(stated)
    for kind in ("text", "vision", "speech"):
        pick = plain & (kinds == kind)
        if len(np.unique(out.source[pick])) >= MIN_SOURCES:
            result[kind] = spread(pick)
    return {k: float(f"{v:.9g}") for k, v in result.items()}


def source_spread(out: LeftOut) -> tuple[float, float]:
    """Variance between sources and within a source of the left-out errors of whole runs.

    Robust one-way analysis: medians by source, 1.4826 x median absolute deviation.
    """
    error = out.y - out.mean
    whole = np.array([not r.steady for r in out.rows])
    centres, inside = [], []
    for s in np.unique(out.source[whole]):
        e = error[whole & (out.source == s)]
        centres.append(float(np.median(e)))
        if len(e) >= 3:
            inside.append(float(np.median(np.abs(e - np.median(e)))))
    between = 1.4826 * float(np.median(np.abs(np.array(centres) - np.median(centres))))
    within = 1.4826 * float(np.median(inside))
    return max(between**2, 0.01), max(within**2, 0.01)


def fit_utilisation(
    evidence: Evidence, progress: Callable[[float], None] | None = None
) -> dict[str, Any]:
    """Fit the utilisation model; deterministic.

    Returns
    -------
    dict
        JSON values: effect names, posterior mean and covariance, prior variances,
        calibration of the interval, spread between and within sources, counts.
    """
    rows = evidence_rows(evidence)
    widths = widths_of(evidence)
    out, post = left_out(rows, widths)
    if progress:
        progress(1.0)
    between, within = source_spread(out)
    counts = Counter(parse.words(r.row.get("source_id")) for r in rows)
    return {
        **pack(post, widths.prior_sd, widths.noise_sd),
        "calibration": calibration(out),
        "project_sd": project_spread(out),
        "points": left_out_points(out),
        "between_sources_var": float(f"{between:.9g}"),
        "within_source_var": float(f"{within:.9g}"),
        "n_rows": len(rows),
        "n_runs": sum(not r.steady for r in rows),
        "n_sources": len({r.source for r in rows}),
        "main_source_ids": [s for s, _ in counts.most_common(3) if s],
    }
