"""The simple baseline of a task, trained on a part of the examples and scored on another.

Texts: counted words and characters (TF-IDF) with a linear support vector machine. Tables:
logistic regression and gradient boosting, whichever does better inside the training part.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.measure.columns import DATE, MISSING, NUMBER
from estimator.measure.describe import Examples

Array = NDArray[Any]

Fit = Callable[[Array, Array, Array, int, int], Array]

MAX_VALUES = 40
"""Most frequent values of a column that become columns of their own."""

BOOST_TREES = 400
"""Trees of gradient boosting over all classes: rounds = trees / classes, 20 to 100."""


class TextBaseline:
    """Counts of all texts once; each fit weighs them by its own training part only."""

    def __init__(self, texts: Sequence[str]) -> None:
        from scipy.sparse import csr_matrix, hstack
        from sklearn.feature_extraction.text import CountVectorizer

        words = CountVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", dtype=np.float32)
        letters = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32)
        parts = []
        for counter in (words, letters):
            try:
                parts.append(csr_matrix(counter.fit_transform(texts)))
            except ValueError:  # no word at all in any text
                continue
        self._parts = parts
        self._stack = hstack

    def scores(self, train: Array, test: Array, y: Array, seed: int) -> Array:
        """Scores of every class for the test part [examples x classes]."""
        from sklearn.svm import LinearSVC

        fit, ask = self.features(train, test)
        model = LinearSVC(C=1.0, random_state=seed, max_iter=2000)
        model.fit(fit, y[train])
        return by_class(model.decision_function(ask), model.classes_, int(y.max()) + 1)

    def features(self, train: Array, test: Array) -> tuple[Any, Any]:
        """Weighed counts of both parts, by what the training part holds."""
        from sklearn.feature_extraction.text import TfidfTransformer

        fits, asks = [], []
        for counts in self._parts:
            fit = counts[train]
            used = np.flatnonzero(fit.getnnz(axis=0))
            weigh = TfidfTransformer(sublinear_tf=True)
            fits.append(weigh.fit_transform(fit[:, used]))
            asks.append(weigh.transform(counts[test][:, used]))
        return self._stack(fits).tocsr(), self._stack(asks).tocsr()


class TableBaseline:
    """Numbers as they are, other cells by their frequent values."""

    def __init__(self, rows: Sequence[tuple[str, ...]]) -> None:
        columns = list(zip(*rows, strict=True))
        numeric = [as_numbers(c) for c in columns]
        self.numbers = np.column_stack(
            [n for n in numeric if n is not None] or [np.zeros(len(rows))]
        )
        self._words = [c for c, n in zip(columns, numeric, strict=True) if n is None]
        self._full: Array | None = None
        self._better: dict[int, Fit] = {}

    def design(self) -> Array:
        """All examples by all columns; nan where a number is missing."""
        if self._full is None:
            blocks = [self.numbers]
            for column in self._words:
                top = [v for v, _ in Counter(column).most_common(MAX_VALUES)]
                cells = np.array(column, dtype=object)
                blocks.append(np.column_stack([cells == v for v in top]).astype(float))
            self._full = np.column_stack(blocks)
        return self._full

    def scores(self, train: Array, test: Array, y: Array, seed: int) -> Array:
        """Scores of every class for the test part, of the better of two models."""
        k = int(y.max()) + 1
        if len(train) not in self._better:
            self._better[len(train)] = self._choice(train, y, k, seed)
        return self._better[len(train)](train, test, y, k, seed)

    def _choice(self, train: Array, y: Array, k: int, seed: int) -> Fit:
        """The model that does better on a third of the training part; asked once for a size."""
        cut = int(0.7 * len(train))
        inner, held = train[:cut], train[cut:]
        if len(train) < 100 or len(np.unique(y[inner])) < 2:
            return self._logistic
        choices = (self._logistic, self._boosted)
        answers = [np.argmax(c(inner, held, y, k, seed), axis=1) for c in choices]
        return choices[int(np.argmax([np.mean(a == y[held]) for a in answers]))]

    def _logistic(self, train: Array, test: Array, y: Array, k: int, seed: int) -> Array:
        from sklearn.linear_model import LogisticRegression

        fit, ask = self.features(train, test)
        model = LogisticRegression(C=1.0, max_iter=200)
        model.fit(fit, y[train])
        return by_class(model.decision_function(ask), model.classes_, k)

    def features(self, train: Array, test: Array) -> tuple[Any, Any]:
        """Columns of both parts in deviations of the training part, gaps by its medians."""
        full = self.design()
        fit, ask = full[train], full[test]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            middle = np.where(np.isnan(fit).all(axis=0), 0.0, np.nanmedian(fit, axis=0))
        fit, ask = (np.where(np.isnan(x), middle, x) for x in (fit, ask))
        size = fit.std(axis=0)
        size[size == 0] = 1.0
        fit, ask = ((x - fit.mean(axis=0)) / size for x in (fit, ask))
        return fit, np.clip(ask, -20, 20)

    def _boosted(self, train: Array, test: Array, y: Array, k: int, seed: int) -> Array:
        from sklearn.ensemble import HistGradientBoostingClassifier

        rounds = int(np.clip(BOOST_TREES / max(k, 1), 20, 100)) if k > 2 else 100
        model = HistGradientBoostingClassifier(
            max_iter=rounds,
            max_leaf_nodes=15,
            min_samples_leaf=min(20, max(3, len(train) // 20)),
            early_stopping=False,
            random_state=seed,
        )
        full = self.design()
        model.fit(full[train], y[train])
        return by_class(model.decision_function(full[test]), model.classes_, k)


def baseline_of(examples: Examples) -> TextBaseline | TableBaseline:
    """The baseline of texts or of tables."""
    if examples.texts:
        return TextBaseline(examples.texts)
    return TableBaseline(examples.rows)


def by_class(scores: Array, classes: Array, k: int) -> Array:
    """Scores in the places of all classes; classes absent from training score lowest."""
    if scores.ndim == 1:
        scores = np.column_stack([-scores, scores])
    low = float(scores.min()) - 1.0 if scores.size else 0.0
    out = np.full((len(scores), k), low)
    out[:, classes.astype(int)] = scores
    return out


def number_of(cell: str) -> float:
    """A cell as a number, with decimal point or comma; nan where it is none."""
    text = cell.strip().rstrip("%").strip()
    if text.lower() in MISSING:
        return float("nan")
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        whole = re.sub(r"[.,]", "", text[:decimal])
        text = f"{whole}.{text[decimal + 1 :]}"
    elif text.count(",") == 1:
        text = text.replace(",", ".")
    else:
        text = text.replace(",", "")
    try:
        return float(text)
    except ValueError:
        return float("nan")


def as_numbers(column: Sequence[str]) -> Array | None:
    """A column as numbers; None where it holds words. Dates count in days."""
    filled = [c for c in column[:2000] if c.lower() not in MISSING]
    if not filled:
        return np.full(len(column), np.nan)
    if sum(1 for c in filled if NUMBER.match(c)) >= 0.95 * len(filled):
        values: Array = np.array([number_of(c) for c in column])
        return np.clip(values, -1e15, 1e15)
    if sum(1 for c in filled if DATE.match(c)) >= 0.95 * len(filled):
        return moments(column)
    return None


def moments(column: Sequence[str]) -> Array:
    """Dates as days since 1970, of any usual spelling; nan where a cell is none."""
    import pandas as pd

    german = any(re.match(r"^\d{1,2}\.\d{1,2}\.", c) for c in column[:200])
    parsed = pd.to_datetime(
        pd.Series(list(column)), errors="coerce", dayfirst=german, utc=True, format="mixed"
    )
    days = (parsed - pd.Timestamp("1970-01-01", tz="UTC")) / pd.Timedelta(days=1)
    if days.notna().mean() < 0.5:
        return np.array([number_of(c) for c in column])
    return np.asarray(days, dtype=float)
