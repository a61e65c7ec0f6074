"""Renting and owning accelerators: whole purchasable instances, never a guess, never 0."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from estimator import cheapest_offer
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws
from estimator.engine.groups import OwnHardware
from estimator.engine.money.cloud import cheapest_whole, not_offered, offers, rent
from estimator.engine.money.context import Context
from estimator.engine.money.own_hardware import (
    break_even_hours_per_month,
    depreciation_schedule,
    own_hour,
)
from estimator.engine.money.pricebook import (
    commitment_break_even_hours,
    parse_price_csv,
    template_csv,
)
from estimator.engine.simulate import evaluate
from estimator.errors import PriceNotFoundError
from estimator.evidence.things import PriceRow

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.results import CandidateResult, CostItem
    from estimator.evidence.load import Evidence

SMALL = 64
HARDWARE = OwnHardware(
    accelerator="H100-80GB",
    count=8,
    capex_usd=250_000.0,
    life_years=4.0,
    rest_value=0.1,
    power_kw=10.0,
    usd_per_kwh=0.12,
    utilisation=0.5,
    staff_usd_per_year=0.0,
)


def offer(name: str, count: float, usd: float, option: str = "on_demand") -> PriceRow:
    return PriceRow(
        "aws", name, "L4", count, 8, 32, "r1", option, usd, "2026-07-01", False, "s", "l"
    )  # fmt: skip


def row(inputs: ProjectInputs, evidence: Evidence, approach: str) -> CandidateResult:
    found = evaluate(inputs, evidence, n_draws=SMALL).results
    return next(r for r in found if r.candidate.key == approach)


def price_basis(item: CostItem) -> str:
    """Basis of the price; the hours beside it are fitted."""
    return str(next(p.basis for p in item.parts if p.unit == "USD per device-hour"))


def line(result: CandidateResult, item: str) -> CostItem:
    return next(i for i in result.money.items if i.item == item)


def test_one_machine_with_enough_devices_wins_over_two_small_ones() -> None:
    rows = [offer("one", 1, 1.0), offer("four", 4, 3.5), offer("eight", 8, 9.0)]
    assert cheapest_whole(rows, 3) == (rows[1], 1)
    assert cheapest_whole(rows, 1) == (rows[0], 1)
    assert cheapest_whole(rows, 20) == (rows[2], 3)


def test_a_bigger_instance_is_taken_when_it_is_cheaper() -> None:
    rows = [offer("four", 4, 5.0), offer("eight", 8, 4.0)]
    assert cheapest_whole(rows, 4)[0].instance_type == "eight"


def test_only_joint_rows_are_offered() -> None:
    rows = [offer("one", 1, 1.0), offer("cheap", 1, 0.4, "spot")]
    assert offers(rows, "aws", "r1", "L4", "on_demand") == [rows[0]]
    assert offers(rows, "aws", "r2", "L4", "on_demand") == []
    assert offers(rows, "gcp", "r1", "L4", "on_demand") == []


def test_the_error_names_what_is_offered_instead() -> None:
    rows = [offer("cheap", 1, 0.4, "spot")]
    text = str(not_offered(rows, "aws", "r1", "L4", "on_demand"))
    assert "L4 is not offered by aws in r1 (on_demand)" in text
    assert "spot" in text


def test_a_missing_price_is_an_error(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    inputs = support_tickets.replace("compute.accelerator", "TPU-v5e")
    with pytest.raises(PriceNotFoundError, match="TPU-v5e is not offered by aws"):
        evaluate(inputs, evidence, n_draws=SMALL)


def test_training_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """Three L40S on AWS: a whole g6e.12xlarge with four; hours x 4 / 3 x price / 4."""
    inputs = support_tickets.replace("compute.n_devices", 3)
    result = row(inputs, evidence, "full_finetune")
    book = [
        r
        for r in evidence.prices
        if (r.provider, r.region, r.accelerator, r.purchase_option)
        == ("aws", "us-east-1", "L40S", "on_demand")
        and r.accelerator_count >= 3
    ]
    cheapest = min(book, key=lambda r: r.usd_per_instance_hour)
    item = line(result, "training_compute")
    used = result.compute.device_hours_draws[0]
    assert item.quantity_draws[0] == pytest.approx(used * cheapest.accelerator_count / 3, rel=1e-5)
    assert item.unit_price_usd_draws[0] == pytest.approx(
        cheapest.usd_per_instance_hour / cheapest.accelerator_count, rel=1e-5
    )
    assert cheapest.instance_type in item.note
    assert f"{cheapest.accelerator_count:g} devices billed for 3 used" in item.note


def test_discount_lowers_the_listed_price(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    listed = row(support_tickets, evidence, "full_finetune").money.usd_per_device_hour
    cut = support_tickets.replace("finance.discounts", {"aws": 0.25})
    other = support_tickets.replace("finance.discounts", {"gcp": 0.25})
    assert listed is not None
    assert row(cut, evidence, "full_finetune").money.usd_per_device_hour == pytest.approx(
        0.75 * listed
    )
    assert row(other, evidence, "full_finetune").money.usd_per_device_hour == listed


def test_a_typed_price_is_final(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    listed = row(support_tickets, evidence, "full_finetune")
    same = support_tickets.replace("compute.usd_per_device_hour", listed.money.usd_per_device_hour)
    typed = row(same, evidence, "full_finetune")
    assert typed.money.total_draws[0] == pytest.approx(listed.money.total_draws[0], abs=0.02)
    cut = row(same.replace("finance.discounts", {"aws": 0.5}), evidence, "full_finetune")
    assert cut.money.usd_per_device_hour == listed.money.usd_per_device_hour
    assert price_basis(line(cut, "training_compute")) == "typed"


def test_a_typed_price_helps_where_nothing_is_offered(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    inputs = support_tickets.replace("compute.accelerator", "TPU-v5e")
    result = row(inputs.replace("compute.usd_per_device_hour", 1.2), evidence, "full_finetune")
    assert line(result, "training_compute").unit_price_usd_draws[0] == 1.2


def test_a_commitment_is_paid_for_its_whole_term(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    inputs = (
        support_tickets.replace("compute.provider", "gcp")
        .replace("compute.region", "us-central1")
        .replace("compute.accelerator", "L4")
        .replace("compute.purchase_option", "committed_1y")
    )
    result = row(inputs, evidence, "full_finetune")
    item, unused = line(result, "training_compute"), line(result, "commitment_unused")
    standby = line(result, "development_machine")
    hours = sum(i.quantity_draws[0] for i in (item, standby, unused))
    assert hours == pytest.approx(8760.0, rel=2e-5)
    assert unused.unit_price_usd_draws[0] == item.unit_price_usd_draws[0]
    on_demand = row(inputs.replace("compute.purchase_option", "on_demand"), evidence, "lora")
    assert item.unit_price_usd_draws[0] < on_demand.money.usd_per_device_hour


def test_commitment_break_even_hours() -> None:
    assert commitment_break_even_hours(2.0, 1.0) == 4380.0
    assert commitment_break_even_hours(2.0, 2.5) is None


def test_own_hour_by_hand() -> None:
    """8 x 8760 x 0.5 = 35,040 used hours a year."""
    hour = own_hour(HARDWARE, pue=1.5, space_usd_per_kw_month=200.0)
    assert hour.depreciation_usd == pytest.approx(225_000 / 4 / 35_040)
    assert hour.energy_usd == pytest.approx(10 * 1.5 * 0.12 / 8)
    assert hour.space_usd == pytest.approx(10 * 200 * 12 / 35_040)
    assert hour.staff_usd == 0.0
    assert round(hour.total_usd, 4) == 2.5152


def test_break_even_against_renting_by_hand() -> None:
    """Fixed 4,687.50 + 2,000 a month; each hour saves 3.225 of 3.45 USD: 2,073.64 hours."""
    hours = break_even_hours_per_month(HARDWARE, 3.45, pue=1.5, space_usd_per_kw_month=200.0)
    assert hours == pytest.approx(6687.5 / 3.225)
    assert break_even_hours_per_month(HARDWARE, 0.2, 1.5, 200.0) is None
    assert break_even_hours_per_month(HARDWARE, 0.3, 1.5, 200.0) is None


def test_depreciation_is_straight_and_ends_at_the_rest_value() -> None:
    rows = depreciation_schedule(HARDWARE)
    assert [r[0] for r in rows] == [1, 2, 3, 4]
    assert all(r[1] == pytest.approx(56_250.0) for r in rows)
    assert rows[-1][2] == pytest.approx(25_000.0)
    half = depreciation_schedule(dataclasses.replace(HARDWARE, life_years=2.5))
    assert sum(r[1] for r in half) == pytest.approx(225_000.0)
    assert len(half) == 3


def test_every_accelerator_and_region_offered_has_a_price(evidence: Evidence) -> None:
    for provider, regions in evidence.regions.items():
        for region in regions:
            here = [r for r in evidence.prices if (r.provider, r.region) == (provider, region)]
            assert here
            for r in here:
                assert r.usd_per_instance_hour > 0
                if r.accelerator_count >= 1:
                    found = offers(
                        evidence.prices, provider, region, r.accelerator, r.purchase_option
                    )
                    assert cheapest_whole(found, 1)[0].usd_per_instance_hour > 0


def test_a_price_known_to_have_changed_is_the_last_resort(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """us-east-1 lists H100 committed prices of before the cut of 2025 only."""
    inputs = support_tickets.replace("compute.accelerator", "H100-80GB")
    fresh = row(inputs, evidence, "full_finetune").money.extras["purchase"]
    assert "later cut" not in fresh
    book = [
        r
        for r in evidence.prices
        if (r.provider, r.region, r.accelerator) == ("aws", "us-east-1", "H100-80GB")
        and r.purchase_option == "committed_1y"
    ]
    if book and all(r.stale for r in book):
        old = inputs.replace("compute.purchase_option", "committed_1y")
        assert "later cut" in row(old, evidence, "full_finetune").money.extras["purchase"]


def test_a_typed_price_is_that_of_its_own_accelerator(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    inputs = support_tickets.replace("serving.requests_per_month", 5e7).replace(
        "compute.usd_per_device_hour", 1000.0
    )
    served = line(row(inputs, evidence, "full_finetune"), "serving_instances")
    assert served.unit_price_usd_draws[0] < 100.0
    trained = line(row(inputs, evidence, "full_finetune"), "training_compute")
    assert price_basis(trained) == "typed"


def test_a_row_of_the_own_book_is_typed(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    (own,), _ = parse_price_csv(template_csv())
    mine = evidence.with_prices((own,), template_csv())
    item = line(row(support_tickets, mine, "full_finetune"), "training_compute")
    assert item.unit_price_usd_draws[0] == own.usd_per_instance_hour
    assert price_basis(item) == "typed"


def test_nothing_leaves_a_cloud_that_is_not_rented(evidence: Evidence) -> None:
    from tests.conftest import load_preset

    found = {
        i.item for i in row(load_preset("high_security"), evidence, "full_finetune").money.items
    }
    assert {"training_own_depreciation", "training_own_energy", "training_own_space"} <= found
    assert "storage" in found
    assert not found & {"transfer", "training_compute", "serving_instances"}


def test_bill_page_command_and_api_name_the_same_cheapest_offer(
    support_tickets: ProjectInputs, evidence: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    from estimator.cli.main import main
    from estimator.report.first_screen import price_read

    c = support_tickets.compute
    ctx = Context(support_tickets, evidence, Assumptions(evidence.assumptions, {}), Draws(8, 0))
    for device, n in (("L40S", 1), ("L40S", 3), ("A100-80GB", 8)):
        found = cheapest_offer(evidence.prices, device, n, c.provider, c.region, c.purchase_option)
        assert found is not None
        sold, count = found
        rental = rent(ctx, device, n)
        assert (rental.row, rental.n_instances) == found
        place = ["--provider", c.provider, "--region", c.region, "--devices", str(n)]
        assert main(["prices", "cheapest", device, *place, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["usd_per_hour"] == pytest.approx(sold.usd_per_instance_hour * count, rel=1e-5)
        assert told["instance_type"] == sold.instance_type
        inputs = support_tickets.to_dict()
        shown = price_read(evidence.prices, inputs, {"accelerator": device, "n_devices": n})
        assert shown == sold.as_of


def test_the_cheapest_place_wins_and_a_price_known_to_be_old_does_not() -> None:
    row = offer("one", 1, 1.0)

    def at(region: str, usd: float, count: float = 1, stale: bool = False) -> PriceRow:
        return dataclasses.replace(
            row, region=region, accelerator_count=count, usd_per_instance_hour=usd, stale=stale
        )

    rows = [at("a", 3.0), at("b", 2.0), at("c", 1.0, stale=True), at("b", 9.0, count=8)]
    assert cheapest_offer(rows, row.accelerator) == (rows[1], 1)
    assert cheapest_offer(rows, row.accelerator, 4) == (rows[3], 1)
    assert cheapest_offer(rows, row.accelerator, region="c") == (rows[2], 1)
    assert cheapest_offer(rows, "T4") is None
