"""backtest curves: shape, units, given rows, and what cannot be predicted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from estimator.errors import InputError
from estimator.lab.accuracy.backtest import backtest_curves

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def table(**columns: Any) -> pd.DataFrame:
    """Two curves of a source that is in no evidence; ``columns`` replace single columns."""
    rows = []
    for curve, approach, values in (
        ("c1", "full_finetune", (61.0, 72.0, 80.0, 85.0)),
        ("c2", "linear_probe", (55.0, 60.0, 64.0, 66.0)),
    ):
        for n, value in zip((50, 200, 1000, 5000), values, strict=True):
            rows.append(
                {
                    "curve_id": curve,
                    "task_family": "text_classification",
                    "dataset": "Letters to the mayor",
                    "domain": "letters",
                    "n_classes": 6,
                    "approach": approach,
                    "backbone": "BERT-base",
                    "backbone_params": "110M",
                    "n_labelled": n,
                    "label_unit": "examples",
                    "metric": "accuracy",
                    "value": value,
                    "source_family": "Somebody else",
                    "given": int(n <= 200),
                    "remark": "carried through",
                }
            )
    frame = pd.DataFrame(rows)
    for name, values in columns.items():
        frame[name] = values
    return frame


@pytest.mark.parametrize("prior", ["evidence", "none"])
def test_one_row_for_each_row_to_predict_in_file_order(prior: str, evidence: Evidence) -> None:
    frame = table()
    found = backtest_curves(frame, evidence, prior)
    wanted = frame[frame["given"] == 0]
    assert [r["n_labelled"] for r in found["rows"]] == list(wanted["n_labelled"])
    for row, actual in zip(found["rows"], wanted["value"], strict=True):
        assert row["p10"] <= row["p50"] <= row["p90"]
        assert row["error"] == pytest.approx(row["p50"] - actual)
        assert row["inside"] == (row["p10"] <= actual <= row["p90"])
        assert row["new_dataset"] is True
        assert row["remark"] == "carried through"
    summary = found["summary"]
    assert summary["n"] == 4
    assert summary["unpredicted"] == 0
    assert set(summary["by_approach"]) == {"full_finetune", "linear_probe"}
    assert summary["new_datasets"]["n"] == 4
    json.dumps(found)


def test_blank_values_do_not_change_the_prediction(evidence: Evidence) -> None:
    frame = table()
    blank = frame.copy()
    blank.loc[blank["given"] == 0, "value"] = float("nan")
    full = backtest_curves(frame, evidence)["rows"]
    empty = backtest_curves(blank, evidence)["rows"]
    for one, two in zip(full, empty, strict=True):
        assert [one[k] for k in ("p10", "p50", "p90")] == [two[k] for k in ("p10", "p50", "p90")]
        assert two["error"] is None
        assert two["inside"] is None


def test_given_rows_of_another_curve_are_not_used(evidence: Evidence) -> None:
    alone = backtest_curves(table().iloc[:4], evidence)["rows"]
    beside = backtest_curves(table(), evidence)["rows"][:2]
    for one, two in zip(alone, beside, strict=True):
        assert one["p50"] == pytest.approx(two["p50"], rel=1e-9)


def test_given_rows_narrow_and_move_the_prediction(evidence: Evidence) -> None:
    informed = backtest_curves(table(), evidence)["rows"][1]
    blind = backtest_curves(table(given=0), evidence)["rows"][3]
    assert informed["n_labelled"] == blind["n_labelled"] == 5000
    assert informed["p90"] - informed["p10"] < 0.7 * (blind["p90"] - blind["p10"])
    assert abs(informed["error"]) < 12


def test_errors_come_back_in_the_direction_of_the_file(evidence: Evidence) -> None:
    frame = table()
    mirrored = frame.assign(metric="error", value=100 - frame["value"])
    for prior in ("evidence", "none"):
        one = backtest_curves(frame, evidence, prior)["rows"]
        two = backtest_curves(mirrored, evidence, prior)["rows"]
        for row, other in zip(one, two, strict=True):
            assert other["p10"] <= other["p90"]
            assert abs(other["p50"] - (100 - row["p50"])) < 6


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("task_family", "weather_rites", "weather_rites is no task"),
        ("task_family", "", "blank task"),
        ("approach", "human", "human is no approach"),
        ("approach", "magic", "magic is no approach"),
        ("metric", "shoe size", "no evidence in the metric"),
    ],
)
def test_unknown_names_are_unpredicted_with_a_reason(
    column: str, value: str, reason: str, evidence: Evidence
) -> None:
    found = backtest_curves(table(**{column: value}), evidence)
    assert found["summary"]["unpredicted"] == 4
    for row in found["rows"]:
        assert row["p50"] is None
        assert row["error"] is None
        assert reason in row["reason"]


def test_sparse_and_odd_tables_are_predicted_where_possible(evidence: Evidence) -> None:
    frame = pd.DataFrame(
        {
            "task_family": ["ner", "speech_recognition", "glue"],
            "approach": ["adapter", "pretrain", "few_shot_prompt"],
            "metric": ["Entity F1", "WER", "MCC"],
            "n_labelled": [None, 10.0, 0.0],
            "label_unit": ["full train split", "hours", "examples in prompt"],
        }
    )
    found = backtest_curves(frame, evidence)
    assert found["summary"]["unpredicted"] == 0
    assert all(0 <= r["p50"] <= 100 for r in found["rows"])
    assert all(r["error"] is None for r in found["rows"])
    assert found["summary"]["median_abs_error"] is None


def test_without_prior_a_curve_needs_given_rows(evidence: Evidence) -> None:
    found = backtest_curves(table(given=0), evidence, "none")
    assert found["summary"]["unpredicted"] == 8
    assert {r["reason"] for r in found["rows"]} == {"no given row in this curve"}


def test_text_cells_as_read_from_a_file(evidence: Evidence) -> None:
    typed = backtest_curves(table(), evidence)["rows"]
    texts = backtest_curves(table().astype(str), evidence)["rows"]
    assert [r["p50"] for r in texts] == [r["p50"] for r in typed]
    assert [r["n_labelled"] for r in texts] == ["1000", "5000"] * 2


def test_other_priors_are_refused(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="evidence or none"):
        backtest_curves(table(), evidence, "both")
