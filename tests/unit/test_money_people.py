"""Person-weeks and calendar against hand-worked figures; the fit against the shipped judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.simulate import evaluate
from estimator.lab.money.effort_fit import (
    beside_retraining,
    efforts,
    fit_effort,
    left_out,
    spread_of,
    stated,
)

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

FIXED = {
    "people.adaptation_weeks": 10,
    "people.wait_weeks": 6,
    "people.team_power": 0.5,
    "people.usual_team": 4,
    "people.schedule_power": 0.5,
    "people.share.scoping": 0.2,
    "people.share.data_collection": 0.1,
    "people.share.data_cleaning": 0.1,
    "people.share.modelling": 0.3,
    "people.share.evaluation": 0.1,
    "people.share.integration": 0.2,
    "people.share.governance": 0,
    "people.share.compatibility": 0,
}
WEEK = 4000.0
ROLES = {
    "scoping": ("project_lead", 1.0),
    "data_collection": ("data_engineer", 2.0),
    "data_cleaning": ("data_engineer", 2.0),
    "modelling": ("ml_engineer", 3.0),
    "evaluation": ("data_scientist", 4.0),
    "integration": ("software_engineer", 5.0),
}
"""Who does a phase and, in this test, how many thousand USD a week he costs."""


@pytest.fixture(scope="module")
def planned() -> ProjectInputs:
    from tests.conftest import load_preset

    wages = {role: 1000.0 * k for role, k in ROLES.values()}
    return (
        load_preset("support_tickets")
        .replace("assumptions", FIXED)
        .replace("people.usd_per_week", wages)
        .replace("n_labelled_to_buy", 0)
        .replace("n_evaluation", 0)
    )


def row(inputs: ProjectInputs, evidence: Evidence, key: str = "lora") -> CandidateResult:
    found = evaluate(inputs, evidence, n_draws=64).results
    return next(r for r in found if r.candidate.key == key)


def weeks_of(result: CandidateResult) -> dict[str, float]:
    return {
        i.item.removeprefix("people_"): float(i.quantity_draws[0])
        for i in result.money.items
        if i.item.startswith("people_") and i.unit == "person-week"
    }


def calendar(result: CandidateResult) -> float:
    """The plan without its training runs, which these tests do not fix [weeks]."""
    runs = [t.weeks_draws[0] for t in result.money.calendar if t.name == "Training runs"]
    return float(result.money.calendar_weeks_draws[0] - sum(runs))


@pytest.mark.parametrize("phase", ROLES)
def test_each_phase_is_paid_at_the_wage_of_its_own_role(
    phase: str, planned: ProjectInputs, evidence: Evidence
) -> None:
    """Ten weeks x the share of the phase x the thousands of its role."""
    item = next(i for i in row(planned, evidence).money.items if i.item == f"people_{phase}")
    share = FIXED[f"people.share.{phase}"]
    assert item.quantity_draws[0] == pytest.approx(10 * share)
    assert item.usd_draws[0] == pytest.approx(10 * share * 1000 * ROLES[phase][1])


def test_approaches_differ_in_data_and_modelling_only(
    planned: ProjectInputs, evidence: Evidence
) -> None:
    """From scratch: data work x 1.5, modelling x 2.8 of the adapted model's 2 and 3 weeks."""
    adapted, scratch = (weeks_of(row(planned, evidence, k)) for k in ("lora", "scratch"))
    assert scratch["modelling"] == pytest.approx(2.8 * adapted["modelling"])
    assert scratch["data_cleaning"] == pytest.approx(1.5 * adapted["data_cleaning"])
    for phase in ("scoping", "evaluation", "integration"):
        assert scratch[phase] == adapted[phase]


@pytest.mark.parametrize(("field", "value", "total"), [
    ("people.effort", "lean", 3.95),
    ("people.effort", "regulated", 27.1),
    ("people.integration", "platform", 8 + 2 * 0.267),
    ("people.integration", "by_hand", 8 + 2 * 6.02),
    ("limits.sensitive_domain", True, 22.0),
])  # fmt: skip
def test_care_and_firm_by_hand(
    field: str, value: object, total: float, planned: ProjectInputs, evidence: Evidence
) -> None:
    found = weeks_of(row(planned.replace(field, value), evidence))
    assert sum(found.values()) == pytest.approx(total, rel=1e-4)


@pytest.mark.parametrize(("team", "weeks"), [(1, 16.0), (4, 11.0), (25, 8.0), (None, 11.0)])
def test_calendar_is_waiting_and_work_over_the_root_of_the_team(
    team: int | None, weeks: float, planned: ProjectInputs, evidence: Evidence
) -> None:
    """6 + 10 / team^0.5; four people where none is stated and the work is the usual one."""
    assert calendar(row(planned.replace("people.team", team), evidence)) == pytest.approx(weeks)


def test_unstated_teams_grow_with_the_work(planned: ProjectInputs, evidence: Evidence) -> None:
    """12 weeks of waiting + 5 x 2.71^0.5; nobody plans for less than one person."""
    regulated = row(planned.replace("people.effort", "regulated"), evidence)
    assert calendar(regulated) == pytest.approx(12 + 5 * 2.71**0.5)
    lean = row(planned.replace("people.effort", "lean"), evidence)
    assert calendar(lean) == pytest.approx(3 + 5 * 0.395**0.5)
    shown = row(planned, evidence).money.extras["lean_weeks"]
    assert isinstance(shown, dict)
    assert shown["p50"] == pytest.approx(calendar(lean))


def test_labels_are_awaited_before_modelling(planned: ProjectInputs, evidence: Evidence) -> None:
    """One person of 20 h a week for 20,000 labels needs longer than the work on the data."""
    slow = {**FIXED, "labelling.people.crowd": 1}
    inputs = planned.replace("assumptions", slow).replace("n_labelled_to_buy", 20000)
    result = row(inputs.replace("labelling.labels_per_item", 1), evidence)
    tasks = {t.name: t for t in result.money.calendar}
    labels, model = tasks["Labelling"], tasks["Modelling"]
    assert labels.weeks_draws[0] > tasks["Cleaning data"].weeks_draws[0] * 2
    np.testing.assert_allclose(
        model.start_weeks_draws[0], labels.start_weeks_draws[0] + labels.weeks_draws[0]
    )
    assert calendar(result) > calendar(row(planned, evidence))


def test_the_shipped_figures_are_those_of_the_fit(evidence: Evidence) -> None:
    fit, rows = fit_effort(evidence, WEEK), evidence.assumptions
    weeks = rows["people.adaptation_weeks"]
    assert (weeks.p10, weeks.p50, weeks.p90) == pytest.approx(fit["adaptation_weeks"], rel=5e-3)
    assert rows["people.level.lean"].p50 == pytest.approx(fit["lean"], rel=5e-3)
    assert rows["people.level.regulated"].p50 == pytest.approx(fit["regulated"], rel=5e-3)
    for step in ("platform", "scripts", "by_hand"):
        shipped = rows[f"people.integration.{step}"].p50
        assert shipped == pytest.approx(fit["integration"][step], rel=5e-3)
    upkeep = rows["serving.upkeep_hours_per_month"]
    retraining, audit = (
        rows[f"serving.{n}"].p50 for n in ("retraining_weeks", "audit_days_per_year")
    )
    whole = beside_retraining(fit["upkeep_hours"], retraining, audit)
    assert (upkeep.p10, upkeep.p50, upkeep.p90) == pytest.approx(whole, rel=5e-3)
    wide = fit["upkeep_regulated"]
    assert rows["serving.upkeep_level.regulated"].p50 == pytest.approx(wide, rel=5e-3)
    assert rows["serving.upkeep_level.lean"].p50 == pytest.approx(1 / wide, rel=5e-3)
    work = weeks.p50 / rows["people.usual_team"].p50 ** rows["people.team_power"].p50
    waiting = fit["calendar_weeks"][1] - work
    assert rows["people.wait_weeks"].p50 == pytest.approx(waiting, rel=5e-3)


def test_sources_left_out_lie_where_the_others_say(evidence: Evidence) -> None:
    """No source carries the middle: the others name it within 1.5 times, most intervals hold it."""
    calendars = [s for _, s in stated(evidence, "weeks") if s.kind == "adapted"]
    people = [s for s in efforts(evidence, WEEK) if s.kind == "adapted"]
    for rows, by_kind in ((calendars, False), (people, True)):
        found = left_out(rows, by_kind)
        assert 0.67 <= np.median([f["factor"] for f in found]) <= 1.5
        assert np.mean([f["inside"] for f in found]) >= 0.6


def test_a_source_that_names_some_phases_is_raised_to_the_whole_project(
    evidence: Evidence,
) -> None:
    """35 to 160 h x 3 to 10 over data, evaluation and integration, 7 of 13 weeks of an agency."""
    course = next(s for s in efforts(evidence, WEEK) if s.family == "panaversity")
    assert (course.low, course.high) == pytest.approx((2.6 * 13 / 7, 40 * 13 / 7))


def test_kinds_of_source_count_alike_however_many_were_found() -> None:
    """Two sellers at 5, one plan at 20: the middle of kinds is 10, of sources 5."""
    _, kinds, _ = spread_of([5.0, 5.0, 20.0], ["sells", "sells", "did"])
    _, sources, _ = spread_of([5.0, 5.0, 20.0])
    assert (kinds, sources) == pytest.approx((10.0, 5.0))


def test_the_shipped_form_predicts_left_out_sources_best(evidence: Evidence) -> None:
    """Mean squared log error of the median over sources against the mean over kinds."""
    people = [s for s in efforts(evidence, WEEK) if s.kind == "adapted"]
    wrong = [
        np.mean([np.log(r["factor"]) ** 2 for r in left_out(people, by_kind)])
        for by_kind in (True, False)
    ]
    assert wrong[0] < wrong[1]
