"""Backtest of forecasting rows: the seasonal naive error of the row, times what is predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import series
from estimator.engine.accuracy.names import to_number
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.series import Member, Point
from estimator.engine.distributions import Z90
from estimator.engine.series_names import NAIVE, cell_of, series_model, series_set
from estimator.evidence.names import approach_of

if TYPE_CHECKING:
    import pandas as pd

    from estimator.evidence.load import Evidence

RELATIVE, SCALED = "relative_mase", "mase"


def predict_series_rows(
    table: pd.DataFrame,
    rows: Mapping[int, str],
    seen: Sequence[bool],
    evidence: Evidence,
    out: Array,
    reasons: list[str],
) -> dict[int, bool]:
    """Fill ``out`` and ``reasons`` for the rows of forecasting; says which data sets are new.

    Parameters
    ----------
    table : DataFrame
        Columns of evidence/README.md and ``baseline_value``: the error of seasonal naive.
    rows : mapping of int to str
        Canonical metric of every forecasting row, by its place.
    seen : sequence of bool
        Rows that are given.
    evidence : Evidence
    out : array, shape (n, 3)
        p10, p50 and p90 in the unit of the table's value.
    reasons : list of str
    """
    known, fit = series.collections(evidence), evidence.fits["series"]
    levels = _naive_levels(evidence)
    filled = table.astype(object).where(table.notna(), None).to_dict("records")
    cells = [{str(k): v for k, v in row.items()} for row in filled]
    asked = {i: _member(cells[i], known) for i in rows}
    given = [i for i in rows if seen[i]]
    new = {}
    for i, metric in rows.items():
        name = series_set(str(cells[i].get("dataset") or ""))
        new[i] = name not in known
        if seen[i]:
            continue
        member, level = asked[i], _level(cells[i], metric, levels)
        reasons[i] = _reason(cells[i], member, level, metric)
        if reasons[i] or member is None:
            continue
        own = [p for j in given if (p := _given(cells[i], cells[j], asked[j], rows[j], levels))]
        source = str(cells[i].get("source_family") or cells[i].get("source_title") or "")
        public = [
            p
            for p in series.published(evidence)
            if p.member.collection == member.collection and p.member.source != source
        ]
        on_it = [p for p in public if p.member.dataset == member.dataset] or public
        found = series.joint([member], fit, [*own, *on_it])
        half = Z90 * series.widths([member], fit, bool(own or on_it))[0] * found.cov[0, 0] ** 0.5
        out[i] = level * np.exp(found.mean[0] + half * np.array([-1.0, 0.0, 1.0]))
    return new


def _member(cell: Mapping[str, Any], known: Mapping[str, str]) -> Member | None:
    model = series_model(str(cell.get("backbone") or ""))
    approach = approach_of(cell.get("approach") or "")
    kind = cell_of(approach, model) if approach else None
    if kind is None or model in NAIVE:
        return None
    name = series_set(str(cell.get("dataset") or ""))
    return Member(kind, model, name, known.get(name, name), False)


def _naive_levels(evidence: Evidence) -> dict[str, float]:
    """Published MASE of seasonal naive by data set, the middle of its sources."""
    found: dict[str, list[float]] = {}
    for row in evidence.records("families_curves"):
        mine = row["task_family"] == "time_series" and row["metric"] == "MASE"
        if mine and row["baseline_value"] > 0:
            found.setdefault(series_set(row["dataset"]), []).append(row["baseline_value"])
    return {k: float(np.median(v)) for k, v in found.items()}


def _level(cell: Mapping[str, Any], metric: str, levels: Mapping[str, float]) -> float:
    """What a relative error of 1 is in the unit of the row; nan where that is not known."""
    if metric == RELATIVE:
        return 1.0
    if metric != SCALED:
        return float("nan")
    stated = to_number(cell.get("baseline_value"))
    return stated if stated > 0 else levels.get(series_set(str(cell.get("dataset") or "")), np.nan)


def _reason(cell: Mapping[str, Any], member: Member | None, level: float, metric: str) -> str:
    if member is None:
        return f"{cell.get('approach') or 'a blank approach'} means nothing for forecasting here"
    if metric not in (RELATIVE, SCALED):
        return f"no evidence in the metric {metric or '(blank)'}"
    if not level > 0:
        return "MASE needs that of seasonal naive on the same data (column baseline_value)"
    return ""


def _given(
    asked: Mapping[str, Any],
    cell: Mapping[str, Any],
    member: Member | None,
    metric: str,
    levels: Mapping[str, float],
) -> Point | None:
    """A given row of the same project: one curve of one source."""
    same = all(asked.get(c) == cell.get(c) for c in ("curve_id", "source_family"))
    value, level = to_number(cell.get("value")), _level(cell, metric, levels)
    if member is None or not same or not value > 0 or not level > 0:
        return None
    return Point(member, value / level, "")
