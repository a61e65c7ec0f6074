"""Columns and words that give the label away, as hints and never as verdicts."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.measure.baseline import TableBaseline
from estimator.measure.describe import Examples
from estimator.measure.notes import Note
from estimator.words.statement import Share

Array = NDArray[Any]

SURE = 0.97
"""Balanced accuracy above which one column alone names the label."""

TOLD = 0.9
"""Share of a class that holds the word that names it."""

NAMED = 0.6
"""Share of texts that hold the name of their label."""

CHECKED = 3000


def leaks(
    examples: Examples, y: Array, names: list[str], reached: float | None, seed: int
) -> list[Note]:
    """Columns that alone predict the label, and labels that stand in their own text.

    Parameters
    ----------
    examples : Examples
    y : array
        Number of each example's class, in the order of ``names``.
    reached : float or None
        Accuracy of the baseline on all columns; a single column is no leak where the problem
        is that easy for all of them.
    """
    if examples.texts:
        return _in_texts(examples.texts[:CHECKED], y[:CHECKED], names)
    found = []
    rows = examples.rows[:CHECKED]
    for i, name in enumerate(examples.features):
        value = _alone([(r[i],) for r in rows], y[:CHECKED], seed)
        if value >= SURE:
            found.append(
                Note("leak_column", {"column": name, "share": Share(round(value, 3))}, True)
            )
    return found if len(found) <= max(1, 0.5 * len(examples.features)) else found[:3]


def side_leaks(columns: dict[str, list[str]], labels: list[str], seed: int = 0) -> list[Note]:
    """Ids, dates and other columns beside the example that alone predict the label."""
    codes = {name: i for i, name in enumerate(sorted(set(labels)))}
    y = np.array([codes[label] for label in labels[:CHECKED]])
    found = []
    for name, cells in columns.items():
        value = _alone([(c,) for c in cells[:CHECKED]], y, seed)
        if value >= 0.8 and value > 1.0 / len(codes) + 0.25:
            found.append(
                Note("leak_beside", {"column": name, "share": Share(round(value, 3))}, True)
            )
    return found


def _alone(cells: list[tuple[str, ...]], y: Array, seed: int) -> float:
    """Balanced accuracy on one half of a small tree on one column, trained on the other."""
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.tree import DecisionTreeClassifier
    from sklearn.utils import check_random_state

    order = check_random_state(seed).permutation(len(y))
    fit, held = order[: len(y) // 2], order[len(y) // 2 :]
    if len(np.unique(y[fit])) < 2 or len(np.unique(y[held])) < 2:
        return 0.0
    design = np.nan_to_num(TableBaseline(cells)._design(), nan=-1e15)
    if np.ptp(design, axis=0).max(initial=0.0) == 0:
        return 0.0
    tree = DecisionTreeClassifier(max_leaf_nodes=64, min_samples_leaf=3, random_state=seed)
    tree.fit(design[fit], y[fit])
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(balanced_accuracy_score(y[held], tree.predict(design[held])))


def _in_texts(texts: list[str], y: Array, names: list[str]) -> list[Note]:
    """Do texts name their own label, or does one word stand for each class?"""
    patterns = [re.compile(rf"(?<!\w){re.escape(n)}(?!\w)", re.IGNORECASE) for n in names]
    own = [bool(patterns[k].search(t)) for t, k in zip(texts, y, strict=True)]
    share = float(np.mean(own))
    if share >= NAMED and all(len(n) > 1 for n in names):
        others = [
            any(p.search(t) for i, p in enumerate(patterns) if i != k)
            for t, k in zip(texts[:500], y[:500], strict=True)
        ]
        if float(np.mean(others)) < 0.5 * share:
            return [Note("leak_named", {"share": Share(round(share, 3))}, True)]
    share = _told_by_one_word(texts, y, len(names))
    return [Note("leak_word", {"share": Share(round(share, 3))}, True)] if share >= TOLD else []


def _told_by_one_word(texts: list[str], y: Array, k: int) -> float:
    """Share of the examples whose class has a word that nearly all of it hold, and nobody else."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(token_pattern=r"\S+", binary=True, min_df=3, dtype=np.int32)
    try:
        held = counter.fit_transform(texts)
    except ValueError:  # no word stands in three texts
        return 0.0
    everywhere = np.asarray(held.sum(axis=0)).ravel()
    told = 0
    for c in range(k):
        mine = y == c
        inside = np.asarray(held[mine].sum(axis=0)).ravel()
        recall, precision = inside / max(mine.sum(), 1), inside / np.maximum(everywhere, 1)
        told += int(mine.sum()) if np.any((recall >= TOLD) & (precision >= SURE)) else 0
    # With two classes the word of one tells the other apart as well.
    return 1.0 if k == 2 and told else told / max(len(y), 1)


def split_leak(split: list[str], keys: list[str]) -> list[Note]:
    """Examples of the test part that stand in the training part too.

    Parameters
    ----------
    split : list of str
        Part of each row of the file.
    keys : list of str
        Equal for examples that are nearly the same.
    """
    parts: dict[str, set[str]] = {}
    for part, key in zip(split, keys, strict=True):
        if part.strip():
            parts.setdefault(part.strip().lower(), set()).add(key)
    train = next((p for p in parts if p.startswith(("train", "fit", "learn"))), None)
    train = train or (max(parts, key=lambda p: len(parts[p])) if parts else None)
    if train is None or len(parts) < 2:
        return []
    others = set().union(*(keys for part, keys in parts.items() if part != train))
    both = len(others & parts[train])
    share = both / max(len(others), 1)
    return [Note("leak_split", {"n": both, "share": Share(share)}, True)] if share > 0.005 else []
