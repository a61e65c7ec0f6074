"""The price book: checks find planted mistakes, imports name every bad cell."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

import pytest

from estimator.engine.money.price_check import check_prices
from estimator.engine.money.pricebook import (
    COLUMNS,
    age_days,
    parse_price_csv,
    select,
    template_csv,
    to_csv,
    usd_per_device_hour,
)
from estimator.engine.spelling import own_book
from estimator.evidence.things import PriceRow

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

TODAY = datetime.date(2026, 11, 21)


def offer(**changes: object) -> PriceRow:
    base = PriceRow(
        "aws", "g6.xlarge", "L4", 1, 4, 16, "us-east-1", "on_demand", 0.8, "2026-11-01", False,
        "s", "l",
    )  # fmt: skip
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


BOOK = tuple(
    offer(instance_type=f"x{n}", accelerator_count=n, usd_per_instance_hour=0.8 * n, provider=p)
    for n in (1, 4, 8)
    for p in ("aws", "gcp")
)


def rules(*extra: PriceRow) -> list[str]:
    return [f.rule for f in check_prices((*BOOK, *extra), TODAY)]


def test_a_clean_book_has_no_findings() -> None:
    assert rules() == []


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("zero", offer(instance_type="free", usd_per_instance_hour=0.0, region="r9")),
        ("count", offer(instance_type="odd", accelerator_count=16, usd_per_instance_hour=3.1)),
        ("median", offer(instance_type="dear", region="r2", usd_per_instance_hour=9.0)),
        ("region", offer(instance_type="s", region="r3", purchase_option="spot")),
        ("stale", offer(instance_type="old", region="r4", stale=True)),
        ("age", offer(instance_type="aged", region="r5", as_of="2026-05-01")),
        ("age", offer(instance_type="undated", region="r6", as_of="last summer")),
    ],
)
def test_each_planted_mistake_is_found(rule: str, row: PriceRow) -> None:
    assert rule in rules(row)


def test_the_finding_names_the_row() -> None:
    (finding,) = check_prices((*BOOK, offer(instance_type="old", region="r4", stale=True)), TODAY)
    assert (finding.instance_type, finding.region, finding.provider) == ("old", "r4", "aws")


def test_age_counts_from_the_date_that_is_passed_in() -> None:
    assert age_days("2026-11-01", TODAY) == 20
    assert age_days("2026-11", TODAY) == 20
    assert age_days("soon", TODAY) is None
    assert check_prices(BOOK, datetime.date(2027, 11, 21))


def test_the_shipped_book_has_nothing_free_and_no_odd_counts(evidence: Evidence) -> None:
    found = {f.rule for f in check_prices(evidence.prices, TODAY)}
    assert not found & {"zero", "count"}


def test_select_puts_the_cheapest_first() -> None:
    found = select(BOOK, provider="aws")
    assert [usd_per_device_hour(r) for r in found] == pytest.approx([0.8] * 3)


def test_template_and_export_read_back(evidence: Evidence) -> None:
    rows, problems = parse_price_csv(template_csv(), evidence.accelerators)
    assert len(rows) == 1
    assert problems == ()
    again, problems = parse_price_csv(to_csv(evidence.prices), evidence.accelerators)
    assert problems == ()
    assert [r.usd_per_instance_hour for r in again] == [
        r.usd_per_instance_hour for r in evidence.prices
    ]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("provider", ""),
        ("accelerator", "L40X"),
        ("accelerator_count", "0"),
        ("accelerator_count", "many"),
        ("vcpus", "-4"),
        ("region", ""),
        ("purchase_option", "reserved"),
        ("usd_per_instance_hour", "0"),
        ("usd_per_instance_hour", "nan"),
        ("as_of", "yesterday"),
    ],
)
def test_a_bad_cell_is_named(column: str, cell: str, evidence: Evidence) -> None:
    good = template_csv().splitlines()[1].split(",")
    good[COLUMNS.index(column)] = cell
    text = ",".join(COLUMNS) + "\n" + ",".join(good) + "\n"
    rows, problems = parse_price_csv(text, evidence.accelerators)
    assert rows == ()
    assert [(p.line, p.column) for p in problems] == [(2, column)]
    assert problems[0].allowed


def test_devices_may_stand_in_any_spelling(evidence: Evidence) -> None:
    good = template_csv().splitlines()[1].split(",")
    lines = []
    for i, name in enumerate(("NVIDIA L40S", "H100 80GB", "Tesla T4", "nvidia a100", "L40X")):
        cells = [*good]
        cells[COLUMNS.index("accelerator")] = name
        cells[COLUMNS.index("instance_type")] = f"own-{i}"
        lines.append(",".join(cells))
    rows, problems = own_book("\n".join([",".join(COLUMNS), *lines]) + "\n", evidence)
    assert [r.accelerator for r in rows] == ["L40S", "H100-80GB", "T4"]
    assert [p.line for p in problems] == [5, 6]
    assert "A100-40GB" in str(problems[0].allowed)


def test_all_bad_cells_are_reported_at_once() -> None:
    text = ",".join(COLUMNS) + "\n,,,0,,,,x,-1,no\n"
    _, problems = parse_price_csv(text)
    assert len(problems) == 8


def test_a_file_without_the_columns_or_rows_is_refused() -> None:
    assert parse_price_csv("a,b\n1,2\n")[1]
    assert parse_price_csv(",".join(COLUMNS) + "\n")[1]
    assert parse_price_csv("")[1]


def test_a_row_given_twice_is_refused() -> None:
    text = template_csv() + template_csv().splitlines()[1] + "\n"
    assert [p.line for p in parse_price_csv(text)[1]] == [3]
