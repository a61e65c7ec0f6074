"""Many scenarios at once have the figures of each alone."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from estimator.engine import cell
from estimator.engine.inputs import ProjectInputs
from estimator.engine.many import evaluate_many, plan_summary
from estimator.engine.simulate import evaluate, quick_comparison
from estimator.engine.summaries import summary_of
from tests.conftest import load_preset

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

MONEY = {
    "labelling.usd_per_label": (0.03, 0.07, 0.11, 0.2),
    "people.wage_factor": (0.6, 1.0, 1.3, 1.7),
    "compute.usd_per_device_hour": (1.0, 1.9, 2.5, 4.0),
}


def grid(base: ProjectInputs, fields: dict[str, tuple[Any, ...]]) -> list[ProjectInputs]:
    out = []
    for values in itertools.product(*fields.values()):
        inputs = base
        for path, value in zip(fields, values, strict=True):
            inputs = inputs.replace(path, value)
        out.append(inputs)
    return out


@pytest.mark.parametrize(
    "name",
    ["support_tickets", "rare_disease_imaging", "high_security", "chatbot_llama_lora", "fraud"],
)
def test_every_figure_is_that_of_the_scenario_alone(name: str, evidence: Evidence) -> None:
    base = load_preset(name).replace("draws", 64)
    owned = base.n_labelled_available
    scenarios = grid(base, {"n_labelled_available": (owned + 40, owned + 400), **MONEY})
    found = evaluate_many(scenarios, evidence)
    for k in range(0, len(scenarios), 9):
        assert found[k] == summary_of(evaluate(scenarios[k], evidence))


def test_scenarios_that_only_cost_otherwise_are_priced_together(
    support_tickets: ProjectInputs, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real = cell.price_candidates

    def counted(*args: Any) -> Any:
        calls.append(args)
        return real(*args)

    monkeypatch.setattr(cell, "price_candidates", counted)
    scenarios = grid(support_tickets.replace("draws", 64), MONEY)
    evaluate_many(scenarios, evidence)
    assert len(calls) < len(scenarios) / 2


def test_where_another_machine_becomes_cheapest_nothing_is_mixed(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    base = support_tickets.replace("draws", 64).replace("serving.requests_per_month", 1e7)
    prices = tuple(round(0.2 + 0.3 * k, 2) for k in range(16))
    scenarios = grid(base, {"compute.usd_per_device_hour": prices})
    alone = [summary_of(evaluate(s, evidence)) for s in scenarios]
    totals = [next(r for r in s.rows if r.key == "lora").total_usd[1] for s in alone]
    steps = [b - a for a, b in itertools.pairwise(totals) if a is not None and b is not None]
    assert max(steps) > 100 * min(steps), "own machines are dropped within these prices"
    assert evaluate_many(scenarios, evidence) == alone


def test_limits_and_targets_are_those_of_each(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    base = support_tickets.replace("draws", 64)
    fields = {
        "limits.budget_usd": (None, 60_000.0, 200_000.0),
        "target.value": (0.7, 0.9),
        "people.wage_factor": (0.5, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0),
    }
    scenarios = grid(base, fields)
    found = evaluate_many(scenarios, evidence)
    assert found == [summary_of(evaluate(s, evidence)) for s in scenarios]
    assert len({tuple(r.feasible for r in s.rows) for s in found}) > 1


def test_a_bad_scenario_stops_no_other(support_tickets: ProjectInputs, evidence: Evidence) -> None:
    good = support_tickets.replace("draws", 64)
    bad = good.replace("people.location", "Atlantis")
    found = evaluate_many([bad, good], evidence)
    assert "Atlantis" in found[0].problem
    assert not found[0].rows
    assert found[1] == summary_of(evaluate(good, evidence))


@pytest.mark.parametrize("name", ["support_tickets", "small_firm"])
def test_the_plan_is_that_of_the_quick_comparison(name: str, evidence: Evidence) -> None:
    inputs = load_preset(name).replace("draws", 128)
    answer = quick_comparison(inputs, evidence).to_dict()
    evaluation = evaluate(inputs, evidence)
    plan = plan_summary(evaluation, evidence)
    (both,) = evaluate_many([inputs], evidence, plans=True)
    assert both == dataclasses.replace(summary_of(evaluation), plan=plan)
    assert plan.outcome == answer["staged_plan"]["outcome"]
    assert plan.approach == answer["recommendation"]["approach"]
    assert plan.success == answer["staged_plan"]["success_probability"]
    assert plan.first_usd == answer["staged_plan"]["first_step"]["usd"]
    assert plan.spend_usd == answer["staged_plan"]["spend_usd"]["mean"]
