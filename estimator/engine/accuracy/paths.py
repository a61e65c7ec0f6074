"""Learning curves draw by draw: straight between knots on the scale, never worse with labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.kernel import KNOTS
from estimator.engine.accuracy.scales import Array

MOST_LABELS = 1e12
"""More labels than this are as good as never."""


@dataclass(frozen=True)
class Path:
    """Draws of one candidate's learning curve.

    Parameters
    ----------
    nodes : array, shape (knots, n + 1)
        y at the knots, never rising along the first axis.
    divisor : float
        Classes over which the labels are spread.
    chance : float
        Error of guessing.
    group : str
        Metric group.
    needs_labels : bool
        False: the curve does not depend on labels of the project.
    gain : array or float
        log10 of what one label is worth in plain labels (augmentation, unlabelled data).
    """

    nodes: Array
    divisor: float
    chance: float
    group: str
    needs_labels: bool
    gain: Array | float = 0.0

    def y(self, n_labelled: Array | float) -> Array:
        """Error on the scale, shape (k, n + 1) for k numbers of labels."""
        n = np.atleast_1d(np.asarray(n_labelled, float))[:, None]
        if not self.needs_labels:
            return np.repeat(self.nodes[:1], len(n), axis=0)
        x = np.log10(np.maximum(n, 0) / self.divisor + 0.5) + self.gain
        y = np.broadcast_to(self.nodes[0], np.broadcast_shapes(x.shape, self.nodes[0].shape)).copy()
        for j, low in enumerate(KNOTS[:-1]):
            slope = (self.nodes[j + 1] - self.nodes[j]) / (KNOTS[j + 1] - low)
            top = KNOTS[j + 1] if j + 2 < len(KNOTS) else np.inf
            y += slope * (np.clip(x, low, top) - low)
        guess = scales.to_scale(np.array(self.chance), self.chance)
        return np.asarray(np.where(n <= 0, np.maximum(y, guess), y))

    def value(self, n_labelled: Array | float, shift: Array | float = 0.0) -> Array:
        """The metric in the scenario's unit (fractions; BLEU, chrF, ROUGE in points)."""
        error = scales.to_error(self.y(n_labelled) + shift, self.chance)
        return scales.value_from_error(error, self.group)

    def labels_for(self, value: float, shift: Array | float = 0.0) -> Array:
        """Smallest number of labels that reaches ``value``, shape (n + 1,); inf where none does."""
        error = float(scales.error_from_value(np.array([value]), np.array([self.group]))[0])
        count = self.nodes.shape[1]
        if error < 0:
            return np.full(count, np.inf)
        goal = float(scales.to_scale(np.array(error), self.chance)) - shift
        if not self.needs_labels:
            return np.asarray(np.where(self.nodes[0] <= goal, 0.0, np.inf))
        above = (self.nodes > goal).sum(0)
        low = np.clip(above - 1, 0, len(KNOTS) - 2)
        draw = np.arange(count)
        knots = np.array(KNOTS)
        fall = self.nodes[low, draw] - self.nodes[low + 1, draw]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = (self.nodes[low, draw] - goal) / fall * (knots[low + 1] - knots[low])
            x = np.where(fall > 0, knots[low] + step, np.inf) - self.gain
            n = (10.0**x - 0.5) * self.divisor
        n = np.where(above == 0, 1.0, n)
        return np.asarray(np.where(n < MOST_LABELS, np.maximum(np.ceil(n - 1e-9), 1.0), np.inf))


def falling(nodes: Array) -> Array:
    """The nearest curves that never rise: mean of the lower and upper monotone envelopes."""
    lower, upper = nodes.copy(), nodes.copy()
    for j in range(1, len(nodes)):
        np.minimum(lower[j], lower[j - 1], out=lower[j])
        np.maximum(upper[-1 - j], upper[-j], out=upper[-1 - j])
    lower += upper
    lower *= 0.5
    return lower
