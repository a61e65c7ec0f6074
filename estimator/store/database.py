"""One database, SQLite or PostgreSQL: its connections, transactions and the state of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from estimator.errors import EstimatorError, StoreError
from estimator.words.statement import state

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "estimator_schema"
WAIT_SECONDS = 30.0
"""How long a writer waits for another one, and anybody for an answer of PostgreSQL."""
LOCK = 715_517
"""PostgreSQL's advisory lock under which tables are made or changed."""
DRIVERS = {"sqlite": "pysqlite", "postgresql": "pg8000"}
WRITES = "estimator_writes"


class Database:
    """A store that can be read and written.

    Parameters
    ----------
    address : str
        As SQLAlchemy spells it.
    migrate : bool
        Bring older tables up to date; without it an older database is refused.

    Raises
    ------
    StoreError
        In one sentence that never holds the password.
    """

    def __init__(self, address: str, migrate: bool = False) -> None:
        self.url = _parsed(address)
        self.shown = self.url.render_as_string(hide_password=True)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        try:
            self.engine = create_engine(self.url, **self._options())
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise StoreError(state("store.driver", name=self.url.drivername)) from error
        event.listen(self.engine, "begin", self._begin)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _as_sqlite)
        try:
            self._settle(migrate)
        except (SQLAlchemyError, OSError) as error:
            self.close()
            raise self._unreachable(error) from error

    def _options(self) -> dict[str, Any]:
        if not self.is_sqlite:
            # A host that does not answer is given up, or it would hold every visitor.
            name = "timeout" if self.url.drivername.endswith("pg8000") else "connect_timeout"
            waits = {name: int(WAIT_SECONDS)}
            return {
                "pool_pre_ping": True, "pool_size": 5, "max_overflow": 20, "connect_args": waits,
            }  # fmt: skip
        return {"connect_args": {"timeout": WAIT_SECONDS}, "pool_size": 5, "max_overflow": 20}

    def _begin(self, connection: Connection) -> None:
        if self.is_sqlite:
            writes = connection.get_execution_options().get(WRITES)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the tables."""
        try:
            with self.engine.connect() as connection, connection.begin():
                yield connection
        except EstimatorError:
            raise
        except (SQLAlchemyError, OSError) as error:
            raise self._unreachable(error) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all that is written in it stays, or nothing does."""
        try:
            made = self.engine.connect().execution_options(**{WRITES: True})
            with made as connection, connection.begin():
                yield connection
        except EstimatorError:
            raise
        except (SQLAlchemyError, OSError) as error:
            raise self._unreachable(error) from error

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def is_ready(self) -> bool:
        """Does the database answer, with the tables that this code wants?"""
        try:
            with self.reading() as connection:
                return self.revision(connection) == self.newest()
        except StoreError:
            return False

    def scrub(self) -> None:
        """Make what was deleted unreadable in SQLite's files too; PostgreSQL vacuums by itself."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    @staticmethod
    def newest() -> str:
        """The revision of the tables that this code wants."""
        return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())

    @staticmethod
    def revision(connection: Connection) -> str | None:
        """The revision of the tables; None: empty."""
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()

    def _settle(self, migrate: bool) -> None:
        """Make the tables where there are none; refuse those of another version."""
        with self.engine.connect() as connection, connection.begin():
            now = self.revision(connection)
        if now == self.newest():
            return
        known = {s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
        if now is not None and now not in known:
            raise StoreError(state("store.newer", where=self.shown, revision=now))
        if now is not None and not migrate:
            raise StoreError(state("store.older", where=self.shown, revision=now))
        with self.writing() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
            now = self.revision(connection)
            if now is None and inspect(connection).has_table("scenario"):
                raise StoreError(state("store.foreign", where=self.shown))
            if now != self.newest():
                upgrade(connection)

    def _unreachable(self, error: Exception) -> StoreError:
        told = error.orig if isinstance(error, DBAPIError) and error.orig else error
        part = told.args[0] if told.args else ""
        words = part.get("M", "") if isinstance(part, dict) else str(told)
        first = next(iter(str(words).splitlines()), type(told).__name__)
        secret = self.url.password or ""
        reason = first.replace(secret, "***") if secret else first
        return StoreError(state("store.unreachable", where=self.shown, reason=reason[:200]))


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables to a revision within the transaction of the connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    command.upgrade(config, to)


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
        kind = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise StoreError(state("store.address")) from None
    if kind not in DRIVERS or (kind == "sqlite" and url.database in (None, "", ":memory:")):
        raise StoreError(state("store.address"))
    return url if "+" in url.drivername else url.set(drivername=f"{kind}+{DRIVERS[kind]}")


def _as_sqlite(raw: Any, _: Any) -> None:
    """Readers beside one writer, transactions as asked for, nothing deleted stays readable."""
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(1000 * WAIT_SECONDS)}")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
