"""Doubts about a price book: prices that are free, out of line, stale or in the wrong order."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from estimator.engine.money.pricebook import age_days, usd_per_device_hour
from estimator.evidence.things import PriceRow
from estimator.vocabulary import PurchaseOption
from estimator.words.statement import Number, Plain, Statement, Term, state

MAX_AGE_DAYS = 180
FAR_FACTOR = 4.0
MIN_FOR_MEDIAN = 4
SLACK = 0.999


@dataclass(frozen=True)
class Finding:
    """One doubt about a row of the price book."""

    rule: str
    """zero, count, median, region, stale or age; what ``text`` says."""
    provider: str
    region: str
    accelerator: str
    instance_type: str
    purchase_option: str
    text: Statement


def check_prices(
    rows: Sequence[PriceRow],
    today: datetime.date,
    max_age_days: int = MAX_AGE_DAYS,
    far_factor: float = FAR_FACTOR,
) -> tuple[Finding, ...]:
    """Doubts about a price book; an empty answer is a clean book.

    Parameters
    ----------
    today : date
        The day against which the age of a price counts.
    far_factor : float
        A device-hour beyond this factor of the median of its accelerator and option is far off.
    """
    return (
        *_zero(rows),
        *_count(rows),
        *_median(rows, far_factor),
        *_regions(rows),
        *_age(rows, today, max_age_days),
    )


def _finding(rule: str, r: PriceRow, key: str = "", **values: Plain) -> Finding:
    text = state(f"book.{key or rule}", **values)
    return Finding(
        rule, r.provider, r.region, r.accelerator, r.instance_type, r.purchase_option, text
    )


def _zero(rows: Sequence[PriceRow]) -> list[Finding]:
    return [
        _finding("zero", r, usd=Number(r.usd_per_instance_hour))
        for r in rows
        if not r.usd_per_instance_hour > 0
    ]


def _count(rows: Sequence[PriceRow]) -> list[Finding]:
    groups: dict[tuple[str, ...], list[PriceRow]] = defaultdict(list)
    for r in rows:
        groups[r.provider, r.region, r.accelerator, r.purchase_option].append(r)
    out = []
    for mine in groups.values():
        ordered = sorted(mine, key=lambda r: r.accelerator_count)
        for few in ordered:
            cheapest = min(
                (r for r in ordered if r.accelerator_count > few.accelerator_count),
                key=lambda r: r.usd_per_instance_hour,
                default=None,
            )
            same = min(
                r.usd_per_instance_hour
                for r in ordered
                if r.accelerator_count == few.accelerator_count
            )
            if cheapest and cheapest.usd_per_instance_hour < SLACK * same:
                many, less = cheapest.accelerator_count, few.accelerator_count
                usd = Number(cheapest.usd_per_instance_hour, 6)
                found = _finding(
                    "count", cheapest, many=Number(many), usd=usd, few=Number(less),
                    same=Number(same, 6),
                )  # fmt: skip
                out.append(found)
    return list(dict.fromkeys(out))


def _median(rows: Sequence[PriceRow], far_factor: float) -> list[Finding]:
    """Prices far from the market: the median over providers of their cheapest device-hour.

    A provider counts once, in its cheapest region, so that one with many regions or large hosts
    does not make the market.
    """
    groups: dict[tuple[str, str], list[PriceRow]] = defaultdict(list)
    for r in rows:
        if r.usd_per_instance_hour > 0:
            groups[r.accelerator, r.purchase_option].append(r)
    out = []
    for mine in groups.values():
        if len(mine) < MIN_FOR_MEDIAN:
            continue
        cheapest: dict[str, float] = {}
        for r in mine:
            usd = usd_per_device_hour(r)
            cheapest[r.provider] = min(usd, cheapest.get(r.provider, usd))
        middle = median(cheapest.values())
        for r in mine:
            ratio = usd_per_device_hour(r) / middle
            if not 1 / far_factor <= ratio <= far_factor:
                here = Number(usd_per_device_hour(r), 4)
                out.append(_finding("median", r, usd=here, middle=Number(middle, 4)))
    return out


def _regions(rows: Sequence[PriceRow]) -> list[Finding]:
    listed = {
        (r.provider, r.region, r.accelerator)
        for r in rows
        if r.purchase_option == PurchaseOption.ON_DEMAND
    }
    sells = {(p, a) for p, _, a in listed}
    out, seen = [], set()
    for r in rows:
        place = (r.provider, r.region, r.accelerator)
        if place in listed or place in seen or (r.provider, r.accelerator) not in sells:
            continue
        seen.add(place)
        out.append(_finding("region", r, option=Term("ui.option", r.purchase_option)))
    return out


def _age(rows: Sequence[PriceRow], today: datetime.date, max_age_days: int) -> list[Finding]:
    out = []
    for r in rows:
        days = age_days(r.as_of, today)
        if r.stale:
            out.append(_finding("stale", r, date=r.as_of))
        elif days is None:
            out.append(_finding("age", r, "date", date=r.as_of))
        elif days > max_age_days:
            out.append(_finding("age", r, date=r.as_of, days=days))
    return out
