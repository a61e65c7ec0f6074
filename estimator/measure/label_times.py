"""Seconds of one label as a labelling tool noted them."""

from __future__ import annotations

from collections.abc import Sequence

from estimator.measure.names import plain
from estimator.measure.notes import Note
from estimator.measure.table import Marked, Table

NAMES = ("lead_time", "leadtime", "annotation_time", "seconds_per_label", "duration_seconds")
LEAST = 5
"""Labels with a time from which their mean says something."""
LEFT_OUT = 0.05
"""Share of the longest times that are breaks rather than work."""
KEY = "seconds_per_label"


def typical_seconds(seconds: Sequence[float]) -> float | None:
    """Mean time of a label [s], the longest twentieth left out; None for too few."""
    known = sorted(s for s in seconds if s > 0)
    if len(known) < LEAST:
        return None
    kept = known[: len(known) - int(len(known) * LEFT_OUT)]
    return round(sum(kept) / len(kept), 1)


def time_note(seconds: Sequence[float]) -> Note | None:
    """What the times of an export say, as a note."""
    found = typical_seconds(seconds)
    return None if found is None else Note(KEY, {"seconds": found, "n": len(seconds)})


def seconds_of(table: Table | Marked) -> float | None:
    """Seconds of one label that a file tells: its note, or a column of times."""
    for note in table.notes:
        if note.key == KEY:
            return float(str(note.values["seconds"]))
    return _of_column(table) if isinstance(table, Table) else None


def _of_column(table: Table) -> float | None:
    for name in table.header:
        if plain(name) in NAMES:
            cells = (c.replace(",", ".") for c in table.column(name))
            return typical_seconds([float(c) for c in cells if _is_number(c)])
    return None


def _is_number(cell: str) -> bool:
    try:
        return 0 < float(cell) < float("inf")
    except ValueError:
        return False
