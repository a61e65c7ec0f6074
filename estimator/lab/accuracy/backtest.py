"""Backtest on a table of published curves: every row to predict, from evidence or from itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.block import Block, predict_block
from estimator.engine.accuracy.kernel import level_variance
from estimator.engine.accuracy.known import all_rows, known_rows
from estimator.engine.accuracy.posterior import Posterior, shared_posterior
from estimator.engine.accuracy.rows import Rows, build_rows, columns_from_frame, lookup_of
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.single_curve import extrapolate
from estimator.engine.accuracy.widths import factors_of
from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Z90
from estimator.errors import InputError
from estimator.lab.accuracy.family_backtest import is_family, predict_family_rows
from estimator.lab.accuracy.own_rows import after_own_rows
from estimator.lab.accuracy.read_units import unit_name, with_units
from estimator.lab.accuracy.series_backtest import predict_series_rows
from estimator.lab.accuracy.summary import summarise
from estimator.vocabulary import Task

if TYPE_CHECKING:
    import pandas as pd

    from estimator.evidence.load import Evidence

PRIORS = ("evidence", "none")
FORECASTING = str(Task.TIME_SERIES)
YES = frozenset({"1", "1.0", "true", "yes"})


def backtest_curves(
    frame: pd.DataFrame, evidence: Evidence, prior: str = "evidence"
) -> dict[str, Any]:
    """Predict the rows with ``given`` = 0 of a table of curves.

    Parameters
    ----------
    frame : DataFrame
        Columns of evidence/README.md (any may be missing); ``given`` = 1 marks known rows.
    evidence : Evidence
    prior : {"evidence", "none"}
        ``evidence``: shipped evidence and the curve's own given rows; ``none``: those rows alone.

    Returns
    -------
    dict
        ``rows``, in file order, and ``summary`` (CONTRACT section 4). p10, p50, p90 and error are
        in the unit and direction of the input's ``value``; ``read_as`` says whether these were
        taken for fractions, percent or points.

    Raises
    ------
    InputError
        For another prior.
    """
    if prior not in PRIORS:
        raise InputError("prior", prior, " or ".join(PRIORS))
    table = frame.reset_index(drop=True)
    lookup = lookup_of(evidence)
    sure = Assumptions(evidence.assumptions).value("accuracy.kind_sure")
    columns = columns_from_frame(table, lookup, sure)
    fit = evidence.fits["accuracy"]
    posterior = shared_posterior(fit)
    seen = _given(table)
    columns = with_units(columns, seen)
    rows = build_rows(columns, posterior.typical)
    factor = np.array(columns["factor"], float)
    value = np.array(columns["value"], float) / factor
    known_names = set(all_rows(evidence).dataset)
    reasons = _reasons(table, rows, prior)
    wanted = np.array([not g for g in seen], bool)
    out = np.full((len(rows), 3), np.nan)
    if prior == "none":
        _from_itself(rows, value, seen, wanted, out, reasons)
    else:
        _from_evidence(rows, evidence, posterior, seen, wanted, factor, out, reasons)
    new = {i: rows.dataset[i] not in known_names for i in range(len(rows))}
    if prior == "evidence":
        forecasts = {i: str(m) for i, m in enumerate(rows.metric) if rows.task[i] == FORECASTING}
        new |= predict_series_rows(table, forecasts, seen, evidence, out, reasons)
        own = {
            i: (str(rows.task[i]), str(m)) for i, m in enumerate(rows.metric)
            if is_family(str(rows.task[i]))
        }  # fmt: skip
        new |= predict_family_rows(table, own, factor, seen, evidence, out, reasons)
    cells = table.astype(object).where(table.notna(), None).to_dict("records")
    echoed = [{str(k): v for k, v in row.items()} for row in cells]
    result = [
        {
            **_row(echoed[i], out[i], value[i], reasons[i], new[int(i)]),
            "read_as": unit_name(float(factor[i]), str(rows.metric[i])),
        }
        for i in np.flatnonzero(wanted)
    ]
    kinds = [
        {
            "task": rows.task[i] or rows.family[i],
            "approach": rows.approach[i] or rows.variant[i],
            "accuracy_like": rows.group[i] in scales.ACCURACY_LIKE,
        }
        for i in np.flatnonzero(wanted)
    ]
    return {"rows": result, "summary": summarise(result, kinds)}


def _given(table: pd.DataFrame) -> list[bool]:
    if "given" not in table.columns:
        return [False] * len(table)
    return [str(g).strip().lower() in YES for g in table["given"]]


def _reasons(table: pd.DataFrame, rows: Rows, prior: str) -> list[str]:
    """Why a row cannot be predicted; empty where it can."""
    out = []
    for i in range(len(rows)):
        reason = ""
        if prior == "evidence":
            if not rows.task[i]:
                reason = f"{rows.family[i] or 'a blank task'} is no task of the product"
            elif not rows.approach[i]:
                reason = f"{rows.variant[i] or 'a blank approach'} is no approach of the product"
            elif rows.group[i] in scales.OUT_OF_SCALE:
                reason = f"no evidence in the metric {rows.metric[i] or '(blank)'}"
        elif not rows.n_labelled[i] > 0:
            reason = "the number of labelled examples is blank or 0"
        out.append(reason)
    return out


def _row(
    echoed: dict[str, Any], found: Array, value: float, reason: str, new: bool
) -> dict[str, Any]:
    known = not np.isnan(value)
    if reason or np.isnan(found).any():
        blank = {"p10": None, "p50": None, "p90": None, "error": None, "inside": None}
        return {**echoed, **blank, "new_dataset": new, "reason": reason or "no number came out"}
    p10, p50, p90 = (float(x) for x in np.sort(found))
    return {
        **echoed,
        "p10": p10,
        "p50": p50,
        "p90": p90,
        "error": p50 - value if known else None,
        "inside": bool(p10 <= value <= p90) if known else None,
        "new_dataset": new,
        "reason": "",
    }


def _from_itself(
    rows: Rows,
    value: Array,
    seen: list[bool],
    wanted: Array,
    out: Array,
    reasons: list[str],
) -> None:
    """Fill ``out`` from each curve's own given rows."""
    for members in _projects(rows).values():
        own = [i for i in members if seen[i] and rows.n_labelled[i] > 0 and not np.isnan(value[i])]
        ask = [i for i in members if wanted[i] and not reasons[i]]
        if not ask:
            continue
        if not own:
            for i in ask:
                reasons[i] = "no given row in this curve"
            continue
        found = extrapolate(
            rows.n_labelled[own], value[own], rows.n_labelled[ask], str(rows.group[own[0]])
        )
        out[ask] = found


def _projects(rows: Rows) -> dict[tuple[str, str], list[int]]:
    """Rows of each curve within one source, in file order; a blank curve is a row of its own."""
    found: dict[tuple[str, str], list[int]] = {}
    for i, (source, curve) in enumerate(zip(rows.source, rows.curve, strict=True)):
        found.setdefault((source, curve or f"row {i}"), []).append(i)
    return found


def _from_evidence(
    rows: Rows,
    evidence: Evidence,
    posterior: Posterior,
    seen: list[bool],
    wanted: Array,
    factor: Array,
    out: Array,
    reasons: list[str],
) -> None:
    """Fill ``out`` from the shared effects, evidence on the data set and the own given rows."""
    fit = evidence.fits["accuracy"]
    blocks: dict[tuple[str, str], list[int]] = {}
    for i in np.flatnonzero([not r for r in reasons]):
        name = rows.dataset[i] or f"{rows.curve[i]} {rows.task[i]}"
        blocks.setdefault((rows.source[i], name), []).append(int(i))
    for (source, dataset), members in blocks.items():
        target = rows.take(np.array(members))
        facts = known_rows(evidence, dataset, source, target)
        block = predict_block(posterior, target, facts)
        for curve in _projects(target).values():
            own = [k for k in curve if seen[members[k]] and not np.isnan(target.y[k])]
            ask = [k for k in curve if wanted[members[k]]]
            if not ask:
                continue
            at = [members[k] for k in ask]
            if own:
                found = after_own_rows(evidence, posterior, facts, target, own, ask)
            else:
                widths = fit["widths"]["new" if facts is None else "known"]
                found = _quantiles(block, target, ask, posterior, widths)
            out[at] = found / factor[at][:, None]


def _quantiles(
    block: Block, rows: Rows, ask: list[int], posterior: Posterior, widths: Mapping[str, float]
) -> Array:
    """p10, p50 and p90 in canonical units, shape (n, 3), without own rows."""
    at = np.array(ask)
    target, mean = rows.take(at), block.mean[at]
    level = level_variance(target, mean, posterior.sds)
    sd = np.sqrt(np.maximum(np.diag(block.cov)[at] + block.free[at] + level, 1e-9))
    scale = factors_of(widths, target)
    out = np.empty((len(target), 3))
    for k, z in enumerate((-Z90, 0.0, Z90)):
        error = scales.to_error(mean + z * scale * sd, target.chance)
        for i, group in enumerate(target.group):
            out[i, k] = scales.value_from_error(error[i], str(group))
    return out
