"""Every default of a scenario that is a judgement stands in data/assumptions.csv, equal to it."""

from __future__ import annotations

import csv
import dataclasses
from enum import Enum
from typing import Any

import pytest

from estimator.engine import groups
from estimator.engine.inputs import GROUPS, ProjectInputs
from estimator.engine.usual import DEFAULT_MORE, DEFAULT_TARGET, DEFAULT_UNIT, TASK_METRIC
from tests.conftest import ROOT

PREFIX = "default."
WITHOUT_ROW = {"task", "name", "schema"}
"""What the project is, not a judgement about it."""


def rows() -> dict[str, dict[str, str]]:
    with (ROOT / "data" / "assumptions.csv").open(encoding="utf-8", newline="") as handle:
        return {r["assumption_id"]: r for r in csv.DictReader(handle)}


ROWS = {k.removeprefix(PREFIX): v for k, v in rows().items() if k.startswith(PREFIX)}


def stated(default: Any) -> bool:
    """A default that claims something: null, false, zero and nothing at all claim nothing."""
    return default is not dataclasses.MISSING and default not in (None, False, 0, 0.0, "", ())


def defaults() -> dict[str, Any]:
    places: dict[str, type] = {"": ProjectInputs, **GROUPS, "own_hardware": groups.OwnHardware}
    found: dict[str, Any] = {}
    for place, cls in places.items():
        for f in dataclasses.fields(cls):
            if "spec" in f.metadata and stated(f.default) and f.name not in WITHOUT_ROW:
                found[f"{place}.{f.name}".lstrip(".")] = f.default
    return found


def expected() -> dict[str, float]:
    out: dict[str, float] = {}
    for path, default in defaults().items():
        word = default.value if isinstance(default, Enum) else default
        out[f"{path}.{word}" if isinstance(word, str) else path] = (
            1.0 if isinstance(word, str) else float(word)
        )
    out |= {f"unit.{task}": float(v) for task, v in DEFAULT_UNIT.items()}
    out |= {f"unit.{name}": float(v) for name, v in DEFAULT_MORE.items() if v}
    out |= {f"target.{metric}": v for metric, v in DEFAULT_TARGET.items()}
    return out


def test_rows_and_defaults_are_the_same_list() -> None:
    assert set(ROWS) == set(expected())


@pytest.mark.parametrize(("path", "value"), expected().items())
def test_default_equals_its_row(path: str, value: float) -> None:
    row = ROWS[path]
    assert float(row["p50"]) == value
    assert row["distribution"] == "fixed"
    assert float(row["allowed_low"]) <= value <= float(row["allowed_high"])
    assert len(row["reason"]) > 15
    assert row["source_id"]


def test_every_task_has_a_metric_with_a_default_target() -> None:
    assert {TASK_METRIC[t] for t in TASK_METRIC} <= set(DEFAULT_TARGET)
    assert set(TASK_METRIC) == set(DEFAULT_UNIT)
