"""The scale on which metrics are compared: logit of the error over its chance level."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.metrics import METRICS, is_hundred, lower_is_better

Array = NDArray[Any]
"""Floats, positions or names; columns of names are arrays of objects."""

SOFT = 0.02
"""Share of the chance level by which both ends of the scale are softened: differences below it,
near perfection or near guessing, say little about the rest of a curve."""

LEAST = 0.002
"""Smallest error that is predicted, as a share of the chance level: nobody promises perfection."""

OUT_OF_SCALE = frozenset({"mase", "mae", "fid", "fad", "other"})
ACCURACY_LIKE = frozenset({"accuracy", "error", "top5"})
CLASSIFICATION = frozenset({"accuracy", "error", "f1", "balanced"})

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"\bmase\b|_mase\b", "mase"),
    (r"\bmae\b|\brmse\b|\bmse\b|perplexity|\bppl\b|\bloss\b", "mae"),
    (r"\bfid\b", "fid"),
    (r"\bfad\b", "fad"),
    (r"\b(wer|cer|per|eer|ter)\b", "wer"),
    (r"^error|error rate|\berr\b", "error"),
    (r"balanced", "balanced"),
    (r"miou|dice|\biou\b|jaccard", "miou"),
    (r"au-?prc", "map"),
    (r"au-?roc|\bauc\b|^auc", "auc"),
    (r"bleu", "bleu"),
    (r"chrf", "chrf"),
    (r"rouge|meteor|bertscore", "rouge"),
    (r"f1|f-score|f-measure", "f1"),
    (r"\bmap|^map|^ap\d*|average precision|\bap\b", "map"),
    (r"mcc|matthews|spearman|pearson|kappa|correlation", "corr"),
    (r"mt-?bench", "mt"),
    (r"ndcg|precision@|recall@|hit|mrr", "rank"),
    (r"win rate", "win"),
    (r"exact|humaneval|pass@|llm average|\bem\b", "em"),
    (r"top-?5", "top5"),
    (
        r"(?<![a-z])acc(?![a-z])|accuracy|top-?1(?!\d)|mean_per_class|mean per class|"
        r"recall(?!@)|precision(?!@)",
        "accuracy",
    ),
)


@lru_cache(maxsize=4096)
def metric_group(metric: object) -> str:
    """Group of metrics that share a scale; ``other`` where the name says nothing."""
    name = str(metric).strip().lower()
    for pattern, group in _PATTERNS:
        if re.search(pattern, name):
            return group
    return "other"


LOWER_IS_BETTER = frozenset(metric_group(m) for m in METRICS if lower_is_better(m)) - {"other"}

POINTS = frozenset(metric_group(m) for m in METRICS if is_hundred(m))
"""Metric groups given as 0-100 in scenarios and results; all others are fractions."""


TOP = {"bleu": 75.0, "chrf": 90.0, "rouge": 100.0, "mt": 10.0}
"""Score of a very good system where it is not 1: two careful translators share no more words."""


def full_scale(group: str) -> float:
    """A perfect score in the unit of scenarios and results (data/metrics.csv, canonical)."""
    return TOP.get(group, 1.0)


LEAST_CHANCE = 0.005
"""Smallest error of the best constant answer that is believed."""


def chance_error(
    group: str, task: str, n_classes: float, majority_share: float = float("nan")
) -> float:
    """Error of the best constant answer: 1 - 1/K for classes, 1/2 for AUC, else 1.

    For accuracy no more than 1 less the share of the largest class, where that is known.
    """
    if group == "auc":
        return 0.5
    classes = task in CLASS_TASKS and group in CLASSIFICATION
    choices = task == "question_answering" and group in ("accuracy", "error")
    if not (classes or choices):
        return 1.0
    chance = 1.0 - 1.0 / n_classes if n_classes >= 2 else 1.0
    if classes and group in ("accuracy", "error") and majority_share > 0:
        chance = max(min(chance, 1.0 - majority_share), LEAST_CHANCE)
    return chance


CLASS_TASKS = frozenset(
    {
        "text_classification",
        "image_classification",
        "medical_imaging",
        "audio_classification",
        "tabular_classification",
        "protein",
    }
)


def to_scale(error: Array, chance: Array | float) -> Array:
    """Transformed error: logit((z + SOFT) / (1 + 2 SOFT)) of z = error / chance, clipped to 0-1."""
    z = np.clip(np.asarray(error, float) / chance, 0.0, 1.0)
    share = (z + SOFT) / (1 + 2 * SOFT)
    return np.asarray(np.log(share / (1 - share)))


def to_error(y: Array, chance: Array | float) -> Array:
    """Inverse of `to_scale`: the error as a fraction, from ``LEAST`` to 1 of its chance level."""
    z = (1 + 2 * SOFT) / (1 + np.exp(-np.asarray(y, float))) - SOFT
    return np.asarray(np.clip(z, LEAST, 1.0) * chance)


def stretch(y: Array) -> Array:
    """Change of y per change of error / chance: large near perfection and near guessing."""
    share = 1 / (1 + np.exp(-np.asarray(y, float)))
    return np.asarray(1 / ((1 + 2 * SOFT) * share * (1 - share)))


def error_from_value(value: Array, groups: Array) -> Array:
    """Error as a fraction from a value in the canonical unit."""
    scale = np.array([full_scale(str(g)) for g in groups], float)
    fraction = np.asarray(value, float) / scale
    lower = np.array([g in LOWER_IS_BETTER for g in groups])
    return np.asarray(np.where(lower, fraction, 1 - fraction))


def value_from_error(error: Array, group: str) -> Array:
    """Value in the canonical unit from an error as a fraction."""
    fraction = error if group in LOWER_IS_BETTER else 1 - np.asarray(error)
    return np.asarray(fraction * full_scale(group))
