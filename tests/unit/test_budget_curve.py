"""What a budget buys."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from estimator.engine.decide.budget_curve import budget_curve


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
