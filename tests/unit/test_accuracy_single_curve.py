"""Extrapolation of one curve by itself."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.engine.accuracy.single_curve import extrapolate
from estimator.lab.accuracy.classic import FORMS, predict_form

N = np.array([100.0, 200, 400, 800, 1600, 3200])
LATER = np.array([6400.0, 25600, 102400])


def test_a_power_law_is_continued() -> None:
    error = 60 * N**-0.3 + 2
    found = extrapolate(N, 100 - error, LATER, "accuracy")
    np.testing.assert_allclose(found[:, 1], 98 - 60 * LATER**-0.3, atol=1.0)
    assert (np.diff(found, axis=1) >= 0).all()


def test_error_and_accuracy_mirror_each_other() -> None:
    error = 60 * N**-0.3 + 2
    rising = extrapolate(N, 100 - error, LATER, "accuracy")
    falling = extrapolate(N, error, LATER, "error")
    np.testing.assert_allclose(rising, 100 - falling[:, ::-1], rtol=1e-9)


def test_fractions_and_percent_agree() -> None:
    value = 1 - (0.6 * N**-0.3 + 0.02)
    part = extrapolate(N, value, LATER, "accuracy")
    whole = extrapolate(N, 100 * value, LATER, "accuracy")
    np.testing.assert_allclose(100 * part, whole, rtol=1e-9)


def test_unknown_metric_follows_its_trend() -> None:
    loss = 3 * N**-0.2 + 1
    found = extrapolate(N, loss, LATER, "other")
    assert (np.diff(found[:, 1]) < 0).all()
    np.testing.assert_allclose(found[:, 1], 3 * LATER**-0.2 + 1, rtol=0.06)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_points_give_wide_finite_intervals(count: int) -> None:
    found = extrapolate(N[:count], np.array([50.0, 60, 66])[:count], LATER, "accuracy")
    assert np.isfinite(found).all()
    assert (found[:, 2] > found[:, 0]).all()
    assert (found <= 100).all()


@pytest.mark.parametrize("form", FORMS)
def test_classic_forms_find_themselves(form: str) -> None:
    truth = {
        "power law with floor": lambda n: 1.5 + 40 * n**-0.4,
        "power law": lambda n: 40 * n**-0.3,
        "logarithm": lambda n: 60 - 4 * np.log(n),
        "exponential": lambda n: 5 + 20 * np.exp(-n / 1000),
        "shifted power law": lambda n: 2 + 300 * (n + 100) ** -0.7,
    }[form]
    found = predict_form(form, N, truth(N), LATER[:1])
    np.testing.assert_allclose(found, truth(LATER[:1]), rtol=0.08)
