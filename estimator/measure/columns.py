"""Which column is the example, which the label, and what the others are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from estimator.errors import InputError
from estimator.measure import names
from estimator.measure.lengths import wide_and_words
from estimator.measure.table import Table

PROBE = 2000
MISSING = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "--", "–", "—", "unknown?")
)
"""Cells that say that there is no label, in small letters."""

BINARY = frozenset(("0", "1", "0.0", "1.0", "true", "false", "True", "False"))
NUMBER = re.compile(r"^[-+]?(\d+([.,]\d+)*|[.,]\d+)(e[-+]?\d+)?\s?%?$", re.IGNORECASE)
LABEL_END = re.compile(
    r"(^|[_ .])(label|class|category|kategorie|klasse|target|intent|topic)s?\d?$"
)
DATE = re.compile(
    r"^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})"
    r"([T ]\d{1,2}:\d{2}(:\d{2})?.*)?$"
)


@dataclass(frozen=True)
class Column:
    """What the cells of a column look like, over the first rows.

    Parameters
    ----------
    name : str
    place : int
        Position in the table.
    distinct : int
        Different filled cells, of ``filled``.
    numeric, dated : float
        Share of filled cells that are numbers, dates.
    words : float
        Mean words a cell; letters of scripts without blanks count.
    """

    name: str
    place: int
    filled: int
    distinct: int
    numeric: float
    dated: float
    words: float
    binary: bool
    jsonish: float

    @property
    def share_distinct(self) -> float:
        """Different cells as a share of the filled ones."""
        return self.distinct / max(self.filled, 1)


@dataclass(frozen=True)
class Roles:
    """The columns by their use; ``candidates`` where the label is not plain.

    Parameters
    ----------
    text : str
        Column of the example; empty for tables.
    label : str
        Column of the label; empty where none is found or several may be it.
    one_hot : tuple of str
        Columns of 0 and 1, one for each class.
    candidates : tuple of str
        Columns that may be the label, the likeliest first.
    """

    text: str = ""
    label: str = ""
    one_hot: tuple[str, ...] = ()
    split: str = ""
    group: str = ""
    time: str = ""
    annotator: str = ""
    ident: str = ""
    candidates: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


def columns_of(table: Table) -> list[Column]:
    """What each column looks like."""
    step = max(1, len(table.rows) // PROBE)
    probe = table.rows[::step][:PROBE]
    out = []
    for i, name in enumerate(table.header):
        cells = [r[i].strip() for r in probe]
        filled = [c for c in cells if c.lower() not in MISSING]
        n = max(len(filled), 1)
        values = set(filled)
        out.append(
            Column(
                name,
                i,
                len(filled),
                len(values),
                sum(1 for c in filled if NUMBER.match(c)) / n,
                sum(1 for c in filled if DATE.match(c)) / n,
                sum(sum(wide_and_words(c[:3000])) for c in filled) / n,
                bool(values)
                and values <= {"0", "1", "0.0", "1.0", "true", "false", "True", "False"},
                sum(1 for c in filled if c[:1] in "{[" and c[-1:] in "}]") / n,
            )
        )
    return out


def guess_roles(table: Table, text: str | None = None, label: str | None = None) -> Roles:
    """The use of every column; a named text or label column is taken as it is.

    Raises
    ------
    InputError
        When a named column does not exist.
    """
    for what, name in (("--text", text), ("--label", label)):
        if name and name not in table.header:
            raise InputError(what, name, "a column of the file: " + ", ".join(table.header[:30]))
    columns = columns_of(table)
    by_name = {c.name: c for c in columns}
    roles = _sides(columns, {text, label})
    taken = {roles.split, roles.annotator, roles.ident} - {""}
    found_text = text if text is not None else _text(columns, {label or ""} | taken)
    usable = [c for c in columns if c.name not in taken | {found_text, roles.group, roles.time}]
    hot: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    found = label or ""
    if not label:
        candidates = _labels(usable, columns, bool(found_text), len(table.rows))
        sure = candidates and _is_sure(candidates, by_name, columns, bool(found_text))
        found = candidates[0] if sure else ""
        if not found and found_text:
            hot = _one_hot(usable)
    beside = {found, found_text, *taken, *hot, roles.time, roles.group} - {""}
    features = tuple(
        c.name
        for c in columns
        if c.name not in beside and names.rank(c.name, names.TOOL_TIME) is None
    )
    if found_text:
        features = ()
    return replace(
        roles,
        text=found_text,
        label=found,
        one_hot=hot,
        candidates=tuple(c for c in candidates if c != found),
        features=features,
    )


def _sides(columns: list[Column], fixed: set[str | None]) -> Roles:
    """Columns that are neither example nor label."""
    found: dict[str, str] = {}
    for c in columns:
        if c.name in fixed:
            continue
        if names.rank(c.name, names.SPLIT) is not None and c.distinct <= 12:
            found.setdefault("split", c.name)
        elif names.rank(c.name, names.ANNOTATOR) is not None and c.distinct <= 0.5 * c.filled + 3:
            found.setdefault("annotator", c.name)
        elif _is_time(c):
            found.setdefault("time", c.name)
        elif names.rank(c.name, names.IDENT) is not None:
            found.setdefault("ident", c.name)
        elif names.rank(c.name, names.GROUP) is not None and c.distinct > 1 and c.words <= 4:
            found.setdefault("group", c.name)
        elif c.name == "column 1" and c.share_distinct == c.numeric == 1 and c.filled > 20:
            found.setdefault("ident", c.name)
    return replace(Roles(), **found)  # type: ignore[arg-type]


def _is_time(c: Column) -> bool:
    """A date or a time stamp; a day of the month or a month puts nothing in order."""
    if names.rank(c.name, names.TOOL_TIME) is not None:
        return False
    stamped = c.dated > 0.5 or (c.numeric > 0.9 and c.distinct > 60)
    return c.dated > 0.8 or (names.rank(c.name, names.TIME) is not None and stamped)


def _text(columns: list[Column], taken: set[str]) -> str:
    """The column with most words; empty where no column holds texts."""
    best, score = "", 0.0
    for c in columns:
        rank = names.rank(c.name, names.TEXT)
        if c.name in taken or c.numeric > 0.5 or c.dated > 0.5 or c.jsonish > 0.5 or not c.filled:
            continue
        if names.rank(c.name, names.IDENT) is not None and c.words < 3:
            continue
        named = (
            rank is not None and c.share_distinct > 0.2 and not (c.filled > 20 and c.distinct <= 12)
        )
        if not named and (c.words < 2.5 or (c.share_distinct < 0.3 and c.filled > 20)):
            continue
        value = c.words * (2.0 if rank is not None and rank < 4 else 1.0)
        if value > score:
            best, score = c.name, value
    return best


def _labels(
    usable: list[Column], columns: list[Column], has_text: bool, n_rows: int
) -> tuple[str, ...]:
    """Columns that may be the label, the likeliest first."""
    scored: list[tuple[float, int, str]] = []
    for c in usable:
        if c.distinct < 1 or c.dated > 0.5 or names.rank(c.name, names.TOOL_TIME) is not None:
            continue
        rank = names.rank(c.name, names.LABEL)
        ends = LABEL_END.search(names.plain(c.name))
        if rank is None and (ends or names.plain(c.name).startswith(("is_", "has_"))):
            rank = len(names.LABEL)
        many = c.share_distinct > 0.5 and c.distinct > 20
        if rank is None and (c.distinct < 2 or many or (has_text and c.words > 5)):
            continue
        if rank is not None and many and c.words > 2.5 and c.jsonish < 0.5:
            continue
        if rank is None and (names.rank(c.name, names.SIDE) is not None):
            rank = 900
        if rank is None:
            rank = 300 if not (c.numeric > 0.9 and has_text) else 400
        scored.append((rank, -c.place, c.name))
    return tuple(name for _, _, name in sorted(scored))


def _is_sure(
    candidates: tuple[str, ...], by_name: dict[str, Column], columns: list[Column], has_text: bool
) -> bool:
    first = by_name[candidates[0]]
    telling = [n for n in candidates if _telling(n)]
    if telling:
        return len(telling) == 1 or all(_follows(first, by_name[n]) for n in telling[1:])
    if _named(first.name):
        return True
    plain = [n for n in candidates if names.rank(n, names.SIDE) is None]
    if has_text:
        return len(plain) == 1 and plain[0] == candidates[0]
    # In a table of measurements the last column is the label by custom, if it is the only class.
    classes = [n for n in plain if by_name[n].distinct <= 20 and by_name[n].numeric < 0.5]
    return first.place == columns[-1].place and (len(plain) == 1 or classes == [first.name])


def _named(name: str) -> bool:
    return names.rank(name, names.LABEL) is not None or bool(LABEL_END.search(names.plain(name)))


def _telling(name: str) -> bool:
    """A name of a label and of hardly anything else."""
    rank = names.rank(name, names.LABEL)
    weak = rank is not None and rank >= names.LABEL.index("stars")
    return _named(name) and not weak


def _follows(label: Column, other: Column) -> bool:
    """Is the other column the same label spelled otherwise, or none at all?"""
    return other.distinct == label.distinct or other.distinct <= 1 or other.share_distinct > 0.5


def _one_hot(usable: list[Column]) -> tuple[str, ...]:
    hot = [c.name for c in usable if c.binary]
    return tuple(hot) if len(hot) >= 2 else ()


def most_common(cells: list[str]) -> Counter[str]:
    """Counts of the filled cells."""
    return Counter(c for c in cells if c.strip().lower() not in MISSING)
