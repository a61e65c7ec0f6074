"""The parts of a schema: columns with type and range, and the table they make."""

from __future__ import annotations

import math
from dataclasses import dataclass

NUMBER, TEXT, YES_NO, DATE = "number", "text", "yes or no", "date YYYY-MM-DD"


@dataclass(frozen=True)
class Column:
    """One column: its type, whether it may be blank, and what it may hold."""

    name: str
    kind: str = TEXT
    required: bool = False
    low: float = -math.inf
    high: float = math.inf
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """A file under data/: its path, the columns that name a row, and all its columns."""

    path: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in file order."""
        return [c.name for c in self.columns]


def text(names: str, required: bool = False) -> tuple[Column, ...]:
    """Text columns; blank means unknown unless ``required``."""
    return tuple(Column(n, TEXT, required) for n in names.split())


def need(names: str) -> tuple[Column, ...]:
    """Text columns that are never blank."""
    return text(names, required=True)


def number(
    names: str, low: float = 0.0, high: float = math.inf, required: bool = False
) -> tuple[Column, ...]:
    """Numeric columns within a range, limits included."""
    return tuple(Column(n, NUMBER, required, low, high) for n in names.split())


def choice(name: str, values: str, required: bool = True) -> tuple[Column, ...]:
    """A column with a closed list of values."""
    return (Column(name, TEXT, required, allowed=frozenset(values.split("|"))),)


def yes_no(names: str) -> tuple[Column, ...]:
    """Columns that hold yes or no."""
    return tuple(Column(n, YES_NO, True) for n in names.split())


def date(names: str, required: bool = False) -> tuple[Column, ...]:
    """Columns of ISO dates."""
    return tuple(Column(n, DATE, required) for n in names.split())


ORIGIN = need("source_id locator")


def table(path: str, key: str, *columns: tuple[Column, ...]) -> Table:
    """A table from groups of columns."""
    return Table(path, tuple(key.split()), tuple(c for group in columns for c in group))
