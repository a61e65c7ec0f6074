"""Names as people paste them reach the shipped tables, or are refused with near ones."""

from __future__ import annotations

import pytest

from estimator import ProjectInputs
from estimator.engine.candidates import find_model
from estimator.engine.spelling import device_named, metric_named, provider_named, with_known_names
from estimator.errors import InputError
from estimator.evidence.load import Evidence, load_evidence
from estimator.vocabulary import Task


@pytest.fixture(scope="module")
def shipped() -> Evidence:
    return load_evidence()


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("A100-80GB", "A100-80GB"),
        ("nvidia-a100-80gb", "A100-80GB"),
        ("NVIDIA A100-SXM4-80GB", "A100-80GB"),
        ("NVIDIA A100 80GB PCIe", "A100-PCIe-80GB"),
        ("Tesla T4", "T4"),
        ("nvidia-l4", "L4"),
        ("l40s", "L40S"),
        ("NVIDIA GeForce RTX 4090", "RTX-4090"),
        ("RTX A6000", "RTX-A6000"),
        ("H200", "H200-141GB"),
        ("tpu v5e", "TPU-v5e"),
        ("AMD Instinct MI300X", "MI300X"),
        ("Abacus 3000", "Abacus 3000"),
    ],
)
def test_devices(shipped: Evidence, name: str, known: str) -> None:
    assert device_named(name, shipped) == known


@pytest.mark.parametrize("name", ["A100", "V100", "nvidia h100"])
def test_a_device_of_several_memories_is_asked_for(shipped: Evidence, name: str) -> None:
    with pytest.raises(InputError, match=r"GB or .*several memories"):
        device_named(name, shipped)


def test_instances_clouds_and_metrics(shipped: Evidence) -> None:
    only = {r.instance_type: r.accelerator for r in shipped.prices if r.provider == "aws"}
    name, device = next((n, d) for n, d in only.items() if d == "L40S")
    assert device_named(name, shipped) == device
    assert provider_named("Google Cloud", shipped) == "gcp"
    assert provider_named("AWS", shipped) == "aws"
    assert metric_named("Macro F1", shipped) == "macro_f1"
    assert metric_named("glamour", shipped) == "glamour"


def test_a_scenario_is_read_by_names_as_they_are_pasted(shipped: Evidence) -> None:
    data = {
        "task": "Text classification",
        "target": {"metric": "Accuracy", "value": 0.9},
        "compute": {"provider": "AWS", "region": "us-east-1", "accelerator": "nvidia l40s"},
        "pilot": [{"approach": "Full fine-tuning", "n_labelled": 100, "value": 0.8}],
    }
    found = with_known_names(ProjectInputs.from_dict(data), shipped)
    assert (found.task, found.compute.accelerator) == ("text_classification", "L40S")
    assert (found.compute.provider, found.target.metric) == ("aws", "accuracy")
    assert found.pilot[0].approach == "full_finetune"
    assert with_known_names(found, shipped) is found


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2.5-7b"),
        ("google-bert/bert-base-uncased", "bert-base"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("openai/whisper-medium", "whisper-medium"),
    ],
)
def test_models_by_their_hub_ids(shipped: Evidence, name: str, known: str) -> None:
    assert find_model("models.lora", name, shipped).name == known


def test_hints_are_of_the_kind_of_the_task(shipped: Evidence) -> None:
    with pytest.raises(InputError) as refused:
        find_model("models.lora", "facebook/bert-gigantic", shipped, Task.TEXT_CLASSIFICATION)
    hints = str(refused.value.allowed).split(" ... ")[0].split(", ")
    assert all("bert" in hint for hint in hints)
    speech = {m.name for m in shipped.models.values() if m.tasks == ("speech_recognition",)}
    assert not speech & set(hints)
