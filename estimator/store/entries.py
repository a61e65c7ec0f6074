"""What belongs to a scenario: results that somebody entered, decisions that were taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from estimator.engine.typed import check_value
from estimator.errors import InputError, StoreError
from estimator.store import audit, scenarios
from estimator.store.database import Database
from estimator.store.packing import clean, digest, new_id, now, text_of
from estimator.store.people import Actor, Role
from estimator.store.tables import DECISION, NOTE, RESULT
from estimator.words.statement import state

KINDS = ("pilot", "own_run", "gate")
BODY_LIMIT = 200_000


@dataclass(frozen=True)
class Result:
    """A result somebody entered."""

    id: str
    scenario_id: str
    at: str
    who: str
    kind: str
    body: Mapping[str, Any]
    note: str


@dataclass(frozen=True)
class Decision:
    """What was decided on a version, with the forecast as it stood then."""

    id: str
    scenario_id: str
    version: int
    at: str
    who: str
    approach: str
    note: str
    forecast: Mapping[str, Any]


def enter(
    database: Database,
    actor: Actor,
    scenario_id: str,
    kind: str,
    body: Mapping[str, Any],
    note: str = "",
) -> Result:
    """Keep a result of a scenario; ``kind`` is pilot, own_run or gate."""
    actor.needs(Role.EDITOR)
    if kind not in KINDS:
        raise InputError("kind", kind, " | ".join(KINDS))
    text = text_of(dict(body))
    if kind == "gate" and isinstance(body.get("value"), int | float):
        check_value("value", body["value"], str(body.get("metric", "")))
    if len(text) > BODY_LIMIT:
        raise InputError("body", f"{len(text):,} characters", f"at most {BODY_LIMIT:,}")
    scenarios.opened(database, actor, scenario_id, trace=False)
    made = Result(
        new_id(), scenario_id, now(), actor.name, kind, json.loads(text), clean(note, NOTE)
    )
    with database.writing() as connection:
        connection.execute(insert(RESULT).values({**vars(made), "body": text}))
        audit.note(connection, actor, f"result:{kind}", scenario_id, inputs_sha256=digest(text))
    return made


def results(database: Database, actor: Actor, scenario_id: str) -> list[Result]:
    """Results of a scenario, oldest first."""
    scenarios.opened(database, actor, scenario_id, trace=False)
    query = select(RESULT).where(RESULT.c.scenario_id == scenario_id).order_by(RESULT.c.at)
    with database.reading() as connection:
        rows = [dict(r._mapping) for r in connection.execute(query)]
    return [Result(**{**row, "body": json.loads(row["body"])}) for row in rows]


def decide(
    database: Database,
    actor: Actor,
    scenario_id: str,
    version: int,
    approach: str,
    forecast: Mapping[str, Any],
    note: str = "",
) -> Decision:
    """Keep a decision on a version; the forecast is never changed afterwards."""
    actor.needs(Role.EDITOR)
    seen = scenarios.opened(database, actor, scenario_id, version, trace=False)
    text = text_of(dict(forecast))
    made = Decision(
        new_id(), scenario_id, version, now(), actor.name, clean(approach, 40), clean(note, NOTE),
        json.loads(text),
    )  # fmt: skip
    with database.writing() as connection:
        connection.execute(insert(DECISION).values({**vars(made), "forecast": text}))
        sha = digest(text_of(dict(seen.inputs)))
        audit.note(connection, actor, "decide", scenario_id, version, sha, text)
    return made


def decisions(database: Database, actor: Actor, scenario_id: str | None = None) -> list[Decision]:
    """Decisions on one scenario, or on all that this visitor may see; oldest first."""
    mine = {kept.id for kept in scenarios.listed(database, actor)}
    if scenario_id is not None and scenario_id not in mine:
        raise StoreError(state("store.no_scenario", id=clean(scenario_id, 40)))
    query = select(DECISION).order_by(DECISION.c.at)
    if scenario_id is not None:
        query = query.where(DECISION.c.scenario_id == scenario_id)
    with database.reading() as connection:
        rows = [dict(r._mapping) for r in connection.execute(query)]
    return [
        Decision(**{**row, "forecast": json.loads(row["forecast"])})
        for row in rows
        if row["scenario_id"] in mine
    ]
