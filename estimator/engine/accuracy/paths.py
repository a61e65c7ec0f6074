"""Learning curves draw by draw: piecewise linear on the scale, never worse with more labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.distributions import Array

KNOTS = (0.0, 1.5, 4.0)
"""log10 labels per class at which a curve's level is drawn; the middle one is its bend."""


@dataclass(frozen=True)
class Path:
    """Draws of one candidate's learning curve.

    Parameters
    ----------
    level : array, shape (n + 1,)
        y at the bend, ``KNOTS[1]``.
    early, late : array, shape (n + 1,)
        Fall of y per decade of labels before and after the bend, never negative.
    divisor : float
        Classes over which the labels are spread.
    chance : float
        Error of guessing.
    group : str
        Metric group.
    needs_labels : bool
        False: the curve does not depend on labels of the project.
    multiplier : array or float
        What one label is worth in plain labels (augmentation, unlabelled data).
    """

    level: Array
    early: Array
    late: Array
    divisor: float
    chance: float
    group: str
    needs_labels: bool
    multiplier: Array | float = 1.0

    def y(self, n_labelled: Array | float) -> Array:
        """Error on the scale, shape (k, n + 1) for k numbers of labels."""
        n = np.atleast_1d(np.asarray(n_labelled, float))[:, None]
        if not self.needs_labels:
            return np.broadcast_to(self.level, (len(n), len(self.level))).copy()
        x = np.log10(n * self.multiplier / self.divisor + 0.5) - KNOTS[1]
        y = self.level - np.where(x < 0, self.early, self.late) * x
        guess = scales.to_scale(np.array(self.chance), np.array(self.chance))
        return np.asarray(np.where(n <= 0, np.maximum(y, guess), y))

    def value(self, n_labelled: Array | float, shift: Array | float = 0.0) -> Array:
        """The metric in the scenario's unit (fractions; BLEU, chrF, ROUGE in points)."""
        error = scales.to_error(self.y(n_labelled) + shift, self.chance)
        return metric_from_error(error, self.group)

    def labels_for(self, value: float, shift: Array | float = 0.0) -> Array:
        """Smallest number of labels that reaches ``value``, shape (n + 1,); inf where none does."""
        error = float(error_from_metric(value, self.group))
        goal = float(scales.to_scale(np.array(max(error, 0.0)), np.array(self.chance)))
        if error <= 0:
            return np.full(len(self.level), np.inf)
        gap = self.level + shift - goal
        if not self.needs_labels:
            return np.where(gap <= 0, 0.0, np.inf)
        slope = np.where(gap > 0, self.late, self.early)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            x = np.where(slope > 0, gap / slope, np.where(gap > 0, np.inf, -np.inf))
            n = (10.0 ** (x + KNOTS[1]) - 0.5) * self.divisor / self.multiplier
        return np.asarray(np.clip(np.where(n < MOST_LABELS, np.ceil(n - 1e-9), np.inf), 0, None))


MOST_LABELS = 1e12
"""More labels than this are as good as never."""

POINTS = frozenset({"bleu", "chrf", "rouge"})
"""Metric groups given as 0-100 in scenarios and results; all others are fractions."""


def metric_from_error(error: Array, group: str) -> Array:
    """Scenario unit from an error as a fraction; only an error rate itself may exceed 1."""
    if group not in scales.LOWER_IS_BETTER:
        error = np.minimum(error, 1.0)
    value = scales.value_from_error(error, group)
    return value if group in POINTS or group == "mt" else value / 100.0


def error_from_metric(value: float, group: str) -> Array:
    """Error as a fraction from a value in the scenario's unit."""
    table = value if group in POINTS or group == "mt" else value * 100.0
    return scales.error_from_value(np.array([table]), np.array([group], object))[0]


def make_path(
    nodes: Array, anchor: float, divisor: float, chance: float, group: str, needs_labels: bool
) -> Path:
    """A path from its draws at the knots, shape (3, n + 1), with rising pieces laid flat.

    A piece after the bend whose slope has the wrong sign is replaced by its value at ``anchor``
    (log10 labels per class), where level and slope are least related.
    """
    if not needs_labels:
        zero = np.zeros(nodes.shape[1])
        return Path(nodes[1], zero, zero, divisor, chance, group, False)
    late = (nodes[1] - nodes[2]) / (KNOTS[2] - KNOTS[1])
    early = (nodes[0] - nodes[1]) / (KNOTS[1] - KNOTS[0])
    level = nodes[1] - np.where(late < 0, late * (anchor - KNOTS[1]), 0.0)
    return Path(level, np.maximum(early, 0), np.maximum(late, 0), divisor, chance, group, True)


Curve = Callable[[Array], Array]
