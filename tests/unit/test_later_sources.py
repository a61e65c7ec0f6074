"""Sources kept out of the fit: their figures by hand, and that no fit sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.lab.accuracy.backtest import backtest_curves
from estimator.lab.accuracy.later import later_sources

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

FEW = ("clinc150-intent-tinker", "llm-ticket-routing-lora")


def test_figures_are_those_of_the_backtest_by_source(evidence: Evidence) -> None:
    later = evidence.table("curves_later")
    frame = later[later["source_family"].isin(FEW)].reset_index(drop=True)
    found = later_sources(evidence, frame)
    rows = backtest_curves(frame, evidence)["rows"]
    assert found["overall"]["n"] == len(frame) == 9
    assert found["overall"]["n_sources"] == 2
    medians = []
    for name, figures in found["by_source"].items():
        errors = [r["error"] for r in rows if r["source_family"] == name]
        medians.append(np.median(np.abs(errors)))
        assert figures["median_abs_error"] == pytest.approx(medians[-1], rel=1e-5)
        assert figures["median_too_high"] == pytest.approx(np.median(errors), rel=1e-5)
        assert figures["n"] == len(errors) >= 4
    assert found["overall"]["balanced_abs_error"] == pytest.approx(np.mean(medians), rel=1e-5)


def test_no_fit_sees_a_later_source(evidence: Evidence) -> None:
    later, fitted = evidence.table("curves_later"), evidence.table("curves")
    assert not set(later["source_family"]) & set(fitted["source_family"])
    assert not set(later["source_id"]) & set(fitted["source_id"])
    assert not set(later["row_id"]) & set(fitted["row_id"])


def test_every_source_kept_out_is_reported(evidence: Evidence) -> None:
    later = evidence.table("curves_later")
    found = evidence.fits["accuracy_validation"]["later_sources"]
    assert found["overall"]["n"] == len(later) > 180
    assert set(found["by_source"]) == set(later["source_family"])
    assert {name: figures["n"] for name, figures in found["by_source"].items()} == dict(
        later["source_family"].value_counts()
    )


def test_the_shipped_fit_predicts_data_sets_measured_after_it(evidence: Evidence) -> None:
    measured, fitted = evidence.table("curves_measured"), evidence.table("curves")
    ids = evidence.dataset_ids
    assert measured["dataset"].nunique() >= 10
    assert not {ids[d] for d in measured["dataset"]} & {ids[d] for d in fitted["dataset"]}
    found = later_sources(evidence, measured)
    assert found["overall"]["unpredicted"] == 0
    assert found["accuracy_like"]["median_abs_error"] <= 8.0
    assert 0.7 <= found["accuracy_like"]["coverage_80"] <= 0.88
