"""The comparison as CSV: one row for each approach, raw figures in USD, hours and fractions."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from estimator.engine.answer import Answer, Row
from estimator.engine.answer_values import QUANTILES
from estimator.errors import printable
from estimator.report.budget import budget_of
from estimator.report.text import key_of, versions_of
from estimator.words.format import separators
from estimator.words.texts import say

BOM = "\ufeff"
QUOTED: Literal[2] = csv.QUOTE_NONNUMERIC
FORMULA_STARTS = ("=", "+", "-", "@")


def safe_cell(value: Any) -> Any:
    """A text without control characters; a leading apostrophe where it would be a formula."""
    if not isinstance(value, str):
        return value
    text = printable(value)
    return "'" + text if text.lstrip().startswith(FORMULA_STARTS) else text


def flat_row(answer: Answer, row: Row) -> dict[str, Any]:
    """One approach as flat columns."""
    out: dict[str, Any] = {
        "key": key_of(row),
        "approach": row["approach"],
        "label": row["label"],
        "base_model": row["base_model"],
        "recommended": key_of(row) == answer["recommendation"].get("approach"),
        "feasible": row["feasible"],
        "reasons": "; ".join(row["reasons"]),
        "metric": row["accuracy"]["metric"] if row["accuracy"] else None,
        **_spread("accuracy", row["accuracy"], QUANTILES),
        "target_probability": row["target_probability"],
        "best_probability": row.get("best_probability"),
    }
    out |= _spread("labels_for_target", row["labels_for_target"], ("p50", "p90"))
    plain: Mapping[str, Any] = row
    out |= {n: plain[n] for n in ("device_kind", "accelerator", "n_devices", "usd_per_device_hour")}
    for name in ("device_hours", "wallclock_hours", "energy_kwh", "co2_kg", "calendar_weeks"):
        out |= _spread(name, plain[name], QUANTILES)
    out |= {"min_devices": row["min_devices"], "peak_memory_gb": row["peak_memory_gb"]}
    money: Mapping[str, Any] = row["cost_usd"]
    for name in ("one_off", "monthly", "total", "npv"):
        out |= _spread(f"{name}_usd", money[name], (*QUANTILES, "mean", "base"))
    out |= {f"{name}_usd": usd for name, usd in budget_of(row).items()}
    for phase, spread in row["cost_usd"]["by_phase"].items():
        out |= _spread(f"{phase}_usd", spread, (*QUANTILES, "base"))
    out |= _spread("net_value_usd", row["net_value_usd"], QUANTILES)
    grade = row["evidence"]
    out |= {
        "assumed_share": row.get("assumed_share"),
        "evidence_grade": grade["grade"],
        "evidence_reason": grade["reason"],
        "source_ids": " ".join(grade["source_ids"]),
    }
    return out


def _spread(name: str, spread: Mapping[str, Any] | None, parts: tuple[str, ...]) -> dict[str, Any]:
    return {f"{name}_{p}": spread.get(p) if spread else None for p in parts}


def as_today(answer: Answer) -> dict[str, Any]:
    """Going on as today as columns of the comparison; empty where its cost is not stated."""
    today = answer["recommendation"].get("as_today")
    if not today:
        return {}
    total = today["total_usd"]
    return {
        "key": "as_today",
        "approach": "as_today",
        "label": say("row.as_today_plain"),
        "recommended": False,
        "feasible": True,
        "reasons": "",
        "monthly_usd_base": today["usd_per_month"],
        **dict.fromkeys(("total_usd_base", "total_usd_mean", "total_usd_p50"), total),
        **dict.fromkeys(("plan_usd", "expected_usd", "safe_usd"), total),
        "allowance_usd": 0.0,
    }


class _Decimal(float):
    """A number as text with a decimal mark of its own; the writer quotes no numbers."""

    mark = "."

    def __str__(self) -> str:
        return float.__repr__(self).replace(".", self.mark)

    __repr__ = __str__


class _Comma(_Decimal):
    mark = ","


def for_office(value: Any, decimal: str) -> Any:
    """A cell as office software of a language reads it; a figure keeps all its digits."""
    safe = safe_cell(value)
    if decimal == "." or isinstance(safe, bool) or not isinstance(safe, (float, np.floating)):
        return safe
    return _Comma(safe) if math.isfinite(safe) else safe


def dialect(language: str | None) -> tuple[str, str, str]:
    """Separator, decimal mark and first characters of a file for a language.

    None is the file for machines: comma, point, no byte order mark. Office software takes the
    separator of its language, a semicolon where the comma is the decimal mark, and reads UTF-8 by
    the mark.
    """
    if language is None:
        return ",", ".", ""
    decimal = separators(language)[1]
    return (";" if decimal == "," else ","), decimal, BOM


def csv_bytes(answer: Answer, language: str | None = None) -> bytes:
    """UTF-8 CSV with the versions and the seed in the last columns of every row.

    Parameters
    ----------
    answer : mapping
        The JSON of ``compare``.
    language : str, optional
        For office software of this language; None for machines. The figures are the same.
    """
    separator, decimal, begin = dialect(language)
    factors = answer["own_projects"]["factors"] if "own_projects" in answer else {}
    tail = {
        **versions_of(answer), **{f"own_{name}_factor": f["p50"] for name, f in factors.items()}
    }  # fmt: skip
    rows = [{**flat_row(answer, r), **tail} for r in answer["approaches"]]
    if today := as_today(answer):
        rows.append({**dict.fromkeys(rows[0]), **today, **tail})
    out = io.StringIO(newline="")
    writer = csv.DictWriter(
        out,
        fieldnames=list(rows[0]),
        lineterminator="\n",
        quoting=QUOTED,
        delimiter=separator,
    )
    writer.writeheader()
    for row in rows:
        writer.writerow({k: for_office(v, decimal) for k, v in row.items()})
    return (begin + out.getvalue()).encode("utf-8")


def table_csv(frame: Any, language: str | None = None) -> bytes:
    """Any table behind a chart as CSV, in the form of ``csv_bytes``."""
    separator, decimal, begin = dialect(language)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=QUOTED, delimiter=separator)
    writer.writerow([safe_cell(column) for column in frame.columns])
    kept = frame.astype(object).where(frame.notna(), "")
    for row in kept.itertuples(index=False, name=None):
        writer.writerow([for_office(value, decimal) for value in row])
    return (begin + out.getvalue()).encode("utf-8")
