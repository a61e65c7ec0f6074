"""Search for the standard deviations of the effects: marginal likelihood on a thinned sample."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from estimator.engine.accuracy.kernel import (
    ROW,
    covariance,
    features,
    group_keys,
    level_features,
    parse_hyper,
)
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.lab.accuracy.fit import capped, points_of
from estimator.lab.accuracy.loso import inverse
from estimator.lab.accuracy.refine import refine_hyper

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

LIKELIHOOD_ROWS, LIKELIHOOD_STEPS = 50, 20
SCORE_ROWS, SCORE_STEP, SCORE_SWEEPS = 40, 1.7, 3
STEP_SHRINKS = 0.7
"""Power that the step of the coordinate search is taken to with each sweep."""
STEPS_AT_ONCE, KEYS_AT_ONCE = 5, 6
"""Iterations and standard deviations after which the state of the search is kept."""
SMALLEST_SD, LARGEST_SD = 0.003, 2.5
PRIOR_SD = 1.0


def search_hyper(
    rows: Rows,
    start: Mapping[str, float],
    most: int,
    steps: int,
    progress: Callable[[float, str], None] | None = None,
    only: Collection[str] | None = None,
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
    only : collection of str, optional
        Keys that are searched; the others stay.

    Returns
    -------
    dict
        Same keys as ``start``, rounded to four digits: content of accuracy_hyper.json.

    Notes
    -----
    Half-normal prior of scale 1 on every standard deviation and a weak one on its logarithm.
    """
    sample = rows.take(capped(rows, most))
    keys = [k for k in start if only is None or k in only]
    fixed = parse_hyper({k: v for k, v in start.items() if k not in set(keys)})
    x = features(sample) | level_features(sample, sample.y)
    codes = {
        g: np.unique(group_keys(sample, g).astype(str), return_inverse=True)[1]
        for g in {k.split(":")[0] for k in keys} - {ROW}
    }
    residual = sample.y - float(np.median(sample.y))
    count = [0]

    def objective(theta: Array) -> tuple[float, Array]:
        sds = fixed | parse_hyper(dict(zip(keys, np.exp(theta), strict=True)))
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
    best = {k: float(f"{np.exp(t):.4g}") for k, t in zip(keys, found.x, strict=True)}
    return {k: best.get(k, v) for k, v in start.items()}


def search_accuracy(
    evidence: Evidence,
    progress: Callable[[float, str], None] | None = None,
    begun: Mapping[str, Any] | None = None,
    keep: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, float]:
    """The search behind data/fits/accuracy_hyper.json: hours on two cores, not part of a refit.

    First the marginal likelihood on a thinned sample, then a coordinate search on the score of
    left-out data sets and sources. Starts from the shipped values, whose keys also say which
    effects the model has.

    Parameters
    ----------
    evidence : Evidence
    progress : callable, optional
    begun : mapping, optional
        What ``keep`` was last given: the search goes on from there.
    keep : callable, optional
        Called with the state after every step.

    Returns
    -------
    dict
        ``sd`` of accuracy_hyper.json.
    """
    points, own = points_of(evidence), evidence.fits["accuracy_own"]
    start = dict(evidence.fits["accuracy_hyper"]["sd"])
    state: dict[str, Any] = dict(begun or {"done": 0, "sd": start})
    keys = list(start)
    parts = [keys[i : i + KEYS_AT_ONCE] for i in range(0, len(keys), KEYS_AT_ONCE)]
    likely = LIKELIHOOD_STEPS // STEPS_AT_ONCE
    count = likely + SCORE_SWEEPS * len(parts)
    while state["done"] < count:
        done = state["done"]

        def say(share: float, text: str, done: int = done) -> None:
            if progress is not None:
                progress((done + share) / count, text)

        if done < likely:
            sd = search_hyper(points.rows, state["sd"], LIKELIHOOD_ROWS, STEPS_AT_ONCE, say)
        else:
            sweep, part = divmod(done - likely, len(parts))
            step = SCORE_STEP ** (STEP_SHRINKS**sweep)
            sd = refine_hyper(
                points.rows, points.error, state["sd"], own, SCORE_ROWS, step, parts[part], say
            )
        state = {"done": done + 1, "sd": sd}
        if keep is not None:
            keep(state)
    return dict(state["sd"])
