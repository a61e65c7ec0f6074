"""The shipped tables hold together: schemas, names, keys between tables, catalogues."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from estimator.evidence import names
from estimator.evidence.schema import TABLES
from estimator.vocabulary import Approach, Task
from tests.conftest import ROOT

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

DATA = ROOT / "data"
FAMILY_WORDS = (
    "bert-base roberta-base distilbert-base t5-base gpt2 gpt-3-175b llama-2-7b llama-3.1-8b "
    "mistral-7b biogpt resnet50 efficientnet-b0 vit-base clip-vit-b-32 yolov8s yolox-s detr-r50 "
    "faster-rcnn-r50 unet-2d stable-diffusion-1.5 wav2vec2-base hubert-base whisper-small "
    "musicgen-small speechbrain-conformer-base esm-2-650m alphafold-2 all-minilm-l6 xgboost "
    "logistic-regression tfidf-logistic-regression gpt-5.4-mini claude-haiku-4-5 "
    "text-embedding-3-small openai-whisper-1"
)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_table_obeys_its_schema(evidence: Evidence, name: str) -> None:
    assert len(evidence.table(name)) > 0


def test_every_file_has_a_schema() -> None:
    files = {p.relative_to(DATA).as_posix() for p in DATA.rglob("*.csv")}
    assert files == {t.path for t in TABLES.values()}


def test_dictionary_lists_every_table_and_column() -> None:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE))
    for schema in TABLES.values():
        listed = re.findall(r"^\| (\w+) \|", sections[schema.path], re.MULTILINE)
        assert listed[1:] == schema.names, schema.path


def test_tables_are_plain_utf8_with_unix_lines() -> None:
    for path in DATA.rglob("*.csv"):
        raw = path.read_bytes()
        raw.decode("utf-8")
        assert b"\r" not in raw, path
        assert raw.endswith(b"\n"), path


def test_every_metric_data_set_and_device_is_known(evidence: Evidence) -> None:
    tables = ("curves", "curves_later", "curves_measured", "curves_semi_supervised", "effects")
    for table in tables:
        frame = evidence.table(table)
        assert set(frame["metric"]) <= set(evidence.metric_spellings), table
        assert set(frame["dataset"]) <= set(evidence.dataset_ids), table
    spellings = set(evidence.table("accelerator_names")["spelling"])
    for table, column in (
        ("runs", "hardware"),
        ("mfu", "hardware"),
        ("throughput_text", "hardware"),
        ("throughput_vision_speech", "hardware"),
        ("throughput_lambda", "hardware"),
        ("measured_time", "hardware"),
        ("inference", "hardware"),
        ("mlperf", "accelerator"),
        ("prices", "accelerator_spelling"),
        ("price_history", "accelerator"),
        ("hardware_achievable", "accelerator"),
    ):
        used = set(evidence.table(table)[column]) - {""}
        assert used <= spellings, (table, sorted(used - spellings)[:5])


def test_values_stay_within_their_metric(evidence: Evidence) -> None:
    frame = evidence.table("curves")
    bounds = frame["metric"].map(evidence.metric_spellings)
    outside = [
        row_id
        for row_id, value, metric in zip(frame["row_id"], frame["value"], bounds, strict=True)
        if not metric.low <= value <= metric.high
    ]
    assert outside == []


NO_APPROACH = {"chance", "human", "semi_supervised"}
"""Rows of sources that are no way of getting a model."""


def test_names_map_to_the_product(evidence: Evidence) -> None:
    frame = evidence.table("curves")
    for approach in set(frame["approach"]):
        mapped = names.approach_of(approach)
        assert (mapped is None) == (approach in NO_APPROACH), approach
        assert mapped is None or mapped in set(Approach)
    unmapped = {f for f in set(frame["task_family"]) if names.task_of(f) is None}
    assert unmapped == set()
    assert names.task_of("image_classification_multilabel", "medical x-ray") == "medical_imaging"
    assert names.task_of("anomaly_detection", "manufacturing") == "image_classification"
    named = evidence.table("accelerator_names")["accelerator"]
    assert {device for device in named if device} <= set(evidence.accelerators)


def test_duplicates_name_a_row_that_stands(evidence: Evidence) -> None:
    marked = 0
    for table in ("curves_semi_supervised", "runs", "mlperf", "measured_time", "effects"):
        frame = evidence.table(table)
        for row_id, winner in zip(frame["row_id"], frame["duplicate_of"], strict=True):
            if winner:
                marked += 1
                other, key = winner.split(":")
                rows = evidence.table(other)
                assert key in set(rows["row_id"]), (table, row_id)
                assert winner != f"{table}:{row_id}"
    assert marked > 1000


def test_offers_are_unique_and_priced(evidence: Evidence) -> None:
    keys = Counter(
        (
            p.provider,
            p.instance_type,
            p.accelerator,
            p.accelerator_count,
            p.region,
            p.purchase_option,
        )
        for p in evidence.prices
    )
    assert [k for k, n in keys.items() if n > 1] == []
    assert {p.accelerator for p in evidence.prices} <= set(evidence.accelerators)
    assert all(p.usd_per_instance_hour > 0 for p in evidence.prices)
    fresh = {p.accelerator for p in evidence.prices if not p.stale and p.accelerator_count >= 1}
    assert len(fresh) >= 25
    kinds = {evidence.accelerators[a].kind for a in fresh}
    assert {str(k) for k in kinds} == {"cpu", "gpu", "tpu"}
    frame = evidence.table("prices")
    assert (frame["exclusion_reason"][frame["use"] == "no"] != "").all()
    assert (frame["stale_reason"][frame["stale"] == "yes"] != "").all()


def test_contract_accelerators_are_there(evidence: Evidence) -> None:
    named = (
        "A100-40GB A100-80GB H100-80GB H200-141GB L4 L40S T4 V100-16GB V100-32GB TPU-v4 TPU-v5e "
        "TPU-v5p TPU-v6e MI300X"
    )
    assert set(named.split()) <= set(evidence.accelerators)
    h100, a100 = evidence.accelerators["H100-80GB"], evidence.accelerators["A100-40GB"]
    assert h100.peak_tflop_per_s["bf16"] == 989
    assert a100.peak_tflop_per_s["bf16"] == 312
    for device in evidence.accelerators.values():
        peaks = device.peak_tflop_per_s
        if "bf16" in peaks and "fp32" in peaks:
            assert peaks["bf16"] >= peaks["fp32"], device.accelerator


def test_models_cover_the_families(evidence: Evidence) -> None:
    for name in FAMILY_WORDS.split():
        assert evidence.find_model(name) is not None, name
    assert evidence.find_model("BERT-Base uncased") is evidence.models["bert-base"]
    assert evidence.find_model("no such model") is None
    sized = [
        m
        for m in evidence.models.values()
        if m.params_total and m.licence != "unknown" and (m.forward_gflop or m.modality == "text")
    ]
    assert len(sized) >= 60
    for task in Task:
        assert any(task in m.tasks for m in evidence.models.values()), task


def test_hosted_models_have_a_price_and_no_size(evidence: Evidence) -> None:
    hosted = [m for m in evidence.models.values() if m.hosted]
    assert len(hosted) >= 25
    for model in hosted:
        price = evidence.api_price_of[model.name]
        assert price.input_usd_per_mtok or price.other_unit_price_usd, model.name
        assert model.params_total is None


def test_derived_operations_follow_their_formula(evidence: Evidence) -> None:
    checked = 0
    for m in evidence.models.values():
        if m.flop_formula == "transformer_encoder":
            assert m.layers
            assert m.hidden_size
            assert m.input_size
            n, d = m.input_size, m.hidden_size
            flop = m.layers * (24 * n * d**2 + 4 * n**2 * d)
            assert m.forward_gflop == pytest.approx(flop / 1e9, rel=1e-4)
            checked += 1
    assert checked >= 40
    read = evidence.models["roberta-base"]
    flop = 12 * (24 * 514 * 768**2 + 4 * 514**2 * 768)
    assert read.flop_formula == ""
    assert read.forward_gflop == pytest.approx(flop / 1e9, rel=0.01)


def test_defaults_cover_tasks_and_approaches(evidence: Evidence) -> None:
    pairs = {(str(t), str(a)) for t in Task for a in Approach}
    assert set(evidence.recipes) == pairs
    frame = evidence.table("default_models")
    assert set(zip(frame["task"], frame["approach"], strict=True)) == pairs
    for (task, approach), model in evidence.default_models.items():
        assert model in evidence.models, (task, approach)
    assert set(evidence.teacher_models.values()) <= set(evidence.models)
    blank = frame[frame["model"] == ""]
    assert set(blank["approach"]) <= set(Approach)
    assert (blank["reason"] != "").all()


def test_ranges_are_in_order(evidence: Evidence) -> None:
    rows = evidence.table("assumptions")
    assert (rows["p10"] <= rows["p50"]).all()
    assert (rows["p50"] <= rows["p90"]).all()
    assert (rows["allowed_low"] <= rows["p50"]).all()
    assert (rows["p50"] <= rows["allowed_high"]).all()
    for table, stem in (
        ("label_prices", "usd"),
        ("wages", "annual_usd"),
        ("label_seconds", "seconds"),
    ):
        frame = evidence.table(table)
        assert (frame[f"{stem}_p10"] <= frame[f"{stem}_p50"]).all()
        assert (frame[f"{stem}_p50"] <= frame[f"{stem}_p90"]).all()


def test_corrections_have_effect(evidence: Evidence) -> None:
    frame = evidence.table("curves")
    rct = frame[(frame["dataset"] == "RCT") & (frame["n_labelled"] > 500)]
    assert set(rct["n_labelled"]) == {180040}
    assert not frame["label_unit"].eq("% of training labels").mul(frame["n_labelled"] > 0).any()
    kept_out = evidence.excluded("curves")
    assert len(kept_out) > 100
    assert not set(frame["row_id"]) & {x.row_key for x in kept_out}
    named = set(evidence.table("corrections")["table"])
    assert named <= set(TABLES)


def test_frames_and_catalogues_are_read_once(evidence: Evidence) -> None:
    assert evidence.table("pue") is evidence.table("pue")
    assert evidence.models is evidence.models
    assert evidence.tables["pue"] is evidence.table("pue")
