"""The decision room: which approach, how sure, what it costs to be wrong, what would change it.

Everything works on an ``Evaluation`` (all rows on common random numbers, base case first) and,
where inputs are varied, on ``evaluate(inputs) -> Evaluation``; no files, no clock. Probabilities
are shares of the draws. ``assumptions`` is the scenario's ``Assumptions`` (rows ``decision.*``);
``progress(done, total)`` is called between re-runs.

Doors
-----
plan_value(evaluation, assumptions) -> PlanValue
    The value of a month that chooses the plan: typed, or twice the break-even of the scenario
    before any own result; it stays what it is where inputs are varied.
staged_plan(evaluation, assumptions, value, before) -> StagedPlan
    First step, gates in the metric, ends with their chances, money by stage.
recommend(evaluation, assumptions) -> Recommendation
    Row in which the plan most likely ends, outcome (start, commit, as_is_or_stop, not_worth,
    no_evidence), equals, headline, reason, next_step, decision_path, best_probability, regret_usd
    (p50, p90), order, reachable_target, would_reach, as_today, and ``rows[key]``:
    RowDecision(feasible, reasons, target_probability, best_probability, miss_target, over_budget,
    late, regret_usd).
feasibility(inputs, candidate, accuracy, compute, money, assumptions) -> (bool, tuple[str, ...])
    Can one row be taken, and every reason against it in words.
cost_accuracy_frontier(evaluation, assumptions) -> Frontier(keys, dominated, excluded)
restriction_costs(evaluation, recommendation, evaluate, assumptions, progress)
    -> tuple[RestrictionCost, ...]
switching_values(evaluation, plan, evaluate, assumptions, progress) -> tuple[Switch, ...]
tornado(evaluation, recommendation, evaluate, assumptions, progress) -> Tornado(bars, ...)
optimise(evaluation, evaluate, assumptions, objective, space, progress) -> Optimum
    Objective: best_accuracy (under the budget), cheapest (for the target), earliest.
cost_curves(evaluation, evaluate, progress) -> tuple[CostCurve, ...]; break_even_accuracy(curves)
break_even(evaluation, evaluate, path, progress) -> tuple[BreakEven, ...]
three_questions(evaluation, assumptions, models, answers) -> Questions; spectrum(evaluation)
risks(evaluation, assumptions) -> dict[key, tuple[Risk, ...]]
traits(evaluation, assumptions) -> dict[key, Traits]
check_claims(evaluations, claims, evidence, assumptions, evaluate) -> tuple[Verdict, ...]
validate_decision(predictions, assumptions) -> dict
decide(evaluation, evaluate, assumptions, value, progress) -> Decision
    All of it for one scenario: ``recommendation_dict()``, ``row_dict(key)`` (best_probability,
    flexibility, lock_in, risks ...), ``frontier.keys``, staged_plan and pilot_plan are the
    decision's part of CONTRACT section 4.
"""

from estimator.engine.decide.breakeven import BreakEven, break_even
from estimator.engine.decide.cost_curve import CostCurve, break_even_accuracy, cost_curves
from estimator.engine.decide.decision import Decision, decide, quick_decision
from estimator.engine.decide.frontier import Frontier, cost_accuracy_frontier
from estimator.engine.decide.limits import feasibility, inside_only
from estimator.engine.decide.optimise import Optimum, optimise
from estimator.engine.decide.plan_grid import Objective
from estimator.engine.decide.questions import Answers, Questions, three_questions
from estimator.engine.decide.recommend import Recommendation, RowDecision, recommend
from estimator.engine.decide.restrictions import RestrictionCost, restriction_costs
from estimator.engine.decide.risks import Risk, risks
from estimator.engine.decide.rule import Outcome
from estimator.engine.decide.space import Plan, Space, default_space
from estimator.engine.decide.spectrum import SpectrumRow, spectrum
from estimator.engine.decide.staged import PlanValue, StagedPlan, plan_value, staged_plan
from estimator.engine.decide.switching import Switch, switching_values
from estimator.engine.decide.tornado import Bar, Tornado, tornado
from estimator.engine.decide.traits import Trait, Traits, traits
from estimator.engine.decide.worlds import Worlds

__all__ = [
    "Answers",
    "Bar",
    "BreakEven",
    "CostCurve",
    "Decision",
    "Frontier",
    "Objective",
    "Optimum",
    "Outcome",
    "Plan",
    "PlanValue",
    "Questions",
    "Recommendation",
    "RestrictionCost",
    "Risk",
    "RowDecision",
    "Space",
    "SpectrumRow",
    "StagedPlan",
    "Switch",
    "Tornado",
    "Trait",
    "Traits",
    "Worlds",
    "break_even",
    "break_even_accuracy",
    "cost_accuracy_frontier",
    "cost_curves",
    "decide",
    "default_space",
    "feasibility",
    "inside_only",
    "optimise",
    "plan_value",
    "quick_decision",
    "recommend",
    "restriction_costs",
    "risks",
    "spectrum",
    "staged_plan",
    "switching_values",
    "three_questions",
    "tornado",
    "traits",
]
