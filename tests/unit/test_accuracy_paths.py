"""Learning curves draw by draw, and the labels that reach a value."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.engine.accuracy.facts import Gain
from estimator.engine.accuracy.kernel import KNOTS
from estimator.engine.accuracy.paths import Path, falling


def make(needs_labels: bool = True, gain: Gain | None = None) -> Path:
    rng = np.random.default_rng(3)
    nodes = falling(
        np.linspace(1.0, -3.0, len(KNOTS))[:, None] + 0.8 * rng.standard_normal((len(KNOTS), 65))
    )
    return Path(nodes, 5.0, 0.8, "accuracy", needs_labels, gain)


def few() -> Gain:
    return Gain(np.full(65, -0.1), np.full(65, 0.5), 1000.0)


def test_falling_never_rises_and_keeps_falling_curves() -> None:
    rng = np.random.default_rng(0)
    wild = rng.standard_normal((7, 50))
    assert (np.diff(falling(wild), axis=0) <= 0).all()
    tame = np.sort(wild, axis=0)[::-1]
    np.testing.assert_allclose(falling(tame), tame)


@pytest.mark.parametrize("gain", [None, few()])
def test_more_labels_never_lower_any_draw(gain: Gain | None) -> None:
    n = np.concatenate([[0.0], np.geomspace(1, 1e9, 60)])
    value = make(gain=gain).value(n)
    assert (np.diff(value, axis=0) >= -1e-12).all()
    assert ((value >= 0) & (value <= 1)).all()


@pytest.mark.parametrize("gain", [None, few()])
def test_labels_for_is_the_inverse_of_value(gain: Gain | None) -> None:
    path = make(gain=gain)
    needed = path.labels_for(0.8)
    for draw in np.flatnonzero(np.isfinite(needed) & (needed > 1))[:12]:
        at = path.value(np.array([needed[draw], needed[draw] - 1]))[:, draw]
        assert at[0] >= 0.8 - 1e-6
        assert at[1] <= 0.8 + 1e-6


def test_without_labels_classes_are_guessed() -> None:
    assert (make().value(0.0) <= 0.2 + 1e-12).all()


def test_use_as_is_does_not_depend_on_labels() -> None:
    path = make(needs_labels=False)
    value = path.value(np.array([0.0, 100.0, 1e6]))
    assert (value == value[0]).all()
    assert set(path.labels_for(0.5)) <= {0.0, np.inf}


def test_a_value_beyond_perfect_is_never_reached() -> None:
    assert np.isinf(make().labels_for(1.01)).all()


def test_interpolation_is_straight_between_knots() -> None:
    path = make()
    low, high = KNOTS[3], KNOTS[4]
    n = 5.0 * (10 ** np.array([low, (low + high) / 2, high]) - 0.5)
    y = path.y(n)
    np.testing.assert_allclose(y[1], (y[0] + y[2]) / 2, atol=1e-9)
