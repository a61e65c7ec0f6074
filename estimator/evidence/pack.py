"""Data packs: tables, prices and fits as one archive that installs without new code.

A pack is a zip with ``pack.json`` (name, schema, sha256 of every file) and the files of ``data/``.
Installed packs lie beside each other; a small file names the one in use and those before it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from estimator.errors import EvidenceError, InputError
from estimator.evidence.files import DATA, VERSION_DIGITS
from estimator.evidence.own_prices import OWN_BOOK
from estimator.evidence.schema import TABLES

FOLDER, CHOSEN = "ESTIMATOR_PACKS", "ESTIMATOR_PACK"
SHIPPED, DESCRIPTION, USED = "shipped", "pack.json", "used.json"
FORMAT = 1
SUFFIXES = (".csv", ".json", ".yaml", ".md")
MOST_BYTES, MOST_FILES = 500_000_000, 2000
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
PLACE = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*\.[a-z]+", re.IGNORECASE)


@dataclass(frozen=True)
class Pack:
    """One pack: its name, its folder, and whether it is in use."""

    name: str
    root: Path
    used: bool


def folder() -> Path:
    """Where packs are installed: ``ESTIMATOR_PACKS``, else ``.packs`` beside ``data``."""
    named = os.environ.get(FOLDER, "").strip()
    return Path(named) if named else DATA.parent / ".packs"


def schema_mark() -> str:
    """What the tables must look like for this code: a hash over every table and column."""
    told = [(name, TABLES[name].path, repr(TABLES[name].columns)) for name in sorted(TABLES)]
    return hashlib.sha256(repr(_stable(told)).encode("utf-8")).hexdigest()[:VERSION_DIGITS]


def _stable(told: list[tuple[str, str, str]]) -> list[tuple[str, str, list[str]]]:
    """Sets print in any order; their words in order say the same."""
    return [(name, path, sorted(re.findall(r"[\w.+-]+", text))) for name, path, text in told]


def schema_of(root: Path) -> str:
    """The schema that an installed pack was made for."""
    return str(json.loads((root / DESCRIPTION).read_text(encoding="utf-8")).get("schema"))


def active() -> str:
    """Name of the pack in use: as the environment says, else as installed last."""
    named = os.environ.get(CHOSEN, "").strip()
    return named or _used()[-1]


def root_of(name: str) -> Path:
    """The folder of a pack's tables; raises where it is not here or does not fit this code."""
    if name == SHIPPED:
        return DATA
    root = folder() / name
    if not NAME.fullmatch(name) or not (root / DESCRIPTION).is_file():
        known = " | ".join(p.name for p in installed())
        raise InputError("data pack", name, known)
    _fitting(_described((root / DESCRIPTION).read_text(encoding="utf-8"), name), name)
    return root


def installed() -> list[Pack]:
    """The shipped data and every installed pack."""
    now = active()
    names = sorted(p.parent.name for p in folder().glob(f"*/{DESCRIPTION}"))
    return [Pack(n, DATA if n == SHIPPED else folder() / n, n == now) for n in (SHIPPED, *names)]


def build(name: str, target: Path, root: Path = DATA) -> int:
    """Write the tables under a folder as a pack; returns the number of files."""
    _named(name)
    files = sorted(p for p in root.rglob("*") if p.is_file() and p.suffix in SUFFIXES)
    files = [p for p in files if p not in (root / DESCRIPTION, root / OWN_BOOK)]
    raw = {p.relative_to(root).as_posix(): p.read_bytes() for p in files}
    described = {
        "pack": FORMAT,
        "name": name,
        "schema": schema_mark(),
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in raw.items()},
    }
    part = target.with_name(target.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(DESCRIPTION), json.dumps(described, indent=1, sort_keys=True))
        for path, data in raw.items():
            archive.writestr(_entry(path), data)
    os.replace(part, target)
    return len(raw)


def _entry(path: str) -> zipfile.ZipInfo:
    """The same pack has the same bytes whenever it is made."""
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def install(archive: Path) -> Pack:
    """Check a pack whole, put it beside the others and use it; on any fault nothing changes.

    Raises
    ------
    InputError
        Not a pack, a file is missing, foreign or was changed, its tables are not those of this
        code, or another pack of this name is installed.
    EvidenceError
        A table breaks its schema.
    """
    where = folder()
    try:
        with zipfile.ZipFile(archive) as opened:
            described, raw = _read(opened, archive.name)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
        raise InputError(archive.name, type(error).__name__, "a data pack (zip)") from None
    name = str(described["name"])
    target, part = where / name, where / f".{name}.part"
    text = json.dumps(described, indent=1, sort_keys=True)
    known = target / DESCRIPTION
    if known.is_file() and json.loads(known.read_text(encoding="utf-8")) != described:
        raise InputError("name", name, "a name that no other installed pack has")
    if not known.is_file():
        shutil.rmtree(part, ignore_errors=True)
        try:
            for path, data in raw.items():
                file = part / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            (part / DESCRIPTION).write_text(text, encoding="utf-8")
            _loads(part)
            os.replace(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    _use([*_used(), name])
    return Pack(name, target, True)


def rollback() -> Pack:
    """Use the pack before the one in use; the shipped data when there is none before."""
    used = _used()
    if len(used) == 1:
        raise InputError("data pack", used[-1], "a pack installed before this one; there is none")
    _use(used[:-1])
    return Pack(used[-2], root_of(used[-2]), True)


def _read(opened: zipfile.ZipFile, archive: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    entries = opened.infolist()
    if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > MOST_BYTES:
        allowed = f"at most {MOST_FILES} files of {MOST_BYTES} bytes in all"
        raise InputError(archive, f"{len(entries)} files", allowed)
    names = [e.filename for e in entries]
    if names.count(DESCRIPTION) != 1 or len(set(names)) != len(names):
        raise InputError(archive, DESCRIPTION, "a data pack with one pack.json, each file once")
    described = _described(opened.read(DESCRIPTION).decode("utf-8", "replace"), archive)
    _fitting(described, archive)
    listed = described["files"]
    for name in {*names, *listed} - {DESCRIPTION}:
        if name not in listed or name not in names:
            raise InputError(archive, name, "exactly the files that pack.json lists")
        if not PLACE.fullmatch(name) or Path(name).suffix not in SUFFIXES:
            raise InputError(archive, name, f"plain paths ending in {', '.join(SUFFIXES)}")
    raw = {}
    for name in sorted(listed):
        raw[name] = opened.read(name)
        if hashlib.sha256(raw[name]).hexdigest() != listed[name]:
            raise InputError(archive, name, "the content that pack.json names, not altered")
    return described, raw


def _described(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(where, DESCRIPTION, "valid JSON") from None
    if not isinstance(found, dict) or found.get("pack") != FORMAT:
        raise InputError(where, DESCRIPTION, f"a data pack of format {FORMAT}")
    _named(found.get("name"))
    files = found.get("files")
    if not isinstance(files, dict) or not all(isinstance(v, str) for v in files.values()):
        raise InputError(where, "files", "path: sha256 of every file")
    return found


def _named(name: Any) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == SHIPPED:
        raise InputError("name", name, f"a name like 2026-12 ({NAME.pattern})")


def _fitting(described: dict[str, Any], where: str) -> None:
    if described.get("schema") != schema_mark():
        allowed = f"tables of schema {schema_mark()}; take a pack made for this version of the code"
        raise InputError(where, described.get("schema"), allowed)


def _loads(root: Path) -> None:
    """Every table reads and keeps its rules, and every fit belongs to it."""
    from estimator.evidence.load import Evidence

    trial = Evidence(root)
    for table in TABLES:
        trial.table(table)
    for fit in trial.fits:
        if trial.fits[fit] is None:
            raise EvidenceError(f"fits/{fit}.json is empty")


def _used() -> list[str]:
    """Packs in the order in which they were taken into use, the one in use last."""
    file = folder() / USED
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [SHIPPED]
    except (OSError, ValueError):
        told = f"{file.name} of the data packs cannot be read; remove it to use the shipped data"
        raise EvidenceError(told) from None
    names = [n for n in found if isinstance(n, str)] if isinstance(found, list) else []
    return [SHIPPED, *(n for n in names if n != SHIPPED)]


def _use(names: list[str]) -> None:
    where = folder()
    where.mkdir(parents=True, exist_ok=True)
    part = where / f"{USED}.part"
    kept = list(_without_repeats(names))
    part.write_text(json.dumps(kept), encoding="utf-8")
    os.replace(part, where / USED)


def _without_repeats(names: list[str]) -> Iterator[str]:
    for before, name in zip(["", *names], names, strict=False):
        if name != before:
            yield name
