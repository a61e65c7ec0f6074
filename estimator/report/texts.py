"""Sentences for people, by key and language; texts.yaml, and texts_ui.yaml for the dashboard."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import yaml

from estimator.vocabulary import APPROACH_LABELS, TASK_LABELS, Approach, Task

LANGUAGES = ("en", "de")


@lru_cache(maxsize=1)
def catalogue() -> MappingProxyType[str, dict[str, str]]:
    """All texts: language -> key -> text."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for name in ("texts.yaml", "texts_ui.yaml"):
        raw = pkgutil.get_data("estimator.report", name) or b""
        for language, entries in yaml.load(raw, Loader=loader).items():
            texts[language] |= entries
    return MappingProxyType(texts)


def say(key: str, language: str = "en", **values: Any) -> str:
    """The text of a key with its values filled in; English where a language lacks it."""
    texts = catalogue()
    text = texts.get(language, {}).get(key) or texts["en"][key]
    return text.format(**values) if values else text


def approach_label(approach: str, language: str = "en") -> str:
    """The approach's name for people; a row key such as ``lora#1`` counts as its approach."""
    name = approach.split("#")[0]
    key = f"approach.{name}"
    return catalogue().get(language, {}).get(key) or APPROACH_LABELS[Approach(name)]


def task_label(task: str, language: str = "en") -> str:
    """The task's name for people."""
    return catalogue().get(language, {}).get(f"task.{task}") or TASK_LABELS[Task(task)]


def phase_label(phase: str, language: str = "en") -> str:
    """The cost phase's name for people."""
    return say(f"phase.{phase}", language)
