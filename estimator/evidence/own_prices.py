"""The company's own price book: kept beside the shipped one, in place of its providers' rows."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from estimator.errors import EvidenceError, InputError
from estimator.evidence.files import DATA
from estimator.evidence.things import PriceRow

OWN_BOOK = "catalog/prices_own.csv"
KEPT_SUFFIX = ".previous"
READ_LIMIT_BYTES = 100_000_000
OWN_PREFIX, TEAM_PREFIX = "own-prices-", "team-prices-"


def book_hash(text: str) -> str:
    """Content hash of a price book, as its name and a link carry it."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def read_book(path: str) -> str:
    """The text of a price book file; raises InputError naming the path."""
    try:
        raw = Path(path).read_bytes()
        if len(raw) > READ_LIMIT_BYTES:
            raise InputError("prices", path, f"a file of at most {READ_LIMIT_BYTES:,} bytes")
        return raw.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError("prices", path, "the path of a CSV price book") from error


def replaced(shipped: Sequence[PriceRow], own: Sequence[PriceRow]) -> tuple[PriceRow, ...]:
    """The shipped rows with every provider that the own book names replaced by the own rows."""
    mine = {r.provider for r in own}
    return (*(r for r in shipped if r.provider not in mine), *own)


def installed(root: Path) -> tuple[PriceRow, ...]:
    """Rows of the imported price book; none where nothing was imported."""
    path = root / OWN_BOOK
    if not path.is_file():
        return ()
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        return tuple(
            PriceRow(
                provider=r["provider"],
                instance_type=r["instance_type"],
                accelerator=r["accelerator"],
                accelerator_count=float(r["accelerator_count"]),
                vcpus=float(r["vcpus"]) if r["vcpus"] else None,
                memory_gib=float(r["memory_gib"]) if r["memory_gib"] else None,
                region=r["region"],
                purchase_option=r["purchase_option"],
                usd_per_instance_hour=float(r["usd_per_instance_hour"]),
                as_of=r["as_of"],
                stale=False,
                source_id="own-price-book",
                locator=f"line {i}",
            )
            for i, r in enumerate(frame.to_dict("records"), start=2)
        )
    except (KeyError, ValueError) as error:
        raise EvidenceError(f"{OWN_BOOK}: {error}: import the price book again") from error


def install(text: str, root: Path = DATA) -> Path | None:
    """Make a checked CSV text the own price book; returns where the book before it is kept."""
    path = root / OWN_BOOK
    kept = path.with_name(path.name + KEPT_SUFFIX)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    had_one = path.is_file()
    if had_one:
        os.replace(path, kept)
    os.replace(part, path)
    return kept if had_one else None
