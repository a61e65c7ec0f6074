"""Laws of the bill for any numbers, and what every shipped scenario must keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.engine.groups import OwnHardware
from estimator.engine.money.finance import irr, npv
from estimator.engine.money.labelling import people_needed, tier_factor
from estimator.engine.money.lines import Bill, allocate_cents, every_month, printed
from estimator.engine.money.own_hardware import (
    break_even_hours_per_month,
    depreciation_schedule,
    own_hour,
)
from estimator.engine.money.serving import instance_hours
from estimator.engine.simulate import evaluate
from estimator.vocabulary import NO_LABELS_TASKS, UNLABELLED_TESTS, Phase
from tests.conftest import PRESETS, load_preset

if TYPE_CHECKING:
    from estimator.engine.results import CostItem
    from estimator.evidence.load import Evidence

SMALL = 64
MONEY = st.floats(0.01, 1e7)


def cents(item: CostItem) -> int:
    """Printed quantity x printed unit price of a line [cents]."""
    usd = float(item.quantity_draws[0]) * float(item.unit_price_usd_draws[0])
    return round(round(usd, 2) * 100)


@given(st.integers(-(10**12), 10**12), st.integers(1, 60))
def test_cents_over_months_add_up(total: int, horizon: int) -> None:
    parts = allocate_cents(total, every_month(horizon))
    assert int(parts.sum()) == total
    assert int(parts[1:].max() - parts[1:].min()) <= 1


@given(
    st.lists(st.tuples(MONEY, MONEY, st.sampled_from(["one_off", "monthly"])), min_size=1),
    st.integers(1, 60),
    st.floats(0, 1),
)
def test_any_bill_adds_up_to_the_cent(
    lines: list[tuple[float, float, str]], horizon: int, rate: float
) -> None:
    bill = Bill(3, horizon)
    for i, (q, p, timing) in enumerate(lines):
        bill.add(f"l{i}", Phase.OTHER, q, "unit", p, timing=timing)
    sums = bill.sums(rate)
    by_hand = sum(cents(i) for i in bill.items)
    assert round(sums.total[0] * 100) == pytest.approx(by_hand, abs=1e-12 * by_hand + 0.5)
    flow = sum(round(x * 100) for x in sums.cash_flow_base)
    assert flow == pytest.approx(by_hand, abs=4e-16 * by_hand + 0.5)
    assert sums.npv[0] <= sums.total[0] * (1 + 1e-12) + 0.01
    assert bill.sums(0.0).npv[0] == bill.sums(0.0).total[0]


@given(MONEY, st.floats(0.01, 100))
def test_a_line_is_linear_in_its_price(price: float, factor: float) -> None:
    one, other = Bill(2, 12), Bill(2, 12)
    one.add("x", Phase.OTHER, 7.0, "unit", np.array([price, price]))
    other.add("x", Phase.OTHER, 7.0, "unit", np.array([1, 1]) * price * factor)
    assert other.usd[0][1] == pytest.approx(factor * one.usd[0][1], rel=1e-12)


@given(st.floats(1e-9, 1e15))
def test_printing_twice_changes_nothing(x: float) -> None:
    assert printed(printed(x)) == printed(x)
    assert printed(x) == pytest.approx(x, rel=5e-6)


@given(st.floats(10, 1e6), st.lists(st.floats(1, 1e5), min_size=1, max_size=60))
def test_npv_at_the_irr_is_zero(first: float, gains: list[float]) -> None:
    flows = [-first, *gains]
    rate = irr(flows)
    if rate is not None and -0.9 < rate < 1e3:
        assert npv(flows, rate) == pytest.approx(0.0, abs=1e-6 * (first + sum(gains)))


@given(st.floats(1, 1e7), st.floats(1, 1e6), st.floats(0.1, 1))
def test_a_tier_never_raises_the_bill_per_label(n: float, limit: float, factor: float) -> None:
    assert factor <= tier_factor(n, limit, factor) <= 1
    assert tier_factor(2 * n, limit, factor) <= tier_factor(n, limit, factor) + 1e-12


@given(st.floats(0.1, 1e6), st.floats(0.1, 100), st.floats(1, 60))
def test_enough_people_and_not_one_too_many(hours: float, weeks: float, per_week: float) -> None:
    n = people_needed(hours, weeks, per_week)
    assert n * weeks * per_week >= hours * (1 - 1e-6)
    assert (n - 1) * weeks * per_week < hours * (1 + 1e-6)


@given(
    st.floats(1e3, 1e7),
    st.floats(0.5, 10),
    st.floats(0, 0.9),
    st.floats(0.01, 1),
    st.integers(1, 64),
)
def test_buying_breaks_even_where_both_cost_the_same(
    capex: float, life: float, rest: float, use: float, count: int
) -> None:
    hw = OwnHardware("H100-80GB", count, capex, life, rest, 0.7 * count, 0.12, use, 0.0)
    hours = break_even_hours_per_month(hw, 3.0, 1.5, 150.0)
    years = depreciation_schedule(hw)
    assert years[-1][2] == pytest.approx(capex * rest, rel=1e-9, abs=1e-6)
    if hours is not None:
        share = hours / (count * 730.0)
        if share >= 0.001:
            at = OwnHardware("H100-80GB", count, capex, life, rest, 0.7 * count, 0.12, share, 0.0)
            assert own_hour(at, 1.5, 150.0).total_usd == pytest.approx(3.0, rel=1e-9)


@given(st.floats(0, 1e9), st.floats(1e-6, 100), st.floats(0.05, 1))
def test_more_requests_never_need_fewer_hours(n: float, seconds: float, load: float) -> None:
    for batch in (None, (30.0, 0.25)):
        few = float(instance_hours(n, seconds, load, 0.0, batch))
        many = float(instance_hours(2 * n + 1, seconds, load, 0.0, batch))
        assert 0 < few <= many


@pytest.mark.parametrize("name", PRESETS)
def test_every_quoted_price_can_be_bought(name: str, evidence: Evidence) -> None:
    inputs = load_preset(name)
    c = inputs.compute
    discount = inputs.finance.discounts.get(c.provider, 0.0)
    if c.provider == "own" or c.usd_per_device_hour is not None:
        return
    here = [r for r in evidence.prices if (r.provider, r.region) == (c.provider, c.region)]
    for result in evaluate(inputs, evidence, n_draws=SMALL).results:
        for item in result.money.items:
            if item.item not in ("training_compute", "retraining_compute", "serving_instances"):
                continue
            sold = {
                printed(r.usd_per_instance_hour / r.accelerator_count * (1 - discount))
                for r in here
                if r.instance_type in item.note
            }
            assert item.unit_price_usd_draws[0] in sold, (result.candidate.key, item.item)


@pytest.mark.parametrize("name", PRESETS)
def test_lines_of_every_scenario(name: str, evidence: Evidence) -> None:
    inputs = load_preset(name)
    for result in evaluate(inputs, evidence, n_draws=SMALL).results:
        money = result.money
        names = [i.item for i in money.items]
        assert len(names) == len(set(names))
        assert {"people_integration", "people_governance"} <= set(names)
        tested = bool({"evaluation_set", "evaluation_check"} & set(names))
        assert tested == (inputs.task not in NO_LABELS_TASKS | UNLABELLED_TESTS)
        assert {"upkeep", "storage"} <= set(names)
        for item in money.items:
            assert item.unit, item.item
            assert item.source_id or item.basis == "typed", item.item
            assert sum(item.months) == pytest.approx(1.0)
            assert np.all(item.quantity_draws >= 0), item.item
            assert np.all(item.unit_price_usd_draws >= 0), item.item
            assert item.usd_draws[0] > 0 or item.quantity_draws[0] == 0 or cents(item) == 0
        assert round(sum(money.cash_flow_base_usd), 2) == pytest.approx(
            money.total_draws[0], abs=0.005
        )
        assert 0 <= money.assumed_share <= 1
