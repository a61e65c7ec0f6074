"""The price book: look-ups, and the company's own prices from a CSV file."""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from estimator.engine.money.price_cells import Sheet, day_of, read_sheet
from estimator.errors import InputError, shown
from estimator.evidence.things import PriceRow
from estimator.units import HOURS_PER_YEAR
from estimator.vocabulary import PurchaseOption
from estimator.words.statement import Number, Statement, state

OWN_SOURCE = "own-price-book"

COLUMNS = (
    "provider",
    "instance_type",
    "accelerator",
    "accelerator_count",
    "vcpus",
    "memory_gib",
    "region",
    "purchase_option",
    "usd_per_instance_hour",
    "as_of",
)
"""Columns of the template, in order; vcpus and memory_gib may be empty."""

KEY = (
    "provider",
    "instance_type",
    "accelerator",
    "accelerator_count",
    "region",
    "purchase_option",
)

NAME_LIMIT, PROBLEMS_LIMIT = 200, 1000
RANGES: Mapping[str, tuple[float, float]] = {
    "accelerator_count": (0.05, 100_000),
    "vcpus": (1, 100_000),
    "memory_gib": (0.1, 1e7),
    "usd_per_instance_hour": (1e-4, 1e6),
}
EXAMPLE = (
    "aws",
    "g6e.xlarge",
    "L40S",
    "1",
    "4",
    "32",
    "us-east-1",
    "on_demand",
    "1.861",
    "2026-07-20",
)


@dataclass(frozen=True)
class Problem:
    """One bad cell of an imported price file."""

    line: int
    column: str
    value: str
    allowed: Statement

    def __str__(self) -> str:
        line, column, value = self.line, self.column, shown(self.value)
        said = state("book.problem", line=line, column=column, value=value, allowed=self.allowed)
        return str(said)


def usd_per_device_hour(row: PriceRow) -> float:
    """Price of one device-hour inside a whole instance [USD]."""
    return row.usd_per_instance_hour / row.accelerator_count


def select(
    rows: Iterable[PriceRow],
    provider: str | None = None,
    region: str | None = None,
    accelerator: str | None = None,
    purchase_option: str | None = None,
) -> tuple[PriceRow, ...]:
    """Rows that match all named fields, the cheapest device-hour first."""
    wanted = {
        "provider": provider,
        "region": region,
        "accelerator": accelerator,
        "purchase_option": purchase_option,
    }
    found = [r for r in rows if all(v is None or getattr(r, k) == v for k, v in wanted.items())]
    return tuple(sorted(found, key=lambda r: (usd_per_device_hour(r), r.provider, r.region)))


def commitment_break_even_hours(
    usd_on_demand: float, usd_committed: float, years: int = 1
) -> float | None:
    """Hours of use above which a commitment is cheaper: ``term hours x committed / on demand``.

    None when the commitment is not cheaper by the hour.
    """
    if usd_committed >= usd_on_demand:
        return None
    return years * HOURS_PER_YEAR * usd_committed / usd_on_demand


def age_days(as_of: str, today: datetime.date) -> int | None:
    """Days since a date written YYYY-MM-DD, YYYY-MM (its first day) or YYYY; None if unreadable."""
    parts = as_of.strip().split("-")
    try:
        numbers = [int(p) for p in parts]
        return (today - datetime.date(*[*numbers, 1, 1][:3])).days
    except (TypeError, ValueError, OverflowError):
        return None


def template_csv() -> str:
    """The template of a company's own prices: header and one example row."""
    return ",".join(COLUMNS) + "\n" + ",".join(EXAMPLE) + "\n"


def to_csv(rows: Iterable[PriceRow]) -> str:
    """Rows in the columns of the template."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for r in rows:
        cells = [getattr(r, c) for c in COLUMNS]
        writer.writerow(
            ["" if c is None else f"{c:.15g}" if isinstance(c, float) else c for c in cells]
        )
    return out.getvalue()


def parse_price_csv(
    text: str,
    accelerators: Collection[str] | None = None,
    named: Callable[[str], str] | None = None,
) -> tuple[tuple[PriceRow, ...], tuple[Problem, ...]]:
    """Read a company's own prices; every bad cell is reported.

    Parameters
    ----------
    text : str
        CSV with the columns of the template.
    accelerators : collection of str, optional
        Allowed accelerator ids; any non-empty name without it.
    named : callable, optional
        Gives the id of a device in another spelling; may raise InputError where it has several.

    Returns
    -------
    rows : tuple of PriceRow
        The good rows.
    problems : tuple of Problem
        Bad cells with line, column, value and what is allowed; a file with any of them should
        not replace the last good price book.
    """
    try:
        return _parse(text, accelerators, named)
    except csv.Error as error:
        return (), (Problem(1, "file", str(error), state("allowed.csv")),)


def _parse(
    text: str, accelerators: Collection[str] | None, named: Callable[[str], str] | None
) -> tuple[tuple[PriceRow, ...], tuple[Problem, ...]]:
    sheet = read_sheet(text)
    missing = [c for c in COLUMNS if c not in sheet.header]
    if missing:
        return (), (
            Problem(
                1, ", ".join(missing), "", state("allowed.csv_columns", names=", ".join(COLUMNS))
            ),
        )
    rows: list[PriceRow] = []
    problems: list[Problem] = []
    keys: dict[tuple[str, ...], int] = {}
    spellings: dict[str, str] = {}
    comma, day_first = sheet.decimal_comma(RANGES), sheet.day_first("as_of")
    for line, cells in sheet.rows:
        row = _in_plain(sheet, cells, comma, day_first)
        bad = list(_spelled(line, row, accelerators, named, spellings))
        bad = bad or list(_cell_problems(line, row, accelerators))
        key = tuple(row.get(c, "") for c in KEY)
        if not bad and key in keys:
            bad.append(
                Problem(
                    line,
                    "instance_type",
                    row["instance_type"],
                    state("allowed.once", line=keys[key]),
                )
            )
        keys.setdefault(key, line)
        problems += bad
        if len(problems) > PROBLEMS_LIMIT:
            break
        if not bad:
            rows.append(_row(row, line))
    if not rows and not problems:
        problems.append(Problem(2, "provider", "", state("allowed.csv_rows")))
    return tuple(rows), tuple(problems)


def _in_plain(
    sheet: Sheet, cells: Mapping[str, str], comma: bool | None, day_first: bool | None
) -> dict[str, str]:
    """A row with numbers and dates written as the book writes them, where they can be told."""
    row = dict(cells)
    for column in RANGES:
        value = sheet.number(row.get(column, ""), comma)
        if value is not None and math.isfinite(value):
            row[column] = f"{value:.15g}"
    row["as_of"] = day_of(row.get("as_of", ""), day_first) or row.get("as_of", "")
    return row


def _spelled(
    line: int, row: dict[str, str], accelerators: Collection[str] | None,
    named: Callable[[str], str] | None, spellings: dict[str, str],
) -> Iterable[Problem]:  # fmt: skip
    """Put the id in place of another spelling of a device; a problem where it may be several."""
    name = row.get("accelerator", "")
    if named is None or accelerators is None or not name or name in accelerators:
        return
    try:
        row["accelerator"] = spellings[name] = spellings.get(name) or named(name)
    except InputError as error:
        allowed = error.allowed
        told = allowed if isinstance(allowed, Statement) else state("allowed.accelerator")
        yield Problem(line, "accelerator", name, told)


def _cell_problems(
    line: int, row: Mapping[str, str], accelerators: Collection[str] | None
) -> Iterable[Problem]:
    for column in ("provider", "instance_type", "accelerator", "region"):
        if not 0 < len(row.get(column, "")) <= NAME_LIMIT:
            yield Problem(line, column, row.get(column, ""), state("allowed.name", n=NAME_LIMIT))
    accelerator = row.get("accelerator", "")
    if accelerators is not None and accelerator and accelerator not in accelerators:
        yield Problem(line, "accelerator", accelerator, state("allowed.accelerator"))
    option = row.get("purchase_option", "")
    if option not in set(PurchaseOption):
        yield Problem(
            line,
            "purchase_option",
            option,
            state("allowed.choice", names=", ".join(PurchaseOption)),
        )
    for column, (low, high) in RANGES.items():
        cell = row.get(column, "")
        if not cell and column in ("vcpus", "memory_gib"):
            continue
        value = _number(cell)
        if value is None or not low <= value <= high:
            yield Problem(
                line, column, cell, state("allowed.number", low=Number(low), high=Number(high))
            )
    if age_days(row.get("as_of", ""), datetime.date(1970, 1, 1)) is None:
        yield Problem(line, "as_of", row.get("as_of", ""), state("allowed.day"))


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _row(row: Mapping[str, str], line: int) -> PriceRow:
    return PriceRow(
        provider=row["provider"],
        instance_type=row["instance_type"],
        accelerator=row["accelerator"],
        accelerator_count=float(row["accelerator_count"]),
        vcpus=_number(row["vcpus"]),
        memory_gib=_number(row["memory_gib"]),
        region=row["region"],
        purchase_option=row["purchase_option"],
        usd_per_instance_hour=float(row["usd_per_instance_hour"]),
        as_of=row["as_of"],
        stale=False,
        source_id=OWN_SOURCE,
        locator=f"line {line}",
    )
