"""Later data or other customers: lower and wider in use, unseen by a test on the labelled ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.accuracy import predict_accuracy
from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate
from estimator.engine.typed import advice

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DRAWS = Draws(2048, 3)
PILOT = [{"approach": "baseline", "n_labelled": 2000, "value": 0.83, "n_test": 4000}]


def estimates(evidence: Evidence, in_use: str | None, **fields: Any) -> list[AccuracyEstimate]:
    data = {
        "task": "text_classification",
        "n_classes": 8,
        "n_labelled_to_buy": 2000,
        "target": {"metric": "accuracy", "value": 0.8},
        "facts": {"in_use": in_use},
        **fields,
    }
    inputs = ProjectInputs.from_dict(data)
    rows = build_candidates(inputs, evidence)
    return predict_accuracy(inputs, rows, evidence, Assumptions(evidence.assumptions), DRAWS)


def drawn(estimate: AccuracyEstimate) -> np.ndarray:
    assert estimate.draws is not None
    return np.asarray(estimate.draws)


def test_a_measured_result_is_promised_lower_and_wider(evidence: Evidence) -> None:
    like = percentiles(drawn(estimates(evidence, "same", pilot=PILOT)[0]))
    unlike = percentiles(drawn(estimates(evidence, "later_or_other", pilot=PILOT)[0]))
    gap = evidence.assumptions["data.random_split_gap"]
    assert unlike[1] == pytest.approx(like[1] - gap.p50, abs=0.008)
    assert unlike[0] == pytest.approx(like[1] - gap.p90, abs=0.01)
    assert unlike[2] - unlike[0] > 4 * (like[2] - like[0])


def test_nothing_said_is_the_same(evidence: Evidence) -> None:
    for one, other in zip(estimates(evidence, None), estimates(evidence, "same"), strict=True):
        assert np.array_equal(drawn(one), drawn(other))


def test_a_test_does_not_see_it_and_no_draw_gains_much(evidence: Evidence) -> None:
    for like, unlike in zip(
        estimates(evidence, "same", pilot=PILOT),
        estimates(evidence, "later_or_other", pilot=PILOT),
        strict=True,
    ):
        assert like.truth is not None
        assert unlike.truth is not None
        assert np.array_equal(like.truth.result(500, 300), unlike.truth.result(500, 300))
        weights = (t.weights(500, 300, 0.8) for t in (like.truth, unlike.truth))
        assert np.array_equal(*weights)
        assert (drawn(unlike) <= drawn(like) + 0.1).all()
        assert (drawn(unlike) < drawn(like)).mean() > 0.7


def test_labels_for_a_target_reach_it_in_use(evidence: Evidence) -> None:
    [found] = estimates(evidence, "later_or_other", pilot=PILOT)[:1]
    assert found.truth is not None
    path, run = found.truth.path, found.truth.shift(2000.0)
    needed = path.labels_for(0.8, run)
    finite = np.flatnonzero(np.isfinite(needed))
    assert len(finite) > 500
    for i in finite[:: len(finite) // 40]:
        there = path.value(np.array([needed[i], 0.95 * needed[i]]), run)[:, i]
        assert there[0] >= 0.8 - 1e-6
        assert there[1] < 0.8 or needed[i] <= 1
    never = path.value(np.array([1e11]), run)[0][~np.isfinite(needed)]
    assert (never < 0.8).all()


def test_errors_rise_and_areas_fall(evidence: Evidence) -> None:
    for metric, value, sign in (("error", 0.2, 1), ("auc", 0.8, -1), ("macro_f1", 0.8, -1)):
        target = {"metric": metric, "value": value}
        like, unlike = (
            np.median(drawn(estimates(evidence, u, target=target)[0]))
            for u in ("same", "later_or_other")
        )
        assert sign * (unlike - like) > 0.01


def test_a_metric_without_published_gaps_says_so() -> None:
    for metric, key in (("accuracy", "typed.in_use"), ("mcc", "typed.in_use_unknown")):
        data = {"target": {"metric": metric, "value": 0.8}, "facts": {"in_use": "later_or_other"}}
        inputs = ProjectInputs.from_dict({"task": "text_classification", **data})
        assert [s.key for s in advice(inputs)] == [key]


def test_the_own_test_set_of_a_result_sets_its_noise(evidence: Evidence) -> None:
    widths = []
    for n_test in (100, None, 10_000):
        point = {"approach": "baseline", "n_labelled": 2000, "value": 0.83, "n_test": n_test}
        p10, _, p90 = percentiles(drawn(estimates(evidence, None, pilot=[point])[0]))
        widths.append(p90 - p10)
    assert widths[0] > 1.4 * widths[1] > 2 * widths[2]
