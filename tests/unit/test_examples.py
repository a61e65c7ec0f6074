"""Counting a table of examples, and what a budget buys."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from estimator.engine.decide.budget_curve import budget_curve
from estimator.engine.examples import summarise_examples
from estimator.errors import InputError


def test_counts_classes_and_imbalance() -> None:
    rows = ["text,label"] + ["how are you,greeting"] * 9 + ["refund please,money", "so long,"]
    found = summarise_examples("\n".join(rows))
    assert (found.label_column, found.text_column) == ("label", "text")
    assert (found.n_labelled, found.n_unlabelled, found.n_classes) == (10, 1, 2)
    assert found.minority_share == pytest.approx(0.1)
    assert found.words_per_example == pytest.approx((27 + 2 + 2) / 11)
    assert found.n_duplicates == 8


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_and_unnamed_labels(mark: str) -> None:
    rows = [f"id{mark}words{mark}kind"]
    rows += [f"{i}{mark}some words here {i}{mark}{'ab'[i % 2]}" for i in range(8)]
    found = summarise_examples("\ufeff" + "\n".join(rows))
    assert found.label_column == "kind"
    assert found.text_column == "words"
    assert found.n_classes == 2


@pytest.mark.parametrize("table", ["", "only,a,header", "\n\n"])
def test_a_table_without_rows_is_refused(table: str) -> None:
    with pytest.raises(InputError):
        summarise_examples(table)


def curve(key: str, metric: list[float], usd: list[float]) -> Any:
    m, u = np.array(metric), np.array(usd)
    return SimpleNamespace(
        key=key, metric="accuracy", metric_p10=m - 0.1, metric_p50=m, metric_p90=m + 0.1, usd_p50=u
    )


def test_a_larger_budget_never_buys_less() -> None:
    cheap = curve("baseline", [0.5, 0.6, 0.65], [100.0, 200.0, 400.0])
    dear = curve("lora", [0.7, 0.8, 0.85], [1000.0, 2000.0, 4000.0])
    bought = budget_curve((cheap, dear))
    assert bought is not None
    assert np.all(np.diff(bought.quality[1]) >= 0)
    assert bought.keys[0] == "baseline"
    assert bought.keys[-1] == "lora"
    assert bought.quality[1][-1] == pytest.approx(0.85)
    assert budget_curve(()) is None
