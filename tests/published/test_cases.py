"""Twenty-five questions of the public with what was reported; what misses is listed with why."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml

from estimator.engine.distributions import percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate
from estimator.metrics import lower_is_better
from tests.conftest import ROOT

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult, Evaluation
    from estimator.evidence.load import Evidence

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "published" / "cases.yaml").read_text(encoding="utf-8")
)
WITHIN = 2.5
"""Times by which hours of one run may differ."""
SEPARATE = ("what", "row", "low", "high", "phase", "item", "below", "known_wrong")


def reported() -> list[Any]:
    """One parameter for each reported value; those that are known to be wrong must stay so."""
    out = []
    for case in CASES:
        for k, said in enumerate(case["reported"]):
            why = said.get("known_wrong")
            marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
            out.append(pytest.param(case, said, id=f"{case['id']}-{k}-{said['what']}", marks=marks))
    return out


@pytest.fixture(scope="module")
def answers(evidence: Evidence) -> Any:
    """Evaluations by scenario text, made once."""

    @cache
    def answer(text: str) -> Evaluation:
        return evaluate(ProjectInputs.from_text(text), evidence)

    return answer


def meet(low: float, high: float, said: dict[str, Any]) -> bool:
    """Do two ranges have a value in common?"""
    return bool(low <= said["high"] and high >= said["low"])


def usd_of(row: CandidateResult, said: dict[str, Any], months: float = 1.0) -> Any:
    """Money of a phase, or of the lines whose name begins so; by month where it is asked so."""
    whole = said.get("phase"), said.get("item", "?")
    ends = ("", "_input", "_cached", "_output")
    names = {f"{whole[1]}{end}" for end in ends}
    lines = [i.usd_draws for i in row.money.items if str(i.phase) == whole[0] or i.item in names]
    assert lines, [i.item for i in row.money.items]
    return np.sum(lines, axis=0) / months


@pytest.mark.parametrize(("case", "said"), reported())
def test_what_was_reported(case: dict[str, Any], said: dict[str, Any], answers: Any) -> None:
    changes = {k: v for k, v in said.items() if k not in SEPARATE}
    scenario = {**case["scenario"], **changes, "draws": 2048}
    found: Evaluation = answers(yaml.safe_dump(scenario))
    rows = {r.candidate.key: r for r in found.results}
    row = rows[said["row"]]
    what = said["what"]
    if what == "fits":
        assert row.compute.feasible, [str(r) for r in row.compute.reasons]
    elif what == "free":
        assert not [i.item for i in row.money.items if str(i.phase) == said["phase"]]
    elif what == "hours":
        middle = percentiles(row.compute.single_run_device_hours_draws)[1]
        assert meet(middle / WITHIN, middle * WITHIN, said), middle
    elif what == "quality":
        assert row.accuracy.draws is not None
        p10, _, p90 = percentiles(row.accuracy.draws)
        assert meet(p10, p90, said), (p10, p90)
    elif what == "order":
        mine, other = row.accuracy.draws, rows[said["below"]].accuracy.draws
        assert mine is not None
        assert other is not None
        sign = -1 if lower_is_better(row.accuracy.metric) else 1
        assert sign * np.median(mine[1:]) <= sign * np.median(other[1:])
    else:
        months = found.inputs.serving.horizon_months if what == "monthly" else 1.0
        usd = usd_of(row, said, months)
        p10, _, p90 = percentiles(usd)
        assert meet(p10, p90, said), (p10, p90)


def test_all_questions_are_there_once() -> None:
    assert [c["id"] for c in CASES] == [f"q{n:02}" for n in range(1, 26)]
    values = [r for c in CASES for r in c["reported"]]
    assert sum("known_wrong" in r for r in values) <= len(values) / 4
