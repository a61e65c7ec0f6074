"""Figures inside sentences: short money, chances and lists, rounded for reading."""

from __future__ import annotations

import math
from collections.abc import Sequence

from estimator.units import PERCENT

SMALL_METRIC = 1.5
"""Metrics above this size (BLEU, FID ...) are shown as they are, below it in percent."""


def usd(value: float) -> str:
    """Money to about three digits: ``$850``, ``$12,300``, ``$4.1 million``; unknown in words.

    Parameters
    ----------
    value : float
        Amount [USD].
    """
    if not math.isfinite(value):
        return "an unknown sum"
    sign, size = ("-" if value < 0 else ""), abs(value)
    if size >= 1e9:
        return f"{sign}${size / 1e9:.3g} billion"
    if size >= 1e6:
        return f"{sign}${size / 1e6:.3g} million"
    if size < 10:
        return f"{sign}${size:.2f}"
    digits = max(0, len(str(int(size))) - 3)
    return f"{sign}${round(size, -digits):,.0f}"


def count(value: float) -> str:
    """A count to about three digits with thousands separators."""
    size = abs(value)
    if size >= 1e9:
        return f"{value / 1e9:.3g} billion"
    if size >= 1e6:
        return f"{value / 1e6:.3g} million"
    digits = max(0, len(str(int(size))) - 3)
    return f"{round(value, -digits):,.0f}"


def labels_needed(value: float, limit: float) -> str:
    """A needed number of labels; in words above what anyone would buy.

    Parameters
    ----------
    value : float
        Labelled examples needed.
    limit : float
        The most a project would label [labelled examples], ``decision.labels_limit``.
    """
    return f"about {count(value)}" if value <= limit else "more labels than anyone would buy"


def chance(probability: float) -> str:
    """A probability as cases in ten, in a hundred when rare or near sure."""
    if probability < 0.005:
        return "fewer than 1 case in 100"
    if probability > 0.995:
        return "more than 99 cases in 100"
    if probability <= 0.05 or probability >= 0.95:
        cases = round(probability * PERCENT)
        return f"{cases} case{'' if cases == 1 else 's'} in 100"
    cases = round(probability * 10)
    return f"{cases} case{'' if cases == 1 else 's'} in 10"


def chances(first: float, second: float) -> tuple[str, str]:
    """Two probabilities side by side, in a hundred where they would read the same in ten."""
    if chance(first) != chance(second):
        return chance(first), chance(second)
    fine = [f"{p * PERCENT:.0f} cases in 100" for p in (first, second)]
    return fine[0], fine[1]


def level(value: float) -> str:
    """A value of a metric: fractions in percent, scores such as BLEU as they are."""
    if abs(value) > SMALL_METRIC:
        return f"{value:.1f}"
    text = f"{value * PERCENT:.1f}"
    return f"{value * PERCENT:.6g} %" if text == "100.0" and value < 1.0 else f"{text} %"


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]
