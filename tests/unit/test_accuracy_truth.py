"""True values, simulated results and their weights: one set of draws for promise and reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.accuracy import predict_accuracy
from estimator.engine.accuracy.testing import bearing, bearing_share, luck, standard_error
from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate
from estimator.errors import InputError

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DRAWS = Draws(4096, 3)


def estimates(evidence: Evidence, **fields: object) -> dict[str, AccuracyEstimate]:
    inputs = ProjectInputs.from_dict({"task": "text_classification", "n_classes": 5, **fields})
    rows = build_candidates(inputs, evidence)
    found = predict_accuracy(inputs, rows, evidence, Assumptions(evidence.assumptions), DRAWS)
    return {c.key: e for c, e in zip(rows, found, strict=True)}


def test_another_run_and_other_labels_are_other_models_of_one_data_set(evidence: Evidence) -> None:
    truth = estimates(evidence)["lora"].truth
    assert truth is not None
    n = np.array([300.0, 1000.0])
    kept, new = truth(n), truth(n, run="new")
    assert kept.shape == new.shape == (2, DRAWS.size)
    for a, b in ((kept[0], new[0]), (kept[1], new[1]), (kept[0], kept[1])):
        assert np.std(a - b) > 0.005
        assert 0.8 < np.corrcoef(a, b)[0, 1] < 1
    np.testing.assert_array_equal(truth(n), kept)
    with pytest.raises(InputError, match="kept or new"):
        truth(n, run="other")


def test_use_as_is_is_one_model_at_any_number_of_labels(evidence: Evidence) -> None:
    truth = estimates(evidence)["zero_shot"].truth
    assert truth is not None
    few, many = truth(np.array([0.0, 5000.0]))
    np.testing.assert_array_equal(few, many)


def test_a_result_is_the_truth_with_the_noise_of_its_test_set(evidence: Evidence) -> None:
    found = estimates(evidence)
    lora, full = found["lora"].truth, found["full_finetune"].truth
    assert lora is not None
    assert full is not None
    true = lora(np.array([500.0]))[0]
    small, large = (lora.result(500, n) - true for n in (200, 800))
    assert np.std(small) == pytest.approx(2 * np.std(large), rel=0.1)
    assert np.corrcoef(small, large)[0, 1] == pytest.approx(0.5, abs=0.1)
    other = full.result(500, 200) - full(np.array([500.0]))[0]
    assert 0.25 < np.corrcoef(small, other)[0, 1] < 0.55


def test_weights_follow_the_measured_value(evidence: Evidence) -> None:
    truth = estimates(evidence)["lora"].truth
    assert truth is not None
    true, later = truth(np.array([300.0, 3000.0]))
    means = []
    for value in (0.6, 0.75, 0.9):
        weight = truth.weights(300, 500, value)
        assert weight[0] == 0
        assert weight.sum() == pytest.approx(1)
        assert weight @ true == pytest.approx(value, abs=0.01)
        means.append(weight @ later)
    assert means[0] < means[1] < means[2]


@pytest.mark.parametrize("n", [5, 16, 17, 63, 64, 65, 256, 500, 70_000])
def test_luck_is_standard_normal_at_every_size(n: int) -> None:
    found = luck(DRAWS, "x", n, 0.4)[1:]
    assert abs(found.mean()) < 0.05
    assert found.std() == pytest.approx(1, abs=0.05)


def test_every_metric_has_its_rule(evidence: Evidence) -> None:
    a = Assumptions(evidence.assumptions)
    assert standard_error("accuracy", 0.9, 500, a) == pytest.approx(np.sqrt(0.09 / 500))
    assert standard_error("wer", 0.1, 500, a) < standard_error("accuracy", 0.9, 500, a)
    assert 0.5 < standard_error("bleu", 30, 1000, a) < 2
    assert standard_error("corr", 0.8, 100, a) == pytest.approx(0.036)
    assert standard_error("accuracy", 1.0, 500, a) > 0
    assert standard_error("accuracy", 0.9, 0, a) == 0


def test_a_rare_class_sets_the_noise_of_metrics_that_weigh_classes(evidence: Evidence) -> None:
    a = Assumptions(evidence.assumptions)
    positives, value = 100, 0.93
    n = bearing(20_000, bearing_share("auc", 2, positives / 20_000))
    q = 2 * value**2 / (1 + value) - value**2
    hanley = np.sqrt((value * (1 - value) / 19_900 + q) / positives)
    assert standard_error("auc", value, n, a) == pytest.approx(hanley, rel=0.1)
    assert bearing_share("accuracy", 2, 0.005) == 1
    assert bearing_share("f1", 5, 0.3) == 1
    assert bearing(0, 0.5) == 0
