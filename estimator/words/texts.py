"""Sentences for people, by key and language.

A language is a folder of ``catalogue/`` and nothing else; every ``*.yaml`` in it holds texts by
key, so a room adds a file of its own. ``locale.numbers`` and ``locale.prose`` name the CLDR locales
of its numbers and of its plurals, dates and lists. A text is filled like ``str.format``; a number
picks the form of a word by CLDR's plural rules, ``#`` standing for the number::

    span.weeks: "{n:one=# week|other=# weeks}"
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml
from babel import Locale
from babel.lists import format_list

from estimator.vocabulary import APPROACH_LABELS, TASK_LABELS

ROOT = files("estimator.words") / "catalogue"
ENGLISH = "en"
Joint = Literal["standard", "or"]


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages of the catalogue, English first."""
    names = sorted(folder.name for folder in ROOT.iterdir() if folder.is_dir())
    return (ENGLISH, *(name for name in names if name != ENGLISH))


@lru_cache(maxsize=1)
def catalogue() -> MappingProxyType[str, dict[str, str]]:
    """All texts: language -> key -> text."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts: dict[str, dict[str, str]] = {language: {} for language in languages()}
    texts[ENGLISH] |= {f"approach.{a}": label for a, label in APPROACH_LABELS.items()}
    texts[ENGLISH] |= {f"task.{t}": label for t, label in TASK_LABELS.items()}
    for language, entries in texts.items():
        for part in sorted((ROOT / language).iterdir(), key=lambda p: p.name):
            if part.name.endswith(".yaml"):
                entries |= yaml.load(part.read_bytes(), Loader=loader) or {}
    return MappingProxyType(texts)


def text_of(key: str, language: str = ENGLISH) -> str:
    """The text of a key as it stands; English where a language lacks it."""
    texts = catalogue()
    return texts.get(language, {}).get(key) or texts[ENGLISH][key]


def has(key: str, language: str = ENGLISH) -> bool:
    """Is there a text for this key in this language?"""
    return key in catalogue().get(language, {})


def say(key: str, language: str = ENGLISH, **values: Any) -> str:
    """The text of a key with its values filled in; English where a language lacks it."""
    text = text_of(key, language)
    if not values:
        return text
    if "=" not in text:
        return text.format(**values)
    return Filler(language).vformat(text, (), values)


class Filler(string.Formatter):
    """Fills texts, with the plural forms of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        """One value; a specification with ``=`` lists plural forms."""
        if "=" in format_spec:
            return plural(float(value), str(value), format_spec, self.language)
        return format(value, format_spec)


def plural(n: float, shown: str, forms: str, language: str) -> str:
    """The form of a word that goes with a number.

    Parameters
    ----------
    n : float
        The number.
    shown : str
        The number as written; it takes the place of ``#``.
    forms : str
        ``one=# week|other=# weeks``: CLDR's names of plural forms.
    """
    known = dict(form.split("=", 1) for form in forms.split("|"))
    form = locale_of(language, "prose").plural_form(abs(n))
    return known.get(form, known["other"]).replace("#", shown)


@lru_cache(maxsize=32)
def locale_of(language: str, use: str = "numbers") -> Locale:
    """The CLDR locale of a language.

    Parameters
    ----------
    use : {"numbers", "prose"}
        Numbers and money, or plurals, dates and lists.
    """
    return Locale.parse(text_of(f"locale.{use}", language))


def language_name(language: str) -> str:
    """What a language calls itself, by CLDR."""
    locale = locale_of(language, "prose")
    name = str(locale.get_language_name())
    return name[:1].upper() + name[1:]


def listed(names: Sequence[str], language: str = ENGLISH, style: Joint = "standard") -> str:
    """Names as a list in words: a, b and c.

    Parameters
    ----------
    style : {"standard", "or"}
        Joined by and, or by or.
    """
    return format_list(names, style, locale_of(language, "prose")) if names else ""


def approach_label(approach: str, language: str = ENGLISH) -> str:
    """The approach's name for people; a row key such as ``lora#1`` counts as its approach."""
    return say(f"approach.{approach.split('#')[0]}", language)


def approach_named(approach: str, language: str = ENGLISH) -> str:
    """The approach inside a sentence: a name that is no noun stands in quotation marks."""
    name = approach.split("#")[0]
    return catalogue()[language].get(f"named.{name}") or approach_label(approach, language)


def task_label(task: str, language: str = ENGLISH) -> str:
    """The task's name for people."""
    return say(f"task.{task}", language)


def judgement(name: str, reason: str, language: str = ENGLISH) -> str:
    """The reason of a judgement in the reader's language; English where its table states it."""
    return catalogue()[language].get(f"reason.{name}", reason)


def phase_label(phase: str, language: str = ENGLISH) -> str:
    """The cost phase's name for people."""
    return say(f"phase.{phase}", language)


def term(kind: str, word: str, language: str = ENGLISH) -> str:
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
    return texts[language].get(key) or texts[ENGLISH].get(key) or word.replace("_", " ")
