"""The hint that says what would narrow the hours stands where stating it narrows them."""

from __future__ import annotations

from typing import Any

from estimator import ProjectInputs
from estimator.ui import cached
from estimator.ui.row_detail import narrower_hours
from estimator.words.format import Style


def hint(**training: Any) -> tuple[str, float]:
    data = {"task": "text_classification", "models": {"lora": "mistral-7b"}, "draws": 1024}
    inputs = ProjectInputs.from_dict({**data, "training": training})
    answer = cached.answer(inputs)
    [row] = [r for r in answer["approaches"] if r["approach"] == "lora"]
    said = narrower_hours(answer, row, Style("en"))
    return said, row["device_hours"]["p90"] / row["device_hours"]["p10"]


def test_what_the_hint_promises_is_what_stating_it_gives() -> None:
    said, wide = hint()
    assert "State the micro-batch" in said
    done, narrow = hint(micro_batch=4)
    assert done == ""
    assert narrow < 0.7 * wide
