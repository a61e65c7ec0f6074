"""Search for the standard deviations of the effects: marginal likelihood on a thinned sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from estimator.engine.accuracy import heldout
from estimator.engine.accuracy.fit import MAX_ROWS_PER_SOURCE, capped, points_of
from estimator.engine.accuracy.kernel import (
    ROW,
    covariance,
    features,
    group_keys,
    level_features,
    parse_hyper,
)
from estimator.engine.accuracy.loso import inverse, leave_one_source_out
from estimator.engine.accuracy.recalibrate import calibrations, predictions
from estimator.engine.accuracy.refine import refine_hyper
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

LIKELIHOOD_ROWS, LIKELIHOOD_STEPS = 50, 20
SCORE_ROWS, SCORE_STEP, SCORE_SWEEPS = 40, 1.7, 3
SMALLEST_SD, LARGEST_SD = 0.003, 2.5
PRIOR_SD = 1.0


def search_hyper(
    rows: Rows,
    start: Mapping[str, float],
    most: int,
    steps: int,
    progress: Callable[[float, str], None] | None = None,
) -> dict[str, float]:
    """Standard deviations with the largest marginal likelihood.

    Parameters
    ----------
    rows : Rows
        All points, y known.
    start : mapping of ``group:feature`` to float
    most : int
        Rows of each source in the sample.
    steps : int
        Iterations of L-BFGS.
    progress : callable, optional

    Returns
    -------
    dict
        Same keys as ``start``, rounded to four digits: content of accuracy_hyper.json.

    Notes
    -----
    Half-normal prior of scale 1 on every standard deviation and a weak one on its logarithm.
    """
    sample = rows.take(capped(rows, most))
    keys = list(start)
    x = features(sample) | level_features(sample, sample.y)
    codes = {
        g: np.unique(group_keys(sample, g).astype(str), return_inverse=True)[1]
        for g in {k.split(":")[0] for k in keys} - {ROW}
    }
    residual = sample.y - float(np.median(sample.y))
    count = [0]

    def objective(theta: Array) -> tuple[float, Array]:
        sds = parse_hyper(dict(zip(keys, np.exp(theta), strict=True)))
        kernel = covariance(sample, sds)
        precision = inverse(kernel)
        log_det = -float(np.linalg.slogdet(precision)[1])
        weights = precision @ residual
        value = 0.5 * float(residual @ weights) + 0.5 * log_det
        pull = np.outer(weights, weights) - precision
        gradient = np.zeros(len(keys))
        masked: dict[str, Array] = {}
        for i, key in enumerate(keys):
            group = key.split(":")[0]
            names = [f for _, f in parse_hyper({key: 1.0})]
            if group == ROW:
                total = sum(float((np.diag(pull) * x[f] ** 2).sum()) for f in names)
            else:
                if group not in masked:
                    same = codes[group][:, None] == codes[group][None, :]
                    masked = {group: np.where(same, pull, 0.0)}
                total = sum(float(x[f] @ (masked[group] @ x[f])) for f in names)
            gradient[i] = -total * np.exp(2 * theta[i])
        value += float((0.5 * np.exp(2 * theta) / PRIOR_SD**2 + 0.02 * (theta + 1.5) ** 2).sum())
        gradient += np.exp(2 * theta) / PRIOR_SD**2 + 0.04 * (theta + 1.5)
        count[0] += 1
        if progress is not None:
            progress(min(count[0] / (steps + 5), 1.0), f"{value:.1f}")
        return value, gradient

    found = minimize(
        objective,
        np.log([start[k] for k in keys]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(np.log(SMALLEST_SD), np.log(LARGEST_SD))] * len(keys),
        options={"maxiter": steps, "maxfun": steps + 10},
    )
    return {k: float(f"{np.exp(t):.4g}") for k, t in zip(keys, found.x, strict=True)}


def search_accuracy(
    evidence: Evidence, progress: Callable[[float, str], None] | None = None
) -> dict[str, Any]:
    """The search behind data/fits/accuracy_hyper.json: hours on two cores, not part of a refit.

    First the marginal likelihood on a thinned sample, then a coordinate search on the score of
    left-out sources, then the calibration of the intervals. Starts from the shipped values, whose
    keys also say which effects the model has.

    Parameters
    ----------
    evidence : Evidence
    progress : callable, optional

    Returns
    -------
    dict
        ``sd`` and ``calibration``: content of accuracy_hyper.json.
    """
    points = points_of(evidence)
    rows, error = points.rows, points.error
    start = evidence.fits["accuracy_hyper"]["sd"]
    likely = search_hyper(rows, start, LIKELIHOOD_ROWS, LIKELIHOOD_STEPS, progress)
    best = refine_hyper(rows, error, likely, SCORE_ROWS, SCORE_STEP, SCORE_SWEEPS, progress)
    sds = parse_hyper(best)
    held = leave_one_source_out(rows, sds, MAX_ROWS_PER_SOURCE)
    noise = heldout.row_noise(rows, sds)
    found = predictions(rows, held, sds, noise)
    return {"sd": best, **calibrations(rows, error, held, noise, found)}
