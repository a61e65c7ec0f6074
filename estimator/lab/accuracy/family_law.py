"""Families whose published curves show how the metric falls or rises with labels: pictures, video.

The mixed model of ``family_fit`` with one more column for each trained kind of system: its gain
along ``learned``. The spread of that gain is read from the slopes of single curves by collection;
left-out values are predicted from nothing and from the fewest labels measured on the data set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import t as student

from estimator.engine.accuracy.family import Point, covariance, joint, learned
from estimator.engine.distributions import Z90
from estimator.engine.family_names import AS_IS, SIMPLE, TUNED
from estimator.lab.accuracy.blocks import Sums, levels, sums_of
from estimator.lab.accuracy.family_errors import anew, errors_of, factors_of, said
from estimator.lab.accuracy.family_fit import Design, counts, design, parameters, spreads
from estimator.lab.accuracy.left_out import LeftOut

FEWEST_SIZES = 3
LEAST_GAIN_SD = 0.1
LEAST_COLLECTIONS = 5
"""Fewer cannot be left out one by one: their spreads are taken as they are."""


def fit_law(points: Sequence[Point], learning: Mapping[str, Any]) -> dict[str, Any]:
    """Fit of one task and metric, its gain in labels from the points themselves.

    Parameters
    ----------
    points : sequence of Point
        Trained systems count where their number of labels was read.
    learning : mapping
        ``zero``, ``full`` and ``from_full`` of ``learned``.
    """
    used = [p for p in points if p.member.cell == AS_IS or p.n_labelled]
    d = design(used, learning)
    sd = spreads(d)
    sums = sums_of(d, sd, covariance)
    fit = parameters(d, sd, sums)
    fit["learning"] = dict(learning)
    every = {c: gain_of(d, sd, sums, c, used, learning) for c in (SIMPLE, TUNED)}
    fit["gain"], fit["gains"] = every[TUNED], {c: g for c, g in every.items() if g["n_curves"]}
    fit["cells"] = {c: {**fit["cells"][c], **counts(used, c)} for c in fit["cells"]}
    if len(d.blocks) < LEAST_COLLECTIONS:
        fit["widths"] = {"new": {"all": 1.0}, "known": {"all": 1.0}}
        return fit
    new, known = _left_out(d, sd, sums, learning)
    fit["widths"] = {"new": factors_of(new), "known": factors_of(known)}
    metric = points[0].metric
    fit["validation"] = {
        "new": errors_of(new, metric),
        "known": errors_of(known, metric),
        "n_collections": len(d.blocks),
    }
    return fit


def gain_of(
    d: Design, sd: dict[str, float], sums: Sequence[Sums], cell: str, points: Sequence[Point],
    learning: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Gain of ``full`` labels of a kind of system: its mean over all, its spread by collection."""
    level, _ = levels(d, sd, sums)
    mean = float(level[d.columns.index(f"law:{cell}")])
    curves: dict[tuple[str, str], list[Point]] = {}
    for p in points:
        if p.member.cell == cell and p.n_labelled:
            curves.setdefault((p.member.dataset, p.member.model), []).append(p)
    slopes: dict[str, list[float]] = {}
    for mine in curves.values():
        x = learned(np.array([float(p.n_labelled or 0.0) for p in mine]), learning)
        if len(set(x)) >= FEWEST_SIZES:
            slope = float(np.polyfit(x, np.array([p.y for p in mine]), 1)[0])
            slopes.setdefault(mine[0].member.collection, []).append(slope)
    middle = np.array([float(np.mean(s)) for s in slopes.values()])
    wide = 0.5 * abs(mean)
    if len(middle) > 1:
        few = float(student.ppf(0.9, len(middle) - 1) / Z90 * np.sqrt(1 + 1 / len(middle)))
        wide = float(middle.std(ddof=1)) * few
    return {
        "mean": round(mean, 4),
        "sd": round(max(wide, LEAST_GAIN_SD), 4),
        "own": 0.0,
        "n_curves": sum(len(s) for s in slopes.values()),
        "n_collections": len(middle),
    }


def _left_out(
    d: Design, sd: dict[str, float], sums: Sequence[Sums], learning: Mapping[str, Any]
) -> tuple[list[LeftOut], list[LeftOut]]:
    """Values of each collection left out, and given the fewest labels of the same kind there."""
    new, known = [], []
    for k, block in enumerate(d.blocks):
        kept = [s for j, s in enumerate(sums) if j != k]
        fit = parameters(d, sd, kept)
        mine = [d.points[i] for i in block]
        rest = [p for p in d.points if p.member.collection != mine[0].member.collection]
        gains = {c: gain_of(d, sd, kept, c, rest, learning) for c in (SIMPLE, TUNED)}
        for p in mine:
            if p.member.cell not in {q.member.cell for q in rest}:
                continue
            new.append(_said(p, None, fit, gains, learning))
            shown = _first(mine, p)
            if shown is not None:
                known.append(_said(p, shown, fit, gains, learning))
    return new, known


def _first(points: Sequence[Point], asked: Point) -> Point | None:
    """What a user measures first: the fewest labels, or the model as it is, on the data set."""
    same = [p for p in points if p.member.dataset == asked.member.dataset and p is not asked]
    kind = [p for p in same if p.member.cell in (asked.member.cell, AS_IS)]
    return min(kind, key=lambda p: p.n_labelled or 0.0, default=None)


def _said(
    p: Point, shown: Point | None, fit: Mapping[str, Any], gains: Mapping[str, Any],
    learning: Mapping[str, Any],
) -> LeftOut:  # fmt: skip
    both = [p] if shown is None else [p, shown]
    found = joint([anew(q.member) for q in both], fit, ())
    share = np.array([_share(q, learning) for q in both])
    gain = [gains.get(q.member.cell, {"mean": 0.0, "sd": 0.0}) for q in both]
    mean = found.mean + share * np.array([g["mean"] for g in gain])
    wide = share * np.array([g["sd"] for g in gain])
    cov = found.cov + np.outer(wide, wide)
    if shown is None:
        return said(p, mean[0], cov[0, 0])
    weight = cov[0, 1] / cov[1, 1]
    return said(p, mean[0] + weight * (shown.y - mean[1]), cov[0, 0] - weight * cov[0, 1])


def _share(p: Point, learning: Mapping[str, Any]) -> float:
    return float(learned(float(p.n_labelled), learning)) if p.n_labelled else 0.0
