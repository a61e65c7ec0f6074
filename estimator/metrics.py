"""Direction, scale and range of every metric: the canonical rows of data/metrics.csv.

A test holds the two equal; what is said of a metric anywhere is asked here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Scale = Literal["fraction", "hundred", "plain", "ratio"]


@dataclass(frozen=True)
class Metric:
    """What values of a metric can be, in the unit of scenarios and results.

    Parameters
    ----------
    name : str
    lower : bool
        True where a lower value is better.
    low, high : float
        Smallest and largest value.
    scale : {"fraction", "hundred", "plain", "ratio"}
        A fraction that people read in per cent, 0 to 100, a unit of its own, or a ratio near 1.
    """

    name: str
    lower: bool
    low: float
    high: float
    scale: Scale


def _named(names: str, lower: bool, low: float, high: float, scale: Scale) -> dict[str, Metric]:
    return {name: Metric(name, lower, low, high, scale) for name in names.split()}


METRICS: dict[str, Metric] = {
    **_named(
        "accuracy auc auprc balanced_accuracy dice exact_match f1 label_accuracy macro_f1 map map50"
        " map_at_r micro_f1 miou ndcg_at_10 precision precision_at_10 precision_of_flags recall"
        " recall_at_10 recall_at_20 recall_at_100 share top5 weighted_f1 win_rate",
        False,
        0.0,
        1.0,
        "fraction",
    ),
    **_named("mcc pearson spearman", False, -1.0, 1.0, "fraction"),
    **_named("error label_error_rate", True, 0.0, 1.0, "fraction"),
    **_named("cer per wer", True, 0.0, 5.0, "fraction"),
    **_named("bleu chrf rouge rouge1 rougel", False, 0.0, 100.0, "hundred"),
    **_named("mt_bench", False, 1.0, 10.0, "plain"),
    **_named("fad fid mase", True, 0.0, 1000.0, "plain"),
    **_named("relative_mase", True, 0.0, 100.0, "ratio"),
    **_named("clap clip_i clip_t dino r2", False, -1.0, 1.0, "ratio"),
    **_named("hps_v2 hps_v2_1", False, 0.0, 100.0, "plain"),
    **_named("fd", True, 0.0, 10_000.0, "plain"),
    **_named("mae", True, 0.0, 100.0, "plain"),
    **_named("seconds usd", True, 0.0, 1e6, "plain"),
    **_named("spread_over_splits", True, 0.0, 1.0, "plain"),
    **_named("difference_points direction", False, -1.0, 1.0, "plain"),
    **_named("count", False, 0.0, 12.0, "plain"),
    **_named("factor", False, 0.0, 1000.0, "plain"),
}


OWN = re.compile(
    r"\s*(?P<name>[^\W_][\w .@%+/-]{0,39}?)\s*,\s*(?P<better>lower|higher)\s*,"
    r"\s*(?P<low>-?\d{1,6}(?:\.\d{1,4})?)\s*to\s*(?P<high>-?\d{1,6}(?:\.\d{1,4})?)\s*",
    re.IGNORECASE,
)
"""An own metric says its name, what is better and its range: ``MCD, lower, 0 to 20``."""


@lru_cache(maxsize=512)
def own_metric(text: str) -> Metric | None:
    """The user's own metric by its name, direction and range; None for any other text."""
    found = OWN.fullmatch(text)
    if found is None:
        return None
    low, high = float(found["low"]), float(found["high"])
    if not low < high:
        return None
    scale: Scale = "ratio"
    if low == 0 and high in (1, 100):
        scale = "fraction" if high == 1 else "hundred"
    return Metric(found["name"], found["better"].lower() == "lower", low, high, scale)


def known_metric(metric: str) -> Metric | None:
    """What values of a metric can be, by its name; None where it is not known."""
    return METRICS.get(metric.lower()) or own_metric(metric)


def lower_is_better(metric: str) -> bool:
    """True for metrics that count mistakes, distance, time or money."""
    known = known_metric(metric)
    return known is not None and known.lower


def is_fraction(metric: str) -> bool:
    """True for metrics of 0 to 1, which people read in per cent; unknown ones count as such."""
    known = known_metric(metric)
    return known is None or known.scale == "fraction"


def is_hundred(metric: str) -> bool:
    """True for metrics of 0 to 100."""
    known = known_metric(metric)
    return known is not None and known.scale == "hundred"


def decimals(metric: str) -> int:
    """Digits after the point with which values are printed that are not read in per cent."""
    known = known_metric(metric)
    return 2 if known is not None and known.scale == "ratio" else 1


def same_scale(metric: str, other: str) -> bool:
    """Can a value of one metric stand for a value of the other: same range, same direction?"""
    a, b = known_metric(metric), known_metric(other)
    return a is not None and b is not None and (a.lower, a.low, a.high) == (b.lower, b.low, b.high)
