"""The optimiser against brute force on small grids."""

from __future__ import annotations

import itertools

import pytest

from estimator.engine.decide import Objective, Plan, Space, default_space, optimise
from estimator.engine.decide.board import direction
from estimator.engine.decide.plan_grid import run_plan
from estimator.engine.decide.space import Hardware
from estimator.engine.inputs import ProjectInputs
from estimator.vocabulary import Approach, LabellingSource
from tests.decide_world import LABEL_PRICE, assumptions, evaluate

CROWD = ((LabellingSource.CROWD, 1.0),)
EXPERT = ((LabellingSource.EXPERT, 1.0),)
MIXED = ((LabellingSource.MODEL_ASSISTED, 0.8), (LabellingSource.EXPERT, 0.2))

SPACE = Space(
    approaches=(Approach.ZERO_SHOT, Approach.LINEAR_PROBE, Approach.LORA, Approach.HYBRID),
    n_labelled_to_buy=(200, 1000, 5000),
    accelerators=("L40S", "H100-80GB"),
    n_devices=(1, 4),
    purchase_options=("on_demand", "spot"),
    mixes=(CROWD, EXPERT, MIXED),
)


@pytest.fixture(scope="module")
def inputs():
    return ProjectInputs.from_dict(
        {
            "task": "text_classification",
            "n_classes": 12,
            "draws": 256,
            "target": {"value": 0.8, "probability": 0.7},
            "limits": {"budget_usd": 26_000.0},
        }
    )


@pytest.fixture(scope="module")
def everything(inputs):
    """Every plan of the grid run by the model itself."""
    free = inputs.replace("limits.budget_usd", None)
    prices = dict(LABEL_PRICE)
    out = []
    for approach, n, a, d, p, mix in itertools.product(
        SPACE.approaches,
        SPACE.n_labelled_to_buy,
        SPACE.accelerators,
        SPACE.n_devices,
        SPACE.purchase_options,
        SPACE.mixes,
    ):
        plan = Plan(approach, None, n, Hardware(a, d, p), mix)
        figures = run_plan(plan.applied(free, prices, assumptions()), plan, evaluate)
        if figures is not None:
            out.append((plan, figures))
    return out


def test_the_grid_has_as_many_plans_as_it_says(everything):
    assert len(everything) == SPACE.size == 4 * 3 * 8 * 3


@pytest.mark.parametrize("objective", list(Objective))
def test_brute_force_finds_nothing_better(inputs, everything, objective):
    found = optimise(evaluate(inputs), evaluate, assumptions(), objective, SPACE)
    meets = [
        f
        for _, f in everything
        if f.total_usd <= 26_000
        and (objective == Objective.BEST_ACCURACY or f.target_probability >= 0.7)
    ]
    assert meets
    assert found.meets
    if objective == Objective.BEST_ACCURACY:
        best = max(meets, key=lambda f: f.metric)
        assert found.figures.metric == pytest.approx(best.metric, rel=1e-3)
    elif objective == Objective.CHEAPEST:
        best = min(meets, key=lambda f: f.total_usd)
        assert found.figures.total_usd == pytest.approx(best.total_usd, rel=1e-3)
    else:
        best = min(meets, key=lambda f: f.weeks)
        assert found.figures.weeks == pytest.approx(best.weeks, rel=1e-3)


def test_setting_the_changes_gives_the_stated_figures(inputs):
    found = optimise(evaluate(inputs), evaluate, assumptions(), Objective.BEST_ACCURACY, SPACE)
    scenario = inputs
    for path, value in found.changes:
        scenario = scenario.replace(path, value)
    row = next(r for r in evaluate(scenario).results if r.candidate.key == str(found.plan.approach))
    import numpy as np

    assert float(np.median(row.money.total_draws[1:])) == pytest.approx(found.figures.total_usd)
    assert float(np.median(row.accuracy.draws[1:])) == pytest.approx(found.figures.metric)
    assert direction(row.accuracy.metric) == 1.0


def test_an_impossible_budget_gives_the_nearest_and_says_so(inputs):
    poor = inputs.replace("limits.budget_usd", 100.0)
    found = optimise(evaluate(poor), evaluate, assumptions(), Objective.CHEAPEST, SPACE)
    assert not found.meets
    assert found.plan is not None
    assert str(found.text).startswith("No plan meets target and limits")


def test_a_larger_budget_never_gives_a_worse_accuracy(inputs):
    best = []
    for budget in (12_000.0, 20_000.0, 40_000.0):
        scenario = inputs.replace("limits.budget_usd", budget)
        found = optimise(
            evaluate(scenario), evaluate, assumptions(), Objective.BEST_ACCURACY, SPACE
        )
        assert found.figures.total_usd <= budget
        best.append(found.figures.metric)
    assert best == sorted(best)


def test_default_space_holds_todays_choices_and_mixes(inputs):
    space = default_space(evaluate(inputs))
    assert inputs.n_labelled_to_buy in space.n_labelled_to_buy
    assert inputs.compute.accelerator == space.accelerators[0]
    assert len(space.mixes) >= 4
    own = inputs.replace("labelling.usd_per_label", 2.0)
    assert len(default_space(evaluate(own)).mixes) == 1


def test_progress_reaches_its_total(inputs):
    seen = []
    optimise(
        evaluate(inputs),
        evaluate,
        assumptions(),
        Objective.CHEAPEST,
        SPACE,
        lambda done, total: seen.append((done, total)),
    )
    assert [d for d, _ in seen] == sorted(d for d, _ in seen)
    assert seen[-1][0] <= seen[-1][1]
