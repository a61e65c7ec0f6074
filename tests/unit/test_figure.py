"""A number keeps its parts: basis, sources and assumptions are computed from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.figure import Figure, leaf, typed
from estimator.engine.simulate import evaluate
from estimator.vocabulary import Basis, Stage
from tests.conftest import load_preset

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

WAGE = leaf("wage", 3000.0, "USD", Basis.PUBLISHED, "bls")
WEEKS = leaf("weeks", np.array([2.0, 1.0, 4.0]), "week", Basis.ASSUMED, "judgement", "people.w")
HOURS = leaf("hours", 10.0, "hour", Basis.FITTED, "runs")


def test_a_product_multiplies_draw_by_draw_and_keeps_both_parts() -> None:
    product = WAGE * WEEKS
    assert product.draws.tolist() == [6000.0, 3000.0, 12000.0]
    assert product.base == 6000.0
    assert [p.name for p in product.parts] == ["wage", "weeks"]
    assert product.assumption_ids == ("people.w",)
    assert product.source_ids == ("bls", "judgement")


def test_the_weakest_part_names_the_basis_in_any_order() -> None:
    assert (WAGE * WEEKS).basis is (WEEKS * WAGE).basis is Basis.ASSUMED
    assert (WAGE * WEEKS).source_id == "judgement"
    assert (WAGE * HOURS).basis is Basis.FITTED
    assert (WAGE * typed("own", 2.0, "factor")).basis is Basis.PUBLISHED
    assert Figure(3.0).basis is Basis.TYPED


def test_sums_quotients_and_arrays_on_either_side() -> None:
    array = np.array([1.0, 2.0, 3.0])
    assert (array * WEEKS).draws.tolist() == (WEEKS * array).draws.tolist() == [2.0, 2.0, 12.0]
    assert (WEEKS + WAGE).draws.tolist() == [3002.0, 3001.0, 3004.0]
    assert (WAGE / WEEKS).draws.tolist() == [1500.0, 3000.0, 750.0]
    assert (2.0 * HOURS).parts == HOURS.parts


def test_a_part_counts_once() -> None:
    assert len((WEEKS * WAGE + WEEKS * HOURS).parts) == 3


@pytest.mark.parametrize("preset", ["support_tickets", "fraud", "call_transcription", "contracts"])
def test_every_assumed_line_names_its_assumption(preset: str, evidence: Evidence) -> None:
    for result in evaluate(load_preset(preset), evidence, n_draws=64).results:
        for item in result.money.items:
            if item.basis is Basis.ASSUMED:
                assert item.assumption_ids, item.item
                assert set(item.assumption_ids) <= evidence.assumptions.keys()
            if item.basis in (Basis.PUBLISHED, Basis.FITTED):
                assert item.source_id in evidence.sources, item.item
            assert (item.stage is Stage.LIVE) == (item.timing != "one_off"), item.item
