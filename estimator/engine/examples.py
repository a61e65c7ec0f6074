"""What a pasted or uploaded table of examples and labels tells about a project.

Nothing is kept: the text goes in, counts come out.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass

from estimator.errors import InputError

LABEL_NAMES = ("label", "labels", "class", "category", "target", "y", "intent", "tag", "sentiment")
MAX_ROWS = 2_000_000


@dataclass(frozen=True)
class ExampleSummary:
    """Counts of a table of examples.

    Parameters
    ----------
    label_column, text_column : str
        Columns taken as label and as example; empty where there is none.
    n_labelled, n_unlabelled : int
        Rows with and without a label.
    n_classes : int
        Different labels.
    minority_share : float or None
        Share of the rarest label among the labelled rows.
    words_per_example : float or None
        Mean number of words in the text column.
    n_duplicates : int
        Rows whose example occurs earlier in the table.
    """

    label_column: str
    text_column: str
    n_labelled: int
    n_unlabelled: int
    n_classes: int
    minority_share: float | None
    words_per_example: float | None
    n_duplicates: int


def summarise_examples(table: str) -> ExampleSummary:
    """Count examples, classes, imbalance and length in a CSV text with a header row.

    Parameters
    ----------
    table : str
        Comma, semicolon or tab separated; the first row holds the column names.

    Raises
    ------
    InputError
        When there is no header with at least one row below it.
    """
    header, rows = _read(table)
    label = _label_column(header, rows)
    text = _text_column(header, rows, label)
    labels = [row[label].strip() for row in rows] if label is not None else []
    known = Counter(value for value in labels if value)
    texts = [row[text] for row in rows] if text is not None else []
    words = [len(t.split()) for t in texts]
    n_labelled = sum(known.values())
    return ExampleSummary(
        label_column="" if label is None else header[label],
        text_column="" if text is None else header[text],
        n_labelled=n_labelled,
        n_unlabelled=len(rows) - n_labelled,
        n_classes=len(known),
        minority_share=min(known.values()) / n_labelled if len(known) > 1 else None,
        words_per_example=sum(words) / len(words) if words else None,
        n_duplicates=len(texts) - len(set(texts)),
    )


def _read(table: str) -> tuple[list[str], list[list[str]]]:
    first = table.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(table.lstrip("\ufeff")), delimiter=delimiter)
    try:
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        what = "a file that holds no table"
        raise InputError("examples", what, "a CSV table with a header row") from None
    if len(rows) < 2 or len(rows) > MAX_ROWS:
        allowed = f"a CSV table with a header row and 1 to {MAX_ROWS:,} rows below it"
        raise InputError("examples", f"{len(rows)} rows", allowed)
    header = [name.strip() for name in rows[0]]
    width = len(header)
    return header, [(row + [""] * width)[:width] for row in rows[1:]]


def _label_column(header: list[str], rows: list[list[str]]) -> int | None:
    for i, name in enumerate(header):
        if name.lower() in LABEL_NAMES:
            return i
    counts = [(len({row[i] for row in rows}), i) for i in range(len(header))]
    few = [(n, i) for n, i in counts if 1 < n <= max(2, len(rows) // 2)]
    return min(few)[1] if few and len(header) > 1 else None


def _text_column(header: list[str], rows: list[list[str]], label: int | None) -> int | None:
    lengths = [(sum(len(row[i]) for row in rows), i) for i in range(len(header)) if i != label]
    return max(lengths)[1] if lengths else None
