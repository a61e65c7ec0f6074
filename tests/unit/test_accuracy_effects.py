"""Votes, agreement and the fitted effects."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from estimator.engine.accuracy.effects import error_of_agreement, majority_error

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def test_three_independent_votes() -> None:
    assert majority_error(0.2, 3, 0.0) == pytest.approx(3 * 0.04 * 0.8 + 0.008)


def test_shared_confusions_survive_any_vote() -> None:
    assert majority_error(0.2, 99, 0.4) == pytest.approx(0.08, abs=1e-6)
    assert majority_error(0.2, 3, 1.0) == pytest.approx(0.2)


def test_more_votes_never_add_errors() -> None:
    errors = [majority_error(0.15, k, 0.3) for k in range(1, 12)]
    assert all(b <= a + 1e-12 for a, b in pairwise(errors))


@pytest.mark.parametrize("classes", [2, 5, 100])
def test_agreement_and_error_fit_together(classes: int) -> None:
    error = error_of_agreement(0.8, classes)
    assert (1 - error) ** 2 + error**2 / (classes - 1) == pytest.approx(0.8)
    assert error_of_agreement(1.0, classes) == 0
    assert error_of_agreement(0.9, classes) < error


def test_fitted_effects_have_the_published_order(evidence: Evidence) -> None:
    effects = evidence.fits["accuracy"]["effects"]
    assert effects["noise_scratch"]["p50"] > 2 * effects["noise_pretrained"]["p50"] > 0
    shift = effects["domain"]["shift"]
    assert shift["solved"] < shift["close"] < shift["related"] < shift["far"]
    assert 0 < effects["shared_confusion"]["p50"] < 1
    for name in effects:
        assert effects[name]["source_ids"]
        assert set(effects[name]["source_ids"]) <= set(evidence.sources)
