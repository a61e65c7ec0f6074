"""Boosted trees: seconds from rows, columns and trees, on CPUs and GPUs.

A fit takes ``trees x (floor + rows x columns / rate)`` seconds. Rates and floors are the medians of
published fits by library and kind of device (lab/compute/trees_fit.py finds them again).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from estimator.engine.compute import text as parse
from estimator.units import SECONDS_PER_HOUR


@dataclass(frozen=True)
class Rate:
    """Speed of one library on one kind of device."""

    values_per_s: float
    """Rows x columns worked through per second and tree."""
    floor_s: float
    """Seconds of a tree over hardly any data."""


RATES: Mapping[tuple[str, str], Rate] = {
    ("catboost", "cpu"): Rate(1.83e09, 0.133),
    ("catboost", "gpu"): Rate(1.49e10, 0.00752),
    ("lightgbm", "cpu"): Rate(8.66e08, 0.0596),
    ("lightgbm", "gpu"): Rate(1.46e09, 0.0692),
    ("other", "cpu"): Rate(8.9e08, 0.0632),
    ("other", "gpu"): Rate(1.61e09, 0.0162),
    ("xgboost", "cpu"): Rate(9.14e08, 0.0953),
    ("xgboost", "gpu"): Rate(1.61e09, 0.0213),
    ("xgboost_exact", "cpu"): Rate(2.46e08, 0.0632),
}
"""catboost/benchmarks training_speed, LightGBM Experiments, GBM-perf: 16 to 48 cores, or a GPU."""
SPREAD_SD = 1.2
"""Standard deviation of log seconds of a published fit around its rate."""
USUAL_COLUMNS = 30.0
USUAL_TREES = 100.0
TREES = "trees"
"""Work group of boosted trees; the utilisation model does not know it."""
_LIBRARIES: tuple[tuple[str, str], ...] = (
    (r"xgboost.{0,4}exact", "xgboost_exact"),
    (r"xgboost|xgb", "xgboost"),
    (r"lightgbm|lgbm", "lightgbm"),
    (r"catboost", "catboost"),
    (r"\bh2o|gbm\b|gradient.?boost|random.?forest|boosted trees", "other"),
)


def library_of(name: str) -> str | None:
    """Boosting library that a model name means, None for other models."""
    low = name.lower()
    return next((lib for pattern, lib in _LIBRARIES if re.search(pattern, low)), None)


def tree_hours(library: str, on_gpu: bool, rows: float, columns: float, trees: float) -> float:
    """Hours of one fit on one device [h]."""
    kind = "gpu" if on_gpu else "cpu"
    rate = RATES.get((library, kind)) or RATES["other", kind]
    return trees * (rate.floor_s + rows * columns / rate.values_per_s) / SECONDS_PER_HOUR


def columns_named(text: str) -> float | None:
    """Columns of a table named in a text: 10500000 rows x 28 features."""
    m = re.search(
        r"x ?(\d[\d,]*) ?(?:features|columns|values)|(\d[\d,]*) (?:features|columns)", text
    )
    return parse.number(m.group(1) or m.group(2)) if m else None


def trees_named(text: str) -> float | None:
    """Trees or rounds of boosting named in a text."""
    m = re.search(r"(\d[\d,]*) ?(?:trees|iterations|rounds|estimators)\b", text)
    m = m or re.search(r"(?:n_estimators|num_boost_round|iterations)[ :=]*(\d[\d,]*)", text)
    return parse.number(m.group(1)) if m else None
