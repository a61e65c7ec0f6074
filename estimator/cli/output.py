"""What the commands print and write."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from estimator.errors import EstimatorError, InputError, PriceNotFoundError

LINE_LIMIT = 600


class BadInput(EstimatorError):
    """Something the caller gave is wrong; the message is the whole line."""


def one_line(text: str) -> str:
    """A message as one printable line of bounded length."""
    clean = "".join(c if c.isprintable() else " " for c in str(text))
    clean = " ".join(clean.split())
    return clean if len(clean) <= LINE_LIMIT else clean[: LINE_LIMIT - 3] + "..."


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Put the file's name in front of every complaint about its content."""
    try:
        yield
    except (InputError, PriceNotFoundError) as error:
        raise BadInput(f"{path}: {error}") from error


def print_json(document: Any) -> None:
    """One JSON document on stdout, ASCII only; figures are rounded before, in the engine."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def print_figures(document: Any) -> None:
    """As ``print_json`` for figures that are not rounded yet; what is not finite becomes null."""
    from estimator.engine.comparison import clean

    print_json(clean(document))


def progress(done: float, what: str) -> None:
    """A line on standard error that is written over; only where somebody watches."""
    if sys.stderr.isatty():
        end = "\n" if done >= 1 else "\r"
        print(f"{100 * done:5.1f} % {what:<60.60}", end=end, file=sys.stderr, flush=True)


def write_file(path: str, data: bytes | str) -> None:
    """Write a file whole or not at all."""
    target = Path(path)
    raw = data.encode("utf-8") if isinstance(data, str) else data
    part = target.with_name(target.name + ".part")
    try:
        if target.is_dir():
            raise IsADirectoryError("it is a directory")
        part.write_bytes(raw)
        os.replace(part, target)
    except (OSError, ValueError) as error:
        part.unlink(missing_ok=True) if target.name else None
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{path}: cannot be written: {reason}") from error


def print_table(
    head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()
) -> None:
    """Columns in line; numbers of the ``right`` columns are right-aligned."""
    cells = [[str(c) for c in r] for r in (head, *rows)]
    widths = [max(len(r[i]) for r in cells) for i in range(len(head))]
    for number, row in enumerate(cells):
        parts = [
            c.rjust(w) if i in right else c.ljust(w)
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(parts).rstrip())
        if number == 0:
            print("  ".join("-" * w for w in widths))
