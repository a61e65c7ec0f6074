"""Second stage of the search: standard deviations that predict left-out sources best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.calibration import Predicted, calibrate
from estimator.engine.accuracy.kernel import parse_hyper
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90
from estimator.lab.accuracy import heldout
from estimator.lab.accuracy.fit import capped
from estimator.lab.accuracy.loso import leave_one_source_out, leave_out_as_a_user, solve

PILOTS = (1, 2)
PAIR_WEIGHT = 60.0
"""Weight of the Brier score of pairs against pinball losses in points."""
LEAST_GAIN = 0.004
BOUNDS = (0.01, 2.0)


def refine_hyper(
    rows: Rows,
    error: Array,
    start: Mapping[str, float],
    own: Mapping[str, float],
    most: int,
    step: float,
    only: Sequence[str],
    progress: Callable[[float, str], None] | None = None,
) -> dict[str, float]:
    """Coordinate search on the score of left-out rows.

    Parameters
    ----------
    rows : Rows
    error : array
        Errors as fractions.
    start : mapping of ``group:feature`` to float
    own : mapping
        data/fits/accuracy_own.json.
    most : int
        Rows of each source in the sample.
    step : float
        Factor by which a standard deviation is moved, up or down.
    only : sequence of str
        Those that are moved, one after the other.
    progress : callable, optional

    Notes
    -----
    Score: pinball losses at 10, 50 and 90 % in points with none, one and two own points, after one
    calibration factor each, plus the Brier score of pairs; a source weighs with the root of its
    rows.
    """
    sample = capped(rows, most)
    few, few_error = rows.take(sample), error[sample]
    best_hyper = dict(start)
    best = score_hyper(few, few_error, best_hyper, own, most)
    for i, key in enumerate(only):
        for factor in (step, 1 / step):
            trial = dict(best_hyper)
            trial[key] = float(np.clip(trial[key] * factor, *BOUNDS))
            score = score_hyper(few, few_error, trial, own, most)
            if score < best - LEAST_GAIN:
                best, best_hyper = score, trial
                break
        if progress is not None:
            progress((i + 1) / len(only), f"{key} {best:.3f}")
    return {k: float(f"{v:.4g}") for k, v in best_hyper.items()}


def score_hyper(
    few: Rows, error: Array, hyper: Mapping[str, float], own: Mapping[str, float], most: int
) -> float:
    """Score of one set of standard deviations on a sample; lower is better."""
    sds = parse_hyper(hyper)
    solved = solve(few, sds, most)
    held = leave_one_source_out(few, sds, most, None, solved)
    noise = heldout.row_noise(few, sds)
    total = 0.0
    alone = heldout.predict_rows(few, leave_out_as_a_user(solved), sds, noise)
    factor = calibrate(few, error, alone)["all"]
    total += _pinball(few, error, alone, factor)
    for k in PILOTS:
        found = heldout.predict_rows(few, held, sds, noise, k, heldout.Belief({"all": factor}, own))
        total += _pinball(few, error, found, 1.0)
    pairs = heldout.pair_table(few, held, noise)
    brier = np.average((pairs["p"] - pairs["truth"]) ** 2, weights=_weights(pairs["source"]))
    return total + PAIR_WEIGHT * float(brier)


def _pinball(few: Rows, error: Array, found: Predicted, scale: float) -> float:
    chance, actual = few.chance[found.index], error[found.index]
    loss = np.zeros(len(actual))
    for share, z in ((0.1, -Z90), (0.5, 0.0), (0.9, Z90)):
        gap = 100 * (actual - scales.to_error(found.mean + z * scale * found.sd, chance))
        loss += np.where(gap >= 0, share * gap, (share - 1) * gap)
    return float(np.average(loss, weights=_weights(few.source[found.index].astype(str))))


def _weights(source: Array) -> Array:
    _, code, count = np.unique(source, return_inverse=True, return_counts=True)
    return np.asarray(1 / np.sqrt(count[code]))
