"""Fits data/fits/families.json: search and documents, levels, gain of tuning, left-out errors.

A mixed model on the scale of ``engine.accuracy.family`` for each task and metric: levels of kinds
of system and of base models in them, and variances over collections, data sets, kinds of system on
them and sources; these by maximum likelihood. What tuning adds is read from pairs of one model on
one data set; how it grows with labels is borrowed where no curve is printed. The factor on widths
holds 80 % of the values of collections left out, with and without one own result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from estimator.engine.accuracy.family import (
    Member,
    Point,
    covariance,
    joint,
    learned,
)
from estimator.engine.accuracy.scales import Array
from estimator.engine.family_names import AS_IS, CELLS, SIMPLE, TUNED
from estimator.lab.accuracy.blocks import Sums, deviance, levels, sums_of
from estimator.lab.accuracy.family_errors import anew, errors_of, factors_of, said
from estimator.lab.accuracy.family_gain import gain_in_labels, gain_of_tuning
from estimator.lab.accuracy.left_out import LeftOut
from estimator.vocabulary import Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

NAMES = ("collection", "set", "kind", "source", "model", *(f"rest_{c}" for c in CELLS))
START = (0.7, 0.2, 0.3, 0.15, 0.3, 0.2, 0.3, 0.4)
CELL_SD, SHIFT_SD, LAW_SD = 2.0, 0.3, 3.0
STEPS = 40
LEAST_POINTS, LEAST_PAIRS = 20, 4
Progress = Callable[[float, str], None]

TRIED: dict[Task, tuple[str, ...]] = {
    Task.RETRIEVAL: (SIMPLE,),
    Task.DOCUMENT_EXTRACTION: (AS_IS, SIMPLE, TUNED),
    Task.DOCUMENT_OCR: (AS_IS, SIMPLE, TUNED),
}
"""What a user measures first: the own baseline that the left-out values are predicted from."""


@dataclass(frozen=True)
class Design:
    """Points as arrays: what each is explained by, and the blocks that vary together."""

    points: tuple[Point, ...]
    columns: tuple[str, ...]
    x: Array
    y: Array
    blocks: tuple[Array, ...]

    def prior(self, sd: dict[str, float]) -> Array:
        """Standard deviation of every column before the data."""
        kinds = {"cell": CELL_SD, "shift": SHIFT_SD, "law": LAW_SD, "model": sd["model"]}
        return np.array([kinds[c.split(":")[0]] for c in self.columns])


def design(points: Sequence[Point], learning: Mapping[str, Any] | None = None) -> Design:
    """Columns: kinds of system, models in them, and what a model that saw the set gains.

    With ``learning`` one more for each trained kind: its gain in labels.
    """
    models = sorted({f"{p.member.model}|{p.member.cell}" for p in points})
    laws = [f"law:{c}" for c in (SIMPLE, TUNED)] if learning else []
    columns = (*(f"cell:{c}" for c in CELLS), *(f"model:{m}" for m in models), "shift:seen", *laws)
    at = {c: i for i, c in enumerate(columns)}
    x = np.zeros((len(points), len(columns)))
    for i, p in enumerate(points):
        m = p.member
        x[i, at[f"cell:{m.cell}"]] = x[i, at[f"model:{m.model}|{m.cell}"]] = 1.0
        x[i, at["shift:seen"]] = float(m.seen)
        if learning and p.n_labelled and m.cell != AS_IS:
            x[i, at[f"law:{m.cell}"]] = float(learned(p.n_labelled, learning))
    names = np.array([p.member.collection for p in points])
    blocks = tuple(np.flatnonzero(names == n) for n in sorted(set(names)))
    return Design(tuple(points), columns, x, np.array([p.y for p in points]), blocks)


def _unlikely(log_sd: Array, d: Design) -> float:
    sd = dict(zip(NAMES, np.exp(log_sd), strict=True))
    away = np.log(np.exp(log_sd)) - np.log(START)
    found = deviance(d, sd, sums_of(d, sd, covariance))
    return float(found + (away**2).sum() / 2) / 2


def spreads(d: Design) -> dict[str, float]:
    """Standard deviations by likelihood, held loosely at plain values where points are few."""
    found = minimize(
        _unlikely, np.log(START), args=(d,), method="L-BFGS-B",
        bounds=[(np.log(0.02), np.log(2.0))] * len(NAMES), options={"maxiter": STEPS},
    )  # fmt: skip
    return {n: round(float(v), 4) for n, v in zip(NAMES, np.exp(found.x), strict=True)}


def parameters(d: Design, sd: dict[str, float], sums: Sequence[Sums]) -> dict[str, Any]:
    """Content of one fit without gains and widths: levels with their uncertainty."""
    level, cov = levels(d, sd, sums)
    at = {c: i for i, c in enumerate(d.columns)}
    cells, models = {}, {}
    for c in CELLS:
        if any(p.member.cell == c for p in d.points):
            i = at[f"cell:{c}"]
            cells[c] = {"mean": round(level[i], 4), "sd": round(float(cov[i, i]) ** 0.5, 4)}
    for name in (c.removeprefix("model:") for c in d.columns if c.startswith("model:")):
        pair = [at[f"cell:{name.split('|')[1]}"], at[f"model:{name}"]]
        sure = float(cov[np.ix_(pair, pair)].sum()) ** 0.5
        models[name] = {"mean": round(level[pair].sum(), 4), "sd": round(sure, 4)}
    seen = round(float(level[at["shift:seen"]]), 4)
    return {"cells": cells, "models": models, "seen": seen, "sd": sd}


def fit_metric(
    evidence: Evidence, task: Task, points: Sequence[Point], every: Sequence[Point],
    learning: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """One task in one metric; the gain is that of all its metrics where it has too few pairs."""
    used = points if learning["from_full"] else [p for p in points if p.member.cell != TUNED]
    d = design(used)
    sd = spreads(d)
    sums = sums_of(d, sd, covariance)
    fit = parameters(d, sd, sums)
    pairs = gain_of_tuning(points)
    if pairs["n_pairs"] < LEAST_PAIRS:
        pairs = gain_of_tuning(every)
    fit["learning"] = learning
    fit["gain"] = gain_in_labels(evidence, task, learning) if learning["from_full"] else pairs
    new, known = _left_out(d, sd, sums, TRIED[task])
    if not learning["from_full"]:
        known = known + _tuned_left_out(points, fit, d, sd, sums)
    fit["widths"] = {"new": factors_of(new), "known": factors_of(known)}
    fit["cells"] = {c: {**fit["cells"][c], **counts(points, c)} for c in fit["cells"]}
    if not learning["from_full"]:
        fit["cells"][TUNED] = counts(points, TUNED)
    metric = points[0].metric
    fit["validation"] = {
        "new": errors_of(new, metric),
        "known": errors_of(known, metric),
        "n_collections": len(d.blocks),
        "as_is_worse_than_simple": _worse(points),
        "pairs_of_tuning": pairs,
    }
    return fit


def counts(points: Sequence[Point], cell: str) -> dict[str, Any]:
    """Points, sources and data sets behind a kind of system."""
    mine = [p for p in points if p.member.cell == cell]
    return {
        "n_points": len(mine),
        "n_sources": len({p.member.source for p in mine}),
        "n_sets": len({p.member.collection for p in mine}),
        "source_ids": sorted({p.source_id for p in mine}),
    }


def _worse(points: Sequence[Point]) -> dict[str, float]:
    """Share of data sets on which each model, as it is, is worse than words alone."""
    simple = {p.member.dataset: p.y for p in points if p.member.cell == SIMPLE}
    out: dict[str, float] = {}
    for model in sorted({p.member.model for p in points if p.member.cell == AS_IS}):
        pairs = [
            p.y < simple[p.member.dataset]
            for p in points
            if (p.member.model, p.member.cell) == (model, AS_IS) and p.member.dataset in simple
        ]
        if len(pairs) >= 10:
            out[model] = round(float(np.mean(pairs)), 3)
    return out


def _left_out(
    d: Design, sd: dict[str, float], sums: Sequence[Sums], tried: Sequence[str]
) -> tuple[list[LeftOut], list[LeftOut]]:
    """Values of each collection left out: with nothing known of it, and with one result on it."""
    new, known = [], []
    for k, block in enumerate(d.blocks):
        fit = parameters(d, sd, [s for j, s in enumerate(sums) if j != k])
        first = {
            name: _first([d.points[j] for j in block if d.points[j].member.dataset == name], tried)
            for name in {d.points[j].member.dataset for j in block}
        }
        for i in block:
            point = d.points[i]
            if point.member.cell not in fit["cells"]:
                continue
            asked = anew(point.member)
            found = joint([asked], fit, ())
            new.append(said(point, found.mean[0], found.cov[0, 0]))
            shown = first[point.member.dataset]
            if shown is not None and _other(shown, point):
                found = joint([asked], fit, [shown])
                known.append(said(point, found.mean[0], found.cov[0, 0]))
    return new, known


def _first(points: Sequence[Point], tried: Sequence[str]) -> Point | None:
    """The own baseline of a data set: of the first kind that is there, the worst of its systems."""
    for cell in tried:
        mine = [p for p in points if p.member.cell == cell]
        if mine:
            return min(mine, key=lambda p: p.y)
    return None


def _other(shown: Point, asked: Point) -> bool:
    a, b = shown.member, asked.member
    return (a.cell, a.model) != (b.cell, b.model)


def _tuned_left_out(
    points: Sequence[Point], fit: dict[str, Any], d: Design, sd: dict[str, float],
    sums: Sequence[Sums],
) -> list[LeftOut]:  # fmt: skip
    """Tuned systems of each data set left out, from the model as it is or words alone on it."""
    names = [d.points[b[0]].member.collection for b in d.blocks]
    out = []
    for point in points:
        m = point.member
        if m.cell != TUNED:
            continue
        rest = [p for p in points if p.member.collection != m.collection]
        gain = gain_of_tuning(rest)
        mine = [p for p in points if p.member.dataset == m.dataset and p.member.cell != TUNED]
        if not mine or not gain["n_pairs"]:
            continue
        kept = [s for s, n in zip(sums, names, strict=True) if n != m.collection]
        start = joint([anew(Member(AS_IS, m.model, m.dataset, m.collection))],
                      parameters(d, sd, kept), mine[:1])  # fmt: skip
        share = 1.0 if point.n_labelled is None else learned(point.n_labelled, fit["learning"])
        mean = start.mean[0] + gain["mean"] * float(share)
        away = (gain["sd"] ** 2 + gain["own"] ** 2) * float(share) ** 2
        out.append(said(point, mean, start.cov[0, 0] + away))
    return out
