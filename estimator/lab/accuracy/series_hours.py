"""Hours of training a forecaster from scratch: published times by method, series and horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.series_names import series_model
from estimator.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

LEAST_SECONDS = 0.05
LEAST_RUNS = 20


def fit_series_hours(evidence: Evidence) -> dict[str, Any]:
    """Log seconds of one training by method: level, power of series x horizon, spread.

    Notes
    -----
    ``log s = a + b log10(series x horizon)``, least squares; the published total of a benchmark is
    divided by its windows, as each window is trained anew. The machine is not in the source.
    """
    out: dict[str, Any] = {}
    rows = [r for r in evidence.records("families_runs") if "time series" in r["task"]]
    for model in sorted({series_model(r["model"]) for r in rows}):
        mine = [_numbers(r) for r in rows if series_model(r["model"]) == model]
        table = np.array([m for m in mine if m is not None])
        if len(table) < LEAST_RUNS:
            continue
        y, size = np.log(table[:, 0]), np.log10(table[:, 1])
        x = np.column_stack([np.ones(len(y)), size])
        (level, power), *_ = np.linalg.lstsq(x, y, rcond=None)
        rest = y - x @ np.array([level, power])
        out[model] = {
            "log_seconds": round(float(level), 4),
            "per_decade": round(float(max(power, 0.0)), 4),
            "sd": round(float(rest.std(ddof=2)), 4),
            "n_runs": len(y),
            "source_id": mine_source(rows, model),
        }
    return out


def mine_source(rows: list[Any], model: str) -> str:
    """Source of a method's runs."""
    return next(str(r["source_id"]) for r in rows if series_model(r["model"]) == model)


def _numbers(row: Any) -> tuple[float, float] | None:
    """Seconds of one training, and series x horizon."""
    words = str(row["context"]).replace(";", ",").split(",")
    horizon = next((w.split()[1] for w in words if w.strip().startswith("horizon ")), "")
    windows = next((w.split()[2] for w in words if w.strip().startswith("total over ")), "1")
    if not horizon or not row["units_per_epoch"] > 0:
        return None
    seconds = max(row["wallclock_hours"] * SECONDS_PER_HOUR / float(windows), LEAST_SECONDS)
    return seconds, row["units_per_epoch"] * float(horizon)
