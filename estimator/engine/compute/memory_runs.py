"""Peak memory of a published run, its settings parsed from the row's text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from estimator.engine.compute import text as parse
from estimator.engine.compute.hardware import precision_class
from estimator.engine.compute.memory import MemorySetting, peak_memory_gb
from estimator.engine.compute.names import ModelInfo, find_model
from estimator.engine.compute.resolve import (
    APPROACH_OF_RUN,
    NameTables,
    RunWork,
    Unresolved,
    dataset_of,
    forward_flop,
)
from estimator.units import GIGA

_ADAPTER_PARAMS = re.compile(r"(\d+(?:\.\d+)?) ?([mM]) trainable")


def run_memory_gb(
    row: Mapping[str, object], run: RunWork | Unresolved, tables: NameTables
) -> float | None:
    """Peak memory per device [GB] of a row of runs, None where the model's size is unknown."""
    name, modality, task = (parse.words(row.get(c)) for c in ("model", "modality", "task"))
    given = parse.number(row.get("params_total"))
    model = (
        run.model
        if isinstance(run, RunWork)
        else find_model(name, modality, task, given, tables.models, tables.catalogue)
    )
    if model is None or not model.params:
        return None
    n = (run.n_devices if isinstance(run, RunWork) else parse.number(row.get("n_devices"))) or 1.0
    setting = memory_setting(row, model, n, tables)
    return float(f"{peak_memory_gb(model, setting, _shards(row, n)):.6g}")


def _text(row: Mapping[str, object]) -> str:
    return " ".join(
        parse.words(row.get(c)) for c in ("task", "model", "context", "setting", "precision")
    ).lower()


def _shards(row: Mapping[str, object], n_devices: float) -> float:
    return (
        n_devices
        if re.search(r"fsdp|zero-?[23]|shard|\b[23]d\b|tensor parallel|\btp\b", _text(row))
        else 1.0
    )


def memory_setting(
    row: Mapping[str, object], model: ModelInfo, n: float, tables: NameTables
) -> MemorySetting:
    """Approach, batch, length, precision, optimiser and recomputation as far as the text says."""
    text = _text(row)
    approach = parse.words(row.get("approach")) or "full_finetune"
    approach = APPROACH_OF_RUN.get(approach, approach)
    precision = (
        precision_class(parse.words(row.get("precision"))) or precision_class(text) or "half"
    )
    if approach == "lora" and re.search(r"qlora|nf4|4-?bit", text):
        precision = "int4"
    batch = parse.global_batch(text, n)
    per_device = batch / n if batch else 1.0
    seq = parse.sequence_length(text)
    if seq is None and model.group in ("llm", "encoder", "seq2seq"):
        found = dataset_of(text, tables, "tokens")
        seq = found.unit_length if found else 512.0
    pixels = parse.resolution(text)
    optimiser = (
        "adamw_8bit"
        if re.search(r"8-?bit adam|adam8|paged", text)
        else "sgd"
        if "sgd" in text
        else "adamw"
    )
    trainable = parse.number(row.get("params_trainable"))
    adapter = trainable or 0.005 * (model.params or 0.0)
    flop = forward_flop(model, seq, pixels) if model.forward_gflop else None
    return MemorySetting(
        approach=approach, precision=precision, optimiser=optimiser, batch_per_device=per_device,
        tokens=seq or 1.0, pixels=pixels,
        checkpointing=bool(re.search(r"act-ckpt true|full activation|gradient checkpoint|activation checkpointing(?!.*select)", text))
        and "act-ckpt false" not in text,
        trained_share=min((trainable or 0.25 * (model.params or 1.0)) / (model.params or 1.0), 1.0),
        adapter_params=adapter if approach == "lora" else 0.0,
        vocabulary=32000.0 if model.group == "llm" else 0.0,
        forward_gflop_example=(flop or 0.0) / GIGA,
        mixed_master=not re.search(r"bf16 \(pure\)|bf16-true|pure bf16|bfloat16", text),
    )  # fmt: skip
