"""Peak memory of a published run, its settings parsed from the row's text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from estimator.engine.compute import text as parse
from estimator.engine.compute.flop import forward_flop, padded_length, picture_tokens
from estimator.engine.compute.hardware import Hardware, precision_class, resolve_hardware
from estimator.engine.compute.lexicon import (
    AUDIO_FRAMES_PER_SECOND,
    AUDIO_GROUPS,
    IMAGE_GROUPS,
    ModelInfo,
)
from estimator.engine.compute.memory import (
    LEAN,
    USABLE_SHARE,
    MemorySetting,
    activation_gb,
    adapter_params,
    made_to_fit,
    peak_memory_gb,
    shape,
    static_gb,
    vocabulary_of,
)
from estimator.engine.compute.names import find_model
from estimator.engine.compute.publishers import source_words
from estimator.engine.compute.resolve import APPROACH_OF_RUN, RunWork, Unresolved
from estimator.engine.compute.run_tables import NameTables, dataset_of
from estimator.engine.compute.settings import Settings, read_settings
from estimator.engine.compute.steps import KEEPS_ACTIVATIONS, recomputes_by_default
from estimator.units import BYTES_PER_GB, GIB_PER_GB, GIGA

_LADDER = (
    "packed", "compile", "chunked", "activation checkpointing", "fuse", "activation offloading",
    "8-bit", "lora", "qlora",
)  # fmt: skip
"""Order in which a table of added savings ("+ ...") lists them; each row keeps those before."""


def run_memory_gb(
    row: Mapping[str, object], run: RunWork | Unresolved, tables: NameTables
) -> float | None:
    """Peak memory per device [GB] of a row of runs, None where the model's size is unknown."""
    name, modality, task = (parse.words(row.get(c)) for c in ("model", "modality", "task"))
    given = parse.number(row.get("params_total"))
    model = (
        run.model
        if isinstance(run, RunWork)
        else find_model(name, modality, task, given, tables.lexicon)
    )
    if model is None or not model.params:
        return None
    n = parse.number(row.get("n_devices")) or 1.0
    hardware = resolve_hardware(parse.words(row.get("hardware")), tables.accelerators)
    memory = _device_gb(parse.words(row.get("hardware")), hardware) if hardware else None
    text = _text(row)
    tensor, pipeline = model_parallel(text)
    if tensor * pipeline > 1:
        setting = memory_setting(row, model, n, tables, text)
        gb = parallel_memory_gb(model, setting, tensor, pipeline, n, text)
        return float(f"{gb:.6g}")
    tuned = tables.memory_terms.tuned_gib / GIB_PER_GB
    if memory and _fills_device(row, model, text):
        return float(f"{tables.memory_terms.filled_share * min(memory, tuned):.6g}")
    setting = memory_setting(row, model, n, tables, text)
    shards = n if _sharded(text) or not _fits_alone(model, setting, memory) else 1.0
    parallel = re.search(r"\bcp (\d+)", text)
    if parallel:
        degree = float(parallel.group(1))
        setting = _with_tokens(setting, setting.tokens / degree)
    if memory:
        setting = made_to_fit(model, setting, memory, shards)
    return float(f"{peak_memory_gb(model, setting, shards):.6g}")


def model_parallel(text: str) -> tuple[float, float]:
    """Tensor and pipeline parallel degrees named in the text; 1 where none is."""
    found = []
    for short, long in (("tp", "tensor"), ("pp", "pipeline")):
        pattern = rf"\b{short} ?[=:]? ?(\d+)\b|{long}[a-z -]*parallel[a-z ]*[=:]? ?(\d+)"
        m = re.search(pattern, text)
        found.append(float(m.group(1) or m.group(2)) if m else 1.0)
    return found[0], found[1]


def parallel_memory_gb(
    model: ModelInfo, s: MemorySetting, tensor: float, pipeline: float, n: float, text: str
) -> float:
    """Peak memory of the first pipeline stage [GB].

    Weights 2 and gradients 4 bytes a parameter over tensor x pipeline, optimiser 12 bytes over
    the same, and over the data-parallel copies too with a distributed optimiser; activations of
    all micro-batches in flight (layers / stages x stages) over the tensor degree.
    """
    split = tensor * pipeline
    copies = max(n / split, 1.0) if re.search(r"distributed opt|dist_?opt|zero", text) else 1.0
    weights = (6.0 + 12.0 / copies) * (model.params or 0.0) / split / BYTES_PER_GB
    return weights + activation_gb(model, s) / tensor + s.terms.framework_gb


def _device_gb(text: str, hardware: Hardware) -> float:
    """Memory of the device [GB]: the size in its name is in GiB; an unsized A100 has 80."""
    named = re.search(r"(\d{2,3}) ?gb", text.lower())
    if named:
        return float(named.group(1)) / GIB_PER_GB
    memory = hardware.accelerator.memory_gb
    return (80.0 if memory == 40.0 else memory) / GIB_PER_GB


def _fills_device(row: Mapping[str, object], model: ModelInfo, text: str) -> bool:
    scratch = parse.words(row.get("approach")) in ("scratch", "pretrain")
    return scratch and model.group == "llm" and parse.sequence_length(text) is None


def _with_tokens(s: MemorySetting, tokens: float) -> MemorySetting:
    return MemorySetting(**{**s.__dict__, "tokens": tokens})


def _fits_alone(model: ModelInfo, s: MemorySetting, memory_gb: float | None) -> bool:
    return memory_gb is None or static_gb(model, s) <= USABLE_SHARE * memory_gb


def _text(row: Mapping[str, object]) -> str:
    columns = ("task", "model", "context", "setting", "precision", "notes")
    return " ; ".join(parse.words(row.get(c)) for c in columns).lower()


def _sharded(text: str) -> bool:
    return bool(re.search(r"fsdp|zero-?[23]|shard|\b[23]d\b|tensor parallel|\btp\b", text))


def _savings(text: str) -> set[str]:
    step = re.search(r"\+ ([a-z0-9 -]+)", text)
    if not step:
        return {w for w in _LADDER if w in text}
    at = max((i for i, w in enumerate(_LADDER) if w in step.group(1)), default=-1)
    return set(_LADDER[: at + 1])


def _tokens(
    row: Mapping[str, object], model: ModelInfo, tables: NameTables, text: str, said: Settings
) -> float:
    longest = re.search(r"longest[a-z ]*?(?:about )?([\d,]+)(?:-([\d,]+))? tokens", text)
    if longest:
        return parse.number(longest.group(2) or longest.group(1)) or 512.0
    if model.group in IMAGE_GROUPS:
        side = parse.resolution(text) or (1024.0 if model.group == "diffusion" else 224.0)
        return picture_tokens(model.group, side, parse.frames(text), model.name)
    if model.group in AUDIO_GROUPS:
        return WHISPER_TOKENS if model.family == "whisper" else 10.0 * AUDIO_FRAMES_PER_SECOND
    stated = said.longest_tokens
    if "unpacked" in text:
        return 2 * tables.default_tokens
    if stated:
        return stated
    found = dataset_of(text, tables, "tokens")
    if found and model.group == "encoder":
        return padded_length(found.unit_length)
    return found.unit_length if found else 512.0


def memory_setting(
    row: Mapping[str, object], model: ModelInfo, n: float, tables: NameTables, text: str
) -> MemorySetting:
    """Approach, batch, length, precision, optimiser and savings as far as the text says."""
    approach = parse.words(row.get("approach")).split(" ")[0] or "full_finetune"
    approach = APPROACH_OF_RUN.get(approach, approach)
    words = f"{parse.words(row.get('precision'))} ; {text}".lower()
    precision = precision_class(words) or "half"
    if precision == "fp8":
        precision = "half"
    if approach != "lora" and precision == "int4":
        precision = "half"
    savings, terms = _savings(text), tables.memory_terms
    if approach == "lora" and ("qlora" in savings or re.search(r"nf4|4-?bit", words)):
        precision = "int4"
    said = read_settings(text, n, "" if "hugging face" in text else source_words(row))
    length = _tokens(row, model, tables, text, said)
    usual = 1.0 if length >= LONG_TOKENS else DEFAULT_BATCH.get(model.group, 8.0)
    per_device = said.micro_batch or (said.global_batch or 0.0) / n or usual
    trainable = parse.number(row.get("params_trainable"))
    params = model.params or 1.0
    pixels = parse.resolution(text)
    flop = forward_flop(model, None, pixels) if model.forward_gflop else None
    full = approach in ("full_finetune", "continued_pretrain")
    mixed = bool(re.search(r"mixed|\bamp\b|autocast", words))
    usual_targets = "attention" if said.framework in LEAN else "all_linear"
    pure_named = bool(re.search(r"pure|-true", words))
    pure = bool(re.search(r"pure|-true|bfloat16|\bbf16\b", words)) and not mixed
    return MemorySetting(
        approach=approach,
        precision="fp64" if re.search(r"fp64|float64", words) else precision,
        optimiser="adamw_8bit" if "8-bit" in savings else _optimiser(said),
        batch_per_device=per_device,
        tokens=length,
        pixels=pixels,
        checkpointing=_recomputes(said, savings, approach, model),
        terms=terms,
        trained_share=min((trainable or 0.25 * params) / params, 1.0),
        adapter_params=(trainable or adapter_params(
            model, said.lora_rank or DEFAULT_RANK, said.lora_targets or usual_targets
        ) + _trained_tables(model, text)) if approach == "lora" else 0.0,
        vocabulary=vocabulary_of(model),
        forward_gflop_example=(flop or 0.0) / GIGA,
        pure_half=pure and full,
        amp=mixed and precision == "half",
        compiled="compile" in savings,
        chunked_loss="chunked" in savings or "liger" in text or "torch.compile" in text
        or said.framework == "unsloth",
        kept_outside="activation offloading" in savings or said.framework == "unsloth",
        context_gb=terms.context_gb
        if model.group == "llm" and said.framework not in LEAN
        else 0.0,
        selective="select" in text,
        fused_step="fuse" in savings,
        offloaded="cpu offload" in text,
        eager=said.kernel == "eager",
        usual_stack=said.framework not in LEAN,
        master=re.search(r"deepspeed|zero-?[123]|fsdp", text) is not None
        or (full and n > 1 and not pure_named),
    )  # fmt: skip


LONG_TOKENS = 8192.0
DEFAULT_RANK = 16.0
WHISPER_TOKENS = 1500.0
"""Frames of a 30 s window after the two convolutions."""
DEFAULT_BATCH: Mapping[str, float] = {
    "encoder": 12.0,
    "llm": 4.0,
    "seq2seq": 8.0,
    "cnn": 64.0,
    "vit": 32.0,
}
"""Examples per device where a run does not say: usual values of public fine-tuning scripts."""


def _recomputes(said: Settings, savings: set[str], approach: str, model: ModelInfo) -> bool:
    if said.checkpointing is not None:
        return said.checkpointing
    return (
        "activation checkpointing" in savings
        or (approach == "lora" and "qlora" in savings)
        or (
            said.framework not in KEEPS_ACTIVATIONS
            and recomputes_by_default(approach, model.params)
        )
    )


def _trained_tables(model: ModelInfo, text: str) -> float:
    """Parameters of the word tables where they are trained beside the adapters."""
    named = re.search(r"modules_to_save|embedding[a-z ]*(?:and output)?[a-z ]*also trained", text)
    return min(2.0 * vocabulary_of(model) * shape(model)[1], model.params or 0.0) if named else 0.0


def _optimiser(said: Settings) -> str:
    """Named optimiser as the memory rule knows it; paged states live in host memory."""
    known = {"adamw_paged_8bit": "adamw_paged", "lion_8bit": "adamw_8bit"}
    name = said.optimiser or "adamw"
    return known.get(name, name)
