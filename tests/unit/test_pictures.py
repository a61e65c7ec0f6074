"""Pictures: the law of a collection from scratch, a subject from few pictures, no test labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from estimator import ProjectInputs
from estimator.engine.accuracy import family
from estimator.engine.distributions import percentiles
from estimator.engine.simulate import evaluate
from estimator.lab.accuracy.backtest import backtest_curves
from estimator.lab.accuracy.families import FEWEST_PICTURES, LAWS
from estimator.lab.accuracy.family_law import fit_law
from estimator.vocabulary import Phase, Task

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

SUBJECT = ("zero_shot", "partial_finetune", "lora", "full_finetune")


def rows(evidence: Evidence, n: int, metric: str, **more: object) -> dict[str, CandidateResult]:
    data = {
        "task": "image_generation", "n_labelled_available": n, "n_labelled_to_buy": 0,
        "target": {"metric": metric}, "draws": 512, **more,
    }  # fmt: skip
    found = evaluate(ProjectInputs.from_dict(data), evidence)
    return {r.candidate.key: r for r in found.results if r.candidate.applies}


def middle(row: CandidateResult) -> float:
    assert row.accuracy.draws is not None
    return percentiles(row.accuracy.draws)[1]


def test_distance_of_left_out_collections_is_within_half_in_the_middle(evidence: Evidence) -> None:
    found = evidence.fits["families"]["image_generation"]["fid"]["validation"]
    assert found["n_collections"] >= 5
    for known in ("new", "known"):
        assert found[known]["all"]["median_factor"] < 1.5
        assert 0.65 <= found[known]["all"]["coverage_80"] <= 0.9


def test_augmentation_helps_less_the_more_pictures_there_are(evidence: Evidence) -> None:
    fit = evidence.fits["families"]["image_generation"]["fid"]
    assert fit["gains"]["simple"]["mean"] > fit["gains"]["tuned"]["mean"] > 1.0
    assert fit["cells"]["tuned"]["mean"] > fit["cells"]["simple"]["mean"]


def test_law_is_read_from_the_points(evidence: Evidence) -> None:
    points = [p for p in family.published(evidence, Task.IMAGE_GENERATION) if p.metric == "fid"]
    enough = [p for p in points if (p.n_labelled or 0) >= FEWEST_PICTURES]
    assert len(enough) >= 50
    learning = LAWS[(Task.IMAGE_GENERATION, "fid")]
    flat = [replace(p, value=20.0) for p in enough]
    assert abs(fit_law(flat, learning)["gain"]["mean"]) < 0.05
    assert fit_law(enough, learning)["gain"]["mean"] > 1.0


def test_a_collection_is_learned_from_scratch_and_falls_with_its_pictures(
    evidence: Evidence,
) -> None:
    few, many = rows(evidence, 2000, "fid"), rows(evidence, 60_000, "fid")
    assert "partial_finetune" not in few
    assert middle(few["scratch"]) > 2.5 * middle(many["scratch"])
    assert few["lora"].accuracy.draws is None
    faces = rows(evidence, 10_000, "fid", facts={"similar_dataset": "FFHQ 256"})["scratch"]
    assert middle(faces) == pytest.approx(7.9, rel=0.35)


def test_below_a_thousand_pictures_a_distance_is_not_named(evidence: Evidence) -> None:
    row = rows(evidence, 300, "fid")["scratch"]
    assert row.accuracy.draws is None
    assert row.accuracy.reason is not None
    assert row.accuracy.reason.key == "family.few_pictures"


@pytest.mark.parametrize("metric", ["dino", "clip_i", "clip_t"])
def test_a_subject_is_learned_from_few_pictures(metric: str, evidence: Evidence) -> None:
    found = rows(evidence, 5, metric)
    assert set(found) == set(SUBJECT)
    for row in found.values():
        assert row.accuracy.draws is not None
        p10, _, p90 = percentiles(row.accuracy.draws)
        assert 0 < p10 < p90 < 1
    if metric != "clip_t":
        assert middle(found["full_finetune"]) > middle(found["zero_shot"])


def test_few_pictures_take_their_steps_and_no_test_set_is_labelled(evidence: Evidence) -> None:
    six, twenty = (rows(evidence, n, "dino") for n in (6, 20))
    hours = [float(r["lora"].compute.device_hours_draws[0]) for r in (six, twenty)]
    assert hours[0] == pytest.approx(hours[1], rel=0.05)
    for row in six.values():
        names = {i.item for i in row.money.items if i.phase is Phase.LABELLING}
        assert not names & {"evaluation_set", "evaluation_check"}
    stated = rows(evidence, 20, "dino", training={"epochs": 5})["lora"]
    assert float(stated.compute.device_hours_draws[0]) < 0.7 * hours[1]


def test_backtest_knows_the_law_and_says_where_nothing_is_known(evidence: Evidence) -> None:
    def row(n: int, value: float, given: int, approach: str = "scratch") -> dict[str, object]:
        return {
            "curve_id": "a", "task_family": "image_generation", "dataset": "own archive",
            "approach": approach, "backbone": "StyleGAN2-ADA", "n_labelled": n,
            "metric": "FID (50k vs train)", "value": value, "source_family": "us", "given": given,
        }  # fmt: skip

    table = pd.DataFrame(
        [row(2000, 30.0, 1), row(16_000, np.nan, 0), row(0, np.nan, 0, "zero_shot")]
    )
    asked, unknown = backtest_curves(table, evidence)["rows"][-2:]
    assert 5 < asked["p50"] < 20
    assert unknown["p50"] is None
    assert "for this approach" in unknown["reason"]
