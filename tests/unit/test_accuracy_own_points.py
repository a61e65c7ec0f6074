"""A curve after its own points: what is recentred, capped, extrapolated, and what is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.engine.accuracy.block import spread_apart
from estimator.engine.accuracy.own_points import (
    NO_STEP,
    OwnPoints,
    Step,
    after_own_points,
    blended,
    own_share,
    recentred,
    step_of,
)
from estimator.engine.accuracy.paths import centred, falling
from estimator.engine.accuracy.scales import to_error, to_scale

FIT = {"recentring": {"1": {"shift": -0.2, "slope": -0.1}}}


def power_law(n: np.ndarray) -> np.ndarray:
    return 0.05 + 2.0 * np.asarray(n, float) ** -0.5


def points(*labels: float) -> OwnPoints:
    n = np.array(labels, float)
    return OwnPoints(n, to_scale(power_law(n), 1.0), 1.0, "accuracy")


def test_one_and_two_points_leave_the_shape_to_other_curves() -> None:
    mean, sd = np.array([-0.5, -1.0]), np.array([0.3, 0.4])
    for own in (points(100), points(100, 200)):
        found = blended(mean, sd, own, np.array([1000.0, 5000.0]))
        np.testing.assert_array_equal(found[0], mean)
        np.testing.assert_array_equal(found[1], sd)


def test_repeated_measurements_at_one_size_count_once() -> None:
    assert points(100, 100, 100).count == 1
    assert own_share(points(100, 100, 100).count) == 0


def test_many_points_pull_towards_the_curves_own_extrapolation() -> None:
    wanted = np.array([20_000.0])
    truth = to_scale(power_law(wanted), 1.0)
    wrong = truth + 1.0
    gaps = []
    for own in (points(100, 200, 400), points(100, 200, 400, 800, 1600, 3200)):
        middle, spread = blended(wrong, np.array([0.5]), own, wanted)
        gaps.append(abs(float(middle[0] - truth[0])))
        assert spread[0] > 0
    assert gaps[1] < gaps[0] < 1.0
    assert gaps[1] < 0.3


@pytest.mark.parametrize("count", [3, 4, 8])
def test_share_of_the_own_curve_grows_with_points(count: int) -> None:
    assert 0 < own_share(count) < own_share(count + 1) < 1


def test_a_step_moves_the_mean_and_keeps_it_below_the_best_point() -> None:
    mean, drop = np.array([-1.0, 0.5]), np.array([-0.8, 0.7])
    moved = recentred(mean, drop, 0.1, Step(-0.2, -0.1))
    assert moved[0] == pytest.approx(-1.0 - 0.2 + 0.08)
    assert moved[1] == pytest.approx(0.1)
    np.testing.assert_allclose(recentred(mean, drop, np.inf, NO_STEP), mean)


def test_steps_are_looked_up_by_the_number_of_sizes() -> None:
    assert step_of(FIT, 1) == Step(-0.2, -0.1)
    assert step_of(FIT, 2) == NO_STEP
    assert step_of({}, 1) == NO_STEP


def test_nothing_rises_above_what_was_measured() -> None:
    own = points(100, 400)
    mean, _ = after_own_points(np.array([2.0]), np.array([0.2]), own, np.array([900.0]), NO_STEP)
    assert to_error(mean, 1.0)[0] == pytest.approx(power_law(np.array([400.0]))[0])


def test_differences_widen_and_every_curve_keeps_its_own_distribution() -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(size=(12, 12))
    cov = a @ a.T + np.kron(np.ones((3, 3)), np.eye(4)) * 30
    wide = spread_apart(cov, 3, 0.8)
    for i in range(3):
        at = slice(4 * i, 4 * i + 4)
        np.testing.assert_array_equal(wide[at, at], cov[at, at])
    gap = np.kron(np.array([1.0, -1.0, 0.0]), np.array([0.0, 1.0, 0.0, 0.0]))
    assert gap @ wide @ gap > gap @ cov @ gap
    assert np.linalg.eigvalsh(wide).min() > 0
    np.testing.assert_array_equal(spread_apart(cov, 3, 1.0), cov)
    np.testing.assert_array_equal(spread_apart(cov, 1, 0.5), cov)


def test_curves_are_centred_on_the_base_case_and_never_rise() -> None:
    rng = np.random.default_rng(5)
    spread = np.array([2.0, 1.0, 0.5, 0.3])[:, None]
    nodes = np.array([1.0, 0.5, 0.0, -0.5])[:, None] + spread * rng.normal(size=(4, 4001))
    nodes[:, 0] = [1.0, 0.5, 0.0, -0.5]
    raw, fixed = falling(nodes), centred(falling(nodes))
    assert (np.diff(fixed, axis=0) <= 0).all()
    np.testing.assert_array_equal(fixed[:, 0], raw[:, 0])
    gap = np.abs(np.median(fixed[:, 1:], axis=1) - fixed[:, 0])
    assert gap.max() < np.abs(np.median(raw[:, 1:], axis=1) - raw[:, 0]).max()
