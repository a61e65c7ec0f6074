"""The price book of the whole team: set and dropped by a price admin, used in every answer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from estimator.errors import StoreError
from estimator.evidence.own_prices import TEAM_PREFIX, book_hash
from estimator.store import audit
from estimator.store.database import Database
from estimator.store.packing import now
from estimator.store.people import Actor, Role
from estimator.store.scenarios import keep_book
from estimator.store.tables import BOOK, TEAM_BOOK
from estimator.words.statement import state


@dataclass(frozen=True)
class TeamBook:
    """The book in use: its text, and who set it when."""

    at: str
    who: str
    text: str

    @property
    def name(self) -> str:
        """The name under which scenarios and exports mention it."""
        return f"{TEAM_PREFIX}{book_hash(self.text)}.csv"


def current(database: Database) -> TeamBook | None:
    """The team's price book; None: the shipped prices."""
    with database.reading() as connection:
        return _current(connection)


def put(database: Database, actor: Actor, text: str) -> TeamBook:
    """Use a price book, checked before, for the whole team from now on."""
    actor.needs(Role.PRICE_ADMIN)
    with database.writing() as connection:
        sha = keep_book(connection, database, actor, text) or ""
        made = TeamBook(now(), actor.name, text)
        values = {"at": made.at, "who": made.who, "sha256": sha}
        connection.execute(insert(TEAM_BOOK).values(values))
        audit.note(connection, actor, "prices", shown=made.name)
    return made


def drop(database: Database, actor: Actor) -> None:
    """The shipped prices for the team again; answers that were kept keep their book."""
    actor.needs(Role.PRICE_ADMIN)
    with database.writing() as connection:
        if _current(connection) is None:
            raise StoreError(state("store.no_team_book"))
        values = {"at": now(), "who": actor.name, "sha256": ""}
        connection.execute(insert(TEAM_BOOK).values(values))
        audit.note(connection, actor, "prices", shown="shipped")


def text_named(database: Database, name: str) -> str | None:
    """The text of a kept book by the name in which a scenario mentions it."""
    start = name.rpartition("-")[2].removesuffix(".csv")
    with database.reading() as connection:
        query = select(BOOK.c.text).where(BOOK.c.sha256.startswith(start, autoescape=True))
        found = connection.execute(query).scalar() if len(start) == len(book_hash("")) else None
    return None if found is None else str(found)


def _current(connection: Connection) -> TeamBook | None:
    newest = connection.execute(select(TEAM_BOOK).order_by(TEAM_BOOK.c.id.desc()).limit(1)).first()
    if newest is None or not newest.sha256:
        return None
    text = connection.execute(select(BOOK.c.text).where(BOOK.c.sha256 == newest.sha256)).scalar()
    return None if text is None else TeamBook(newest.at, newest.who, str(text))
