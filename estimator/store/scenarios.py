"""Scenarios with versions: kept, opened, restored, shared; two writers never lose a version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, or_, select, update

from estimator.errors import InputError, StoreError
from estimator.store import audit
from estimator.store.database import Database
from estimator.store.packing import clean, digest, new_id, now, packed, text_of, unpacked
from estimator.store.people import Actor, Role
from estimator.store.tables import BOOK, NAME, NOTE, SCENARIO, VERSION
from estimator.words.statement import Date, Text, state

BOOK_LIMIT = 20_000_000


@dataclass(frozen=True)
class Kept:
    """A scenario in the list."""

    id: str
    name: str
    owner: str
    shared: bool
    version: int
    created_at: str
    changed_at: str


@dataclass(frozen=True)
class Version:
    """One state of a scenario: what was typed and what was shown."""

    scenario_id: str
    version: int
    at: str
    who: str
    note: str
    restored_from: int | None
    inputs: Mapping[str, Any]
    data_version: str
    code_version: str
    shown: Mapping[str, Any] | None
    shown_sha256: str
    book_sha256: str | None

    @property
    def name(self) -> str:
        """The project's name in this version."""
        return str(self.inputs.get("name", ""))


class Conflict(StoreError):
    """Somebody saved in between; nothing was written.

    Attributes
    ----------
    theirs : Version
        The newest version, as it stands.
    base : Version or None
        The version that both began with.
    """

    def __init__(self, theirs: Version, base: Version | None) -> None:
        self.theirs, self.base = theirs, base
        who = state("store.someone") if not theirs.who else Text(theirs.who)
        super().__init__(
            state("store.conflict", n=theirs.version, who=who, at=Date(theirs.at[:10]))
        )


def save(
    database: Database,
    actor: Actor,
    inputs: Mapping[str, Any],
    shown: Mapping[str, Any] | None = None,
    scenario_id: str | None = None,
    based_on: int | None = None,
    note: str = "",
    shared: bool = True,
    book: str | None = None,
) -> Kept:
    """Keep a scenario: as a new one, or as the next version of one that was opened.

    Parameters
    ----------
    database : Database
    actor : Actor
    inputs : mapping
        The scenario as ``ProjectInputs.to_dict`` gives it.
    shown : mapping or None
        The answer as it was on the screen.
    scenario_id, based_on : str, int
        The scenario and the version that the change began with; None: a new scenario.
    note : str
        Why it was changed.
    shared : bool
        May the team see a new scenario?
    book : str or None
        Text of the own price book that ``inputs["prices"]`` names.

    Raises
    ------
    Conflict
        A newer version than ``based_on`` is there.
    """
    actor.needs(Role.EDITOR)
    with database.writing() as connection:
        if scenario_id is None:
            scenario_id = _created(connection, actor, inputs, shared)
            version = 1
        else:
            version = _next(connection, database, actor, scenario_id, based_on, inputs)
        book_sha = keep_book(connection, database, actor, book)
        _write(connection, actor, scenario_id, version, inputs, shown, note, book_sha)
        return _kept(connection, scenario_id)


def restore(
    database: Database, actor: Actor, scenario_id: str, version: int, based_on: int
) -> Kept:
    """Make an old version the newest one again, as a version of its own."""
    actor.needs(Role.EDITOR)
    old = opened(database, actor, scenario_id, version, trace=False)
    with database.writing() as connection:
        to = _next(connection, database, actor, scenario_id, based_on, old.inputs)
        _write(
            connection, actor, scenario_id, to, old.inputs, old.shown, old.note, old.book_sha256,
            version, (old.data_version, old.code_version),
        )  # fmt: skip
        return _kept(connection, scenario_id)


def share(database: Database, actor: Actor, scenario_id: str, shared: bool) -> Kept:
    """Show a scenario to the team, or to its owner only."""
    actor.needs(Role.EDITOR)
    with database.writing() as connection:
        kept = _kept(connection, scenario_id, actor)
        if kept.owner != actor.name and actor.role < Role.PRICE_ADMIN:
            raise StoreError(state("store.not_owner"))
        where = SCENARIO.c.id == scenario_id
        connection.execute(update(SCENARIO).where(where).values(shared=shared))
        audit.note(connection, actor, "share" if shared else "unshare", scenario_id)
        return _kept(connection, scenario_id)


def remove(database: Database, actor: Actor, scenario_id: str) -> None:
    """Take a scenario away with all its versions, results and decisions; its owner may."""
    actor.needs(Role.EDITOR)
    with database.writing() as connection:
        kept = _kept(connection, scenario_id, actor)
        if kept.owner != actor.name and actor.role < Role.PRICE_ADMIN:
            raise StoreError(state("store.not_owner"))
        connection.execute(delete(SCENARIO).where(SCENARIO.c.id == kept.id))
        audit.note(connection, actor, "remove", scenario_id)
    database.scrub()


def listed(database: Database, actor: Actor) -> list[Kept]:
    """What this visitor may open, last changed first."""
    query = _visible(actor).order_by(SCENARIO.c.changed_at.desc(), SCENARIO.c.id)
    with database.reading() as connection:
        return [Kept(**row._mapping) for row in connection.execute(query)]


def history(database: Database, actor: Actor, scenario_id: str) -> list[Version]:
    """Every version, newest first, without the figures that were shown."""
    with database.reading() as connection:
        _kept(connection, scenario_id, actor)
        query = select(VERSION).where(VERSION.c.scenario_id == scenario_id)
        rows = connection.execute(query.order_by(VERSION.c.version.desc())).all()
    return [_version(row, with_shown=False) for row in rows]


def opened(
    database: Database,
    actor: Actor,
    scenario_id: str,
    version: int | None = None,
    trace: bool = True,
) -> Version:
    """One version whole, the newest by default; that it was opened is noted."""
    with database.writing() if trace else database.reading() as connection:
        kept = _kept(connection, scenario_id, actor)
        found = _at(connection, scenario_id, kept.version if version is None else version)
        if found is None:
            raise StoreError(state("store.no_version", n=int(version or 0), id=scenario_id))
        if trace:
            audit.note(connection, actor, "open", scenario_id, found.version)
    return found


def book_text(database: Database, sha256: str) -> str | None:
    """The text of a kept price book."""
    with database.reading() as connection:
        found = connection.execute(select(BOOK.c.text).where(BOOK.c.sha256 == sha256)).scalar()
    return None if found is None else str(found)


def _visible(actor: Actor | None) -> Select[Any]:
    query = select(*(SCENARIO.c[name] for name in Kept.__dataclass_fields__))
    if actor is None:
        return query
    return query.where(or_(SCENARIO.c.shared, SCENARIO.c.owner == actor.name))


def _kept(connection: Connection, scenario_id: str, actor: Actor | None = None) -> Kept:
    wanted = clean(scenario_id, 40)
    row = connection.execute(_visible(actor).where(SCENARIO.c.id == wanted)).first()
    if row is None:
        raise StoreError(state("store.no_scenario", id=wanted))
    return Kept(**row._mapping)


def _created(connection: Connection, actor: Actor, inputs: Mapping[str, Any], shared: bool) -> str:
    scenario_id, at = new_id(), now()
    values = {
        "id": scenario_id, "name": clean(inputs.get("name"), NAME), "owner": actor.name,
        "shared": shared, "version": 1, "created_at": at, "changed_at": at,
    }  # fmt: skip
    connection.execute(insert(SCENARIO).values(values))
    return scenario_id


def _next(
    connection: Connection,
    database: Database,
    actor: Actor,
    scenario_id: str,
    based_on: int | None,
    inputs: Mapping[str, Any],
) -> int:
    """Take the number of the next version, or say who took it before."""
    kept = _kept(connection, scenario_id, actor)
    base = kept.version if based_on is None else based_on
    mine = (SCENARIO.c.id == scenario_id) & (SCENARIO.c.version == base)
    name = clean(inputs.get("name"), NAME)
    done = connection.execute(
        update(SCENARIO).where(mine).values(version=base + 1, changed_at=now(), name=name)
    )
    if done.rowcount == 1:
        return base + 1
    theirs = _at(connection, scenario_id, _kept(connection, scenario_id).version)
    if theirs is None:
        raise StoreError(state("store.no_scenario", id=scenario_id))
    raise Conflict(theirs, _at(connection, scenario_id, base))


def _write(
    connection: Connection,
    actor: Actor,
    scenario_id: str,
    version: int,
    inputs: Mapping[str, Any],
    shown: Mapping[str, Any] | None,
    note: str,
    book_sha256: str | None,
    restored_from: int | None = None,
    made_by: tuple[str, str] = ("", ""),
) -> None:
    given, text = shown or {}, text_of(dict(inputs))
    values = {
        "scenario_id": scenario_id,
        "version": version,
        "at": now(),
        "who": actor.name,
        "note": clean(note, NOTE),
        "restored_from": restored_from,
        "inputs": text,
        "data_version": str(given.get("data_version", made_by[0])),
        "code_version": str(given.get("code_version", made_by[1])),
        "shown": packed(dict(shown)) if shown is not None else None,
        "shown_sha256": digest(text_of(dict(shown))) if shown is not None else "",
        "book_sha256": book_sha256,
    }
    connection.execute(insert(VERSION).values(values))
    action = "save" if restored_from is None else "restore"
    audit.note(connection, actor, action, scenario_id, version, digest(text), in_short(given))


def in_short(shown: Mapping[str, Any]) -> str:
    """The figures that the answer page shows first, for the trail."""
    chosen = (shown.get("recommendation") or {}).get("approach")
    row = next((r for r in shown.get("approaches") or () if r.get("key") == chosen), None)
    if row is None:
        return ""
    figures = {
        "approach": chosen,
        "usd_p50": row["cost_usd"]["total"]["p50"],
        "accuracy_p50": (row.get("accuracy") or {}).get("p50"),
        "weeks_p50": row["calendar_weeks"]["p50"],
    }
    return text_of(figures)


def keep_book(
    connection: Connection, database: Database, actor: Actor, book: str | None
) -> str | None:
    """Keep the text of a price book once; returns its hash."""
    if book is None:
        return None
    if len(book) > BOOK_LIMIT:
        raise InputError("prices", f"{len(book):,} characters", f"at most {BOOK_LIMIT:,}")
    sha = digest(book)
    if connection.execute(select(BOOK.c.sha256).where(BOOK.c.sha256 == sha)).first() is None:
        values = {"sha256": sha, "at": now(), "who": actor.name, "text": book}
        once(connection, database, BOOK, values)
    return sha


def once(connection: Connection, database: Database, table: Any, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its key is there; was it inserted?"""
    from sqlalchemy.dialects import postgresql, sqlite

    kind = sqlite if database.is_sqlite else postgresql
    # Not every driver counts the rows of an insert; each returns those it made.
    made = kind.insert(table).values(dict(values)).on_conflict_do_nothing()
    keys = table.primary_key.columns
    return connection.execute(made.returning(*keys)).first() is not None


def _at(connection: Connection, scenario_id: str, version: int) -> Version | None:
    where = (VERSION.c.scenario_id == scenario_id) & (VERSION.c.version == version)
    row = connection.execute(select(VERSION).where(where)).first()
    return _version(row) if row else None


def _version(row: Row[Any], with_shown: bool = True) -> Version:
    found = dict(row._mapping)
    found["inputs"] = json.loads(found["inputs"])
    found["shown"] = unpacked(found["shown"]) if with_shown else None
    return Version(**found)
