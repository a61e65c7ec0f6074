"""A metric that nobody knows gets no number: names are matched whole, never by a word in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from estimator.engine.accuracy.scales import metric_group
from estimator.lab.accuracy.backtest import backtest_curves

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def asked(metric: str, task: str = "image_generation") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "curve_id": "c", "task_family": task, "dataset": "somewhere",
                "approach": "zero_shot", "backbone": "sdxl", "n_labelled": 0, "metric": metric,
                "value": 27.0, "source_family": "somebody",
            }
        ]
    )  # fmt: skip


@pytest.mark.parametrize("metric", ["HPS v2 score", "HPS v2.1 score", "aesthetic score", "FID"])
def test_scores_of_pictures_are_no_accuracy(metric: str, evidence: Evidence) -> None:
    (row,) = backtest_curves(asked(metric), evidence)["rows"]
    assert row["p50"] is None
    assert "no evidence in the metric" in row["reason"]


@pytest.mark.parametrize("metric", ["quality score", "text similarity average", "correctness"])
def test_a_word_in_a_name_makes_no_accuracy_of_it(metric: str, evidence: Evidence) -> None:
    (row,) = backtest_curves(asked(metric, "text_classification"), evidence)["rows"]
    assert row["p50"] is None


@pytest.mark.parametrize("metric", ["Top-1 accuracy", "test acc", "top1", "accuracy (maj1@1)"])
def test_accuracy_is_known_under_its_names(metric: str) -> None:
    assert metric_group(metric) == "accuracy"


def test_metrics_of_pictures_have_direction_and_range(evidence: Evidence) -> None:
    found = {m: evidence.metrics[m] for m in ("fid", "fad", "clip_i", "clip_t", "dino", "hps_v2")}
    assert [m.direction for m in found.values()] == ["lower"] * 2 + ["higher"] * 4
    assert found["clip_i"].high == found["dino"].high == 1
