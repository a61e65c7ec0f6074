"""What is swept: a base scenario and the values that vary, or whole scenarios, in parts."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estimator.engine.inputs import ProjectInputs
from estimator.engine.many import LINEAR
from estimator.errors import InputError

MOST_SCENARIOS = 100_000_000
MOST_FIELDS = 24
PART, PART_WITH_PLANS = 2000, 200
"""Scenarios of a part: what a killed run loses at most."""
CHEAP = frozenset(f"{group}.{name}" for group, name in LINEAR)
"""Fields that are varied innermost, as scenarios that differ in them alone are priced together."""
FIXED = frozenset({"prices", "schema", "task"})
NAME_LENGTH = 24
Values = tuple[Any, ...]


@dataclass(frozen=True)
class Header:
    """What all scenarios of a sweep share and every part names."""

    base: Mapping[str, Any]
    paths: tuple[str, ...]
    kinds: tuple[str, ...]
    """``number``, ``flag`` or ``text`` of each varied field."""
    data_version: str
    code_version: str
    plans: bool
    prices: str | None = None

    def identity(self) -> dict[str, Any]:
        """What a part is named by besides its scenarios."""
        return {
            "base": self.base,
            "paths": list(self.paths),
            "data_version": self.data_version,
            "code_version": self.code_version,
            "plans": self.plans,
        }


@dataclass(frozen=True)
class Row:
    """One scenario: its number in the order of the spec, varied values, or all of it."""

    number: int
    values: Values
    whole: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Task:
    """One part: computed alone, anywhere, twice with the same result."""

    header: Header
    rows: tuple[Row, ...]
    folder: str

    @property
    def name(self) -> str:
        """Hash of the part's scenarios and of what computes them."""
        told = {
            **self.header.identity(),
            "rows": [[r.number, list(r.values), r.whole] for r in self.rows],
        }
        text = json.dumps(told, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:NAME_LENGTH]


@dataclass(frozen=True)
class Grid:
    """Every combination of the values of some fields; computed from a number, never listed."""

    paths: tuple[str, ...]
    values: tuple[Values, ...]

    def __len__(self) -> int:
        return math.prod(map(len, self.values))

    def rows(self, start: int, stop: int) -> Iterator[Row]:
        """Scenarios by their place in the order of work: fields that only cost money innermost."""
        n = len(self.paths)
        order = sorted(range(n), key=lambda k: self.paths[k] in CHEAP)
        for place in range(start, min(stop, len(self))):
            index, rest = [0] * n, place
            for k in reversed(order):
                rest, index[k] = divmod(rest, len(self.values[k]))
            number = 0
            for k in range(n):
                number = number * len(self.values[k]) + index[k]
            yield Row(number, tuple(self.values[k][index[k]] for k in range(n)))

    def column(self, k: int) -> Sequence[Any]:
        """The values of a field."""
        return self.values[k]


@dataclass(frozen=True)
class Listed:
    """Scenarios one by one."""

    paths: tuple[str, ...]
    listed: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.listed)

    def rows(self, start: int, stop: int) -> Iterator[Row]:
        """Scenarios in the order of work."""
        yield from self.listed[start:stop]

    def column(self, k: int) -> Sequence[Any]:
        """The values of a field."""
        return [r.values[k] for r in self.listed]


def in_order(paths: Sequence[str], values: Sequence[Values]) -> Listed:
    """A list in the order of work: scenarios that share most stand together."""
    dear = [k for k, path in enumerate(paths) if path not in CHEAP]
    rows = [Row(number, tuple(v)) for number, v in enumerate(values)]
    rows.sort(key=lambda r: [_sortable(r.values[k]) for k in dear])
    return Listed(tuple(paths), tuple(rows))


def _sortable(value: Any) -> tuple[int, float, str]:
    if isinstance(value, bool | int | float):
        return (0, float(value), "")
    return (1, 0.0, "" if value is None else json.dumps(value, sort_keys=True))


def whole_scenarios(scenarios: Sequence[Mapping[str, Any]]) -> Listed:
    """Scenarios of their own; where they differ stands in the columns."""
    flats = [_flat(s) for s in scenarios]
    every = list(dict.fromkeys(path for flat in flats for path in flat))
    paths = [p for p in every if len({json.dumps(f.get(p), sort_keys=True) for f in flats}) > 1]
    rows = (
        Row(number, tuple(flat.get(p) for p in paths), scenario)
        for number, (flat, scenario) in enumerate(zip(flats, scenarios, strict=True))
    )
    return Listed(tuple(paths), tuple(rows))


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            out |= _flat(value, f"{prefix}{key}.")
        else:
            out[prefix + key] = value
    return out


def with_value(data: dict[str, Any], path: str, value: Any) -> None:
    """Set a field of a scenario's mapping by its dotted path; groups are copied, never shared.

    Raises
    ------
    InputError
        Where the path leads through something that is no group.
    """
    head, _, rest = path.partition(".")
    parts = [head, rest] if head == "assumptions" else path.split(".")
    *groups, leaf = parts
    for name in groups:
        inner = data.get(name)
        if inner is not None and not isinstance(inner, Mapping):
            raise InputError(path, value, "a field of a scenario, by its dotted path")
        data[name] = dict(inner or {})
        data = data[name]
    data[leaf] = value


def scenario_of(header: Header, row: Row) -> ProjectInputs:
    """The scenario of a row.

    Raises
    ------
    InputError
        Names the field, the value and what is allowed.
    """
    if row.whole is not None:
        return ProjectInputs.from_dict(dict(row.whole))
    data = dict(header.base)
    for path, value in zip(header.paths, row.values, strict=True):
        with_value(data, path, value)
    return ProjectInputs.from_dict(data)


def kinds_of(source: Grid | Listed) -> tuple[str, ...]:
    """How each varied field is written: numbers, flags, else text."""
    out = []
    for k in range(len(source.paths)):
        values = [v for v in source.column(k) if v is not None]
        if values and all(isinstance(v, bool) for v in values):
            out.append("flag")
        elif all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            out.append("number")
        else:
            out.append("text")
    return tuple(out)


def check_source(base: Mapping[str, Any], source: Grid | Listed) -> None:
    """Every value of every field alone in the base scenario, before hours are spent.

    Raises
    ------
    InputError
        For no scenario, too many, a field that cannot vary, a value that is not allowed.
    """
    if not 1 <= len(source) <= MOST_SCENARIOS:
        raise InputError("scenarios", len(source), f"1 to {MOST_SCENARIOS:,}")
    if isinstance(source, Listed) and source.listed[0].whole is not None:
        return
    if len(source.paths) > MOST_FIELDS:
        raise InputError("fields", len(source.paths), f"at most {MOST_FIELDS}")
    for k, path in enumerate(source.paths):
        if path in FIXED:
            raise InputError(path, "varied", "one for the whole sweep, in the base scenario")
        seen = set()
        for value in source.column(k):
            told = json.dumps(value, sort_keys=True)
            if told not in seen:
                seen.add(told)
                data = dict(base)
                with_value(data, path, value)
                ProjectInputs.from_dict(data)


def tasks(
    header: Header, source: Grid | Listed, folder: str, part: tuple[int, int] = (1, 1)
) -> Iterator[Task]:
    """The parts of a sweep, or every N-th of them from the K-th on."""
    size = part_size(header.plans)
    mine, of = part
    for number, start in enumerate(range(0, len(source), size)):
        if number % of == mine - 1:
            yield Task(header, tuple(source.rows(start, start + size)), folder)


def part_size(plans: bool) -> int:
    """Scenarios of a part."""
    return PART_WITH_PLANS if plans else PART
