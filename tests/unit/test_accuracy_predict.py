"""The door of the room: every task, what must move the curves and which way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.accuracy import (
    next_labels_plan,
    predict_accuracy,
    probability_better,
)
from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.family_names import FAMILY_TASKS
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate
from estimator.errors import InputError
from estimator.vocabulary import NO_LABELS_TASKS, Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DRAWS = Draws(512, 1)
UNPUBLISHED = ((Task.IMAGE_GENERATION, "hps_v2"), (Task.MUSIC_GENERATION, "fd"))
"""Tasks in a metric that no published point is in."""


def scenario(task: str = "text_classification", **fields: Any) -> ProjectInputs:
    return ProjectInputs.from_dict({"task": task, "n_classes": 5, **fields})


def run(inputs: ProjectInputs, evidence: Evidence) -> dict[str, AccuracyEstimate]:
    candidates = build_candidates(inputs, evidence)
    found = predict_accuracy(inputs, candidates, evidence, Assumptions(evidence.assumptions), DRAWS)
    return {c.key: e for c, e in zip(candidates, found, strict=True)}


def middle(estimate: AccuracyEstimate) -> float:
    assert estimate.draws is not None
    return float(np.median(estimate.draws[1:]))


def width(estimate: AccuracyEstimate) -> float:
    assert estimate.draws is not None
    p10, _, p90 = percentiles(estimate.draws)
    return p90 - p10


APART = (*NO_LABELS_TASKS, *FAMILY_TASKS, Task.OTHER)


@pytest.mark.parametrize("task", [t for t in Task if t not in APART])
def test_every_task_with_evidence_has_ten_estimates_in_range(
    task: Task, evidence: Evidence
) -> None:
    few = run(scenario(str(task), n_labelled_to_buy=100), evidence)
    many = run(scenario(str(task), n_labelled_to_buy=10_000), evidence)
    top = 100.0 if task in (Task.TRANSLATION, Task.SUMMARISATION) else 1.0
    for key, estimate in many.items():
        assert estimate.draws is not None
        assert estimate.draws.shape == (DRAWS.size,)
        assert ((estimate.draws >= 0) & (estimate.draws <= top)).all()
        assert estimate.grade.reason
        assert set(estimate.grade.source_ids) <= set(evidence.sources)
        if key not in ("zero_shot", "hybrid"):
            better = middle(estimate) - middle(few[key])
            assert (-better if task == Task.SPEECH_RECOGNITION else better) > 0


@pytest.mark.parametrize(("task", "metric"), UNPUBLISHED)
def test_without_evidence_there_is_a_reason_and_no_number(
    task: Task, metric: str, evidence: Evidence
) -> None:
    for estimate in run(scenario(str(task), target={"metric": metric}), evidence).values():
        assert estimate.draws is None
        assert estimate.target_probability is None
        assert "the evidence holds nothing" in estimate.reason
        assert estimate.grade.grade == "none"


def test_base_case_is_the_median(evidence: Evidence) -> None:
    for estimate in run(scenario(), evidence).values():
        assert estimate.draws is not None
        assert estimate.draws[0] == pytest.approx(middle(estimate), abs=0.03)


def test_more_labels_never_lower_a_draw(evidence: Evidence) -> None:
    n = np.concatenate([[0], np.geomspace(1, 1e7, 30)])
    for estimate in run(scenario(n_unlabelled_available=50_000), evidence).values():
        assert estimate.curve is not None
        assert (np.diff(estimate.curve(n), axis=0) >= -1e-12).all()


def test_curve_goes_through_the_estimate(evidence: Evidence) -> None:
    for estimate in run(scenario(n_labelled_to_buy=1234), evidence).values():
        assert estimate.curve is not None
        np.testing.assert_allclose(estimate.curve(np.array([1234.0]))[0], estimate.draws)


def test_use_as_is_ignores_own_labels(evidence: Evidence) -> None:
    one, two = (
        run(scenario(n_labelled_to_buy=n), evidence)["zero_shot"].draws for n in (10, 100_000)
    )
    np.testing.assert_allclose(one, two)


def test_a_pilot_point_narrows_and_moves_all_approaches(evidence: Evidence) -> None:
    plain = run(scenario(), evidence)
    for value, sign in ((0.95, 1), (0.45, -1)):
        point = {"approach": "full_finetune", "n_labelled": 500, "value": value}
        piloted = run(scenario(pilot=[point]), evidence)
        assert width(piloted["full_finetune"]) < 0.75 * width(plain["full_finetune"])
        for key in ("full_finetune", "lora", "linear_probe", "scratch", "zero_shot"):
            assert sign * (middle(piloted[key]) - middle(plain[key])) > 0
        grade = piloted["full_finetune"].grade
        assert grade.grade == "A"
        assert "own measurement" in grade.reason


def test_two_pilot_points_narrow_more_than_one(evidence: Evidence) -> None:
    points = [
        {"approach": "full_finetune", "n_labelled": 200, "value": 0.70},
        {"approach": "full_finetune", "n_labelled": 800, "value": 0.80},
    ]
    one = run(scenario(pilot=points[:1]), evidence)["full_finetune"]
    two = run(scenario(pilot=points), evidence)["full_finetune"]
    assert width(two) < width(one)


def test_a_hybrid_lies_between_its_parts(evidence: Evidence) -> None:
    found = run(scenario(n_labelled_to_buy=2000), evidence)
    assert found["hybrid"].grade.grade == "borrowed"
    base = [float(np.asarray(found[k].draws)[0]) for k in ("linear_probe", "hybrid", "scratch")]
    assert min(base[0], base[2]) - 1e-9 <= base[1] <= max(base[0], base[2]) + 1e-9


def test_borrowed_cells_lie_near_their_neighbours(evidence: Evidence) -> None:
    found = run(scenario("tabular_classification"), evidence)
    own = [middle(found[k]) for k in ("baseline", "zero_shot", "scratch")]
    for key in ("linear_probe", "lora", "full_finetune", "distill"):
        assert found[key].grade.grade == "borrowed"
        assert min(own) - 0.05 <= middle(found[key]) <= max(own) + 0.05


@pytest.mark.parametrize(
    ("path", "values", "sign"),
    [
        ("labelling.label_noise", (0.02, 0.1, 0.3), -1),
        ("labelling.labels_per_item", (1, 3, 7), 1),
        ("labelling.review_share", (0.0, 0.5, 1.0), 1),
        ("facts.annotator_agreement", (0.6, 0.8, 0.97), 1),
        ("facts.human_level", (0.7, 0.85, 0.98), 1),
        ("facts.state_of_the_art", (0.7, 0.85, 0.98), 1),
        ("facts.minority_share", (0.005, 0.05, 0.2), 1),
        ("facts.augmentation", (False, True), 1),
        ("domain", ("far", "related", "close", "solved"), 1),
        ("n_classes", (50, 10, 3), 1),
    ],
)
def test_each_fact_moves_the_curve_one_way(
    path: str, values: tuple[Any, ...], sign: int, evidence: Evidence
) -> None:
    base = scenario(labelling={"source": "crowd", "label_noise": None, "labels_per_item": 1})
    if path == "facts.minority_share":
        base = base.replace("target", {"metric": "macro_f1"})
    if path.startswith("labelling.") and path != "labelling.label_noise":
        base = base.replace("labelling.label_noise", 0.25)
    found = [
        float(np.asarray(run(base.replace(path, v), evidence)["full_finetune"].draws)[0])
        for v in values
    ]
    steps = sign * np.diff(found)
    assert (steps >= -1e-9).all()
    assert steps.max() > 1e-4


def test_unlabelled_examples_help_those_that_use_them(evidence: Evidence) -> None:
    without = run(scenario(n_labelled_to_buy=300), evidence)
    found = run(scenario(n_labelled_to_buy=300, n_unlabelled_available=100_000), evidence)
    assert middle(found["continued_pretrain"]) > middle(without["continued_pretrain"])
    assert middle(found["linear_probe"]) == middle(without["linear_probe"])


def test_domain_distance_leaves_training_from_scratch_alone(evidence: Evidence) -> None:
    far, close = (run(scenario(domain=d), evidence) for d in ("far", "close"))
    assert middle(far["scratch"]) == middle(close["scratch"])
    assert middle(far["linear_probe"]) < middle(close["linear_probe"])


def test_a_named_public_data_set_narrows_the_interval(evidence: Evidence) -> None:
    base = scenario("image_classification", n_classes=10)
    plain = run(base, evidence)["full_finetune"]
    named = run(base.replace("facts.similar_dataset", "CIFAR-10"), evidence)["full_finetune"]
    assert width(named) < width(plain)


def test_an_unknown_public_data_set_is_refused_with_near_names(evidence: Evidence) -> None:
    inputs = scenario("image_classification").replace("facts.similar_dataset", "CIFAR-1")
    with pytest.raises(InputError, match=r"similar_dataset.*CIFAR"):
        run(inputs, evidence)


def test_labels_for_target_agree_with_the_target_probability(evidence: Evidence) -> None:
    inputs = scenario(n_labelled_to_buy=3000, target={"metric": "accuracy", "value": 0.8})
    for estimate in run(inputs, evidence).values():
        assert estimate.noise_free is not None
        assert estimate.labels_for_target_draws is not None
        reached = estimate.noise_free(np.array([3000.0]))[0] >= 0.8
        np.testing.assert_array_equal(estimate.labels_for_target_draws <= 3000, reached)


def test_probability_better_is_complementary(evidence: Evidence) -> None:
    found = run(scenario(), evidence)
    one = probability_better(found["full_finetune"], found["scratch"])
    two = probability_better(found["scratch"], found["full_finetune"])
    assert one is not None
    assert two is not None
    assert one + two == pytest.approx(1)
    assert one > 0.6


def test_same_seed_same_draws_other_seed_other_draws(evidence: Evidence) -> None:
    inputs = scenario()
    candidates = build_candidates(inputs, evidence)
    judgements = Assumptions(evidence.assumptions)
    found = [
        predict_accuracy(inputs, candidates, evidence, judgements, Draws(64, seed))[0].draws
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(np.asarray(found[0]), np.asarray(found[2]))


def test_plan_of_the_next_labels(evidence: Evidence) -> None:
    inputs = scenario(n_labelled_to_buy=500, target={"metric": "accuracy", "value": 0.75})
    candidates = build_candidates(inputs, evidence)
    found = predict_accuracy(inputs, candidates, evidence, Assumptions(evidence.assumptions), DRAWS)
    plan = next_labels_plan(inputs, candidates, found, Assumptions(evidence.assumptions))
    assert len(plan.steps) == 10
    assert plan.best != plan.second
    assert plan.probability_best is not None
    assert plan.probability_best >= 0.4
    for step in plan.steps:
        if step.missing_p50 is not None and step.missing_p90 is not None:
            assert 0 <= step.missing_p50 <= step.missing_p90


def test_speech_counts_hours_not_clips(evidence: Evidence) -> None:
    short = run(
        scenario("speech_recognition", unit={"audio_seconds": 4}, n_labelled_to_buy=9000), evidence
    )
    long = run(
        scenario("speech_recognition", unit={"audio_seconds": 12}, n_labelled_to_buy=3000), evidence
    )
    for key in ("full_finetune", "scratch"):
        assert middle(short[key]) == pytest.approx(middle(long[key]), rel=1e-3)


PILOT = [{"approach": "full_finetune", "n_labelled": 300, "value": 0.84}]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("n_labelled_to_buy", 4000),
        ("n_classes", 30),
        ("n_evaluation", 60),
        ("facts.human_level", 0.95),
        ("facts.similar_dataset", "IMDB"),
        ("pilot", [*PILOT, {"approach": "lora", "n_labelled": 100, "value": 0.7}]),
    ],
)
def test_remembered_curves_are_those_computed_anew(
    evidence: Evidence, path: str, value: Any
) -> None:
    from estimator.engine.accuracy import block, predict

    def forget() -> None:
        block._answered.cache_clear()
        predict._curves.cache_clear()

    def answer(inputs: ProjectInputs) -> list[float]:
        found = run(inputs, evidence).values()
        return [float(e.draws[k]) for e in found if e.draws is not None for k in (0, 1, 77)]

    before = scenario(n_classes=2, pilot=PILOT)
    after = before.replace(path, value)
    forget()
    fresh = answer(after)
    forget()
    first = answer(before)
    assert answer(after) == fresh
    assert fresh != first


@pytest.mark.parametrize(
    ("task", "metric", "easy", "hard"),
    [
        ("speech_recognition", "wer", 0.9, 0.01),
        ("text_classification", "accuracy", 0.3, 0.995),
    ],
)
def test_a_target_is_reached_from_its_own_side(
    task: str, metric: str, easy: float, hard: float, evidence: Evidence
) -> None:
    """A word error rate is reached from above, an accuracy from below."""
    reached = []
    for value in (easy, hard):
        target = {"metric": metric, "value": value}
        estimate = run(scenario(task, n_labelled_to_buy=2000, target=target), evidence)
        reached.append(estimate["full_finetune"].target_probability)
    assert reached[0] is not None
    assert reached[1] is not None
    assert reached[0] > 0.9
    assert reached[1] < 0.3
