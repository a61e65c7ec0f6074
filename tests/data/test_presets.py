"""The shipped scenarios: complete, valid, and every name in them known to the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from estimator.engine.candidates import build_candidates, check_names
from estimator.engine.inputs import ProjectInputs, json_schema
from estimator.vocabulary import Task
from tests.conftest import PRESETS, ROOT, load_preset

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

USE_CASES = {
    "support_tickets",
    "chatbot_llama_lora",
    "sentiment",
    "translation",
    "search_qa",
    "recommendation",
    "image_recognition",
    "food_detection",
    "factory_defects",
    "rare_disease_imaging",
    "clinical_notes_biogpt",
    "contracts",
    "fraud",
    "crop_satellite",
    "pipeline_sonar",
    "customer_behaviour",
    "call_transcription",
    "high_security",
    "robotics",
    "small_firm",
    "edge_device",
}


def test_every_use_case_has_a_preset() -> None:
    assert set(PRESETS) >= USE_CASES
    assert {load_preset(p).task for p in PRESETS} >= {
        Task.IMAGE_GENERATION,
        Task.MUSIC_GENERATION,
        Task.PROTEIN,
    }


def test_the_folder_holds_scenario_files_only() -> None:
    names = {p.name for p in (ROOT / "data" / "presets").iterdir()}
    assert names == {f"{p}.yaml" for p in PRESETS}


def test_tpu_own_hardware_and_closed_house_are_shown() -> None:
    scenarios = [load_preset(p) for p in PRESETS]
    assert any(s.compute.accelerator.startswith("TPU") for s in scenarios)
    assert any(s.own_hardware is not None for s in scenarios)
    assert any(s.limits.no_external_services for s in scenarios)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_valid(name: str) -> None:
    text = (ROOT / "data" / "presets" / f"{name}.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    jsonschema.validate(data, json_schema())
    inputs = ProjectInputs.from_dict(data)
    assert ProjectInputs.from_dict(inputs.to_dict()) == inputs
    jsonschema.validate(inputs.to_dict(), json_schema())


@pytest.mark.parametrize("name", PRESETS)
def test_names_are_known_to_the_tables(name: str, evidence: Evidence) -> None:
    inputs = load_preset(name)
    check_names(inputs, evidence)
    candidates = build_candidates(inputs, evidence)
    assert len(candidates) == 10 + len(inputs.options)
    named = {a for a, model in inputs.models.items() if isinstance(model, str)}
    assert all(c.model is not None for c in candidates if str(c.approach) in named)
