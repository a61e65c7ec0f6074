"""What one system for search or documents truly reaches, along its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from estimator.engine.accuracy.family import R2, labels_at, learned, scale, steepness, unscale
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.testing import likelihood, luck
from estimator.engine.distributions import Draws
from estimator.metrics import lower_is_better

NEW = "new"


def test_error(value: Array, metric: str, n_test: float, spread: float) -> Array:
    """Standard error on the scale of a value measured on ``n_test`` questions or documents.

    Notes
    -----
    A question or a document scores between 0 and 1: its spread is the share ``spread`` of that of
    one that is right or wrong, ``sqrt(v (1 - v))``; an error rate spreads about as wide as it is,
    R2 of normal errors as ``2 sqrt(v) (1 - v)``.
    """
    n = max(float(n_test), 1.0)
    v = np.clip(value, 0.02, 0.98)
    wide = value if lower_is_better(metric) else np.sqrt(v * (1 - v))
    if metric == R2:
        wide = 2 * np.sqrt(v) * (1 - v)
    return np.asarray(spread * wide * steepness(value, metric) / np.sqrt(n))


@dataclass(frozen=True, eq=False)
class FamilyTruth:
    """Draws of the level without own labels and of the gain of labels; see results.Truth.

    Parameters
    ----------
    key, metric : str
    start, gain : array
        On the scale, shape (n + 1,); no gain where nothing is trained.
    learning : mapping
        How the gain grows with labels.
    run_sd, spread, paired : float
    draws : Draws
    """

    key: str
    metric: str
    start: Array
    gain: Array
    learning: Mapping[str, Any]
    run_sd: float
    spread: float
    paired: float
    draws: Draws

    def first(self, taken: int) -> FamilyTruth:
        """The same on the base case and the first ``taken`` draws only."""
        start, gain = self.start[: taken + 1], self.gain[: taken + 1]
        return replace(self, start=start, gain=gain, draws=self.draws.first(taken))

    def y(self, n_labelled: Array) -> Array:
        """Places on the scale, shape (k, n + 1)."""
        share = learned(np.atleast_1d(n_labelled), self.learning)
        return np.asarray(self.start[None, :] + share[:, None] * self.gain[None, :])

    def __call__(self, n_labelled: Array, run: str = "kept") -> Array:
        """True value of the metric, shape (k, n + 1)."""
        y = self.y(n_labelled)
        if run == NEW and self.run_sd:
            y = y + self.run_sd * self.draws.normal(f"accuracy.run.{self.key}.new")
        return self.value_at(y)

    def result(self, n_labelled: float, n_test: int) -> Array:
        """What the kept model shows on ``n_test`` questions or documents, shape (n + 1,)."""
        y = self.y(np.array([n_labelled]))[0]
        noise = luck(self.draws, f"accuracy.run.{self.key}.test", max(n_test, 1), self.paired)
        return self.value_at(y + self._error(y, n_test) * noise)

    def weights(self, n_labelled: float, n_test: int, value: float) -> Array:
        """Weight of every draw once ``value`` was measured so, shape (n + 1,)."""
        y = self.y(np.array([n_labelled]))[0]
        seen = self.place_of(value)
        return likelihood(y, self._error(y, n_test), seen)

    def labels_for(self, target: float) -> Array:
        """Labels that reach the target, shape (n + 1,); inf where none do."""
        wanted = self.place_of(target)
        there = self.y(np.array([0.0]))[0] >= wanted
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(self.gain > 0, (wanted - self.start) / self.gain, np.inf)
        needed = np.where(
            np.isfinite(share), labels_at(np.minimum(share, 50.0), self.learning), np.inf
        )
        return np.asarray(np.where(there, 0.0, needed))

    def place_of(self, value: float) -> float:
        """Place on the scale of a value of the metric."""
        return float(scale(np.array(value), self.metric))

    def value_at(self, y: Array) -> Array:
        """Value of the metric at places of the scale."""
        return unscale(y, self.metric)

    def _error(self, y: Array, n_test: float) -> Array:
        return test_error(unscale(y, self.metric), self.metric, n_test, self.spread)
