"""A wrong price does not walk in: far from the market is a failure unless somebody looked at it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from estimator.engine.money.price_check import FAR_FACTOR, check_prices
from tests.conftest import ROOT

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence
    from estimator.evidence.things import PriceRow

DAY = datetime.date(2026, 11, 21)
DEAR_FACTOR = 10.0
"""Large hosts around one device cost several times the market; ten times is a mistake."""

Key = tuple[str, str, str, str, str]


def doubted(rows: Iterable[PriceRow]) -> set[Key]:
    """Rows with no price, odd counts, a quarter of the market or ten times of it."""
    book = list(rows)
    strict = check_prices(book, DAY, far_factor=DEAR_FACTOR)
    cheap = [
        f
        for f in check_prices(book, DAY, far_factor=FAR_FACTOR)
        if f.rule == "median" and f.text.values["usd"].x < f.text.values["middle"].x
    ]
    found = [*(f for f in strict if f.rule in ("median", "zero", "count")), *cheap]
    return {
        (f.provider, f.region, f.accelerator, f.instance_type, f.purchase_option) for f in found
    }


def looked_at(evidence: Evidence) -> set[Key]:
    """Rows that corrections.csv keeps with a reason."""
    import csv

    with (ROOT / "data" / "corrections.csv").open(encoding="utf-8", newline="") as file:
        kept = {
            r["row_key"]
            for r in csv.DictReader(file)
            if r["table"] == "prices" and r["action"] == "keep"
        }
    rows = evidence.table("prices").to_dict("records")
    names = ("provider", "region", "accelerator", "instance_type", "purchase_option")
    return {tuple(str(r[n]) for n in names) for r in rows if r["row_id"] in kept}  # type: ignore[misc]


def test_every_far_price_of_the_shipped_book_was_looked_at(evidence: Evidence) -> None:
    assert doubted(evidence.prices) - looked_at(evidence) == set()


def test_a_price_with_a_lost_digit_is_found(evidence: Evidence) -> None:
    row = next(
        r
        for r in evidence.prices
        if (r.provider, r.region, r.accelerator) == ("aws", "us-east-1", "L40S")
        and r.purchase_option == "on_demand"
    )
    wrong = dataclasses.replace(row, usd_per_instance_hour=0.015)
    new = doubted([*evidence.prices, wrong]) - doubted(evidence.prices)
    assert new == {("aws", "us-east-1", "L40S", row.instance_type, "on_demand")}
