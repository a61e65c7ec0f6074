"""Reading what the caller gives: scenario files, tables, records."""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from estimator.cli.output import BadInput, naming
from estimator.errors import InputError

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


class _Loader(yaml.SafeLoader):
    """YAML 1.2 scalars (1.1e8 is a number, NO is a text), no aliases, no key twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases, with which a small file can be made huge."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(
                None, None, "aliases (*name) are not allowed", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands twice, where YAML would keep the last."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            if isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9][0-9_]*$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)

_Loader.add_constructor(
    "tag:yaml.org,2002:int",
    lambda loader, node: int(str(node.value).replace("_", "")),
)


def parse(text: str, path: str) -> Any:
    """The content of a YAML or JSON text."""
    try:
        if text.lstrip().startswith("{"):
            return json.loads(text, object_pairs_hook=_unique)
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}" if mark else "the file"
        raise BadInput(f"{path}: {where}: {error.problem or error.context}") from error
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}: line {error.lineno}: not valid JSON: {error.msg}") from error
    except InputError as error:
        raise BadInput(f"{path}: {error}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{path}: not valid YAML or JSON: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        twice = next(k for k, _ in pairs if sum(k == other for other, _ in pairs) > 1)
        raise InputError(twice, "two values", "each field once")
    return out


def load_scenario(path: str) -> ProjectInputs:
    """The scenario of a file; BadInput names file, field, value and what is allowed."""
    from estimator.engine.inputs import ProjectInputs

    data = parse(read_text(path, SCENARIO_LIMIT_BYTES), path)
    with naming(path):
        return ProjectInputs.from_dict(data)


def load_json(path: str, limit: int = RECORD_LIMIT_BYTES) -> dict[str, Any]:
    """A JSON object."""
    text = read_text(path, limit)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}: line {error.lineno}: not valid JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: not valid JSON: {error}") from error
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
        raise BadInput(f"{path}: not a CSV table: {error}") from error
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
            f"{path}: row {row + 2}, {column}: {cells.iloc[row]!r} is not allowed; "
            "allowed: a number or nothing"
        )
    return values.astype(float)
