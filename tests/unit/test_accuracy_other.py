"""A task of the user's own: no quality until it was measured, then what the result says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.nearest import allowed_task
from estimator.engine.simulate import evaluate, quick_comparison
from estimator.errors import InputError
from estimator.metrics import known_metric, lower_is_better, own_metric
from estimator.vocabulary import Approach, Task
from estimator.words.format import metric_name

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

SCENARIO: dict[str, Any] = {
    "task": "other",
    "n_labelled_to_buy": 1000,
    "target": {"metric": "MCD, lower, 0 to 20", "value": 5.0},
    "models": {"lora": {"params": 8e7}},
    "draws": 1024,
}


def rows(evidence: Evidence, **changes: Any) -> dict[str, CandidateResult]:
    inputs = ProjectInputs.from_dict({**SCENARIO, **changes})
    return {r.candidate.key: r for r in evaluate(inputs, evidence).results}


@pytest.mark.parametrize(
    "text",
    ["MCD", "MCD, less, 0 to 20", "MCD, lower, 20 to 0", "<b>, lower, 0 to 1", ", lower, 0 to 1"],
)  # fmt: skip
def test_other_texts_are_no_metric(text: str) -> None:
    assert own_metric(text) is None


def test_a_metric_says_its_direction_and_range() -> None:
    name = "MCD, lower, 0 to 20"
    assert lower_is_better(name)
    assert not lower_is_better("success rate, higher, 0 to 1")
    found = known_metric(name)
    assert found is not None
    assert (found.low, found.high, metric_name(name)) == (0.0, 20.0, "MCD")


def test_values_outside_the_typed_range_are_refused(evidence: Evidence) -> None:
    with pytest.raises(InputError, match=r"target\.value"):
        rows(evidence, target={"metric": "MCD, lower, 0 to 20", "value": 25.0})


def test_an_own_metric_belongs_to_the_task_without_a_name(evidence: Evidence) -> None:
    with pytest.raises(InputError, match=r"target\.metric"):
        rows(evidence, task="text_classification")
    with pytest.raises(InputError, match="lower or higher"):
        rows(evidence, target={"metric": "MCD"})


def test_nothing_is_known_before_a_result_and_hours_are(evidence: Evidence) -> None:
    found = rows(evidence)
    assert all(r.accuracy.draws is None and r.accuracy.reason for r in found.values())
    assert found["lora"].compute.device_hours_draws[0] > 0
    assert found["lora"].compute.peak_memory_gb
    assert found["full_finetune"].candidate.model == found["lora"].candidate.model
    assert found["zero_shot"].candidate.model is None


def test_a_result_speaks_for_its_row_alone(evidence: Evidence) -> None:
    pilot = [{"approach": "lora", "n_labelled": 1000, "value": 6.0, "n_test": 400}]
    found = rows(evidence, pilot=pilot)
    draws = found["lora"].accuracy.draws
    assert draws is not None
    assert np.median(draws[1:]) == pytest.approx(6.0, abs=0.3)
    assert ((draws >= 0) & (draws <= 20)).all()
    assert found["full_finetune"].accuracy.draws is None
    few = rows(evidence, pilot=[{**pilot[0], "n_test": 20}])["lora"].accuracy.draws
    assert few is not None
    assert np.std(few[1:]) > 2 * np.std(draws[1:])


def test_more_labels_are_better_and_a_second_result_narrows(evidence: Evidence) -> None:
    one = {"approach": "lora", "n_labelled": 100, "value": 8.0, "n_test": 2000}
    two = {"approach": "lora", "n_labelled": 1000, "value": 6.0, "n_test": 2000}
    alone = rows(evidence, pilot=[one], n_labelled_to_buy=5000)["lora"].accuracy
    both = rows(evidence, pilot=[one, two], n_labelled_to_buy=5000)["lora"].accuracy
    assert alone.truth is not None and alone.draws is not None and both.draws is not None  # noqa: PT018
    at = np.median(alone.truth(np.array([100.0, 1000.0, 5000.0])), axis=1)
    assert at[0] == pytest.approx(8.0, abs=0.2)
    assert at[0] > at[1] > at[2]
    assert np.std(both.draws[1:]) < np.std(alone.draws[1:])
    weights = alone.truth.weights(5000.0, 500, 5.0)
    assert weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("kind", ["text_to_speech", "diarisation", "robot_policy"])
def test_rules_of_thumb_have_their_source(kind: str, evidence: Evidence) -> None:
    inputs = ProjectInputs.from_dict({**SCENARIO, "facts": {"kind": kind}})
    found = quick_comparison(inputs, evidence).to_dict()
    assert found["rules_of_thumb"]
    known = {s["source_id"] for s in found["sources"]}
    assert {r["source_id"] for r in found["rules_of_thumb"]} <= known


@pytest.mark.parametrize("name", ["text to speech", "speaker diarization", "robot policy"])
def test_names_that_are_refused_lead_here(name: str) -> None:
    said = allowed_task(name)
    assert said is not None
    assert said.values["id"].text == str(Task.OTHER)  # type: ignore[attr-defined]


def test_every_approach_can_be_the_one_that_was_measured(evidence: Evidence) -> None:
    for approach in Approach:
        pilot = [{"approach": str(approach), "n_labelled": 300, "value": 7.0}]
        inputs = ProjectInputs.from_dict({**SCENARIO, "pilot": pilot, "draws": 256})
        answer = quick_comparison(inputs, evidence).to_dict()
        known = [r["key"] for r in answer["approaches"] if r["accuracy"]]
        assert known == [str(approach)]
