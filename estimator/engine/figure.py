"""A number that keeps its parts: draws, and what each figure in it rests on.

Figures multiply and add; the result holds the union of the parts. Its basis is that of the weakest
part, its sources and assumptions are those of all parts: computed here, typed nowhere.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Array
from estimator.vocabulary import Basis
from estimator.words.statement import Note

STRENGTH = (Basis.ASSUMED, Basis.FITTED, Basis.PUBLISHED, Basis.MEASURED, Basis.TYPED)
"""From the weakest basis to the strongest."""


@dataclass(frozen=True)
class Part:
    """One figure that was read, judged, fitted or typed."""

    name: str
    value: float
    """Base case, in ``unit``."""
    unit: str
    basis: Basis
    source_id: str = ""
    assumption_id: str = ""


@dataclass(frozen=True)
class Figure:
    """Draws of one number with the parts it was computed of.

    Parameters
    ----------
    draws : array or float
        Shape (n + 1,), base case first; a plain number where nothing varies.
    parts : tuple of Part
        Empty for a count that the scenario states.
    """

    draws: Array | float
    parts: tuple[Part, ...] = ()
    note: Note = ""

    __array_ufunc__ = None

    @property
    def base(self) -> float:
        """The base case."""
        return float(np.asarray(self.draws).flat[0])

    @property
    def basis(self) -> Basis:
        """Basis of the weakest part; a number without parts was typed."""
        return min((p.basis for p in self.parts), key=STRENGTH.index, default=Basis.TYPED)

    @property
    def source_id(self) -> str:
        """Source of the weakest part."""
        weak = self.basis
        return next((p.source_id for p in self.parts if p.basis is weak and p.source_id), "")

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Every source, in the order of the parts."""
        return tuple(dict.fromkeys(p.source_id for p in self.parts if p.source_id))

    @property
    def assumption_ids(self) -> tuple[str, ...]:
        """Every assumption, in the order of the parts."""
        return tuple(dict.fromkeys(p.assumption_id for p in self.parts if p.assumption_id))

    def __mul__(self, other: Figure | Array | float) -> Figure:
        """Product, draw by draw."""
        theirs = as_figure(other)
        return self._joined(theirs, self.draws * theirs.draws)

    __rmul__ = __mul__

    def __add__(self, other: Figure | Array | float) -> Figure:
        """Sum, draw by draw."""
        theirs = as_figure(other)
        return self._joined(theirs, self.draws + theirs.draws)

    __radd__ = __add__

    def __truediv__(self, other: Figure | Array | float) -> Figure:
        """Quotient, draw by draw."""
        theirs = as_figure(other)
        return self._joined(theirs, self.draws / theirs.draws)

    def _joined(self, other: Figure, draws: Array | float) -> Figure:
        parts = tuple(dict.fromkeys((*self.parts, *other.parts)))
        return Figure(draws, parts, self.note or other.note)

    def replaced(self, draws: Array | float) -> Figure:
        """The same parts with other draws, for a function that is neither product nor sum."""
        return dataclasses.replace(self, draws=draws)

    def named(self, note: Note) -> Figure:
        """The same figure with a note in words."""
        return dataclasses.replace(self, note=note)


def as_figure(x: Figure | Array | float) -> Figure:
    """``x`` as a figure; a plain number or array has no parts."""
    return x if isinstance(x, Figure) else Figure(x)


def leaf(
    name: str,
    draws: Array | float,
    unit: str,
    basis: Basis,
    source_id: str = "",
    assumption_id: str = "",
    note: Note = "",
) -> Figure:
    """A figure of one part."""
    value = float(np.asarray(draws).flat[0])
    return Figure(draws, (Part(name, value, unit, basis, source_id, assumption_id),), note)


def typed(name: str, value: float, unit: str, note: Note = "") -> Figure:
    """A number that the user typed."""
    return leaf(name, value, unit, Basis.TYPED, note=note)
