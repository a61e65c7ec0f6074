"""What may be said about the labels for a target, and how far a number may be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.accuracy import needs
from estimator.engine.accuracy.grade import near_sources, place_of
from tests.unit.test_accuracy_predict import run, scenario

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def draws(reached: float, value: float = 700.0) -> np.ndarray:
    some = round(1000 * reached)
    return np.concatenate([[value], np.full(some, value), np.full(1000 - some, np.inf)])


def test_a_number_is_named_only_where_half_the_draws_have_one() -> None:
    assert needs.reason(draws(0.6), 1e4, ()) is None
    unsure, never = needs.reason(draws(0.3), 1e4, ()), needs.reason(draws(0.05), 1e4, ())
    assert [x.key for x in (unsure, never) if x] == ["labels.not_knowable", "labels.out_of_reach"]


def test_an_order_of_magnitude_until_two_own_results() -> None:
    assert needs.named(draws(0.95, 1234.0), (400,)) == (2000.0, 2000.0)
    assert needs.named(draws(0.95, 1234.0), (200, 400)) == (1234.0, 1234.0)
    assert needs.named(draws(0.6), ())[1] == np.inf


def test_no_number_beyond_tenfold_of_what_was_measured() -> None:
    found = draws(0.95, 1234.0)
    assert needs.named(found, (50, 120)) == (np.inf, np.inf)
    said = needs.reason(found, 1e4, (50, 120))
    assert said is not None
    assert said.key == "labels.beyond_own"
    assert "1,200 labels" in str(said)
    assert needs.reason(found, 1e4, (50, 124)) is None
    unsure = needs.reason(draws(0.3), 1e4, (50, 124))
    assert unsure is not None
    assert unsure.key == "labels.not_knowable_yet"


def test_no_number_beyond_tenfold_or_what_exists(evidence: Evidence) -> None:
    for fields, most in (({}, 10_000), ({"n_unlabelled_available": 3000}, 3000)):
        inputs = scenario(n_labelled_to_buy=1000, target={"value": 0.85}, **fields)
        for key, found in run(inputs, evidence).items():
            needed = found.labels_for_target_draws
            assert needed is not None
            finite = needed[np.isfinite(needed)]
            assert (finite <= most).all(), key
            half = np.isfinite(needed[1:]).mean() >= 0.5
            assert (found.labels_reason is None) == half, key


def test_near_points_count_sources_once_within_a_factor_of_three() -> None:
    cell = {"near": {"accuracy": {"8": [0, 1], "10": [1, 2], "12": [3], "as is": [4]}}}
    assert place_of(2.0, False) == "8"
    assert near_sources(cell, "accuracy", 2.0, False) == 3
    assert near_sources(cell, "accuracy", 2.0, True) == 1
    assert near_sources(cell, "f1", 2.0, False) == 0


def test_a_wide_number_is_never_very_good(evidence: Evidence) -> None:
    inputs = scenario(n_labelled_to_buy=1000)
    for key, found in run(inputs, evidence).items():
        p10, p90 = np.quantile(np.asarray(found.draws)[1:], (0.1, 0.9))
        if 100 * (p90 - p10) > 24.5:
            assert found.grade.grade not in ("A", "B"), key
        if 100 * (p90 - p10) > 40.5:
            assert found.grade.grade in ("D", "borrowed"), key
