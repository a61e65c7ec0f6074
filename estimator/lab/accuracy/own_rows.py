"""The own rows of a published curve, believed by the code that reads a project's own results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.block import along_labels, predict_block, root, spread_apart, widened
from estimator.engine.accuracy.kernel import KNOTS
from estimator.engine.accuracy.measured import OwnResult, believe, run_sd
from estimator.engine.accuracy.paths import MIDDLE_KNOT, Path, centred, falling
from estimator.engine.accuracy.posterior import Posterior
from estimator.engine.accuracy.rows import Rows
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.widths import factors_of
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Draws, percentiles

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DRAWS = Draws(2048, 0)
ALIKE = ("variant", "backbone", "log_params", "metric", "chance", "n_unknown", "no_labels")
"""Columns in which the rows of one learning curve agree."""


def after_own_rows(
    evidence: Evidence,
    posterior: Posterior,
    facts: Rows | None,
    rows: Rows,
    own: list[int],
    ask: list[int],
) -> Array:
    """p10, p50 and p90 of the rows ``ask`` once the rows ``own`` are measured, shape (n, 3).

    Parameters
    ----------
    evidence : Evidence
    posterior : Posterior
    facts : Rows, optional
        Evidence on the same data set.
    rows : Rows
        Holds both; rows that differ in approach, model or metric are curves of their own.
    own, ask : list of int

    Notes
    -----
    In canonical units. The test set behind a published value is not known: its noise is part of
    what the spread of runs was fitted on.
    """
    fit, judged = evidence.fits["accuracy"], evidence.fits["accuracy_own"]
    curves: dict[tuple[object, ...], int] = {}
    curve = {i: curves.setdefault(_key(rows, i), len(curves)) for i in (*own, *ask)}
    first = [next(i for i in curve if curve[i] == c) for c in range(len(curves))]
    knots = _knots(rows, first)
    block = predict_block(posterior, knots, facts)
    place = np.where(knots.no_labels.astype(bool), KNOTS[MIDDLE_KNOT], knots.log_per_class)
    factor = factors_of(fit["widths"]["new" if facts is None else "known"], knots)
    cov = widened(block.cov, factor, along_labels(knots.group, place, judged))
    cov = spread_apart(cov, len(first), float(fit["shared"]))
    normals = [DRAWS.normal(f"{c}.{k}") for c in range(len(first)) for k in range(len(KNOTS))]
    y = block.mean[:, None] + root(cov) @ np.stack(normals)
    paths = [
        _path(rows, [k for k in curve if curve[k] == c], y[len(KNOTS) * c : len(KNOTS) * (c + 1)])
        for c in range(len(first))
    ]
    results = [
        OwnResult(curve[i], str(curve[i]), _labels(rows, i), 0, _value(rows, i)) for i in own
    ]
    planned = [-1.0] * len(paths)
    found = believe(paths, results, planned, judged, Assumptions(evidence.assumptions), DRAWS)
    out = np.empty((len(ask), 3))
    for j, i in enumerate(ask):
        path, n = found.paths[curve[i]], _labels(rows, i)
        level = float(path.base().y(n)[0, 0])
        run = run_sd(path, n, level, judged) * DRAWS.normal(f"accuracy.run.{curve[i]}.new")
        value = path.value(n, run)[0]
        p10, _, p90 = percentiles(value)
        out[j] = p10, value[0], p90
    return np.sort(out, axis=1)


def _key(rows: Rows, i: int) -> tuple[object, ...]:
    parts = [getattr(rows, name)[i] for name in ALIKE]
    return tuple("" if x != x else x for x in parts)


def _knots(rows: Rows, first: list[int]) -> Rows:
    """Every curve at the knots; without a number of labels it is flat where its row stands."""
    out = rows.take(np.repeat(first, len(KNOTS)))
    sized = ~out.n_unknown.astype(bool)
    return out.with_(
        log_per_class=np.where(sized, np.tile(KNOTS, len(first)), out.log_per_class.astype(float)),
        y=np.full(len(out), np.nan),
    )


def _path(rows: Rows, members: list[int], nodes: Array) -> Path:
    i = members[0]
    flat = bool(rows.no_labels[i] or rows.n_unknown[i])
    per_class = 10.0 ** float(rows.log_per_class[i]) - 0.5
    return Path(
        nodes=nodes if flat else centred(falling(nodes)),
        divisor=1.0 if flat or per_class <= 0 else float(rows.n_labelled[i]) / per_class,
        chance=float(rows.chance[i]),
        group=str(rows.group[i]),
        needs_labels=not flat,
    )


def _labels(rows: Rows, i: int) -> float:
    n = float(rows.n_labelled[i])
    return 0.0 if np.isnan(n) else n


def _value(rows: Rows, i: int) -> float:
    error = scales.to_error(np.array(rows.y[i], float), float(rows.chance[i]))
    return float(scales.value_from_error(error, str(rows.group[i])))
