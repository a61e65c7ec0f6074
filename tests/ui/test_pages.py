"""Every page and preset through Streamlit's own test runner: no exception, no message."""

from __future__ import annotations

import logging
import sys

import pytest

from estimator.ui.blocks import VIEWS
from estimator.ui.doors import DOORS
from tests.conftest import PRESETS
from tests.ui.pages import PAGES, alerts, choose, opened, scenario, texts


@pytest.fixture(autouse=True)
def nothing_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A part of a page that fails is shown as a message and logged; no test wants that."""
    caplog.set_level(logging.ERROR, logger="estimator.ui")


@pytest.mark.parametrize("page", PAGES)
def test_page_opens(page: str, caplog: pytest.LogCaptureFixture) -> None:
    app = opened(page=page)
    assert not app.exception
    assert not alerts(app)
    assert not caplog.records
    assert len(texts(app)) > 200


@pytest.mark.parametrize("preset", PRESETS)
def test_preset_opens(preset: str, caplog: pytest.LogCaptureFixture) -> None:
    app = opened(f"preset={preset}")
    assert not app.exception
    assert not alerts(app)
    assert not caplog.records
    assert app.session_state["scenario"].task
    assert "es-head" in texts(app)


@pytest.mark.parametrize("view", sorted(set(VIEWS) - {"crossing"}))
def test_block_stands_alone(view: str, caplog: pytest.LogCaptureFixture) -> None:
    app = opened(f"view={view}")
    assert not app.exception
    assert not alerts(app)
    assert not caplog.records
    assert not app.sidebar.selectbox
    shown = len(app.get("plotly_chart")) + len(app.get("bidi_component")) + len(texts(app))
    assert shown > 0


def test_each_door_of_the_answer_opens_its_view() -> None:
    doors = [b.key for b in opened().button if str(b.key).startswith("door:")]
    assert {key.split(":")[1] for key in doors} >= {"results", "stages", "quality", "judgements"}
    for key in doors:
        app = opened()
        app.button(key=key).click().run()
        assert not app.exception
        page, view = DOORS[key.split(":")[1]]
        (group,) = [g for g in app.get("button_group") if g.key == f"{page}:view"]
        assert group.value == view


def test_unknown_block_lists_the_known_ones() -> None:
    (message,) = alerts(opened("view=everything"))
    assert "cashflow" in message
    assert "everything" in message


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    """German for the test runner too, which asks for the names of options outside of any visit."""
    for name, module in list(sys.modules.items()):
        if name.startswith("estimator.ui") and hasattr(module, "language"):
            monkeypatch.setattr(module, "language", lambda: "de")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("german")
def test_page_opens_in_german(page: str, caplog: pytest.LogCaptureFixture) -> None:
    app = opened(page=page)
    assert not app.exception
    assert not alerts(app)
    assert not caplog.records
    assert app.sidebar.selectbox[0].label == "Beispielprojekt"


def test_a_row_offers_its_judgements_to_be_replaced() -> None:
    app = opened("preset=support_tickets")
    app.session_state["opened_row"] = "lora"
    app.run()
    name = "assumptions.serving.audit_days_per_year"
    boxes = [n for n in app.number_input if str(n.key).endswith(name)]
    assert len([n for n in app.number_input if ":assumptions." in str(n.key)]) >= 10
    assert "0.5 – 1 – 2 person-day per year" in texts(app), "reason and range stand in the bill"
    boxes[0].set_value(20.0).run()
    assert scenario(app).assumptions == {"serving.audit_days_per_year": 20.0}


def test_next_labels_are_planned_in_rounds(caplog: pytest.LogCaptureFixture) -> None:
    app = opened("preset=support_tickets", page="plan")
    choose(app, "plan:view", "labels")
    app.run()
    shown = texts(app)
    assert not app.exception
    assert not caplog.records
    assert "Next round" in shown
    assert "within three rounds" in shown


def test_the_language_is_chosen_on_the_page() -> None:
    app = opened()
    choose(app, "language:en", "de")
    assert app.query_params["lang"] in ("de", ["de"])
    assert app.sidebar.selectbox[0].label == "Beispielprojekt"
    assert [g.key for g in app.get("button_group") if g.key.startswith("language")] == [
        "language:de"
    ]


def test_a_portfolio_needs_two_projects_and_takes_the_best() -> None:
    app = opened("preset=support_tickets", page="compare")
    choose(app, "compare:what", "portfolio")
    assert "es-note" in texts(app)
    choose(app, "compare:what", "scenarios")
    app.button(key="scenarios:save").click().run()
    app.session_state["scenario"] = app.session_state["scenario"].replace("people.wage_factor", 1.5)
    choose(app, "compare:what", "portfolio")
    assert not app.exception
    assert not alerts(app)
    assert "Take 2 of 2" in texts(app)
    assert "First gates" in texts(app)


def two_inputs(query: str) -> str:
    app = opened(query)
    app.session_state["scenario"] = app.session_state["scenario"].replace("draws", 64)
    app.switch_page("pages/tradeoffs.py").run()
    choose(app, "tradeoffs:view", "sweep")
    assert not app.exception
    assert not alerts(app)
    assert len(app.get("plotly_chart")) == 2
    return texts(app)


def test_two_inputs_at_once_are_charts() -> None:
    assert "57 scenarios" in two_inputs("preset=support_tickets")


@pytest.mark.usefixtures("german")
def test_two_inputs_at_once_in_german() -> None:
    assert "57 Szenarien" in two_inputs("preset=support_tickets&lang=de")


def test_judgements_are_a_table_of_what_half_and_twice_change() -> None:
    app = opened("preset=support_tickets")
    app.session_state["scenario"] = app.session_state["scenario"].replace("draws", 64)
    app.switch_page("pages/tradeoffs.py").run()
    choose(app, "tradeoffs:view", "judgements")
    assert not app.exception
    assert not alerts(app)
    assert "rests on judgement" in texts(app)
    table = app.dataframe[0].value
    assert list(table.columns)[3:6] == ["total at half", "total at twice", "choice"]
    assert len(table) > 5
