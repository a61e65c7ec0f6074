"""Two readings of kinds: agreement by hand, and kinds of the shipped second reading."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from estimator.engine.kinds import KINDS
from estimator.lab.accuracy.kinds_twice import kinds_read_twice

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def read(first: dict[str, str], second: dict[str, str]) -> dict[str, Any]:
    frame = pd.DataFrame({"dataset_id": list(second), "task": "t", "kind": list(second.values())})
    kinds = {(name, "t"): (kind, "", None, None) for name, kind in first.items()}
    double: Any = SimpleNamespace(dataset_kinds=kinds, table=lambda name: frame)
    return kinds_read_twice(double)


def test_agreement_by_hand() -> None:
    found = read({"a": "x", "b": "x", "c": "y", "d": "y"}, {"a": "x", "b": "y", "c": "y", "d": "y"})
    assert found["overall"] == {"n": 4, "same": 3, "share_same": 0.75, "kappa": 0.5}
    assert found["differ"] == [{"task": "t", "data_set": "b", "first": "x", "second": "y"}]


def test_one_kind_alone_says_nothing_beyond_chance() -> None:
    assert read({"a": "x"}, {"a": "x"})["overall"]["kappa"] is None


def test_a_set_that_the_first_reading_lacks_counts_as_different() -> None:
    assert read({}, {"a": "x"})["overall"]["same"] == 0


def test_the_shipped_readings_agree_on_most_sets_and_name_kinds(evidence: Evidence) -> None:
    frame = evidence.table("dataset_kinds_second")
    for name, task, kind in zip(frame["dataset_id"], frame["task"], frame["kind"], strict=True):
        assert kind in KINDS[task], name
        assert (name, task) in evidence.dataset_kinds
    found = kinds_read_twice(evidence)
    assert found["overall"]["n"] == 200
    assert found["overall"]["share_same"] == pytest.approx(0.96, abs=0.03)
