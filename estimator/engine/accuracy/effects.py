"""What shifts a learning curve, fitted to data/evidence/effects.csv: noise, votes, domain."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy.scales import Array, to_scale

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_CLASSES = 10.0
HUMAN_NOISE = "human noise rate"
"""Series of one rate only, compared with another method on the same noisy labels."""
FEW_LABELS = "VTAB group; labels 1000"
DOMAIN_GROUPS = {"close": "natural", "far": "structured"}
"""Groups of the VTAB benchmark that stand for near and far domains; ``related`` is their mean."""


def fit_effects(table: pd.DataFrame) -> dict[str, Any]:
    """Sizes of the effects on the scale of scales.py, with their spread and sources.

    Parameters
    ----------
    table : DataFrame
        data/evidence/effects.csv.

    Returns
    -------
    dict
        noise_scratch, noise_pretrained: rise of y per unit share of wrong labels (p10, p50, p90
        over published series); shared_confusion: share of errors that votes cannot remove;
        domain: shift of y of pre-trained approaches by domain; each with ``source_ids``.
    """
    noise = table[(table["effect"] == "label_noise") & (table["metric"] == "accuracy")]
    noise = noise[noise["setting"] != HUMAN_NOISE]
    scratch = noise["approach"].str.contains("scratch")
    return {
        "noise_scratch": _noise(noise[scratch]),
        "noise_pretrained": _noise(noise[~scratch]),
        "shared_confusion": _votes(table[table["effect"] == "aggregation"]),
        "domain": _domain(table[table["effect"] == "domain_distance"]),
    }


def majority_error(error: float, votes: int, shared: float) -> float:
    """Share of wrong labels after a majority vote of ``votes`` answers each wrong with ``error``.

    ``shared`` of the errors are confusions that all annotators share; the rest are independent,
    with ties broken at random.
    """
    if votes <= 1 or not 0 < error < 1:
        return error
    terms = [
        (comb(votes, k) * error**k * (1 - error) ** (votes - k), 2 * k) for k in range(votes + 1)
    ]
    wrong = sum(p * (1.0 if twice > votes else 0.5) for p, twice in terms if twice >= votes)
    return shared * error + (1 - shared) * min(wrong, error)


def error_of_agreement(agreement: float, n_classes: float) -> float:
    """Share of wrong answers of one annotator from the share of items two of them agree on.

    Solves a = (1 - e)^2 + e^2 / (K - 1) for the smaller e; K - 1 wrong answers equally likely.
    """
    k = max(n_classes, 2.0)
    least = 1 / k
    a = min(max(agreement, least), 1.0)
    quadratic = 1 + 1 / (k - 1)
    return float((1 - np.sqrt(max(1 - quadratic * (1 - a), 0.0))) / quadratic)


def _numbers(values: pd.Series) -> Array:
    import pandas as pd

    return np.asarray(pd.to_numeric(values, errors="coerce"), float)


def _noise(rows: pd.DataFrame) -> dict[str, Any]:
    rate, value = _numbers(rows["setting_value"]) / 100, _numbers(rows["value"]) / 100
    base = _numbers(rows["baseline_value"]) / 100
    classes = np.nan_to_num(_numbers(rows["n_classes"]), nan=DEFAULT_CLASSES)
    keys = (rows["source_id"] + rows["dataset"] + rows["approach"] + rows["setting"]).to_numpy()
    slopes, used = [], set()
    for key in sorted(set(keys)):
        here = (keys == key) & ~np.isnan(rate) & ~np.isnan(value) & (rate <= 0.6)
        x, e = list(rate[here]), list(1 - value[here])
        if not here.any():
            continue
        first = float(np.nanmean(base[here])) if not np.isnan(base[here]).all() else np.nan
        if not np.isnan(first) and 0 not in x:
            x.append(0.0)
            e.append(1 - first)
        if len(set(x)) < 2:
            continue
        y = to_scale(np.array(e), 1 - 1 / float(classes[here][0]))
        slopes.append(max(float(np.polyfit(x, y, 1)[0]), 0.0))
        used |= set(rows["source_id"].to_numpy()[here])
    return _spread(slopes, used)


def _votes(rows: pd.DataFrame) -> dict[str, Any]:
    rows = rows[(rows["metric"] == "label_accuracy") & (rows["setting"] == "annotators_per_item")]
    votes, value = _numbers(rows["setting_value"]), 1 - _numbers(rows["value"]) / 100
    base = 1 - _numbers(rows["baseline_value"]) / 100
    shared = []
    for k, after, before in zip(votes, value, base, strict=True):
        if k >= 3 and k % 2 == 1 and not np.isnan(before):
            ideal = majority_error(float(before), int(k), 0.0)
            if before - ideal > 1e-6:
                shared.append(float(np.clip((after - ideal) / (before - ideal), 0, 1)))
    return _spread(shared, set(rows["source_id"]))


def _domain(rows: pd.DataFrame) -> dict[str, Any]:
    rows = rows[rows["setting"] == FEW_LABELS]
    value, base = _numbers(rows["value"]) / 100, _numbers(rows["baseline_value"]) / 100
    classes = np.nan_to_num(_numbers(rows["n_classes"]), nan=DEFAULT_CLASSES)
    chance = 1 - 1 / classes
    gain = to_scale(1 - value, chance) - to_scale(1 - base, chance)
    group = rows["setting_value"].to_numpy()
    means = {name: float(np.median(gain[group == g])) for name, g in DOMAIN_GROUPS.items()}
    middle = sum(means.values()) / len(means)
    close, far = min(means["close"] - middle, 0.0), max(means["far"] - middle, 0.0)
    return {
        "shift": {"solved": _r(1.5 * close), "close": _r(close), "related": 0.0, "far": _r(far)},
        "n_points": len(rows),
        "source_ids": sorted(set(rows["source_id"])),
    }


def _spread(values: Sequence[float], sources: set[str]) -> dict[str, Any]:
    p10, p50, p90 = np.quantile(np.array(values), [0.1, 0.5, 0.9])
    return {
        "p10": _r(p10),
        "p50": _r(p50),
        "p90": _r(p90),
        "n_points": len(values),
        "source_ids": sorted(sources),
    }


def _r(x: float) -> float:
    return float(f"{float(x):.9g}")
