"""Token prices against the data of genai-prices: what replaces a row, and what does not."""

from __future__ import annotations

import datetime
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from estimator.evidence.load import Evidence
from estimator.lab.money.token_prices import (
    Listed,
    _in_force,
    compared,
    listed_prices,
    refreshed_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = datetime.date(2026, 12, 1)
OURS = (2.0, 0.2, 10.0)
THEIRS = (1.0, 0.1, 5.0)


def row(**changes: object) -> dict[str, object]:
    base = {
        "row_id": "a1", "provider": "OpenAI", "model": "m", "as_of": "2026-11-21",
        "input_usd_per_mtok": 2.0, "cached_input_usd_per_mtok": 0.2, "output_usd_per_mtok": 10.0,
    }  # fmt: skip
    return base | changes


def state(listed: Mapping[tuple[str, str], Listed], **changes: object) -> str:
    return compared([row(**changes)], listed)[0].state


@pytest.mark.parametrize(("listed", "expected"), [
    (Listed(OURS, "", "w"), "agrees"),
    (Listed((2.0, None, 10.0), "", "w"), "agrees"),
    (Listed(THEIRS, "2026-11-25", "w"), "changed"),
    (Listed(THEIRS, "2026-10-29", "w", left=(OURS,)), "changed"),
    (Listed(THEIRS, "2026-10-29", "w"), "differs"),
    (Listed(THEIRS, "", "w"), "differs"),
])  # fmt: skip
def test_only_a_price_known_to_be_later_replaces_ours(listed: Listed, expected: str) -> None:
    assert state({("openai", "m"): listed}) == expected


def test_unlisted_models_and_rows_without_tokens() -> None:
    assert state({}) == "absent"
    assert compared([row(input_usd_per_mtok=math.nan)], {}) == []
    assert state({("google", "g"): Listed(OURS, "", "w")}, provider="Google", model="gemini/g") == (
        "agrees"
    )


def test_dated_prices_and_hours_of_the_day() -> None:
    """The last that has begun; of what differs by the hour the dearest."""

    def price(usd: float) -> SimpleNamespace:
        return SimpleNamespace(input_mtok=usd, cache_read_mtok=None, output_mtok=2 * usd)

    def step(usd: float, start: datetime.date | None, hourly: bool = False) -> SimpleNamespace:
        at = SimpleNamespace(start_date=start) if start else SimpleNamespace() if hourly else None
        return SimpleNamespace(constraint=at, prices=price(usd))

    ladder = [step(1, None), step(3, datetime.date(2026, 6, 1)), step(9, datetime.date(2027, 1, 1))]
    found = _in_force(ladder, DAY, "w")
    assert (found.usd, found.since, found.left) == ((3, None, 6), "2026-06-01", ((1, None, 2),))
    assert _in_force([step(1, None), step(4, None, hourly=True)], DAY, "w").usd[0] == 4
    assert _in_force(price(5), DAY, "w").usd == (5, None, 10)


def test_the_shipped_refresh_is_what_the_package_says() -> None:
    shipped = Evidence()
    listed, _ = listed_prices(DAY)
    wanted = refreshed_rows(compared(shipped.table("api").to_dict("records"), listed))
    kept = shipped.table("api_refreshed").to_dict("records")
    assert [r["row_id"] for r in wanted] == [r["row_id"] for r in kept]
    prices = {p.model: p for p in shipped.api_prices}
    for r, k in zip(wanted, kept, strict=True):
        assert float(r["input_usd_per_mtok"]) == k["input_usd_per_mtok"]
    large = prices["mistral/mistral-large-4"]
    assert (large.input_usd_per_mtok, large.as_of) == (0.7, "2026-10-29")
    assert large.source_id.startswith("genai-prices")
    assert shipped.api_price_of["mistral-large-4-api"] == large
