"""The audit record of one answer: who, when, inputs, versions, every figure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from estimator.engine.answer import Answer
from estimator.errors import InputError
from estimator.report.moved import moved
from estimator.words.statement import with_statements
from estimator.words.texts import say

RECORD_VERSION = 1
NEEDED = ("record", "inputs", "data_version", "code_version", "results", "sha256")


def canonical(document: Any) -> str:
    """One text for one document: keys sorted, no spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(results: Any) -> str:
    """SHA-256 of the canonical text of the results."""
    return hashlib.sha256(canonical(results).encode("utf-8")).hexdigest()


def make_record(answer: Answer, when: str | None = None, who: str | None = None) -> dict[str, Any]:
    """The record of an answer; ``when`` and ``who`` are what the caller says."""
    return {
        "record": RECORD_VERSION,
        "when": when,
        "who": who,
        "inputs": answer["inputs"],
        "data_version": answer["data_version"],
        "code_version": answer["code_version"],
        "seed": answer["seed"],
        "draws": answer["draws"],
        "results": answer,
        "sha256": digest(answer),
    }


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """The record as a JSON file."""
    return (json.dumps(record, indent=1, allow_nan=False) + "\n").encode("ascii")


def check_record(data: Mapping[str, Any]) -> dict[str, Any]:
    """A record as read from a file; raises InputError where it is none or was changed by hand."""
    for name in NEEDED:
        if name not in data:
            raise InputError(name, None, "a record written by compare --record")
    if data["record"] != RECORD_VERSION:
        raise InputError("record", data["record"], str(RECORD_VERSION))
    if not isinstance(data["results"], Mapping) or not isinstance(data["inputs"], Mapping):
        raise InputError("results", type(data["results"]).__name__, "an object")
    return dict(data)


def compare_records(record: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """What a recomputed answer changes against its record.

    Returns
    -------
    dict
        ``same`` (byte for byte), ``verdict`` in words, ``intact`` (the record's own checksum
        holds), ``moved`` and its statements (why, in sentences), ``versions`` before and now,
        ``changes`` with path, before and now.
    """
    before = record["results"]
    same = canonical(before) == canonical(answer)
    intact = digest(before) == record["sha256"] and before.get("inputs") == record["inputs"]
    changes = [] if same else _changes("", before, answer)
    versions = {
        name: {"before": record.get(name), "now": answer.get(name)}
        for name in ("data_version", "code_version")
    }
    return {
        "same": same,
        "intact": intact,
        "verdict": _verdict(same, intact, changes, versions),
        **with_statements({"moved": [] if same else moved(before, answer)}),
        "versions": versions,
        "changes": changes,
    }


def _verdict(
    same: bool, intact: bool, changes: list[dict[str, Any]], versions: Mapping[str, Any]
) -> str:
    if same and intact:
        return say("replay.same")
    moved = [n.split("_")[0] for n, v in versions.items() if v["before"] != v["now"]]
    what = f"the {' and the '.join(moved)} changed" if moved else "data and code are the same"
    if not intact:
        what += "; the record was altered after it was written"
    return say("replay.changed", n=len(changes), what=what)


def _changes(path: str, before: Any, now: Any) -> list[dict[str, Any]]:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        keys = list(dict.fromkeys([*before, *now]))
        return [
            c
            for k in keys
            for c in _changes(f"{path}.{k}" if path else str(k), before.get(k), now.get(k))
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = enumerate(zip(before, now, strict=True))
        return [c for i, (b, n) in pairs for c in _changes(f"{path}[{i}]", b, n)]
    return [] if before == now else [{"path": path, "before": before, "now": now}]
