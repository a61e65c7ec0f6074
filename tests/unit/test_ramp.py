"""The first months in use earn less than the later ones, everywhere by the same rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.loss import make_loss
from estimator.engine.ramp import RAMP, months_earned, months_until_earned
from estimator.engine.simulate import quick_comparison
from tests.unit.money_rows import row

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence


def test_value_grows_in_a_straight_line() -> None:
    """Over 4 months: 1/8 of a month is earned in the first, half a ramp is lost in the end."""
    assert months_earned(1.0, 4.0) == pytest.approx(0.125)
    assert months_earned(np.array([0.0, 4.0, 10.0]), 4.0) == pytest.approx([0.0, 2.0, 8.0])
    assert months_earned(7.0, 0.0) == pytest.approx(7.0)


@pytest.mark.parametrize(("usd", "ramp"), [(10_000.0, 0.0), (10_000.0, 6.0), (300_000.0, 3.0)])
def test_paid_back_when_what_was_earned_covers_it(usd: float, ramp: float) -> None:
    t = months_until_earned(usd, 9000.0, 1000.0, ramp)
    assert t is not None
    assert 9000.0 * float(months_earned(t, ramp)) - 1000.0 * t == pytest.approx(usd)
    assert months_until_earned(usd, 900.0, 1000.0, ramp) is None


def test_left_open_the_ramp_is_the_assumed_one(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    judged = Assumptions(evidence.assumptions, {})
    for typed, wanted in ((None, judged.value(RAMP)), (0.0, 0.0), (6.0, 6.0)):
        inputs = support_tickets.replace("value.ramp_months", typed)
        loss = make_loss(inputs, judged, "accuracy", 0.9, 1000.0)
        assert loss.ramp_months == wanted
        left = 36.0 - 13.0 / (52 / 12)
        assert loss.months(np.ones(1), 13.0) == pytest.approx([left - wanted / 2])


def test_a_longer_ramp_takes_its_months_off_net_value_and_saving(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """6 months instead of none cost 3 months of a value of 20,000, in draws that reach it."""
    plain = support_tickets.replace("target.value", 0.5).replace("finance.discount_rate", 0.0)
    paid = plain.replace("value.today_usd_per_month", 20_000.0)
    at_once = row(paid.replace("value.ramp_months", 0.0), evidence).money
    later = row(paid.replace("value.ramp_months", 6.0), evidence).money
    lost = at_once.net_value_draws - later.net_value_draws
    reached = lost > 0
    assert reached[1:].mean() > 0.5
    assert lost[reached] == pytest.approx(np.full(reached.sum(), 60_000.0))
    assert (lost[~reached] == 0).all()
    assert later.extras["payback_months"] > at_once.extras["payback_months"]
    assert (later.total_draws == at_once.total_draws).all()


def test_the_sentence_about_today_says_the_ramp(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    paid = support_tickets.replace("value.today_usd_per_month", 20_000.0).replace("draws", 256)
    found = {}
    for months in (0.0, 12.0):
        answer = quick_comparison(paid.replace("value.ramp_months", months), evidence).to_dict()
        found[months] = answer["recommendation"]["as_today"]
    saved = {m: {k: v["mean"] for k, v in f["saving_usd"].items()} for m, f in found.items()}
    assert found[12.0]["ramp_months"] == 12.0
    assert all(saved[12.0][k] <= saved[0.0][k] for k in saved[0.0])
    assert any(saved[12.0][k] < saved[0.0][k] - 1000 for k in saved[0.0])
