"""Backtests of curves: units from given values, own rows believed, nothing capped by others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from estimator.lab.accuracy.backtest import backtest_curves

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

COLUMNS = {
    "curve_id": "own",
    "source_title": "ours",
    "task_family": "text_classification",
    "dataset": "our mails",
    "n_classes": 8,
    "approach": "baseline",
    "metric": "accuracy",
}


def table(*points: tuple[float, float | None, int], **columns: Any) -> pd.DataFrame:
    rows = [{"n_labelled": n, "value": v, "given": g, **COLUMNS, **columns} for n, v, g in points]
    return pd.DataFrame(rows)


def predicted(frame: pd.DataFrame, evidence: Evidence) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = backtest_curves(frame, evidence)["rows"]
    return rows


def test_fractions_and_percent_are_read_from_the_given_values(evidence: Evidence) -> None:
    percent = table((100, 55.0, 1), (200, 63.0, 1), (400, 67.5, 1), (1000, 73.0, 0))
    fraction = percent.assign(value=percent["value"] / 100)
    (one,), (two,) = (predicted(f, evidence) for f in (percent, fraction))
    assert one["read_as"] == "percent"
    assert two["read_as"] == "fraction"
    for key in ("p10", "p50", "p90", "error"):
        assert one[key] == pytest.approx(100 * two[key])
    assert one["inside"] == two["inside"]
    assert 68 < one["p50"] < 80


def test_units_never_depend_on_the_values_to_predict(evidence: Evidence) -> None:
    blank = table((100, 0.55, 1), (1000, None, 0))
    filled = table((100, 0.55, 1), (1000, 0.73, 0))
    one, two = (predicted(f, evidence)[0] for f in (blank, filled))
    assert [one[k] for k in ("p10", "p50", "p90")] == [two[k] for k in ("p10", "p50", "p90")]
    assert one["error"] is None


def test_points_stay_points(evidence: Evidence) -> None:
    frame = table(
        (10_000, 0.9, 1),
        (50_000, None, 0),
        task_family="translation",
        approach="full_finetune",
        metric="BLEU",
    )
    (row,) = predicted(frame, evidence)
    assert row["read_as"] == "points"
    assert 0.3 < row["p50"] < 30


def test_another_approach_in_the_same_curve_is_no_cap(evidence: Evidence) -> None:
    frozen = table((200, 81.0, 1), approach="linear_probe")
    simple = table((200, None, 0), (500, None, 0), (2000, None, 0))
    low, middle, high = predicted(pd.concat([frozen, simple]), evidence)
    assert low["p50"] < middle["p50"] < high["p50"]
    assert abs(middle["p50"] - 81.0) > 0.1


def test_a_row_beside_an_own_one_is_as_wide_as_runs_differ(evidence: Evidence) -> None:
    frame = table((500, 80.0, 1), (501, None, 0), (5000, None, 0))
    near, far = predicted(frame, evidence)
    assert near["p50"] == pytest.approx(80, abs=1)
    assert near["p90"] - near["p10"] < 6
    assert far["p10"] > 80 - 3
    assert far["p90"] - far["p10"] > near["p90"] - near["p10"]


def test_an_own_row_without_a_number_of_labels_is_of_use(evidence: Evidence) -> None:
    known = table((float("nan"), 92.0, 1), (1000, None, 0))
    unknown = table((1000, None, 0))
    assert predicted(known, evidence)[0]["p50"] > predicted(unknown, evidence)[0]["p50"]
