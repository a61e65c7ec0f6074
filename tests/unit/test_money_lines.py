"""Lines, cents, present values and the arithmetic of finance against hand-worked figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.money.finance import (
    irr,
    latest_rate,
    npv,
    payback_months,
    to_currency,
)
from estimator.engine.money.lines import (
    Bill,
    allocate_cents,
    at_months,
    discount_factors,
    every_month,
    once,
    printed,
)
from estimator.engine.simulate import evaluate
from estimator.errors import InputError
from estimator.vocabulary import Phase

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence

SIZE = 5
FED = "federal-reserve-g-5-monthly-exchange-rates"


def bill(horizon: int = 12) -> Bill:
    return Bill(SIZE, horizon)


def yearly(flows: list[float]) -> list[float]:
    """Flows at the ends of years as a list of months."""
    out = [flows[0]]
    for flow in flows[1:]:
        out += [0.0] * 11 + [flow]
    return out


def test_a_line_is_printed_quantity_times_printed_price_to_the_cent() -> None:
    b = bill()
    b.add("labelling", Phase.LABELLING, 3000.0, "label", 0.0333333333)
    (item,) = b.items
    assert item.quantity_draws[0] == 3000
    assert item.unit_price_usd_draws[0] == 0.0333333
    assert round(item.quantity_draws[0] * item.unit_price_usd_draws[0], 2) == 100.0
    assert item.usd_draws[0] == 100.0


def test_only_the_base_case_is_rounded() -> None:
    b = bill()
    q = np.array([1.23456789, 2.0, 1.23456789, 4.0, 5.0])
    b.add("x", Phase.OTHER, q, "unit", 1000.0)
    assert b.items[0].quantity_draws[0] == 1.23457
    assert b.items[0].quantity_draws[2] == 1.23456789
    assert q[0] == 1.23456789
    assert b.usd[0][0] == 1234.57
    assert b.usd[0][2] == pytest.approx(1234.56789)


@pytest.mark.parametrize(("quantity", "price"), [(0.0, 5.0), (5.0, 0.0)])
def test_a_free_line_is_left_out(quantity: float, price: float) -> None:
    b = bill()
    b.add("x", Phase.OTHER, quantity, "unit", price)
    assert b.items == []


def test_a_line_that_is_free_in_the_base_case_only_stays() -> None:
    b = bill()
    b.add("x", Phase.OTHER, np.array([0.0, 1, 0, 0, 0]), "unit", 2.0)
    assert len(b.items) == 1


def test_cents_are_split_by_largest_remainder() -> None:
    assert allocate_cents(100, (0.0, 1 / 3, 1 / 3, 1 / 3)).tolist() == [0, 34, 33, 33]
    assert allocate_cents(-100, (0.0, 1 / 3, 1 / 3, 1 / 3)).tolist() == [0, -34, -33, -33]
    assert allocate_cents(7, at_months(12, (12,))).tolist() == [0] * 12 + [7]


@pytest.mark.parametrize("cents", [0, 1, 59, 60, 61, 12_345_678_901])
def test_split_cents_add_up(cents: int) -> None:
    assert int(allocate_cents(cents, every_month(60)).sum()) == cents


def test_shares_of_months_sum_to_one() -> None:
    for shares in (once(36), every_month(36), at_months(36, (12, 24))):
        assert len(shares) == 37
        assert sum(shares) == pytest.approx(1.0)
    assert once(36)[0] == 1.0
    assert every_month(36)[0] == 0.0


def test_sums_of_a_small_bill_by_hand() -> None:
    b = bill(horizon=12)
    b.add("labelling", Phase.LABELLING, 3000.0, "label", 0.08)
    b.add("serving", Phase.RUNNING, 8760.0, "hour", 0.5, timing="monthly")
    sums = b.sums(0.12)
    assert sums.one_off[0] == 240.0
    assert sums.total[0] == 240.0 + 4380.0
    assert sums.by_phase[Phase.RUNNING][0] == 4380.0
    assert sums.cash_flow_base == (240.0, *([365.0] * 12))
    by_hand = 240.0 + sum(365.0 * 1.12 ** (-t / 12) for t in range(1, 13))
    assert sums.npv[0] == pytest.approx(by_hand, abs=0.005)
    assert sums.npv[1] == pytest.approx(by_hand, rel=1e-12)
    assert b.sums(0.0).npv[0] == sums.total[0]


def test_npv_of_the_textbook_case() -> None:
    """Flows -1000, 500, 400, 300, 100 at 10 %: NPV 78.82, IRR 14.49 %."""
    flows = yearly([-1000, 500, 400, 300, 100])
    assert npv(flows, 0.10) == pytest.approx(78.82, abs=0.005)
    assert npv(flows, 0.0) == 300.0
    assert irr(flows) == pytest.approx(0.1449, abs=5e-5)


def test_irr_of_a_loan_and_of_flows_without_one() -> None:
    assert irr([-100.0, 110.0**1.0]) == pytest.approx(1.1**12 - 1, rel=1e-6)
    assert irr([-100.0, -10.0]) is None
    assert irr([100.0, 10.0]) is None
    assert irr([-100.0, 300.0, -200.0]) is None


def test_payback_within_a_month() -> None:
    assert payback_months([-100.0, 40.0, 40.0, 40.0]) == pytest.approx(2.5)
    assert payback_months([-100.0, 1.0]) is None


def test_one_dollar_in_a_year_is_worth_the_rate_less() -> None:
    assert discount_factors(0.25, 12)[12] == pytest.approx(0.8)
    assert discount_factors(0.25, 12)[0] == 1.0


def test_an_amount_in_another_currency() -> None:
    assert to_currency(107.63, 1.0763) == pytest.approx(100.0)


def test_newest_published_rate_by_hand(evidence: Evidence) -> None:
    rows = evidence.table("fx").to_dict("records")
    assert latest_rate(rows, "EUR") == (1.0763, "2024-06", FED)
    assert latest_rate(rows, "INR") == (pytest.approx(1 / 83.46), "2024-06", FED)
    assert latest_rate(rows, "XXX") is None


def test_printed_keeps_six_digits() -> None:
    assert printed(123456789.0) == 123457000.0
    assert printed(0.000123456789) == 0.000123457
    assert printed(0.0) == 0.0


def test_a_currency_takes_its_newest_published_rate(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """157.86 yen a dollar: the total in yen is that many times the dollars; none known: refused."""
    unknown = support_tickets.replace("finance.usd_rate", None)
    yen = unknown.replace("finance.currency", "JPY")
    found = evaluate(yen, evidence, n_draws=64)
    assert found.inputs.finance.usd_rate == pytest.approx(1 / 157.86)
    money = found.results[0].money
    shown = money.extras["total_in_currency"]
    assert shown == pytest.approx(157.86 * money.total_draws[0], rel=1e-6)
    with pytest.raises(InputError, match=r"finance.usd_rate"):
        evaluate(unknown.replace("finance.currency", "ISK"), evidence, n_draws=64)
