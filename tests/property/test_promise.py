"""What a pilot promises is what entering its result leaves: one distribution, read twice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.accuracy import predict_accuracy
from estimator.engine.accuracy.scales import LOWER_IS_BETTER, metric_group
from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import AccuracyEstimate
from estimator.evidence.load import load_evidence
from estimator.evidence.presets import preset_scenarios

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = Draws(4096, 0)
RESULTS = 20
ROWS = {
    "support_tickets": "lora",
    "contracts": "lora",
    "rare_disease_imaging": "full_finetune",
    "image_recognition": "lora",
    "customer_behaviour": "baseline",
    "pipeline_sonar": "scratch",
    "fraud": "baseline",
    "factory_defects": "lora",
}
SHARES = (1.0, 0.3)


@dataclass(frozen=True)
class Reading:
    """One simulated result: what the promise and the entered result say of the planned labels."""

    promised: tuple[float, float]
    kept: tuple[float, float]
    promised_chance: float
    kept_chance: float
    true: float

    @property
    def held(self) -> bool:
        return self.kept[0] <= self.true <= self.kept[1]


def _estimate(inputs: ProjectInputs, key: str) -> AccuracyEstimate:
    evidence = load_evidence()
    rows = build_candidates(inputs, evidence)
    judged = Assumptions(evidence.assumptions, inputs.assumptions)
    found = predict_accuracy(inputs, rows, evidence, judged, DRAWS)
    return found[[c.key for c in rows].index(key)]


def _ends(values: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float]:
    order = np.argsort(values)
    share = np.cumsum(weights[order])
    low, high = np.minimum(np.searchsorted(share, (0.1, 0.9)), len(values) - 1)
    return float(values[order][low]), float(values[order][high])


@lru_cache(maxsize=32)
def readings(preset: str, share: float) -> tuple[Reading, ...]:
    """Results drawn from the prior's own draws, each filtered and entered."""
    key = ROWS[preset]
    fields = {**preset_scenarios()[preset], "pilot": []}
    inputs = ProjectInputs.from_dict(fields)
    prior = _estimate(inputs, key)
    truth = prior.truth
    assert truth is not None
    goal = float(inputs.target.value or 0.0)
    low = metric_group(prior.metric) in LOWER_IS_BETTER
    planned = float(inputs.n_labelled)
    n = max(round(share * planned), 1)
    later, shown = truth(np.array([planned]))[0][1:], truth.result(n, inputs.n_evaluation)
    reached = later <= goal if low else later >= goal
    out = []
    for j in np.random.default_rng(7).integers(1, DRAWS.size, RESULTS):
        value = float(np.clip(shown[j], 0.001, 0.999))
        weights = truth.weights(n, inputs.n_evaluation, value)[1:]
        point = {"approach": key, "n_labelled": n, "value": value}
        kept = _estimate(ProjectInputs.from_dict({**fields, "pilot": [point]}), key)
        assert kept.draws is not None
        assert kept.target_probability is not None
        even = np.full(DRAWS.n, 1 / DRAWS.n)
        out.append(
            Reading(
                _ends(later, weights),
                _ends(kept.draws[1:], even),
                float(weights @ reached),
                kept.target_probability,
                float(later[j - 1]),
            )
        )
    return tuple(out)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("preset", ROWS)
def test_the_promise_is_kept(preset: str, share: float) -> None:
    found = readings(preset, share)
    promised, kept = (
        np.median([np.diff(ends)[0] for ends in side])
        for side in ([r.promised for r in found], [r.kept for r in found])
    )
    assert abs(kept - promised) <= max(0.2 * promised, 0.004)
    assert np.mean([abs(r.promised_chance - r.kept_chance) for r in found]) < 0.05


@pytest.mark.parametrize("share", SHARES)
def test_the_truth_is_held_as_often_as_said(share: float) -> None:
    held = [r.held for preset in ROWS for r in readings(preset, share)]
    assert 0.75 <= np.mean(held) <= 0.9


def test_every_row_has_its_truth_whatever_it_is_made_of() -> None:
    for key in ("zero_shot", "hybrid", "distill"):
        inputs = ProjectInputs.from_dict(preset_scenarios()["support_tickets"])
        truth = _estimate(inputs, key).truth
        assert truth is not None
        assert truth(np.array([10.0, 100.0])).shape == (2, DRAWS.size)
