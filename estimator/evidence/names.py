"""The evidence's own names of tasks, approaches and metrics, mapped to the product's in one place.

Names that mean nothing here (``chance``, ``human``) map to None; data sets,
metrics and accelerators are mapped by data/dataset_names.csv, data/metrics.csv and
data/catalog/accelerator_names.csv.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from estimator.vocabulary import Approach, Task

TASKS: Mapping[str, str] = {
    **{str(t): str(t) for t in Task},
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
    "image_classification_multilabel": "image_classification",
    "anomaly_detection": "image_classification",
    "medical_segmentation": "medical_imaging",
    "medical_image_classification": "medical_imaging",
    "object_detection_few_shot": "object_detection",
    "speaker_verification": "audio_classification",
    "tabular": "tabular_classification",
}

APPROACHES: Mapping[str, str] = {
    **{str(a): str(a) for a in Approach},
    "adapter": "lora",
    "few_shot_prompt": "zero_shot",
    "continued_pretrain_finetune": "continued_pretrain",
    "pretrain": "scratch",
}


def task_of(family: object, domain: object = "") -> str | None:
    """The product's task of a published task family; None where there is none.

    Image classification counts as medical imaging where the domain says medical.
    """
    name = str(family).strip().lower()
    if name.startswith("image_classification") or name == "anomaly_detection":
        return "medical_imaging" if "medical" in str(domain).lower() else "image_classification"
    return TASKS.get(name)


def approach_of(name: object) -> str | None:
    """The product's approach of a published one; None for chance, human and unknown names."""
    return APPROACHES.get(str(name).strip().lower())


def plain(name: str) -> str:
    """A name without case, punctuation and blanks, for comparing spellings."""
    return re.sub(r"[^a-z0-9.]+", "", name.lower())


TUNED = re.compile(r"[-_](instruct|chat|it|hf|base|preview|v\d+(\.\d+)?|2\d{3})$", re.IGNORECASE)
"""Endings of hub ids that name a tuning or an issue of a model of the same size."""


def model_spellings(name: str) -> Iterator[str]:
    """Plain spellings under which a pasted model name may be known, the closest first.

    An owner in front and endings such as -Instruct or -hf are left out one after the other.
    """
    rest = name.strip().rstrip("/").split("/")[-1]
    yield plain(name)
    yield plain(rest)
    while (shorter := TUNED.sub("", rest)) != rest:
        rest = shorter
        yield plain(rest)


class LazyTables(Mapping[str, pd.DataFrame]):
    """Tables by name, each loaded when asked for."""

    def __init__(self, load: Callable[[str], pd.DataFrame], names: tuple[str, ...]) -> None:
        self._load, self._names = load, names

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
