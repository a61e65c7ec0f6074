"""The search of widths goes on where it was broken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from estimator.lab.accuracy import search

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimator.evidence.load import Evidence


class BrokenOffError(Exception):
    """Somebody pressed Ctrl-C."""


def test_a_search_goes_on_from_its_state(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def likelihood(rows: Any, start: Mapping[str, float], *_: Any) -> dict[str, float]:
        steps.append("likelihood")
        return {k: v * 1.01 for k, v in start.items()}

    def score(*arguments: Any) -> dict[str, float]:
        steps.append(arguments[6][0])
        return dict(arguments[2])

    monkeypatch.setattr(search, "search_hyper", likelihood)
    monkeypatch.setattr(search, "refine_hyper", score)
    whole = search.search_accuracy(evidence)
    once, steps[:] = list(steps), []
    assert once.count("likelihood") == search.LIKELIHOOD_STEPS // search.STEPS_AT_ONCE
    kept: list[dict[str, Any]] = []

    def keep(state: dict[str, Any]) -> None:
        kept.append(state)
        if len(kept) == 3:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        search.search_accuracy(evidence, keep=keep)
    assert search.search_accuracy(evidence, begun=kept[-1]) == whole
    assert steps == once
