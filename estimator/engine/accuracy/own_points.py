"""A curve once some of its own points are measured: recentred, capped, and extrapolated by itself.

The mixed model alone is too cautious here in three ways that left-out sources show: it lets a curve
rise above what was measured, its first step after one or two points is too small and the rest too
large, and from three points on it trusts the shape of other curves more than the curve's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.single_curve import extrapolate
from estimator.engine.distributions import Z90

LEAST_OWN_CURVE = 3
"""Different numbers of labels from which on a curve is extrapolated by itself as well."""


@dataclass(frozen=True)
class OwnPoints:
    """Measured points of one curve, shapes (m,): y on the scale of scales.py, chance, metric."""

    n_labelled: Array
    y: Array
    chance: float
    group: str

    @staticmethod
    def of(rows: Rows) -> OwnPoints:
        """The measured rows of one curve, at least one."""
        return OwnPoints(rows.n_labelled, rows.y, float(rows.chance[0]), str(rows.group[0]))

    @property
    def count(self) -> int:
        """Different numbers of labels measured."""
        return len(np.unique(self.n_labelled))

    @property
    def y_last(self) -> float:
        """y at the largest number of labels."""
        return float(self.y[np.argmax(self.n_labelled)])


@dataclass(frozen=True)
class Step:
    """Recentring of a curve after its last own point: y + ``shift`` + ``slope`` (y - y_last)."""

    shift: float = 0.0
    slope: float = 0.0


NO_STEP = Step()


def step_of(fit: Mapping[str, Any], n_own: int) -> Step:
    """The fitted recentring for so many own points; none outside one and two."""
    found = fit.get("recentring", {}).get(str(n_own))
    return Step(**found) if found else NO_STEP


def own_share(count: int) -> float:
    """Weight of the curve's own extrapolation: (m - 2) / (m - 1) from three points on, else 0."""
    return 0.0 if count < LEAST_OWN_CURVE else (count - 2) / (count - 1)


def blended(mean: Array, sd: Array, own: OwnPoints, n_wanted: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of y with the curve's own extrapolation mixed in.

    Parameters
    ----------
    mean, sd : array, shape (k,)
        Of the mixed model, given the own points.
    own : OwnPoints
    n_wanted : array, shape (k,)
        Numbers of labels, each above 0.

    Returns
    -------
    tuple of arrays, shape (k,)
    """
    share = own_share(int(np.sum(np.unique(own.n_labelled) > 0)))
    if share == 0.0 or len(n_wanted) == 0:
        return mean, sd
    some = own.n_labelled > 0
    value = scales.value_from_error(scales.to_error(own.y[some], own.chance), own.group)
    found = extrapolate(own.n_labelled[some], value, n_wanted, own.group)
    groups = np.full(len(n_wanted), own.group, object)
    low, middle, high = (
        scales.to_scale(scales.error_from_value(found[:, j], groups), own.chance) for j in range(3)
    )
    spread = np.abs(high - low) / (2 * Z90)
    return (1 - share) * mean + share * middle, (1 - share) * sd + share * spread


def recentred(mean: Array, drop: Array, cap: Array | float, step: Step) -> Array:
    """Mean of y after the fitted step, never above the best own point.

    Parameters
    ----------
    mean, drop : array, shape (k,)
        Mean of y beyond the last own point, and its difference to what was measured there.
    cap : array or float
        Smallest y measured; inf where nothing is.
    step : Step
    """
    return np.minimum(mean + step.shift + step.slope * drop, cap)


def after_own_points(
    mean: Array, sd: Array, own: OwnPoints, n_wanted: Array, step: Step
) -> tuple[Array, Array]:
    """Mean and standard deviation of y at larger numbers of labels than the own points'."""
    middle, spread = blended(mean, sd, own, n_wanted)
    return recentred(middle, middle - own.y_last, float(own.y.min()), step), spread
