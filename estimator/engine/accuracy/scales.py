"""The scale on which metrics are compared: logit of the error over its chance level."""

from __future__ import annotations

import re

import numpy as np

from estimator.engine.distributions import Array

CAP = 1.15
"""Error over chance level at which the scale ends; published errors above chance occur."""

SMALLEST = 1e-3
"""Smallest error over chance level that is told apart from none."""

LOWER_IS_BETTER = frozenset({"wer", "error", "mae", "mase", "fid", "fad"})
OUT_OF_SCALE = frozenset({"mase", "mae", "fid", "fad", "other"})
ACCURACY_LIKE = frozenset({"accuracy", "error", "top5"})
CLASSIFICATION = frozenset({"accuracy", "error", "f1"})

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"\bmase\b", "mase"),
    (r"\bmae\b|\brmse\b|\bmse\b|perplexity|\bppl\b|\bloss\b", "mae"),
    (r"\bfid\b", "fid"),
    (r"\bfad\b", "fad"),
    (r"\b(wer|cer|per|eer|ter)\b", "wer"),
    (r"^error|error rate|\berr\b", "error"),
    (r"miou|dice|\biou\b|jaccard", "miou"),
    (r"au-?roc|\bauc\b|au-?prc|auprc|^auc", "auc"),
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
        r"acc|top-?1|mean_per_class|mean per class|score|average|recall|precision|glue|correct",
        "accuracy",
    ),
)


def metric_group(metric: object) -> str:
    """Group of metrics that share a scale; ``other`` where the name says nothing."""
    name = str(metric).strip().lower()
    for pattern, group in _PATTERNS:
        if re.search(pattern, name):
            return group
    return "other"


def full_scale(group: str) -> float:
    """What a perfect score is, in the unit of the evidence tables: percent, or points of ten."""
    return 10.0 if group == "mt" else 100.0


def chance_error(group: str, task: str, n_classes: float) -> float:
    """Error of guessing: 1 - 1/K for classes, 1/2 for AUC, else 1."""
    if group == "auc":
        return 0.5
    classes = task in CLASS_TASKS and group in CLASSIFICATION
    choices = task == "question_answering" and group in ("accuracy", "error")
    if (classes or choices) and n_classes >= 2:
        return 1.0 - 1.0 / n_classes
    return 1.0


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


def to_scale(error: Array, chance: Array) -> Array:
    """Transformed error: logit(min(error / chance, 1.13) / 1.15); falls as quality rises."""
    z = np.clip(np.asarray(error, float) / chance, SMALLEST, CAP - 0.02) / CAP
    return np.asarray(np.log(z / (1 - z)))


def to_error(y: Array, chance: Array | float) -> Array:
    """Inverse of `to_scale`: the error as a fraction."""
    return np.asarray(CAP * chance / (1 + np.exp(-np.asarray(y))))


def error_from_value(value: Array, groups: Array) -> Array:
    """Error as a fraction from a value in the unit of the evidence tables."""
    scale = np.array([full_scale(str(g)) for g in groups], float)
    fraction = np.asarray(value, float) / scale
    lower = np.array([g in LOWER_IS_BETTER for g in groups])
    return np.asarray(np.where(lower, fraction, 1 - fraction))


def value_from_error(error: Array, group: str) -> Array:
    """Value in the unit of the evidence tables from an error as a fraction."""
    fraction = error if group in LOWER_IS_BETTER else 1 - np.asarray(error)
    return np.asarray(fraction * full_scale(group))
