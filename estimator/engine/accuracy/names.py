"""Names of published tables turned into the product's own tasks, approaches and data sets."""

from __future__ import annotations

import re

import numpy as np

from estimator.vocabulary import Approach, Task

TASKS: dict[str, str] = {
    "ner": "token_classification",
    "ie": "token_classification",
    "glue": "text_classification",
    "nli": "text_classification",
    "sentence_pair": "text_classification",
    "text_regression": "text_classification",
    "code_understanding": "text_classification",
    "reasoning": "text_generation",
    "code_generation": "text_generation",
    "text_to_sql": "text_generation",
    "instruction_following": "text_generation",
    "anomaly_detection": "image_classification",
    "medical_segmentation": "medical_imaging",
    "object_detection_few_shot": "object_detection",
    "speaker_verification": "audio_classification",
    "tabular": "tabular_classification",
} | {str(t): str(t) for t in Task}

APPROACHES: dict[str, str] = {
    "adapter": "lora",
    "few_shot_prompt": "zero_shot",
    "continued_pretrain_finetune": "continued_pretrain",
    "pretrain": "scratch",
} | {str(a): str(a) for a in Approach}

NO_CLASS_TASKS = frozenset(
    {"speech_recognition", "translation", "summarisation", "text_generation", "recommendation"}
)
"""Tasks whose labels are not counted per class."""

SIZE_WORDS: tuple[tuple[str, float], ...] = (
    ("gpt-3 ", 1.75e11),
    ("xlm-r-large", 5.6e8),
    ("xlm-roberta-large", 5.6e8),
    ("roberta-large", 3.55e8),
    ("bert-large", 3.4e8),
    ("distilbert", 6.6e7),
    ("roberta-base", 1.25e8),
    ("bert-base", 1.1e8),
    ("resnet101", 4.2e7),
    ("resnet-101", 4.2e7),
    ("resnet50", 2.4e7),
    ("resnet-50", 2.4e7),
    ("resnet18", 1.1e7),
    ("resnet-18", 1.1e7),
    ("vit-b", 8.6e7),
    ("vit-l", 3.04e8),
    ("vit-h", 6.3e8),
    ("vit-s", 2.2e7),
    ("large", 3.2e8),
    ("base", 1e8),
    ("small", 4e7),
    ("tiny", 1.5e7),
)
"""Nominal parameters by the word in a model's name; the first that occurs counts."""


def task_of(family: object, domain: object) -> str | None:
    """The product's task of a published task family; None for time series and unknown names."""
    name = str(family).strip().lower()
    if name.startswith("image_classification") or name == "anomaly_detection":
        medical = "medical" in str(domain).lower()
        return "medical_imaging" if medical else "image_classification"
    return TASKS.get(name)


def approach_of(name: object) -> str | None:
    """The product's approach of a published one; None for chance, human and unknown names."""
    return APPROACHES.get(str(name).strip().lower())


def variant_of(approach: object, task: str | None) -> str:
    """Published approach with its sub-families apart: prompts, adapters, in-context tables."""
    name = str(approach).strip().lower()
    if name == "few_shot_prompt" and task == "tabular_classification":
        return "in_context_table"
    return name


def dataset_key(name: object) -> str:
    """One id for the spellings of a data set."""
    text = str(name).lower()
    text = re.sub(r"^(vtab/|lora land: |glue[/_: ]+|superglue[/_: ]+|clue[/_: ]+)", "", text)
    text = re.sub(r"\((dev|test|val|matched|m|mm|superglue|glue|full)[^)]*\)", "", text)
    text = re.sub(r"^glue_", "", text)
    return re.sub(r"[^a-z0-9]+", "", text)


def backbone_key(name: object) -> str:
    """One id for the spellings of a base model."""
    return re.sub(r"[^a-z0-9]+", " ", str(name).lower()).strip()


def parse_params(text: object) -> float:
    """Parameters from a published cell such as ``11.7M encoder``; nan where there are none."""
    cell = str(text).lower().replace(",", "")
    found = re.search(r"(\d+(?:\.\d+)?(?:e\+?\d+)?)\s*([kmbt]?)", cell)
    if not found:
        return float("nan")
    value = float(found.group(1)) * {"": 1, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}[found.group(2)]
    return value if value > 1e3 else float("nan")


def params_from_name(backbone: object) -> float:
    """Nominal parameters from a model's name; nan where it says nothing."""
    name = str(backbone).lower()
    found = re.search(r"(?<![a-z\d.])(\d+(?:\.\d+)?)\s*(b|m)(?![a-z])", name)
    if found:
        value = float(found.group(1)) * (1e9 if found.group(2) == "b" else 1e6)
        if 1e6 <= value < 2e12:
            return value
    return next((size for word, size in SIZE_WORDS if word in name), float("nan"))


def to_number(cell: object) -> float:
    """A float, nan for blanks and texts."""
    try:
        value = float(str(cell).replace(",", ""))
    except ValueError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")
