"""Labelled files of known content for the tests of what is measured."""

from __future__ import annotations

import numpy as np

SECRET = "Xylophonquark"
"""Stands in every text of these files and must never be seen anywhere else."""


def texts(
    n: int = 600, k: int = 4, seed: int = 0, told: float = 0.15, wrong: float = 0.0
) -> list[tuple[str, str]]:
    """Texts of made-up words, some of which belong to a class; a share of labels is wrong."""
    rng = np.random.default_rng(seed)
    common = [f"word{i}ab" for i in range(800)]
    own = [[f"own{i * k + c}ab" for i in range(25)] for c in range(k)]
    out = []
    for i in range(n):
        c = i % k
        length = int(rng.integers(8, 20))
        words = [
            own[c][rng.integers(25)] if rng.random() < told else common[rng.integers(800)]
            for _ in range(length)
        ]
        label = (c + 1) % k if rng.random() < wrong else c
        out.append((" ".join([*words, SECRET]), f"kind {label}"))
    return out


def csv_of(rows: list[tuple[str, ...]], head: str = "text,label") -> bytes:
    """A CSV file of some rows."""
    lines = [head, *(",".join(f'"{c}"' for c in r) for r in rows)]
    return "\n".join(lines).encode()


def table(n: int = 500, seed: int = 0, noise: float = 1.0) -> list[tuple[str, ...]]:
    """Rows of two telling numbers, one useless number, a word and a label."""
    rng = np.random.default_rng(seed)
    out = []
    for i in range(n):
        c = i % 2
        x, y = rng.normal(c, noise), rng.normal(-c, noise)
        word = "abc"[rng.integers(3)]
        out.append((f"{x:.3f}", f"{y:.3f}", f"{rng.normal():.3f}", word, "yes" if c else "no"))
    return out


TABLE_HEAD = "first,second,third,word,label"
