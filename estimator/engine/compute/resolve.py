"""A row of runs, as published, into work, device and setting - or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from estimator.engine.catalogue import Accelerator, BaseModel
from estimator.engine.compute import text as parse
from estimator.engine.compute.flop import forward_flop, padded_length, pass_factor, views
from estimator.engine.compute.hardware import (
    Hardware,
    default_precision,
    peak_tflop,
    precision_class,
    resolve_hardware,
)
from estimator.engine.compute.lexicon import (
    AUDIO_GROUPS,
    TEXT_GROUPS,
    Lexicon,
    ModelInfo,
    lexicon,
)
from estimator.engine.compute.names import find_model
from estimator.units import SECONDS_PER_HOUR, TERA

APPROACH_OF_RUN: Mapping[str, str] = {
    "pretrain": "scratch",
    "adapter": "lora",
    "few_shot_prompt": "zero_shot",
    "continued_pretrain_finetune": "continued_pretrain",
}
FLOP_CREDIBLE = 1e12
"""Smaller figures in a reported_flops column are footnote marks of the source, not FLOP."""


@dataclass(frozen=True)
class DatasetRule:
    """One row of data/catalog/run_datasets.csv."""

    pattern: re.Pattern[str]
    n_train: float
    unit: str
    unit_length: float
    length_unit: str
    default_epochs: float | None


@dataclass(frozen=True)
class NameTables:
    """Everything that turns the words of a run into numbers."""

    lexicon: Lexicon
    datasets: tuple[DatasetRule, ...]
    accelerators: Mapping[str, Accelerator]
    default_tokens: float


def name_tables(
    model_rows: Iterable[Mapping[str, object]],
    shape_rows: Iterable[Mapping[str, object]],
    dataset_rows: Iterable[Mapping[str, object]],
    models: Mapping[str, BaseModel],
    accelerators: Mapping[str, Accelerator],
    default_tokens: float,
) -> NameTables:
    """Compile the shipped name tables once."""
    datasets = tuple(
        DatasetRule(
            re.compile(str(r["pattern"]), re.IGNORECASE),
            parse.number(r["n_train"]) or 0.0,
            str(r["unit"]),
            parse.number(r["unit_length"]) or 1.0,
            str(r["length_unit"]),
            parse.number(r["default_epochs"]),
        )
        for r in dataset_rows
    )
    return NameTables(
        lexicon(model_rows, shape_rows, models), datasets, accelerators, default_tokens
    )


@dataclass(frozen=True)
class RunWork:
    """A resolved run: work and setting, all the utilisation model needs.

    ``training_flop`` is the whole run's model FLOP; ``ideal_hours`` the device-hours at peak.
    """

    training_flop: float
    ideal_hours: float
    accelerator: Accelerator
    precision: str
    precision_stated: bool
    model: ModelInfo
    approach: str
    n_devices: float | None
    seq: float | None
    pixels: float | None
    batch: float | None
    year: float | None
    text: str
    publisher: str
    source: str
    tuned: bool
    guessed: float
    """0 when work is stated; grows with each quantity that had to be assumed."""
    devices_per_unit: float = 1.0
    examples: float | None = None

    @property
    def step_seconds(self) -> float | None:
        """Ideal seconds of one optimiser step on its devices; None without a stated batch."""
        if not (self.batch and self.examples):
            return None
        steps = max(self.examples / self.batch, 1.0)
        return self.ideal_hours * SECONDS_PER_HOUR / (self.n_devices or 1.0) / steps


@dataclass(frozen=True)
class Unresolved:
    """Why a row cannot be predicted, one sentence."""

    reason: str


_TUNED = re.compile(
    r"mlperf|mlcommons|nvidia|megatron|nemo|mosaicml|llm foundry|habana|gaudi|dawnbench|ffcv|"
    r"airbench|speedrun|modded-nanogpt|nanochat|llm\.c|maxtext|tpu-recipes|fms-fsdp|"
    r"flashattention|deepspeed|torchtitan|torchtune|levanter|lambda|ml-engineering|upgrade gpus|"
    r"tinyllama|optimum|mosaic|answer\.ai"
)


def is_tuned(row: Mapping[str, object]) -> bool:
    """Speed is what the source is about: a benchmark submission or a vendor's tuned example."""
    columns = ("source_family", "source_title", "run_id")
    return bool(_TUNED.search(" ".join(parse.words(row.get(c)) for c in columns).lower()))


_PUBLISHERS: tuple[tuple[str, str], ...] = (
    (r"mlperf|mlcommons", "mlperf"),
    (r"nvidia deeplearningexamples", "nvidia_examples"),
    (r"nvidia|megatron|nemo", "nvidia"),
    (r"epoch ai", "epoch"),
    (r"transformers|hugging ?face|diffusers|optimum|trl doc", "huggingface"),
    (r"detectron|maskrcnn-benchmark|pycls|model zoo", "model_zoo"),
    (r"speechbrain", "speechbrain"),
    (r"philschmid", "philschmid"),
    (r"mosaicml", "mosaicml"),
    (r"lit-?(gpt|llama)", "litgpt"),
    (r"dawnbench|ffcv|airbench|speedrun|modded-nanogpt|nanochat|llm\.c|nanogpt", "speed_tuned"),
    (r"google|flax|big_vision|maxtext|vit\b", "google"),
    (r"habana|gaudi", "habana"),
    (r"meta |facebook|llama|dino|barlow|detr|moco|swav|mae ", "meta"),
    (r"card|discussion", "model_card"),
    (r"deepspeed|microsoft", "microsoft"),
    (r"paper", "paper"),
)


def publisher_of(row: Mapping[str, object]) -> str:
    """Kind of publisher, from source title, family and run id; blank where unknown."""
    text = " ".join(
        parse.words(row.get(c)) for c in ("source_family", "source_title", "source_id")
    ).lower()
    if not text.strip():
        text = parse.words(row.get("context")).lower()
    if not text.strip():
        return ""
    return next((name for pattern, name in _PUBLISHERS if re.search(pattern, text)), "readme")


def dataset_of(text: str, tables: NameTables, unit_kind: str) -> DatasetRule | None:
    """First data set of the shipped list that the text names, of the wanted kind."""
    for rule in tables.datasets:
        if rule.length_unit == unit_kind and rule.pattern.search(text):
            return rule
    return None


def _kind(model: ModelInfo) -> str:
    if model.group in TEXT_GROUPS or model.group == "bio":
        return "tokens"
    if model.group in AUDIO_GROUPS:
        return "seconds"
    return "row" if model.group in ("recsys", "gnn", "timeseries") else "px"


def _units(
    row: Mapping[str, object], tables: NameTables, kind: str, text: str, batch: float | None
) -> tuple[float, str, float] | None:
    """(number of units, unit, guesses) of the whole run."""
    unit = parse.words(row.get("unit"))
    seen = parse.number(row.get("units_seen"))
    per_epoch = parse.number(row.get("units_per_epoch"))
    epochs = parse.number(row.get("epochs"))
    datapoints = "datapoints" in text or "dataset size, not" in text
    if seen and not datapoints:
        return seen, unit, 0.0
    if per_epoch and epochs and not datapoints:
        return per_epoch * epochs, unit, 0.0
    found = dataset_of(text, tables, kind)
    epochs = epochs or parse.epochs_named(text)
    if per_epoch and epochs and not datapoints:
        return per_epoch * epochs, unit, 0.3
    tokens = parse.tokens_named(text) if kind == "tokens" else None
    if tokens:
        return tokens, "tokens", 0.3
    if found and epochs:
        return found.n_train * epochs, found.unit, 0.2
    steps = parse.optimiser_steps(text)
    if steps and batch:
        return steps * batch, "images" if kind == "px" else "samples", 0.3
    if per_epoch and unit == "tokens" and per_epoch > 1e8 and not datapoints:
        return per_epoch, unit, 0.5
    usual = "fine" in text.lower() or publisher_of(row) == "mlperf"
    if found and found.default_epochs and usual:
        return found.n_train * found.default_epochs, found.unit, 0.5
    named = re.search(r"([\d,]+)k? (?:training )?(?:samples|reviews|examples|conversations)", text)
    count = parse.number(named.group(1)) if named else None
    if named and count and "k " in named.group(0):
        count *= 1000
    if count and epochs:
        return count * epochs, "samples", 0.4
    return None


def resolve_run(row: Mapping[str, object], tables: NameTables) -> RunWork | Unresolved:
    """Work, device and setting of one row in runs.csv columns.

    The row's device_hours, wallclock_hours and cost are never read.
    """
    hardware = resolve_hardware(parse.words(row.get("hardware")), tables.accelerators)
    if hardware is None:
        named = parse.words(row.get("hardware"))
        return Unresolved(
            f"hardware {named!r} is not in the accelerator list" if named else "no hardware named"
        )
    name, modality, task = (parse.words(row.get(c)) for c in ("model", "modality", "task"))
    context = parse.words(row.get("context"))
    words = f"{task} {context}"
    if re.search(r"\brlhf\b|\bppo\b|rlvr", words.lower()):
        return Unresolved("reinforcement learning with generation has no formula here")
    given = parse.number(row.get("params_total"))
    model = find_model(name, modality, task, given, tables.lexicon)
    gflop_text = re.search(r"fwd g?flops? ([\d.]+)", context, re.IGNORECASE)
    gflop = parse.number(gflop_text.group(1)) if gflop_text else None
    if gflop and (model is None or model.forward_gflop is None or "yolo" in name.lower()):
        side = parse.resolution(context)
        group = "cnn" if (side or 640.0) <= 256 else "detection"
        base = model or ModelInfo(name, "yolo", group, given)
        model = ModelInfo(
            name, base.family, base.group, base.params,
            forward_gflop=gflop, input_size=side, input_unit="px",
        )  # fmt: skip
    reported = parse.number(row.get("reported_flops"))
    reported = reported if reported and reported > FLOP_CREDIBLE else None
    if model is None:
        if reported is None:
            return Unresolved(f"model {name!r}: no size or forward FLOP known")
        model = ModelInfo(name, "other", "other", given)
    return _assemble(row, tables, hardware, model, f"{name} {words}", reported)


def _assemble(
    row: Mapping[str, object], tables: NameTables, hardware: Hardware, model: ModelInfo,
    text: str, reported: float | None,
) -> RunWork | Unresolved:  # fmt: skip
    context = parse.words(row.get("context"))
    approach = parse.words(row.get("approach")).strip() or "full_finetune"
    approach = APPROACH_OF_RUN.get(approach, approach)
    n_given = parse.number(row.get("n_devices"))
    n_devices = n_given * hardware.devices_per_unit if n_given else None
    year = parse.number(row.get("year"))
    kind = _kind(model)
    batch = parse.global_batch(f"{context}; {parse.words(row.get('task'))}", n_given)
    seq, pixels = parse.sequence_length(context), parse.resolution(context)
    work = _units(row, tables, kind, text, batch)
    flop, guessed, examples = None, 0.0, None
    if work is not None:
        flop, guessed, seq, examples = _work_flop(
            work, row, tables, model, approach, text, seq, pixels
        )
    unsure = flop is None or guessed >= 0.3 or model.group not in ("cnn", "vit", "detection")
    if reported is not None and unsure and (flop is None or 1 / 30 < reported / flop < 30):
        flop, guessed = reported, 0.1
    if flop is None:
        return Unresolved(
            "the work is not stated: no units seen, no known data set with epochs, no FLOP"
        )
    stated = precision_class(parse.words(row.get("precision"))) or precision_class(context)
    transformer = model.group in TEXT_GROUPS
    tuned = is_tuned(row)
    precision = stated or default_precision(hardware.accelerator, year, transformer and tuned)
    peak = peak_tflop(hardware.accelerator, precision)
    if not peak:
        return Unresolved(
            f"no peak rate known for {hardware.accelerator.accelerator} at {precision}"
        )
    return RunWork(
        training_flop=flop,
        ideal_hours=flop / (peak * TERA * SECONDS_PER_HOUR),
        accelerator=hardware.accelerator,
        precision=precision,
        precision_stated=stated is not None,
        model=model,
        approach=approach,
        n_devices=n_devices,
        seq=seq,
        pixels=pixels,
        batch=batch,
        year=year,
        text=text.lower(),
        publisher=publisher_of(row),
        tuned=tuned,
        source=parse.words(row.get("source_family")) or parse.words(row.get("source_title")),
        guessed=guessed,
        devices_per_unit=hardware.devices_per_unit,
        examples=examples,
    )


def _work_flop(
    work: tuple[float, str, float], row: Mapping[str, object], tables: NameTables, model: ModelInfo,
    approach: str, text: str, seq: float | None, pixels: float | None,
) -> tuple[float | None, float, float | None, float | None]:  # fmt: skip
    units, unit, guessed = work
    kind = _kind(model)
    task = parse.words(row.get("task")) + " " + parse.words(row.get("model"))
    if kind == "tokens":
        length = 1.0
        if unit != "tokens":
            found = dataset_of(text, tables, "tokens")
            length = seq or (found.unit_length if found else 0.0)
            if found and not seq and model.group == "encoder":
                length = padded_length(length)
            if (
                found
                and seq
                and found.unit_length < seq
                and is_tuned(row)
                and model.group == "encoder"
            ):
                length = found.unit_length
            if not length:
                length, guessed = tables.default_tokens, guessed + 0.6
            seq = seq or length
        per_unit = forward_flop(model, seq, None)
        total = units * length
        examples = units if unit != "tokens" else units / seq if seq else None
    elif kind == "seconds":
        per_unit = forward_flop(model, None, None)
        examples = units if unit != "audio_hours" else None
        if unit == "audio_hours":
            total = units * SECONDS_PER_HOUR
        else:
            found = dataset_of(text, tables, "seconds")
            whisper = model.family == "whisper"
            seconds = 30.0 if whisper else found.unit_length if found else 10.0
            guessed += 0.0 if found or whisper else 0.6
            total = units * seconds
    else:
        found = dataset_of(text, tables, "px")
        small = (
            found.unit_length
            if found and found.unit_length <= 64 and model.input_size == 32
            else None
        )
        per_unit = forward_flop(model, None, pixels or small)
        total, examples = units, units
        per_unit = per_unit * views(text.lower()) if per_unit else None
    if per_unit is None:
        return None, guessed, seq, None
    factor = pass_factor(approach, task.lower(), model, parse.number(row.get("params_trainable")))
    return factor * per_unit * total, guessed, seq, examples
