"""Units, lengths and training FLOP of a published run, from its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from estimator.engine.compute import text as parse
from estimator.engine.compute.flop import (
    PADDED_LENGTHS,
    forward_flop,
    image_tokens,
    padded_length,
    pass_factor,
    views,
)
from estimator.engine.compute.lexicon import AUDIO_GROUPS, TEXT_GROUPS, ModelInfo
from estimator.engine.compute.publishers import is_tuned, publisher_of
from estimator.engine.compute.run_tables import NameTables, dataset_of
from estimator.engine.compute.settings import Settings
from estimator.units import SECONDS_PER_HOUR

WHISPER_SECONDS, CLIP_SECONDS = 30.0, 10.0
WINDOW_UNITS = 0.3
"""``guessed`` of work that is optimiser steps times batch."""
TOKEN_RULE = 0.3
"""``guessed`` of pictures whose operations follow from size and tokens alone."""
ROBOT_TOKENS = 296.0
"""One camera picture in 256 tokens and a short instruction (OpenVLA)."""


@dataclass(frozen=True)
class Units:
    """How much a run has seen: number, what is counted, and how much of it was assumed."""

    number: float
    unit: str
    guessed: float
    from_steps: bool = False


@dataclass(frozen=True)
class Amount:
    """Training FLOP of a run with the quantities that led to it."""

    flop: float | None
    guessed: float
    passes: float = 3.0
    seq: float | None = None
    examples: float | None = None


def unit_kind(model: ModelInfo) -> str:
    """What one unit of a model is: tokens, seconds, px or row."""
    if model.group in TEXT_GROUPS or model.group == "bio":
        return "tokens"
    if model.group in AUDIO_GROUPS:
        return "seconds"
    return "row" if model.group in ("recsys", "gnn", "timeseries") else "px"


def units_of(
    row: Mapping[str, object], tables: NameTables, kind: str, text: str, batch: float | None
) -> Units | None:
    """Number and kind of units of the whole run, None where the row does not say."""
    unit = parse.words(row.get("unit"))
    seen = parse.number(row.get("units_seen"))
    per_epoch = parse.number(row.get("units_per_epoch"))
    epochs = parse.number(row.get("epochs"))
    datapoints = "datapoints" in text or "dataset size, not" in text
    if seen and not datapoints:
        return Units(seen, unit, 0.0)
    if per_epoch and epochs and not datapoints:
        return Units(per_epoch * epochs, unit, 0.0)
    found = dataset_of(text, tables, kind)
    epochs = epochs or parse.epochs_named(text)
    if per_epoch and epochs and not datapoints:
        return Units(per_epoch * epochs, unit, 0.3)
    tokens = parse.tokens_named(text) if kind == "tokens" else None
    if tokens:
        return Units(tokens, "tokens", 0.3)
    if found and epochs:
        return Units(found.n_train * epochs, found.unit, 0.2)
    steps = parse.optimiser_steps(text)
    if steps and batch:
        named = "images" if kind == "px" else "samples"
        return Units(steps * batch, named, WINDOW_UNITS, from_steps=True)
    if per_epoch and unit == "tokens" and per_epoch > 1e8 and not datapoints:
        return Units(per_epoch, unit, 0.5)
    usual = "fine" in text.lower() or publisher_of(row) == "mlperf"
    if found and found.default_epochs and usual:
        return Units(found.n_train * found.default_epochs, found.unit, 0.5)
    named_count = re.search(
        r"([\d,.]+)(k?) (?:training )?(?:samples|reviews|examples|conversations|rows|pairs)", text
    )
    count = parse.number(named_count.group(1)) if named_count else None
    if named_count and count and named_count.group(2):
        count *= 1000
    if count:
        return Units(count * (epochs or 1.0), "samples", 0.4 if epochs else 0.7)
    return None


def example_tokens(
    row: Mapping[str, object], tables: NameTables, model: ModelInfo, text: str, s: Settings,
    units: Units, approach: str,
) -> tuple[float, float]:  # fmt: skip
    """Tokens of one example as trained, and how much of it was assumed.

    A mean is taken as stated. A cap (or the window of a fine-tuning) limits the mean of the data
    set, or of the kind of task, unless windows of that length are filled or padded.
    """
    if model.family == "vla":
        return ROBOT_TOKENS, 0.6
    found = dataset_of(text, tables, "tokens")
    stated = s.length_tokens or s.cap_tokens
    if s.mean_tokens:
        return min(s.mean_tokens, stated or s.mean_tokens), 0.0
    if model.group == "encoder":
        if found and not stated:
            return padded_length(found.unit_length), 0.0
        if found and stated and found.unit_length < stated and is_tuned(row):
            return found.unit_length, 0.0
        if stated:
            return min(stated, PADDED_LENGTHS[-1] * 16), 0.0
        return tables.default_tokens, 0.6
    tuned = approach in ("lora", "full_finetune", "partial_finetune", "distill")
    capped = tuned and model.group == "llm" and not is_tuned(row)
    filled = s.is_packed and (units.from_steps or not found)
    if stated and (not capped or s.is_padded or filled):
        return stated, 0.0
    usual = found.unit_length if found else tables.usual_tokens(text)
    guessed = 0.0 if found else 0.6
    return min(usual, stated or usual), guessed


_TOWERS = re.compile(
    r"embedding|retriev|contrastive|bi-?encoder|sentence[- ]transformer|siamese", re.IGNORECASE
)


def members(text: str) -> float:
    """Texts that an example of an encoder of single texts holds: pairs, triplets, else one."""
    if not _TOWERS.search(text):
        return 1.0
    return 3.0 if re.search(r"triplet", text, re.IGNORECASE) else 2.0


def run_amount(
    units: Units, row: Mapping[str, object], tables: NameTables, model: ModelInfo, approach: str,
    text: str, settings: Settings, pixels: float | None,
) -> Amount:  # fmt: skip
    """Training FLOP of a run: passes x forward FLOP of a unit x units."""
    kind, task = unit_kind(model), f"{parse.words(row.get('task'))} {parse.words(row.get('model'))}"
    passes = pass_factor(approach, task.lower(), model, parse.number(row.get("params_trainable")))
    guessed, seq, examples = units.guessed, settings.longest_tokens, None
    if kind == "tokens":
        length = 1.0
        if units.unit != "tokens":
            length, more = example_tokens(row, tables, model, text, settings, units, approach)
            extra = 0.0 if model.family == "vla" else image_tokens(model.name, text, pixels)
            length, guessed, seq = length + extra, guessed + more, length + extra
            length *= members(text) if model.group == "encoder" else 1.0
        per_unit = forward_flop(model, seq, None)
        total = units.number * length
        examples = units.number if units.unit != "tokens" else total / seq if seq else None
    elif kind == "seconds":
        per_unit = forward_flop(model, None, None)
        examples = units.number if units.unit != "audio_hours" else None
        if units.unit == "audio_hours":
            total = units.number * SECONDS_PER_HOUR
        else:
            found = dataset_of(text, tables, "seconds")
            whisper = model.family == "whisper"
            seconds = WHISPER_SECONDS if whisper else found.unit_length if found else CLIP_SECONDS
            guessed += 0.0 if found or whisper else 0.6
            total = units.number * seconds
    else:
        found = dataset_of(text, tables, "px")
        tiny = found is not None and found.unit_length <= 64 and model.input_size == 32
        side = pixels or (found.unit_length if found and tiny else None)
        residues = settings.longest_tokens if model.group == "fold" else None
        per_unit = forward_flop(model, residues, side, parse.frames(text))
        total = examples = units.number
        per_unit = per_unit * views(text.lower()) if per_unit else None
        guessed += 0.0 if model.forward_gflop else TOKEN_RULE
    if per_unit is None:
        return Amount(None, guessed, passes, seq)
    return Amount(passes * per_unit * total, guessed, passes, seq, examples)
