"""Labels, people and the calendar against hand-worked figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.money.labelling import evaluation_size, people_needed, tier_factor
from estimator.engine.money.switches import SWITCH_FIELDS, SWITCHES
from estimator.engine.simulate import evaluate
from estimator.errors import InputError
from estimator.vocabulary import LabellingSource

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.results import CandidateResult, CostItem
    from estimator.evidence.load import Evidence

SMALL = 64


def row(inputs: ProjectInputs, evidence: Evidence, key: str = "full_finetune") -> CandidateResult:
    found = evaluate(inputs, evidence, n_draws=SMALL).results
    return next(r for r in found if r.candidate.key == key)


def lines(result: CandidateResult) -> dict[str, CostItem]:
    return {i.item: i for i in result.money.items}


def usd(result: CandidateResult, item: str) -> float:
    return float(lines(result)[item].usd_draws[0])


def total(result: CandidateResult) -> float:
    return float(result.money.total_draws[0])


@pytest.fixture(scope="module")
def typed(evidence: Evidence) -> CandidateResult:
    """1,000 tickets, three answers each at 0.08 USD, a tenth reviewed, 500 test tickets."""
    from tests.conftest import load_preset

    inputs = load_preset("support_tickets").replace("labelling.usd_per_label", 0.08)
    fixed = {
        "labelling.review_price_factor": 0.5,
        "labelling.disagreement_share": 0.1,
        "labelling.adjudication_price_factor": 2.0,
        "labelling.pilot_items": 100,
        "labelling.crowd_fee": 0.2,
    }
    return row(inputs.replace("assumptions", fixed), evidence)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("labelling", 1000 * 3 * 0.08),
        ("labelling_review", 1000 * 0.1 * 0.5 * 0.08),
        ("labelling_adjudication", 1000 * 0.1 * 2.0 * 0.08),
        ("labelling_pilot_round", 100 * 3 * 0.08),
        ("evaluation_set", 500 * 3 * 0.08),
    ],
)
def test_labelling_by_hand(typed: CandidateResult, item: str, expected: float) -> None:
    assert usd(typed, item) == round(expected, 2)


def test_labels_are_counted_in_answers(typed: CandidateResult) -> None:
    item = lines(typed)["labelling"]
    assert (item.quantity_draws[0], item.unit, item.basis) == (3000.0, "label", "typed")


def test_the_platform_takes_its_share_of_every_reward(typed: CandidateResult) -> None:
    rewards = (240.0, 4.0, 16.0, 24.0, 120.0)
    assert usd(typed, "labelling_platform_fee") == pytest.approx(0.2 * sum(rewards), abs=0.005)


def test_tiers_by_hand() -> None:
    """60,000 labels, the last 10,000 at half price: mean of 55,000 / 60,000."""
    assert tier_factor(50_000, 50_000, 0.5) == 1.0
    assert tier_factor(60_000, 50_000, 0.5) == pytest.approx(55 / 60)
    assert tier_factor(0, 50_000, 0.5) == 1.0


def test_tiers_apply_to_listed_prices_only(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    many = support_tickets.replace("n_labelled_to_buy", 100_000)
    listed = lines(row(many, evidence))["labelling"].unit_price_usd_draws[0]
    one = lines(row(support_tickets, evidence))["labelling"].unit_price_usd_draws[0]
    assert listed < one
    own = lines(row(many.replace("labelling.usd_per_label", 0.1), evidence))["labelling"]
    assert own.unit_price_usd_draws[0] == 0.1


def test_people_for_a_deadline_by_hand() -> None:
    assert people_needed(100, weeks=2, hours_per_week=20) == 3
    assert people_needed(80, weeks=2, hours_per_week=20) == 2


def test_evaluation_size_by_hand() -> None:
    """1.96^2 x 0.9 x 0.1 / 0.02^2 = 864.3."""
    assert evaluation_size(0.9, 0.02) == 865
    assert evaluation_size(0.5, 0.05) == 385


def test_an_expert_label_is_dear(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    price = {
        source: lines(row(support_tickets.replace("labelling.source", source), evidence))[
            "evaluation_set"
        ].unit_price_usd_draws[0]
        for source in LabellingSource
        if source is not LabellingSource.OWN
    }
    assert price["expert"] >= 10 * price["crowd"]
    assert price["model_assisted"] < price["in_house"]
    assert min(price.values()) > 0


def test_own_labels_are_free_but_not_unchecked(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    result = row(support_tickets.replace("labelling.source", "own"), evidence)
    assert "labelling" not in lines(result)
    assert usd(result, "labelling_check") == pytest.approx(2 * usd(result, "evaluation_check"))
    assert not {"evaluation_set", "relabelling"} & set(lines(result))
    assert result.money.usd_per_labelled_example is None


def test_labels_that_come_by_themselves_cost_nothing_at_retraining(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    found = lines(row(support_tickets.replace("labelling.labels_come_free", True), evidence))
    assert "relabelling" not in found
    assert found["retraining_people"].usd_draws[0] > 0


def test_only_what_was_bought_is_labelled_again(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    """1,000 bought beside 9,000 owned: a tenth of the 1,000, three answers, two retrainings."""
    owned = row(support_tickets.replace("n_labelled_available", 9000), evidence)
    assert lines(owned)["relabelling"].quantity_draws[0] == 600.0


def test_drafts_of_labels_are_paid(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    result = row(support_tickets.replace("labelling.source", "model_assisted"), evidence)
    assert lines(result)["pre_labelling"].quantity_draws[0] == 1500.0
    assert any("API" in place for place in result.money.data_goes_to)


def test_every_approach_pays_the_evaluation_set(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    found = evaluate(support_tickets, evidence, n_draws=SMALL).results
    paid = [i.usd_draws[0] for r in found for i in r.money.items if i.item == "evaluation_set"]
    assert len(paid) == 10
    assert min(paid) > 0
    zero_shot = next(r for r in found if r.candidate.key == "zero_shot")
    assert "labelling" not in lines(zero_shot)


def test_people_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """A week of 4,000 USD at factor 1.5; scoping is 0.1 of 7 weeks."""
    inputs = (
        support_tickets.replace("people.usd_per_week", {"project_lead": 4000.0})
        .replace("people.wage_factor", 1.5)
        .replace(
            "assumptions",
            {"people.adaptation_weeks": 7, "people.share.scoping": 0.1},
        )
    )
    assert usd(row(inputs, evidence), "people_scoping") == 4200.0


def test_published_wage_by_hand(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    """104,420 USD a year x 1.4234 / 44.7 weeks = 3,325.09 USD a week."""
    item = lines(row(support_tickets, evidence))["people_scoping"]
    assert item.unit_price_usd_draws[0] == 3325.09


def test_wages_fall_from_country_to_country(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    cost = [
        float(row(support_tickets.replace("people.location", c), evidence).money.one_off_draws[0])
        for c in ("US", "Germany", "India")
    ]
    assert cost == sorted(cost, reverse=True)
    with pytest.raises(InputError, match="Atlantis"):
        evaluate(support_tickets.replace("people.location", "Atlantis"), evidence, n_draws=SMALL)


def test_a_partner_costs_his_day_rate(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    inputs = support_tickets.replace("people.partner_usd_per_day", 900.0)
    found = lines(row(inputs, evidence))
    assert found["people_scoping"].unit_price_usd_draws[0] == 4500.0
    assert "partner" in found["people_scoping"].note


def test_automation_saves_modelling_only(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    by_hand, auto = (
        lines(row(support_tickets.replace("people.automation", x), evidence)) for x in (False, True)
    )
    assert auto["people_modelling"].quantity_draws[0] == pytest.approx(
        0.5 * by_hand["people_modelling"].quantity_draws[0], rel=1e-5
    )
    assert (
        auto["people_integration"].quantity_draws[0]
        == by_hand["people_integration"].quantity_draws[0]
    )


def test_the_calendar_is_a_plan_without_gaps(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    for result in evaluate(support_tickets, evidence, n_draws=SMALL).results:
        ends = np.array([t.start_weeks_draws + t.weeks_draws for t in result.money.calendar])
        np.testing.assert_allclose(ends.max(axis=0), result.money.calendar_weeks_draws)
        assert all(np.all(t.weeks_draws >= 0) for t in result.money.calendar)
        starts = {t.name: t.start_weeks_draws for t in result.money.calendar}
        assert np.all(starts["Evaluation"] >= starts["Modelling"])
        assert np.all(starts["Scoping"] == 0)


def test_one_person_needs_longer_than_three(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    weeks = [
        float(
            row(support_tickets.replace("people.team", n), evidence).money.calendar_weeks_draws[0]
        )
        for n in (1, 2, 3)
    ]
    assert weeks == sorted(weeks, reverse=True)
    assert weeks[0] > weeks[1]


def test_a_sensitive_domain_adds_an_audit_in_money_and_days(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    plain = row(support_tickets, evidence)
    audited = row(support_tickets.replace("limits.sensitive_domain", True), evidence)
    assert lines(audited)["bias_audit"].unit == "person-day"
    assert usd(audited, "bias_audit_review") > 0
    assert total(audited) > total(plain)
    assert "Bias audit" in {t.name for t in audited.money.calendar}


@pytest.mark.parametrize("item", sorted(SWITCHES))
def test_a_line_can_be_switched_off(item: str, evidence: Evidence) -> None:
    from tests.conftest import load_preset

    assert evidence.assumptions[SWITCHES[item]].allowed_low == 0
    inputs = load_preset("support_tickets").replace("limits.sensitive_domain", True)
    if item == "collection":
        inputs = inputs.replace("n_unlabelled_available", 0)
    if item == "labelling_tool":
        inputs = inputs.replace("labelling.source", "in_house")
    if item == "labelling_audit":
        inputs = inputs.replace("labelling.source", "model")
    if item == "labelling_minimum_order":
        inputs = inputs.replace("labelling.source", "vendor").replace("n_labelled_to_buy", 10)
    if item == "people_operations":
        inputs = inputs.replace("compute.n_devices", 16)
    before = row(inputs, evidence)
    after = row(inputs.replace(f"assumptions.{SWITCHES[item]}", 0.0), evidence)
    assert usd(before, item) > 0
    assert item not in lines(after)
    assert total(after) < total(before)
    left_out = {"labelling_review", "labelling_adjudication", "labelling_pilot_round"}
    left_out |= {"labelling_platform_fee"}  # also on what is labelled while the model is in use
    if item not in left_out:
        told = before.money.extras["switches"][item]["total_without_usd"]
        assert total(after) == pytest.approx(told, rel=2e-5)


@pytest.mark.parametrize("item", sorted(SWITCH_FIELDS))
def test_a_line_can_be_switched_off_by_its_field(item: str, evidence: Evidence) -> None:
    from tests.conftest import load_preset

    inputs = load_preset("support_tickets").replace("finance.tax_rate", 0.19)
    inputs = inputs.replace("serving.review_share", 0.05)
    path, value = SWITCH_FIELDS[item]
    assert item in lines(row(inputs, evidence))
    assert item not in lines(row(inputs.replace(path, value), evidence))
