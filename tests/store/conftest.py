"""The same tests on both databases: a file of SQLite, and a PostgreSQL started for the session."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from estimator.store.database import Database
from estimator.store.people import Actor, Role

KINDS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("pg8000", id="pg8000", marks=pytest.mark.postgres),
    pytest.param("psycopg", id="psycopg", marks=pytest.mark.postgres),
]
"""SQLite, and PostgreSQL by either of its drivers."""
ADA, BEN = Actor("ada@example.org", Role.EDITOR), Actor("ben@example.org", Role.EDITOR)
ADMIN, GUEST = Actor("root@example.org", Role.PRICE_ADMIN), Actor("eve@example.org", Role.VIEWER)
INPUTS = {"schema": 1, "name": "Support tickets", "task": "text_classification", "n_classes": 12}


def shown(usd: float = 1000.0, **more: Any) -> dict[str, Any]:
    """A small answer of the shape that ``compare --json`` prints."""
    row = {
        "key": "lora", "approach": "lora", "cost_usd": {"total": {"p50": usd}},
        "accuracy": {"metric": "accuracy", "p50": 0.9}, "calendar_weeks": {"p50": 8.0},
    }  # fmt: skip
    return {
        "data_version": "d1", "code_version": "1.0", "inputs": dict(INPUTS),
        "recommendation": {"approach": "lora"}, "approaches": [row], **more,
    }  # fmt: skip


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """Address of a PostgreSQL server of one's own, whose database ``postgres`` is empty."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("postgresql is not installed")
    programs = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="estimator-pg-"))
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        person = pwd.getpwnam("postgres")
        os.chown(folder, person.pw_uid, person.pw_gid)
        as_user = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    secret = folder / "secret"
    secret.write_text("s3cret\n", encoding="utf-8")
    secret.chmod(0o644)
    make = [programs / "initdb", "-D", data, "-U", "estimator", "-A", "scram-sha-256", "-N"]
    make += ["--pwfile", secret, "-E", "UTF8", "--locale", "C.UTF-8"]
    control = [programs / "pg_ctl", "-D", data, "-w"]
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c max_connections=200"
    try:
        subprocess.run(make, check=True, cwd=folder, **quiet, **as_user)
        subprocess.run(
            [*control, "-o", options, "-l", folder / "log", "start"],
            check=True, cwd=folder, **quiet, **as_user,
        )  # fmt: skip
        yield f"postgresql+pg8000://estimator:s3cret@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [*control, "-m", "immediate", "stop"], check=False, cwd=folder, **quiet, **as_user
        )
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One server for the session."""
    with running_postgres() as address:
        yield address


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    from sqlalchemy import create_engine, text

    server: str = request.getfixturevalue("postgres")
    name = f"t{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("pg8000", request.param).rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    """An empty store."""
    made = Database(address)
    yield made
    made.close()


@pytest.fixture
def everything(database: Database) -> Callable[[], str]:
    """All that is kept, as one text."""
    from estimator.store import privacy

    return lambda: "\n".join(privacy.export(database))
