"""Workbooks of Excel and LibreOffice through python-calamine, which survives hostile ones."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

from estimator.measure.delimited import _has_header, _index_header
from estimator.measure.notes import Note, UnreadableFile
from estimator.measure.table import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Table, squared, unique

MAX_UNPACKED = 500_000_000
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(data: bytes) -> bool:
    """Is it XLSX, XLSM, XLSB, XLS or ODS?"""
    if data.startswith(OLD):
        return True
    if not data.startswith(b"PK"):
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except Exception:  # whatever a damaged archive makes the reader raise
        return b"xl/workbook" in data
    if "word/document.xml" in names:
        raise UnreadableFile("office")
    if "ppt/presentation.xml" in names:
        raise UnreadableFile("office")
    return any(n.startswith("xl/workbook") for n in names) or "content.xml" in names


def read_workbook(data: bytes, header: bool | None = None) -> Table:
    """The sheet that holds most cells; says which where there are several.

    Raises
    ------
    UnreadableFile
        When the workbook is damaged, encrypted or too large.
    """
    from python_calamine import CalamineWorkbook

    if data.startswith(b"PK"):
        _check_size(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names[:50]}
        tables = {
            name: s.to_python(nrows=MAX_ROWS)
            for name, s in sheets.items()
            if s.total_width <= MAX_COLUMNS
        }
    except BaseException as error:  # the reader panics on some damaged files
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise UnreadableFile("workbook") from None
    filled = {
        name: [r for r in rows if any(_cell(c).strip() for c in r)] for name, rows in tables.items()
    }
    name = max(filled, key=lambda k: sum(len(r) for r in filled[k]), default="")
    rows = [[_cell(c) for c in r] for r in filled.get(name, [])]
    if len(rows) < 2:
        raise UnreadableFile("workbook_empty")
    rows, above = _below_titles(rows)
    width = max(len(r) for r in rows)
    has = _has_header(rows, width) if header is None else header
    head = rows[0] if has else [f"column {i + 1}" for i in range(width)]
    body = rows[1:] if has else rows
    notes = [] if has else [Note("no_header", {}, warns=True)]
    if above:
        notes.append(Note("titles_skipped", {"n": above}))
    others = sum(1 for k, v in filled.items() if v and k != name)
    if others:
        notes.append(Note("sheet", {"sheet": unique([name])[0], "others": others}))
    return Table(
        "xlsx", unique(_index_header(head, body, width)), squared(body, width), tuple(notes)
    )


def _below_titles(rows: list[list[str]]) -> tuple[list[list[str]], int]:
    """Without the lines of a title above the header, which fill one cell only."""
    widths = [sum(1 for c in r if c.strip()) for r in rows]
    usual = sorted(widths)[len(widths) // 2]
    above = 0
    while usual >= 2 and above < min(10, len(rows) - 2) and widths[above] == 1:
        above += 1
    return rows[above:], above


def _check_size(data: bytes) -> None:
    try:
        size = sum(i.file_size for i in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except Exception:  # whatever a damaged archive makes the reader raise
        return
    if size > MAX_UNPACKED:
        raise UnreadableFile("workbook_large")


def _cell(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)[:MAX_CELL]
