"""Fitting the mixed model to the shipped points: posterior of the shared effects."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import posterior as post
from estimator.engine.accuracy.effects import fit_effects
from estimator.engine.accuracy.kernel import SHARED, covariance, parse_hyper
from estimator.engine.accuracy.rows import (
    Rows,
    columns_from_frame,
    evidence_rows,
    lookup_of,
    usable,
)
from estimator.engine.accuracy.scales import Array, error_from_value
from estimator.lab.accuracy.cells import cell_table, dataset_table

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

MAX_ROWS_PER_SOURCE = 100
"""Larger sources enter with so many, whole curves and each data set's in turn: else two of them are
half."""

CALIBRATED = ("calibration", "shared", "widths")
"""Parts of data/fits/accuracy_hyper.json that recalibrate.py sets and an estimate uses."""

LEAST_LEARNED = 0.2
"""Share of an effect's prior variance that the points must remove for it to be shipped."""

Progress = Callable[[float, str], None]


def fit_accuracy(evidence: Evidence, progress: Progress | None = None) -> dict[str, Any]:
    """Posterior of the shared effects given all shipped points, as data/fits/accuracy.json.

    Parameters
    ----------
    evidence : Evidence
        Its table ``curves`` and the standard deviations in ``fits["accuracy_hyper"]``.
    progress : callable, optional
        Called with a share done and what is being done.

    Returns
    -------
    dict
        Content of data/fits/accuracy.json; deterministic for given tables.

    Notes
    -----
    With K the covariance of all points, Phi the features of the shared effects and D their prior
    variances: mean = D Phi' K^-1 (y - centre), covariance = D - D Phi' K^-1 Phi D.
    """
    say = progress or (lambda share, text: None)
    lookup = lookup_of(evidence)
    frame = usable(evidence.table("curves"), lookup)
    say(0.05, "reading points")
    everything, typical = evidence_rows(frame, lookup)
    rows = everything.take(capped(everything, MAX_ROWS_PER_SOURCE))
    sds = parse_hyper(evidence.fits["accuracy_hyper"]["sd"])
    say(0.1, f"{len(rows)} points: covariance")
    kernel = covariance(rows, sds)
    say(0.3, "solving")
    columns = post.shared_columns(rows, sds, SHARED)
    index: dict[str, dict[str, list[tuple[str, int]]]] = {}
    for i, (group, feature, member) in enumerate(columns):
        index.setdefault(group, {}).setdefault(member, []).append((feature, i))
    phi = post.design_matrix(rows, index, len(columns))
    prior = np.array([sds[(g, f)] ** 2 for g, f, _ in columns])
    centre = float(np.median(rows.y))
    lower = np.linalg.cholesky(kernel)
    half = _solve_lower(lower, np.column_stack([phi * prior, rows.y - centre]))
    say(0.9, "effects")
    scaled, target = half[:, :-1], half[:, -1]
    fitted = post.Posterior(
        sds=sds,
        columns=tuple(columns),
        centre=centre,
        mean=scaled.T @ target,
        covariance=np.diag(prior) - scaled.T @ scaled,
        typical=typical,
    )
    out = post.dump(post.pruned(fitted, LEAST_LEARNED))
    out["effects"] = fit_effects(evidence.table("effects"))
    for name in CALIBRATED:
        out[name] = evidence.fits["accuracy_hyper"][name]
    out["datasets"] = dataset_table(everything, frame)
    out["cells"] = cell_table(everything, frame)
    out["n_points"] = len(everything)
    out["n_points_used"] = len(rows)
    say(1.0, "done")
    return out


@dataclass(frozen=True)
class Points:
    """All usable points: rows, sizes typical of them, values in canonical units, errors."""

    rows: Rows
    typical: dict[str, dict[str, float]]
    value: Array
    error: Array


def points_of(evidence: Evidence) -> Points:
    """The points that the shipped fit is judged on."""
    lookup = lookup_of(evidence)
    frame = usable(evidence.table("curves"), lookup)
    rows, typical = evidence_rows(frame, lookup)
    value = np.array(columns_from_frame(frame, lookup)["value"], float)
    return Points(rows, typical, value, error_from_value(value, rows.group))


def capped(rows: Rows, most: int) -> Array:
    """Indices of at most ``most`` rows of each source: whole curves, each data set's in turn."""
    order: dict[str, list[tuple[int, int]]] = {}
    for i, (source, curve) in enumerate(zip(rows.source, rows.curve, strict=True)):
        order.setdefault(source, []).append((zlib.crc32(f"{source}|{curve}|0".encode()), i))
    kept: list[int] = []
    for found in order.values():
        turns: dict[str, dict[int, int]] = {}
        placed = []
        for key, i in sorted(found):
            mine = turns.setdefault(rows.dataset[i], {})
            placed.append((mine.setdefault(key, len(mine)), key, i))
        kept += [i for _, _, i in sorted(placed)[:most]]
    return np.array(sorted(kept), int)


def _solve_lower(lower: Array, right: Array) -> Array:
    from scipy.linalg import solve_triangular

    return np.asarray(solve_triangular(lower, right, lower=True, check_finite=False))
