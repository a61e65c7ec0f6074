"""Export, erasure of a user, redaction, retention."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from estimator.errors import InputError, StoreError
from estimator.store import audit, entries, privacy, scenarios
from estimator.store.database import Database
from estimator.store.tables import AUDIT, BOOK, SCENARIO, VERSION
from tests.store.conftest import ADA, ADMIN, BEN, INPUTS, shown

OWN = {"own_runs": [{"model": "bert-base", "minutes": 12, "context": f"run by {ADA.name}"}]}


def filled(database: Database) -> str:
    """A scenario of ADA's on which BEN has worked."""
    inputs = {**INPUTS, **OWN, "name": f"Plan of {ADA.name}"}
    kept = scenarios.save(database, ADA, inputs, shown(inputs=inputs), note=f"ask {ADA.name}!")
    scenarios.save(database, BEN, inputs, shown(inputs=inputs), kept.id, 1, "smaller")
    entries.enter(database, ADA, kept.id, "pilot", {"value": 0.8, "note": f"{ADA.name} did"}, "n")
    entries.decide(database, ADA, kept.id, 2, "lora", {"usd": {"p50": 1000.0}}, "go")
    return kept.id


def test_the_export_holds_every_row(database: Database, everything: Callable[[], str]) -> None:
    filled(database)
    lines = [json.loads(line) for line in everything().splitlines()]
    names = [line["table"] for line in lines]
    assert {"scenario", "scenario_version", "result", "decision", "audit"} <= set(names)
    assert names.count("scenario_version") == 2
    (first, _) = [x["row"] for x in lines if x["table"] == "scenario_version"]
    assert first["shown"]["approaches"][0]["key"] == "lora"


def test_erasing_a_user_leaves_the_figures(
    database: Database, everything: Callable[[], str], tmp_path: Path
) -> None:
    one = filled(database)
    before = scenarios.opened(database, BEN, one, 1, trace=False)
    assert ADA.name in everything()
    with pytest.raises(StoreError, match="price admin"):
        privacy.erase(database, BEN, ADA.name)
    assert privacy.erase(database, ADMIN, ADA.name) > 0
    assert ADA.name not in everything()
    assert BEN.name in everything()
    after = scenarios.opened(database, BEN, one, 1, trace=False)
    assert after.who.startswith("erased-")
    assert after.shown is not None
    assert before.shown is not None
    assert after.shown["approaches"] == before.shown["approaches"]
    assert after.inputs["own_runs"][0]["minutes"] == 12
    database.close()
    for file in tmp_path.glob("store.db*"):
        assert ADA.name.encode() not in file.read_bytes()


def test_a_name_that_is_also_a_word_harms_no_figure(database: Database) -> None:
    kept = scenarios.save(database, ADA, {**INPUTS, "name": "for lora"}, shown())
    privacy.erase(database, ADMIN, "lora")
    found = scenarios.opened(database, ADA, kept.id, trace=False)
    assert found.shown is not None
    assert found.shown["approaches"] == shown()["approaches"]
    assert "lora" not in found.name
    with pytest.raises(InputError, match="at least"):
        privacy.erase(database, ADMIN, "a")


def test_redaction_takes_free_text_and_leaves_figures(
    database: Database, everything: Callable[[], str]
) -> None:
    one = filled(database)
    privacy.redact(database, ADA, one)
    found = scenarios.opened(database, ADA, one, 1, trace=False)
    assert (found.name, found.note) == (privacy.REDACTED, privacy.REDACTED)
    assert found.inputs["own_runs"][0] == {
        "model": "bert-base", "minutes": 12, "context": privacy.REDACTED,
    }  # fmt: skip
    assert found.inputs["task"] == "text_classification"
    assert found.shown is not None
    assert found.shown["approaches"] == shown()["approaches"]
    assert "Plan of" not in everything()


def aged(database: Database, scenario_id: str, days: int, versions: tuple[int, ...]) -> None:
    """Let versions of a scenario look older."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    at = moment.isoformat(timespec="microseconds")
    with database.writing() as connection:
        for version in versions:
            where = (VERSION.c.scenario_id == scenario_id) & (VERSION.c.version == version)
            connection.execute(update(VERSION).where(where).values(at=at))
        if not versions:
            connection.execute(update(VERSION).values(at=at))
            connection.execute(update(SCENARIO).values(changed_at=at))
            connection.execute(update(AUDIT).values(at=at))
            connection.execute(update(BOOK).values(at=at))


def test_retention_forgets_what_nobody_changed(database: Database) -> None:
    old = scenarios.save(database, ADA, INPUTS, book="old,book\n")
    aged(database, old.id, 400, ())
    new = scenarios.save(database, ADA, INPUTS)
    for base in (1, 2, 3):
        scenarios.save(database, ADA, INPUTS, None, new.id, base)
    entries.decide(database, ADA, new.id, 2, "lora", {})
    aged(database, new.id, 400, (1, 2))
    with pytest.raises(InputError, match="days"):
        privacy.retain(database, ADMIN, 0)
    gone = privacy.retain(database, ADMIN, 365)
    assert gone["scenario"] == 1
    assert gone["price_book"] == 1
    assert [k.id for k in scenarios.listed(database, ADA)] == [new.id]
    versions = [v.version for v in scenarios.history(database, ADA, new.id)]
    assert versions == [4, 3, 2]
    assert all(line.subject != old.id for line in audit.trail(database))
    assert privacy.retain(database, ADMIN, 365)["scenario"] == 0
