"""Laws of own results over random projects: in place, never worse beyond, never punished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.engine.accuracy import predict_accuracy
from estimator.engine.accuracy.testing import standard_error
from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates
from estimator.engine.distributions import Draws, percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate
from estimator.vocabulary import Approach

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DRAWS = Draws(1024, 2)
TASKS = ("text_classification", "image_classification", "tabular_classification", "protein")
TARGETS = np.array([0.4, 0.6, 0.75, 0.85, 0.92, 0.97])
SLACK = 0.02
"""Chances from a thousand draws differ by chance."""
approaches = st.sampled_from([a for a in Approach if a != Approach.ZERO_SHOT])
labels = st.integers(60, 20_000)
values = st.floats(0.55, 0.985).map(lambda v: round(v, 3))


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """A classification project with accuracy as its metric."""
    return {
        "task": draw(st.sampled_from(TASKS)),
        "n_classes": draw(st.integers(2, 60)),
        "n_evaluation": draw(st.sampled_from([100, 500, 3000])),
        "n_labelled_to_buy": draw(labels),
        "target": {"metric": "accuracy", "value": 0.9},
    }


def estimate(
    evidence: Evidence, fields: dict[str, Any], *points: tuple[Approach, int, float]
) -> dict[str, AccuracyEstimate]:
    pilot = [{"approach": str(a), "n_labelled": n, "value": v} for a, n, v in points]
    inputs = ProjectInputs.from_dict({**fields, "pilot": pilot})
    rows = build_candidates(inputs, evidence)
    found = predict_accuracy(inputs, rows, evidence, Assumptions(evidence.assumptions), DRAWS)
    return {c.key: e for c, e in zip(rows, found, strict=True)}


@given(fields=projects(), approach=approaches, value=values)
@settings(max_examples=30)
def test_a_result_in_place_leaves_the_noise_of_its_test(
    evidence: Evidence, fields: dict[str, Any], approach: Approach, value: float
) -> None:
    found = estimate(evidence, fields, (approach, fields["n_labelled_to_buy"], value))[approach]
    assert found.draws is not None
    p10, p50, p90 = percentiles(found.draws)
    error = standard_error(
        "accuracy", value, fields["n_evaluation"], Assumptions(evidence.assumptions)
    )
    assert p90 - p10 < 3.5 * error + 0.002
    assert abs(p50 - value) < 2.5 * error + 0.002


@given(fields=projects(), approach=approaches, n=labels, value=values)
@settings(max_examples=30)
def test_beyond_a_result_nothing_falls_below_it(
    evidence: Evidence, fields: dict[str, Any], approach: Approach, n: int, value: float
) -> None:
    fields = {**fields, "n_labelled_to_buy": max(n, fields["n_labelled_to_buy"])}
    found = estimate(evidence, fields, (approach, n, value))[approach]
    assert found.draws is not None
    assert found.truth is not None
    here, later = found.truth(np.array([n, 3.0 * n]), "new")
    assert np.percentile(later[1:], 10) >= np.percentile(here[1:], 10) - 0.005
    kept = found.truth(np.array([float(n)]))[0]
    assert percentiles(found.draws)[0] >= np.percentile(kept[1:], 10) - 0.04


@given(fields=projects(), approach=approaches, n=labels, pair=st.tuples(values, values))
@settings(max_examples=40)
def test_a_better_result_never_lowers_a_chance(
    evidence: Evidence,
    fields: dict[str, Any],
    approach: Approach,
    n: int,
    pair: tuple[float, float],
) -> None:
    worse, better = (estimate(evidence, fields, (approach, n, v)) for v in sorted(pair))
    for key, one in worse.items():
        low, high = (
            (np.asarray(e.draws)[None, 1:] >= TARGETS[:, None]).mean(axis=1)
            for e in (one, better[key])
        )
        assert (high >= low - SLACK).all(), key


def chances(found: AccuracyEstimate) -> np.ndarray:
    assert found.draws is not None
    return np.asarray((found.draws[None, 1:] >= TARGETS[:, None]).mean(axis=1))


@given(
    fields=projects(),
    first=st.tuples(approaches, labels, values),
    second=st.tuples(approaches, labels),
    same=st.booleans(),
    pair=st.tuples(values, values),
    worth=st.booleans(),
)
@settings(max_examples=40)
def test_a_better_second_result_never_lowers_a_chance(
    evidence: Evidence,
    fields: dict[str, Any],
    first: tuple[Approach, int, float],
    second: tuple[Approach, int],
    same: bool,
    pair: tuple[float, float],
    worth: bool,
) -> None:
    if worth:
        fields = {**fields, "facts": {"augmentation": True}}
    approach, n = (first[0] if same else second[0]), second[1]
    worse, better = (estimate(evidence, fields, first, (approach, n, v)) for v in sorted(pair))
    planned, n_first = fields["n_labelled_to_buy"], first[1]
    for key, one in worse.items():
        # Better with few labels and no better with many: a flat curve, from which the many learn.
        beyond = n < n_first < planned or planned < n_first < n
        if key == first[0] == approach and beyond:
            continue
        assert (chances(better[key]) >= chances(one) - SLACK).all(), key
    here = (e[approach].truth for e in (worse, better))
    low, high = (t(np.array([float(n)]))[0, 1:] for t in here if t is not None)
    for target in TARGETS:
        assert np.mean(high >= target) >= np.mean(low >= target) - SLACK
