"""Predicted compute cost against every published run that states its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from estimator.lab.money.cost_validation import (
    COMMITTED,
    GIVEN_HOURS,
    OWNED,
    PREDICTED_HOURS,
    RENTED,
    summarise,
    validate_cost,
)

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@pytest.fixture(scope="module")
def validation(evidence: Evidence) -> dict[str, Any]:
    return validate_cost(evidence)


@pytest.mark.parametrize(
    ("group", "n", "median_factor", "within_2x"),
    [
        (f"{RENTED}, {GIVEN_HOURS}", 35, 1.40, 0.85),
        (f"{COMMITTED}, {GIVEN_HOURS}", 20, 1.10, 0.95),
        (f"{OWNED}, {GIVEN_HOURS}", 30, 1.40, 0.90),
        (f"all, {GIVEN_HOURS}", 90, 1.30, 0.90),
        (f"all, {PREDICTED_HOURS}", 45, 1.90, 0.50),
    ],
)
def test_errors_stay_within_their_bounds(
    validation: dict[str, Any], group: str, n: int, median_factor: float, within_2x: float
) -> None:
    found = validation["summary"][group]
    assert found["n"] >= n
    assert found["median_factor"] <= median_factor
    assert found["within_2x"] >= within_2x


def test_the_shipped_table_is_what_the_tables_give(
    validation: dict[str, Any], evidence: Evidence
) -> None:
    shipped = evidence.fits["cost_validation"]
    for group, found in validation["summary"].items():
        if group.endswith(GIVEN_HOURS):
            assert shipped["summary"][group] == found


def test_factor_is_predicted_over_published(validation: dict[str, Any]) -> None:
    for row in validation["rows"]:
        by_hand = row["device_hours"] * row["usd_per_device_hour"] / row["reported_usd"]
        assert row["factor"] == pytest.approx(by_hand, rel=1e-5)


def test_summary_by_hand() -> None:
    found = summarise([{"factor": f} for f in (0.5, 1.0, 4.0)])
    assert found == {"n": 3, "median_factor": 2.0, "median_ratio": 1.0, "within_2x": 0.666667}
    assert summarise([]) == {"n": 0}
