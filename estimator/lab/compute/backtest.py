"""Prediction of published runs from their words: the `backtest runs` door."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from estimator.engine.compute import text as parse
from estimator.engine.compute.features import run_features
from estimator.engine.compute.lexicon import calibration_group
from estimator.engine.compute.resolve import RunWork, Unresolved, resolve_run
from estimator.engine.compute.run_tables import NameTables, tables_of
from estimator.engine.compute.trees import SPREAD_SD, TREES
from estimator.engine.compute.utilisation import Utilisation, unpack
from estimator.engine.distributions import Z90
from estimator.lab.compute.memory_runs import run_memory_gb
from estimator.lab.compute.rows import noise_class
from estimator.words.statement import Number, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

HOURS_LIMIT = 1e15
"""Above any published run by six orders of magnitude."""

BLANK: dict[str, Any] = {
    "p10": None,
    "p50": None,
    "p90": None,
    "error": None,
    "inside": None,
    "factor": None,
}


def predict_runs(
    rows: Sequence[Mapping[str, object]], tables: NameTables, fit: Utilisation
) -> list[tuple[RunWork | Unresolved, tuple[float, float, float] | None]]:
    """Resolved run and (p10, p50, p90) device-hours in the row's own device unit."""
    resolved = [_resolved(r, tables) for r in rows]
    known = [r for r in resolved if isinstance(r, RunWork)]
    interval: dict[int, tuple[float, float, float]] = {}
    if known:
        mean, var = fit.predict([run_features(r) for r in known])
        for r, m, v in zip(known, mean, var, strict=True):
            if r.model.group == TREES:
                interval[id(r)] = _around(r.base_hours, Z90 * SPREAD_SD)
                continue
            noise = fit.noise_var[noise_class(r)] - fit.noise_var["stated"]
            scale = fit.calibration.get(calibration_group(r.model.group), fit.calibration["all"])
            spread = Z90 * scale * math.sqrt(max(v + noise, 1e-6))
            centre = r.base_hours * math.exp(m) / r.devices_per_unit
            interval[id(r)] = _around(centre, spread)
    return [(r, interval.get(id(r))) for r in resolved]


def _around(centre: float, spread: float) -> tuple[float, float, float]:
    return centre * math.exp(-spread), centre, centre * math.exp(spread)


def _resolved(row: Mapping[str, object], tables: NameTables) -> RunWork | Unresolved:
    """As resolve_run; figures too large or too odd for arithmetic are a reason, not a crash."""
    try:
        run = resolve_run(row, tables)
    except (ValueError, ArithmeticError) as error:
        return Unresolved(state("run.figures", error=str(error)))
    if isinstance(run, RunWork) and not 0 < run.base_hours < HOURS_LIMIT:
        return Unresolved(state("run.too_large", flop=Number(run.training_flop)))
    return run


def _memory(
    row: Mapping[str, object], run: RunWork | Unresolved, tables: NameTables
) -> float | None:
    try:
        gb = run_memory_gb(row, run, tables)
    except (ValueError, ArithmeticError):
        return None
    return gb if gb is not None and 0 < gb < HOURS_LIMIT else None


def backtest_runs(frame: pd.DataFrame, evidence: Evidence) -> dict[str, Any]:
    """Predict ``device_hours`` (and ``peak_memory_gb``) of every row of a table of runs.

    Parameters
    ----------
    frame : DataFrame
        Columns of runs.csv; others are carried through. ``device_hours`` and ``wallclock_hours``
        may be blank and are never read for the prediction.
    evidence : Evidence
        Name tables and the utilisation fit.

    Returns
    -------
    dict
        ``rows``: the input columns with p10, p50, p90 [device-hours], error, inside, factor =
        p50 / actual, peak_memory_p50 [GB] where the file has peak_memory_gb, reason where p50 is
        null; ``summary``: medians, shares within 2x and 3x, coverage of the 80 % interval.
    """
    records = [{str(k): _plain(v) for k, v in r.items()} for r in frame.to_dict("records")]
    tables = tables_of(evidence)
    predicted = predict_runs(records, tables, unpack(evidence.fits["utilisation"]))
    with_memory = "peak_memory_gb" in frame.columns
    out = []
    for raw, (run, interval) in zip(records, predicted, strict=True):
        line: dict[str, Any] = {**raw, **BLANK}
        actual = parse.number(raw.get("device_hours"))
        actual = actual if actual is not None and actual < HOURS_LIMIT else None
        if isinstance(run, Unresolved):
            line["reason"] = str(run.reason)
        elif interval is not None:
            p10, p50, p90 = (float(f"{x:.6g}") for x in interval)
            line |= {"p10": p10, "p50": p50, "p90": p90}
            if actual is not None:
                line |= {
                    "error": p50 - actual,
                    "inside": p10 <= actual <= p90,
                    "factor": p50 / actual,
                }
        if with_memory:
            line["peak_memory_p50"] = _memory(raw, run, tables)
        out.append(line)
    return {"rows": out, "summary": summary(out, with_memory)}


def _plain(value: object) -> object:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return None if value is pd.NA else value


def summary(rows: Sequence[Mapping[str, Any]], with_memory: bool) -> dict[str, Any]:
    """Figures of CONTRACT section 4, in all and by modality and approach."""
    out = {"n": len(rows), **_figures(rows)}
    out["unpredicted"] = sum(r["p50"] is None for r in rows)
    if with_memory:
        errors = [
            abs(r["peak_memory_p50"] / m - 1)
            for r in rows
            if (m := parse.number(r.get("peak_memory_gb"))) and r.get("peak_memory_p50")
        ]
        out["memory_median_abs_error"] = float(np.median(errors)) if errors else None
        out["memory_n"] = len(errors)
    for column, key in (
        ("modality", "by_modality"),
        ("task", "by_task"),
        ("approach", "by_approach"),
    ):
        groups: dict[str, list[Mapping[str, Any]]] = {}
        for r in rows:
            groups.setdefault(parse.words(r.get(column)) or "(blank)", []).append(r)
        out[key] = {g: {"n": len(v), **_figures(v)} for g, v in sorted(groups.items())}
    return out


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    scored = [r for r in rows if r["factor"] is not None]
    if not scored:
        return {
            "n_scored": 0, "median_factor": None, "within_2x": None, "within_3x": None,
            "coverage_80": None, "median_abs_error": None, "mean_abs_error": None,
        }  # fmt: skip
    factor = np.array([max(r["factor"], 1 / r["factor"]) for r in scored])
    error = np.array([abs(r["error"]) for r in scored])
    return {
        "n_scored": len(scored),
        "median_factor": float(np.median(factor)),
        "within_2x": float(np.mean(factor <= 2)),
        "within_3x": float(np.mean(factor <= 3)),
        "coverage_80": float(np.mean([r["inside"] for r in scored])),
        "median_abs_error": float(np.median(error)),
        "mean_abs_error": float(np.mean(error)),
    }
