"""Hosted models are switched off: said where it falls into the use, and at what month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import quick_comparison

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def row(evidence: Evidence, key: str = "zero_shot", **changes: Any) -> Any:
    data = {
        "task": "text_generation",
        "models": {"zero_shot": "gpt-5-nano", "full_finetune": "gpt-4o"},
        "serving": {"horizon_months": 24},
        "draws": 256,
        **changes,
    }
    answer = quick_comparison(ProjectInputs.from_dict(data), evidence).to_dict()
    return next(r for r in answer["approaches"] if r["key"] == key)


def said(found: Any) -> list[Any]:
    return [r for r in found["risks"] if r["risk"] == "retirement"]


def test_the_announced_day_is_said(evidence: Evidence) -> None:
    found = row(evidence, start_date="2026-01-01")
    price = evidence.api_price_of["gpt-5-nano"]
    assert found["extras"]["retires"]["date"] == price.retires
    assert 5 <= found["extras"]["retires"]["months_left"] <= 11
    assert [r["severity"] for r in said(found)] == ["medium"]


def test_a_start_after_it_is_grave_and_a_short_use_before_it_is_fine(evidence: Evidence) -> None:
    assert said(row(evidence, start_date="2027-06-01"))[0]["severity"] == "high"
    early = row(evidence, start_date="2025-01-01", serving={"horizon_months": 6})
    assert not said(early)
    assert early["extras"]["retires"] is None


def test_a_tuned_version_has_its_own_day(evidence: Evidence) -> None:
    price = evidence.api_price_of["gpt-4o"]
    found = row(evidence, "full_finetune", start_date="2026-12-01")
    assert found["extras"]["retires"]["date"] == price.finetuned_retires


@pytest.mark.parametrize("key", ["lora", "baseline"])
def test_own_weights_are_not_switched_off(key: str, evidence: Evidence) -> None:
    assert row(evidence, key)["extras"]["retires"] is None
