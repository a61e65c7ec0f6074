"""Sentences for people, by key and language; texts.yaml, and texts_ui.yaml for the dashboard."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import yaml

from estimator.vocabulary import APPROACH_LABELS, TASK_LABELS

LANGUAGES = ("en", "de")


@lru_cache(maxsize=1)
def catalogue() -> MappingProxyType[str, dict[str, str]]:
    """All texts: language -> key -> text."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    texts["en"] |= {f"approach.{a}": label for a, label in APPROACH_LABELS.items()}
    texts["en"] |= {f"task.{t}": label for t, label in TASK_LABELS.items()}
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
    return say(f"approach.{approach.split('#')[0]}", language)


def task_label(task: str, language: str = "en") -> str:
    """The task's name for people."""
    return say(f"task.{task}", language)


def phase_label(phase: str, language: str = "en") -> str:
    """The cost phase's name for people."""
    return say(f"phase.{phase}", language)


def term(kind: str, word: str, language: str = "en") -> str:
    """A word of the engine as a name for people; the word with its underscores as spaces
    where the catalogue has none.

    Parameters
    ----------
    kind : {"item", "unit", "step", "role", "risk", "level", "recipe", "work", "metric"}
        What the word names; first part of the key.
    word : str
        As the engine spells it; the key holds underscores for its spaces.
    """
    name = word.lower() if kind == "step" else word
    key = f"{kind}.{name.replace(',', '').replace(' ', '_')}"
    texts = catalogue()
    return texts[language].get(key) or texts["en"].get(key) or word.replace("_", " ")


def place(text: str, language: str = "en") -> str:
    """Where data go, as the engine writes it: a kind of place and in brackets its name."""
    kind = next((k for k in PLACES if text.lower().startswith(k.replace("_", " "))), None)
    if kind is None:
        return text
    return say(f"place.{kind}", language) + text[len(kind) :]


PLACES = ("api", "cloud_region", "labeller")
