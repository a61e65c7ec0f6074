"""The optimiser: the best plan over approach, model, labels, machines and labelling sources."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import direction
from estimator.engine.decide.plan_grid import Goal, Grid, Objective, PlanFigures
from estimator.engine.decide.rerun import (
    Evaluate,
    Progress,
    quiet,
)
from estimator.engine.decide.space import (
    Plan,
    Space,
    default_space,
)
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Evaluation
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import (
    Count,
    Metric,
    Share,
    Statement,
    Term,
    Usd,
    Value,
    Weeks,
    listed,
    state,
)

CHECKED = 6


@dataclass(frozen=True)
class Optimum:
    """The best plan found.

    Parameters
    ----------
    plan : Plan or None
        None when no plan of the grid is possible.
    changes : tuple of (path, value)
        What to set in the scenario to get it; the row to read is ``plan.approach``.
    meets : bool
        False when no plan meets the constraints and the nearest is given.
    runners_up : tuple of (Plan, PlanFigures)
        The next plans that were checked by the model itself.
    considered : int
        Plans of the grid.
    """

    objective: Objective
    plan: Plan | None
    figures: PlanFigures | None
    changes: tuple[tuple[str, Any], ...]
    meets: bool
    runners_up: tuple[tuple[Plan, PlanFigures], ...]
    considered: int
    budget_usd: float | None
    text: Statement


def optimise(
    evaluation: Evaluation,
    evaluate: Evaluate,
    assumptions: Assumptions,
    objective: Objective = Objective.CHEAPEST,
    space: Space | None = None,
    progress: Progress = quiet,
) -> Optimum:
    """Find the best plan of a grid.

    Parameters
    ----------
    evaluation : Evaluation
        The scenario as it is.
    evaluate : callable
    objective : Objective
        ``best_accuracy``, ``cheapest`` that reaches the target with the wanted probability,
        ``earliest`` ditto. Budget and deadline bind all three; without a deadline
        ``decision.latest_weeks`` does.
    space : Space, optional
        The usual grid when left out.

    Notes
    -----
    The model is run for each machine and each labelling source at the fewest and the most labels
    with 256 draws; accuracy between is read from the learning curve, money and weeks are linear in
    the labels and add up over machines and sources. The plans that come out best are run by the
    model itself and ranked by that.
    """
    space = space or default_space(evaluation)
    inputs = _without_limits(evaluation.inputs, space)
    goal = Goal(
        objective,
        evaluation.inputs.target.value,
        evaluation.inputs.target.probability,
        direction(str(evaluation.inputs.target.metric)),
        evaluation.inputs.limits.budget_usd,
        evaluation.inputs.limits.deadline_weeks or assumptions.value("decision.latest_weeks"),
    )
    grid = Grid(inputs, evaluate, assumptions, space, progress)
    ranked = sorted(grid.plans(goal), key=lambda p: p[0])
    checked: list[tuple[tuple[float, float, float], Plan, PlanFigures]] = []
    for _, plan, _ in ranked[:CHECKED]:
        figures = grid.run(plan)
        if figures is not None:
            checked.append((goal.score(figures), plan, figures))
    checked.sort(key=lambda c: c[0])
    if not checked:
        text = state("optimum.none")
        return Optimum(objective, None, None, (), False, (), space.size, goal.budget, text)
    score, plan, figures = checked[0]
    meets = score[0] <= 1e-12
    return Optimum(
        objective=objective,
        plan=plan,
        figures=figures,
        changes=plan.changes(grid.prices, assumptions, inputs),
        meets=meets,
        runners_up=tuple((p, f) for _, p, f in checked[1:]),
        considered=space.size,
        budget_usd=goal.budget,
        text=_text(evaluation, objective, plan, figures, meets),
    )


def _without_limits(inputs: ProjectInputs, space: Space) -> ProjectInputs:
    """Money and time limits are weighed here, not used to grey rows; extra models become rows."""
    limits = dataclasses.replace(inputs.limits, budget_usd=None, deadline_weeks=None)
    inputs = dataclasses.replace(inputs, limits=limits, options=())
    options = [{"approach": str(a), "model": m} for a, m in space.models]
    return inputs.replace("options", options) if options else inputs


def _text(
    evaluation: Evaluation, objective: Objective, plan: Plan, f: PlanFigures, meets: bool
) -> Statement:
    hardware = plan.hardware
    what = state(
        "optimum.plan",
        approach=ApproachName(str(plan.approach), plan.model),
        n=Count(plan.n_labelled_to_buy),
        mix=listed([_mixed(s, share, len(plan.mix)) for s, share in plan.mix]),
        devices=hardware.n_devices,
        device=hardware.accelerator,
        option=Term("ui.option", str(hardware.purchase_option)),
    )
    figures = state(
        "optimum.figures",
        usd=Usd(f.total_usd),
        level=Metric(f.metric, str(evaluation.inputs.target.metric)),
        weeks=Weeks(f.weeks),
        chance=Share(f.target_probability),
    )
    key = f"optimum.{objective}" if meets else "optimum.nearest"
    return state(key, plan=what, figures=figures)


def _mixed(source: str, share: float, of: int) -> Value:
    name = Term("ui.option", str(source))
    return name if of == 1 else state("optimum.share", share=Share(share), source=name)
