"""Search of the prior widths of the utilisation model by leave-one-source-out error.

Run by ``validate --refit --write --search`` when the evidence or the features change (a quarter of
an hour); its result is data/fits/utilisation_hyper.json. It is a coordinate search on the widths:
each is enlarged or reduced while the left-out error falls, with steps that shrink from sweep to
sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.compute.model import (
    Design,
    IntArray,
    Widths,
    design,
    noise_variance,
    row_weights,
)
from estimator.engine.distributions import Array
from estimator.lab.compute.fit import publication_of, widths_of
from estimator.lab.compute.leave_out import leave_out
from estimator.lab.compute.rows import FitRow, evidence_rows

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

FACTORS = (2.2, 1.7, 1.35)
WIDTHS = (0.01, 1.2)
SHARE_OF_SOURCES = 0.6
LARGEST_ERROR = 1.4
STEADY_WEIGHT = 0.1
MIN_GAIN = 1e-5


def error_weights(rows: Sequence[FitRow], block: IntArray, power: float) -> Array:
    """Weights of rows in the error: a source of n runs counts n^(1 - power)."""
    whole = np.array([not r.steady for r in rows])
    runs = np.bincount(block[whole], minlength=int(block.max()) + 1)[block]
    every = np.bincount(block)[block]
    w = np.where(
        whole, np.maximum(runs, 1.0) ** -power, STEADY_WEIGHT * np.asarray(every, float) ** -power
    )
    return np.asarray(w / w.sum())


def left_out_error(
    d: Design, y: Array, noise: Array, weights: Array, blocks: Sequence[IntArray],
    shares: Sequence[Array],
) -> float:  # fmt: skip
    """Mean capped absolute error of log hours, by source family and by publication."""
    total = 0.0
    for block, share, part in zip(
        blocks, shares, (SHARE_OF_SOURCES, 1 - SHARE_OF_SOURCES), strict=True
    ):
        mean, _ = leave_out(d, y, noise, weights, block)
        total += part * float(np.sum(share * np.minimum(np.abs(mean - y), LARGEST_ERROR)))
    return total


def search_utilisation(
    evidence: Evidence, progress: Callable[[float, str], None]
) -> dict[str, dict[str, float]]:
    """Content of data/fits/utilisation_hyper.json, searched from the shipped widths."""
    found = tune(evidence_rows(evidence), widths_of(evidence), progress)
    return {"prior_sd": dict(found.prior_sd), "noise_sd": dict(found.noise_sd)}


def tune(rows: Sequence[FitRow], start: Widths, progress: Callable[[float, str], None]) -> Widths:
    """Widths that lower the left-out error, from given ones; deterministic."""
    prior, noise = dict(start.prior_sd), dict(start.noise_sd)
    y = np.array([r.y for r in rows])
    kinds = [r.noise for r in rows]
    features = [r.features for r in rows]
    blocks = [
        np.unique([key(r) for r in rows], return_inverse=True)[1].astype(np.int64)
        for key in (lambda r: r.source, publication_of)
    ]
    shares = [error_weights(rows, b, p) for b, p in zip(blocks, (0.3, 0.5), strict=True)]

    def error(weights: Array) -> float:
        return left_out_error(
            design(features, prior), y, noise_variance(kinds, noise), weights, blocks, shares
        )

    names = [(prior, k) for k in sorted(prior) if k != "intercept"]
    names += [(noise, k) for k in sorted(noise)]
    for sweep, factor in enumerate(FACTORS):
        weights = row_weights(design(features, prior), y, noise_variance(kinds, noise))
        best = error(weights)
        for table, name in names:
            best = _move(table, name, factor, best, partial(error, weights))
        progress((sweep + 1) / len(FACTORS), f"widths of hours: left-out error {best:.5f}")
    return Widths(
        {k: float(f"{v:.4g}") for k, v in prior.items()},
        {k: float(f"{v:.4g}") for k, v in noise.items()},
    )


def _move(
    table: dict[str, float], name: str, factor: float, best: float, error: Callable[[], float]
) -> float:
    for step in (factor, 1 / factor):
        moved = False
        while True:
            old = table[name]
            table[name] = old * step
            found = error() if WIDTHS[0] <= table[name] <= WIDTHS[1] else np.inf
            if found >= best - MIN_GAIN:
                table[name] = old
                break
            best, moved = found, True
        if moved:
            break
    return best
