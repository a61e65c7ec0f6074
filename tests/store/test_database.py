"""The state of the tables: made, brought up to date, refused; no password in a message."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from estimator import store
from estimator.errors import StoreError
from estimator.store.database import MIGRATIONS, VERSION_TABLE, Database, upgrade
from estimator.store.tables import METADATA

REVISIONS = [s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


def test_migrations_make_the_tables_that_the_code_reads(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
    assert database.is_ready()


@pytest.mark.parametrize("start", REVISIONS[-3:])
def test_an_older_store_is_refused_until_it_is_migrated(address: str, start: str) -> None:
    engine = create_engine(address)
    with engine.begin() as connection:
        upgrade(connection, start)
        connection.execute(
            text(
                "INSERT INTO scenario (id, name, owner, shared, version, created_at, changed_at) "
                "VALUES ('a', 'kept', 'ada', :yes, 1, '2026', '2026')"
            ),
            {"yes": True},
        )
    engine.dispose()
    if start != REVISIONS[-1]:
        with pytest.raises(StoreError, match="store migrate"):
            Database(address)
    database = Database(address, migrate=True)
    with database.reading() as connection:
        assert connection.execute(text("SELECT name FROM scenario")).scalar() == "kept"
        assert database.revision(connection) == REVISIONS[-1]
    database.close()


def test_a_newer_or_foreign_database_is_refused(address: str) -> None:
    database = Database(address)
    with database.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreError, match="newer version"):
        Database(address, migrate=True)
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
    with pytest.raises(StoreError, match="of something else"):
        Database(address)
    assert inspect(engine).has_table("scenario")
    engine.dispose()


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    row = text("INSERT INTO price_book (sha256, at, who, text) VALUES ('x', '', '', '')")

    def fail() -> None:
        with database.writing() as connection:
            connection.execute(row)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM price_book")).scalar() == 0


@pytest.mark.parametrize(
    "bad",
    ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u:hunter2@h/d", "sqlite:////no/such/folder/x.db",
     "postgresql+pg8000://u:hunter2@127.0.0.1:1/d", "postgresql+nothing://u:hunter2@h/d", "http://x:y:z"],
)  # fmt: skip
def test_a_bad_address_is_one_sentence_without_the_password(bad: str) -> None:
    with pytest.raises(StoreError) as error:
        store.opened(bad)
    assert "hunter2" not in str(error.value)
    assert "\n" not in str(error.value)


def test_nothing_of_the_database_is_loaded_where_nothing_is_kept() -> None:
    code = (
        "import sys; import estimator.store, estimator.cli.main\n"
        "print([m for m in ('sqlalchemy', 'alembic', 'pg8000') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
