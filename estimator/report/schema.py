"""JSON Schema of the results (CONTRACT section 4), made of the types in ``engine.answer``."""

from __future__ import annotations

import types
from enum import Enum
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints

from estimator.engine.answer import Answer

Schema = dict[str, Any]

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def results_schema() -> Schema:
    """Schema (draft 2020-12) of ``compare --json``; fields may be added, never renamed."""
    body = schema_of(Answer)
    body["properties"]["schema"] = {"const": 1}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**head, "title": "Results of compare", **body}


def schema_of(kind: Any) -> Schema:
    """Schema of a type: plain values, lists, mappings, unions, typed dictionaries.

    Raises
    ------
    TypeError
        For any other type.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Any:
        return {}
    if origin is Annotated:
        return _narrowed(schema_of(parts[0]), kind.__metadata__[0])
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if origin in (Union, types.UnionType):
        return _one_of([schema_of(part) for part in parts])
    if origin is list:
        return {"type": "array", "items": schema_of(parts[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(parts[1])}
    if hasattr(kind, "__required_keys__"):
        return _object(kind)
    raise TypeError(f"no JSON Schema of {kind}")


def _object(kind: Any) -> Schema:
    hints = get_type_hints(kind, include_extras=True)
    optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
    plain = {n: get_args(h)[0] if n in optional else h for n, h in hints.items()}
    return {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n", 1)[0],
        "required": [name for name in hints if name not in optional],
        "properties": {name: schema_of(hint) for name, hint in plain.items()},
    }


def _narrowed(schema: Schema, by: Any) -> Schema:
    if isinstance(by, type) and issubclass(by, Enum):
        return {**schema, "enum": [str(word) for word in by]}
    return {**schema, **by}


def _one_of(schemas: list[Schema]) -> Schema:
    if all(set(schema) == {"type"} for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    return {"anyOf": schemas}
