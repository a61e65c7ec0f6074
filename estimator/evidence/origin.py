"""Where a figure was read: the source and the place in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One row of data/sources.csv."""

    source_id: str
    title: str
    producer: str
    year: int | None
    url: str
    date_accessed: str
    licence: str

    def citation(self) -> str:
        """Title, producer and year in one line."""
        when = f", {self.year}" if self.year else ""
        return f"{self.title} ({self.producer}{when})"


@dataclass(frozen=True)
class Metric:
    """One canonical metric of data/metrics.csv.

    ``to_canonical`` times a value of the evidence tables is the value of the results
    (0.01 where the tables print percent and the results fractions).
    """

    name: str
    unit: str
    direction: str
    """higher or lower: which way is better."""
    low: float
    high: float
    to_canonical: float


@dataclass(frozen=True)
class Recipe:
    """One row of data/catalog/recipes.csv: how an approach is usually trained for a task."""

    task: str
    approach: str
    epochs: float
    batch_size: int
    unit_length: float
    unlabelled_epochs: float
    """Passes over the unlabelled pool (continued pre-training, pseudo-labels of a teacher)."""
    layers_trained_share: float
    adapter_rank: int | None
    trials: int
    precision: str
    optimiser: str
    checkpointing: bool
    device_kind: str
    basis: str
    source_id: str
    locator: str
    reason: str


@dataclass(frozen=True)
class Excluded:
    """A row that stands in the files and is kept out of the loaded table, with the reason."""

    table: str
    row_key: str
    reason: str
    status: str
