"""Reading what the caller gives: scenario files, tables, records."""

from __future__ import annotations

import math
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.cli.output import BadInput, naming
from estimator.errors import shown
from estimator.reading import parse_any, parse_json

if TYPE_CHECKING:
    import pandas as pd

    from estimator.engine.inputs import ProjectInputs

SCENARIO_LIMIT_BYTES = 1_000_000
TABLE_LIMIT_BYTES = 100_000_000
RECORD_LIMIT_BYTES = 50_000_000
NOTHING = ("nan", "na", "n/a", "null", "none")
"""How spreadsheets and statistics programs write a blank number."""


def read_bytes(path: str, limit: int) -> bytes:
    """The bytes of a file (``-``: standard input); BadInput names the file and what is wrong."""
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(limit + 1)
        else:
            file = Path(path)
            if file.is_dir():
                raise BadInput(f"{path}: is a directory; allowed: a file")
            with file.open("rb") as stream:
                raw = stream.read(limit + 1)
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such file") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{path}: cannot be read: {reason}") from error
    if len(raw) > limit:
        raise BadInput(f"{path}: larger than the allowed {limit:,} bytes")
    return raw


def read_text(path: str, limit: int) -> str:
    """The UTF-8 text of a file."""
    try:
        text = read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: is not a text file; allowed: UTF-8 text") from error
    if "\0" in text:
        raise BadInput(f"{path}: is not a text file; allowed: UTF-8 text")
    return text


def load_scenario(path: str) -> ProjectInputs:
    """The scenario of a file; BadInput names file, field, value and what is allowed.

    A configuration of a training framework (YAML, JSON, TOML) is read as one.
    """
    from estimator.engine.compute.configs import as_scenario
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence

    text = read_text(path, SCENARIO_LIMIT_BYTES)
    with naming(path):
        if path.endswith(".toml"):
            _check_toml(text)
        data = parse_any(text)
        data = as_scenario(data, Evidence())
        inputs = ProjectInputs.from_dict(data)
    for note in ProjectInputs.notes_on(data):
        print(f"{path}: {note}", file=sys.stderr)
    return inputs


def _check_toml(text: str) -> None:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"not TOML: {shown(str(error))}") from error


def load_json(path: str, limit: int = RECORD_LIMIT_BYTES) -> dict[str, Any]:
    """A JSON object."""
    text = read_text(path, limit)
    with naming(path):
        data = parse_json(text)
    if not isinstance(data, dict):
        raise BadInput(f"{path}: holds {type(data).__name__}; allowed: a JSON object")
    return data


def load_table(path: str, required: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame:
    """A CSV table: ``required`` columns are there, ``numbers`` are numbers or blank (nan).

    Other columns are kept as text, exactly as they stand in the file.
    """
    import io

    import pandas as pd

    text = read_text(path, TABLE_LIMIT_BYTES)
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise BadInput(f"{path}: not a CSV table: {shown(str(error))}") from error
    missing = [c for c in required if c not in frame.columns]
    if missing:
        raise BadInput(
            f"{path}: column {', '.join(missing)} is missing; needed: {', '.join(required)}"
        )
    for column in numbers:
        if column in frame.columns:
            frame[column] = _numbers(frame[column], path, column)
    return frame


def _numbers(cells: pd.Series, path: str, column: str) -> pd.Series:
    import pandas as pd

    stripped = cells.str.strip().mask(lambda text: text.str.lower().isin(NOTHING), "")
    values = pd.to_numeric(stripped, errors="coerce")
    wrong = (values.isna() & (stripped != "")) | values.abs().eq(math.inf)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise BadInput(
            f"{path}: row {row + 2}, {column}: {shown(cells.iloc[row])} is not allowed; "
            "allowed: a number or nothing"
        )
    return values.astype(float)
