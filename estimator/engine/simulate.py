"""One scenario through all rooms of the engine, on common random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimator.engine.accuracy import predict_accuracy
from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates, check_names
from estimator.engine.compute import predict_compute
from estimator.engine.decide import feasibility
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money import price_candidates
from estimator.engine.results import CandidateResult, Evaluation

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def evaluate(inputs: ProjectInputs, evidence: Evidence, n_draws: int | None = None) -> Evaluation:
    """Accuracy, compute, money and feasibility of every row of a scenario.

    Parameters
    ----------
    inputs : ProjectInputs
    evidence : Evidence
        The loaded tables and fits.
    n_draws : int, optional
        Fewer draws for searches; the scenario's own number by default.

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
    candidates = build_candidates(inputs, evidence)
    accuracies = predict_accuracy(inputs, candidates, evidence, assumptions, draws)
    computes = predict_compute(inputs, candidates, evidence, assumptions, draws)
    monies = price_candidates(
        inputs, candidates, accuracies, computes, evidence, assumptions, draws
    )
    results = []
    for row in zip(candidates, accuracies, computes, monies, strict=True):
        feasible, reasons = feasibility(inputs, *row, assumptions)
        results.append(CandidateResult(*row, feasible=feasible, reasons=reasons))
    return Evaluation(inputs=inputs, n_draws=draws.n, results=tuple(results))
