"""A file of time series: one row a value (long), or one column a series (wide)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimator.errors import InputError
from estimator.measure.notes import UnreadableFile
from estimator.measure.table import Table

Array = NDArray[np.float64]

MOST_SERIES = 5_000
LEAST_VALUES = 12
NUMBERS, TIMES = 0.9, 0.9
"""Share of the cells that must be numbers, or times, for a column to be taken for one."""
FEW_LEVELS = 0.5
"""Share of different words in a column from which on it names rows, not series."""
BY_STEP: tuple[tuple[float, int, int], ...] = (
    (90.0, 60, 60), (600.0, 288, 288), (1200.0, 96, 96), (2700.0, 48, 96), (5400.0, 24, 24),
    (2 * 86400.0, 7, 28), (10 * 86400.0, 1, 13), (45 * 86400.0, 12, 12), (140 * 86400.0, 4, 8),
    (float("inf"), 1, 5),
)  # fmt: skip
"""Longest step in seconds, steps of a season and steps ahead that are usual at it."""


@dataclass(frozen=True)
class SeriesTable:
    """Series of one file, oldest value first.

    Parameters
    ----------
    values : tuple of arrays
        One each series; nan where a value is missing.
    covariates : tuple of arrays, shape (length, columns)
        Columns beside the value, taken as known of the future.
    names : tuple of str
        Columns used: time, value or number of series columns, series, covariates.
    season, horizon : int
    n_left_out : int
        Series that are too short to be measured.
    """

    values: tuple[Array, ...]
    covariates: tuple[Array, ...]
    columns: Mapping[str, str]
    season: int
    horizon: int
    n_left_out: int

    @property
    def n_covariates(self) -> int:
        """Columns that are known of the future."""
        return int(self.covariates[0].shape[1]) if self.covariates else 0

    @property
    def steps(self) -> float:
        """Values of the middle series."""
        return float(np.median([len(v) for v in self.values]))


def numbers(cells: Sequence[str]) -> Array:
    """Cells as numbers, nan where they are none; a decimal comma is read."""
    plain = pd.Series(cells, dtype=str).str.strip().str.replace(",", ".", regex=False)
    return np.asarray(pd.to_numeric(plain, errors="coerce"), float)


def _times(cells: Sequence[str]) -> Array | None:
    """Cells as seconds, None where they are no times."""
    text = pd.Series(cells, dtype=str).str.strip()
    if np.isfinite(numbers(cells)).mean() > NUMBERS:
        return None
    found = pd.to_datetime(text, errors="coerce", format="ISO8601", utc=True)
    if found.notna().mean() < TIMES:
        found = pd.to_datetime(text, errors="coerce", format="mixed", dayfirst=True, utc=True)
    if found.notna().mean() < TIMES:
        return None
    seconds = np.asarray((found - pd.Timestamp(0, tz="UTC")).dt.total_seconds(), float)
    return seconds


def read_series(
    table: Table,
    time: str | None = None,
    value: str | None = None,
    series: str | None = None,
    horizon: int | None = None,
    season: int | None = None,
) -> SeriesTable:
    """Series of a table.

    Parameters
    ----------
    table : Table
    time, value, series : str, optional
        Columns, where the guess is wrong.
    horizon, season : int, optional
        Steps ahead and steps of a season; by the usual step of the times where not given.

    Raises
    ------
    UnreadableFile
        Where there is no column of times or none of numbers, or every series is too short.
    """
    for option, name in (("--time", time), ("--value", value), ("--series", series)):
        if name is not None and name not in table.header:
            raise InputError(option, name, ", ".join(table.header[:12]))
    when_name, when = _time_column(table, time)
    number = {n: numbers(table.column(n)) for n in table.header if n not in (when_name, series)}
    number = {n: x for n, x in number.items() if np.isfinite(x).mean() > NUMBERS or n == value}
    if not number:
        raise UnreadableFile("no_values")
    name = series or _series_column(table, when_name, number, when)
    wide = name is None and value is None and len(number) > 1 and _once(when)
    if wide:
        order = np.argsort(when, kind="stable")
        found = [number[n][order] for n in number]
        beside: list[Array] = [np.zeros((len(order), 0))] * len(found)
        used = {"time": when_name, "value": f"{len(found)}", "series": "", "covariates": ""}
        steps = when[order]
    else:
        target = value or next((n for n in number if n.lower() in VALUE_WORDS), next(iter(number)))
        others = [n for n in number if n != target]
        found, beside, steps = _long(table, name, when, number, target, others)
        used = {
            "time": when_name, "value": target, "series": name or "",
            "covariates": ", ".join(others),
        }  # fmt: skip
    usual_season, usual_horizon = usual(steps)
    season, horizon = season or usual_season, horizon or usual_horizon
    least = max(LEAST_VALUES, 2 * horizon + season)
    kept = [i for i, v in enumerate(found) if np.isfinite(v).sum() >= least][:MOST_SERIES]
    if not kept:
        raise UnreadableFile("short_series", n=least)
    return SeriesTable(
        tuple(found[i] for i in kept), tuple(beside[i] for i in kept), used, season, horizon,
        len(found) - len(kept),
    )  # fmt: skip


VALUE_WORDS = frozenset(
    {"y", "value", "target", "sales", "demand", "load", "wert", "absatz", "menge", "last"}
)


def usual(seconds: Array) -> tuple[int, int]:
    """Steps of a season and steps ahead that are usual for the step of the times."""
    steps = np.diff(np.unique(seconds))
    step = float(np.median(steps)) if len(steps) else 86400.0
    return next((season, horizon) for most, season, horizon in BY_STEP if step <= most)


def _once(when: Array) -> bool:
    return len(np.unique(when)) == len(when)


def _time_column(table: Table, named: str | None) -> tuple[str, Array]:
    for name in (named,) if named else table.header:
        found = _times(table.column(name))
        if found is not None:
            return name, found
    raise UnreadableFile("no_time")


def _series_column(table: Table, time: str, number: Mapping[str, Array], when: Array) -> str | None:
    """The column whose words repeat over the times; None where every time stands once."""
    if _once(when):
        return None
    for name in table.header:
        if name == time or (name in number and not name.lower().endswith("id")):
            continue
        if len(set(table.column(name))) <= FEW_LEVELS * len(table.rows):
            return name
    return None


def _long(
    table: Table,
    name: str | None,
    when: Array,
    number: Mapping[str, Array],
    target: str,
    others: Sequence[str],
) -> tuple[list[Array], list[Array], Array]:
    keys = np.array(table.column(name) if name else [""] * len(when), object)
    beside = np.column_stack([number[n] for n in others]) if others else np.zeros((len(when), 0))
    values, more, steps = [], [], np.zeros(0)
    for key in dict.fromkeys(keys):
        at = np.flatnonzero((keys == key) & np.isfinite(when))
        at = at[np.argsort(when[at], kind="stable")]
        values.append(number[target][at])
        more.append(beside[at])
        steps = when[at] if len(at) > len(steps) else steps
    return values, more, steps
