"""Warnings, classes, the three questions and scenarios side by side."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from estimator.engine.decide import Answers, recommend, risks, spectrum, three_questions, traits
from estimator.engine.decide.questions import HUBS
from estimator.engine.decide.spectrum import terciles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.scenarios import compare_scenarios, to_dict
from estimator.errors import InputError
from estimator.vocabulary import Approach
from tests.decide_world import assumptions, evaluate, model


@pytest.fixture(scope="module")
def base():
    return ProjectInputs.from_dict(
        {
            "task": "text_classification",
            "n_classes": 12,
            "draws": 512,
            "target": {"value": 0.75, "probability": 0.6},
        }
    )


def named(inputs, key, risk):
    return [r for r in risks(evaluate(inputs), assumptions())[key] if r.risk == risk]


def test_every_warning_has_money_or_a_probability_and_a_sentence(base):
    for found in risks(evaluate(base), assumptions()).values():
        for risk in found:
            assert risk.severity in ("high", "medium", "low")
            assert risk.usd is not None or risk.probability is not None
            assert str(risk.text).endswith(".")


def test_scratch_although_a_base_exists_states_the_money(base):
    (risk,) = named(base, "scratch", "from scratch although a base exists")
    evaluation = evaluate(base)
    totals = {r.candidate.key: np.median(r.money.total_draws[1:]) for r in evaluation.results}
    cheapest = min(v for k, v in totals.items() if k not in ("baseline", "scratch"))
    assert risk.usd == pytest.approx(totals["scratch"] - cheapest)


@pytest.mark.parametrize(
    ("path", "value", "key", "risk"),
    [
        ("n_evaluation", 0, "lora", "no evaluation"),
        ("n_evaluation", 50, "lora", "small test set"),
        ("limits.sensitive_domain", True, "lora", "bias"),
        ("labelling.label_noise", 0.3, "lora", "label quality"),
        ("n_labelled_to_buy", 100, "full_finetune", "overfitting"),
        ("domain", "far", "lora", "negative transfer"),
        ("limits.budget_usd", 18_000.0, "lora", "cost overrun"),
        ("limits.deadline_weeks", 3.8, "lora", "late delivery"),
        ("target.value", 0.9, "lora", "misses the target"),
        ("finance.spent_usd", 5_000.0, "lora", "sunk cost"),
    ],
)
def test_each_warning_fires_when_its_cause_is_there(base, path, value, key, risk):
    assert named(base.replace(path, value), key, risk)


def test_warnings_stay_silent_without_their_cause(base):
    found = {r.risk for r in risks(evaluate(base), assumptions())["lora"]}
    assert not found & {"no evaluation", "bias", "negative transfer", "late delivery", "lock-in"}


def test_hosted_rows_warn_of_lock_in(base):
    assert named(base, "zero_shot", "lock-in")


def test_a_licence_that_forbids_commercial_use_is_named(base):
    evaluation = evaluate(base)
    rows = []
    for r in evaluation.results:
        if r.candidate.key == "lora":
            barred = dataclasses.replace(
                model(Approach.LORA), commercial_use="no", licence="cc-by-nc-4.0"
            )
            r = dataclasses.replace(r, candidate=dataclasses.replace(r.candidate, model=barred))
        rows.append(r)
    found = risks(dataclasses.replace(evaluation, results=tuple(rows)), assumptions())["lora"]
    (risk,) = [r for r in found if r.risk == "licence"]
    assert risk.severity == "high"
    assert "cc-by-nc-4.0" in risk.text


def test_chance_of_overrun_is_the_share_of_draws(base):
    inputs = base.replace("limits.budget_usd", 18_000.0)
    (risk,) = named(inputs, "lora", "cost overrun")
    row = next(r for r in evaluate(inputs).results if r.candidate.key == "lora")
    assert risk.probability == float((row.money.total_draws[1:] > 18_000).mean())


def test_flexibility_and_lock_in_run_against_each_other(base):
    found = traits(evaluate(base), assumptions())
    assert found["scratch"].flexibility.level == "full"
    assert found["zero_shot"].flexibility.rank == min(t.flexibility.rank for t in found.values())
    assert found["full_finetune"].flexibility.level == "moderate to high"
    assert found["scratch"].lock_in.level == "none"
    assert found["zero_shot"].lock_in.level == "high"
    assert str(found["lora"].privacy.rule) == "data go to: labeller (crowd)"


def test_owned_against_needed_in_words(base):
    found = traits(evaluate(base), assumptions())
    assert str(found["lora"].enough_data).startswith("Enough: 0 labels owned, 1,000 with")
    assert str(found["scratch"].enough_data).startswith("Not enough")


def test_terciles_by_hand():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.nan])
    assert terciles(values) == ["low", "low", "moderate", "moderate", "high", "high", None]
    assert terciles(np.array([5.0, 5.0, 5.0])) == ["moderate"] * 3


def test_spectrum_runs_from_as_is_to_scratch_with_classes(base):
    rows = spectrum(evaluate(base))
    assert (rows[0].key, rows[-1].key) == ("zero_shot", "scratch")
    assert rows[-1].classes["compute"] == "high"
    assert rows[0].classes["flexibility"] == "low"


CATALOGUE = {"base-110m": model(Approach.LORA), "hosted-large": model(Approach.ZERO_SHOT)}


@pytest.mark.parametrize(
    ("domain", "steps", "guided"),
    [("solved", 1, Approach.ZERO_SHOT), ("close", 2, Approach.LORA), ("far", 3, Approach.HYBRID)],
)
def test_the_three_questions_come_in_order(base, domain, steps, guided):
    found = three_questions(evaluate(base.replace("domain", domain)), assumptions(), CATALOGUE)
    assert len(found.steps) == steps
    assert guided in found.guided
    for hub in HUBS:
        assert hub in found.steps[0].then
    assert "apache-2.0" in {m.licence for m in found.models}


def test_typed_answers_win_over_the_scenario(base):
    answers = Answers(solved=False, close=False, unique=True)
    found = three_questions(evaluate(base), assumptions(), CATALOGUE, answers)
    assert found.guided == (Approach.SCRATCH,)
    assert not found.agrees
    assert "“From scratch” is excluded" in found.explanation


def test_agreement_is_said(base):
    found = three_questions(evaluate(base.replace("domain", "solved")), assumptions(), CATALOGUE)
    computed = recommend(evaluate(base), assumptions()).approach
    assert found.agrees == (computed == "zero_shot")
    assert "so does the calculation" in found.explanation


def test_scenarios_show_what_changed_and_the_line_that_moved_most(base):
    other = base.replace("labelling.usd_per_label", 5.0).replace("n_labelled_to_buy", 2000)
    columns = compare_scenarios([evaluate(base), evaluate(other)], [assumptions()] * 2)
    assert columns[0].changes == ()
    assert {c.path for c in columns[1].changes} == {
        "labelling.usd_per_label",
        "n_labelled_to_buy",
    }
    first = columns[1].lines[0]
    assert first.item == "labelling"
    assert first.change_usd == pytest.approx(2000 * 3 * 5.0 - 1000 * 3 * 0.5)
    out = to_dict(columns)["scenarios"][1]
    assert out["lines"][0]["change_usd"] == pytest.approx(first.change_usd)
    assert "labelling.usd_per_label" in columns[1].text


def test_seven_scenarios_are_too_many(base):
    with pytest.raises(InputError, match="1 to 6"):
        compare_scenarios([evaluate(base)] * 7, [assumptions()] * 7)
