"""Fits data/fits/series.json: levels of forecasting models, how data sets differ, left-out errors.

A mixed model on the logarithm of the error relative to seasonal naive: levels of kinds of
forecaster and of models in them, an effect of covariates that are read or not, and variances over
collections, data sets, kinds of forecaster on them, models on them, and sources; these by maximum
likelihood. The factor on widths holds 80 % of the values of collections left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.series import (
    CLIP,
    Member,
    Point,
    covariance,
    joint,
    published,
)
from estimator.engine.distributions import Z90
from estimator.engine.series_names import (
    AS_IS,
    CELLS,
    READ_COVARIATES,
    TUNED,
    base_of,
)
from estimator.lab.accuracy.blocks import Sums, deviance, levels, sums_of
from estimator.lab.accuracy.left_out import LeftOut, factors_of
from estimator.lab.accuracy.series_hours import fit_series_hours

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

NAMES = (
    "collection", "set", "collection_kind", "set_kind", "collection_model", "source", "model",
    *(f"rest_{c}" for c in CELLS),
)  # fmt: skip
START = (0.1, 0.2, 0.13, 0.17, 0.13, 0.1, 0.2, 0.09, 0.22, 0.3, 0.15, 0.15)
CENTRE = -0.25
CELL_SD, SHIFT_SD = 1.0, 0.2
STEPS = 25
LEAST_LEFT_OUT = 40
"""Left-out values from which on a kind of forecaster has a width of its own."""
TRIED, TRIED_FAMILY = "chronos-bolt-base", "chronos-bolt"
Progress = Callable[[float, str], None]


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
        kinds = {"cell": CELL_SD, "shift": SHIFT_SD, "model": sd["model"]}
        return np.array([kinds[c.split(":")[0]] for c in self.columns])


def design(points: Sequence[Point]) -> Design:
    """Columns: kinds of forecaster, models in them, covariates read and not read."""
    models = sorted({base_of(p.member.model, p.member.cell) for p in points})
    columns = (*(f"cell:{c}" for c in CELLS), *(f"model:{m}" for m in models))
    columns = (*columns, "shift:reads", "shift:blind")
    at = {c: i for i, c in enumerate(columns)}
    x = np.zeros((len(points), len(columns)))
    for i, p in enumerate(points):
        m = p.member
        x[i, at[f"cell:{m.cell}"]] = x[i, at[f"model:{base_of(m.model, m.cell)}"]] = 1.0
        if m.covariates:
            x[i, at["shift:reads" if m.model in READ_COVARIATES else "shift:blind"]] = 1.0
    names = np.array([p.member.collection for p in points])
    blocks = tuple(np.flatnonzero(names == n) for n in sorted(set(names)))
    return Design(tuple(points), columns, x, np.array([p.y for p in points]) - CENTRE, blocks)


def _unlikely(log_sd: Array, d: Design) -> float:
    sd = dict(zip(NAMES, np.exp(log_sd), strict=True))
    return deviance(d, sd, sums_of(d, sd, covariance)) / 2


def spreads(d: Design) -> dict[str, float]:
    """Standard deviations by maximum likelihood."""
    found = minimize(
        _unlikely, np.log(START), args=(d,), method="L-BFGS-B",
        bounds=[(np.log(0.01), np.log(1.0))] * len(NAMES), options={"maxiter": STEPS},
    )  # fmt: skip
    return {n: round(float(v), 4) for n, v in zip(NAMES, np.exp(found.x), strict=True)}


def parameters(d: Design, sd: dict[str, float], sums: Sequence[Sums]) -> dict[str, Any]:
    """Content of the fit without widths: levels with their uncertainty."""
    level, cov = levels(d, sd, sums)
    at = {c: i for i, c in enumerate(d.columns)}
    cells, models = {}, {}
    for c in CELLS:
        i = at[f"cell:{c}"]
        cells[c] = {"mean": round(CENTRE + level[i], 5), "sd": round(float(cov[i, i]) ** 0.5, 5)}
    for name in (c.removeprefix("model:") for c in d.columns if c.startswith("model:")):
        pair = [at[f"cell:{name.split('|')[1]}"], at[f"model:{name}"]]
        sure = float(cov[np.ix_(pair, pair)].sum()) ** 0.5
        models[name] = {"mean": round(CENTRE + level[pair].sum(), 5), "sd": round(sure, 5)}
    shifts = {n: round(float(level[at[f"shift:{n}"]]), 5) for n in ("reads", "blind")}
    return {
        "cells": cells,
        "models": models,
        "covariates": shifts,
        "gain": gain_of_tuning(d.points, cells, models, sd),
        "sd": {**sd, "borrowed": sd["source"]},
    }


def gain_of_tuning(
    points: Sequence[Point],
    cells: dict[str, Any],
    models: dict[str, Any],
    sd: dict[str, float],
) -> dict[str, float]:
    """What tuning adds to a good open model, and how the two go together on one data set.

    Good are models whose level as they are is better than the middle of their kind.
    """
    as_is = {(p.member.model, p.member.dataset): p.y for p in points if p.member.cell == AS_IS}
    pairs = [
        (p.member.model, p.y - as_is[p.member.model, p.member.dataset])
        for p in points
        if p.member.cell == TUNED and (p.member.model, p.member.dataset) in as_is
    ]
    middle = cells[AS_IS]["mean"]
    good = [(m, g) for m, g in pairs if models[base_of(m, AS_IS)]["mean"] < middle]
    used = good or pairs
    gains = np.array([g for _, g in used])
    by_model = [np.mean([g for m, g in used if m == name]) for name in sorted({m for m, _ in used})]
    between = float(np.std(by_model)) if len(by_model) > 1 else 0.0
    own = sd["rest_as_is"] ** 2 + sd["rest_tuned"] ** 2
    shared = (own - float(gains.var())) / (2 * sd["rest_as_is"] * sd["rest_tuned"])
    return {
        "mean": round(float(gains.mean()), 5),
        "sd": round(max(between, float(gains.std()) / len(gains) ** 0.5), 5),
        "pairing": round(min(max(shared, 0.0), 0.95), 4),
        "worse_share": round(float((gains > 0).mean()), 4),
        "n_pairs": len(gains),
        "n_models": len(by_model),
        "weak_mean": round(float(np.mean([g for m, g in pairs if (m, g) not in good])), 5),
    }


def fit_series(evidence: Evidence, progress: Progress = lambda share, text: None) -> dict[str, Any]:
    """Content of data/fits/series.json.

    Parameters
    ----------
    evidence : Evidence
    progress : callable
        ``progress(share, what)``.
    """
    progress(0.0, "series")
    points = published(evidence)
    d = design(points)
    sd = spreads(d)
    sums = sums_of(d, sd, covariance)
    fit = parameters(d, sd, sums)
    progress(0.7, "series, data sets left out")
    new, known = _left_out(d, sd, sums)
    fit["widths"] = {"new": _factors(new), "known": _factors(known)}
    fit["cells"] = {c: {**fit["cells"][c], **_counts(points, c)} for c in CELLS}
    fit["validation"] = {
        "new": _errors(new, fit["widths"]["new"]),
        "known": _errors(known, fit["widths"]["known"]),
        "median_by_kind": _errors(_plain(d)),
        "share_beyond_one": round(float(np.mean([p.value > 1 for p in points])), 4),
        "n_collections": len(d.blocks),
    }
    fit["hours"] = fit_series_hours(evidence)
    fit["clip"] = list(CLIP)
    progress(1.0, "series")
    return fit


def series_validation(evidence: Evidence) -> dict[str, Any]:
    """The section of ``validate``: errors on collections of series left out, in relative MASE."""
    fit = evidence.fits["series"]
    found = fit["validation"]
    return {
        "n_points": sum(c["n_points"] for c in fit["cells"].values()),
        "n_collections": found["n_collections"],
        "share_beyond_seasonal_naive": found["share_beyond_one"],
        "gain_of_tuning": fit["gain"],
        "nothing_known": found["new"],
        "after_one_open_model_was_tried": found["known"],
        "median_of_the_kind": found["median_by_kind"],
    }


def _counts(points: Sequence[Point], cell: str) -> dict[str, Any]:
    mine = [p for p in points if p.member.cell == cell]
    return {
        "n_points": len(mine),
        "n_sources": len({p.member.source for p in mine}),
        "n_sets": len({p.member.collection for p in mine}),
        "source_ids": sorted({p.source_id for p in mine}),
    }


def _left_out(
    d: Design, sd: dict[str, float], sums: Sequence[Sums]
) -> tuple[list[LeftOut], list[LeftOut]]:
    """Values of each collection left out: with nothing known of it, and with one model on the set.

    The one model is Chronos-Bolt, which is run in every collection: what a user has who tried it.
    """
    new, known = [], []
    for k, block in enumerate(d.blocks):
        fit = parameters(d, sd, [s for j, s in enumerate(sums) if j != k])
        tried = [d.points[j] for j in block if d.points[j].member.model == TRIED]
        for i in block:
            point = d.points[i]
            asked = _anew(point.member)
            found = joint([asked], fit, ())
            new.append(_said(point, found.mean[0], found.cov[0, 0]))
            on_it = [p for p in tried if p.member.dataset == point.member.dataset]
            if on_it and not point.member.model.startswith(TRIED_FAMILY):
                found = joint([asked], fit, on_it[:1])
                known.append(_said(point, found.mean[0], found.cov[0, 0]))
    return new, known


def _anew(m: Member) -> Member:
    return Member(m.cell, m.model, m.dataset, m.collection, m.covariates)


def _said(point: Point, mean: float, variance: float) -> LeftOut:
    m = point.member
    return LeftOut(m.cell, point.y, float(mean), float(variance) ** 0.5, m.collection)


def _factors(rows: Sequence[LeftOut]) -> dict[str, float]:
    return factors_of(rows, CELLS, LEAST_LEFT_OUT)


def _errors(rows: Sequence[LeftOut], factor: dict[str, float] | None = None) -> dict[str, Any]:
    """Median error in relative MASE and what intervals held, in all and by kind."""
    out: dict[str, Any] = {}
    for cell in ("all", *CELLS):
        mine = [r for r in rows if cell in ("all", r.cell)]
        if not mine:
            continue
        y, mean = np.array([r.y for r in mine]), np.array([r.mean for r in mine])
        scale = np.array([(factor or {}).get(r.cell, (factor or {}).get("all", 1.0)) for r in mine])
        half = Z90 * scale * np.array([r.sd for r in mine])
        out[cell] = {
            "n": len(mine),
            "median_abs_error": round(float(np.median(np.abs(np.exp(mean) - np.exp(y)))), 4),
            "coverage_80": round(float(np.mean(np.abs(y - mean) <= half)), 4),
            "width": round(float(np.median(np.exp(mean + half) - np.exp(mean - half))), 4),
        }
    return out


def _plain(d: Design) -> list[LeftOut]:
    """The crudest answer: median and spread of the kind of forecaster over other collections."""
    cells = np.array([p.member.cell for p in d.points])
    y, out = d.y + CENTRE, []
    for block in d.blocks:
        rest = np.setdiff1d(np.arange(len(y)), block)
        for cell in CELLS:
            others = y[rest][cells[rest] == cell]
            low, mid, high = np.quantile(others, (0.1, 0.5, 0.9))
            half = max(high - mid, mid - low) / Z90
            for i in block[cells[block] == cell]:
                point = d.points[i]
                out.append(_said(point, mid, half**2))
    return out
