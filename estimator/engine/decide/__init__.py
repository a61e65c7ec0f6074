"""The decision room: which approach, how sure, what it costs to be wrong, what would change it.

Everything works on an ``Evaluation`` (all rows on common random numbers, base case first) and,
where inputs are varied, on ``evaluate(inputs) -> Evaluation``; no files, no clock. Probabilities
are shares of the draws. ``assumptions`` is the scenario's ``Assumptions`` (rows ``decision.*``);
``progress(done, total)`` is called between re-runs.

Doors
-----
recommend(evaluation, assumptions) -> Recommendation
    Row taken, outcome (decided, too_close, nobody_reaches), equals, headline, reason, next_step,
    decision_path, best_probability, regret_usd (p50, p90), order, reachable_target, would_reach,
    as_today, and ``rows[key]``: RowDecision(feasible, reasons, target_probability,
    best_probability, miss_target, over_budget, late, regret_usd).
feasibility(inputs, candidate, accuracy, compute, money, assumptions) -> (bool, tuple[str, ...])
    Can one row be taken, and every reason against it in words.
cost_accuracy_frontier(evaluation, assumptions) -> Frontier(keys, dominated, excluded)
restriction_costs(evaluation, evaluate, assumptions, progress) -> tuple[RestrictionCost, ...]
switching_values(evaluation, evaluate, assumptions, progress) -> tuple[Switch, ...]
tornado(evaluation, recommendation, evaluate, assumptions, progress) -> Tornado(bars, ...)
optimise(evaluation, evaluate, assumptions, objective, space, progress) -> Optimum
    Objective: best_accuracy (under the budget), cheapest (for the target), earliest.
cost_curves(evaluation, evaluate, progress) -> tuple[CostCurve, ...]; break_even_accuracy(curves)
break_even(evaluation, evaluate, path, progress) -> tuple[BreakEven, ...]
pilot_plan(evaluation, assumptions, draws, progress) -> PilotPlan
three_questions(evaluation, assumptions, models, answers) -> Questions; spectrum(evaluation)
risks(evaluation, assumptions) -> dict[key, tuple[Risk, ...]]
traits(evaluation, assumptions) -> dict[key, Traits]
check_claims(evaluations, claims, evidence, assumptions, evaluate) -> tuple[Verdict, ...]
validate_decision(predictions, assumptions) -> dict
decide(evaluation, evaluate, assumptions, draws, progress) -> Decision
    All of it for one scenario: ``recommendation_dict()``, ``row_dict(key)`` (best_probability,
    flexibility, lock_in, risks ...), ``frontier.keys`` and ``pilot.to_dict()`` are the decision's
    part of CONTRACT section 4.
"""

from estimator.engine.decide.breakeven import BreakEven, break_even
from estimator.engine.decide.cost_curve import CostCurve, break_even_accuracy, cost_curves
from estimator.engine.decide.decision import Decision, decide, quick_decision
from estimator.engine.decide.frontier import Frontier, cost_accuracy_frontier
from estimator.engine.decide.limits import feasibility, inside_only
from estimator.engine.decide.optimise import Objective, Optimum, optimise
from estimator.engine.decide.pilot import PilotPlan, pilot_plan
from estimator.engine.decide.questions import Answers, Questions, three_questions
from estimator.engine.decide.recommend import Recommendation, RowDecision, recommend
from estimator.engine.decide.restrictions import RestrictionCost, restriction_costs
from estimator.engine.decide.risks import Risk, risks
from estimator.engine.decide.rule import Outcome
from estimator.engine.decide.space import Plan, Space, default_space
from estimator.engine.decide.spectrum import SpectrumRow, spectrum
from estimator.engine.decide.switching import Switch, switching_values
from estimator.engine.decide.tornado import Bar, Tornado, tornado
from estimator.engine.decide.traits import Trait, Traits, traits

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
    "PilotPlan",
    "Plan",
    "Questions",
    "Recommendation",
    "RestrictionCost",
    "Risk",
    "RowDecision",
    "Space",
    "SpectrumRow",
    "Switch",
    "Tornado",
    "Trait",
    "Traits",
    "break_even",
    "break_even_accuracy",
    "cost_accuracy_frontier",
    "cost_curves",
    "decide",
    "default_space",
    "feasibility",
    "inside_only",
    "optimise",
    "pilot_plan",
    "quick_decision",
    "recommend",
    "restriction_costs",
    "risks",
    "spectrum",
    "switching_values",
    "three_questions",
    "tornado",
    "traits",
]
