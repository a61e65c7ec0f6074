"""The page Projects: off without a database, save, conflict, history, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from estimator.store import entries, register, scenarios, team_prices
from estimator.store.database import Database
from estimator.store.people import Actor, Role
from estimator.ui import cached, team, who
from tests.conftest import load_preset
from tests.store.test_register import row as finished
from tests.store.test_team_prices import dearer
from tests.ui.pages import alerts, choose, opened, scenario, texts

ADA, BEN = Actor("ada@example.org", Role.EDITOR), Actor("ben@example.org", Role.EDITOR)


@pytest.fixture
def as_visitor(monkeypatch: pytest.MonkeyPatch) -> Callable[[Actor | None], None]:
    """Let the page see this visitor."""

    def be(actor: Actor | None) -> None:
        monkeypatch.setattr(who, "actor", lambda: actor)

    be(ADA)
    return be


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty store that the page uses."""
    address = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", address)
    database = Database(address)
    yield database
    database.close()


def press(app: AppTest, key: str) -> None:
    (button,) = [b for b in app.button if b.key == key]
    button.click().run()
    assert not app.exception


def test_without_a_database_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESTIMATOR_DATABASE_URL", raising=False)
    app = opened(page="projects")
    assert not app.exception
    assert "Nothing is kept here" in texts(app)
    assert not [b for b in app.button if b.key == "projects:new"]


def test_a_broken_database_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "postgresql+pg8000://u:hunter2@127.0.0.1:1/d")
    app = opened(page="projects")
    assert not app.exception
    (message,) = alerts(app)
    assert "hunter2" not in message
    assert "cannot be used" in message


def test_save_open_and_go_back(store: Database, as_visitor: Any) -> None:
    app = opened("preset=support_tickets", page="projects")
    first = scenario(app)
    app.text_input(key="project:note").set_value("<b>first</b>")
    press(app, "projects:new")
    assert "is kept as version 1" in texts(app)
    assert "&lt;b&gt;first&lt;/b&gt;" in texts(app)
    app.session_state["scenario"] = first.replace("n_labelled_to_buy", 4321)
    press(app, "projects:save")
    (kept,) = scenarios.listed(store, BEN)
    assert kept.version == 2
    versions = scenarios.history(store, BEN, kept.id)
    assert [v.inputs["n_labelled_to_buy"] for v in versions] == [4321, first.n_labelled_to_buy]
    app.selectbox(key="project:past").set_value(1).run()
    press(app, "projects:open")
    assert scenario(app).n_labelled_to_buy == first.n_labelled_to_buy
    app.selectbox(key="project:past").set_value(1).run()
    press(app, "projects:restore")
    assert scenarios.listed(store, BEN)[0].version == 3


def test_a_conflict_shows_both_changes_and_ways_on(store: Database, as_visitor: Any) -> None:
    app = opened("preset=support_tickets", page="projects")
    press(app, "projects:new")
    (kept,) = scenarios.listed(store, BEN)
    other = scenario(app).replace("n_labelled_to_buy", 777).to_dict()
    scenarios.save(store, BEN, other, None, kept.id, 1)
    app.session_state["scenario"] = scenario(app).replace("n_labelled_to_buy", 888)
    press(app, "projects:save")
    assert "nothing was overwritten" in " ".join(alerts(app))
    shown = texts(app)
    assert "777" in shown
    assert "888" in shown
    assert BEN.name in shown
    press(app, "projects:mine")
    versions = scenarios.history(store, BEN, kept.id)
    assert [v.inputs["n_labelled_to_buy"] for v in versions[:2]] == [888, 777]
    assert "Two changes at once" not in texts(app)


def test_viewers_and_strangers(store: Database, as_visitor: Any) -> None:
    as_visitor(ADA)
    press(opened(page="projects"), "projects:new")
    as_visitor(Actor("eve@example.org", Role.VIEWER))
    app = opened(page="projects")
    assert not [b for b in app.button if b.key == "projects:new"]
    press(app, "projects:open")
    as_visitor(None)
    app = opened(page="projects")
    assert "Sign on" in texts(app)
    assert not [b for b in app.button if b.key == "projects:open"]


def test_then_and_now_say_what_moved(store: Database, as_visitor: Any) -> None:
    app = opened("preset=support_tickets", page="projects")
    press(app, "projects:new")
    (kept,) = scenarios.listed(store, ADA)
    old = scenarios.opened(store, ADA, kept.id)
    assert old.shown is not None
    shown = json.loads(json.dumps(old.shown))
    shown["code_version"] = "0.0.1"
    for row in shown["approaches"]:
        row["cost_usd"]["total"]["p50"] *= 0.5
    scenarios.save(store, ADA, old.inputs, shown, kept.id, 1)
    press(app, "projects:open")
    app.session_state["open_project"] = (kept.id, 2)
    choose(app, "projects:view", "then")
    assert not app.exception
    assert "0.0.1" in texts(app)
    assert "What moved, and why" in texts(app)
    app.session_state["scenario"] = scenario(app).replace("n_labelled_to_buy", 3000)
    app.run()
    assert not app.exception
    assert not alerts(app)
    assert "3,000" in texts(app)


def test_a_decision_and_its_outcome_are_scored(store: Database, as_visitor: Any) -> None:
    app = opened("preset=support_tickets", page="projects")
    press(app, "projects:new")
    choose(app, "projects:view", "decide")
    (button,) = [b for b in app.button if b.label == "Keep this decision"]
    button.click().run()
    assert not app.exception
    (decision,) = entries.decisions(store, ADA)
    assert set(decision.forecast["quantities"]) >= {"usd", "weeks", "effort", "labels"}
    assert "Forecast and outcome" in texts(app)
    actual = {"usd": 2 * decision.forecast["quantities"]["usd"]["p50"], "weeks": 11.0}
    register.close(store, ADA, decision.id, "live", actual, "<i>done</i>")
    app.run()
    assert "This project went live" in texts(app)
    choose(app, "projects:view", "right")
    assert not app.exception
    assert not alerts(app)
    shown = texts(app)
    assert "× 2.00" in shown
    assert "nothing is moved" in shown
    for number in range(6):
        row = {**register.rows(store)[0], "row": f"{number:016x}"}
        row["actual"] = {"effort": 1.5 * row["forecast"]["effort"]["p50"], "weeks": 20.0}
        register.merge(store, ADA, json.dumps(row))
    team.forget()
    app.run()
    assert not app.exception
    assert not alerts(app)
    assert "Own finished projects move this estimate: person-weeks × 1." in texts(app)
    assert "The scenario in force before and after" in texts(app)
    press(app, "register:use")
    assert scenario(app).own_factors.ignore
    assert "switched off for this scenario" in texts(app)


@pytest.mark.parametrize("page", ["answer", "compare", "plan"])
def test_own_projects_move_every_page(store: Database, as_visitor: Any, page: str) -> None:
    inputs = load_preset("support_tickets")
    before = cached.summary(inputs)["approaches"]
    rows = [finished(i, effort=1.5, weeks=1.3, labels=1.2, hours=2.0) for i in range(8)]
    register.merge(store, ADA, "".join(f"{json.dumps(r)}\n" for r in rows))
    team.forget()
    app = opened("preset=support_tickets", page=page)
    assert not app.exception
    assert "Own finished projects move this estimate: person-weeks × 1.4" in texts(app)
    assert "8 projects" in texts(app)
    after = cached.summary(inputs)["approaches"]
    for old, new in zip(before, after, strict=True):
        assert new["cost_usd"]["one_off"]["p50"] > 1.2 * old["cost_usd"]["one_off"]["p50"]
        assert new["calendar_weeks"]["p50"] > 1.1 * old["calendar_weeks"]["p50"]


def test_a_store_that_is_lost_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "postgresql+pg8000://u:p@127.0.0.1:1/lost")
    monkeypatch.setattr(who, "actor", lambda: ADA)
    app = opened("preset=support_tickets", page="answer")
    assert not app.exception
    assert "register of own projects cannot be read" in texts(app)


def test_the_teams_prices_stand_in_every_answer(store: Database, as_visitor: Any) -> None:
    admin = Actor("root@example.org", Role.PRICE_ADMIN)
    inputs = load_preset("support_tickets")
    shipped = cached.summary(inputs)
    book = team_prices.put(store, admin, dearer(2.0))
    team.forget()
    app = opened("preset=support_tickets", page="answer")
    assert not app.exception
    assert f"own price book, {book.name}" in texts(app)
    dear = cached.summary(inputs)
    rows = zip(shipped["approaches"], dear["approaches"], strict=True)
    hours = [(a["usd_per_device_hour"], b["usd_per_device_hour"]) for a, b in rows]
    assert all(b == pytest.approx(2 * a) for a, b in hours if a)
    app = opened("preset=support_tickets", page="projects")
    choose(app, "projects:view", "prices")
    assert f"In use: {book.name}" in texts(app)
    assert "A price admin sets it" in texts(app)
    as_visitor(admin)
    app.run()
    press(app, "team_prices:drop")
    assert team_prices.current(store) is None
    assert "shipped prices again" in texts(app)
