"""Gates: the exact values of the metric between which each action is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Array

NEVER = -1e15
"""Payoff of what is not allowed [USD]."""
LEAST_WINDOW = 16
EVEN = 0.5


@dataclass(frozen=True)
class Zones:
    """Where each action applies: ``cuts`` in the metric, rising; ``zone`` of every draw."""

    cuts: tuple[float, ...]
    zone: np.ndarray


def thresholds(payoffs: Array) -> list[int]:
    """Best partition of draws sorted by their measured value into consecutive zones.

    Parameters
    ----------
    payoffs : array, shape (actions, n)
        Payoff of each action in each draw, actions in the order of the zones, draws from the
        lowest to the highest measured value.

    Returns
    -------
    list of int
        Position at which each action but the first begins; zones may be empty.

    Notes
    -----
    With ``C_j(i)`` the running sum of payoff j over the first i draws,
    ``best_j(i) = C_j(i) + max_{i' <= i} (best_{j-1}(i') - C_j(i'))``: exact, O(actions x n).
    """
    k, n = payoffs.shape
    sums = np.zeros((k, n + 1))
    np.cumsum(payoffs, axis=1, out=sums[:, 1:])
    best, gains = sums[0], []
    for j in range(1, k):
        gain = best - sums[j]
        gains.append(gain)
        best = np.maximum.accumulate(gain) + sums[j]
    cuts, position = [], n
    for gain in reversed(gains):
        position = int(np.argmax(gain[: position + 1]))
        cuts.append(position)
    return cuts[::-1]


def sure_from(reached: np.ndarray, least: float) -> int:
    """First position, in order of the measured value, from which a go is sure enough.

    Parameters
    ----------
    reached : array of bool
        Does the system truly reach the target, in order of the measured value?
    least : float
        Share of all draws from there on that must reach it; in the draws next to the position it
        is at least one half.
    """
    n = len(reached)
    if not n:
        return 0
    sums = np.concatenate([[0], np.cumsum(reached)])
    above = (sums[-1] - sums[:-1]) / np.arange(n, 0, -1)
    window = max(n // 64, min(LEAST_WINDOW, n))
    ends = np.minimum(np.arange(n) + window, n)
    near = (sums[ends] - sums[:-1]) / (ends - np.arange(n))
    good = np.flatnonzero((above >= least) & (near >= EVEN))
    return int(good[0]) if len(good) else n


def allowed_from(
    seen: Array, order: np.ndarray, reached: np.ndarray, least: float, target: float
) -> int:
    """First position in ``order`` from which a go is allowed.

    Parameters
    ----------
    reached : array of bool
        Does the system that goes live truly reach the target?
    least : float
        Share of the systems that go live at a gate that must reach the target.
    target : float
        Nothing goes live that was measured below it.
    """
    met = int(np.searchsorted(seen[order], target))
    return max(sure_from(reached[order], least), met)


def best_zones(
    seen: Array, order: np.ndarray, rank: np.ndarray, payoffs: Array, begins: Sequence[int]
) -> Zones:
    """Zones of one gate.

    Parameters
    ----------
    seen : array, shape (n,)
        Measured value, higher is better.
    order : array of int
        ``argsort`` of ``seen``.
    rank : array of int
        Position of every draw in ``order``.
    payoffs : array, shape (actions, n)
    begins : sequence of int
        For each action the first position in ``order`` at which it is allowed (``allowed_from``).
    """
    ordered = payoffs[:, order]
    for j, first in enumerate(begins):
        ordered[j, :first] = NEVER
    cuts = thresholds(ordered)
    zone = np.zeros(len(order), np.intp)
    for cut in cuts:
        zone += rank >= cut
    values = tuple(_between(seen, order, cut) for cut in cuts)
    return Zones(values, zone)


def _between(seen: Array, order: np.ndarray, cut: int) -> float:
    """Value half-way between the draws on both sides of a cut; infinite beyond the last."""
    n = len(order)
    if cut >= n:
        return float("inf")
    if cut == 0:
        return float("-inf")
    return float((seen[order[cut - 1]] + seen[order[cut]]) / 2)
