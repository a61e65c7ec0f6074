"""Price tables in the layouts of others: gpuhunt, SkyPilot, AWS, Google Cloud, Azure.

A price list names machines and their price; a bill names hours of use and what they cost. Lines
that rent no machine known here (storage, support, other services) are counted and left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from estimator.engine.money.price_bills import BILLS, read_bill, read_gcp
from estimator.engine.money.price_cells import Sheet
from estimator.engine.money.price_found import Found, Known
from estimator.engine.money.price_lists import read_gpuhunt, read_skypilot
from estimator.words.statement import state

SIGNATURES: dict[str, tuple[tuple[str, ...], ...]] = {
    "gpuhunt": (("instancename", "location", "price", "gpuname", "spot"),),
    "skypilot": (("instancetype", "acceleratorname", "price", "spotprice", "region"),),
    "aws": (("lineitemusageamount", "lineitemunblendedcost"),),
    "gcp": (("skudescription", "usageamountinpricingunits", "cost"),),
    "azure": (
        ("metercategory", "quantity", "costinbillingcurrency"),
        ("metercategory", "usagequantity", "costinbillingcurrency"),
        ("metercategory", "quantity", "pretaxcost"),
    ),
}
"""Columns by which a layout is known, in the spelling of `_column`."""

READERS: dict[str, Callable[[Sheet, Known, Found], None]] = {
    "gpuhunt": read_gpuhunt,
    "skypilot": read_skypilot,
    "gcp": read_gcp,
}


def layout_of(header: Iterable[str]) -> str | None:
    """Whose table this is; None for the own template."""
    names = {_column(h) for h in header}
    for layout, wanted in SIGNATURES.items():
        if any(set(w) <= names for w in wanted):
            return layout
    return None


def read_layout(sheet: Sheet, layout: str, known: Known) -> Found:
    """Rows of the price book behind a foreign table."""
    found = Found(layout)
    rows = [(line, {_column(k): v for k, v in cells.items()}) for line, cells in sheet.rows]
    table = Sheet(tuple(_column(h) for h in sheet.header), tuple(rows), sheet.separator)
    if layout in READERS:
        READERS[layout](table, known, found)
    else:
        read_bill(table, BILLS[layout], known, found)
    if not found.rows and not found.problems:
        found.refuse(1, "file", "", state("allowed.csv_rows"))
    return found


def _column(name: str) -> str:
    """One spelling of a column: lineItem/UsageAmount, line_item_usage_amount, Usage Amount."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
