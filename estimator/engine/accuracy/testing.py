"""The noise of one finite test set: a rule per metric, nested in its size, paired over models."""

from __future__ import annotations

import numpy as np

from estimator.engine.accuracy.scales import (
    Array,
    full_scale,
    to_error,
    to_scale,
    value_from_error,
)
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws

RIGHT_OR_WRONG = frozenset({"accuracy", "error", "top5", "em", "f1", "auc", "win"})
"""Metric groups whose examples are right or wrong; others grade each example between 0 and 1."""

PER_CLASS = frozenset({"f1", "auc", "map", "balanced"})
"""Metric groups that weigh classes, not examples: the rarest class sets their noise."""

HUNDRED = frozenset({"bleu", "chrf", "rouge"})
FIRST_SIZE, GROWTH = 16, 4
"""Sizes 16, 64, 256 ... between which the path of a test set's running mean is bridged."""


def bearing_share(group: str, n_classes: float, minority_share: float | None) -> float:
    """Share of the test examples that bear on a metric; 1 unless it weighs a rare class.

    Notes
    -----
    Examples of even classes that would be as noisy: ``n_classes * minority_share``. For AUC with
    half a percent of positives the standard error so found is that of Hanley and McNeil (1982).
    """
    if group not in PER_CLASS or minority_share is None or n_classes < 2:
        return 1.0
    return float(min(n_classes * minority_share, 1.0))


def bearing(n_test: float, share: float) -> int:
    """Test examples that bear on a metric, at least 1 where there are any."""
    return max(round(n_test * share), 1) if n_test > 0 else 0


def standard_error(
    group: str, value: Array | float, n_test: Array | float, assumptions: Assumptions
) -> Array:
    """Standard error of a metric measured on ``n_test`` examples, in the metric's own unit.

    Parameters
    ----------
    group : str
        Metric group of scales.py.
    value : array or float
        True value in the unit of scenarios (fractions; BLEU, chrF, ROUGE in points).
    n_test : array or float
        Test examples, above 0; without any the error is 0.
    assumptions : Assumptions

    Notes
    -----
    Binomial, ``sqrt(v (1 - v) / n)``, where an example is right or wrong; the share
    ``accuracy.graded_spread`` of it where each example is graded (WER, Dice, BLEU), because no
    score between 0 and 1 spreads more than a binary one; ``(1 - v^2) / sqrt(n)`` for correlations.
    """
    n = np.asarray(n_test, float)
    root = np.sqrt(np.where(n > 0, n, np.inf))
    v = np.asarray(value, float)
    if group == "corr":
        return np.asarray(np.maximum(1 - v**2, 0.01) / root)
    top = 100.0 if group in HUNDRED else 10.0 if group == "mt" else 1.0
    least = 0.5 / np.maximum(n, 1.0)
    share = np.clip(v / top, least, 1 - least)
    graded = 1.0 if group in RIGHT_OR_WRONG else assumptions.value("accuracy.graded_spread")
    return np.asarray(top * graded * np.sqrt(share * (1 - share)) / root)


def error_on_scale(
    group: str, chance: float, y: Array | float, n_test: int, assumptions: Assumptions
) -> Array:
    """Standard error on the scale of scales.py of a metric measured at the level ``y``.

    Notes
    -----
    Half the way between one standard error below and above: the scale is steep at its ends, and a
    result at chance or at perfection says much although the slope there says it does not.
    """
    error = to_error(np.asarray(y, float), chance)
    value = value_from_error(error, group)
    spread = standard_error(group, value, n_test, assumptions) / full_scale(group)
    return np.asarray((to_scale(error + spread, chance) - to_scale(error - spread, chance)) / 2)


def luck(draws: Draws, model: str, n_test: int, paired: float) -> Array:
    """Luck of a model on the first ``n_test`` examples of the test set, shape (n + 1,).

    Standard normal; the share ``paired`` of its variance is the test set's own and the same for all
    models. A larger test set contains the smaller one, so their lucks belong together.
    """
    common = _running_mean(draws, "accuracy.test_set", n_test)
    alone = _running_mean(draws, f"accuracy.test_set.{model}", n_test)
    return np.asarray(np.sqrt(paired) * common + np.sqrt(1 - paired) * alone)


def _running_mean(draws: Draws, name: str, n_test: int) -> Array:
    """Standardised mean over the first examples: a Brownian path at time ``n_test``."""
    size, path = float(FIRST_SIZE), np.sqrt(FIRST_SIZE) * draws.normal(name)
    if n_test <= size:
        return np.asarray(path / np.sqrt(size))
    before, onward = size, path
    while n_test > size:
        before, path = size, onward
        size *= GROWTH
        onward = path + np.sqrt(size - before) * draws.normal(f"{name}.{int(size)}")
    share = (n_test - before) / (size - before)
    bridge = np.sqrt(share * (size - n_test))
    between = path + share * (onward - path) + bridge * draws.normal(f"{name}.at.{n_test}")
    return np.asarray(between / np.sqrt(n_test))


def likelihood(seen: Array, error: Array, value: float) -> Array:
    """Weight of every draw once a metric was measured, shape (n + 1,); the base case weighs 0.

    Parameters
    ----------
    seen : array, shape (n + 1,)
        True value of the measured model in every draw.
    error : array, shape (n + 1,)
        Standard error of the measurement at that value.
    value : float
        What was measured.
    """
    z = (value - seen) / error
    log = -0.5 * z**2 - np.log(error)
    log[0] = -np.inf
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())
