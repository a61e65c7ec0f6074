"""What left-out sources say of the model's own numbers: widths and what is shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy.calibration import NO_OWN, Predicted, calibrate
from estimator.engine.accuracy.kernel import Component, parse_hyper
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.assumptions import Assumptions
from estimator.lab.accuracy import heldout
from estimator.lab.accuracy.as_user import looks, measured_widths
from estimator.lab.accuracy.fit import MAX_ROWS_PER_SOURCE, points_of
from estimator.lab.accuracy.loso import HeldOut, leave_one_source_out, solve

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

PILOTS = (0, 1, 2, 3)
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
    solved = solve(rows, sds, MAX_ROWS_PER_SOURCE)
    held = leave_one_source_out(rows, sds, MAX_ROWS_PER_SOURCE, progress, solved)
    noise = heldout.row_noise(rows, sds)
    alone = heldout.predict_rows(rows, held, sds, noise)
    sure = Assumptions(evidence.assumptions).value("accuracy.kind_sure")
    seen = looks(rows, sds, noise, solved, alone, sure)
    return {
        **calibrations(rows, points.error, held, noise, alone),
        "widths": measured_widths(rows, points.error, seen),
    }


def predictions(
    rows: Rows,
    held: Sequence[HeldOut],
    sds: Mapping[Component, float],
    noise: heldout.Noise,
    belief: heldout.Belief,
) -> dict[int, Predicted]:
    """Rows of left-out sources by number of own points."""
    return {k: heldout.predict_rows(rows, held, sds, noise, k, belief) for k in PILOTS}


def calibrations(
    rows: Rows,
    error: Array,
    held: Sequence[HeldOut],
    noise: heldout.Noise,
    found: Predicted,
) -> dict[str, Any]:
    """Fitted on all left-out sources.

    Returns
    -------
    dict
        calibration: factors on standard deviations by task, before any own point; shared: share
        kept of the covariance between approaches.
    """
    factors = calibrate(rows, error, found)
    return {
        "calibration": {NO_OWN: factors},
        "shared": fit_shared(rows, held, noise, factors),
    }


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
