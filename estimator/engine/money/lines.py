"""The bill: lines of quantity x unit price, their sums, and the base case to the cent.

Every sum is low-rank: a line is one vector of draws times a fixed profile over the months, so
totals, present values and phases are one small matrix product; no array of lines x months x draws
is ever made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from estimator.engine.distributions import Array
from estimator.engine.results import CostItem
from estimator.units import CENTS_PER_USD, MONTHS_PER_YEAR
from estimator.vocabulary import Basis, Phase

DIGITS = 6
ONE_OFF, MONTHLY, YEARLY = "one_off", "monthly", "yearly"


def printed(x: float) -> float:
    """``x`` with the six significant digits that are printed."""
    return float(f"{x:.{DIGITS}g}")


def base_usd(item: CostItem) -> float:
    """Base case of a line: printed quantity x printed unit price, to the cent [USD]."""
    return round(float(item.quantity_draws[0]) * float(item.unit_price_usd_draws[0]), 2)


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
    """

    size: int
    horizon: int
    items: list[CostItem] = field(default_factory=list)
    usd: list[Array] = field(default_factory=list)
    """Draws of every line's money, base case to the cent [USD]."""
    shared: dict[str, tuple[CostItem, Array]] = field(default_factory=dict)
    """Lines that are the same for every candidate, by name; made once."""
    own_wages: set[str] = field(default_factory=set)
    wage_driven: set[str] = field(default_factory=set)

    def add(
        self,
        item: str,
        phase: Phase,
        quantity: Array | float,
        unit: str,
        unit_price_usd: Array | float,
        basis: Basis,
        source_id: str,
        timing: str = ONE_OFF,
        months: tuple[float, ...] = (),
        note: str = "",
        wages: bool = False,
        own: bool = False,
        same: bool = False,
    ) -> None:
        """Add a line; a free one (no quantity or no price in any draw) is left out.

        Parameters
        ----------
        quantity : array or float
            Over the whole horizon, in ``unit``.
        months : tuple of float
            Share of each month; empty: today for one-off lines, equal months otherwise.
        wages : bool
            The price follows wages (wage drift), not market prices.
        own : bool
            Paid as own wages: no purchase tax.
        same : bool
            The line is the same for every candidate.
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
        q, p = draws_of(quantity, self.size), draws_of(unit_price_usd, self.size)
        if not (q[0] or np.any(q)) or not (p[0] or np.any(p)):
            return
        usd = q * p
        usd[0] = round(float(usd[0]), 2)
        self.usd.append(usd)
        shares = months or (once if timing == ONE_OFF else every_month)(self.horizon)
        self.items.append(CostItem(item, phase, q, unit, p, basis, source_id, timing, shares, note))
        if wages:
            self.wage_driven.add(item)
        if own:
            self.own_wages.add(item)

    def profiles(self) -> Array:
        """Shares of the months, shape (lines, horizon + 1)."""
        return np.array([item.months for item in self.items])

    def sums(self, rate: float) -> Sums:
        """Totals of all lines at a yearly discount rate."""
        factors = discount_factors(rate, self.horizon)
        phases = {p: np.zeros(self.size) for p in Phase}
        later, later_npv = np.zeros(self.size), np.zeros(self.size)
        for item, usd in zip(self.items, self.usd, strict=True):
            phases[item.phase] += usd
            if item.timing != ONE_OFF:
                later += usd
                later_npv += usd * (float(np.dot(item.months, factors)) if rate else 1.0)
        total = np.add.reduce(list(phases.values()))
        flow = self.cash_flow_base()
        base = np.array([u[0] for u in self.usd])
        now = np.array([i.timing == ONE_OFF for i in self.items])
        one_off = total - later
        npv = one_off + later_npv
        total[0] = round(float(base.sum()), 2)
        one_off[0] = round(float(base[now].sum()), 2)
        npv[0] = round(float(np.dot(flow, factors)), 2) if rate else total[0]
        for row in phases.values():
            row[0] = round(float(row[0]), 2)
        return Sums(total, npv, one_off, phases, flow)

    def cash_flow_base(self) -> tuple[float, ...]:
        """Base case by month [USD]; adds up to the base total to the cent."""
        months = np.zeros(self.horizon + 1, dtype=np.int64)
        for item, usd in zip(self.items, self.usd, strict=True):
            cents = round(float(usd[0]) * CENTS_PER_USD)
            if item.timing == ONE_OFF:
                months[0] += cents
            else:
                months += allocate_cents(cents, item.months)
        return tuple(int(c) / CENTS_PER_USD for c in months)
