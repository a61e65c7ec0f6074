"""A whole answer from the synthetic engine, for the tests of figures, sentences and files."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

import numpy as np

from estimator.engine.comparison import Comparison
from estimator.engine.decide import recommend
from estimator.engine.decide.frontier import cost_accuracy_frontier
from estimator.engine.decide.plan_json import pilot_plan_dict, staged_plan_dict
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import CalendarTask, Evaluation
from estimator.words.statement import with_statements
from tests.decide_world import assumptions, evaluate

BASE = {
    "task": "text_classification",
    "name": "Support tickets",
    "n_classes": 12,
    "draws": 256,
    "start_date": "2027-01-11",
}


def scenario(**changes: Any) -> ProjectInputs:
    """The synthetic scenario with some top-level fields changed."""
    return ProjectInputs.from_dict({**BASE, **changes})


def with_calendar(evaluation: Evaluation) -> Evaluation:
    """Four steps for every row, one after the other."""
    results = []
    for r in evaluation.results:
        part = r.money.calendar_weeks_draws / 4
        steps = tuple(
            CalendarTask(name, role, part * i, part)
            for i, (name, role) in enumerate(
                [("labelling", "labeller"), ("training", "ML engineer"),
                 ("evaluation", "ML engineer"), ("roll-out", "software engineer")]
            )
        )  # fmt: skip
        money = dataclasses.replace(r.money, calendar=steps)
        results.append(dataclasses.replace(r, money=money))
    return dataclasses.replace(evaluation, results=tuple(results))


@lru_cache(maxsize=8)
def comparison(inputs: ProjectInputs) -> Comparison:
    """A Comparison of the synthetic engine with everything that the report shows."""
    evaluation = with_calendar(evaluate(inputs))
    judged = assumptions()
    advice = recommend(evaluation, judged)
    frontier = cost_accuracy_frontier(evaluation, judged)
    rows = tuple(
        {
            "best_probability": advice.rows[r.candidate.key].best_probability,
            "flexibility": "moderate",
            "lock_in": "low",
            "risks": [{"risk": "overfitting", "severity": "high", "text": "Few labels overfit."}],
        }
        for r in evaluation.results
    )
    recommendation: dict[str, Any] = {
        "approach": advice.approach,
        "outcome": advice.outcome,
        "equals": list(advice.equals),
        "best_probability": advice.best_probability,
        "regret_usd": dict(zip(("p50", "p90"), advice.regret_usd or (0, 0), strict=True)),
        **with_statements({"reason": advice.reason}),
        **with_statements({"next_step": advice.next_step}),
        **with_statements({"decision_path": list(advice.decision_path)}),
        "switching": [
            {"input": "n_labelled_to_buy", "value_now": 1000, "value_at_switch": 340.0,
             "to_approach": "zero_shot"},
            {"input": "labelling.usd_per_label", "value_now": 0.5, "value_at_switch": None,
             "to_approach": None, "reason": "nothing switches"},
        ],
        "drivers": [
            {"input": f"serving.{name}", "low": 1.0, "high": 2.0,
             "effect_usd": 350.0 * i}
            for i, name in enumerate(
                ("requests_per_month", "horizon_months", "relabel_share"), start=1
            )
        ],
    }  # fmt: skip
    return Comparison(
        evaluation=evaluation,
        rows=rows,
        recommendation=recommendation,
        frontier=tuple(frontier.keys),
        pilot_plan=pilot_plan_dict(advice.plan, evaluation),
        staged_plan=staged_plan_dict(advice.plan, evaluation),
        sources=(
            {"source_id": "synthetic", "title": "A <b>paper</b>", "year": 2020,
             "url": "https://example.org/a", "licence": "CC BY 4.0"},
        ),
        data_version="3f2a0000",
        code_version="0.1.0",
    )  # fmt: skip


@lru_cache(maxsize=8)
def answer(inputs: ProjectInputs | None = None) -> dict[str, Any]:
    """The JSON of the synthetic comparison."""
    return comparison(inputs or scenario()).to_dict()


def rng_frame(n: int = 40) -> Any:
    """Published against predicted values for validation charts."""
    import pandas as pd

    at = np.linspace(0, 1, n)
    actual = 10 ** (4 * at)
    return pd.DataFrame(
        {"actual": actual, "p10": actual / 3, "p50": actual * 1.3, "p90": actual * 3,
         "group": np.where(at > 0.5, "text", "vision"), "name": [f"run {i}" for i in range(n)],
         "source": "paper"}
    )  # fmt: skip
