"""Price tables of others, in their public column layouts, against prices worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from estimator.engine.money.price_cells import day_of, read_sheet
from estimator.engine.money.pricebook import template_csv
from estimator.engine.spelling import read_book

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

TODAY = "2026-12-01"
TABLES = Path(__file__).parent / "price_tables"
GPUHUNT, SKYPILOT, AWS, GCP, AZURE = (
    (TABLES / f"{name}.csv").read_text() for name in ("gpuhunt", "skypilot", "aws", "gcp", "azure")
)


def prices(text: str, evidence: Evidence) -> dict[tuple[str, ...], float]:
    book = read_book(text, evidence, TODAY)
    assert not book.problems, book.problems
    return {
        (r.provider, r.instance_type, r.accelerator, r.region, r.purchase_option): round(
            r.usd_per_instance_hour, 6
        )
        for r in book.rows
    }


def test_gpuhunt(evidence: Evidence) -> None:
    """The provider of a file without one is who sells it; unknown devices are left out."""
    assert prices(GPUHUNT, evidence) == {
        ("aws", "g6e.xlarge", "L40S", "us-east-1", "on_demand"): 1.9,
        ("aws", "g6e.xlarge", "L40S", "us-east-1", "spot"): 0.7,
    }
    book = read_book(GPUHUNT, evidence, TODAY)
    assert (book.layout, book.left_out, book.rows[0].as_of) == ("gpuhunt", 1, TODAY)


def test_skypilot_takes_the_cheapest_zone(evidence: Evidence) -> None:
    assert prices(SKYPILOT, evidence) == {
        ("aws", "p4de.24xlarge", "A100-80GB", "us-east-1", "on_demand"): 27.4,
        ("aws", "p4de.24xlarge", "A100-80GB", "us-east-1", "spot"): 8.0,
    }


def test_a_bill_of_aws_is_cost_over_hours(evidence: Evidence) -> None:
    """80 USD over 40 hours; the reservation at its effective cost; storage and tax left out."""
    key = ("aws", "g6e.xlarge", "L40S", "us-east-1")
    assert prices(AWS, evidence) == {
        (*key, "on_demand"): 2.0, (*key, "committed_1y"): 1.2, (*key, "spot"): 0.6,
    }  # fmt: skip
    book = read_book(AWS, evidence, TODAY)
    assert book.left_out == 2
    assert {r.as_of for r in book.rows} == {"2026-11-03"}


def test_a_bill_of_google_adds_cores_to_the_device(evidence: Evidence) -> None:
    """60 USD over 20 device-hours of a machine with two devices: 6 USD an hour of the machine."""
    assert prices(GCP, evidence) == {
        ("gcp", "a2-highgpu-2g", "A100-40GB", "us-central1", "on_demand"): 6.0
    }


def test_a_bill_of_azure_in_german_writing_and_euro(evidence: Evidence) -> None:
    """1.000,00 EUR over ten hours at the published rate; a reservation of 36 months."""
    found = prices(AZURE, evidence)
    day, term = (v for _, v in sorted(found.items(), key=lambda kv: -kv[1]))
    assert 100 < day < 130
    assert term == pytest.approx(day / 2, rel=1e-5)
    assert {k[-1] for k in found} == {"on_demand", "committed_3y"}


@pytest.mark.parametrize(("text", "column", "said"), [
    (AWS.replace(",1yr,", ",,"), "pricing/LeaseContractLength", "1 or 3 years"),
    (AWS.replace("USD", "XXX"), "currency", "published rate"),
    (AWS.replace("2026-11-02T00:00:00Z", "02/03/2026"), "lineitemusagestartdate", "day and month"),
    (GCP.replace("machine_spec", "cores"), "system_labels", "machine_spec"),
    (GPUHUNT.replace("1.9", "0"), "price", "above 0"),
    (GPUHUNT.replace("g6e.xlarge", "own.one").replace("us-east-1", "moon"), "provider", "own.one"),
])  # fmt: skip
def test_what_cannot_be_told_is_refused_with_its_line(
    text: str, column: str, said: str, evidence: Evidence
) -> None:
    problem = read_book(text, evidence, TODAY).problems[0]
    assert problem.column == column
    assert said in str(problem)
    assert problem.line > 1


def test_a_list_without_dates_needs_a_day(evidence: Evidence) -> None:
    assert read_book(GPUHUNT, evidence).problems[0].column == "as_of"


@pytest.mark.parametrize(("cell", "price"), [("1,861", 1.861), ("1.861", 1.861), ("0,5", 0.5)])
def test_the_template_reads_decimal_commas(cell: str, price: float, evidence: Evidence) -> None:
    text = template_csv().replace(",", ";").replace("1.861", cell)
    (row,) = read_book(text, evidence).rows
    assert row.usd_per_instance_hour == pytest.approx(price)


def test_a_comma_that_can_be_either_is_refused(evidence: Evidence) -> None:
    text = template_csv().replace("1.861", '"1,861"')
    assert read_book(text, evidence).problems[0].column == "usd_per_instance_hour"
    (row,) = read_book(text.replace(",32,", ',"32,5",'), evidence).rows
    assert row.usd_per_instance_hour == pytest.approx(1.861)


@pytest.mark.parametrize(("cell", "day_first", "day"), [
    ("20.07.2026", None, "2026-07-20"),
    ("20/07/2026", True, "2026-07-20"),
    ("07/20/2026 12:00", False, "2026-07-20"),
    ("07/08/2026", None, None),
    ("07/07/2026", None, "2026-07-07"),
    ("20-Jul-2026", None, "2026-07-20"),
    ("20260720", None, "2026-07-20"),
    ("2026-07", None, "2026-07"),
    ("31.02.2026", None, None),
    ("yesterday", None, None),
])  # fmt: skip
def test_days(cell: str, day_first: bool | None, day: str | None) -> None:
    assert day_of(cell, day_first) == day


def test_one_date_tells_for_all() -> None:
    sheet = read_sheet("as_of\n07/08/2026\n20/08/2026\n")
    assert sheet.day_first("as_of") is True
