"""Judgements as data: rows of data/assumptions.csv, overridable by the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from estimator.engine.distributions import Array, Draws
from estimator.errors import InputError

DEFAULT_PREFIX = "default."
"""Rows that explain a default of the scenario; the field is set, not the row."""


@dataclass(frozen=True)
class Assumption:
    """One row of data/assumptions.csv; ``distribution`` is fixed, lognormal or normal."""

    assumption_id: str
    p10: float
    p50: float
    p90: float
    unit: str
    distribution: str
    reason: str
    source_id: str
    allowed_low: float
    allowed_high: float


@dataclass(frozen=True)
class Assumptions:
    """The shipped judgements with the scenario's overrides applied.

    Parameters
    ----------
    rows : mapping of str to Assumption
    overrides : mapping of str to float
        A typed value; it replaces the p50 and removes the spread.
    """

    rows: Mapping[str, Assumption]
    overrides: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.overrides.items():
            if name not in self.rows:
                raise InputError(f"assumptions.{name}", value, "an id of data/assumptions.csv")
            if name.startswith(DEFAULT_PREFIX):
                own = name.removeprefix(DEFAULT_PREFIX)
                raise InputError(f"assumptions.{name}", value, f"the field {own} itself, typed")
            row = self.rows[name]
            if not row.allowed_low <= value <= row.allowed_high:
                allowed = f"{row.allowed_low:g} to {row.allowed_high:g} {row.unit}"
                raise InputError(f"assumptions.{name}", value, allowed)

    def value(self, name: str) -> float:
        """The p50, or the typed value."""
        return self.overrides.get(name, self.rows[name].p50)

    def draw(self, name: str, draws: Draws) -> Array:
        """Draws of the judgement, shape (n + 1,), base first; constant when typed or fixed."""
        row = self.rows[name]
        if name in self.overrides or row.distribution == "fixed" or row.p10 == row.p90:
            return np.full(draws.size, self.value(name))
        key = f"assumption.{name}"
        if row.distribution == "lognormal":
            return draws.lognormal(key, row.p10, row.p50, row.p90)
        return np.clip(
            draws.split_normal(key, row.p10, row.p50, row.p90), row.allowed_low, row.allowed_high
        )

    def basis(self, name: str) -> str:
        """``typed`` when overridden, ``published`` with a source behind it, else ``assumed``."""
        if name in self.overrides:
            return "typed"
        return "assumed" if self.rows[name].source_id == "judgement" else "published"
