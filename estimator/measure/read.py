"""The door: bytes of a file or a pasted text in, a table or counts of marks out."""

from __future__ import annotations

import re

from estimator.measure.decode import MAX_BYTES, refuse_binary, text_of
from estimator.measure.delimited import read_delimited
from estimator.measure.jsons import read_json, spans_in_cells
from estimator.measure.notes import UnreadableFile
from estimator.measure.table import Marked, Table
from estimator.measure.tagged import read_conll, read_fasttext, read_lines, refuse_boxes
from estimator.measure.workbook import is_workbook, read_workbook
from estimator.measure.zipped import is_zip, read_zip

XML = (
    (r"<annotations>.*<image ", "cvat"),
    (r"<annotation>.*<object>", "voc"),
    (r"<html|<!doctype", "web_page"),
    (r"<\?mso|<workbook", "xml_workbook"),
)


def parse_bytes(data: bytes, header: bool | None = None) -> Table | Marked:
    """Read a labelled file as people have it.

    Parameters
    ----------
    data : bytes
        The file as it is.
    header : bool, optional
        Whether the first row of a separated text names the columns; None looks at it.

    Raises
    ------
    UnreadableFile
        Says what the file is and what to do instead.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile("empty")
    if len(data) > MAX_BYTES:
        size, most = len(data) / 1e6, MAX_BYTES / 1e6
        raise UnreadableFile("large", n=round(size), most=round(most))
    if is_workbook(data):
        return read_workbook(data, header)
    if is_zip(data):
        return read_zip(data)
    refuse_binary(data)
    text, notes = text_of(data)
    found = parse_text(text, header)
    return type(found)(**{**found.__dict__, "notes": (*notes, *found.notes)})


def parse_text(text: str, header: bool | None = None) -> Table | Marked:
    """As ``parse_bytes`` for a text that is decoded already."""
    start = text.lstrip("\ufeff \t\r\n")[:4000]
    if start[:1] in ("{", "["):
        try:
            return read_json(text.lstrip("\ufeff"))
        except (KeyError, TypeError, AttributeError, ValueError, IndexError):
            raise UnreadableFile("no_list") from None
    if start[:1] == "<":
        for pattern, key in XML:
            if re.search(pattern, start, re.IGNORECASE | re.DOTALL):
                raise UnreadableFile(key)
        raise UnreadableFile("xml")
    if re.search(r"^@relation\b", start, re.IGNORECASE | re.MULTILINE):
        raise UnreadableFile("arff")
    if start.startswith("__label__") or re.search(r"^__label__\S+\s", start, re.MULTILINE):
        return read_fasttext(text)
    refuse_boxes(text)
    tagged = read_conll(text) or read_lines(text)
    if tagged is not None:
        return tagged
    table = read_delimited(text, header)
    if {"region_shape_attributes", "region_attributes"} & set(table.header):
        raise UnreadableFile("via")
    return spans_in_cells(table) or table
