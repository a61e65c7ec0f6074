"""Text with separators as a table: which separator, which quotes, is there a header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from estimator.measure import names
from estimator.measure.notes import Note, UnreadableFile
from estimator.measure.table import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Table, squared, unique
from estimator.words.statement import state

DELIMITERS = ("\t", ";", ",", "|")
WORDS = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "pipe"}
PROBE_ROWS = 300

Rows = list[list[str]]


def read_delimited(text: str, header: bool | None = None) -> Table:
    """A table from comma, semicolon, tab or pipe separated text.

    Parameters
    ----------
    text : str
    header : bool, optional
        Whether the first row holds the column names; by default it is looked at.

    Raises
    ------
    UnreadableFile
        When no table with a header and a row, or with two rows, is found.
    """
    text, named = _separator_line(text.replace("\r\n", "\n").replace("\r", "\n").strip("\n\ufeff"))
    notes: list[Note] = []
    mark = named or _delimiter(text)
    rows, quoted = _rows(text, mark)
    notes += quoted
    if len(rows) > MAX_ROWS:
        raise UnreadableFile("long", n=len(rows), most=MAX_ROWS)
    width = Counter(len(r) for r in rows[:PROBE_ROWS]).most_common(1)[0][0] if rows else 0
    if width > MAX_COLUMNS:
        raise UnreadableFile("wide", n=width, most=MAX_COLUMNS)
    if not rows or not any(c.strip() for r in rows for c in r):
        raise UnreadableFile("empty")
    has_header = _has_header(rows, width) if header is None else header
    if has_header and len(rows) < 2:
        raise UnreadableFile("header_only")
    if has_header:
        head, body = rows[0], rows[1:]
    else:
        head, body = [f"column {i + 1}" for i in range(width)], rows
        notes.append(Note("no_header", {}, warns=True))
    if len(head) < width:
        head = _index_header(head, body, width)
    ragged = sum(1 for r in body if len(r) != len(head))
    if ragged > 0.2 * len(body) and len(head) > 1:
        raise UnreadableFile("ragged", n=ragged, rows=len(body))
    if ragged:
        notes.append(Note("ragged", {"n": ragged}, warns=ragged > 0.01 * len(body)))
    if mark != "," and len(head) > 1:
        notes.append(Note("separator", {"separator": state(f"measure.mark.{WORDS[mark]}")}))
    return Table("csv", unique(head), squared(body, len(head)), tuple(notes))


def _index_header(head: list[str], body: Rows, width: int) -> list[str]:
    if len(head) == width - 1 and all(r[0].strip().isdigit() for r in body[:20] if r):
        return ["index", *head]
    return head + [""] * (width - len(head))


def _separator_line(text: str) -> tuple[str, str | None]:
    first, _, rest = text.partition("\n")
    found = re.fullmatch(r'"?sep=(.)"?[;,\t]*', first.strip("\r "), re.IGNORECASE)
    if not found and re.fullmatch(r"sep=\t?", first.strip("\r "), re.IGNORECASE):
        return rest, "\t"
    return (rest, found[1]) if found and found[1] in DELIMITERS else (text, None)


def _parse(text: str, mark: str, quoting: int = csv.QUOTE_MINIMAL, most: int | None = None) -> Rows:
    csv.field_size_limit(max(len(text) + 1, MAX_CELL))
    out: Rows = []
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=mark,
        quoting=quoting,  # type: ignore[arg-type]
        skipinitialspace=mark != "\t",
    )
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                out.append(row)
            if most is not None and len(out) >= most:
                break
    except csv.Error:
        return []
    return out


def _delimiter(text: str) -> str:
    """The separator that gives most rows the same number of columns, header included."""
    best, score = ",", -1.0
    for mark in DELIMITERS:
        rows = _parse(text[:2_000_000], mark, most=PROBE_ROWS)
        if not rows:
            continue
        widths = Counter(len(r) for r in rows)
        width, n = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if width < 2:
            continue
        agree = n / len(rows)
        # A header that falls apart into as many names as the rows have cells is the best witness.
        whole = len(rows[0]) in (width, width - 1) and all(c.strip() for c in rows[0][1:])
        named = sum(names.known(c) for c in rows[0])
        value = agree + 0.5 * whole + 0.3 * min(named, 2) + 0.01 * min(width, 20)
        if agree >= 0.6 and value > score:
            best, score = mark, value
    return best


def _rows(text: str, mark: str) -> tuple[Rows, list[Note]]:
    """Rows with quotes read as quotes; without them where one stray quote swallows the table."""
    rows = _parse(text, mark)
    lines = sum(1 for line in text.split("\n") if line.strip())
    swallowed = max((len(c) for r in rows for c in r), default=0) > max(2000, 0.2 * len(text))
    if rows and not (swallowed and len(rows) < 0.8 * lines):
        return rows, []
    plain = _parse(text, mark, csv.QUOTE_NONE)
    widths = Counter(len(r) for r in plain)
    if plain and widths.most_common(1)[0][1] >= 0.95 * len(plain) and len(plain[0]) > 1:
        return [[_unquoted(c) for c in r] for r in plain], [Note("stray_quote", {}, warns=True)]
    if not rows:
        raise UnreadableFile("no_table")
    raise UnreadableFile("quote", n=lines - len(rows), lines=lines)


def _unquoted(cell: str) -> str:
    whole = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if whole else cell


def _has_header(rows: Rows, width: int) -> bool:
    """Does the first row name the columns? It does unless it looks like the rows below it."""
    first, body = [c.strip() for c in rows[0]], rows[1 : 1 + PROBE_ROWS]
    if sum(names.known(c) for c in first) >= 1:
        return True
    if not body:
        return True
    if width == 1:
        return len(first[0].split()) <= 3 and not _number(first[0]) and bool(first[0])
    for i, cell in enumerate(first[:width]):
        column = [r[i].strip() for r in body if i < len(r)]
        filled = [c for c in column if c]
        if cell and _number(cell) and filled:
            return False
        if cell and cell in set(filled):
            return False
    longest = max(range(width), key=lambda i: sum(len(r[i]) for r in body if i < len(r)))
    sizes = sorted(len(r[longest]) for r in body if longest < len(r))
    typical = sizes[len(sizes) // 2] if sizes else 0
    cell = first[longest] if longest < len(first) else ""
    return not (len(cell.split()) >= 5 and len(cell) > 0.4 * typical)


def _number(cell: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?\s?%?", cell, re.IGNORECASE))
