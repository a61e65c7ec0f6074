"""Frozen features of a small embedding model with a linear model on top, where it is installed.

`deploy/requirements-measure.txt` brings WordLlama: its 16 MB of weights are part of the package,
so nothing is fetched and no text leaves the machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.measure.baseline import by_class
from estimator.measure.notes import Note
from estimator.measure.points import Plan, Point, learning_curve
from estimator.measure.scores import score

Array = NDArray[Any]

PACKAGE = "wordllama"
LETTERS = 3000


def available() -> bool:
    """Is the embedding model installed?"""
    return find_spec(PACKAGE) is not None


def frozen_curve(
    texts: Sequence[str],
    y: Array,
    plan: Plan,
    metric: str,
    noise: Callable[[float], float],
    told: Callable[[float], None],
) -> tuple[tuple[Point, ...], list[Note]]:
    """Learning curve of logistic regression on frozen features, on the splits of the baseline.

    Parameters
    ----------
    texts : sequence of str
    y : array
        Number of each text's class.
    plan : Plan
        Splits of the baseline's curve.
    metric : str
    noise, told : callable
        As in ``learning_curve``.
    """
    features = embed(texts)
    told(0.5)
    k = int(y.max()) + 1

    def score_at(train: Array, test: Array) -> float:
        from sklearn.linear_model import LogisticRegression

        if len(np.unique(y[train])) < 2:
            return score(metric, np.tile(np.eye(k)[y[train][0]], (len(test), 1)), y[test])
        middle, size = features[train].mean(axis=0), features[train].std(axis=0) + 1e-6
        fit, ask = ((features[part] - middle) / size for part in (train, test))
        model = LogisticRegression(C=0.1, max_iter=300).fit(fit, y[train])
        return score(metric, by_class(model.decision_function(ask), model.classes_, k), y[test])

    points, _ = learning_curve(plan, score_at, noise, lambda share: told(0.5 + 0.5 * share))
    return points, [Note("frozen", {"n": features.shape[1]})]


def embed(texts: Sequence[str]) -> Array:
    """Features of texts [texts x features]; zeros for a text without a token."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import wordllama

    # The package looks for its own tokenizer in a cache only: the package's folder is that cache.
    home = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=home, disable_download=True)
    with np.errstate(invalid="ignore"):
        found = model.embed([t[:LETTERS] for t in texts], norm=True)
    return np.nan_to_num(np.asarray(found, dtype=np.float64), nan=0.0)
