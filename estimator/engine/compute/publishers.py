"""Who published a run: kind of publisher, and whether speed is what the source is about."""

from __future__ import annotations

import re
from collections.abc import Mapping

from estimator.engine.compute import text as parse

_TUNED = re.compile(
    r"mlperf|mlcommons|nvidia|megatron|nemo|mosaicml|llm foundry|habana|gaudi|dawnbench|ffcv|"
    r"airbench|speedrun|modded-nanogpt|nanochat|llm\.c|maxtext|tpu-recipes|fms-fsdp|"
    r"flashattention|deepspeed|torchtitan|torchtune|levanter|lambda|ml-engineering|upgrade gpus|"
    r"tinyllama|optimum|mosaic|answer\.ai"
)


def source_words(row: Mapping[str, object]) -> str:
    """Title, family and id of the source of a row, as one text."""
    columns = ("source_family", "source_title", "source_id")
    return " ".join(parse.words(row.get(c)) for c in columns)


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
