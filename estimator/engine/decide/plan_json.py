"""A staged plan as the ``staged_plan`` and ``pilot_plan`` of the JSON (CONTRACT section 4)."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimator.engine.decide.choose import Weighed
from estimator.engine.decide.loss import STOPPED
from estimator.engine.decide.plan_words import PlanWords, live_weeks
from estimator.engine.decide.policy import LIVE, PILOT, PROBE, STOP, Step
from estimator.engine.decide.staged import NO_EVIDENCE, StagedPlan
from estimator.engine.decide.views import GateView, lost_if_fails
from estimator.engine.distributions import Array
from estimator.engine.results import Evaluation
from estimator.words.format import capital
from estimator.words.statement import Count, Statement, Usd, Weeks, state, with_statements


def staged_plan_dict(plan: StagedPlan, evaluation: Evaluation) -> dict[str, Any]:
    """The ``staged_plan`` of the JSON."""
    words = PlanWords(plan, evaluation)
    head = words.headline()
    out: dict[str, Any] = {"outcome": plan.outcome, **with_statements({"sentence": head})}
    here = words.here()
    if here is not None:
        out |= with_statements({"here": here})
    before = words.before()
    if before is not None:
        out |= with_statements({"before": before})
    if plan.best is None or plan.world is None or plan.loss is None or plan.value is None:
        step = _unknown_step(words, evaluation) if plan.outcome == NO_EVIDENCE else None
        return {**out, "first_step": step, **_empty()}
    best = plan.best
    outcome = best.step.outcome
    said = [words.ends(), words.lost(), words.single(), words.weeks(), words.totals(),
            words.worth()]  # fmt: skip
    return {
        **out,
        "kind": best.policy.kind,
        "value_month_usd": {
            "break_even": plan.even_now,
            "used": plan.value.used,
            "typed": plan.value.typed,
        },
        "first_step": first_step(plan, words, best.step),
        "gates": [_gate(g, plan, words) for g in plan.gates],
        "stages": _stages(plan),
        "ends": [
            {"end": e.end, "approach": e.approach, "probability": e.probability,
             "success": e.success}
            for e in plan.ends
        ],
        "success_probability": best.success,
        "false_go_probability": float(((outcome.row != STOPPED) & ~outcome.works).mean()),
        "spend_usd": _mean_p90(outcome.spend),
        "works_usd": _mean_p90(outcome.spend[outcome.works]) if outcome.works.any() else None,
        "before_live_usd": _pair(outcome.before),
        "lost_if_fails_usd": _pair(lost_if_fails(best)),
        "weeks": _pair(live_weeks(plan)),
        "authorise_usd": {
            "now": float(best.step.usd.mean()),
            "most": plan.at_most_usd,
            "expected": best.spend,
        },
        "by_value": [
            {"from": r.usd_per_month, "first_step": capital(str(words.first(r.first))),
             "plan": plan_name(r.first), "success": r.success}
            for r in plan.rungs
        ],
        **with_statements({"ladder": words.ladder()}),
        "ask_first": [{"input": q.input, "saves_usd": q.usd} for q in plan.ask],
        **_asked(words),
        "alternatives": {
            "single": _single(plan.alone),
            "nothing": {"usd_per_month": evaluation.inputs.value.today_usd_per_month,
                        "spend_usd": 0.0},
        },
        "net_value_usd": best.net if plan.loss.typed else None,
        "value_of_staging_usd": value_of_staging(plan),
        **with_statements({"sentences": [s for s in said if s is not None]}),
    }  # fmt: skip


def _empty() -> dict[str, Any]:
    return {
        "kind": "none", "value_month_usd": None, "gates": [], "stages": [], "ends": [],
        "success_probability": None, "spend_usd": None, "works_usd": None, "before_live_usd": None,
        "lost_if_fails_usd": None, "weeks": None, "authorise_usd": None, "by_value": [],
        "ladder": [], "ask_first": [], "alternatives": {}, "net_value_usd": None,
        "value_of_staging_usd": None,
        "sentences": [],
    }  # fmt: skip


def _unknown_step(words: PlanWords, evaluation: Evaluation) -> dict[str, Any] | None:
    """The trial of a row that nothing published measures."""
    trial, index = words.trial(), words.plan.trial
    if trial is None or index is None:
        return None
    return {**_told(trial), "approach": evaluation.results[index].candidate.key}


def _told(step: Statement) -> dict[str, Any]:
    """A step that stands alone: its English text with a capital, the statement beside it."""
    return {**with_statements({"text": step}), "text": capital(str(step))}


def first_step(plan: StagedPlan, words: PlanWords, step: Step) -> dict[str, Any]:
    """What is done first, with its money, its weeks and what of it stays in use."""
    return {
        **_told(words.first(step)),
        "kind": step.kind,
        "approach": step.ways[0].key if step.ways else None,
        "approaches": [w.key for w in step.ways],
        "n_labelled": step.n_labelled,
        "n_test": step.n_test,
        "usd": float(step.usd.mean()),
        "weeks": step.weeks,
        "kept": kept_share(plan, step),
    }


def kept_share(plan: StagedPlan, step: Step) -> float:
    """Share of a step's money whose result the next stages use."""
    if plan.world is None or step.kind not in (PROBE, PILOT):
        return 0.0 if step.kind == STOP else 1.0
    judged = plan.world.judged.value
    way = step.ways[0]
    if step.kind == PROBE:
        lost = judged("decision.probe_days") * way.usd_per_day
    else:
        lost = judged("decision.pilot_days") + judged("decision.pilot_days_per_approach")
        lost *= (1.0 - judged("decision.pilot_reuse")) * way.usd_per_day
    return max(1.0 - lost / max(float(step.usd.mean()), 1.0), 0.0)


def _gate(view: GateView, plan: StagedPlan, words: PlanWords) -> dict[str, Any]:
    step = view.step
    return {
        "name": step.kind,
        "approach": step.ways[0].key,
        "approaches": [w.key for w in step.ways],
        "n_labelled": step.n_labelled,
        "n_test": step.n_test,
        "reached": view.reached,
        "thresholds": [z.begins for z in view.zones[1:]],
        "actions": [z.action for z in view.zones],
        "chances": [z.chance for z in view.zones],
        **with_statements({"text": words.gate(view)}),
    }


def _stages(plan: StagedPlan) -> list[dict[str, Any]]:
    """Stages in the order of the work: the cash by stage and the bars of the Gantt."""
    out: list[dict[str, Any]] = []
    starts: list[float] = []
    for view in plan.stages:
        start = 0.0
        if view.after >= 0:
            start = starts[view.after] + plan.stages[view.after].step.weeks
        starts.append(start)
        step = view.step
        out.append(
            {
                "name": step.kind,
                "approaches": [w.key for w in step.ways],
                "n_labelled": step.n_labelled,
                "usd": view.usd,
                "expected_usd": view.expected_usd,
                "weeks": step.weeks,
                "start_weeks": start,
                "chance": view.chance,
                "after": view.after if view.after >= 0 else None,
            }
        )
    return out


def plan_name(step: Step) -> str:
    """A plan in short: what is tried first, with how many labels."""
    labels = [f"{step.n_labelled:g}"] if step.n_labelled else []
    return "+".join([step.kind, *(w.key for w in step.ways), *labels])


def value_of_staging(plan: StagedPlan) -> float | None:
    """Expected loss of the best row built at once, or of stopping, less that of the plan [USD].

    None where nobody has said what a system is worth: it would be tied to the cost.
    """
    if plan.best is None or plan.loss is None or not plan.loss.typed:
        return None
    return plan.best.net - max(0.0, plan.best_single)


def _single(alone: Weighed | None) -> dict[str, Any] | None:
    if alone is None:
        return None
    return {
        "approach": alone.policy.tried[0],
        "success_probability": alone.success,
        "spend_usd": _mean_p90(alone.step.outcome.spend),
        "lost_if_fails_usd": _pair(lost_if_fails(alone)),
    }


def _asked(words: PlanWords) -> dict[str, Any]:
    ask = words.ask()
    return {} if ask is None else with_statements({"ask": ask})


def _mean_p90(draws: Array) -> dict[str, float]:
    return {"mean": float(draws.mean()), "p90": float(np.quantile(draws, 0.9))}


def _pair(draws: Array | None) -> dict[str, float] | None:
    if draws is None:
        return None
    p50, p90 = np.quantile(draws, [0.5, 0.9])
    return {"p50": float(p50), "p90": float(p90)}


def pilot_plan_dict(plan: StagedPlan, evaluation: Evaluation) -> dict[str, Any]:
    """The ``pilot_plan`` of the JSON: the first step, where it is a measurement."""
    words = PlanWords(plan, evaluation)
    first = plan.first
    if first is None or first.kind not in (PROBE, PILOT) or plan.world is None:
        text = state("plan.pilot.none", why=words.headline())
        return {
            "worth_it": False, "approaches": [], "n_labelled": None, "cost_usd": None,
            "weeks": None, "interval_before": None, "interval_after": None, "questions": [],
            "options": [], **with_statements({"text": text}),
        }  # fmt: skip
    common = {
        "n": Count(first.n_labelled), "approaches": words.approaches(first.ways),
        "approach": words.names[first.ways[0].key], "n_test": Count(first.n_test),
        "usd": Usd(float(first.usd.mean())), "weeks": Weeks(first.weeks),
    }  # fmt: skip
    gate = plan.gates[0]
    onward = next((z for z in gate.zones if z.action != STOP and z.begins), None)
    halves = sorted({int(first.n_labelled // 2), int(first.n_labelled)})
    asked = [state("plan.pilot.q_agree")] if evaluation.inputs.n_labelled_to_buy else []
    if first.kind == PROBE:
        asked.append(state("plan.pilot.q_as_is", **common))
    else:
        asked.append(state("plan.pilot.q_reach", half=Count(halves[0]), **common))
    stops = any(z.action == STOP for z in gate.zones)
    if onward is not None and (stops or onward.action == LIVE):
        key = "q_gate" if stops else "q_live"
        asked.append(state(f"plan.pilot.{key}", begins=words.metric(onward.begins)))
    lead = next((w.index for w in first.ways if w.index == plan.row), None)
    before, left = promised(plan, first, lead, evaluation)
    text = state(f"plan.pilot.{'look' if first.kind == PROBE else 'short'}", **common)
    return {
        "worth_it": True,
        "approaches": [w.key for w in first.ways],
        "n_labelled": int(first.n_labelled),
        "n_test": int(first.n_test),
        "sizes": halves if first.kind == PILOT else [],
        "cost_usd": float(first.usd.mean()),
        "weeks": first.weeks,
        "interval_before": before,
        "interval_after": left,
        "kept": kept_share(plan, first),
        "options": [],
        **with_statements({"questions": asked}),
        **with_statements({"text": text}),
    }


def promised(
    plan: StagedPlan, pilot: Step, index: int | None, evaluation: Evaluation
) -> tuple[float, float] | tuple[None, None]:
    """Width of the p10-p90 interval of a row before a measurement of it, and on average after it.

    Notes
    -----
    The draws are weighed by the likelihood of simulated results, as the posterior does with a
    typed one; the mean is taken over results in the middle of equal parts of the draws.
    """
    if index is None or plan.world is None:
        return None, None
    result = evaluation.results[index].accuracy
    draws = result.draws
    if draws is None:
        return None, None
    before = float(np.diff(np.quantile(draws[1:], [0.1, 0.9]))[0])
    if result.truth is None:
        return before, before
    n, n_test = pilot.n_labelled, round(pilot.n_test)
    seen = result.truth.result(n, n_test)[1:]
    left = []
    for q in (0.1, 0.3, 0.5, 0.7, 0.9):
        weight = result.truth.weights(n, n_test, float(np.quantile(seen, q)))[1:]
        left.append(_weighted_width(draws[1:], weight))
    return before, min(float(np.mean(left)), before)


def _weighted_width(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    low, high = np.searchsorted(total / total[-1], [0.1, 0.9])
    last = len(values) - 1
    return float(values[order[min(high, last)]] - values[order[min(low, last)]])
