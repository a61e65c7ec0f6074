"""What left-out sources say of the model's own numbers: widths, steps, what is shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import heldout
from estimator.engine.accuracy.calibration import (
    MOST_PILOTS,
    STEP_PILOTS,
    calibrate,
    fit_step,
)
from estimator.engine.accuracy.fit import MAX_ROWS_PER_SOURCE, points_of
from estimator.engine.accuracy.kernel import Component, parse_hyper
from estimator.engine.accuracy.loso import HeldOut, leave_one_source_out
from estimator.engine.accuracy.own_points import NO_STEP, Step
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

PILOTS = tuple(range(MOST_PILOTS + 1))
SURE = 0.7
"""Chance of being better from which on the product calls a difference sure."""
SURE_RIGHT = 0.85
"""Share of left-out pairs that should be named right where the model is sure."""
SHARES = np.arange(1.0, 0.79, -0.02)


def calibrate_accuracy(
    evidence: Evidence, progress: Callable[[float, str], None] | None = None
) -> dict[str, Any]:
    """Everything about the shipped model that is set by leaving sources out, for its present sds.

    Returns
    -------
    dict
        As `calibrations`; with ``sd`` the content of data/fits/accuracy_hyper.json.
    """
    points = points_of(evidence)
    rows = points.rows
    sds = parse_hyper(evidence.fits["accuracy_hyper"]["sd"])
    held = leave_one_source_out(rows, sds, MAX_ROWS_PER_SOURCE, progress)
    noise = heldout.row_noise(rows, sds)
    found = predictions(rows, held, sds, noise)
    return calibrations(rows, points.error, held, noise, found)


def predictions(
    rows: Rows, held: Sequence[HeldOut], sds: Mapping[Component, float], noise: heldout.Noise
) -> dict[int, heldout.Predicted]:
    """Rows of left-out sources by number of own points, before recentring."""
    return {k: heldout.predict_rows(rows, held, sds, noise, k) for k in PILOTS}


def calibrations(
    rows: Rows,
    error: Array,
    held: Sequence[HeldOut],
    noise: heldout.Noise,
    found: Mapping[int, heldout.Predicted],
) -> dict[str, Any]:
    """Fitted on all left-out sources, by number of own points where that matters.

    Returns
    -------
    dict
        calibration: factors on standard deviations by task; recentring: steps after own points;
        shared: share kept of the covariance between approaches.
    """
    steps = {k: fit_step(rows, found[k]) for k in STEP_PILOTS}
    factors = {
        str(k): calibrate(rows, error, found[k].recentred(steps.get(k, NO_STEP))) for k in PILOTS
    }
    return {
        "calibration": factors,
        "recentring": {str(k): {"shift": s.shift, "slope": s.slope} for k, s in steps.items()},
        "shared": fit_shared(rows, held, noise, factors["0"]),
    }


def steps_elsewhere(rows: Rows, found: heldout.Predicted, n_own: int, source: str) -> Step:
    """The step fitted without one source; none where own points call for none."""
    if n_own not in STEP_PILOTS:
        return NO_STEP
    return fit_step(rows, found, rows.source[found.index].astype(str) != source)


def fit_shared(
    rows: Rows, held: Sequence[HeldOut], noise: heldout.Noise, factors: Mapping[str, float]
) -> float:
    """Share kept of the covariance between approaches on one data set.

    The largest at which 85 % of the sure left-out pairs are named right; where none reaches that,
    the one that comes nearest.
    """
    right = []
    for shared in SHARES:
        table = heldout.pair_table(rows, held, noise, factors, float(shared))
        p, truth = table["p"], table["truth"].astype(bool)
        sure = np.maximum(p, 1 - p) >= SURE
        right.append(float(np.mean((p > 0.5)[sure] == truth[sure])) if sure.any() else 1.0)
    enough = np.flatnonzero(np.array(right) >= SURE_RIGHT)
    best = int(enough[0]) if len(enough) else int(np.argmax(right))
    return float(f"{SHARES[best]:.6g}")
