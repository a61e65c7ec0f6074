"""The scenario of a tab: address, refused values, undo, reset, page change, saved scenarios."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from estimator import ProjectInputs
from estimator.report import link
from tests.conftest import load_preset
from tests.ui.pages import alerts, choose, opened, scenario, texts


def typed(app: AppTest, path: str, value: float | None) -> AppTest:
    """Type a number into a field of the form."""
    app.number_input(key=f"no:{path}").set_value(value)
    return app.run()


def test_a_link_reopens_the_same_scenario() -> None:
    inputs = (
        load_preset("factory_defects")
        .replace("n_labelled_to_buy", 4321)
        .replace("labelling.usd_per_label", 0.37)
        .replace("limits.budget_usd", 55_000.0)
    )
    app = opened(link.encode(inputs).query)
    assert scenario(app) == inputs
    assert not alerts(app)
    assert inputs.name in texts(app)


def test_every_input_stands_in_the_address() -> None:
    app = opened()
    typed(app, "n_labelled_to_buy", 2345)
    written = dict(app.query_params)
    again = link.from_query({k: v[0] if isinstance(v, list) else v for k, v in written.items()})
    assert again.inputs == scenario(app)
    assert again.inputs.n_labelled_to_buy == 2345


def test_a_preset_and_a_field_apply_both() -> None:
    inputs = scenario(opened("preset=fraud&n_labelled_to_buy=777&compute.accelerator=nvidia+l4"))
    assert inputs.name == load_preset("fraud").name
    assert inputs.n_labelled_to_buy == 777
    assert inputs.compute.accelerator == "L4"


def test_a_broken_link_says_so_and_opens_an_example() -> None:
    app = opened("v=1&task=text_classification&n_classes=-3")
    (message,) = alerts(app)
    assert "Classes: -3 is not allowed" in message
    assert scenario(app) == load_preset("support_tickets")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("n=abc", "names no task"),
        ("preset=nope", "Example project: &#x27;nope&#x27; is not allowed"),
    ],
)
def test_a_link_that_names_nothing_says_so_in_a_sentence(query: str, said: str) -> None:
    app = opened(query)
    (message,) = alerts(app)
    assert said in message
    assert scenario(app) == load_preset("support_tickets")


def test_a_share_is_typed_in_per_cent_and_slid_as_it_is() -> None:
    app = opened()
    app.select_slider(key="in:labelling.label_noise").set_value(0.05).run()
    assert scenario(app).labelling.label_noise == 0.05
    assert app.number_input(key="no:labelling.label_noise").value == 5.0
    typed(app, "labelling.label_noise", 7.0)
    assert scenario(app).labelling.label_noise == 0.07
    assert app.select_slider(key="in:labelling.label_noise").value == 0.07


def test_a_target_is_typed_as_people_say_it() -> None:
    app = opened()
    assert app.number_input(key="no:target.value").value == 90.0
    typed(app, "target.value", 85.0)
    assert scenario(app).target.value == 0.85
    app.select_slider(key="in:target.value").set_value(0.88).run()
    assert scenario(app).target.value == 0.88
    app = opened("preset=translation")
    assert app.number_input(key="no:target.value").value == 32.0


def test_pasted_results_may_be_words_and_per_cent() -> None:
    from estimator.ui.own_data import _pilot_lines

    assert _pilot_lines("Full fine-tuning; 300; 84%\nlora, 50, 0.7") == [
        {"approach": "full_finetune", "n_labelled": 300, "value": 0.84},
        {"approach": "lora", "n_labelled": 50, "value": 0.7},
    ]
    assert [p["value"] for p in _pilot_lines("lora, 1,000, 0,84\nlora; 50; 70 %\nlora;5;31.5")] == [
        0.84,
        0.7,
        31.5,
    ]
    assert _pilot_lines("lora, 1,000, 84%")[0]["n_labelled"] == 1000
    [tested] = _pilot_lines("lora; 1.000; 84 %; 2,500")
    assert (tested["value"], tested["n_test"]) == (0.84, 2500)


@pytest.mark.parametrize(
    ("path", "value"),
    [("labelling.usd_per_label", -3.0), ("n_classes", 0), ("target.value", 1e9)],
)
def test_a_refused_value_keeps_the_last_valid_result(path: str, value: float) -> None:
    app = opened()
    before = scenario(app)
    typed(app, path, value)
    assert scenario(app) == before
    (message,) = [e.value for e in app.error]
    assert "allowed" in message
    assert app.number_input(key=f"no:{path}").value == value
    assert "es-head" in texts(app)
    typed(app, path, None if path != "n_classes" else 7)
    assert not app.error


def test_undo_and_reset() -> None:
    app = opened()
    first = scenario(app)
    typed(app, "n_labelled_to_buy", 2000)
    typed(app, "n_classes", 5)
    assert (scenario(app).n_labelled_to_buy, scenario(app).n_classes) == (2000, 5)
    app.button(key="undo").click().run()
    assert scenario(app).n_classes == first.n_classes
    assert scenario(app).n_labelled_to_buy == 2000
    app.button(key="reset:n_labelled_to_buy").click().run()
    assert scenario(app) == first
    typed(app, "n_classes", 5)
    app.button(key="reset_all").click().run()
    assert scenario(app) == first


def test_changed_inputs_are_marked_in_words() -> None:
    app = opened()
    assert "changed" not in app.select_slider(key="in:n_labelled_to_buy").label
    typed(app, "n_labelled_to_buy", 2000)
    assert "changed" in app.select_slider(key="in:n_labelled_to_buy").label


def test_inputs_survive_a_page_change() -> None:
    app = opened()
    typed(app, "n_labelled_to_buy", 2000)
    app.switch_page("pages/evidence.py").run()
    app.switch_page("pages/answer.py").run()
    assert scenario(app).n_labelled_to_buy == 2000
    assert app.number_input(key="no:n_labelled_to_buy").value == 2000


def test_the_guide_leads_to_an_example_in_three_clicks() -> None:
    app = opened(page="guide")
    app.button(key="guide:solved:no").click().run()
    app.button(key="guide:close:no").click().run()
    found = [b for b in app.button if b.key and b.key.startswith("guide:open:")]
    assert found
    name = str(found[0].key).removeprefix("guide:open:")
    found[0].click().run()
    assert scenario(app) == load_preset(name)
    assert scenario(app).domain == "far"


def test_a_preset_replaces_every_input() -> None:
    app = opened()
    typed(app, "n_labelled_to_buy", 2000)
    app.selectbox(key="side:preset").select("translation").run()
    assert scenario(app) == load_preset("translation")
    assert not alerts(app)


def test_an_accelerator_moves_to_a_provider_that_sells_it() -> None:
    app = opened()
    app.selectbox(key="in:compute.accelerator").select("TPU-v5e").run()
    compute = scenario(app).compute
    assert compute.accelerator == "TPU-v5e"
    assert compute.provider == "gcp"
    assert not app.error


def test_a_new_task_takes_its_own_metric_and_unit() -> None:
    inputs = opened().session_state["scenario"]
    from estimator.ui.state import with_dependents

    speech = with_dependents(inputs, "task", "speech_recognition")
    assert speech.target.metric == "wer"
    assert speech.unit_name == "audio_seconds"
    assert dict(speech.models) == {}
    assert speech.n_labelled_to_buy == inputs.n_labelled_to_buy


def test_a_whole_answer_says_what_would_change_it() -> None:
    from estimator.ui import cached

    inputs = load_preset("support_tickets")
    cached.full_answer(inputs)
    app = opened("preset=support_tickets")
    assert "What would change it:" in texts(app)
    assert "searching" not in texts(app)


def test_two_scenarios_stand_side_by_side() -> None:
    app = opened(page="compare")
    choose(app, "compare:what", "scenarios")
    app.button(key="scenarios:save").click().run()
    typed(app, "n_labelled_to_buy", 9000)
    shown = texts(app)
    assert "Labels to buy" in shown
    assert "9,000" in shown
    assert [s.n_labelled_to_buy for s in app.session_state["saved_scenarios"]] == [1000]


def test_pilot_points_narrow_the_interval() -> None:
    from estimator.ui import cached

    point = [{"approach": "full_finetune", "n_labelled": 300, "value": 0.84}]
    before = load_preset("support_tickets")
    after = before.replace("pilot", point)

    def width(inputs: ProjectInputs) -> float:
        rows = cached.answer(inputs)["approaches"]
        value = next(r for r in rows if r["approach"] == "full_finetune")["accuracy"]
        return float(value["p90"] - value["p10"])

    assert width(after) < 0.8 * width(before)
    app = opened(link.encode(after).query, page="plan")
    choose(app, "plan:view", "results")
    assert any("before" in m.value for m in app.markdown)


def test_the_guide_takes_three_clicks_at_most() -> None:
    app = opened(page="guide")
    app.button(key="guide:solved:no").click().run()
    app.button(key="guide:close:no").click().run()
    assert scenario(app).domain == "far"
    app.button(key="guide:unique:yes").click().run()
    assert "From scratch" in texts(app)
    assert not alerts(app)


def test_the_address_of_the_report_page_is_the_whole_scenario() -> None:
    app = opened("preset=translation", page="report")
    (first, *_) = [c.value for c in app.code]
    fields = dict(parse_qsl(first.split("?", 1)[1]))
    assert link.from_query(fields).inputs == load_preset("translation")
