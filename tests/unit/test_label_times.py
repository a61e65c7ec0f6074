"""Seconds of a label as a tool noted them, and what they change in the bill."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate
from estimator.measure.door import Settings, look_at_bytes, scenario_fields
from estimator.measure.label_times import typical_seconds

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def test_breaks_are_left_out_and_few_say_nothing() -> None:
    assert typical_seconds([10.0] * 19 + [36_000.0]) == 10.0
    assert typical_seconds([10.0] * 4) is None
    assert typical_seconds([0.0] * 50) is None


def test_label_studio_tells_its_lead_time() -> None:
    tasks = [
        {
            "id": i,
            "data": {"text": f"a text about matter number {i}"},
            "annotations": [
                {
                    "lead_time": 12.0 + i % 3,
                    "completed_by": 1,
                    "result": [{"type": "choices", "value": {"choices": ["ab"[i % 2]]}}],
                }
            ],
        }
        for i in range(40)
    ]
    looked = look_at_bytes(json.dumps(tasks).encode(), Settings())
    fields = scenario_fields(looked.facts)
    assert fields["labelling.seconds_per_label"] == pytest.approx(12.9, abs=0.2)


def test_a_column_of_times_is_read() -> None:
    lines = [f"a text about matter number {i},{'ab'[i % 2]},{20 + i % 2}" for i in range(40)]
    looked = look_at_bytes("\n".join(["text,label,lead_time", *lines]).encode(), Settings())
    fields = scenario_fields(looked.facts)
    assert fields["labelling.seconds_per_label"] == pytest.approx(20.5, abs=0.1)


@pytest.mark.parametrize("source", ["in_house", "crowd", "expert"])
def test_measured_seconds_make_the_price(source: str, evidence: Evidence) -> None:
    def price(seconds: float) -> float:
        inputs = ProjectInputs.from_dict(
            {
                "task": "text_classification",
                "draws": 256,
                "labelling": {"source": source, "seconds_per_label": seconds},
            }
        )
        row = evaluate(inputs, evidence).results[0]
        line = next(i for i in row.money.items if i.item == "labelling")
        return float(line.unit_price_usd_draws[0])

    assert price(60.0) == pytest.approx(3 * price(20.0), rel=1e-4)
