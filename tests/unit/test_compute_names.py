"""Models and devices as hubs, clouds and drivers spell them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from estimator.engine.compute.hardware import accelerator_id, architecture
from estimator.engine.compute.names import find_model
from estimator.engine.compute.run_tables import tables_of

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

HERE = Path(__file__).parent
NOT_SHIPPED = ("Gaudi1", "Ascend-910", "Bow-IPU", "IPU-GC200")
"""Devices whose makers publish no peak rate that a run could be held against."""


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_devices_as_people_spell_them(evidence: Evidence) -> None:
    rows = _rows("device_names.csv")
    assert len(rows) >= 100
    wrong = [r for r in rows if accelerator_id(r["spelling"]) != r["accelerator"]]
    assert not wrong
    assert {r["accelerator"] for r in rows} <= set(evidence.accelerators)


def test_every_shipped_device_is_reached_by_its_id_and_its_name(evidence: Evidence) -> None:
    table = evidence.table("hardware")
    for ident, name, kind in zip(table["accelerator"], table["name"], table["kind"], strict=True):
        if ident in evidence.accelerators and kind != "cpu":
            assert accelerator_id(ident) == ident
            assert accelerator_id(name) == ident
            assert architecture(ident) != "cpu", ident


def test_every_device_named_in_the_evidence_has_a_row(evidence: Evidence) -> None:
    named = {accelerator_id(str(t)) for t in evidence.table("runs")["hardware"].dropna()}
    assert named - {None} - set(evidence.accelerators) <= set(NOT_SHIPPED)


def test_models_as_hubs_spell_them(evidence: Evidence) -> None:
    rows, tables = _rows("model_names.csv"), tables_of(evidence)
    assert len(rows) >= 150
    wrong = []
    for r in rows:
        m = find_model(r["name"], r["modality"], "fine-tuning", None, tables.lexicon)
        if m is None or m.params is None or m.group != r["group"]:
            wrong.append(r["name"])
        elif m.params != pytest.approx(float(r["params"]), rel=0.22):
            wrong.append(f"{r['name']}: {m.params:.3g}")
    assert not wrong


@pytest.mark.parametrize(
    ("name", "active"),
    [("Llama-4-Scout-17B-16E-Instruct", 17e9), ("Qwen/Qwen3-30B-A3B", 3e9),
     ("deepseek-ai/DeepSeek-V3", 37e9), ("openai/gpt-oss-20b", 3.6e9)],
)  # fmt: skip
def test_mixtures_work_with_their_active_parameters(
    evidence: Evidence, name: str, active: float
) -> None:
    m = find_model(name, "text", "", None, tables_of(evidence).lexicon)
    assert m is not None
    assert m.params_active == pytest.approx(active, rel=0.1)
    assert (m.params or 0) > 4 * active


HUB = (
    "Qwen/Qwen-Image", "yolo12n", "yolo26m.pt", "BAAI/bge-m3", "nvidia/parakeet-tdt-0.6b-v3",
    "meta-llama/Llama-4-Scout-17B-16E-Instruct", "SigLIP 2 base", "ESM-C 300M", "TabPFN v2.5",
    "boltz-community/boltz-2", "black-forest-labs/FLUX.2-dev", "google/embeddinggemma-300m",
    "zai-org/GLM-4.5-Air", "deepseek-ai/DeepSeek-V3.2", "RF-DETR", "dinov3-vit7b16",
)  # fmt: skip


@pytest.mark.parametrize("name", HUB)
def test_a_scenario_takes_the_names_of_hubs(evidence: Evidence, name: str) -> None:
    assert evidence.find_model(name) is not None


@pytest.mark.parametrize(
    ("hub", "name"),
    [
        ("facebook/sam3", "sam3"), ("D-FINE", "d-fine-l"), ("TabICL v2", "tabicl-v2"),
        ("ustc-community/dfine-small-coco", "d-fine-s"), ("RF-DETR-N", "rf-detr-nano"),
        ("microsoft/Florence-2-base", "florence-2-base"), ("omniASR", "omniasr-llm-7b"),
        ("IDEA-Research/grounding-dino-base", "grounding-dino-base"),
        ("facebook/w2v-bert-2.0", "w2v-bert-2.0"), ("Qwen/Qwen3-ASR-0.6B", "qwen3-asr-0.6b"),
        ("facebook/dinov3-vitb16-pretrain-lvd1689m", "vit-base-patch16-dinov3"),
        ("PekingU/rtdetr_v2_r18vd", "rt-detr-r18"), ("facebook/omniASR-CTC-3B", "omniasr-ctc-3b"),
        ("ibm-granite/granite-4.0-h-tiny", "granite-4.0-h-tiny"),
        ("google/timesfm-2.5-200m-transformers", "timesfm-2.5"),
    ],
)  # fmt: skip
def test_hub_names_open_in_a_scenario(hub: str, name: str, evidence: Evidence) -> None:
    found = evidence.find_model(hub)
    assert found is not None
    assert found.name == name
