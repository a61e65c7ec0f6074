"""ZIP archives: the labels folder of YOLO, or the one table inside."""

from __future__ import annotations

import io
import re
import zipfile

from estimator.measure.jsons import marked
from estimator.measure.notes import UnreadableFile
from estimator.measure.table import Marked, Table

MAX_UNPACKED = 500_000_000
MAX_FILES = 200_000
TABLES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".xlsx", ".ndjson", ".conll")
NO_LABELS = ("classes.txt", "obj.names", "readme.txt", "train.txt", "val.txt", "test.txt")


def is_zip(data: bytes) -> bool:
    """Does it begin as a ZIP archive?"""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_zip(data: bytes) -> Table | Marked:
    """YOLO labels, or the only table of an archive.

    Raises
    ------
    UnreadableFile
        When it is damaged, too large or holds several tables.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [i for i in archive.infolist() if not i.is_dir() and "__MACOSX" not in i.filename]
        if len(infos) > MAX_FILES or sum(i.file_size for i in infos) > MAX_UNPACKED:
            raise UnreadableFile("zip_large")
        yolo = _yolo(archive, infos)
        if yolo is not None:
            return yolo
        tables = [i for i in infos if i.filename.lower().endswith(TABLES)]
        if len(tables) == 1:
            from estimator.measure.read import parse_bytes

            inside = archive.read(tables[0])
            if not is_zip(inside) or tables[0].filename.lower().endswith(".xlsx"):
                return parse_bytes(inside)
    except UnreadableFile:
        raise
    except Exception:
        raise UnreadableFile("zip") from None
    raise UnreadableFile("zip_tables", n=len(tables))


def _yolo(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Marked | None:
    labels = [
        i
        for i in infos
        if i.filename.lower().endswith(".txt")
        and i.filename.lower().rsplit("/", 1)[-1] not in NO_LABELS
    ]
    box = re.compile(r"^\d+( -?[\d.]+(e-?\d+)?){4,}$")
    if len(labels) < 2:
        return None
    names = _class_names(archive, infos)
    per: list[list[str]] = []
    empty = polygons = 0
    for info in labels:
        lines = archive.read(info).decode("utf-8", "replace").split("\n")
        lines = [" ".join(line.split()) for line in lines if line.strip()]
        if not all(box.match(line) for line in lines):
            return None
        polygons += sum(1 for line in lines if line.count(" ") > 5)
        marks = [names.get(line.split()[0], line.split()[0]) for line in lines]
        per += [marks] if marks else []
        empty += not marks
    if not per:
        return None
    total = sum(len(m) for m in per)
    task = "semantic_segmentation" if polygons > total / 2 else "object_detection"
    return marked("yolo", task, per, empty, None)


def _class_names(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> dict[str, str]:
    for info in infos:
        name = info.filename.lower().rsplit("/", 1)[-1]
        if name in ("classes.txt", "obj.names"):
            lines = archive.read(info).decode("utf-8", "replace").split("\n")
            return {str(i): line.strip() for i, line in enumerate(lines) if line.strip()}
    return {}
