"""Tables as spreadsheets and clouds write them: separators, decimal commas, dates."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from estimator.errors import printable

SEPARATORS = "\t;,"
COMMA_DECIMAL = re.compile(r"^-?(\d{1,3}(\.\d{3})+,\d+|0,\d+|\d+,(\d{1,2}|\d{4,}))$")
POINT_DECIMAL = re.compile(r"^-?(\d{1,3}(,\d{3})+\.\d+|\d*\.\d+)$")
TWO_WAYS = re.compile(r"^-?\d{1,3},\d{3}$")
SIGNS = re.compile(r"[\s\u00a0\u202f'’$€£¥]|USD|EUR|GBP")
SLASHED = re.compile(r"^(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
DOTTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})")
ISO = re.compile(r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
WORDED = re.compile(r"^(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4})")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MOST_MONTHS = 12


@dataclass(frozen=True)
class Sheet:
    """A delimited table; the writing of its numbers and dates is that of the whole file."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    """Line of the file and the cells of the row by column."""
    separator: str

    def number(self, cell: str, comma: bool | None) -> float | None:
        """A number, with a decimal comma where the file writes so; None where none can be read."""
        plain = SIGNS.sub("", cell)
        if comma is None and TWO_WAYS.match(plain):
            return None
        if comma and "," in plain:
            plain = plain.replace(".", "").replace(",", ".")
        else:
            plain = plain.replace(",", "")
        try:
            return float(plain)
        except ValueError:
            return None

    def decimal_comma(self, columns: Iterable[str]) -> bool | None:
        """The cells of these columns write 1,5 for one and a half; None where both can be meant."""
        cells = [SIGNS.sub("", row.get(c, "")) for c in columns for _, row in self.rows]
        if any(COMMA_DECIMAL.match(c) for c in cells):
            return True
        if any(POINT_DECIMAL.match(c) for c in cells):
            return False
        if any(TWO_WAYS.match(c) for c in cells):
            return True if self.separator != "," else None
        return False

    def day_first(self, column: str) -> bool | None:
        """Dates with slashes begin with the day; None where no date of the file tells."""
        found = [m for _, row in self.rows if (m := SLASHED.match(row.get(column, "")))]
        if any(int(m[1]) > MOST_MONTHS for m in found):
            return True
        return False if any(int(m[2]) > MOST_MONTHS for m in found) else None


def read_sheet(text: str) -> Sheet:
    """The table of a text; raises csv.Error where it is none."""
    lines = text.lstrip("\ufeff\r\n").replace("\r\n", "\n").replace("\r", "\n")
    first = lines.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count) if first else ","
    reader = csv.DictReader(io.StringIO(lines), delimiter=separator)
    header = tuple(str(h).strip() for h in reader.fieldnames or ())
    rows = []
    for cells in reader:
        row = {
            str(k).strip(): printable(v or "").strip()
            for k, v in cells.items()
            if isinstance(v, str | None)
        }
        rows.append((reader.line_num, row))
    return Sheet(header, tuple(rows), separator)


def day_of(cell: str, day_first: bool | None) -> str | None:
    """A date as YYYY-MM-DD; what is shorter stays; None where it cannot be told.

    Parameters
    ----------
    cell : str
        2026-07-20, 20260720, 20.07.2026, 20/07/2026, 07/20/2026, 20-Jul-2026, with a time or not.
    day_first : bool or None
        What dates with slashes begin with in this file.
    """
    if re.fullmatch(r"\d{4}(-\d{1,2})?", cell):
        return cell
    year = month = day = 0
    if found := ISO.match(cell) or COMPACT.match(cell):
        year, month, day = (int(x) for x in found.groups())
    elif found := DOTTED.match(cell):
        day, month, year = (int(x) for x in found.groups())
    elif found := WORDED.match(cell):
        name = found[2].lower()
        month = MONTHS.index(name) + 1 if name in MONTHS else 0
        day, year = int(found[1]), int(found[3])
    elif found := SLASHED.match(cell):
        a, b, year = (int(x) for x in found.groups())
        first = day_first if day_first is not None else (True if a == b else None)
        if first is None:
            return None
        day, month = (a, b) if first else (b, a)
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None
