"""The shipped serving utilisations are those of the published serving rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from estimator.lab.money.serving_fit import serving_utilisation

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

CLASSES = ("detection", "llm_decode", "llm_prefill", "text_encoder", "vision")


@pytest.mark.parametrize("kind", CLASSES)
def test_shipped_percentiles_are_those_of_the_published_rates(
    kind: str, evidence: Evidence
) -> None:
    found = serving_utilisation(evidence)[kind]
    row = evidence.assumptions[f"serving.utilisation.{kind}"]
    assert found["n"] >= 6
    assert (row.p10, row.p50, row.p90) == (found["p10"], found["p50"], found["p90"])
    assert row.source_id != "judgement"


def test_reading_is_faster_than_writing(evidence: Evidence) -> None:
    found = serving_utilisation(evidence)
    assert found["llm_prefill"]["p50"] > 2 * found["llm_decode"]["p50"]
