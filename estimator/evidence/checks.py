"""One function for each rule; the first row that breaks one stops the loading."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from estimator.errors import EvidenceError
from estimator.evidence.columns import DATE, NUMBER, YES_NO, Column, Table

ISO_DATE = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"


def fail(name: str, row_key: str, column: str, value: object, rule: str) -> None:
    """Raise the one message that all rules share."""
    raise EvidenceError(f"{name}: row {row_key}: column {column}: {value!r}: {rule}")


def row_key(frame: pd.DataFrame, schema: Table, position: int) -> str:
    """The key columns of a row, joined by a slash."""
    return "/".join(str(frame[c].iloc[position]) for c in schema.key)


def check_columns(name: str, schema: Table, columns: list[str]) -> None:
    """Every column of the schema is there, and no other."""
    for column in schema.names:
        if column not in columns:
            fail(name, "header", column, ", ".join(columns), "column is missing")
    for column in columns:
        if column not in schema.names:
            fail(name, "header", column, column, "column is not in the schema")


def check_keys(name: str, schema: Table, frame: pd.DataFrame) -> None:
    """The key of every row is filled and unique."""
    for column in schema.key:
        if name != "corrections":
            _stop(name, schema, frame, column, frame[column] == "", "key must not be blank")
    _stop(
        name,
        schema,
        frame,
        schema.key[0],
        frame.duplicated(list(schema.key)),
        "key must be unique",
    )


def check_required(name: str, schema: Table, frame: pd.DataFrame, column: Column) -> None:
    """A required cell is not blank."""
    if column.required:
        _stop(name, schema, frame, column.name, frame[column.name] == "", "must not be blank")


def check_allowed(name: str, schema: Table, frame: pd.DataFrame, column: Column) -> None:
    """A cell holds one of the listed values."""
    allowed = frozenset(("yes", "no")) if column.kind == YES_NO else column.allowed
    if allowed:
        cells = frame[column.name]
        wrong = ~cells.isin(allowed) & (cells != "")
        rule = f"must be one of {', '.join(sorted(allowed))}"
        _stop(name, schema, frame, column.name, wrong, rule)


def check_date(name: str, schema: Table, frame: pd.DataFrame, column: Column) -> None:
    """A date is written YYYY-MM-DD."""
    if column.kind == DATE:
        cells = frame[column.name]
        wrong = ~cells.str.fullmatch(ISO_DATE) & (cells != "")
        _stop(name, schema, frame, column.name, wrong, "must be a date YYYY-MM-DD")


def numbers(name: str, schema: Table, frame: pd.DataFrame, column: Column) -> pd.Series:
    """The column as floats, nan where blank; a text, infinity or value out of range stops."""
    cells = frame[column.name]
    values = pd.to_numeric(cells.where(cells != "", None), errors="coerce").astype(float)
    filled = cells != ""
    wrong = filled & ~np.isfinite(values.to_numpy())
    _stop(name, schema, frame, column.name, wrong, "must be a finite number")
    outside = filled & ~values.between(column.low, column.high)
    rule = f"must be between {column.low:g} and {column.high:g}"
    _stop(name, schema, frame, column.name, outside, rule)
    return values


def check_sources(name: str, schema: Table, frame: pd.DataFrame, known: Collection[str]) -> None:
    """Every source_id stands in data/sources.csv."""
    if "source_id" in frame.columns and name != "sources":
        unknown = ~frame["source_id"].isin(known)
        _stop(name, schema, frame, "source_id", unknown, "must be a source_id of sources.csv")


def typed(
    name: str, schema: Table, frame: pd.DataFrame, known: Collection[str] | None
) -> pd.DataFrame:
    """All rules in order, then the frame with its numeric columns as floats."""
    check_columns(name, schema, list(frame.columns))
    for column in schema.columns:
        check_required(name, schema, frame, column)
        check_allowed(name, schema, frame, column)
        check_date(name, schema, frame, column)
    check_keys(name, schema, frame)
    if known is not None:
        check_sources(name, schema, frame, known)
    floats = {c.name: numbers(name, schema, frame, c) for c in schema.columns if c.kind == NUMBER}
    return frame.assign(**floats)


def _stop(
    name: str, schema: Table, frame: pd.DataFrame, column: str, wrong: pd.Series, rule: str
) -> None:
    hits = np.flatnonzero(wrong.to_numpy())
    if hits.size:
        at = int(hits[0])
        fail(name, row_key(frame, schema, at), column, frame[column].iloc[at], rule)
