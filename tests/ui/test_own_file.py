"""A labelled file on the page: previewed, measured in another process, used, forgotten."""

from __future__ import annotations

import logging
import time
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from estimator.measure import frozen
from estimator.report import link
from tests.measure.files import SECRET, csv_of
from tests.measure.files import texts as made
from tests.measure.shapes import ASK
from tests.measure.test_kinds import as_separated, quantity
from tests.measure.written import GERMAN
from tests.ui.pages import alerts, scenario, texts


def form() -> None:
    """The part of the form that takes a labelled file, as a script of its own."""
    from estimator.ui import own_file, shell, state

    state.begin()
    shell.messages()
    own_file.labelled_file("csv", state.current(), state.changed())


def pasted(text: str, query: str = "preset=support_tickets") -> AppTest:
    app = AppTest.from_function(form, default_timeout=60)
    for name, value in parse_qsl(query, keep_blank_values=True):
        app.query_params[name] = value
    app.run()
    [area] = [a for a in app.text_area if str(a.key).endswith("paste:csv:0")]
    return area.set_value(text).run()


def select(app: AppTest, part: str) -> str:
    [box] = [b for b in app.selectbox if str(b.key).startswith(f"csv:{part}:")]
    return str(box.value)


def test_the_guess_is_shown_and_its_counts_are_used() -> None:
    app = pasted(GERMAN)
    assert not app.exception
    assert (select(app, "text"), select(app, "label")) == ("Nachricht", "Kategorie")
    assert "300 labelled examples" in texts(app)
    app.button(key="csv:use").click().run()
    assert scenario(app).n_labelled_available == 300
    assert scenario(app).n_classes == 12
    assert scenario(app).facts.majority_share == pytest.approx(37 / 300, abs=1e-5)


def test_another_column_is_one_choice_away() -> None:
    app = pasted(GERMAN)
    [box] = [b for b in app.selectbox if str(b.key).startswith("csv:label:")]
    box.set_value("Bearbeiter").run()
    assert "2 classes" in texts(app)


def test_a_label_that_nobody_can_know_is_asked_for() -> None:
    app = pasted(ASK["only side columns"])
    assert "Say which" in texts(app)
    assert not [b for b in app.button if b.key == "csv:use"]


def test_what_is_refused_is_said_in_the_readers_language() -> None:
    xml = '<?xml version="1.0"?><annotations><image id="0"></image></annotations>'
    assert "CVAT" in " ".join(alerts(pasted(xml)))
    assert "Exportieren" in " ".join(alerts(pasted(xml, "preset=support_tickets&lang=de")))


def test_measured_used_and_forgotten_without_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        app = pasted(csv_of(made(160)).decode())
        app.button(key="csv:measure").click().run()
        job = app.session_state["own_file"].job
        assert job.wait(60)
        app.run()
        until = time.monotonic() + 20
        while not [b for b in app.button if b.key == "csv:take"] and time.monotonic() < until:
            app.run()
        app.radio(key="csv:in_use").set_value("later_or_other").run()
        app.button(key="csv:take").click().run()
    assert not app.exception
    inputs = scenario(app)
    assert inputs.facts.in_use == "later_or_other"
    assert {p.n_test for p in inputs.pilot} == {48}
    assert [p.n_labelled for p in inputs.pilot] == [50, 100, 112]
    assert "own_file" not in app.session_state
    assert "own results are in the scenario" in texts(app)
    assert SECRET not in inputs.canonical_json()
    assert SECRET not in link.encode(inputs).query
    assert SECRET not in caplog.text
    assert SECRET not in texts(app)


def measured(app: AppTest) -> AppTest:
    app.button(key="csv:measure").click().run()
    assert app.session_state["own_file"].job.wait(60)
    until = time.monotonic() + 20
    while app.session_state["own_file"].measured is None and time.monotonic() < until:
        app.run()
    return app.run()


def shown(app: AppTest) -> str:
    return texts(app) + " ".join(str(m.value) for m in app.markdown)


def test_labels_that_occur_together_enter_with_their_own_metric() -> None:
    app = measured(pasted(as_separated().decode()))
    assert "micro F1" in texts(app)
    app.button(key="csv:take").click().run()
    assert not app.exception
    inputs = scenario(app)
    assert inputs.target.metric == "micro_f1"
    assert {str(p.approach) for p in inputs.pilot} == {"baseline"}
    assert inputs.n_classes == 3


def test_a_quantity_of_a_table_becomes_a_scenario() -> None:
    app = pasted(quantity(120).decode())
    [box] = [b for b in app.selectbox if str(b.key).startswith("csv:label:")]
    box.set_value("price").run()
    app = measured(app)
    assert "R²" in shown(app)
    app.button(key="csv:take").click().run()
    inputs = scenario(app)
    assert inputs.task == "tabular_regression"
    assert inputs.target.metric == "r2"
    assert {str(p.approach) for p in inputs.pilot} == {"baseline"}


def test_frozen_features_are_offered_where_they_are_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("wordllama")
    app = pasted(csv_of(made(120)).decode())
    app.checkbox(key="csv:frozen").check().run()
    app = measured(app)
    assert "frozen features, trained on 50" in shown(app)
    app.button(key="csv:take").click().run()
    assert {str(p.approach) for p in scenario(app).pilot} == {"baseline", "linear_probe"}
    monkeypatch.setattr(frozen, "PACKAGE", "no_such_package")
    assert not [b for b in pasted(csv_of(made(80)).decode()).checkbox if b.key == "csv:frozen"]


def test_stopping_says_so_and_leaves_the_button() -> None:
    app = pasted(csv_of(made(2000, 12)).decode())
    app.button(key="csv:measure").click().run()
    app.session_state["own_file"].job.cancel()
    assert app.session_state["own_file"].job.wait(20)
    until, said = time.monotonic() + 20, ""
    while "Measuring was stopped" not in said and time.monotonic() < until:
        said = texts(app.run())
    assert "Measuring was stopped" in said
    assert [b for b in app.button if b.key == "csv:measure"]
