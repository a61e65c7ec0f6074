"""Documents as the tables hold them: canonical JSON, packed where they are large."""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
import zlib
from collections.abc import Callable
from typing import Any

from estimator.errors import printable

MOST_BYTES = 50_000_000
"""A packed document that unfolds to more is not ours."""


def now() -> str:
    """The present moment as the tables write it: UTC, microseconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")


def new_id() -> str:
    """A name for a row that says nothing about it."""
    return secrets.token_hex(8)


def text_of(document: Any) -> str:
    """One text for one document: keys sorted, no spaces, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of a text, hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def packed(document: Any) -> bytes:
    """A document as few bytes."""
    return zlib.compress(text_of(document).encode("ascii"), 6)


def unpacked(raw: bytes | None) -> Any:
    """The document of packed bytes; None of none."""
    if raw is None:
        return None
    opener = zlib.decompressobj()
    return json.loads(opener.decompress(bytes(raw), MOST_BYTES))


def clean(text: str | None, most: int) -> str:
    """A user's text as the tables may hold it: printable, of bounded length."""
    return printable(str(text or "")).strip()[:most]


def replaced(document: Any, change: Callable[[str], str]) -> Any:
    """The document with every text in it changed; names of fields stay."""
    if isinstance(document, str):
        return change(document)
    if isinstance(document, list):
        return [replaced(part, change) for part in document]
    if isinstance(document, dict):
        return {key: replaced(part, change) for key, part in document.items()}
    return document
