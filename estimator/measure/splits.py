"""Which examples train and which test: at random, by group, by time; the same for a seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

TEST_SHARE = 0.3
MOST_TEST = 2000


def random_split(same: Sequence[str], y: Array, seed: int) -> tuple[Array, Array]:
    """Train and test, the shares of the classes alike, near-duplicates on one side.

    Parameters
    ----------
    same : sequence of str
        Examples with the same key stay together.
    y : array
        Number of each example's class.
    """
    from sklearn.utils import check_random_state

    together: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(same):
        together[key].append(i)
    bundles = list(together.values())
    order = check_random_state(seed).permutation(len(bundles))
    wanted = min(MOST_TEST, TEST_SHARE * len(y))
    need = np.bincount(y) * wanted / len(y)
    have = np.zeros(len(need))
    test: list[int] = []
    train: list[int] = []
    for b in order:
        first = int(y[bundles[b][0]])
        if have[first] + len(bundles[b]) <= need[first] + 0.5:
            test += bundles[b]
            have[first] += len(bundles[b])
        else:
            train += bundles[b]
    if len(test) < 0.3 * wanted and len(together) < len(y):
        return random_split([str(i) for i in range(len(y))], y, seed)
    return np.array(train, int), np.array(test, int)


def group_split(groups: Sequence[str], seed: int) -> tuple[Array, Array] | None:
    """Whole groups on one side; None where there are too few or one group holds most."""
    from sklearn.utils import check_random_state

    names, codes = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    counts = np.bincount(codes)
    if len(names) < 4 or len(names) > 0.9 * len(groups) or counts.max() > 0.6 * len(groups):
        return None
    rng = check_random_state(seed)
    wanted = min(MOST_TEST, TEST_SHARE * len(groups))
    chosen: list[int] = []
    size = 0
    for g in rng.permutation(len(names)):
        if size + counts[g] <= 1.3 * wanted:
            chosen.append(int(g))
            size += int(counts[g])
    test = np.isin(codes, chosen)
    if size < 0.3 * wanted:
        return None
    everything = rng.permutation(len(groups))
    return everything[~test[everything]], everything[test[everything]]


def time_split(days: Array, seed: int) -> tuple[Array, Array] | None:
    """The newest examples test; None where the dates say nothing."""
    from sklearn.utils import check_random_state

    known = np.flatnonzero(~np.isnan(days))
    if len(known) < 0.8 * len(days) or len(np.unique(days[known])) < 5:
        return None
    order = known[np.argsort(days[known], kind="stable")]
    n_test = int(min(MOST_TEST, TEST_SHARE * len(order)))
    train, test = order[:-n_test], order[-n_test:]
    return check_random_state(seed).permutation(train), test


def subset(train: Array, y: Array, n: int, seed: int) -> Array:
    """n training examples, the shares of the classes alike, every class at least once."""
    from sklearn.utils import check_random_state

    if n >= len(train):
        return train
    rng = check_random_state(seed)
    order = train[rng.permutation(len(train))]
    # The k-th of a class of m examples takes place k / m: prefixes hold the classes' shares.
    counts = np.bincount(y[order])
    seen = np.zeros(len(counts))
    place = np.empty(len(order))
    for i, label in enumerate(y[order]):
        place[i] = seen[label] / counts[label]
        seen[label] += 1
    picked: Array = order[np.argsort(place, kind="stable")[:n]]
    mixed: Array = picked[rng.permutation(len(picked))]
    return mixed
