"""Words of published runs: hardware, precision, lengths, sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from estimator.engine.compute import text as parse
from estimator.engine.compute.flop import padded_length, views
from estimator.engine.compute.hardware import (
    accelerator_id,
    default_precision,
    peak_tflop,
    precision_class,
    resolve_hardware,
)
from estimator.engine.compute.names import find_model, moe_active
from estimator.engine.compute.resolve import usual_modality
from estimator.engine.compute.run_tables import tables_of
from estimator.engine.compute.settings import read_settings

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NVIDIA A100-SXM4-40GB (400W)", "A100-40GB"),
        ("NVIDIA A100 80GB (DGX A100)", "A100-80GB"),
        ("NVIDIA A100-PCIe-80GB", "A100-PCIe-80GB"),
        ("H100 80GB SXM", "H100-80GB"),
        ("NVIDIA H100-PCIe-80GB", "H100-PCIe-80GB"),
        ("NVIDIA Blackwell GPU (GB200)", "GB200-186GB"),
        ("Google TPU v3 core (v3-32)", "TPU-v3"),
        ("Google TPU-trillium", "TPU-v6e"),
        ("RTX A6000 48GB", "RTX-A6000"),
        ("A6000 Ada 48GB", "RTX-6000-Ada"),
        ("NVIDIA GeForce RTX 3090 Ti", "RTX-3090-Ti"),
        ("AMD Instinct MI300X 192GB HBM3", "MI300X"),
        ("Intel(R) Gaudi(R) 2 AI Accelerator", "Gaudi2"),
        ("V100 SXM3 32GB", "V100-32GB"),
        ("a machine", None),
        ("", None),
    ],
)
def test_hardware_spellings(text: str, expected: str | None) -> None:
    assert accelerator_id(text) == expected


def test_every_hardware_rule_names_a_shipped_accelerator_or_nothing(evidence: Evidence) -> None:
    table = evidence.table("runs")
    texts = [t for t in table["hardware"].dropna().unique() if accelerator_id(str(t))]
    known = [t for t in texts if resolve_hardware(str(t), evidence.accelerators)]
    assert len(known) / len(texts) > 0.9


def test_tpu_cores_are_half_a_chip(evidence: Evidence) -> None:
    core = resolve_hardware("Google TPU v3 core (v3-8)", evidence.accelerators)
    chip = resolve_hardware("Google TPU v3", evidence.accelerators)
    assert core is not None
    assert chip is not None
    assert (core.devices_per_unit, chip.devices_per_unit) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("mixed bf16", "half"), ("nf4 (QLoRA)", "int4"), ("FP8 mixed", "fp8"), ("tf32", "tf32"),
     ("16-mixed", "half"), ("FP32", "fp32"), ("", None), ("nan", None)],
)  # fmt: skip
def test_precision_classes(text: str, expected: str | None) -> None:
    assert precision_class(text) == expected


def test_peak_falls_back_and_old_devices_train_in_fp32(evidence: Evidence) -> None:
    a100, p100 = evidence.accelerators["A100-40GB"], evidence.accelerators["P100-16GB"]
    assert peak_tflop(a100, "half") == 312.0
    assert peak_tflop(a100, "tf32") == 156.0
    assert default_precision(p100, 2020) == "fp32"
    assert default_precision(evidence.accelerators["H100-80GB"], 2023, True) == "fp8"
    assert default_precision(evidence.accelerators["H100-80GB"], 2023) == "half"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("sequence length 8192; global batch 8", 8192), ("seq 512, batch 1/GPU", 512),
     ("max length 128; batch 32", 128), ("1024 tokens (padded)", 1024), ("224x224", None)],
)  # fmt: skip
def test_sequence_lengths(text: str, expected: float | None) -> None:
    assert parse.sequence_length(text) == expected


def test_resolutions_batches_steps_and_sizes() -> None:
    assert parse.resolution("224x224; global batch 408") == 224
    assert parse.resolution("128x128x128 patches") is None
    batches = {"global batch 3264; framework MXNet": 3264, "seq 2048, batch 4/GPU": 32}
    assert {t: read_settings(t, 8).global_batch for t in batches} == batches
    assert read_settings("5000 steps; batch 16 x 2", 1).global_batch == 32
    assert parse.optimiser_steps("400k updates") == 400_000
    assert parse.optimiser_steps("237k steps at 256 + 194k/515k steps") == 946_000
    assert parse.billions("Llama-2 7B") == 7e9
    assert parse.billions("GPT-2 124M") == 124e6
    assert parse.billions("bloomz-7b1") == 7.1e9
    assert parse.tokens_named("about 48.1B tokens") == 48.1e9
    assert parse.number("1,281,167") == 1281167
    assert parse.number("n/a") is None
    assert parse.number(float("nan")) is None


def test_views_of_self_supervised_recipes() -> None:
    assert views("2x224 + 6x96 multi-crop") == pytest.approx(2 + 6 * (96 / 224) ** 2)
    assert views("resnet-50 moco v2") == pytest.approx(4 / 3)
    assert views("resnet-50 imagenet") == 1.0


def test_padded_lengths_grow_with_the_mean() -> None:
    assert [padded_length(x) for x in (13, 150, 300, 900)] == [128, 256, 512, 512]


@pytest.mark.parametrize(
    ("name", "modality", "task", "gflop"),
    [
        ("ResNet-50", "vision", "image classification", 8.22),
        ("RegNetX-400MF", "vision", "image classification", 0.8),
        ("ResNet50 (2x)", "vision", "image classification", 4 * 8.22),
        ("ResNeXt101-32x4d", "vision", "image classification", 16.0),
        ("Faster R-CNN R50-FPN", "vision", "object detection (COCO)", 360.0),
        ("ViT-B/16", "vision", "image classification", 35.16),
    ],
)
def test_image_models_have_published_forward_flop(
    name: str, modality: str, task: str, gflop: float, evidence: Evidence
) -> None:
    tables = tables_of(evidence)
    model = find_model(name, modality, task, None, tables.lexicon)
    assert model is not None
    assert model.forward_gflop == pytest.approx(gflop, rel=0.02)


@pytest.mark.parametrize(
    ("name", "group", "params"),
    [
        ("bert-base-cased", "encoder", 110e6),
        ("Llama-2 7B", "llm", 7e9),
        ("T5-base v1.1", "seq2seq", 248e6),
        ("DeepSeek-V3 671B", "llm", 671e9),
        ("d20", "llm", 561e6),
    ],
)
def test_text_models_by_name(name: str, group: str, params: float, evidence: Evidence) -> None:
    tables = tables_of(evidence)
    model = find_model(name, "text", "", None, tables.lexicon)
    assert model is not None
    assert model.group == group
    assert model.params == pytest.approx(params, rel=0.05)


def test_experts_work_in_part(evidence: Evidence) -> None:
    lexicon = tables_of(evidence).lexicon
    assert moe_active("Qwen3-235B-A22B", lexicon) == 22e9
    assert moe_active("Mixtral 8x7B", lexicon) == 12.9e9
    assert moe_active("Llama 2 7B", lexicon) is None


@pytest.mark.parametrize(
    ("task", "model", "modality"),
    [
        ("text classification", "", "text"),
        ("", "BERT-base", "text"),
        ("image classification", "vit-base", "vision"),
        ("text-to-image", "sdxl", "image generation"),
        ("", "whisper-small", "speech"),
        ("", "our model", ""),
    ],
)
def test_a_run_without_modality_is_known_by_its_task_or_model(
    task: str, model: str, modality: str
) -> None:
    assert usual_modality(task, model) == modality


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("1,000 examples, 250 steps", None), ("single GPU, batch 4", None),
        ("full-parameter fine-tuning", None), ("amp", "half"), ("full", "fp32"),
        ("full precision", "fp32"), ("fp32 ; 1,000 examples", "fp32"), ("16-mixed", "half"),
    ],
)  # fmt: skip
def test_words_of_a_run_are_no_precision(text: str, precision: str | None) -> None:
    assert precision_class(text) == precision
