"""The sentences of a staged plan: first step, gates, ends, money, what it rests on."""

from __future__ import annotations

import numpy as np

from estimator.engine.decide.loss import Loss
from estimator.engine.decide.policy import (
    ALL,
    LIVE,
    MORE,
    PILOT,
    PROBE,
    REST,
    STOP,
    SWITCH,
    TAKE,
    Step,
)
from estimator.engine.decide.staged import NOT_WORTH, Rung, StagedPlan, same_first
from estimator.engine.decide.views import LEAST_SHARE, GateView, Zone, lost_if_fails
from estimator.engine.decide.way import Way, World
from estimator.engine.distributions import Array
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import JOINED_TASKS, Basis, Task
from estimator.vocabulary import Approach as Row
from estimator.words.statement import (
    Approach,
    Count,
    Listed,
    Metric,
    Months,
    Share,
    Statement,
    Usd,
    Value,
    Weeks,
    state,
)

LEAST_WRONG = 0.005
"""A rarer system that goes live and falls short is not named: its per cent would be a 0."""
TRIAL_OUTPUTS = 20
FIRST_GROWTH = 2
"""Times the least labels of a pilot up to which more are no use before the first step."""
FILE_TASKS = frozenset({Task.TEXT_CLASSIFICATION, Task.TABULAR_CLASSIFICATION})
"""Tasks whose baseline is measured on a file of labels."""
FIRST_TEST = 200


def name_of(result: CandidateResult) -> Approach:
    """A row by its name; an extra row with its model."""
    extra = "#" in result.candidate.key and result.candidate.model is not None
    model = result.candidate.model.name if extra and result.candidate.model else None
    return Approach(str(result.candidate.approach), model)


class PlanWords:
    """Writes one plan; ``evaluation`` names its rows."""

    def __init__(self, plan: StagedPlan, evaluation: Evaluation) -> None:
        self.plan, self.evaluation = plan, evaluation
        self.names = {r.candidate.key: name_of(r) for r in evaluation.results}

    def approaches(self, ways: tuple[Way, ...]) -> Listed:
        """Names of ways in a list."""
        return Listed(tuple(self.names[w.key] for w in ways))

    def target(self) -> Metric:
        """The target with its metric."""
        target = self.evaluation.inputs.target
        return Metric(float(target.value or 0.0), str(target.metric))

    def first(self, step: Step) -> Statement:
        """What is done in one step, with its money and weeks; no capital at its start."""
        world = self.world
        common: dict[str, Value] = {"usd": Usd(float(step.usd.mean())), "weeks": Weeks(step.weeks)}
        if step.kind == STOP:
            return state("plan.first.stop")
        way = step.ways[0]
        common |= {"approach": self.names[way.key], "n": Count(step.n_labelled)}
        if step.kind in (LIVE, TAKE):
            return state("plan.first.live", **common)
        if step.kind == PROBE:
            key = self._own("plan.first.probe")
            if way.approach is Row.BASELINE and key.endswith(Task.RETRIEVAL):
                key = f"{key}.words"
            return state(key, n_test=Count(step.n_test), **common)
        if step.kind == ALL:
            return state("plan.first.all" if way.needs_labels else "plan.first.all_as_is", **common)
        more = max(step.n_labelled - world.owned, 0.0)
        if step.kind == PILOT:
            key = "plan.first.pilot" if more else "plan.first.pilot_owned"
            return state(self._own(key), approaches=self.approaches(step.ways), **common)
        key = f"plan.first.{'rest' if step.kind in (REST, SWITCH) else MORE}"
        return state(key if more else "plan.first.rest_owned", more=Count(more), **common)

    def _own(self, key: str) -> str:
        """The key of a task that counts questions or documents instead of examples."""
        task = self.evaluation.inputs.task
        return f"{key}.{task}" if task in JOINED_TASKS else key

    @property
    def world(self) -> World:
        """The world of the plan; only asked where there is one."""
        if self.plan.world is None:
            raise ValueError("a plan without evidence has no steps")
        return self.plan.world

    def headline(self) -> Statement:
        """The first sentence, one form for each outcome."""
        plan = self.plan
        if plan.best is None or plan.loss is None:
            return state("plan.head.no_row") if plan.outcome == NOT_WORTH else self._unknown()
        if plan.outcome != NOT_WORTH:
            return state(f"plan.head.{plan.outcome}", first=self.first(plan.best.step))
        if plan.unlikely or not self.even:
            chance = plan.likeliest
            return state("plan.head.unlikely", target=self.target(), chance=Share(chance))
        if plan.loss.typed:
            return state(
                "plan.head.stop_typed", value=Usd(plan.loss.usd_per_month), even=Usd(self.even)
            )
        return state("plan.head.stop", even=Usd(self.even))

    @property
    def even(self) -> float:
        """Value of a month from which some plan is worth its money, as things stand [USD]."""
        return float(self.plan.even_now or 0.0)

    def _unknown(self) -> Statement:
        cheapest = self._cheapest()
        if cheapest is None:
            return state("plan.head.no_row")
        known = any(r.accuracy.draws is not None for r in self.evaluation.results)
        key = "plan.head.no_target" if known else "plan.head.no_evidence"
        return state(key, approach=name_of(cheapest))

    def _cheapest(self) -> CandidateResult | None:
        trial = self.plan.trial
        return None if trial is None else self.evaluation.results[trial]

    def trial(self) -> Statement | None:
        """The first step where there is no evidence: what to show to whom."""
        cheapest = self._cheapest()
        if cheapest is None:
            return None
        if str(self.evaluation.inputs.task).endswith("_generation"):
            return state("plan.first.trial", n=Count(TRIAL_OUTPUTS), approach=name_of(cheapest))
        key = self._own("plan.first.trial_measured")
        return state(key, n=Count(FIRST_TEST), approach=name_of(cheapest))

    def reason(self) -> Statement:
        """Why: how it ends; where nothing goes live, from which value on something would."""
        plan = self.plan
        if plan.best is None:
            return self.headline() if plan.outcome == NOT_WORTH else self.trial() or self.headline()
        if plan.outcome == NOT_WORTH:
            return self.worth() or self.headline()
        return self.ends()

    def next_step(self) -> Statement:
        """What is decided after the first step; where there is none, what to do at all."""
        plan = self.plan
        if plan.best is None and plan.outcome == NOT_WORTH:
            return state("plan.lift")
        if plan.best is None:
            return self.trial() or self.headline()
        if plan.gates:
            return self.gate(plan.gates[0])
        return self.totals() or self.headline()

    def gate(self, view: GateView) -> Statement:
        """One gate: what is done from which measured value on."""
        step = view.step
        after = state(
            f"plan.gate.after.{step.kind}", n=Count(step.n_labelled),
            approach=self.names[step.ways[0].key],
        )  # fmt: skip
        return state("plan.gate", after=after, zones=Listed(tuple(self.zones(view))))

    def zones(self, view: GateView) -> list[Statement]:
        """The zones of a gate in words; inner ones of fewer than 2 in 100 draws are left out."""
        last = len(view.zones) - 1
        shown = [z for i, z in enumerate(view.zones) if i in (0, last) or z.chance >= LEAST_SHARE]
        if len(shown) == 1:
            return [state("plan.zone.only", action=self._action(shown[0]))]
        error = "_error" if self.world.sign < 0 else ""
        out = []
        for i, zone in enumerate(shown):
            values: dict[str, Value] = {
                "action": self._action(zone), "share": Share(zone.chance),
            }  # fmt: skip
            if i:
                values["begins"] = self.metric(zone.begins)
            if i + 1 < len(shown):
                values["to"] = self.metric(shown[i + 1].begins)
            place = "low" if not i else "middle" if i + 1 < len(shown) else "high"
            key = f"plan.zone.{place}{error if place != 'high' else ''}"
            out.append(state(key, **values))
        return out

    def metric(self, value: float | None) -> Metric:
        return Metric(float(value or 0.0), self.world.metric)

    def _action(self, zone: Zone) -> Statement:
        step = zone.next
        if step is None or step.kind == STOP:
            return state("plan.act.stop")
        values: dict[str, Value] = {"n": Count(step.n_labelled)}
        if step.ways:
            values["approach"] = self.names[step.ways[0].key]
            values["approaches"] = self.approaches(step.ways)
        key = step.kind
        if key in (PILOT, REST) and step.n_labelled <= self.world.owned:
            key += "_owned"
        if key == LIVE and step.outcome.before.any():
            key += "_finish"
        return state(f"plan.act.{key}", **values)

    def ends(self) -> Statement:
        """How it ends, in chances."""
        plan = self.plan
        works = sum(e.probability for e in plan.ends if e.success)
        wrong = sum(e.probability for e in plan.ends if e.end == "live_short")
        stops = max(1.0 - works - wrong, 0.0)
        key = "plan.ends.all" if wrong >= LEAST_WRONG else "plan.ends.clean"
        return state(
            key, target=self.target(), works=Share(works), stops=Share(stops), wrong=Share(wrong)
        )

    def lost(self) -> Statement | None:
        """Money that is gone where it fails."""
        failed = None if self.plan.best is None else lost_if_fails(self.plan.best)
        if failed is None:
            return None
        p50, p90 = np.quantile(failed, [0.5, 0.9])
        return state("plan.lost", p50=Usd(float(p50)), p90=Usd(float(p90)))

    def totals(self) -> Statement | None:
        """What to authorise now, and what the whole plan costs."""
        best = self.plan.best
        if best is None:
            return None
        return state(
            "plan.totals", now=Usd(float(best.step.usd.mean())), most=Usd(self.plan.at_most_usd),
            expected=Usd(best.spend), horizon=Months(self.world.horizon_months),
            p90=Usd(float(np.quantile(best.step.outcome.spend, 0.9))),
        )  # fmt: skip

    def worth(self) -> Statement | None:
        """From which value of a month on it is worth starting."""
        plan = self.plan
        if plan.loss is None or not self.even:
            return None
        if plan.loss.typed:
            return state("plan.even_typed", even=Usd(self.even), value=Usd(plan.loss.usd_per_month))
        return state("plan.even", even=Usd(self.even))

    def single(self) -> Statement | None:
        """Against building the plan's row at once."""
        plan = self.plan
        alone = plan.alone
        if alone is None or plan.best is None or plan.best.policy.kind in ("all", "live"):
            return None
        failed = lost_if_fails(alone)
        if failed is None:
            return None
        return state(
            "plan.single", approach=self.names[alone.policy.tried[0]],
            chance=Share(alone.success), lost=Usd(float(np.median(failed))),
        )  # fmt: skip

    def weeks(self) -> Statement | None:
        """When it is live."""
        weeks = live_weeks(self.plan)
        if weeks is None:
            return None
        p50, p90 = np.quantile(weeks, [0.5, 0.9])
        return state("plan.weeks", p50=Weeks(float(p50)), p90=Weeks(float(p90)))

    def false_go(self, loss: Loss) -> Statement:
        """What a release costs that falls short, and from which value a system is of use."""
        typed = self.evaluation.inputs.value.harm_usd is not None
        typed = typed or self.world.judged.basis("decision.harm_usd") == Basis.TYPED
        return state(
            "plan.false_go_errors" if loss.by_errors else "plan.false_go",
            usd=Usd(loss.harm_usd), months=Months(loss.noticed_months),
            basis=state(f"plan.basis.{'typed' if typed else 'assumed'}"),
            begins=self.metric(self.world.sign * loss.useful),
        )  # fmt: skip

    def here(self) -> Statement | None:
        """Results entered so far."""
        pilot = self.evaluation.inputs.pilot
        if not pilot:
            return None
        metric = str(self.evaluation.inputs.target.metric)
        parts = tuple(
            state(
                "plan.result" if p.n_labelled else "plan.result_as_is",
                approach=Approach(str(p.approach)), n=Count(p.n_labelled),
                value=Metric(float(p.value), metric),
            )
            for p in pilot
        )  # fmt: skip
        return state("plan.here", results=Listed(parts))

    def before(self) -> Statement | None:
        """What is measured before the first step: the baseline, where a file of labels says it.

        None where it was measured, where the task is none that a file is measured for, and where
        nothing is to be done or the plan goes live at once.
        """
        inputs, best = self.evaluation.inputs, self.plan.best
        kind = None if best is None else best.step.kind
        known = any(p.approach == Row.BASELINE for p in inputs.pilot)
        row = any(r.candidate.approach == Row.BASELINE for r in self.evaluation.results)
        if inputs.task not in FILE_TASKS or known or not row or kind in (None, STOP, LIVE, TAKE):
            return None
        least = int(self.world.judged.value("decision.least_pilot_labels"))
        most = FIRST_GROWTH * least
        owned = inputs.n_labelled_available
        key = "plan.before.owned" if owned >= least else "plan.before.label"
        baseline = Approach(str(Row.BASELINE))
        return state(key, approach=baseline, least=Count(least), most=Count(most))

    def ask(self) -> Statement | None:
        """The question whose answer is worth most."""
        if not self.plan.ask:
            return None
        first = self.plan.ask[0]
        return state("plan.ask", input=state(f"plan.ask.{first.input}"), usd=Usd(first.usd))

    def ladder(self) -> list[Statement]:
        """The first step over values of a month; one sentence where it never changes."""
        rungs = self.plan.rungs
        if not rungs:
            return []
        kept: list[Rung] = []
        for rung in rungs:
            if not kept or not same_first(kept[-1].policy, rung.policy):
                kept.append(rung)
        if len(kept) == 1:
            low, high = self.plan.looked_at
            return [state("plan.value_same", low=Usd(low), high=Usd(high))]
        return [state("plan.value", value=Usd(r.usd_per_month), first=self.first(r.first))
                for r in kept]  # fmt: skip

    def path(self, rule: Way | None, rule_chance: float) -> list[Statement]:
        """How the answer was come to."""
        world = self.plan.world
        out: list[Statement] = []
        if world is not None:
            wanted = Share(world.wanted)
            if rule is not None:
                out.append(
                    state("plan.rule", approach=self.names[rule.key], target=self.target(),
                          chance=Share(rule_chance), wanted=wanted)
                )  # fmt: skip
            else:
                out.append(state("plan.no_rule", target=self.target(), wanted=wanted))
            out.append(state("plan.weighed"))
            out += [] if self.plan.loss is None else [self.false_go(self.plan.loss)]
        else:
            out += [self.reason(), self.next_step()]
        out += [self.gate(g) for g in self.plan.gates if g.reached >= LEAST_SHARE]
        found = [self.lost(), self.single(), self.worth()] if world is not None else []
        return out + [s for s in found if s is not None]


def live_weeks(plan: StagedPlan) -> Array | None:
    """Weeks until live in the draws that go live; None: it never does."""
    if plan.best is None:
        return None
    out = plan.best.step.outcome
    live = out.row >= 0
    return out.weeks[live] if live.any() else None
