"""The people around a model and the machine that waits for them: lines by hand, or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.money.users import unseen_errors
from tests.unit.money_rows import lines, row, usd, with_assumptions

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence


def test_users_are_shown_how(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """25 people x 2 hours at 40 USD an hour."""
    inputs = support_tickets.replace("people.users", 25).replace(
        "people.usd_per_week", {"labeller": 1600.0}
    )
    assert usd(row(inputs, evidence), "people_user_training") == pytest.approx(2000.0)
    nobody = row(support_tickets.replace("people.users", 0), evidence)
    assert "people_user_training" not in lines(nobody)


def test_a_machine_stands_by_while_somebody_works_on_the_model(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """8 person-weeks x 25 % modelling x 40 h x half of them at 2 USD: 80 USD."""
    inputs = with_assumptions(
        support_tickets.replace("compute.usd_per_device_hour", 2.0),
        people__adaptation_weeks=8.0,
        compute__standby_share=0.5,
    )
    found = row(inputs, evidence)
    line = lines(found)["development_machine"]
    assert line.quantity_draws[0] == pytest.approx(40.0)
    assert usd(found, "development_machine") == pytest.approx(80.0)
    assert "compute.standby_share" in line.assumption_ids
    hosted = row(inputs, evidence, "zero_shot")
    assert "development_machine" not in lines(hosted)


def test_a_lean_project_skips_both_and_says_so(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    lean = lines(row(support_tickets.replace("people.effort", "lean"), evidence))
    assert not {"people_user_training", "development_machine"} & lean.keys()
    assert "nobody is shown how" in lean["people_integration"].note
    assert "no machine stands by" in lean["people_modelling"].note
    named = support_tickets.replace("people.effort", "lean").replace("people.users", 5)
    assert "people_user_training" in lines(row(named, evidence))


def test_people_check_the_answers_a_model_is_unsure_of(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """1,000 requests a month x 36 x 10 % x 90 s x 1.25 at 40 USD an hour: 90 hours, 4,500 USD."""
    inputs = with_assumptions(
        support_tickets.replace("serving.requests_per_month", 1000.0)
        .replace("serving.review_share", 0.1)
        .replace("people.usd_per_week", {"labeller": 1600.0}),
        labelling__text_scale=90.0,
        labelling__text_power=0.0,
        labelling__in_house_overhead=1.25,
    )
    found = row(inputs, evidence)
    assert lines(found)["human_review"].quantity_draws[0] == pytest.approx(90.0)
    assert usd(found, "human_review") == pytest.approx(4500.0)
    assert "unchecked" not in lines(found)["upkeep"].note
    plain = lines(row(support_tickets, evidence))
    assert "human_review" not in plain
    assert "unchecked" in plain["upkeep"].note


def test_checked_errors_cost_nothing(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """Value of a month = requests x cost of an error x errors that are no longer made."""
    inputs = support_tickets.replace("value.cost_per_error_usd", 2.0)
    inputs = inputs.replace("finance.discount_rate", 0.0).replace("value.ramp_months", 0.0)
    before = row(inputs, evidence)
    after = row(inputs.replace("serving.review_share", 0.2), evidence)
    assert before.accuracy.draws is not None
    wrong = 1.0 - before.accuracy.draws
    found = wrong - np.maximum(wrong * 0.8**3, np.maximum(wrong - 0.2, 0.0))
    gain = 36 * 100_000 * 2.0 * found
    spent = after.money.total_draws - before.money.total_draws
    np.testing.assert_allclose(
        after.money.net_value_draws - before.money.net_value_draws, gain - spent, rtol=1e-6
    )


def test_no_more_errors_are_found_than_answers_checked() -> None:
    wrong = np.array([0.0, 0.05, 0.4])
    assert unseen_errors(wrong, 0.1, 1.0) == pytest.approx(wrong * 0.9)
    assert unseen_errors(wrong, 0.1, 50.0) == pytest.approx([0.0, 0.05 * 0.9**50, 0.3])
    assert unseen_errors(wrong, 1.0, 3.0) == pytest.approx([0.0, 0.0, 0.0])
