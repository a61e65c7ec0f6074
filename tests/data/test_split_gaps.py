"""What unlike examples cost is the tenths and the median of the comparisons that were measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@pytest.mark.parametrize(
    ("name", "column"), [("", "accuracy"), ("_f1", "macro_f1"), ("_auc", "auc")]
)
def test_judgements_are_quantiles_of_the_table(evidence: Evidence, name: str, column: str) -> None:
    rows = evidence.table("split_gaps")
    unlike = rows["comparison"].isin(["random against time", "random against group"])
    gaps = rows[unlike & (rows["model"] != "logistic regression")][f"gap_{column}"].dropna() / 100
    row = evidence.assumptions[f"data.random_split_gap{name}"]
    found = np.percentile(gaps, [10, 50, 90])
    assert [row.p10, row.p50, row.p90] == pytest.approx(found, abs=0.0006)


def test_a_gap_is_the_difference_of_its_columns(evidence: Evidence) -> None:
    rows = evidence.table("split_gaps")
    for metric in ("accuracy", "macro_f1", "auc"):
        known = rows[rows[f"gap_{metric}"].notna()]
        assert len(known) > 10
        difference = known[f"{metric}_random"] - known[f"{metric}_other"]
        assert np.abs(difference - known[f"gap_{metric}"]).max() < 0.011
