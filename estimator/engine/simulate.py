"""One scenario through all rooms of the engine, on common random numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import estimator
from estimator.engine import groups
from estimator.engine.accuracy import next_labels_plan, predict_accuracy
from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates, check_names
from estimator.engine.comparison import Comparison
from estimator.engine.compute import predict_compute
from estimator.engine.decide import decide, feasibility, inside_only, quick_decision
from estimator.engine.decide.rerun import Progress, quiet
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money import price_candidates
from estimator.engine.results import (
    AccuracyEstimate,
    CandidateResult,
    ComputeEstimate,
    Evaluation,
)

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@dataclass(frozen=True)
class Memo:
    """Accuracies and hours already computed; re-runs that change money only use them again."""

    accuracies: dict[tuple[ProjectInputs, int], list[AccuracyEstimate]] = field(
        default_factory=dict
    )
    computes: dict[tuple[ProjectInputs, int], list[ComputeEstimate]] = field(default_factory=dict)


def hours_inputs(inputs: ProjectInputs) -> ProjectInputs:
    """The scenario with the fields at their defaults that no accuracy and no hour depends on."""
    return dataclasses.replace(
        inputs,
        name="",
        start_date=None,
        prices=None,
        people=groups.People(),
        finance=groups.Finance(),
        value=groups.Value(),
        labelling=dataclasses.replace(inputs.labelling, usd_per_label=None),
        compute=dataclasses.replace(inputs.compute, usd_per_device_hour=None),
    )


def accuracy_inputs(inputs: ProjectInputs) -> ProjectInputs:
    """The scenario with the fields at their defaults that no accuracy depends on."""
    return dataclasses.replace(
        hours_inputs(inputs),
        compute=groups.Compute(),
        serving=groups.Serving(),
        limits=groups.Limits(),
        own_hardware=None,
        own_runs=(),
    )


def evaluate(
    inputs: ProjectInputs,
    evidence: Evidence,
    n_draws: int | None = None,
    memo: Memo | None = None,
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

    Returns
    -------
    Evaluation
        One result per candidate, all on the same named draws.

    Raises
    ------
    InputError
        For a name that the shipped tables do not hold.
    """
    check_names(inputs, evidence)
    draws = Draws(n_draws or inputs.draws, inputs.seed)
    assumptions = Assumptions(evidence.assumptions, inputs.assumptions)
    run = inside_only(inputs)
    candidates = build_candidates(run, evidence)
    memo = memo or Memo()
    seen, hours = (accuracy_inputs(run), draws.n), (hours_inputs(run), draws.n)
    if seen not in memo.accuracies:
        memo.accuracies[seen] = predict_accuracy(run, candidates, evidence, assumptions, draws)
    if hours not in memo.computes:
        memo.computes[hours] = predict_compute(run, candidates, evidence, assumptions, draws)
    accuracies, computes = memo.accuracies[seen], memo.computes[hours]
    monies = price_candidates(run, candidates, accuracies, computes, evidence, assumptions, draws)
    results = []
    for row in zip(candidates, accuracies, computes, monies, strict=True):
        feasible, reasons = feasibility(inputs, *row, assumptions)
        results.append(CandidateResult(*row, feasible=feasible, reasons=reasons))
    return Evaluation(inputs=inputs, n_draws=draws.n, results=tuple(results))


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
    memo = Memo()

    def rerun(varied: ProjectInputs) -> Evaluation:
        before_rerun()
        return evaluate(varied, evidence, memo=memo)

    decision = decide(
        evaluation,
        rerun,
        Assumptions(evidence.assumptions, inputs.assumptions),
        Draws(inputs.draws, inputs.seed),
        progress,
    )
    found = decision.to_dict()
    rows = evaluation.results
    plan = next_labels_plan(inputs, [r.candidate for r in rows], [r.accuracy for r in rows])
    found["pilot_plan"] = {**found["pilot_plan"], "next_labels": plan.to_dict()}
    return _comparison(evaluation, found, evidence)


def quick_comparison(inputs: ProjectInputs, evidence: Evidence) -> Comparison:
    """The answer without what needs re-runs: no switching values, drivers or pilot plan.

    Raises
    ------
    InputError
        For a name that the shipped tables do not hold.
    """
    evaluation = evaluate(inputs, evidence)
    assumptions = Assumptions(evidence.assumptions, inputs.assumptions)
    return _comparison(evaluation, quick_decision(evaluation, assumptions).to_dict(), evidence)


def _comparison(
    evaluation: Evaluation, decision: Mapping[str, Any], evidence: Evidence
) -> Comparison:
    rows = decision["rows"]
    return Comparison(
        evaluation=evaluation,
        rows=tuple(rows[r.candidate.key] for r in evaluation.results),
        recommendation=decision["recommendation"],
        frontier=tuple(decision["frontier"]),
        pilot_plan=decision["pilot_plan"],
        sources=tuple(_sources(evaluation, evidence)),
        data_version=evidence.data_version,
        code_version=estimator.__version__,
    )


def _sources(evaluation: Evaluation, evidence: Evidence) -> list[dict[str, Any]]:
    used: set[str] = set()
    for r in evaluation.results:
        used.update(r.accuracy.grade.source_ids, r.compute.source_ids)
        used.update(item.source_id for item in r.money.items)
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
