"""The bill: lines of quantity x unit price, their sums, and the base case to the cent.

Every sum is low-rank: a line is one vector of draws times a fixed profile over the months, so
totals, present values and phases are one small matrix product; no array of lines x months x draws
is ever made.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from estimator.engine.distributions import Array
from estimator.engine.figure import Figure, as_figure
from estimator.engine.results import CostItem
from estimator.errors import EstimatorError
from estimator.units import CENTS_PER_USD, MONTHS_PER_YEAR
from estimator.vocabulary import Phase, Stage
from estimator.words.statement import Note, Term, Usd, state

DIGITS = 6
MAX_LINE_USD = 1e15
"""Above it cents are no longer counted exactly."""
ONE_OFF, MONTHLY, YEARLY = "one_off", "monthly", "yearly"
USUAL_STAGE = {
    Phase.LABELLING: Stage.LABELS,
    Phase.COMPUTE: Stage.MODEL,
    Phase.PEOPLE: Stage.RELEASE,
    Phase.RUNNING: Stage.LIVE,
    Phase.OTHER: Stage.RELEASE,
}
"""Stage of a one-off line that names none."""


def printed(x: float) -> float:
    """``x`` with the six significant digits that are printed."""
    return float(f"{x:.{DIGITS}g}")


@lru_cache(maxsize=256)
def once(horizon: int) -> tuple[float, ...]:
    """All of a line today."""
    return (1.0,) + (0.0,) * horizon


@lru_cache(maxsize=256)
def every_month(horizon: int) -> tuple[float, ...]:
    """Equal shares in months 1 to ``horizon``."""
    return (0.0,) + (1.0 / horizon,) * horizon


@lru_cache(maxsize=256)
def at_months(horizon: int, months: tuple[int, ...]) -> tuple[float, ...]:
    """Equal shares in the named months."""
    return tuple(1.0 / len(months) if m in months else 0.0 for m in range(horizon + 1))


@lru_cache(maxsize=256)
def discount_factors(rate: float, horizon: int) -> Array:
    """Present value of one USD in month t, ``(1 + rate) ** (-t / 12)``, shape (horizon + 1,)."""
    factors = (1.0 + rate) ** (-np.arange(horizon + 1) / MONTHS_PER_YEAR)
    factors.setflags(write=False)
    return factors


def draws_of(x: Array | float, size: int) -> Array:
    """``x`` as draws whose base case has the printed digits; a constant takes no memory."""
    if isinstance(x, np.ndarray) and x.ndim:
        base = printed(float(x[0]))
        if base == x[0]:
            return x
        out = np.array(x, dtype=float)
        out[0] = base
        return out
    return np.broadcast_to(np.float64(printed(float(x))), (size,))


def allocate_cents(cents: int, shares: tuple[float, ...]) -> NDArray[np.int64]:
    """Split whole cents over months by largest remainder; the parts add up exactly.

    Parameters
    ----------
    cents : int
        Money of the line, may be negative.
    shares : tuple of float
        Share of each month; they sum to 1.
    """
    exact = abs(cents) * np.asarray(shares)
    floor = np.floor(exact + 1e-9).astype(np.int64)
    missing = abs(cents) - int(floor.sum())
    if missing > 0:
        order = np.argsort(-(exact - floor), kind="stable")
        order = order[np.asarray(shares)[order] > 0]
        floor[order[:missing]] += 1
    return floor if cents >= 0 else -floor


@dataclass(frozen=True)
class Sums:
    """Sums of a bill, shape (n + 1,) each [USD]."""

    total: Array
    npv: Array
    one_off: Array
    by_phase: dict[Phase, Array]
    cash_flow_base: tuple[float, ...]

    def unknown(self) -> Sums:
        """The same shapes without a figure, for a bill that lacks a price."""
        nan = np.full_like(self.total, np.nan)
        flow = (math.nan,) * len(self.cash_flow_base)
        return Sums(nan, nan, nan, dict.fromkeys(self.by_phase, nan), flow)


@dataclass
class Bill:
    """Collects the lines of one candidate.

    Parameters
    ----------
    size : int
        Length of every array of draws.
    horizon : int
        Months of use.
    last : int
        Last month; the project takes month 0 until ``place`` says how long it takes.
    """

    size: int
    horizon: int
    last: int = 0
    items: list[CostItem] = field(default_factory=list)
    usd: list[Array] = field(default_factory=list)
    """Draws of every line's money, base case to the cent [USD]."""
    shared: dict[str, tuple[CostItem, Array]] = field(default_factory=dict)
    """Lines that are the same for every candidate, by name; made once."""
    own_wages: set[str] = field(default_factory=set)
    wage_driven: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.last = self.last or self.horizon

    def add(
        self,
        item: str,
        phase: Phase,
        quantity: Figure | Array | float,
        unit: str,
        unit_price_usd: Figure | Array | float,
        *,
        stage: Stage | None = None,
        timing: str = ONE_OFF,
        months: tuple[float, ...] = (),
        note: Note = "",
        wages: bool = False,
        own: bool = False,
        same: bool = False,
    ) -> None:
        """Add a line; a free one (no quantity or no price in any draw) is left out.

        Parameters
        ----------
        quantity, unit_price_usd : Figure, array or float
            Over the whole horizon, in ``unit``, and USD per unit. Basis and source of the line are
            those of the weakest part of both; a plain number has no part.
        stage : Stage, optional
            Default: live for later money, else the usual one of the phase.
        months : tuple of float
            Share of each month; empty: today for one-off lines, equal months otherwise.
        wages : bool
            The price follows wages (wage drift), not market prices.
        own : bool
            Paid as own wages: no purchase tax.
        same : bool
            The line is the same for every candidate.

        Raises
        ------
        EstimatorError
            Where the line is above ``MAX_LINE_USD`` in some draw.
        """
        if wages:
            self.wage_driven.add(item)
        if own:
            self.own_wages.add(item)
        if same and item in self.shared:
            line, usd = self.shared[item]
            self.items.append(line)
            self.usd.append(usd)
            return
        amount, price = as_figure(quantity), as_figure(unit_price_usd)
        q, p = draws_of(amount.draws, self.size), draws_of(price.draws, self.size)
        if not (q[0] or np.any(q)) or not (p[0] or np.any(p)):
            return
        with np.errstate(over="ignore"):
            usd = q * p
        if not float(np.max(np.abs(usd))) <= MAX_LINE_USD:
            raise EstimatorError(
                state("error.line_usd", item=Term("item", item), most=Usd(MAX_LINE_USD))
            )
        usd[0] = round(float(usd[0]), 2)
        parts = tuple(dict.fromkeys((*amount.parts, *price.parts)))
        whole = Figure(0.0, parts)
        line = CostItem(
            item=item,
            phase=phase,
            quantity_draws=q,
            unit=unit,
            unit_price_usd_draws=p,
            basis=whole.basis,
            source_id=whole.source_id,
            timing=timing,
            months=months or (once(self.last) if timing == ONE_OFF else every_month(self.horizon)),
            note=note or price.note or amount.note,
            stage=stage or (USUAL_STAGE[phase] if timing == ONE_OFF else Stage.LIVE),
            parts=parts,
            own_staff=own,
        )
        self.usd.append(usd)
        self.items.append(line)
        if same:
            self.shared[item] = line, usd

    def profiles(self) -> Array:
        """Shares of the months, shape (lines, last + 1)."""
        return np.array([item.months for item in self.items])

    def place(self, project_months: int, month_of: Mapping[Stage, int]) -> None:
        """Put one-off lines into the month they are spent in, and use after the project.

        Parameters
        ----------
        project_months : int
            Months of the project, at least one; use starts in the month after them.
        month_of : mapping of Stage to int
            Month in which the money of a stage is spent, 0 today.
        """
        self.last = project_months - 1 + self.horizon
        before = (0.0,) * (project_months - 1)
        for k, item in enumerate(self.items):
            if item.timing == ONE_OFF:
                month = min(month_of.get(item.stage, 0), project_months - 1)
                months = at_months(self.last, (month,))
            else:
                months = before + item.months
            self.items[k] = dataclasses.replace(item, months=months)

    def sums(self, rate: float, surprises: Array | float = 0.0) -> Sums:
        """Totals of all lines at a yearly discount rate.

        Parameters
        ----------
        surprises : array or float
            What the project costs above its lines, by draw; nothing in the base case, which is the
            plan [USD].
        """
        factors = discount_factors(rate, self.last)
        phases = {p: np.zeros(self.size) for p in Phase}
        later, npv = np.zeros(self.size), np.zeros(self.size)
        for item, usd in zip(self.items, self.usd, strict=True):
            phases[item.phase] += usd
            if item.timing != ONE_OFF:
                later += usd
            npv += usd * (float(np.dot(item.months, factors)) if rate else 1.0)
        phases[Phase.OTHER] += surprises
        total = np.add.reduce(list(phases.values()))
        flow = self.cash_flow_base()
        cents = [round(float(u[0]) * CENTS_PER_USD) for u in self.usd]
        now = [c for c, i in zip(cents, self.items, strict=True) if i.timing == ONE_OFF]
        one_off = total - later
        npv += surprises
        total[0] = sum(cents) / CENTS_PER_USD
        one_off[0] = sum(now) / CENTS_PER_USD
        npv[0] = round(float(np.dot(flow, factors)), 2) if rate else total[0]
        for row in phases.values():
            row[0] = round(float(row[0]), 2)
        return Sums(total, npv, one_off, phases, flow)

    def cash_flow_base(self) -> tuple[float, ...]:
        """Base case by month [USD]; adds up to the base total to the cent."""
        months = np.zeros(self.last + 1, dtype=np.int64)
        for item, usd in zip(self.items, self.usd, strict=True):
            months += allocate_cents(round(float(usd[0]) * CENTS_PER_USD), item.months)
        return tuple(int(c) / CENTS_PER_USD for c in months)
