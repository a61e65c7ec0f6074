"""The scenario's metric of scored classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MEASURED = (
    "accuracy",
    "error",
    "macro_f1",
    "f1",
    "micro_f1",
    "weighted_f1",
    "auc",
    "balanced_accuracy",
    "mcc",
)
"""Metrics of exclusive classes that are measured; canonical names of data/metrics.csv."""

JOINT_MEASURED = ("micro_f1", "macro_f1", "accuracy")
"""Metrics of labels that occur together; accuracy: all labels of an example right."""


def joint_score(metric: str, answer: Array, truth: Array) -> float:
    """Value of a metric of ``JOINT_MEASURED`` as a fraction.

    Parameters
    ----------
    metric : str
    answer, truth : array of bool [examples x labels]

    Notes
    -----
    The F1 of a label that nobody carries and nobody is said to carry counts 0, as in scikit-learn.
    """
    if metric == "accuracy":
        return float(np.mean((answer == truth).all(axis=1)))
    both, said, held = (answer & truth).sum(0), answer.sum(0), truth.sum(0)
    if metric == "micro_f1":
        return float(2 * both.sum() / max(said.sum() + held.sum(), 1))
    return float(np.mean(2 * both / np.maximum(said + held, 1)))


def score(metric: str, scores: Array, truth: Array) -> float:
    """Value of a metric as a fraction.

    Parameters
    ----------
    metric : str
        One of ``MEASURED``.
    scores : array [examples x classes]
        The highest is the answer.
    truth : array [examples]
        Number of the true class.
    """
    from sklearn import metrics as m

    answer = np.argmax(scores, axis=1)
    right = float(np.mean(answer == truth))
    if metric in ("accuracy", "micro_f1"):
        return right
    if metric == "error":
        return 1.0 - right
    if metric == "balanced_accuracy":
        present = np.unique(truth)
        return float(np.mean([np.mean(answer[truth == c] == c) for c in present]))
    if metric == "mcc":
        return float(m.matthews_corrcoef(truth, answer))
    if metric == "auc":
        return area(scores, truth)
    k = scores.shape[1]
    if metric == "f1" and k == 2:
        rare = int(np.argmin(np.bincount(truth, minlength=2)))
        return float(m.f1_score(truth, answer, pos_label=rare, zero_division=0.0))
    average = "weighted" if metric == "weighted_f1" else "macro"
    return float(m.f1_score(truth, answer, average=average, zero_division=0.0))


def area(scores: Array, truth: Array) -> float:
    """Area under the curve; over several classes the mean of one against the rest."""
    from sklearn.metrics import roc_auc_score

    k = scores.shape[1]
    if k == 2:
        margin = scores[:, 1] - scores[:, 0]
        return float(roc_auc_score(truth == 1, margin)) if 0 < np.mean(truth == 1) < 1 else 0.5
    each = [
        float(roc_auc_score(truth == c, scores[:, c] - np.max(np.delete(scores, c, 1), axis=1)))
        for c in range(k)
        if 0 < np.mean(truth == c) < 1
    ]
    return float(np.mean(each)) if each else 0.5


def noise(metric: str, value: float, n_test: int) -> float:
    """Standard error of a value from the size of the test set, in the unit of the value."""
    if n_test < 1:
        return 1.0
    spread = max(value * (1 - value), 0.01)
    wider = {"auc": 1.0, "mcc": 4.0}.get(metric, 1.0 if metric in ("accuracy", "error") else 1.5)
    return float(np.sqrt(wider * spread / n_test))
