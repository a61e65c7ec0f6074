"""Name tables of runs: what turns the words of a published run into numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimator.engine.compute import text as parse
from estimator.engine.compute.lexicon import Lexicon, lexicon
from estimator.engine.compute.terms import MemoryTerms, StepTerms, memory_terms, step_terms
from estimator.evidence.things import Accelerator, BaseModel

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@dataclass(frozen=True)
class DatasetRule:
    """One row of data/catalog/run_datasets.csv."""

    pattern: re.Pattern[str]
    n_train: float
    unit: str
    unit_length: float
    length_unit: str
    default_epochs: float | None


@dataclass(frozen=True)
class NameTables:
    """Everything that turns the words of a run into numbers."""

    lexicon: Lexicon
    datasets: tuple[DatasetRule, ...]
    accelerators: Mapping[str, Accelerator]
    default_tokens: float
    memory_terms: MemoryTerms
    step_terms: StepTerms
    usual_lengths: tuple[tuple[re.Pattern[str], float], ...] = ()

    def usual_tokens(self, text: str) -> float:
        """Mean tokens of an example of a fine-tuning whose data are not named, by its words."""
        low = text.lower()
        return next((n for p, n in self.usual_lengths if p.search(low)), self.default_tokens)


_USUAL: tuple[tuple[str, str], ...] = (
    (r"reasoning|chain.of.thought|\bcot\b|\br1\b|long.?form", "reasoning"),
    (r"document|summari|\bpapers?\b|long.?context|\brag\b|legal|contracts?", "documents"),
    (r"classif|sentiment|intent|tweet|\bner\b|\bnli\b", "classification"),
    (r"\bcode|\bsql\b|program", "code"),
    (r"chat|dialog|conversation|multi-?turn|assistant|preference|\bdpo\b|tool", "chat"),
    (r"instruct|tuning|alpaca", "instructions"),
)
"""Words of a task -> assumption with the usual length of its examples."""


def name_tables(
    model_rows: Iterable[Mapping[str, object]],
    shape_rows: Iterable[Mapping[str, object]],
    dataset_rows: Iterable[Mapping[str, object]],
    models: Mapping[str, BaseModel],
    accelerators: Mapping[str, Accelerator],
    value: Callable[[str], float],
    usual_lengths: Iterable[tuple[str, float]] = (),
) -> NameTables:
    """Compile the shipped name tables once."""
    datasets = tuple(
        DatasetRule(
            re.compile(str(r["pattern"]), re.IGNORECASE),
            parse.number(r["n_train"]) or 0.0,
            str(r["unit"]),
            parse.number(r["unit_length"]) or 1.0,
            str(r["length_unit"]),
            parse.number(r["default_epochs"]),
        )
        for r in dataset_rows
    )
    return NameTables(
        lexicon(model_rows, shape_rows, models), datasets, accelerators,
        value("compute.default_tokens"), memory_terms(value), step_terms(value),
        tuple((re.compile(p), n) for p, n in usual_lengths),
    )  # fmt: skip


def dataset_of(text: str, tables: NameTables, unit_kind: str) -> DatasetRule | None:
    """First data set of the shipped list that the text names, of the wanted kind."""
    for rule in tables.datasets:
        if rule.length_unit == unit_kind and rule.pattern.search(text):
            return rule
    return None


def records(evidence: Evidence, name: str) -> list[dict[str, Any]]:
    """Rows of a table as plain mappings."""
    return [dict(r) for r in evidence.records(name)]


def tables_of(evidence: Evidence) -> NameTables:
    """Name tables of the shipped evidence."""

    def value(name: str) -> float:
        return evidence.assumptions[name].p50

    return name_tables(
        records(evidence, "run_models"),
        records(evidence, "run_shapes"),
        records(evidence, "run_datasets"),
        evidence.models,
        evidence.accelerators,
        value,
        [(p, value(f"compute.tokens.{k}")) for p, k in _USUAL],
    )
