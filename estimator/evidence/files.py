"""Reading files under data/: text cells as they stand, content hashes, fitted parameters."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from estimator.errors import EvidenceError, FitError

DATA = Path(__file__).resolve().parents[2] / "data"
VERSION_DIGITS = 12
OUTSIDE_VERSION = ("presets", "pack.json")
"""What lies beside the evidence: inputs, and the list of a data pack."""
VERSIONED_SUFFIXES = (".csv", ".json")


def read_cells(root: Path, path: str) -> pd.DataFrame:
    """A CSV with every cell as text, blanks as empty text."""
    try:
        frame = pd.read_csv(root / path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise EvidenceError(f"{path}: the file is missing under {root.name}/") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{path}: not a readable CSV table: {error}") from None
    return frame


def versioned_files(root: Path) -> list[Path]:
    """The files behind ``data_version``: tables and fits, not presets and not texts."""
    files = (p for p in root.rglob("*") if p.suffix in VERSIONED_SUFFIXES and p.is_file())
    kept = (p for p in files if p.relative_to(root).parts[0] not in OUTSIDE_VERSION)
    return sorted(kept, key=lambda p: p.relative_to(root).as_posix())


def content_hash(root: Path, files: Iterable[Path]) -> str:
    """Short hex of the sha256 over names and bytes, in the order given."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(b"\0")
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()[:VERSION_DIGITS]


def write_fit(name: str, content: Any, compact: bool = False, root: Path = DATA) -> None:
    """Store fitted parameters as data/fits/NAME.json; compact for long lists of numbers."""
    path = root / "fits" / f"{name}.json"
    part = path.with_suffix(".part")
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    text = json.dumps(content, allow_nan=False, sort_keys=not compact, **layout)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)


def write_rows(path: str, rows: Sequence[Mapping[str, str]], root: Path = DATA) -> None:
    """Put rows in place of those of a table; its columns stay."""
    target = root / path
    with target.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    part = target.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(target)


class Fits(Mapping[str, Any]):
    """Fitted parameters by name, data/fits/NAME.json, each read when first asked for."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "fits"
        self._read: dict[str, Any] = {}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(sorted(p.stem for p in self._folder.glob("*.json")))

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            path = self._folder / f"{name}.json"
            if not path.is_file():
                raise FitError(f"data/fits/{name}.json is missing: run validate --refit --write")
            self._read[name] = json.loads(path.read_text(encoding="utf-8"))
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
