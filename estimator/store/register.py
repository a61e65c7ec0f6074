"""The decision register: what came of decisions, and finished projects as anonymised rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from estimator.errors import InputError
from estimator.store import audit, entries
from estimator.store.database import Database
from estimator.store.forecast import (
    STATES,
    anonymous,
    checked_actual,
)
from estimator.store.packing import clean, digest, now, text_of
from estimator.store.people import Actor, Role
from estimator.store.right import read_rows
from estimator.store.scenarios import once
from estimator.store.tables import DECISION, NOTE, OUTCOME, RESULT, ROW


@dataclass(frozen=True)
class Outcome:
    """What came of a decision."""

    decision_id: str
    at: str
    who: str
    state: str
    actual: Mapping[str, float]
    note: str


def close(
    database: Database,
    actor: Actor,
    decision_id: str,
    state: str,
    actual: Mapping[str, Any],
    note: str = "",
) -> Outcome:
    """Note what came of a decision; noting it again replaces what was noted, which stays kept."""
    actor.needs(Role.EDITOR)
    if state not in STATES:
        raise InputError("state", state, " | ".join(STATES))
    decision = next((d for d in entries.decisions(database, actor) if d.id == decision_id), None)
    if decision is None:
        raise InputError("decision", clean(decision_id, 40), "a decision that is kept")
    found = checked_actual(actual, str(decision.forecast.get("metric", "")))
    made = Outcome(decision_id, now(), actor.name, state, found, clean(note, NOTE))
    values = {**vars(made), "body": text_of(found), "scenario_id": decision.scenario_id}
    del values["actual"]
    with database.writing() as connection:
        connection.execute(insert(OUTCOME).values(values))
        shown = text_of({"state": state, **found})
        audit.note(connection, actor, "outcome", decision.scenario_id, decision.version, "", shown)
    return made


def outcomes(database: Database) -> dict[str, Outcome]:
    """The newest outcome of each decision."""
    with database.reading() as connection:
        return _outcomes(connection)


def rows(database: Database) -> list[dict[str, Any]]:
    """Every finished project as an anonymised row: one's own, then those merged; by id once."""
    with database.reading() as connection:
        own = _own_rows(connection)
        query = select(ROW.c.id, ROW.c.body).order_by(ROW.c.at, ROW.c.id)
        merged = {r.id: json.loads(r.body) for r in connection.execute(query)}
    return list({**merged, **own}.values())


def merge(database: Database, actor: Actor, text: str) -> tuple[int, int]:
    """Take in rows of another register, JSON lines; returns how many were new and how many known.

    All lines are checked before the first is kept.
    """
    actor.needs(Role.EDITOR)
    found = read_rows(text)
    new = 0
    with database.writing() as connection:
        own = _own_rows(connection)
        for row in found:
            values = {"id": row["row"], "at": now(), "origin": "merged", "body": text_of(row)}
            new += row["row"] not in own and once(connection, database, ROW, values)
        audit.note(connection, actor, "merge", shown=f"{new} of {len(found)} rows")
    return new, len(found) - new


def keep_rows(connection: Connection, database: Database, scenario_id: str) -> None:
    """Keep the anonymised rows of a scenario that is about to be forgotten."""
    for row in _own_rows(connection, scenario_id).values():
        values = {"id": row["row"], "at": now(), "origin": "kept", "body": text_of(row)}
        once(connection, database, ROW, values)


def _outcomes(connection: Connection) -> dict[str, Outcome]:
    query = select(OUTCOME).order_by(OUTCOME.c.id)
    return {
        r.decision_id: Outcome(r.decision_id, r.at, r.who, r.state, json.loads(r.body), r.note)
        for r in connection.execute(query)
    }


def _own_rows(connection: Connection, scenario_id: str | None = None) -> dict[str, dict[str, Any]]:
    gates = select(RESULT.c.scenario_id, func.count()).where(RESULT.c.kind == "gate")
    passed = {r[0]: r[1] for r in connection.execute(gates.group_by(RESULT.c.scenario_id))}
    query = select(DECISION).order_by(DECISION.c.at, DECISION.c.id)
    if scenario_id is not None:
        query = query.where(DECISION.c.scenario_id == scenario_id)
    closed, out = _outcomes(connection), {}
    for decision in connection.execute(query):
        outcome, forecast = closed.get(decision.id), json.loads(decision.forecast)
        if outcome is None or "quantities" not in forecast:
            continue
        name = digest(f"register:{decision.id}")[:16]
        out[name] = anonymous(
            name, decision.at, forecast, outcome.state, outcome.actual,
            min(int(passed.get(decision.scenario_id, 0)), 100),
        )  # fmt: skip
    return out
