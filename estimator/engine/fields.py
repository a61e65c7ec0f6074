"""Declared fields of a scenario: one declaration gives check, error text and JSON Schema."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Any, NoReturn, TypeVar

from estimator.errors import InputError, printable
from estimator.vocabulary import CURRENCIES, word_of
from estimator.words.statement import Count, Number, Statement, Text, Value, state

TEXT_LIMIT = 200
NAMES_LIMIT, ENTRIES_LIMIT = 100, 200
REQUIRED: Any = dataclasses.MISSING


class FrozenMap(dict[str, Any]):
    """A mapping that hashes and refuses change, for small open sets of names in a scenario."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted((k, repr(v)) for k, v in self.items())))

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a scenario is frozen; use ProjectInputs.replace")

    __setitem__ = __delitem__ = update = pop = clear = setdefault = popitem = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenMap, (dict(self),))


@dataclass(frozen=True)
class Spec:
    """What one field accepts; ``kind`` names the check that is run."""

    kind: str
    doc: str
    low: float = -math.inf
    high: float = math.inf
    optional: bool = False
    choices: tuple[str, ...] = ()
    enum: type[StrEnum] | None = None
    words: tuple[str, ...] = ()

    @property
    def allowed(self) -> Statement:
        """The accepted values."""
        limits: dict[str, dict[str, Value]] = {
            "text": {"n": Count(TEXT_LIMIT)},
            "names": {"n": Count(NAMES_LIMIT)},
            "choice": {"names": Text(", ".join(self.choices))},
        }
        ends: dict[str, Value] = {"low": Number(float(self.low)), "high": Number(float(self.high))}
        bounded = self.kind in ("number", "integer", "numbers")
        told = state(f"allowed.{self.kind}", **(ends if bounded else limits.get(self.kind, {})))
        if self.words:
            told = state("allowed.words", words=", ".join(self.words), other=told)
        return state("allowed.or_null", other=told) if self.optional else told

    def check(self, path: str, value: Any) -> Any:
        """Return the clean value; raise InputError naming path, value and what is allowed."""
        if value is None:
            if self.optional:
                return None
            raise InputError(path, value, self.allowed)
        if self.words and isinstance(value, str) and value in self.words:
            return value
        clean = getattr(self, f"_{self.kind}")(value)
        if clean is None:
            raise InputError(path, value, self.allowed)
        return clean

    def _number(self, value: Any) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) and self.low <= number <= self.high else None

    def _integer(self, value: Any) -> int | None:
        number = self._number(value)
        return int(number) if number is not None and number == int(number) else None

    def _flag(self, value: Any) -> bool | None:
        return value if isinstance(value, bool) else None

    def _text(self, value: Any) -> str | None:
        return printable(value) if isinstance(value, str) and len(value) <= TEXT_LIMIT else None

    def _currency(self, value: Any) -> str | None:
        return value if isinstance(value, str) and value in CURRENCIES else None

    def _choice(self, value: Any) -> Any:
        if not isinstance(value, str):
            return None
        word = value if value in self.choices else word_of(value, self.choices)
        return self.enum(word) if self.enum and word else word

    def _date(self, value: Any) -> str | None:
        try:
            return datetime.date.fromisoformat(str(value)).isoformat()
        except ValueError:
            return None

    def _names(self, value: Any) -> tuple[str, ...] | None:
        if not isinstance(value, list | tuple) or len(value) > NAMES_LIMIT:
            return None
        clean = tuple(self._text(v) for v in value)
        return None if None in clean else clean  # type: ignore[return-value]

    def _numbers(self, value: Any) -> FrozenMap | None:
        if not isinstance(value, Mapping) or len(value) > ENTRIES_LIMIT:
            return None
        clean = {self._text(str(k)) or "": self._number(v) for k, v in value.items()}
        return None if "" in clean or None in clean.values() else FrozenMap(clean)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the field."""
        number: dict[str, Any] = {"minimum": self.low, "maximum": self.high}
        out: dict[str, Any] = {
            "number": {"type": "number", **number},
            "integer": {"type": "integer", **number},
            "flag": {"type": "boolean"},
            "text": {"type": "string", "maxLength": TEXT_LIMIT},
            "choice": {"type": "string", "enum": list(self.choices)},
            "date": {"type": "string", "format": "date"},
            "names": {"type": "array", "items": {"type": "string"}},
            "currency": {"type": "string", "enum": list(CURRENCIES)},
            "numbers": {"type": "object", "additionalProperties": {"type": "number", **number}},
        }[self.kind]
        options = [out]
        if self.words:
            options.append({"type": "string", "enum": list(self.words)})
        if self.optional:
            options.append({"type": "null"})
        body = options[0] if len(options) == 1 else {"anyOf": options}
        return {**body, "description": self.doc}


def _field(default: Any, spec: Spec) -> Any:
    return dataclasses.field(default=default, metadata={"spec": spec})


def number(
    default: float | str | None,
    low: float,
    high: float,
    doc: str,
    optional: bool = False,
    words: tuple[str, ...] = (),
) -> Any:
    """A finite number between two bounds."""
    return _field(default, Spec("number", doc, low, high, optional or default is None, words=words))


def integer(default: int | None, low: int, high: int, doc: str, optional: bool = False) -> Any:
    """A whole number between two bounds."""
    return _field(default, Spec("integer", doc, low, high, optional or default is None))


def flag(default: bool | None, doc: str) -> Any:
    """True or false; null too where that is the default."""
    return _field(default, Spec("flag", doc, optional=default is None))


def currency(default: str, doc: str) -> Any:
    """A currency by its ISO 4217 code."""
    return _field(default, Spec("currency", doc))


def text(default: str | None, doc: str) -> Any:
    """A short text; control characters become spaces."""
    return _field(default, Spec("text", doc, optional=default is None))


def date(doc: str) -> Any:
    """An optional ISO date."""
    return _field(None, Spec("date", doc, optional=True))


def names(doc: str) -> Any:
    """An optional list of names."""
    return _field(None, Spec("names", doc, optional=True))


def numbers(low: float, high: float, doc: str, default: Mapping[str, float] | None = None) -> Any:
    """A mapping of open names to numbers."""
    spec = Spec("numbers", doc, low, high)
    return dataclasses.field(
        default_factory=lambda: FrozenMap(default or {}), metadata={"spec": spec}
    )


def choice(
    default: str | None, options: type[StrEnum] | tuple[str, ...], doc: str, optional: bool = False
) -> Any:
    """One of a closed set of words."""
    enum = options if isinstance(options, type) else None
    words = tuple(str(o) for o in options)
    spec = Spec("choice", doc, optional=optional or default is None, choices=words, enum=enum)
    return _field(default, spec)


@dataclass(frozen=True)
class Checked:
    """A group of fields that checks itself when it is made."""

    def __post_init__(self) -> None:
        self._check("")

    def _check(self, prefix: str) -> None:
        for f in dataclasses.fields(self):
            spec = f.metadata.get("spec")
            if spec is not None:
                object.__setattr__(self, f.name, spec.check(prefix + f.name, getattr(self, f.name)))


PLAIN = frozenset({str, int, float, bool, type(None)})


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind))


def plain(value: Any) -> Any:
    """A value of a scenario as JSON."""
    kind: Any = type(value)
    if kind in PLAIN:
        return value
    if isinstance(value, Checked):
        return {name: plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value.value if isinstance(value, Enum) else value


GroupT = TypeVar("GroupT", bound=Checked)


def build(cls: type[GroupT], data: Any, path: str) -> GroupT:
    """Make a group from a mapping; errors carry the full dotted path."""
    if not isinstance(data, Mapping):
        raise InputError(path, data, state("allowed.group"))
    known = {f.name for f in dataclasses.fields(cls)}
    for key in data:
        if key not in known:
            names = ", ".join(sorted(known))
            raise InputError(f"{path}.{key}", data[key], state("allowed.no_field", names=names))
    try:
        return cls(**{str(k): v for k, v in data.items()})
    except InputError as error:
        raise InputError(f"{path}.{error.field}", error.value, error.allowed) from None
    except TypeError:
        missing = [
            f.name
            for f in dataclasses.fields(cls)
            if f.name not in data
            and f.default is dataclasses.MISSING
            and f.default_factory is dataclasses.MISSING
        ]
        needed = state("allowed.needs", names=", ".join(missing))
        raise InputError(path, dict(data), needed) from None


def group_schema(cls: type[Checked]) -> dict[str, Any]:
    """JSON Schema of a group."""
    properties = {
        f.name: f.metadata["spec"].schema() for f in dataclasses.fields(cls) if "spec" in f.metadata
    }
    required = [
        f.name
        for f in dataclasses.fields(cls)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": required} if required else {})
