"""Reading what is given as text: one parser for scenario files, links and records.

YAML 1.2 scalars (``1.1e8`` is a number, ``NO`` is a text); no aliases, no tags, no key twice; at
most ``TEXT_LIMIT`` characters, ``VALUES_LIMIT`` values and ``DEPTH_LIMIT`` levels, so that a small
text cannot be unfolded into a large one.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from estimator.errors import InputError, shown

TEXT_LIMIT = 1_000_000
VALUES_LIMIT = 20_000
"""200 own runs of 40 columns with their names are 16,000."""
DEPTH_LIMIT = 12
DIGITS_LIMIT = 400
FILE, ONCE = "scenario file", "each field once"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"~", "null", "Null", "NULL", ""}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9][0-9_]*")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?")
_NAMED = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def parse(text: str) -> Any:
    """The content of a YAML or JSON text as plain values.

    Raises
    ------
    InputError
        Too long, not valid, or with what a scenario may not hold; the message names the line.
    """
    if len(text) > TEXT_LIMIT:
        raise InputError(FILE, text[:20], f"at most {TEXT_LIMIT:,} characters")
    if "\0" in text:
        raise InputError(FILE, "\0", "UTF-8 text")
    if not text.lstrip().startswith("{"):
        return _yaml(text)
    try:
        return parse_json(text)
    except InputError as error:
        if not error.field.startswith("line "):
            raise
        try:
            return _yaml(text)
        except InputError:
            raise error from None


def parse_any(text: str) -> Any:
    """As :func:`parse`, and TOML: what is no mapping in YAML or JSON but one in TOML."""
    try:
        found = parse(text)
    except InputError:
        found = _toml(text)
        if found is None:
            raise
        return found
    return (_toml(text) or found) if isinstance(found, str) else found


def _toml(text: str) -> dict[str, Any] | None:
    if len(text) > TEXT_LIMIT or "\0" in text:
        return None
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return found if _is_small(found) else None


def _is_small(found: Any) -> bool:
    """Whether a value keeps the limits on levels and values."""
    level, seen = [found], 0
    for _ in range(DEPTH_LIMIT):
        inner = [v for v in level if isinstance(v, dict | list)]
        level = [x for v in inner for x in (v.values() if isinstance(v, dict) else v)]
        seen += len(level)
        if seen > VALUES_LIMIT:
            return False
    return not any(isinstance(v, dict | list) for v in level)


def parse_json(text: str) -> Any:
    """The content of a JSON text: no key twice, no NaN, no number that overflows."""
    try:
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        raise InputError(f"line {error.lineno}", error.msg, "valid JSON") from None
    except RecursionError:
        raise InputError(FILE, "deep nesting", f"at most {DEPTH_LIMIT} levels") from None
    except ValueError as error:
        raise InputError(FILE, str(error)[:60], "valid JSON") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        seen: set[str] = set()
        twice = next(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
        raise InputError(twice, "two values", ONCE)
    return out


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _yaml(text: str) -> Any:
    events = _events(text)
    try:
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                found = _built(event, events, 1)
                break
        else:
            return None
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                raise _refusal(event, "a second document", "one document")
        return found
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}" if error.problem_mark else FILE
        raise InputError(where, str(error.problem or error.context), "valid YAML") from None
    except (yaml.YAMLError, ValueError) as error:
        first = (str(error).splitlines() or ["unreadable"])[0]
        raise InputError(FILE, first, "valid YAML") from None


def _events(text: str) -> Iterator[Any]:
    count = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refusal(event, "aliases (&name, *name)", "every value written out")
        if isinstance(event, yaml.NodeEvent):
            count += 1
            if getattr(event, "tag", None):
                raise _refusal(event, "a tag (!name)", "plain values")
            if count > VALUES_LIMIT:
                raise _refusal(event, f"more than {VALUES_LIMIT:,} values", "a smaller file")
        yield event


def _built(event: Any, events: Iterator[Any], depth: int) -> Any:
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event) if event.implicit[0] and not event.style else event.value
    if depth > DEPTH_LIMIT:
        raise _refusal(event, "deep nesting", f"at most {DEPTH_LIMIT} levels")
    if isinstance(event, yaml.SequenceStartEvent):
        listed = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            listed.append(_built(inner, events, depth + 1))
        return listed
    mapped: dict[str, Any] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent):
            raise _refusal(key, "a list or a mapping as a name", "texts as names")
        if key.value in mapped:
            raise _refusal(key, f"the key {shown(key.value)} stands twice", ONCE)
        mapped[key.value] = _built(next(events), events, depth + 1)
    return mapped


def _scalar(event: Any) -> Any:
    text: str = event.value
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    whole = _INT.fullmatch(text)
    if whole or _FLOAT.fullmatch(text):
        if len(text) > DIGITS_LIMIT:
            raise _refusal(event, "a long number", f"numbers of at most {DIGITS_LIMIT} digits")
        return (int if whole else float)(text.replace("_", ""))
    return float(text.replace(".", "", 1)) if _NAMED.fullmatch(text) else text


def _refusal(event: Any, what: str, allowed: str) -> InputError:
    return InputError(f"line {event.start_mark.line + 1}", what, allowed)
