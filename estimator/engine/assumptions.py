"""Judgements as data: rows of data/assumptions.csv, overridable by the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from estimator.engine.distributions import Array, Draws
from estimator.errors import InputError
from estimator.evidence.things import Assumption
from estimator.words.statement import state

FITTED_PREFIX = "fitted-"
"""Source ids of figures that the laboratory fitted to a table of published ones."""

DEFAULT_PREFIX = "default."
"""Rows that explain a default of the scenario; the field is set, not the row."""


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
                raise InputError(f"assumptions.{name}", value, state("allowed.assumption"))
            if name.startswith(DEFAULT_PREFIX):
                own = name.removeprefix(DEFAULT_PREFIX)
                raise InputError(
                    f"assumptions.{name}", value, state("allowed.assumption_field", field=own)
                )
            row = self.rows[name]
            if not row.allowed_low <= value <= row.allowed_high:
                span = f"{row.allowed_low:g} – {row.allowed_high:g} {row.unit}"
                raise InputError(f"assumptions.{name}", value, span)

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
        """``typed`` when overridden, ``assumed`` without a source, else fitted or published."""
        source_id = self.rows[name].source_id
        if name in self.overrides:
            return "typed"
        if source_id == "judgement":
            return "assumed"
        return "fitted" if source_id.startswith(FITTED_PREFIX) else "published"
