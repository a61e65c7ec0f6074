"""One scenario through all rooms of the engine, on common random numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from estimator.engine.accuracy import next_labels_plan, predict_accuracy
from estimator.engine.accuracy.facts import wrong_label_share
from estimator.engine.base_models import choose_models
from estimator.engine.candidates import build_candidates, check_names
from estimator.engine.comparison import Comparison
from estimator.engine.compute import predict_compute
from estimator.engine.crossing import passages_against_tuning
from estimator.engine.decide import (
    PlanValue,
    Worlds,
    decide,
    feasibility,
    inside_only,
    plan_value,
    quick_decision,
    staged_plan,
)
from estimator.engine.decide.onward import onward
from estimator.engine.decide.rerun import Progress, quiet
from estimator.engine.decide.stages import Policy
from estimator.engine.decide.today import GOING_LIVE, SCRAPPED
from estimator.engine.distributions import Draws
from estimator.engine.groups import OwnFactors
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money import price_candidates
from estimator.engine.own_factors import judged_by
from estimator.engine.own_told import own_projects
from estimator.engine.ramp import RAMP
from estimator.engine.results import (
    CandidateResult,
    Choice,
    Evaluation,
)
from estimator.engine.rules import rules_of_thumb
from estimator.engine.spelling import with_known_names
from estimator.engine.watched import Kept
from estimator.version import __version__

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@dataclass(frozen=True)
class Memo:
    """Accuracies and hours already computed; re-runs that change money only use them again."""

    accuracies: Kept = field(default_factory=Kept)
    computes: Kept = field(default_factory=Kept)
    models: Kept = field(default_factory=Kept)
    chosen: Mapping[str, Choice] | None = None
    """Base models to stay with, whatever is varied; None: those that each scenario asks for."""


def evaluate(
    inputs: ProjectInputs,
    evidence: Evidence,
    n_draws: int | None = None,
    memo: Memo | None = None,
    draws: Draws | None = None,
) -> Evaluation:
    """Accuracy, compute, money and feasibility of every row of a scenario.

    Parameters
    ----------
    inputs : ProjectInputs
    evidence : Evidence
        The loaded tables and fits.
    n_draws : int, optional
        Fewer draws for searches; the scenario's own number by default.
    memo : Memo, optional
        What earlier runs of the same work computed.
    draws : Draws, optional
        Draws of another kind than the scenario's own.

    Returns
    -------
    Evaluation
        One result per candidate, all on the same named draws.

    Raises
    ------
    InputError
        For a name that the shipped tables do not hold.
    """
    inputs = with_known_names(inputs, evidence)
    check_names(inputs, evidence)
    draws = draws or Draws(n_draws or inputs.draws, inputs.seed)
    assumptions = judged_by(inputs, evidence)
    run = inside_only(inputs)
    memo = memo or Memo()
    chosen = memo.chosen or memo.models.get(
        lambda i, a: choose_models(i, evidence, a), run, assumptions, evidence
    )
    candidates = build_candidates(run, evidence, chosen)
    beside = (candidates, draws, evidence)
    accuracies = memo.accuracies.get(
        lambda i, a: predict_accuracy(i, candidates, evidence, a, draws), run, assumptions, beside
    )
    computes = memo.computes.get(
        lambda i, a: predict_compute(i, candidates, evidence, a, draws), run, assumptions, beside
    )
    monies = price_candidates(run, candidates, accuracies, computes, evidence, assumptions, draws)
    results = []
    for row in zip(candidates, accuracies, computes, monies, strict=True):
        feasible, reasons = feasibility(inputs, *row, assumptions)
        results.append(CandidateResult(*row, feasible=feasible, reasons=reasons))
    wrong = wrong_label_share(run, evidence.fits["accuracy"]["effects"], assumptions)
    return Evaluation(inputs, draws.n, tuple(results), wrong, chosen)


def compare_approaches(
    inputs: ProjectInputs, evidence: Evidence, progress: Progress = quiet
) -> Comparison:
    """The whole answer to a scenario; ``to_dict()`` is the JSON of CONTRACT section 4.

    Parameters
    ----------
    inputs : ProjectInputs
    evidence : Evidence
    progress : callable
        ``progress(done, total)`` between re-runs of the model.

    Raises
    ------
    InputError
        For a name that the shipped tables do not hold.
    """
    return complete_comparison(evaluate(inputs, evidence), evidence, progress)


def complete_comparison(
    evaluation: Evaluation,
    evidence: Evidence,
    progress: Progress = quiet,
    before_rerun: Callable[[], None] = lambda: None,
) -> Comparison:
    """The whole answer on an evaluation that is already there.

    Parameters
    ----------
    evaluation : Evaluation
    evidence : Evidence
    progress : callable
        ``progress(done, total)`` between the steps.
    before_rerun : callable
        Called before each re-run of the model; an exception from it stops the work.
    """
    inputs = evaluation.inputs
    memo = Memo(chosen=evaluation.models)

    def rerun(varied: ProjectInputs) -> Evaluation:
        before_rerun()
        return evaluate(varied, evidence, memo=memo)

    assumptions = judged_by(inputs, evidence)
    worlds = Worlds(evaluation, assumptions)
    value, moved = before_results(worlds, evidence)
    decision = decide(evaluation, rerun, assumptions, value, progress, worlds, moved)
    found = decision.to_dict()
    rows = evaluation.results
    pairs = [r.candidate for r in rows], [r.accuracy for r in rows]
    plan = next_labels_plan(inputs, *pairs, assumptions)
    found["pilot_plan"] = {**found["pilot_plan"], "next_labels": plan.to_dict()}
    return _comparison(evaluation, found, evidence, memo)


def quick_comparison(inputs: ProjectInputs, evidence: Evidence, ladder: bool = True) -> Comparison:
    """The answer without what needs re-runs: no switching values, no drivers.

    Parameters
    ----------
    inputs : ProjectInputs
    evidence : Evidence
    ladder : bool
        Also the plan over other values of a month, which is half of the work.

    Raises
    ------
    InputError
        For a name that the shipped tables do not hold.
    """
    memo = Memo()
    evaluation = evaluate(inputs, evidence, memo=memo)
    assumptions = judged_by(inputs, evidence)
    worlds = Worlds(evaluation, assumptions)
    value, moved = before_results(worlds, evidence)
    decision = quick_decision(evaluation, assumptions, value, ladder, worlds, moved)
    return _comparison(evaluation, decision.to_dict(), evidence, memo)


def before_results(worlds: Worlds, evidence: Evidence) -> tuple[PlanValue | None, Policy | None]:
    """The value of a month that chooses the plan: that of the scenario without own results.

    A bad result must not make a system look more valuable, nor a good one less. With it comes what
    the plan of that scenario does on the results, where they are those of its gates.
    """
    inputs = worlds.evaluation.inputs
    if inputs.pilot:
        memo = Memo(chosen=worlds.evaluation.models)
        before = evaluate(dataclasses.replace(inputs, pilot=()), evidence, memo=memo)
        worlds = Worlds(before, worlds.assumptions)
    value = plan_value(worlds.evaluation, worlds.assumptions, worlds)
    if not inputs.pilot or value is None:
        return value, None
    plan = staged_plan(worlds.evaluation, worlds.assumptions, value, worlds, ladder=False)
    if plan.best is None or plan.world is None:
        return value, None
    return value, onward(plan.best.step, plan.best.policy, plan.world.sign, inputs.pilot)


def _comparison(
    evaluation: Evaluation, decision: Mapping[str, Any], evidence: Evidence, memo: Memo
) -> Comparison:
    rows, inputs = decision["rows"], evaluation.inputs
    own: Mapping[str, Any] = {}
    if inputs.own_factors.in_force:
        plain = dataclasses.replace(inputs, own_factors=OwnFactors(ignore=True))
        chosen = decision["recommendation"].get("approach")
        before = evaluate(plain, evidence, evaluation.n_draws, memo)
        own = own_projects(before, evaluation, chosen)
    return Comparison(
        evaluation=evaluation,
        rows=tuple(
            {**rows[r.candidate.key], **_model_told(evaluation, r)} for r in evaluation.results
        ),
        recommendation=decision["recommendation"],
        frontier=tuple(decision["frontier"]),
        staged_plan=decision["staged_plan"],
        pilot_plan=decision["pilot_plan"],
        sources=tuple(_sources(evaluation, evidence)),
        assumptions=tuple(_assumptions(evaluation, evidence)),
        data_version=evidence.data_version,
        code_version=__version__,
        own_projects=own,
        rules_of_thumb=tuple(rules_of_thumb(inputs, evidence)),
        passages=passages_against_tuning(evaluation),
    )


def _model_told(evaluation: Evaluation, row: CandidateResult) -> dict[str, Any]:
    """Why a row works with its base model, and what else was compared."""
    choice = evaluation.models.get(row.candidate.key)
    if choice is None or row.candidate.model is None:
        return {"base_model_choice": None}
    others = [dataclasses.asdict(o) for o in choice.others]
    return {"base_model_choice": {"reason": choice.reason, "others": others}}


def _assumptions(evaluation: Evaluation, evidence: Evidence) -> list[dict[str, Any]]:
    """Judgements behind the lines, with their ranges and reasons."""
    used = {a for r in evaluation.results for i in r.money.items for a in i.assumption_ids}
    used |= {GOING_LIVE, SCRAPPED}
    used |= set() if evaluation.inputs.value.ramp_months is not None else {RAMP}
    names = ("assumption_id", "p10", "p50", "p90", "unit", "reason", "source_id")
    judged = judged_by(evaluation.inputs, evidence).rows
    rows = (judged[a] for a in sorted(used))
    return [{n: getattr(row, n) for n in names} for row in rows]


def _sources(evaluation: Evaluation, evidence: Evidence) -> list[dict[str, Any]]:
    used = {evidence.assumptions[name].source_id for name in (GOING_LIVE, SCRAPPED, RAMP)}
    used |= {r["source_id"] for r in rules_of_thumb(evaluation.inputs, evidence)}
    for r in evaluation.results:
        used.update(r.accuracy.grade.source_ids, r.compute.source_ids)
        used.update(i for item in r.money.items for i in item.source_ids)
        if r.candidate.model:
            used.add(r.candidate.model.source_id)
    return [
        {
            "source_id": s.source_id,
            "title": s.title,
            "year": s.year,
            "url": s.url,
            "licence": s.licence,
        }
        for s in (evidence.sources[i] for i in sorted(used & evidence.sources.keys()))
    ]
