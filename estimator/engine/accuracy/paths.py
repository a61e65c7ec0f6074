"""Learning curves draw by draw: straight between knots on the scale, never worse with labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.facts import Gain
from estimator.engine.accuracy.kernel import KNOTS
from estimator.engine.accuracy.scales import Array

GAIN_STEPS = 12
"""Fixed-point steps from worth to labels; each shrinks the error at least by half."""
MIDDLE_KNOT = 3
"""100 labels per class."""
_ALL = np.array(KNOTS)
_INNER, _STEPS = _ALL[1:-1], np.diff(_ALL)
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
    gain : Gain, optional
        What one label is worth in plain labels (augmentation, unlabelled data, rare classes).
    lost : array or float
        Error that use adds to every model, because its examples are unlike the tested ones.
    """

    nodes: Array
    divisor: float
    chance: float
    group: str
    needs_labels: bool
    gain: Gain | None = None
    lost: Array | float = 0.0

    def y(self, n_labelled: Array | float) -> Array:
        """Error on the scale, shape (k, n + 1) for k numbers of labels."""
        n = np.atleast_1d(np.asarray(n_labelled, float))[:, None]
        if not self.needs_labels:
            return np.repeat(self.nodes[:1], len(n), axis=0)
        worth = n if self.gain is None else n * 10.0 ** self.gain.log10(n)
        low, share = _between_knots(np.log10(np.maximum(worth, 0) / self.divisor + 0.5))
        if self.gain is None:
            below, above = self.nodes[low[:, 0]], self.nodes[low[:, 0] + 1]
        else:
            draws = np.arange(self.nodes.shape[1])
            below, above = self.nodes[low, draws], self.nodes[low + 1, draws]
        y = (1 - share) * below + share * above
        if n.min() > 0:
            return np.asarray(y)
        guess = scales.to_scale(np.array(self.chance), self.chance)
        return np.asarray(np.where(n <= 0, np.maximum(y, guess), y))

    def place(self, n_labelled: float) -> float:
        """log10 labels per class of what so many labels are worth in the base case."""
        n = max(float(n_labelled), 0.0)
        if self.gain is not None:
            n *= 10.0 ** float(self.gain.base().log10(np.array([[n]]))[0, 0])
        return float(np.log10(n / self.divisor + 0.5))

    def base(self) -> Path:
        """The base case alone."""
        gain = None if self.gain is None else self.gain.base()
        lost = np.asarray(self.lost)[:1] if self.loses else self.lost
        return replace(self, nodes=self.nodes[:, :1], gain=gain, lost=lost)

    def first(self, taken: int) -> Path:
        """The base case and the first ``taken`` draws."""
        gain = None if self.gain is None else self.gain.first(taken)
        lost = np.asarray(self.lost)[: taken + 1] if self.loses else self.lost
        return replace(self, nodes=self.nodes[:, : taken + 1], gain=gain, lost=lost)

    def value(self, n_labelled: Array | float, shift: Array | float = 0.0) -> Array:
        """The metric in use, in the scenario's unit (fractions; BLEU, chrF, ROUGE in points)."""
        error = scales.to_error(self.y(n_labelled) + shift, self.chance)
        if self.loses:
            least = scales.LEAST * self.chance
            error = np.clip(error + self.lost, least, np.maximum(error, self.chance))
        return scales.value_from_error(error, self.group)

    @property
    def loses(self) -> bool:
        """Does use add an error?"""
        return isinstance(self.lost, np.ndarray)

    def tested(self) -> Path:
        """The curve that tests on the labelled examples see."""
        return replace(self, lost=0.0) if self.loses else self

    def labels_for(self, value: float, shift: Array | float = 0.0) -> Array:
        """Smallest number of labels that reaches ``value``, shape (n + 1,); inf where none does."""
        error = float(scales.error_from_value(np.array([value]), np.array([self.group]))[0])
        count = self.nodes.shape[1]
        if error < 0:
            return np.full(count, np.inf)
        left = np.full(count, error) - self.lost
        never = left < scales.LEAST * self.chance if self.loses else np.zeros(count, bool)
        goal = scales.to_scale(left, self.chance) - shift
        nodes = self.nodes
        if not self.needs_labels:
            return np.asarray(np.where((nodes[0] <= goal) & ~never, 0.0, np.inf))
        above = np.zeros(count, int)
        for level in nodes:
            above += level > goal
        low = np.clip(above - 1, 0, len(KNOTS) - 2)
        at = low * count + np.arange(count)
        high, next_high = nodes.ravel()[at], nodes.ravel()[at + count]
        knots = np.array(KNOTS)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = np.diff(knots)[low] * (high - goal) / (high - next_high)
            x = np.where(high > next_high, knots[low] + step, np.inf)
            x = np.where(never, np.inf, np.where(above == 0, -np.inf, x))
            n = self._plain((10.0**x - 0.5) * self.divisor)
        return np.asarray(np.where(n < MOST_LABELS, np.maximum(np.ceil(n - 1e-9), 1.0), np.inf))

    def _plain(self, worth: Array) -> Array:
        """Labels whose worth in plain labels is ``worth``."""
        if self.gain is None:
            return worth
        n = worth
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(GAIN_STEPS):
                n = worth / 10.0 ** self.gain.log10(np.where(np.isfinite(n), n, 1e300))
        return np.asarray(n)


def knot_weights(x: Array) -> Array:
    """Weights of the knots at ``x`` (log10 labels per class), last axis; straight beyond them."""
    low, share = _between_knots(x)
    out = np.zeros((*np.shape(x), len(KNOTS)))
    np.put_along_axis(out, low[..., None], (1 - share)[..., None], -1)
    np.put_along_axis(out, (low + 1)[..., None], share[..., None], -1)
    return out


def _between_knots(x: Array) -> tuple[np.ndarray, Array]:
    """Knot below each ``x`` and the way to the next one, above 1 beyond the last."""
    low = np.searchsorted(_INNER, x, side="right")
    return low, np.asarray((np.maximum(x, _ALL[0]) - _ALL[low]) / _STEPS[low])


def falling(nodes: Array) -> Array:
    """Curves that never rise, made so from the middle knot outwards.

    Far knots scatter most; nothing of that is carried back to where most projects are.
    """
    out = nodes.copy()
    _outwards(out, MIDDLE_KNOT, MIDDLE_KNOT)
    return out


def settled(nodes: Array, places: Sequence[float]) -> Array:
    """Curves that never rise, made so from measured places outwards; their values there stay.

    Parameters
    ----------
    nodes : array, shape (knots, n + 1)
    places : sequence of float
        log10 labels per class at which the curve was measured; none: from the middle.
    """
    if not places:
        return falling(nodes)
    out = nodes.copy()
    lows = []
    for place in sorted(places, reverse=True):
        weight = knot_weights(np.array(place))
        low = min(int(np.argmax(weight != 0)), len(nodes) - 2)
        value = weight @ out
        np.maximum(out[low], value, out=out[low])
        np.minimum(out[low + 1], value, out=out[low + 1])
        lows.append(low)
    for j in range(lows[-1] + 2, lows[0]):
        np.minimum(out[j], out[j - 1], out=out[j])
    _outwards(out, lows[0], lows[0] + 1)
    return out


def _outwards(nodes: Array, low: int, high: int) -> None:
    for j in range(high + 1, len(nodes)):
        np.minimum(nodes[j], nodes[j - 1], out=nodes[j])
    for j in range(low - 1, -1, -1):
        np.maximum(nodes[j], nodes[j + 1], out=nodes[j])


def centred(nodes: Array) -> Array:
    """Falling curves moved at each knot so that their mean is the base case, falling again."""
    moved = nodes + (nodes[:, :1] - nodes[:, 1:].mean(1, keepdims=True))
    moved[:, 0] = nodes[:, 0]
    return falling(moved)
