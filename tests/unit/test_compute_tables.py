"""Models that are shown the rows of a table, and recommenders: work, memory, limits in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from estimator.engine.compute.work import model_info, row_tokens, table_flop
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate
from estimator.vocabulary import Task

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

TABLE: dict[str, Any] = {
    "schema": 1, "name": "x", "task": "tabular_classification", "unit": {"columns": 45},
    "n_labelled_available": 20000, "compute": {"accelerator": "T4"},
}  # fmt: skip


def _rows(evidence: Evidence, **changed: Any) -> dict[str, CandidateResult]:
    inputs = ProjectInputs.from_dict({**TABLE, **changed})
    return {str(r.candidate.approach): r for r in evaluate(inputs, evidence).results}


def test_a_row_passes_all_weights_and_attends_to_the_rows_shown(evidence: Evidence) -> None:
    model = evidence.models["tabpfn-v2"]
    info = model_info(model, Task.TABULAR_CLASSIFICATION)
    inputs = ProjectInputs.from_dict(TABLE)
    assert row_tokens(inputs) == 24
    by_hand = 24 * (2 * 7.25e6 + 4 * 12 * 192 * (10_000 + 24))
    assert table_flop(inputs, info, 20_000) == pytest.approx(by_hand)
    assert table_flop(inputs, info, 10_000) == pytest.approx(by_hand)


def test_in_context_models_have_hours_and_say_what_they_are_shown(evidence: Evidence) -> None:
    rows = _rows(evidence)
    for approach in ("zero_shot", "linear_probe", "full_finetune", "hybrid"):
        compute = rows[approach].compute
        assert compute.feasible, approach
        assert 0 < compute.device_hours_draws.flat[0] < 50
    tuned, shown = rows["full_finetune"].compute, rows["zero_shot"].compute
    assert tuned.device_hours_draws.flat[0] > 5 * shown.device_hours_draws.flat[0]
    assert (shown.peak_memory_gb or 99) < 16
    assert str(shown.recipe["rows_limit"]).startswith("the model is shown 10,000 of")
    few = _rows(evidence, n_labelled_available=2000)["zero_shot"].compute
    assert "all 2,000 rows" in str(few.recipe["rows_limit"])


def test_more_columns_than_a_model_takes_are_said(evidence: Evidence) -> None:
    wide = _rows(evidence, unit={"columns": 900})["zero_shot"].compute
    assert "900 columns are more than the 500" in str(wide.recipe["rows_limit"])


def test_an_in_context_model_of_unknown_size_has_no_hours(evidence: Evidence) -> None:
    row = _rows(evidence, models={"zero_shot": "tabpfn-3"})["zero_shot"].compute
    assert not row.feasible
    assert row.accelerator is None


def test_recommenders_take_the_published_work_of_an_interaction(evidence: Evidence) -> None:
    rows = _rows(evidence, task="recommendation", unit={"interactions": 60})
    assert all(rows[a].compute.feasible for a in ("distill", "hybrid", "scratch"))


def test_work_on_a_processor_and_start_of_the_machine_are_told_apart(evidence: Evidence) -> None:
    row = _rows(evidence)["baseline"].compute
    part = {p.name: p.value for p in row.hours_parts}
    one = part["compute_one_run"] + part["start_up"]
    assert part["compute_one_run"] < part["start_up"]
    assert part["runs"] * one * part["repeats"] == pytest.approx(row.device_hours_draws.flat[0])


def test_a_fit_on_a_cpu_says_what_memory_it_holds(evidence: Evidence) -> None:
    def memory(rows: int) -> float:
        inputs = ProjectInputs.from_dict(
            {"schema": 1, "name": "x", "task": "tabular_classification", "draws": 64,
             "n_labelled_available": rows, "n_labelled_to_buy": 0, "unit": {"columns": 50}}
        )  # fmt: skip
        results = evaluate(inputs, evidence).results
        row = next(r for r in results if str(r.candidate.approach) == "baseline")
        return row.compute.peak_memory_gb or 0.0

    assert 0.5 < memory(1_000) < 0.6
    assert memory(10_000_000) == pytest.approx(0.5 + 12.0, rel=0.05)
