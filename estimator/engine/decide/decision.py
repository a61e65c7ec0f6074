"""The whole decision on one scenario, and its part of the JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import is_valued
from estimator.engine.decide.frontier import Frontier, cost_accuracy_frontier
from estimator.engine.decide.loss import value_typed
from estimator.engine.decide.plan_json import pilot_plan_dict, staged_plan_dict
from estimator.engine.decide.recommend import Recommendation, recommend
from estimator.engine.decide.rerun import Evaluate, Progress, quiet
from estimator.engine.decide.restrictions import RestrictionCost, restriction_costs
from estimator.engine.decide.risks import Risk, risks
from estimator.engine.decide.staged import PlanValue, StagedPlan, plan_value, staged_plan
from estimator.engine.decide.stages import Policy
from estimator.engine.decide.switching import Switch, switching_values
from estimator.engine.decide.today import said_of
from estimator.engine.decide.tornado import Tornado, tornado
from estimator.engine.decide.traits import Traits, traits
from estimator.engine.decide.worlds import Worlds
from estimator.engine.results import Evaluation
from estimator.words.statement import ENGLISH_USD, Field, with_statements


@dataclass(frozen=True)
class Decision:
    """Everything the decision adds to an evaluation."""

    evaluation: Evaluation
    recommendation: Recommendation
    frontier: Frontier
    traits: Mapping[str, Traits]
    risks: Mapping[str, tuple[Risk, ...]]
    switching: tuple[Switch, ...]
    tornado: Tornado | None
    restrictions: tuple[RestrictionCost, ...] = ()

    def recommendation_dict(self) -> dict[str, Any]:
        """The ``recommendation`` block of the JSON."""
        r = self.recommendation
        return {
            "approach": r.approach,
            "label": r.label,
            "outcome": str(r.outcome),
            "equals": list(r.equals),
            **with_statements({"headline": r.headline}),
            "best_probability": r.best_probability,
            "regret_usd": _pair(r.regret_usd),
            **with_statements({"reason": r.reason}),
            **with_statements({"next_step": r.next_step}),
            **with_statements({"decision_path": list(r.decision_path)}),
            "order": list(r.order),
            "reachable_target": r.reachable_target,
            "would_reach": [
                {
                    "approach": w.key,
                    "n_labelled": {"p50": w.n_labelled_p50, "p90": w.n_labelled_p90},
                    "n_labelled_needed": w.n_labelled,
                    "probability": w.probability,
                    "extra_usd": w.extra_usd,
                }
                for w in r.would_reach
            ],
            "as_today": self._as_today(),
            "going_live": self._going_live(),
            "switching": [
                {
                    "input": s.input,
                    "value_now": s.value_now,
                    "value_at_switch": s.value_at_switch,
                    "to_approach": s.to_approach,
                    "reason": s.reason,
                    **({} if s.to_step is None else with_statements({"to_step": s.to_step})),
                }
                for s in self.switching
            ],
            "drivers": [
                {
                    "input": b.input,
                    "name": str(Field(b.input).write(ENGLISH_USD, "")),
                    "low": b.low,
                    "high": b.high,
                    "effect_usd": b.effect_usd,
                    "effect_weeks": b.effect_weeks,
                    "effect_accuracy": b.effect_metric,
                    "effect_gap_usd": b.effect_gap_usd,
                }
                for b in (self.tornado.bars if self.tornado else ())
            ],
            "limits": [
                {
                    "limit": c.limit,
                    "approach": c.approach,
                    "approach_without": c.approach_without,
                    "extra_usd": c.extra_usd,
                    "accuracy_lost": c.metric_lost,
                    "target_probability_lost": c.target_probability_lost,
                    "removed": list(c.removed),
                    "text": c.text,
                }
                for c in self.restrictions
            ],
            "main_drivers": list(self.tornado.main_drivers) if self.tornado else [],
            "drivers_sentence": self.tornado.sentence if self.tornado else "",
        }

    def row_dict(self, key: str) -> dict[str, Any]:
        """What the decision adds to one row of ``approaches``.

        Where something is worth money a row alone has no net value: it is not decided on without
        the gates before it. The plan's stands in ``staged_plan``.
        """
        row = self.recommendation.rows[key]
        own = self.traits[key]
        worth = is_valued(self.evaluation) or value_typed(self.evaluation.inputs) > 0
        alone = {"net_value_usd": None} if worth else {}
        return {
            **alone,
            "best_probability": row.best_probability,
            "miss_target_probability": row.miss_target,
            "over_budget_probability": row.over_budget,
            "late_probability": row.late,
            "regret_usd": _pair(row.regret_usd),
            "flexibility": own.flexibility.level,
            "lock_in": own.lock_in.level,
            "traits": {
                name: {"level": t.level, "rule": t.rule}
                for name, t in (
                    ("flexibility", own.flexibility),
                    ("lock_in", own.lock_in),
                    ("control", own.control),
                    ("privacy", own.privacy),
                    ("bias_audit", own.bias_audit),
                    ("compatibility", own.compatibility),
                )
            },
            "enough_data": own.enough_data,
            "enough_people": own.enough_people,
            "risks": [
                {
                    "risk": k.risk,
                    "severity": k.severity,
                    "text": k.text,
                    "at_stake_usd": k.usd,
                    "probability": k.probability,
                }
                for k in self.risks[key]
            ],
        }

    def to_dict(self) -> dict[str, Any]:
        """recommendation, frontier, pilot_plan and, by key, what each row gains."""
        return {
            "recommendation": self.recommendation_dict(),
            "frontier": list(self.frontier.keys),
            "dominated": dict(self.frontier.dominated),
            "staged_plan": staged_plan_dict(self.plan, self.evaluation),
            "pilot_plan": pilot_plan_dict(self.plan, self.evaluation),
            "rows": {key: self.row_dict(key) for key in self.recommendation.rows},
        }

    @property
    def plan(self) -> StagedPlan:
        """The staged plan."""
        return self.recommendation.plan

    def _as_today(self) -> dict[str, Any] | None:
        today = self.recommendation.as_today
        if today is None:
            return None
        names = ("p10", "p50", "p90")
        return {
            "usd_per_month": today.usd_per_month,
            "total_usd": today.total_usd,
            "saving_usd": {
                key: {**dict(zip(names, s.usd, strict=True)), "mean": s.mean_usd}
                for key, s in today.saving.items()
            },
            "works_probability": {key: s.works for key, s in today.saving.items()},
            "pays_probability": {key: s.pays for key, s in today.saving.items()},
            "payback_months": dict(today.payback_months),
            "ramp_months": today.ramp_months,
            **with_statements({"text": said_of(today, self.recommendation.approach)}),
        }

    def _going_live(self) -> dict[str, Any]:
        live = self.recommendation.going_live
        share = dict(zip(("p10", "p50", "p90"), live.share, strict=True))
        return {
            **share,
            "scrapped": live.scrapped,
            "source_ids": list(live.source_ids),
            **with_statements({"text": live.said()}),
        }


def decide(
    evaluation: Evaluation,
    evaluate: Evaluate,
    assumptions: Assumptions,
    value: PlanValue | None = None,
    progress: Progress = quiet,
    worlds: Worlds | None = None,
    moved: Policy | None = None,
) -> Decision:
    """Staged plan, recommendation, frontier, switching values, tornado, risks and traits.

    Parameters
    ----------
    evaluation : Evaluation
        The scenario at full draws.
    evaluate : callable
        ``evaluate(inputs) -> Evaluation``; honours ``inputs.draws``.
    assumptions : Assumptions
    value : PlanValue, optional
        Value of a month before any result was entered; of this evaluation when left out.
    progress : callable
        Called with (done, total) of the steps.
    worlds : Worlds, optional
        Of this evaluation; what is computed there is not computed again.
    moved : Policy, optional
        What the plan before own results does on them.
    """
    quick = quick_decision(evaluation, assumptions, value, worlds=worlds, moved=moved)
    recommendation = quick.recommendation
    limits = restriction_costs(evaluation, recommendation, evaluate, assumptions)
    progress(1, 3)
    switching = switching_values(evaluation, recommendation.plan, evaluate, assumptions)
    progress(2, 3)
    bars = tornado(evaluation, recommendation, evaluate, assumptions)
    progress(3, 3)
    return replace(quick, switching=switching, tornado=bars, restrictions=limits)


def quick_decision(
    evaluation: Evaluation,
    assumptions: Assumptions,
    value: PlanValue | None = None,
    ladder: bool = True,
    worlds: Worlds | None = None,
    moved: Policy | None = None,
) -> Decision:
    """The decision without what needs re-runs of the model: no switches, no drivers."""
    worlds = worlds or Worlds(evaluation, assumptions)
    board = worlds.board
    value = value or plan_value(evaluation, assumptions, worlds)
    plan = staged_plan(evaluation, assumptions, value, worlds, ladder=ladder, moved=moved)
    return Decision(
        evaluation=evaluation,
        recommendation=recommend(evaluation, assumptions, board, plan),
        frontier=cost_accuracy_frontier(evaluation, assumptions, board),
        traits=traits(evaluation, assumptions),
        risks=risks(evaluation, assumptions, board),
        switching=(),
        tornado=None,
    )


def _pair(regret: tuple[float, float] | None) -> dict[str, float] | None:
    return None if regret is None else {"p50": regret[0], "p90": regret[1]}
