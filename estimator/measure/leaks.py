"""Columns and words that give the label away, as hints and never as verdicts."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estimator.measure.baseline import MAX_VALUES, TableBaseline, number_of
from estimator.measure.columns import DATE, MISSING
from estimator.measure.describe import Examples
from estimator.measure.notes import Note
from estimator.words.statement import Share

Array = NDArray[Any]

SURE = 0.97
"""Balanced accuracy above which one column alone names the label."""

STRONG, AHEAD = 0.8, 0.15
"""A column alone this good is looked at, and is a possible leak this far ahead of all others."""

BESIDE = 0.25
"""An id or date is a possible leak this far above guessing, and above ``STRONG``."""

FILLED_PURE, FILLED_SHARE, FILLED_LEAST = 0.98, 0.3, 20
"""A column filled only for one class: purity, share of that class, and cells at least."""

TOLD = 0.9
"""Share of a class that holds the word that names it."""

TOLD_OF_ALL = 0.5
"""Share of the texts whose class has such a word."""

NAMED = 0.6
"""Share of texts that hold the name of their label."""

CHECKED, OTHERS = 3000, 1000
MOST_COLUMNS = 60
R2_SURE, R2_STRONG, R2_AHEAD = 0.985, 0.95, 0.2
"""As ``SURE``, ``STRONG`` and ``AHEAD`` for a quantity, where one honest column may tell most."""


def leaks(examples: Examples, y: Array, names: list[str], seed: int) -> list[Note]:
    """Columns that alone predict the label, and labels that stand in their own text.

    Parameters
    ----------
    examples : Examples
    y : array
        Number of each example's class, in the order of ``names``.
    names : list of str
    seed : int
    """
    kept = _some(len(y), seed)
    y = y[kept]
    if examples.texts:
        return _in_texts([examples.texts[i] for i in kept], y, names)
    rows = [examples.rows[i] for i in kept]
    found, strong = [], []
    for i, name in enumerate(examples.features[:MOST_COLUMNS]):
        cells = [r[i] for r in rows]
        value = max(_alone(cells, y, seed), _in_cells(cells, y, names))
        if value >= SURE:
            found.append(_column("leak_column", name, value))
        elif _filled_for_one(cells, y):
            found.append(Note("leak_filled", {"column": name}, True))
        elif value >= STRONG:
            strong.append((value, i, name))
    if strong and len(examples.features) > 1:
        value, place, name = max(strong)
        rest = _together([r[:place] + r[place + 1 :] for r in rows], y, seed)
        if value - rest >= AHEAD:
            found.append(_column("leak_column", name, value))
    return found if len(found) <= max(1, 0.5 * len(examples.features)) else found[:3]


def side_leaks(columns: dict[str, list[str]], labels: list[str], seed: int = 0) -> list[Note]:
    """Ids, dates and other columns beside the example that alone predict the label."""
    names = sorted({v for v in labels if v.strip().lower() not in MISSING})
    codes = {name: i for i, name in enumerate(names)}
    filled = [i for i, v in enumerate(labels) if v in codes]
    kept = [filled[i] for i in _some(len(filled), seed)]
    y = np.array([codes[labels[i]] for i in kept])
    found = []
    for name, cells in columns.items():
        here = [cells[i] for i in kept]
        value = max(_alone(here, y, seed), _in_cells(here, y, names))
        if value >= STRONG and value > 1.0 / max(len(names), 1) + BESIDE:
            found.append(_column("leak_beside", name, value))
        elif _filled_for_one(here, y):
            found.append(Note("leak_filled", {"column": name}, True))
    return found


def alone_quantity(examples: Examples, y: Array, seed: int) -> list[Note]:
    """Columns that alone tell a quantity, and texts that hold it in digits."""
    kept = _some(len(y), seed)
    y = y[kept]
    if examples.texts:
        pairs = [(examples.texts[i], _digits(examples.labels[i])) for i in kept]
        share = np.mean([len(d) > 2 and d in _digits(t) for t, d in pairs])
        told = Note("leak_named", {"share": Share(round(float(share), 3))}, True)
        return [told] if share >= NAMED else []
    rows = [examples.rows[i] for i in kept]
    found, strong = [], []
    for i, name in enumerate(examples.features[:MOST_COLUMNS]):
        value = _r2_of([(r[i],) for r in rows], y, seed)
        if value >= R2_SURE:
            found.append(_column("leak_quantity", name, value))
        elif value >= R2_STRONG:
            strong.append((value, i, name))
    if strong and len(examples.features) > 1:
        value, place, name = max(strong)
        rest = _r2_of([r[:place] + r[place + 1 :] for r in rows], y, seed)
        if value - rest >= R2_AHEAD:
            found.append(_column("leak_quantity", name, value))
    return found


def joint_leaks(examples: Examples, truth: Array, names: list[str]) -> list[Note]:
    """Texts that hold the names of their labels, where labels occur together.

    Parameters
    ----------
    examples : Examples
    truth : array of bool [examples x labels]
    names : list of str
        Of the labels.
    """
    kept = _some(len(truth), 0)
    texts, held = [examples.texts[i] for i in kept if examples.texts], truth[kept]
    if not texts or not all(len(n) > 1 for n in names):
        return []
    lower = [t.lower() for t in texts]
    found = np.array([[n.lower() in t for n in names] for t in lower])
    share = float(found[held].mean()) if held.any() else 0.0
    if share < NAMED or found[~held].mean() >= 0.25 * share:
        return []
    return [Note("leak_named", {"share": Share(round(share, 3))}, True)]


def _column(key: str, name: str, value: float) -> Note:
    return Note(key, {"column": name, "share": Share(round(value, 3))}, True)


def _some(n: int, seed: int) -> list[int]:
    """Places of examples that are looked at: all, or some from everywhere in the file."""
    from sklearn.utils import check_random_state

    return sorted(int(i) for i in check_random_state(seed).permutation(n)[:CHECKED])


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _halves(n: int, seed: int) -> tuple[Array, Array]:
    from sklearn.utils import check_random_state

    order = check_random_state(seed).permutation(n)
    return order[: n // 2], order[n // 2 :]


def _signs(cell: str) -> tuple[str, ...]:
    """A cell, and what it shows without its value: is it filled, its first letters, its number."""
    letters = re.match(r"[^\W\d_]+", cell)
    numbers = [] if DATE.match(cell) else re.findall(r"\d+", cell)
    filled = "" if cell.strip().lower() in MISSING else "filled"
    return cell, filled, letters[0].lower() if letters else "", numbers[-1] if numbers else ""


def _alone(cells: Sequence[str], y: Array, seed: int) -> float:
    """Balanced accuracy on one half of a small tree on one column, trained on the other."""
    return _tree([_signs(c) for c in cells], y, seed)


def _tree(rows: list[tuple[str, ...]], y: Array, seed: int) -> float:
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.tree import DecisionTreeClassifier

    fit, held = _halves(len(y), seed)
    if len(np.unique(y[fit])) < 2 or len(np.unique(y[held])) < 2:
        return 0.0
    design = np.nan_to_num(TableBaseline(rows).design(), nan=-1e15)
    if np.ptp(design, axis=0).max(initial=0.0) == 0:
        return 0.0
    tree = DecisionTreeClassifier(max_leaf_nodes=64, min_samples_leaf=3, random_state=seed)
    tree.fit(design[fit], y[fit])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(balanced_accuracy_score(y[held], tree.predict(design[held])))


def _together(rows: list[tuple[str, ...]], y: Array, seed: int) -> float:
    """Balanced accuracy of the baseline on several columns, on the same halves."""
    from sklearn.metrics import balanced_accuracy_score

    fit, held = _halves(len(y), seed)
    scores = TableBaseline(rows).scores(fit, held, y, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(balanced_accuracy_score(y[held], np.argmax(scores, axis=1)))


def _r2_of(rows: list[tuple[str, ...]], y: Array, seed: int) -> float:
    from sklearn.ensemble import HistGradientBoostingRegressor

    fit, held = _halves(len(y), seed)
    design = TableBaseline(rows).design()
    model = HistGradientBoostingRegressor(max_iter=50, min_samples_leaf=5, random_state=seed)
    model.fit(design[fit], y[fit])
    return float(model.score(design[held], y[held]))


def _filled_for_one(cells: Sequence[str], y: Array) -> bool:
    """Is a column filled for hardly anything but one class, as what comes after the outcome is?"""
    filled = np.array([c.strip().lower() not in MISSING for c in cells])
    if filled.sum() < FILLED_LEAST or filled.mean() > 0.95:
        return False
    counts = np.bincount(y)
    inside = np.bincount(y[filled], minlength=len(counts))
    top = int(np.argmax(inside))
    usual = counts[top] / counts.sum()
    return bool(
        inside[top] / inside.sum() >= max(FILLED_PURE, usual + 0.05)
        and inside[top] >= FILLED_SHARE * counts[top]
    )


def _named(cells: Sequence[str], y: Array, names: Sequence[str]) -> float:
    """Share of texts that hold the name of their own label, where others hold it seldom."""
    parts = [[re.escape(p) for p in re.split(r"[\W_]+", n) if p] for n in names]
    if not all(parts) or not all(len(n) > 1 and np.isnan(number_of(n)) for n in names):
        return 0.0
    # An underscore or a path does not join a name to its neighbours.
    joined = [r"[\W_]+".join(p) for p in parts]
    patterns = [re.compile(rf"(?<![^\W_]){n}(?![^\W_])", re.IGNORECASE) for n in joined]
    share = float(np.mean([bool(patterns[k].search(t)) for t, k in zip(cells, y, strict=True)]))
    if share < NAMED:
        return 0.0
    others = [
        any(p.search(t) for i, p in enumerate(patterns) if i != k)
        for t, k in zip(cells[:OTHERS], y[:OTHERS], strict=True)
    ]
    return share if float(np.mean(others)) < 0.5 * share else 0.0


def _in_cells(cells: Sequence[str], y: Array, names: Sequence[str]) -> float:
    """As ``_named`` for paths and ids; few values, yes and no among them, name no class."""
    return _named(cells, y, names) if len(set(cells)) > MAX_VALUES else 0.0


def _in_texts(texts: list[str], y: Array, names: list[str]) -> list[Note]:
    """Do texts name their own label, or does one word stand for each class?"""
    share = _named(texts, y, names)
    if share:
        return [Note("leak_named", {"share": Share(round(share, 3))}, True)]
    share = _told_by_one_word(texts, y, len(names))
    if share < TOLD_OF_ALL:
        return []
    return [Note("leak_word", {"share": Share(round(share, 3))}, True)]


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
