"""What every line of the bill needs: the scenario, the tables, the judgements, the draws."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Array, Draws
from estimator.engine.figure import Figure, leaf
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.lines import printed
from estimator.vocabulary import Basis
from estimator.words.statement import state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """One call of ``price_candidates``; draws of judgements are made once and shared."""

    inputs: ProjectInputs
    evidence: Evidence
    assumptions: Assumptions
    draws: Draws
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
        """Draws of a judgement as a figure of one part."""
        return self.once(("figure", name), lambda: self._figure(name, spread=True))

    def point(self, name: str) -> Figure:
        """A judgement that is used at its middle, without its spread."""
        return self.once(("point", name), lambda: self._figure(name, spread=False))

    def _figure(self, name: str, spread: bool) -> Figure:
        row = self.assumptions.rows[name]
        basis = Basis(self.assumptions.basis(name))
        source_id = "" if basis is Basis.TYPED else row.source_id
        drawn = self.assumptions.draw(name, self.draws) if spread else self.value(name)
        note = state("note.assumption", name=name)
        return leaf(name, drawn, row.unit, basis, source_id, name, note)

    def spread(self, key: str, p10: float, p50: float, p90: float) -> Array | float:
        """Lognormal draws of a published range; a plain number where the range is a point."""
        return p50 if p10 == p50 == p90 else self.draws.lognormal(key, p10, p50, p90)

    @property
    def own_team(self) -> bool:
        """People are paid as own wages, not as a partner's invoice."""
        return self.inputs.people.partner_usd_per_day is None


def as_printed(figure: Figure) -> Figure:
    """The figure with the printed digits in its base case, so that lines need no copy of it."""
    if isinstance(figure.draws, float):
        return figure
    draws = np.array(figure.draws)
    draws[0] = printed(float(draws[0]))
    return figure.replaced(draws)
