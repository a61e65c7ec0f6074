"""The trail: every save, opening, decision and erasure, with what it was about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from estimator.store.database import Database
from estimator.store.packing import now
from estimator.store.people import Actor
from estimator.store.tables import AUDIT, VERSION


@dataclass(frozen=True)
class Entry:
    """One line of the trail."""

    at: str
    who: str
    action: str
    subject: str
    version: int | None
    inputs_sha256: str
    data_version: str
    code_version: str
    shown_sha256: str
    shown: str


def note(
    connection: Connection,
    actor: Actor,
    action: str,
    subject: str = "",
    version: int | None = None,
    inputs_sha256: str = "",
    shown: str = "",
) -> None:
    """Write a line within the transaction of what it is about.

    Parameters
    ----------
    version : int or None
        Version of the scenario ``subject``; its data, code and figures are noted from there.
    shown : str
        What was shown, in short; the figures stand whole in the version.
    """
    line: dict[str, Any] = {"data_version": "", "code_version": "", "shown_sha256": ""}
    if version is not None:
        at = (VERSION.c.scenario_id == subject) & (VERSION.c.version == version)
        found = connection.execute(select(*(VERSION.c[name] for name in line)).where(at)).first()
        line |= dict(found._mapping) if found else {}
    values = {
        "at": now(),
        "who": actor.name,
        "action": action,
        "subject": subject,
        "version": version,
        "inputs_sha256": inputs_sha256,
        "shown": shown[:4000],
        **line,
    }
    connection.execute(insert(AUDIT).values(values))


def trail(database: Database, subject: str | None = None, most: int = 1000) -> list[Entry]:
    """The newest lines, newest first; of one subject where it is named."""
    columns = [AUDIT.c[name] for name in Entry.__dataclass_fields__]
    query = select(*columns).order_by(AUDIT.c.id.desc()).limit(most)
    if subject is not None:
        query = query.where(AUDIT.c.subject == subject)
    with database.reading() as connection:
        return [Entry(**row._mapping) for row in connection.execute(query)]
