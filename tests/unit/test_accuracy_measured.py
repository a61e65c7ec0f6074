"""Own results: what they leave at the measured place, beyond it and elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.accuracy import predict_accuracy
from estimator.engine.accuracy.block import along_labels, spread_apart, widened
from estimator.engine.accuracy.paths import centred, falling, knot_weights, settled
from estimator.engine.accuracy.testing import bearing, standard_error
from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DRAWS = Draws(2048, 1)
TICKETS = {
    "task": "text_classification",
    "n_classes": 12,
    "n_labelled_to_buy": 1000,
    "n_evaluation": 500,
    "target": {"metric": "accuracy", "value": 0.9},
}
IMAGES = {"task": "medical_imaging", "n_classes": 3, "n_labelled_to_buy": 600}
RARE = {"task": "tabular_classification", "n_classes": 2, "n_labelled_to_buy": 20_000}
RARE_FACTS = {"facts": {"minority_share": 0.02}, "target": {"metric": "f1", "value": 0.6}}
SPEECH = {
    "task": "speech_recognition",
    "domain": "far",
    "n_labelled_to_buy": 5000,
    "target": {"metric": "wer", "value": 0.1},
}
CASES = [(TICKETS, "lora"), (IMAGES, "full_finetune"), (RARE | RARE_FACTS, "baseline")]
CASES += [(SPEECH, "full_finetune"), (TICKETS, "hybrid"), (TICKETS, "zero_shot")]


def estimates(evidence: Evidence, fields: dict[str, Any]) -> dict[str, AccuracyEstimate]:
    inputs = ProjectInputs.from_dict(fields)
    rows = build_candidates(inputs, evidence)
    found = predict_accuracy(inputs, rows, evidence, Assumptions(evidence.assumptions), DRAWS)
    return {c.key: e for c, e in zip(rows, found, strict=True)}


def after(evidence: Evidence, fields: dict[str, Any], *points: tuple[str, int, float]) -> Any:
    pilot = [{"approach": a, "n_labelled": n, "value": v} for a, n, v in points]
    return estimates(evidence, {**fields, "pilot": pilot})


def of(
    evidence: Evidence, fields: dict[str, Any], key: str, *points: tuple[str, int, float]
) -> Any:
    return after(evidence, fields, *points)[key]


def ends(estimate: AccuracyEstimate) -> tuple[float, float, float]:
    assert estimate.draws is not None
    return percentiles(estimate.draws)


@pytest.mark.parametrize(("fields", "key"), CASES)
def test_at_the_measured_labels_the_width_is_that_of_the_test(
    fields: dict[str, Any], key: str, evidence: Evidence
) -> None:
    prior = estimates(evidence, fields)[key]
    n = fields["n_labelled_to_buy"]
    value = round(ends(prior)[1], 3)
    found = of(evidence, fields, key, (key, n, value))
    p10, _, p90 = ends(found)
    error = standard_error(
        "wer" if prior.metric == "wer" else "accuracy",
        value,
        bearing(fields.get("n_evaluation", 500), 0.04 if "facts" in fields else 1.0),
        Assumptions(evidence.assumptions),
    )
    assert 1.5 * error < p90 - p10 < 3.0 * error
    assert p10 - error < value < p90 + error


@pytest.mark.parametrize(("fields", "key"), CASES[:4])
def test_a_retrained_model_adds_its_run(
    fields: dict[str, Any], key: str, evidence: Evidence
) -> None:
    n = fields["n_labelled_to_buy"]
    value = round(ends(estimates(evidence, fields)[key])[1], 3)
    found = of(evidence, fields, key, (key, n, value))
    assert found.truth is not None
    kept, new = (found.truth(np.array([float(n)]), run)[0] for run in ("kept", "new"))
    np.testing.assert_array_equal(kept, found.draws)
    assert np.std(kept[1:]) < np.std(new[1:]) < 4 * np.std(kept[1:])


@pytest.mark.parametrize(("fields", "key"), CASES[:4])
def test_more_labels_than_measured_are_not_worse(
    fields: dict[str, Any], key: str, evidence: Evidence
) -> None:
    n = fields["n_labelled_to_buy"] // 4
    value = round(ends(estimates(evidence, fields)[key])[1], 3)
    found = of(evidence, fields, key, (key, n, value))
    sign = -1.0 if found.metric == "wer" else 1.0
    worst = 10 if sign > 0 else 90
    assert found.truth is not None
    here = found.truth(np.array([float(n)]), "new")[0][1:]
    later = found.truth(np.array([4.0 * n]), "new")[0][1:]
    assert sign * (np.percentile(later, worst) - np.percentile(here, worst)) > -0.003
    assert sign * (ends(found)[1] - value) > -0.01


@pytest.mark.parametrize(("fields", "key"), CASES)
@pytest.mark.parametrize("share", [1.0, 0.2])
def test_a_better_result_never_lowers_a_chance(
    fields: dict[str, Any], key: str, share: float, evidence: Evidence
) -> None:
    n = round(share * fields["n_labelled_to_buy"])
    low = fields.get("target", {}).get("metric") == "wer"
    values = np.array([0.4, 0.6, 0.75, 0.85, 0.92, 0.97, 0.995])
    targets = np.array([0.5, 0.7, 0.8, 0.9, 0.95, 0.98])
    last: dict[str, np.ndarray] = {}
    for value in values:
        found = after(evidence, fields, (key, n, round(float(1 - value if low else value), 4)))
        for row, estimate in found.items():
            reach = 1 - estimate.draws if low else estimate.draws
            chance = (reach[None, 1:] >= targets[:, None]).mean(axis=1)
            if row in last:
                assert (chance >= last[row] - 0.015).all(), (row, value)
            last[row] = chance


def test_one_result_of_a_neighbour_moves_the_others_and_leaves_them_wide(
    evidence: Evidence,
) -> None:
    prior = estimates(evidence, TICKETS)
    found = after(evidence, TICKETS, ("baseline", 200, 0.8))
    before, later = ends(prior["lora"]), ends(found["lora"])
    assert later[1] > before[1]
    assert 0.1 < later[2] - later[0] < before[2] - before[0]


def test_two_tests_of_one_size_say_more_than_one(evidence: Evidence) -> None:
    one = of(evidence, TICKETS, "lora", ("lora", 300, 0.8))
    two = of(evidence, TICKETS, "lora", ("lora", 300, 0.8), ("lora", 300, 0.81))
    assert ends(two)[2] - ends(two)[0] < ends(one)[2] - ends(one)[0]
    assert abs(ends(two)[1] - ends(one)[1]) < 0.02


def test_a_result_is_read_at_what_its_labels_are_worth(evidence: Evidence) -> None:
    fields = RARE | RARE_FACTS | {"n_evaluation": 500_000}
    found = of(evidence, fields, "baseline", ("baseline", 5000, 0.5))
    assert found.curve is not None
    there = found.curve(np.array([5000.0]))[0][1:]
    assert np.median(there) == pytest.approx(0.5, abs=0.01)


def test_settled_curves_keep_their_measured_values_and_never_rise() -> None:
    rng = np.random.default_rng(5)
    nodes = np.cumsum(rng.normal(-0.2, 0.4, (7, 500)), axis=0)
    for places in ([2.4], [0.9], [6.5], [1.6, 1.9], [0.7, 3.5]):
        found = settled(nodes, places)
        assert (np.diff(found, axis=0) <= 1e-12).all()
        value = knot_weights(np.array(places[-1]))
        np.testing.assert_allclose(value @ found, value @ settled(nodes, places[-1:]), atol=1e-9)
    alone = knot_weights(np.array(2.4))
    np.testing.assert_allclose(alone @ settled(nodes, [2.4]), alone @ nodes)


def test_curves_are_centred_on_the_base_case_and_never_rise() -> None:
    rng = np.random.default_rng(5)
    spread = np.array([2.0, 1.0, 0.5, 0.3, 0.4, 0.6, 1.0])[:, None]
    nodes = np.linspace(1, -0.8, 7)[:, None] + spread * rng.normal(size=(7, 4001))
    nodes[:, 0] = np.linspace(1, -0.8, 7)
    raw, fixed = falling(nodes), centred(falling(nodes))
    assert (np.diff(fixed, axis=0) <= 0).all()
    np.testing.assert_array_equal(fixed[:, 0], raw[:, 0])
    gap = np.abs(np.median(fixed[:, 1:], axis=1) - fixed[:, 0])
    assert gap.max() < np.abs(np.median(raw[:, 1:], axis=1) - raw[:, 0]).max()


def test_differences_widen_and_every_curve_keeps_its_own_distribution() -> None:
    rng = np.random.default_rng(3)
    a = rng.normal(size=(12, 12))
    cov = a @ a.T + np.kron(np.ones((3, 3)), np.eye(4)) * 30
    wide = spread_apart(cov, 3, 0.8)
    for i in range(3):
        at = slice(4 * i, 4 * i + 4)
        np.testing.assert_array_equal(wide[at, at], cov[at, at])
    gap = np.kron(np.array([1.0, -1.0, 0.0]), np.array([0.0, 1.0, 0.0, 0.0]))
    assert gap @ wide @ gap > gap @ cov @ gap
    assert np.linalg.eigvalsh(wide).min() > 0
    np.testing.assert_array_equal(spread_apart(cov, 3, 1.0), cov)
    np.testing.assert_array_equal(spread_apart(cov, 1, 0.5), cov)


def test_widening_keeps_a_covariance_and_loosens_with_distance() -> None:
    cov = np.full((4, 4), 0.9) + 0.1 * np.eye(4)
    place = np.array([0.0, 1.0, 2.0, 4.0])
    own = {"loosening": 0.1, "loosening_few": 0.2}
    along = along_labels(np.full(4, "wer"), place, own)
    found = widened(cov, np.full(4, 1.5), along)
    np.testing.assert_allclose(np.diag(found), 1.5**2)
    assert found[0, 1] > found[0, 2] > found[0, 3] > 0
    assert np.linalg.eigvalsh(found).min() > 0
    counted = widened(cov, np.full(4, 1.5), along_labels(np.full(4, "accuracy"), place, own))
    np.testing.assert_allclose(counted[0, 1], found[0, 1] * np.exp(-0.2))
    np.testing.assert_allclose(counted[2, 3], found[2, 3])
    assert np.linalg.eigvalsh(counted).min() > 0
