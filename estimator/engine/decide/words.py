"""Figures inside sentences: short money, chances and lists, rounded for reading."""

from __future__ import annotations

import math
from collections.abc import Sequence

from estimator.units import PERCENT
from estimator.vocabulary import HUNDRED_SCALE, METRIC_LABELS, PLAIN_SCALE

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
    """A probability as so many of ten cases, of a hundred when rare or near sure."""
    if probability < 0.005:
        return "fewer than 1 of 100 cases"
    if probability > 0.995:
        return "more than 99 of 100 cases"
    if not 0.095 <= probability <= 0.905:
        return f"{round(probability * PERCENT)} of 100 cases"
    return f"{round(probability * 10)} of 10 cases"


def chances(first: float, second: float) -> tuple[str, str]:
    """Two probabilities side by side, in a hundred where they would read the same in ten."""
    if chance(first) != chance(second):
        return chance(first), chance(second)
    fine = [f"{p * PERCENT:.0f} of 100 cases" for p in (first, second)]
    return fine[0], fine[1]


def level(value: float) -> str:
    """A value of a metric: fractions in per cent, scores such as BLEU as they are.

    Decimals only where they tell something, as on the page: 79%, 99.4%, 0.4%.
    """
    if abs(value) > SMALL_METRIC:
        return f"{value:.1f}"
    share = value * PERCENT
    if 99.95 <= share < 100:
        return ">99.9%"
    return f"{share:.1f}%" if 0 < share < 1 or 99 < share < 100 else f"{share:.0f}%"


def points(gap: float, metric: str = "accuracy") -> str:
    """A distance of two values of a metric, in points of per cent or of the score itself."""
    size = abs(gap) * (1.0 if metric.lower() in HUNDRED_SCALE | PLAIN_SCALE else PERCENT)
    return f"{size:.1f} points" if size < 10 else f"{size:.0f} points"


def measured(metric: str, value: float) -> str:
    """A value with its metric as people say it: 90% accuracy, 32.0 BLEU."""
    return f"{level(value)} {metric_words(metric)}"


def metric_words(metric: str) -> str:
    """The metric's name for people."""
    return METRIC_LABELS.get(metric.lower(), metric.replace("_", " "))


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]
