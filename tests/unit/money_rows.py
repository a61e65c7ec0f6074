"""One row of an answer and its lines, for hand-worked figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimator.engine.simulate import evaluate

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.results import CandidateResult, CostItem
    from estimator.evidence.load import Evidence

SMALL = 64


def row(inputs: ProjectInputs, evidence: Evidence, key: str = "full_finetune") -> CandidateResult:
    found = evaluate(inputs, evidence, n_draws=SMALL).results
    return next(r for r in found if r.candidate.key == key)


def lines(result: CandidateResult) -> dict[str, CostItem]:
    return {i.item: i for i in result.money.items}


def usd(result: CandidateResult, item: str) -> float:
    return float(lines(result)[item].usd_draws[0])


def with_assumptions(inputs: ProjectInputs, **values: float) -> ProjectInputs:
    return inputs.replace("assumptions", {k.replace("__", "."): v for k, v in values.items()})
