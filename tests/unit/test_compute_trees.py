"""Boosted trees: rates are those of the evidence, hours follow rows, columns and trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from estimator.engine.compute.trees import (
    RATES,
    columns_named,
    library_of,
    tree_hours,
    trees_named,
)
from estimator.lab.compute.backtest import backtest_runs
from estimator.lab.compute.trees_fit import fit_rates, left_out_log_error

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def test_shipped_rates_are_those_of_the_evidence(evidence: Evidence) -> None:
    found = fit_rates(evidence)
    assert set(found) == set(RATES)
    for key, rate in found.items():
        assert RATES[key].values_per_s == pytest.approx(rate.values_per_s, rel=0.01)
        assert RATES[key].floor_s == pytest.approx(rate.floor_s, rel=0.01)
    assert np.exp(np.median(np.abs(left_out_log_error(evidence)))) < 3


def test_words_of_a_boosting_run() -> None:
    assert library_of("XGBoost exact, max_depth 8") == "xgboost_exact"
    assert library_of("bert-base") is None
    assert columns_named("10500000 rows x 28 features; 500 trees") == 28
    assert trees_named("10500000 rows x 28 features; 500 trees") == 500


def test_hours_grow_with_rows_and_a_gpu_helps_catboost() -> None:
    few, many = (tree_hours("lightgbm", False, n, 100, 500) for n in (1e5, 1e7))
    assert few < many
    cpu, gpu = (tree_hours("catboost", g, 1e7, 100, 500) for g in (False, True))
    assert gpu < cpu / 4


def test_backtest_answers_trees(evidence: Evidence) -> None:
    frame = pd.DataFrame(
        [{"modality": "tabular", "task": "gradient boosting", "model": "LightGBM 4.3",
          "approach": "scratch", "unit": "samples", "units_per_epoch": 10_500_000, "epochs": 500,
          "context": "10500000 rows x 28 features; 500 trees", "hardware": "Intel Xeon 16 cores",
          "n_devices": 1, "device_hours": 0.036}]
    )  # fmt: skip
    row = backtest_runs(frame, evidence)["rows"][0]
    assert row["p10"] < 0.036 < row["p90"]
