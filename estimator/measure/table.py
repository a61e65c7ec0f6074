"""A labelled file as a table of cells, or as counts where its examples are no rows."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.measure.notes import Note

MAX_ROWS = 2_000_000
MAX_COLUMNS = 2_000
MAX_CELL = 100_000


@dataclass(frozen=True)
class Table:
    """Cells of a file as texts, all rows as wide as the header.

    Parameters
    ----------
    kind : str
        csv, xlsx, json, jsonl, fasttext, label_studio, prodigy, doccano ...
    header : tuple of str
        Names of the columns.
    rows : tuple of tuples of str
        One example (or one answer about it) a row.
    notes : tuple of Note
        What was decided while reading.
    """

    kind: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[Note, ...] = ()

    def column(self, name: str) -> list[str]:
        """Cells of a column."""
        i = self.header.index(name)
        return [row[i] for row in self.rows]


@dataclass(frozen=True)
class Marked:
    """Counts of a file whose labels are marks in examples: boxes, spans, tagged words.

    Parameters
    ----------
    kind : str
        coco, yolo, conll, label_studio ...
    task : str
        The task that such marks belong to.
    n_labelled, n_unlabelled : int
        Examples with and without marks.
    class_counts : tuple of (str, int)
        Marks of each class, most frequent first.
    marks_per_example : float
        Marks of a labelled example.
    tokens_per_example : float or None
        Words of an example where it is a text.
    """

    kind: str
    task: str
    n_labelled: int
    n_unlabelled: int
    class_counts: tuple[tuple[str, int], ...]
    marks_per_example: float
    tokens_per_example: float | None = None
    notes: tuple[Note, ...] = ()


def squared(rows: list[list[str]], width: int) -> tuple[tuple[str, ...], ...]:
    """Rows of one width; shorter ones are filled, longer ones cut."""
    return tuple(tuple((row + [""] * width)[:width]) for row in rows)


def unique(header: list[str]) -> tuple[str, ...]:
    """Column names without blanks around them; empty and repeated ones numbered."""
    seen: dict[str, int] = {}
    out = []
    for i, raw in enumerate(header, 1):
        name = " ".join("".join(c if c.isprintable() else " " for c in raw).split())[:80]
        name = name or f"column {i}"
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)
