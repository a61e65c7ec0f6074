"""Labels that a curve needs for a goal: crossing, width, and buying in rounds."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.lab.accuracy.label_needs import Case, crossing

X = np.array([2.0, 3.0, 4.0])


@pytest.mark.parametrize(
    ("y", "goal", "log_labels"),
    [
        ((1.0, 0.5, 0.0), 1.2, 2.0),
        ((1.0, 0.5, 0.0), 0.75, 2.5),
        ((1.0, 0.5, 0.0), 0.25, 3.5),
        ((1.0, 0.5, 0.0), -0.5, 5.0),
    ],
)
def test_crossing_is_straight_in_log_labels(
    y: tuple[float, ...], goal: float, log_labels: float
) -> None:
    assert np.log10(crossing(X, np.array(y), goal)) == pytest.approx(log_labels)


def test_a_flat_curve_never_gets_there() -> None:
    assert crossing(X, np.array([1.0, 1.0, 1.0]), 0.5) == np.inf


def test_a_wider_curve_needs_more_labels() -> None:
    case = Case("s", 1, 1e2, 1e3, X, np.array([1.0, 0.5, 0.0]), np.full(3, 0.2), 0.5)
    needed = [case.needed(w) for w in (0.0, 0.5, 1.0, 1.5)]
    assert needed == sorted(needed)
    assert needed[0] == pytest.approx(1e3)
    assert needed[-1] > 2e3
