"""A scenario as the query of a link, and back.

Only values that differ from the defaults of the task travel. A short scenario is readable
(``v=1&task=sentiment&n_labelled_to_buy=2000``); a longer one is packed into one field ``z``.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from estimator.engine.groups import QUANTITIES
from estimator.engine.inputs import GROUPS, ProjectInputs
from estimator.errors import InputError, printable
from estimator.reading import ONCE, parse_json

VERSION = "1"
LIMIT = 2000
"""Characters a link may have, its address included."""
ADDRESS_ALLOWANCE = 200
READ_LIMIT = 16_000
UNPACKED_LIMIT = 200_000
FIELD_LIMIT = 400
NEVER = ("own_runs", "prices", *(f"own_factors.{name}" for name in QUANTITIES))
"""Fields that travel as a scenario file only."""
DROP_ORDER = ("pilot", "options", "assumptions", "models", "people.usd_per_week", "limits.regions")
PAGE_KEYS = {"embed", "embed_options", "view", "tab", "lang", "page", "preset"}
"""Keys of the page itself; they stand in the same query and are no inputs."""


@dataclass(frozen=True)
class Link:
    """A made link: the query without ``?``, and the fields that it could not hold."""

    query: str
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """A read link: the scenario, sentences about what was missing, and the figures it carried."""

    inputs: ProjectInputs
    notes: tuple[str, ...]
    was: str = ""


def changed_values(inputs: ProjectInputs) -> dict[str, Any]:
    """Dotted path -> value of everything that differs from the defaults of the task."""
    now = _leaves(inputs.to_dict())
    usual = _leaves(ProjectInputs.from_dict({"task": str(inputs.task)}).to_dict())
    changed = {k: v for k, v in now.items() if v != usual.get(k)}
    return {"task": str(inputs.task), **changed}


def _leaves(data: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in data.items():
        if key in GROUPS:
            out |= {f"{key}.{name}": item for name, item in value.items()}
        else:
            out[key] = value
    return out


def encode(inputs: ProjectInputs, price_hash: str | None = None, was: str = "") -> Link:
    """The link of a scenario.

    Parameters
    ----------
    inputs : ProjectInputs
    price_hash : str, optional
        Content hash of the scenario's own price book; the link carries it so that whoever opens
        the link is told that the book is absent.
    was : str
        Figures of ``sent.figures_sent``; left out where the link would be too long.

    Returns
    -------
    Link
        At most ``LIMIT`` characters with an address of usual length.
    """
    values = changed_values(inputs)
    left_out = list(dict.fromkeys(k.partition(".")[0] for k in NEVER if k in values))
    values = {k: v for k, v in values.items() if k not in NEVER}
    for field in ("", *DROP_ORDER, "name"):
        if field:
            if field not in values:
                continue
            left_out.append(field)
            del values[field]
        query = _query(values, left_out, price_hash)
        if len(query) <= LIMIT - ADDRESS_ALLOWANCE:
            break
    carried = f"{query}&{urlencode({'was': was}, quote_via=quote, safe=':,')}" if was else query
    fits = len(carried) <= LIMIT - ADDRESS_ALLOWANCE
    return Link(carried if fits else query, tuple(left_out))


def _query(values: dict[str, Any], left_out: list[str], price_hash: str | None) -> str:
    head = {"v": VERSION}
    if left_out:
        head["without"] = ",".join(left_out)
    if price_hash:
        head["price_book"] = price_hash
    plain = urlencode(
        {**head, **{k: _written(v) for k, v in values.items()}}, quote_via=quote, safe=":,"
    )
    if len(plain) <= LIMIT - ADDRESS_ALLOWANCE:
        return plain
    packed = zlib.compress(json.dumps(values, separators=(",", ":")).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return urlencode({**head, "z": text}, quote_via=quote, safe=":,")


def _written(value: Any) -> str:
    if isinstance(value, str) and not _reads_as_json(value):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _reads_as_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _read(text: str) -> Any:
    """A value of a query: JSON where it is JSON, else the text itself."""
    try:
        return parse_json(text)
    except InputError as error:
        if error.allowed == ONCE:
            raise
        return text


def decode(link: str) -> Opened:
    """The scenario of a link or of its query.

    Raises
    ------
    InputError
        Too long, another version, not readable, or a value that a scenario may not have.
    """
    if len(link) > READ_LIMIT:
        raise InputError("link", link[:40], f"at most {READ_LIMIT} characters")
    try:
        query = urlsplit(link).query if "?" in link else link.lstrip("?")
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=FIELD_LIMIT)
    except ValueError:
        raise InputError("link", link[:40], f"a link with at most {FIELD_LIMIT} fields") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = next(k for k in fields if sum(k == other for other, _ in pairs) > 1)
        raise InputError(f"link.{twice}", "two values", ONCE)
    return from_query(fields)


def from_query(fields: dict[str, str]) -> Opened:
    """The scenario of a query that is already split into fields; page keys are ignored."""
    version = fields.get("v", VERSION)
    if version != VERSION:
        raise InputError("link.v", version, VERSION)
    inputs = {k: v for k, v in fields.items() if k not in PAGE_KEYS | _HEAD}
    values: dict[str, Any] = {k: _read(v) for k, v in inputs.items()}
    if "z" in fields:
        values = {**_unpacked(fields["z"]), **values}
    if "task" not in values:
        raise InputError("link.task", None, "a link that names its task")
    known = set(_leaves(ProjectInputs.from_dict({"task": values["task"]}).to_dict()))
    data: dict[str, Any] = {}
    notes: list[str] = []
    for path, value in values.items():
        if path not in known or path in NEVER:
            notes.append(f"The link holds {path[:60]!r}, which is no field of a scenario here.")
            continue
        group, _, leaf = path.partition(".")
        if leaf:
            data.setdefault(group, {})[leaf] = value
        else:
            data[path] = value
    lost = [f for f in fields.get("without", "").split(",") if f in known]
    if lost:
        notes.append(f"The link was made without {', '.join(lost)}; ask for the scenario file.")
    if "price_book" in fields:
        notes.append("The link was made with an own price book, which is not here.")
    notes += [str(n) for n in ProjectInputs.notes_on(data)]
    was = fields.get("was", "")[:FIELD_LIMIT]
    return Opened(ProjectInputs.from_dict(data), tuple(map(printable, notes)), was)


_HEAD = {"v", "z", "without", "price_book", "was"}


def _unpacked(text: str) -> dict[str, Any]:
    bad = InputError("link.z", text[:20], "what a link of this page holds, whole and unchanged")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        engine = zlib.decompressobj()
        plain = engine.decompress(raw, UNPACKED_LIMIT)
        if engine.unconsumed_tail or not engine.eof:
            raise bad
        values = parse_json(plain.decode("utf-8"))
    except (binascii.Error, zlib.error, ValueError, InputError):
        raise bad from None
    if not isinstance(values, dict):
        raise bad
    return {str(k): v for k, v in values.items()}
