"""A row of runs, as published, into work, device and setting - or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from estimator.engine.compute import text as parse
from estimator.engine.compute.flop import decoded_pixels
from estimator.engine.compute.hardware import (
    Hardware,
    compiles_whole,
    default_precision,
    peak_tflop,
    precision_class,
    resolve_hardware,
)
from estimator.engine.compute.lexicon import TEXT_GROUPS, ModelInfo
from estimator.engine.compute.names import find_model
from estimator.engine.compute.publishers import is_tuned, publisher_of, source_words
from estimator.engine.compute.run_tables import NameTables
from estimator.engine.compute.run_units import Amount, run_amount, unit_kind, units_of
from estimator.engine.compute.settings import Settings, read_settings
from estimator.engine.compute.steps import DEFAULT_MICRO, FINE_TUNING, base_hours_on, step_work
from estimator.engine.compute.trees import (
    TREES,
    USUAL_COLUMNS,
    USUAL_TREES,
    columns_named,
    library_of,
    tree_hours,
    trees_named,
)
from estimator.evidence.things import Accelerator
from estimator.units import SECONDS_PER_HOUR, TERA
from estimator.vocabulary import DeviceKind
from estimator.words.statement import Statement, state

APPROACH_OF_RUN: Mapping[str, str] = {
    "pretrain": "scratch",
    "adapter": "lora",
    "few_shot_prompt": "zero_shot",
    "continued_pretrain_finetune": "continued_pretrain",
}
FLOP_CREDIBLE = 1e12
"""Smaller figures in a reported_flops column are footnote marks of the source, not FLOP."""


@dataclass(frozen=True)
class RunWork:
    """A resolved run: work and setting, all the utilisation model needs.

    ``training_flop`` is the whole run's model FLOP; ``ideal_hours`` the device-hours at peak;
    ``base_hours`` those at nominal utilisation with launches, unpacking and links (steps.py).
    """

    training_flop: float
    ideal_hours: float
    base_hours: float
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
    arithmetic_share: float = 1.0
    settings: Settings = Settings()

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

    reason: Statement


_MODALITIES = (
    ("image generation", r"text.to.image|image generation|diffusion"),
    ("speech", r"speech|audio|\basr\b|speaker|whisper|wav2vec|hubert"),
    ("vision", r"image|vision|object detection|segmentation|\bvit\b|resnet"),
    (
        "text",
        r"text|language|token|sentence|sentiment|intent|question|translation|summari[sz]|chat"
        r"|\bner\b|\bnli\b|instruction|bert|\bgpt|llama|mistral|qwen|gemma|\bt5\b|electra",
    ),
)
"""Words of a task or model by which runs without a stated modality are known, first hit first."""


def usual_modality(task: str, model: str) -> str:
    """Modality that the task says, else the model's name; blank where neither does."""
    for named in (task.lower(), model.lower()):
        for modality, pattern in _MODALITIES:
            if re.search(pattern, named):
                return modality
    return ""


def resolve_run(row: Mapping[str, object], tables: NameTables) -> RunWork | Unresolved:
    """Work, device and setting of one row in runs.csv columns.

    The row's device_hours, wallclock_hours and cost are never read.
    """
    hardware = resolve_hardware(parse.words(row.get("hardware")), tables.accelerators)
    if hardware is None:
        named = parse.words(row.get("hardware"))
        return Unresolved(state("run.hardware", name=named) if named else state("run.no_hardware"))
    name, modality, task = (parse.words(row.get(c)) for c in ("model", "modality", "task"))
    modality = modality or usual_modality(task, name)
    context = parse.words(row.get("context"))
    words = f"{task} {context}"
    if re.search(r"\brlhf\b|\bppo\b|rlvr", words.lower()):
        return Unresolved(state("run.generation"))
    library = library_of(name)
    if library and re.search(r"tabular|^$", modality.lower()):
        return _boosting(row, hardware, library, f"{name} {words}")
    given = parse.number(row.get("params_total"))
    model = find_model(name, modality, task, given, tables.lexicon)
    gflop_text = re.search(r"fwd g?flops? ([\d.]+)", context, re.IGNORECASE)
    gflop = parse.number(gflop_text.group(1)) if gflop_text else None
    if gflop and (model is None or model.forward_gflop is None or "yolo" in name.lower()):
        side = parse.resolution(context)
        group = "cnn" if (side or 640.0) <= 256 else "detection"
        base = model or ModelInfo(name, "yolo", group, given)
        model = ModelInfo(
            name, base.family, group if base.group == "other" else base.group, base.params,
            forward_gflop=gflop, input_size=side, input_unit="px",
        )  # fmt: skip
    reported = parse.number(row.get("reported_flops"))
    reported = reported if reported and reported > FLOP_CREDIBLE else None
    if model is None:
        if reported is None:
            return Unresolved(state("run.model", name=name))
        model = ModelInfo(name, "other", "other", given)
    return _assemble(row, tables, hardware, model, f"{name} {words}", reported)


def _boosting(
    row: Mapping[str, object], hardware: Hardware, library: str, text: str
) -> RunWork | Unresolved:
    low = text.lower()
    rows = parse.number(row.get("units_per_epoch"))
    seen = parse.number(row.get("units_seen"))
    trees = trees_named(low) or parse.number(row.get("epochs"))
    rows = rows or (seen / trees if seen and trees else seen)
    if not rows:
        return Unresolved(state("run.trees"))
    columns = columns_named(low)
    device, n = hardware.accelerator, parse.number(row.get("n_devices")) or 1.0
    on_gpu = device.kind is not DeviceKind.CPU
    hours = tree_hours(library, on_gpu, rows, columns or USUAL_COLUMNS, trees or USUAL_TREES)
    return RunWork(
        training_flop=rows * (columns or USUAL_COLUMNS) * (trees or USUAL_TREES),
        ideal_hours=hours, base_hours=hours, accelerator=device, precision="fp32",
        precision_stated=True, model=ModelInfo(text, library, TREES, None), approach="scratch",
        n_devices=n, seq=None, pixels=None, batch=None, year=parse.number(row.get("year")),
        text=low, publisher=publisher_of(row), source=parse.words(row.get("source_family")),
        tuned=False, guessed=0.0 if columns and trees else 0.5,
    )  # fmt: skip


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
    settings = read_settings(f"{context}; {text}", n_given, source_words(row))
    pixels = parse.resolution(context)
    units = units_of(row, tables, unit_kind(model), text, settings.global_batch)
    amount = Amount(None, 0.0)
    if units is not None:
        amount = run_amount(units, row, tables, model, approach, text, settings, pixels)
    if units is not None and amount.flop is None and reported is None:
        return Unresolved(state("run.forward", name=model.name))
    flop, guessed = amount.flop, amount.guessed
    unsure = flop is None or guessed >= 0.3 or model.group not in ("cnn", "vit", "detection")
    if reported is not None and unsure and (flop is None or 1 / 30 < reported / flop < 30):
        flop, guessed = reported, 0.1
    if flop is None:
        return Unresolved(state("run.work"))
    named = parse.words(row.get("precision"))
    stated = precision_class(named) or precision_class(context)
    if re.fullmatch(r"\s*(pure )?bf(loat)?16( mixed)?\s*", named.lower()):
        stated = "half" if hardware.accelerator.peak_tflop_per_s.get("bf16") else "fp32"
    transformer = model.group in TEXT_GROUPS
    tuned = is_tuned(row)
    precision = stated or default_precision(hardware.accelerator, year, transformer and tuned)
    if stated is None and _in_jax(text) and not hardware.accelerator.peak_tflop_per_s.get("bf16"):
        precision = "fp32"
    peak = peak_tflop(hardware.accelerator, precision)
    if not peak:
        return Unresolved(
            state("run.peak", name=hardware.accelerator.accelerator, precision=precision)
        )
    micro_steps = _micro_steps(model, approach, settings, amount, n_devices or 1.0)
    step = step_work(
        model, approach, _weights(precision, context, row), flop, amount.passes, micro_steps,
        n_devices or 1.0, micro_steps / (settings.accumulation or 1.0), settings, tables.step_terms,
        0.0
        if tuned or row.get("steady")
        else decoded_pixels(model, pixels) * (amount.examples or 0.0),
    )  # fmt: skip
    base, share = base_hours_on(step, hardware.accelerator, peak)
    base *= (n_given or 1.0) if settings.in_turn else 1.0
    if _compiles(row, hardware, text) and not tuned:
        begun = base + tables.step_terms.compile_hours * (n_devices or 1.0)
        base, share = begun, share * base / begun
    return RunWork(
        training_flop=flop,
        ideal_hours=flop / (peak * TERA * SECONDS_PER_HOUR),
        base_hours=base,
        accelerator=hardware.accelerator,
        precision=precision,
        precision_stated=stated is not None,
        model=model,
        approach=approach,
        n_devices=n_devices,
        seq=amount.seq,
        pixels=pixels,
        batch=settings.micro_batch * (n_devices or 1.0)
        if settings.micro_batch
        else settings.global_batch,
        year=year,
        text=text.lower(),
        publisher=publisher_of(row),
        tuned=tuned,
        source=parse.words(row.get("source_family")) or parse.words(row.get("source_title")),
        guessed=guessed,
        devices_per_unit=hardware.devices_per_unit,
        examples=amount.examples,
        arithmetic_share=share,
        settings=replace(settings, checkpointing=step.recomputes),
    )


def _in_jax(text: str) -> bool:
    """Whether a run is in JAX, which computes bf16 in 32 bits where a device has no units for it
    and does not fall back on fp16."""
    return re.search(r"\b(?:jax|flax)\b", text, re.IGNORECASE) is not None


def _compiles(row: Mapping[str, object], hardware: Hardware, text: str) -> bool:
    """Whether the clock of a run holds the compilation of its whole step."""
    if row.get("steady"):
        return False
    return compiles_whole(hardware.accelerator) or _in_jax(text)


def _weights(precision: str, context: str, row: Mapping[str, object]) -> str:
    """Storage of frozen weights: int4 or int8 where said, whatever the arithmetic is."""
    words = f"{parse.words(row.get('precision'))} {context}".lower()
    if precision == "int4" or re.search(r"qlora|nf4|4-?bit|int4|gptq", words):
        return "gptq" if "gptq" in words else "int4"
    return "int8" if re.search(r"int8|(?<!adamw )(?<!adam )8-?bit(?! adam)", words) else precision


def _micro_steps(
    model: ModelInfo, approach: str, s: Settings, amount: Amount, n_devices: float
) -> float:
    """Forward passes of one device over the whole run; 0 where the batch is not known."""
    micro = s.micro_batch
    if micro is None and s.global_batch and approach in FINE_TUNING:
        micro = max(s.global_batch / n_devices, 1.0)
    if micro is None and approach in FINE_TUNING and not s.is_packed:
        micro = DEFAULT_MICRO.get(model.group)
    if not micro or not amount.examples:
        return 0.0
    return max(amount.examples / (micro * n_devices), 1.0)
