"""Serving of models that answer from rows they are shown."""

from __future__ import annotations

from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import CandidateResult
from estimator.engine.simulate import evaluate
from estimator.evidence.load import Evidence
from tests.conftest import load_preset

SMALL = 256


def row(inputs: ProjectInputs, evidence: Evidence, key: str) -> CandidateResult:
    found = evaluate(inputs, evidence, n_draws=SMALL).results
    return next(r for r in found if r.candidate.key == key)


def test_context_rows_are_read_once_and_kept(evidence: Evidence) -> None:
    """An answer of an in-context model looks at kept rows; their keys and values need memory."""
    fraud = load_preset("fraud")
    money = row(fraud, evidence, "zero_shot").money
    (line,) = [i for i in money.items if i.item == "serving_instances"]
    assert money.total_draws[0] < 2 * row(fraud, evidence, "baseline").money.total_draws[0]
    assert "10k context rows are read once and kept in memory (5.52 GB)" in str(line.note)
    anew = fraud.replace("assumptions", {"serving.context_look_share": 1.0})
    (again,) = [
        i for i in row(anew, evidence, "zero_shot").money.items if i.item == "serving_instances"
    ]
    assert again.usd_draws[0] > 10 * line.usd_draws[0]
    large = fraud.replace("assumptions", {"serving.context_rows_most": 200_000})
    (held,) = [
        i for i in row(large, evidence, "zero_shot").money.items if i.item == "serving_instances"
    ]
    assert held.usd_draws[0] > 2 * line.usd_draws[0], "110 GB of keys and values take devices"
