"""Cash flow arithmetic: present value, internal rate of return, payback, currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.money.lines import discount_factors
from estimator.units import MONTHS_PER_YEAR

MAX_MONTHLY_RATE = 10.0


def npv(flows: Sequence[float] | Array, yearly_rate: float) -> float:
    """Net present value of monthly flows, index 0 today: ``sum F_t (1 + r)^(-t/12)``."""
    f = np.asarray(flows, dtype=float)
    return float(f @ discount_factors(yearly_rate, len(f) - 1))


def irr(flows: Sequence[float] | Array) -> float | None:
    """Yearly internal rate of return of monthly flows; None when no rate makes the NPV zero.

    Notes
    -----
    Bisection on the monthly rate q in (-0.99, 10) for flows with one change of sign; the yearly
    rate is ``(1 + q)^12 - 1``.
    """
    f = np.asarray(flows, dtype=float)
    signs = np.sign(f[np.abs(f) > 0])
    if np.count_nonzero(np.diff(signs)) != 1:
        return None
    t = np.arange(len(f))

    def value(q: float) -> float:
        return float(np.sum(f * np.exp(-t * np.log1p(q))))

    low, high = -0.5, MAX_MONTHLY_RATE
    if value(low) * value(high) > 0:
        return None
    for _ in range(200):
        middle = (low + high) / 2
        if value(low) * value(middle) <= 0:
            high = middle
        else:
            low = middle
    return float((1 + (low + high) / 2) ** MONTHS_PER_YEAR - 1)


def payback_months(flows: Sequence[float] | Array) -> float | None:
    """Months until the sum of flows is no longer negative, within a month by proportion."""
    total = 0.0
    for month, flow in enumerate(flows):
        if total < 0 <= total + flow:
            return float(month - 1 + (-total / flow))
        total += flow
    return None


def to_currency(usd: float, usd_rate: float) -> float:
    """USD in the report's currency; ``usd_rate`` is USD for one unit of it."""
    return usd / usd_rate


def latest_rate(rows: Iterable[Mapping[str, Any]], currency: str) -> tuple[float, str, str] | None:
    """Newest published rate of a currency.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of data/catalog/fx.csv; ``unit`` is ``USD per EUR`` or ``INR per USD``.
    currency : str
        ISO code.

    Returns
    -------
    tuple of (float, str, str) or None
        USD for one unit of the currency, its date, source_id; None where none is published.
    """
    mine = [r for r in rows if r["currency"] == currency]
    if not mine:
        return None
    newest = max(mine, key=lambda r: str(r["as_of"]))
    rate = float(newest["rate"])
    usd = rate if str(newest["unit"]).startswith("USD per") else 1.0 / rate
    return usd, str(newest["as_of"]), str(newest["source_id"])
