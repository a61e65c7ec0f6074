"""What the engine says: a key of the catalogue and typed values, turned into words at the end.

The engine states, whoever shows it says::

    from estimator.words.statement import Share, Usd, state

    state("risk.target", chance=Share(0.6), lost=Usd(22_140.0))     # in the engine
    statement.say(style)             # in the reader's language and currency (words.format.Style)
    str(statement)                   # in English and USD, as the JSON keeps it

Texts stand in ``catalogue/<language>/*.yaml``, one file per room; every language has every key::

    risk.target: "It misses the target in {chance:cases}; {lost} is spent before that is known."

What follows the colon in a text is how a value is written (the forms each class names) or, with
``=``, the plural forms of a word: ``{n:one=# label|other=# labels}``. A plain str, int or float
among the values is a text of the user or of a table (never translated), a count or a number; a
statement may hold statements. In JSON a statement is ``{key, values}`` and each value
``{class: its fields}``; a field or list X of statements keeps its English text in X and its
statements in ``X_statements``, and ``said`` reads both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from estimator.errors import InputError, shown
from estimator.words.format import Style
from estimator.words.texts import Filler, plural, say, text_of
from estimator.words.values import (
    Approach,
    Count,
    Date,
    Field,
    Hours,
    Metric,
    Months,
    Number,
    Points,
    Setting,
    Share,
    Task,
    Term,
    Text,
    Usd,
    Value,
    Weeks,
    plain,
)

__all__ = [
    "ENGLISH_USD",
    "Approach",
    "Count",
    "Date",
    "Field",
    "Hours",
    "Listed",
    "Metric",
    "Months",
    "Note",
    "Number",
    "Plain",
    "Points",
    "Setting",
    "Share",
    "Statement",
    "Task",
    "Term",
    "Text",
    "Usd",
    "Value",
    "Weeks",
    "allowed_by",
    "complaint",
    "from_json",
    "joined",
    "listed",
    "said",
    "sentences",
    "state",
    "typed",
    "with_statements",
]

ENGLISH_USD = Style()
WHOLE = ("text", "sentence")
"""Fields that say what their object is: its statement stands beside them as key and values."""


@dataclass(frozen=True)
class Statement(Value):
    """A text of the catalogue with its values."""

    key: str
    values: Mapping[str, Value]

    def say(self, style: Style = ENGLISH_USD) -> str:
        """The sentence in the reader's language and currency."""
        return _Filler(style).vformat(text_of(self.key, style.language), (), self.values)

    def write(self, style: Style, form: str) -> str:
        return self.say(style)

    def __str__(self) -> str:
        return _english(self)

    def __contains__(self, words: str) -> bool:
        """Are these words in what it says in English?"""
        return words in str(self)

    def __hash__(self) -> int:
        return hash((self.key, frozenset(self.values.items())))

    def to_json(self) -> dict[str, Any]:
        """``{key, values}``."""
        return {"key": self.key, "values": {k: plain(v) for k, v in self.values.items()}}


@lru_cache(maxsize=8192)
def _english(told: Statement) -> str:
    """Most sentences of an answer are those of the answer before."""
    return told.say()


@dataclass(frozen=True)
class Listed(Value):
    """Several values: a, b and c; forms ``or``, ``;`` (a; b; c) and ``.`` (sentences)."""

    parts: tuple[Value, ...]

    def write(self, style: Style, form: str) -> str:
        texts = [part.write(style, "") for part in self.parts]
        if form in (";", ".", ","):
            return {";": "; ", ".": " ", ",": ", "}[form].join(texts)
        return style.listed(texts, "or" if form == "or" else "standard")


Plain = Value | str | int | float
Note = Statement | str
"""A remark beside a figure; a plain one is of the source and stays as it is."""


def state(key: str, **values: Plain) -> Statement:
    """A statement; its values may be plain."""
    return Statement(key, {name: typed(value) for name, value in values.items()})


def listed(values: Sequence[Plain]) -> Listed:
    """Several values, plain ones among them."""
    return Listed(tuple(typed(value) for value in values))


def joined(*parts: Plain) -> Statement:
    """Parts one after the other, set off by semicolons; empty ones are left out."""
    return state("joined", parts=listed([part for part in parts if part != ""]))


def sentences(*parts: Statement) -> Statement:
    """Several sentences as one statement."""
    return parts[0] if len(parts) == 1 else state("sentences", parts=listed(parts))


def typed(value: Plain) -> Value:
    """A plain value as a typed one: text, count or number."""
    if isinstance(value, Value):
        return value
    if isinstance(value, str):
        return Text(str(value))
    return Count(value) if isinstance(value, int) else Number(float(value))


class _Filler(Filler):
    """Fills a text with values that write themselves."""

    def __init__(self, style: Style) -> None:
        super().__init__(style.language)
        self.style = style

    def format_field(self, value: Value, format_spec: str) -> str:
        if "=" not in format_spec:
            return value.write(self.style, format_spec)
        n = float(getattr(value, fields(value)[0].name))  # type: ignore[arg-type]
        return plural(n, value.write(self.style, ""), format_spec, self.language)


def from_json(found: Mapping[str, Any]) -> Value:
    """A value as it was written to JSON."""
    if "key" in found:
        return Statement(found["key"], {k: from_json(v) for k, v in found["values"].items()})
    [(kind, parts)] = found.items()
    if kind == "listed":
        return Listed(tuple(from_json(part) for part in parts[0]))
    return Value.kinds[kind](*parts)


def said(holder: Mapping[str, Any], field: str, style: Style) -> tuple[str, ...]:
    """The sentences of a text field, or list of texts, of an answer in the reader's words.

    Parameters
    ----------
    holder : mapping
        A part of the JSON answer; its ``text`` or ``sentence`` has ``key``, ``values`` beside it.
    field : str
        Its field; one without statements is said as it stands.
    """
    if field in WHOLE and "key" in holder:
        return (_spoken(holder, style),)
    statements = holder.get(f"{field}_statements")
    if statements:
        return tuple(_spoken(s, style) for s in statements)
    text = holder.get(field)
    if not text:
        return ()
    return (str(text),) if isinstance(text, str | Statement) else tuple(str(x) for x in text)


def _spoken(found: Mapping[str, Any], style: Style) -> str:
    return from_json({"key": found["key"], "values": found["values"]}).write(style, "")


def complaint(error: Exception, style: Style) -> str:
    """The one sentence of an error in the reader's language."""
    if isinstance(error, InputError):
        values = {"field": error.field, "value": shown(error.value)}
        return say("error.input", style.language, **values, allowed=allowed_by(error, style))
    told = error.args[0] if error.args else ""
    return told.say(style) if isinstance(told, Statement) else str(error)


def allowed_by(error: InputError, style: Style) -> str:
    """What an error says would have been accepted."""
    allowed = error.allowed
    return allowed.say(style) if isinstance(allowed, Statement) else str(allowed)


def with_statements(holder: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping whose statements became English text with ``{key, values}`` beside it."""
    out: dict[str, Any] = {}
    for name, value in holder.items():
        kind = type(value)
        if kind is Statement:
            out[name], parts = str(value), (value,)
        elif (
            (kind is list or kind is tuple)
            and value
            and all(type(part) is Statement for part in value)
        ):
            out[name], parts = [str(part) for part in value], value
        else:
            out[name] = value
            continue
        if name in WHOLE:
            out |= parts[0].to_json()
        else:
            out[f"{name}_statements"] = [part.to_json() for part in parts]
    return out
