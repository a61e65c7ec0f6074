"""How good borrowed estimates are: every cell of task and approach left out as if nobody had it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.kernel import (
    KNOTS,
    Component,
    covariance,
    cross_covariance,
    noise_variance,
)
from estimator.engine.accuracy.parts import AS_IS_KNOT, neighbours
from estimator.engine.accuracy.project import variant
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.distributions import Z90
from estimator.lab.accuracy.fit import capped
from estimator.lab.accuracy.loso import inverse
from estimator.vocabulary import Approach, Task

ROWS_PER_SOURCE = 24
NEUTRAL = "a neighbour"
"""Base model and curve of a neighbouring approach that nobody named."""


@dataclass(frozen=True)
class Blend:
    """Share of the approach's own effects in other tasks, and of the farther neighbour."""

    contrast: float
    mix: float


FORMS: Mapping[str, Blend | None] = {
    "as shipped": None,
    "the approach's own effects elsewhere": Blend(1.0, 0.5),
    "neighbours in the task alone": Blend(0.0, 0.5),
    "the nearest neighbour alone": Blend(0.0, 0.0),
}
"""What is compared; None is the blend of the assumptions."""


def measure_borrowing(
    rows: Rows,
    sds: Mapping[Component, float],
    typical: Mapping[str, Mapping[str, float]],
    shipped: Blend,
    spread: float,
    widening: float,
) -> list[dict[str, Any]]:
    """Errors of estimates for cells without points, each cell and source left out together.

    Parameters
    ----------
    rows : Rows
    sds : mapping of component to standard deviation
    typical : mapping
        ``log_params`` by task|approach (rows.typical_sizes).
    shipped : Blend
    spread : float
        Standard deviation that a borrowed curve has besides, on the scale.
    widening : float
        Calibration factor of the intervals.

    Returns
    -------
    list of dict
        One line per form: median of the medians of each cell and source in points, mean error,
        and the share of rows inside the 80 % interval.
    """
    train = rows.take(capped(rows, ROWS_PER_SOURCE))
    found = _left_out(train, sds, typical)
    out = []
    for name, blend in FORMS.items():
        used = shipped if blend is None else blend
        medians, errors, inside = [], [], []
        for part in found:
            target = part.target
            weights = np.array([used.contrast, *part.shares(used)])
            y = weights @ part.means
            var = np.einsum("i,ijk,j->k", weights, part.covariances, weights)
            noise = noise_variance(target.with_(y=y), sds)
            half = Z90 * np.sqrt(widening**2 * (var + noise) + spread**2)
            actual = scales.to_error(target.y, target.chance)
            error = 100 * np.abs(scales.to_error(y, target.chance) - actual)
            medians.append(float(np.median(error)))
            errors.append(error)
            inside.append(np.abs(target.y - y) <= half)
        out.append(
            {
                "form": name,
                "contrast": used.contrast,
                "mix": used.mix,
                "n": int(sum(len(e) for e in errors)),
                "n_cells_and_sources": len(medians),
                "balanced_abs_error": _digits(np.mean(medians)),
                "mean_abs_error": _digits(np.concatenate(errors).mean()),
                "coverage_80": _digits(np.concatenate(inside).mean()),
            }
        )
    return out


@dataclass(frozen=True)
class Part:
    """Rows left out, and what is said of their y as themselves and as each neighbour.

    ``means`` has shape (1 + neighbours, rows), ``covariances`` (1 + neighbours, 1 + neighbours,
    rows).
    """

    target: Rows
    means: Array
    covariances: Array

    def shares(self, blend: Blend) -> list[float]:
        """Weights of the neighbours, nearest first."""
        rest = 1 - blend.contrast
        if len(self.means) == 2:
            return [rest]
        return [rest * (1 - blend.mix), rest * blend.mix]


def _left_out(
    train: Rows, sds: Mapping[Component, float], typical: Mapping[str, Mapping[str, float]]
) -> list[Part]:
    centre = float(np.median(train.y))
    precision, y = inverse(covariance(train, sds)), train.y - centre
    task, approach, source = (getattr(train, c).astype(str) for c in ("task", "approach", "source"))
    cells = {f"{t}|{a}" for t, a in zip(task, approach, strict=True) if t in set(map(str, Task))}
    out = []
    for cell in sorted(cells):
        name, kind = cell.split("|")
        near = neighbours(name, Approach(kind), dict.fromkeys(cells - {cell}))
        here = (task == name) & (approach == kind)
        for one in sorted(set(source[here])) if near else ():
            gone = np.flatnonzero(here | (source == one))
            kept = np.setdiff1d(np.arange(len(train)), gone)
            target, rest = train.take(np.flatnonzero(here & (source == one))), train.take(kept)
            inner = np.linalg.inv(precision[np.ix_(gone, gone)])
            mixed, whole = precision[np.ix_(kept, gone)], precision[np.ix_(kept, kept)]
            weights = whole @ y[kept] - mixed @ (inner @ (mixed.T @ y[kept]))
            roles = [target, *(_as(target, a, typical, kind) for a in near)]
            crosses = [cross_covariance(r, rest, sds) for r in roles]
            gains = [c @ whole - (c @ mixed) @ inner @ mixed.T for c in crosses]
            cov = [
                [
                    _paired(cross_covariance(a, b, sds), g, c)
                    for b, c in zip(roles, crosses, strict=True)
                ]
                for a, g in zip(roles, gains, strict=True)
            ]
            means = np.array([centre + c @ weights for c in crosses])
            out.append(Part(target, means, np.array(cov)))
    return out


def _paired(prior: Array, gain: Array, cross: Array) -> Array:
    """Covariance of each row with the same row in another role, shape (rows,)."""
    return np.asarray(np.diag(prior) - np.einsum("ij,ij->i", gain, cross))


def _as(
    rows: Rows, approach: Approach, typical: Mapping[str, Mapping[str, float]], borrower: str
) -> Rows:
    """The rows as another approach would have them, with a base model nobody named."""
    task = Task(rows.task[0])
    spelled = variant(approach, task)
    known = typical["log_params"]
    params = known.get(f"{task}|{approach}", known.get(str(approach), np.median(rows.log_params)))
    count = len(rows)

    def same(text: str) -> Array:
        return np.full(count, text, object)

    out = rows.with_(
        approach=same(str(approach)),
        variant=same(spelled),
        backbone=same(NEUTRAL),
        model_family=same("other"),
        curve=same(NEUTRAL),
        log_params=np.full(count, float(params)),
        no_labels=np.full(count, spelled == "zero_shot"),
        y=np.full(count, np.nan),
    )
    if borrower != Approach.ZERO_SHOT:
        return out
    return out.with_(
        log_per_class=np.full(count, KNOTS[AS_IS_KNOT]), n_unknown=np.zeros(count, bool)
    )


def _digits(x: Any) -> float:
    return float(f"{float(x):.6g}")
