"""The figures of every preset as printed; rewritten only by ``pytest --update-golden``.

Three presets are kept whole, of the others the main figures. A change here needs an entry in
CHANGELOG.md that says why the estimate moved.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PRESETS

FOLDER = Path(__file__).parent
WHOLE = ("support_tickets", "crop_satellite", "high_security")
VERSIONS = ("data_version", "code_version")
"""They change with every edit of a table or a release, the figures need not."""


def digest(printed: dict[str, Any]) -> dict[str, Any]:
    """The main figures of a comparison."""
    answer = printed["recommendation"]
    return {
        "recommendation": {
            "approach": answer["approach"],
            "best_probability": answer["best_probability"],
            "regret_usd": answer["regret_usd"],
            "switching": [[s["input"], s["value_at_switch"]] for s in answer["switching"]],
        },
        "frontier": printed["frontier"],
        "approaches": {row["key"]: main_figures(row) for row in printed["approaches"]},
    }


def main_figures(row: dict[str, Any]) -> dict[str, Any]:
    """One row in a few numbers."""
    accuracy = row["accuracy"]
    return {
        "model": row["base_model"],
        "feasible": row["feasible"],
        "accuracy": accuracy and [accuracy["p10"], accuracy["p50"], accuracy["p90"]],
        "grade": row["evidence"]["grade"],
        "reaches": row["target_probability"],
        "labels": row["labels_for_target"] and row["labels_for_target"]["p50"],
        "device": [row["accelerator"], row["n_devices"]],
        "hours": [row["device_hours"][p] for p in ("p10", "p50", "p90")],
        "memory_gb": row["peak_memory_gb"],
        "weeks": row["calendar_weeks"]["p50"],
        "total_usd": [row["cost_usd"]["total"][p] for p in ("base", "p10", "p50", "p90")],
        "phases_usd": [p["base"] for p in row["cost_usd"]["by_phase"].values()],
    }


def kept(name: str, printed: dict[str, Any]) -> str:
    """What is stored of a preset: one line for each part, so that a change can be read."""
    if name not in WHOLE:
        document = digest(printed)
    else:
        document = {k: v for k, v in printed.items() if k not in VERSIONS}
    lines = [f'"{key}": {part(value)}' for key, value in document.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def part(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(short(v) for v in value) + "\n]"
    if isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values()):
        return "{\n" + ",\n".join(f'"{k}": {short(v)}' for k, v in value.items()) + "\n}"
    return short(value)


def short(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@pytest.mark.parametrize("name", PRESETS[::-1])
def test_figures_are_those_of_the_golden_file(
    name: str, comparisons: Any, request: pytest.FixtureRequest
) -> None:
    text = kept(name, comparisons(name))
    path = FOLDER / f"{name}.json"
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(text)


def test_every_golden_file_belongs_to_a_preset(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        pytest.skip("other workers still write")
    assert {p.stem for p in FOLDER.glob("*.json")} == set(PRESETS)
