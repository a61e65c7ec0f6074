"""What every line of the bill needs: the scenario, the tables, the judgements, the draws."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.lines import printed
from estimator.vocabulary import Basis

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

JUDGEMENT = "judgement"
T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """Draws of one number with where it comes from."""

    draws: Array | float
    basis: Basis
    source_id: str
    note: str = ""

    @property
    def base(self) -> float:
        """The base case."""
        return float(self.draws if isinstance(self.draws, float) else self.draws[0])


@dataclass(frozen=True)
class Context:
    """One call of ``price_candidates``; draws of judgements are made once and shared."""

    inputs: ProjectInputs
    evidence: Evidence
    assumptions: Assumptions
    draws: Draws
    _drawn: dict[str, Figure] = field(default_factory=dict)
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What does not depend on the approach is made once per call."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    def records(self, table: str) -> tuple[Mapping[str, Any], ...]:
        """Rows of a table as mappings."""
        return self.evidence.records(table)

    def value(self, name: str) -> float:
        """The p50 of a judgement, or the typed value."""
        return self.assumptions.value(name)

    def figure(self, name: str) -> Figure:
        """Draws of a judgement with its basis and source."""
        if name not in self._drawn:
            row = self.assumptions.rows[name]
            basis = Basis(self.assumptions.basis(name))
            source_id = "" if basis is Basis.TYPED else row.source_id
            drawn = self.assumptions.draw(name, self.draws)
            self._drawn[name] = Figure(drawn, basis, source_id, f"assumption {name}")
        return self._drawn[name]

    def spread(self, key: str, p10: float, p50: float, p90: float) -> Array | float:
        """Lognormal draws of a published range; a plain number where the range is a point."""
        return p50 if p10 == p50 == p90 else self.draws.lognormal(key, p10, p50, p90)


def as_printed(figure: Figure) -> Figure:
    """The figure with the printed digits in its base case, so that lines need no copy of it."""
    if isinstance(figure.draws, float):
        return figure
    draws = np.array(figure.draws)
    draws[0] = printed(float(draws[0]))
    return dataclasses.replace(figure, draws=draws)


def weakest(*parts: Figure) -> tuple[Basis, str]:
    """Basis and source of a product: the least certain part names the line."""
    order = [Basis.ASSUMED, Basis.FITTED, Basis.PUBLISHED, Basis.MEASURED, Basis.TYPED]
    part = min(parts, key=lambda f: order.index(f.basis))
    return part.basis, part.source_id
