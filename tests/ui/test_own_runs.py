"""Own runs and training configurations on the page: a timed step, a file, a table."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.ui.pages import scenario, texts

AXOLOTL = """base_model: meta-llama/Llama-3.1-8B
adapter: qlora
load_in_4bit: true
sequence_len: 4096
sample_packing: true
micro_batch_size: 2
gradient_accumulation_steps: 4
num_epochs: 3
lora_r: 32
lora_target_linear: true
"""
KOHYA = """[model_arguments]
pretrained_model_name_or_path = "stabilityai/stable-diffusion-xl-base-1.0"
[training_arguments]
network_module = "networks.lora"
network_dim = 32
train_batch_size = 1
max_train_epochs = 10
resolution = "1024,1024"
"""


def form() -> None:
    """Own runs and the scenario door as a script of their own."""
    from estimator.ui import own_data, own_runs, shell, state

    state.begin()
    shell.messages()
    own_runs.own_runs("own_runs", state.current(), state.changed())
    own_data.scenario_file("scenario_file", state.current(), state.changed())


def opened(query: str = "chatbot_llama_lora") -> AppTest:
    app = AppTest.from_function(form, default_timeout=60)
    app.query_params["preset"] = query
    return app.run()


def paste(app: AppTest, part: str, text: str) -> AppTest:
    [area] = [a for a in app.text_area if str(a.key) == f"paste:{part}"]
    return area.set_value(text).run()


def press(app: AppTest, part: str) -> AppTest:
    [button] = [b for b in app.button if part in f"{b.key} {b.label}"]
    return button.click().run()


def test_the_time_of_a_step_is_an_own_run() -> None:
    app = opened()
    [seconds] = [n for n in app.number_input if n.label == "Seconds per step"]
    [tokens] = [n for n in app.number_input if n.label.startswith("Tokens per step")]
    seconds.set_value(3.0)
    tokens.set_value(16384.0)
    press(app, "Take this step")
    assert not app.exception
    [run] = scenario(app).to_dict()["own_runs"]
    assert run == {"approach": "lora", "seconds_per_step": 3.0, "tokens_per_step": 16384.0}
    said = " ".join(str(m.value) for m in app.markdown)
    assert "with what you entered" in said


def test_a_configuration_with_its_time_is_an_own_run() -> None:
    app = paste(opened(), "own_runs", AXOLOTL)
    [minutes] = [n for n in app.number_input if n.label == "Minutes of the whole run"]
    [examples] = [n for n in app.number_input if n.label == "Training examples"]
    minutes.set_value(240.0).run()
    examples.set_value(20000).run()
    press(app, "runs:take")
    assert not app.exception
    [run] = scenario(app).to_dict()["own_runs"]
    assert (run["approach"], run["minutes"], run["n_train"]) == ("lora", 240.0, 20000)
    assert "packing" in run["context"]
    assert "lora_rank=32" in run["context"]


def test_configurations_open_as_scenarios() -> None:
    app = press(paste(opened(), "scenario_file", AXOLOTL), "scenario:open")
    assert not app.exception
    assert scenario(app).models["lora"] == "llama-3.1-8b"
    assert scenario(app).training.packing
    assert "axolotl" in texts(app)
    app = press(paste(opened(), "scenario_file", KOHYA), "scenario:open")
    assert str(scenario(app).task) == "image_generation"
    assert scenario(app).unit["pixels"] == 1024
    assert scenario(app).training.lora_rank == 32
