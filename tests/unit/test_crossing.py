"""Found passages beside tuning: tokens, index, what they are worth, and the crossing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate, quick_comparison
from estimator.errors import InputError
from estimator.report.figures_crossing import crossing, crossing_rows
from estimator.words.format import Style

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

SCENARIO: dict[str, Any] = {
    "task": "question_answering",
    "unit": {"tokens": 350},
    "n_classes": 1,
    "retrieval": {"passages": 50_000, "passage_tokens": 250, "per_request": 8, "churn": 0.05},
    "options": [{"approach": "zero_shot", "retrieval": True},
                {"approach": "lora", "retrieval": True}],
    "serving": {"requests_per_month": 3_000_000, "horizon_months": 36},
    "draws": 1024,
}  # fmt: skip


def rows(evidence: Evidence, **changes: Any) -> dict[str, CandidateResult]:
    inputs = ProjectInputs.from_dict({**SCENARIO, **changes})
    return {r.candidate.key: r for r in evaluate(inputs, evidence).results}


def quantity(row: CandidateResult, item: str) -> float:
    return sum(float(i.quantity_draws[0]) for i in row.money.items if i.item == item)


def test_a_request_carries_its_passages(evidence: Evidence) -> None:
    found = rows(evidence)
    more = quantity(found["zero_shot#1"], "serving_api_input")
    plain = quantity(found["zero_shot"], "serving_api_input")
    assert (more - plain) * 1e6 == pytest.approx(3e6 * 36 * 8 * 250)


def test_index_by_hand(evidence: Evidence) -> None:
    row = rows(evidence)["lora#2"]
    assert quantity(row, "retrieval_index") == pytest.approx(50_000 * 250 / 1e6)
    assert quantity(row, "index_renewal") == pytest.approx(0.05 * 36 * 50_000 * 250 / 1e6)
    assert quantity(rows(evidence)["lora"], "retrieval_index") == 0


def test_passages_help_a_model_as_it_is_and_may_harm_a_tuned_one(evidence: Evidence) -> None:
    found = rows(evidence)
    plain, sent = found["zero_shot"].accuracy.draws, found["zero_shot#1"].accuracy.draws
    tuned, both = found["lora"].accuracy.draws, found["lora#2"].accuracy.draws
    assert plain is not None and sent is not None  # noqa: PT018
    assert tuned is not None and both is not None  # noqa: PT018
    assert np.median(sent) > np.median(plain)
    assert np.median(both) - np.median(tuned) < np.median(sent) - np.median(plain)


def test_the_month_of_crossing_is_where_the_sums_cross(evidence: Evidence) -> None:
    answer = quick_comparison(ProjectInputs.from_dict(SCENARIO), evidence).to_dict()
    found = answer["passages"]
    spent = {found["rows"][way]: usd for way, usd in found["spent_usd"].items()}
    assert set(found["rows"]) == {"retrieval", "tuning", "both"}
    assert any(pair["month"] for pair in found["crossings"])
    for pair in found["crossings"]:
        first, later = spent[pair["cheaper_first"]], spent[pair["cheaper_later"]]
        last = pair["month"] if pair["month"] is not None else min(len(first), len(later))
        assert all(first[m] <= later[m] for m in range(last))
        if pair["month"] is not None:
            assert first[pair["month"]] > later[pair["month"]]
    row = next(r for r in answer["approaches"] if r["key"] == found["rows"]["tuning"])
    assert spent[row["key"]][-1] == pytest.approx(sum(row["cash_flow_usd"]), abs=0.05)


def test_chart_and_printed_table_say_it(evidence: Evidence) -> None:
    answer = quick_comparison(ProjectInputs.from_dict(SCENARIO), evidence).to_dict()
    for language in ("en", "de"):
        style = Style(language, "EUR", 1.1)
        chart = crossing(answer, style)
        assert len(chart.table) == 1 + len(answer["passages"]["spent_usd"]["tuning"]) - 1
        assert len(crossing_rows(answer, style)) == 3 + len(answer["passages"]["crossings"])
    other = quick_comparison(ProjectInputs.from_dict({"task": "translation"}), evidence)
    assert crossing_rows(other.to_dict(), Style()) == []


def test_other_tasks_have_no_passages(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="retrieval"):
        rows(evidence, task="text_classification")
