"""The explicit column list of every table under data/: type, range, key, allowed values."""

from __future__ import annotations

from estimator.evidence.columns import (
    ORIGIN,
    Column,
    Table,
    choice,
    date,
    need,
    number,
    table,
    text,
)
from estimator.evidence.schema_catalog import CATALOG_TABLES
from estimator.evidence.schema_evidence import EVIDENCE_TABLES
from estimator.evidence.schema_projects import PROJECT_TABLES

LARGEST = 1e15
LANGUAGES = "english|chinese|other|low_resource|code"

GENERAL_TABLES: dict[str, Table] = {
    "sources": table(
        "sources.csv",
        "source_id",
        need("source_id title producer"),
        number("year", 1950, 2027),
        need("url"),
        date("date_accessed", required=True),
        need("licence"),
    ),
    "assumptions": table(
        "assumptions.csv",
        "assumption_id",
        need("assumption_id"),
        number("p10 p50 p90", -LARGEST, LARGEST, required=True),
        need("unit"),
        choice("distribution", "fixed|lognormal|normal"),
        number("allowed_low allowed_high", -LARGEST, LARGEST, required=True),
        need("reason source_id"),
    ),
    "corrections": table(
        "corrections.csv",
        "table row_key column action",
        need("table row_key"),
        text("column"),
        choice("action", "set|exclude|keep"),
        text("value expect"),
        need("reason"),
        choice("status", "open|settled"),
    ),
    "dataset_names": table("dataset_names.csv", "spelling", need("spelling dataset_id")),
    "dataset_kinds": table(
        "dataset_kinds.csv",
        "dataset_id task",
        need("dataset_id task"),
        text("kind"),
        choice("language", LANGUAGES, required=False),
        number("n_classes", 1, 1e7),
        number("majority_share minority_share", 0, 1),
        number("median_tokens", 0, 1e7),
        ORIGIN,
    ),
    "dataset_kinds_second": table(
        "dataset_kinds_second.csv",
        "dataset_id task",
        need("dataset_id task kind"),
        ORIGIN,
    ),
    "metrics": table(
        "metrics.csv",
        "spelling",
        need("spelling metric unit"),
        choice("direction", "higher|lower"),
        number("low high", -100, 1e6, required=True),
        number("to_canonical", 1e-6, 1e6, required=True),
        text("notes"),
    ),
}

TABLES: dict[str, Table] = {
    **GENERAL_TABLES,
    **EVIDENCE_TABLES,
    **CATALOG_TABLES,
    **PROJECT_TABLES,
}
"""Every table by name; a file under data/ without a schema cannot be loaded."""

__all__ = ["TABLES", "Column", "Table"]
