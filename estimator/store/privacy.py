"""What the law asks of a store: export, erasure of a user, redaction, retention in days."""

from __future__ import annotations

import base64
import datetime
import json
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, delete, func, select, union, update

from estimator.errors import InputError
from estimator.store import audit, register
from estimator.store.database import Database
from estimator.store.packing import packed, replaced, text_of, unpacked
from estimator.store.people import Actor, Role
from estimator.store.tables import AUDIT, BOOK, METADATA, PEOPLE, SCENARIO, TEAM_BOOK, VERSION

REDACTED = "[redacted]"
FREE = ("name", "note", "context", "source_title", "title", "remark")
"""Fields of a scenario, of its own runs and of results in which people write what they like."""
DOCUMENTS = ("inputs", "shown", "body", "forecast")
"""Columns that hold documents."""
DAYS = (1, 36_500)
NAME_LEAST = 2
"""A shorter name would be found in every text."""
Change = Callable[[str], str]


def export(database: Database) -> Iterator[str]:
    """Everything that is kept, one JSON object a line: its table and its row."""
    with database.reading() as connection:
        for table in METADATA.sorted_tables:
            keys = list(table.primary_key.columns)
            for row in connection.execute(select(table).order_by(*keys)):
                yield json.dumps({"table": table.name, "row": _plain(table, row._mapping)})


def erase(database: Database, actor: Actor, name: str) -> int:
    """Replace a user's name wherever it stands, in texts too; figures stay.

    Returns
    -------
    int
        Rows that changed.
    """
    actor.needs(Role.PRICE_ADMIN)
    if len(name.strip()) < NAME_LEAST:
        raise InputError("user", name, f"a name of at least {NAME_LEAST} characters")
    other = f"erased-{secrets.token_hex(4)}"

    word = re.compile(rf"(?<![\w@.-]){re.escape(name)}(?![\w@-])", re.IGNORECASE)

    def change(text: str) -> str:
        return word.sub(other, text)

    everywhere = not name.isidentifier()
    with database.writing() as connection:
        count = 0
        for table in METADATA.sorted_tables:
            for column in (table.c[c] for c in PEOPLE.get(table, ())):
                done = connection.execute(
                    update(table).where(column == name).values({column.name: other})
                )
                count += done.rowcount
            count += _rewrite(connection, table, change, everywhere)
        audit.note(connection, actor, "erase", other)
    database.scrub()
    return count


def redact(database: Database, actor: Actor, scenario_id: str) -> int:
    """Take the free text out of a scenario: names, notes, remarks of runs; figures stay."""
    actor.needs(Role.EDITOR)
    with database.writing() as connection:
        count = 0
        for table in METADATA.sorted_tables:
            mine = _of_scenario(table, scenario_id)
            if mine is not None:
                count += _rewrite(connection, table, lambda _: REDACTED, where=mine)
        audit.note(connection, actor, "redact", scenario_id)
    database.scrub()
    return count


def retain(
    database: Database, actor: Actor, days: int, today: datetime.datetime | None = None
) -> dict[str, int]:
    """Forget what nobody changed for a number of days.

    Scenarios that were not changed since then go whole, but for the anonymised row of a project
    that was finished; of others the versions that a newer one
    has replaced since before then, unless something was decided on them; lines of the trail go.

    Returns
    -------
    dict
        Table -> rows that went.
    """
    actor.needs(Role.PRICE_ADMIN)
    if not DAYS[0] <= days <= DAYS[1]:
        raise InputError("days", days, f"{DAYS[0]} to {DAYS[1]:,}")
    now = today or datetime.datetime.now(datetime.UTC)
    limit = (now - datetime.timedelta(days=days)).isoformat(timespec="microseconds")
    with database.writing() as connection:
        before = _counts(connection)
        for old in _old(connection, limit):
            register.keep_rows(connection, database, old)
            connection.execute(delete(SCENARIO).where(SCENARIO.c.id == old))
        _old_versions(connection, limit)
        connection.execute(delete(AUDIT).where(AUDIT.c.at < limit))
        team = select(func.max(TEAM_BOOK.c.id)).scalar_subquery()
        connection.execute(delete(TEAM_BOOK).where(TEAM_BOOK.c.id != team))
        used = union(
            select(VERSION.c.book_sha256).where(VERSION.c.book_sha256.is_not(None)),
            select(TEAM_BOOK.c.sha256),
        )
        connection.execute(delete(BOOK).where(BOOK.c.at < limit).where(BOOK.c.sha256.not_in(used)))
        after = _counts(connection)
        audit.note(connection, actor, "retention", shown=f"{days} days")
    database.scrub()
    return {name: max(before[name] - after[name], 0) for name in before}


def _old(connection: Connection, limit: str) -> list[str]:
    """Scenarios whose newest sign of life lies before the limit."""
    fresh: set[str] = set()
    for table in METADATA.sorted_tables:
        if "scenario_id" in table.c and "at" in table.c:
            query = select(table.c.scenario_id).where(table.c.at >= limit)
            fresh |= {str(row[0]) for row in connection.execute(query)}
    query = select(SCENARIO.c.id).where(SCENARIO.c.changed_at < limit)
    return [str(row[0]) for row in connection.execute(query) if str(row[0]) not in fresh]


def _old_versions(connection: Connection, limit: str) -> None:
    decision = METADATA.tables["decision"]
    query = select(decision.c.scenario_id, decision.c.version)
    decided = {(row.scenario_id, row.version) for row in connection.execute(query)}
    heads = connection.execute(select(SCENARIO.c.id, SCENARIO.c.version))
    newest = {row.id: row.version for row in heads}
    rows = connection.execute(
        select(VERSION.c.scenario_id, VERSION.c.version).where(VERSION.c.at < limit)
    ).all()
    for scenario_id, version in (tuple(row) for row in rows):
        if newest[scenario_id] != version and (scenario_id, version) not in decided:
            where = (VERSION.c.scenario_id == scenario_id) & (VERSION.c.version == version)
            connection.execute(delete(VERSION).where(where))


def _counts(connection: Connection) -> dict[str, int]:
    return {
        t.name: int(connection.execute(select(func.count()).select_from(t)).scalar_one())
        for t in METADATA.sorted_tables
    }


def _of_scenario(table: Table, scenario_id: str) -> Any:
    if table is SCENARIO:
        return SCENARIO.c.id == scenario_id
    return table.c.scenario_id == scenario_id if "scenario_id" in table.c else None


def _rewrite(
    connection: Connection,
    table: Table,
    change: Change,
    everywhere: bool = False,
    where: Any = None,
) -> int:
    """Change the free text of a table's rows, or every text in their documents.

    Returns
    -------
    int
        Rows that changed.
    """
    keys = list(table.primary_key.columns)
    query = select(table) if where is None else select(table).where(where)
    changed = 0
    for row in connection.execute(query).all():
        now = dict(row._mapping)
        new = {
            name: _changed(name, value, change, everywhere)
            for name, value in now.items()
            if name in (*FREE, *DOCUMENTS) and value
        }
        new = {name: value for name, value in new.items() if value != now[name]}
        if new:
            at = [column == now[column.name] for column in keys]
            connection.execute(update(table).where(*at).values(new))
            changed += 1
    return changed


def _changed(name: str, value: Any, change: Change, everywhere: bool) -> Any:
    if name in FREE:
        return change(value)
    if isinstance(value, bytes | memoryview):
        before = unpacked(bytes(value))
        after = _in(before, change, everywhere)
        return value if before == after else packed(after)
    if not value.startswith("{"):
        return value
    return text_of(_in(json.loads(value), change, everywhere))


def _in(document: dict[str, Any], change: Change, everywhere: bool) -> dict[str, Any]:
    """A scenario, an answer or a result with its free text changed, or every text in it."""
    if everywhere:
        whole: dict[str, Any] = replaced(document, change)
        return whole
    out = dict(document)
    for name, value in document.items():
        if name in FREE and isinstance(value, str) and value:
            out[name] = change(value)
        elif name == "inputs" and isinstance(value, dict):
            out[name] = _in(value, change, everywhere)
        elif name == "own_runs" and isinstance(value, list):
            out[name] = [_in(run, change, everywhere) for run in value]
    return out


def _plain(table: Table, row: Any) -> dict[str, Any]:
    """A row for the export: packed documents open, JSON texts as they stand."""
    out: dict[str, Any] = {}
    for column in table.columns:
        value = row[column.name]
        if isinstance(column.type, LargeBinary) and value is not None:
            value = unpacked(bytes(value))
        out[column.name] = base64.b64encode(value).decode() if isinstance(value, bytes) else value
    return out
