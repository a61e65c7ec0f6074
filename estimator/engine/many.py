"""Many scenarios at once: one summary of every row and of the plan, on shared draws."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.cell import Cell, ManyMemo
from estimator.engine.comparison import round_figure, round_money
from estimator.engine.decide import Worlds, staged_plan
from estimator.engine.inputs import ProjectInputs
from estimator.engine.own_factors import judged_by
from estimator.engine.results import Evaluation
from estimator.engine.simulate import before_results, evaluate
from estimator.engine.summaries import PlanSummary, ScenarioSummary, summary_of
from estimator.errors import InputError, PriceNotFoundError

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

LINEAR = (
    ("people", "wage_factor"),
    ("people", "partner_usd_per_day"),
    ("labelling", "usd_per_label"),
    ("compute", "usd_per_device_hour"),
)
"""Fields that every line of a bill is linear in."""
KEPT_ROW_BYTES = 160
"""Of accuracies and hours, by row and draw."""


def evaluate_many(
    scenarios: Sequence[ProjectInputs],
    evidence: Evidence,
    plans: bool = False,
    memo: ManyMemo | None = None,
) -> list[ScenarioSummary]:
    """A summary of each scenario, in their order; the figures are those of ``evaluate``.

    Parameters
    ----------
    scenarios : sequence of ProjectInputs
        Those that differ in few fields share most of the work.
    evidence : Evidence
    plans : bool
        Also the staged plan, which is most of the work.
    memo : ManyMemo, optional
        What earlier calls computed with the same evidence.
    """
    memo = memo or ManyMemo()
    if plans:
        return [_with_plan(inputs, evidence, memo) for inputs in scenarios]
    varying = _varying(scenarios)
    groups: dict[ProjectInputs, list[tuple[int, tuple[float, ...]]]] = {}
    for index, inputs in enumerate(scenarios):
        rest, point = _split(inputs, varying)
        groups.setdefault(rest, []).append((index, point))
    out = [ScenarioSummary()] * len(scenarios)
    for members in groups.values():
        part = [scenarios[i] for i, _ in members]
        points = np.array([p for _, p in members]).reshape(len(part), len(varying))
        try:
            rows = Cell(part[0], varying, points, evidence, memo).summaries()
        except (InputError, PriceNotFoundError) as error:
            rows = [ScenarioSummary(problem=str(error))] * len(part)
        for (index, _), found in zip(members, rows, strict=True):
            out[index] = found
    return out


def _with_plan(inputs: ProjectInputs, evidence: Evidence, memo: ManyMemo) -> ScenarioSummary:
    """Rows and plan of one scenario; a plan needs the whole evaluation."""
    try:
        evaluation = evaluate(inputs, evidence, memo=memo.rooms)
        plan = plan_summary(evaluation, evidence)
    except (InputError, PriceNotFoundError) as error:
        return ScenarioSummary(problem=str(error))
    memo.grown(KEPT_ROW_BYTES * len(evaluation.results) * evaluation.n_draws)
    return dataclasses.replace(summary_of(evaluation), plan=plan)


def plan_summary(evaluation: Evaluation, evidence: Evidence) -> PlanSummary:
    """What the staged plan of a scenario comes to, as in ``compare --quick``."""
    inputs = evaluation.inputs
    assumptions = judged_by(inputs, evidence)
    worlds = Worlds(evaluation, assumptions)
    value, moved = before_results(worlds, evidence)
    plan = staged_plan(evaluation, assumptions, value, worlds, ladder=False, moved=moved)
    best, row = plan.best, plan.row
    if best is None:
        return PlanSummary(plan.outcome, None, None, None, None, None, None, None)
    step = best.step
    return PlanSummary(
        outcome=plan.outcome,
        approach=None if row is None else evaluation.results[row].candidate.key,
        success=round_figure(best.success),
        first_step=step.kind,
        first_approach=step.ways[0].key if step.ways else None,
        first_usd=round_money(float(step.usd.mean())),
        spend_usd=round_money(best.spend),
        value_month_usd=round_money(plan.value.used) if plan.value else None,
    )


def _varying(scenarios: Sequence[ProjectInputs]) -> tuple[tuple[str, str], ...]:
    """Linear fields that are typed and differ."""
    found = []
    for group, name in LINEAR:
        values = {getattr(getattr(s, group), name) for s in scenarios}
        if len(values - {None}) > 1:
            found.append((group, name))
    return tuple(found)


def _split(
    inputs: ProjectInputs, varying: Sequence[tuple[str, str]]
) -> tuple[ProjectInputs, tuple[float, ...]]:
    """The scenario with its typed linear fields at 1 and without its name, and these fields."""
    changes: dict[str, Any] = {"name": ""}
    point = []
    for group, name in varying:
        value = getattr(getattr(inputs, group), name)
        if value is not None:
            changes[group] = dataclasses.replace(
                changes.get(group, getattr(inputs, group)), **{name: 1.0}
            )
        point.append(0.0 if value is None else float(value))
    return dataclasses.replace(inputs, **changes), tuple(point)
