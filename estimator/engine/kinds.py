"""What a data set is most like: its kind and language, as users and tables spell them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from estimator.vocabulary import Task

UNKNOWN = "?"
"""First letter of the kind or language of a data set that nobody stated: a member of its own."""

KINDS: Mapping[str, tuple[str, ...]] = {
    Task.TEXT_CLASSIFICATION: (
        "intent_clear",
        "queue",
        "topic",
        "sentiment_polar",
        "sentiment_neutral",
        "sentiment_stars",
        "emotion",
        "opinion",
        "filter",
        "pair",
        "expert",
        "linguistic",
        "code",
    ),
    Task.IMAGE_CLASSIFICATION: (
        "objects",
        "fine",
        "scene",
        "satellite",
        "texture",
        "defects",
        "digits",
        "structured",
        "shift",
    ),
    Task.MEDICAL_IMAGING: (
        "xray",
        "histology",
        "microscopy",
        "retina_skin",
        "volume",
    ),
    Task.OBJECT_DETECTION: (
        "objects_det",
        "plain_det",
        "driving",
        "aerial",
        "underwater",
        "documents",
        "microscopic",
        "electromagnetic",
        "videogames",
        "defects_det",
        "fewshot_det",
    ),
    Task.SEMANTIC_SEGMENTATION: (
        "objects_seg",
        "driving",
        "land",
        "aerial_objects",
    ),
    Task.SPEECH_RECOGNITION: (
        "read",
        "conversation",
        "phonemes",
    ),
    Task.AUDIO_CLASSIFICATION: (
        "keywords",
        "sounds",
        "music",
        "speaker",
        "emotion_audio",
    ),
    Task.TABULAR_CLASSIFICATION: (
        "behaviour",
        "credit",
        "census",
        "health",
        "signals",
        "measure",
        "transport",
        "words",
        "software",
        "physics",
        "rules",
        "anonymous",
    ),
    Task.TOKEN_CLASSIFICATION: (
        "names",
        "names_noisy",
        "slots",
        "biomed",
        "expert_names",
        "relation",
        "layout",
    ),
    Task.QUESTION_ANSWERING: (
        "extract",
        "yesno",
        "choice",
        "choice_expert",
    ),
    Task.SUMMARISATION: (
        "news_sum",
        "doc_sum",
        "talk_sum",
        "code_sum",
    ),
    Task.TRANSLATION: (
        "mt_news",
        "mt_religious",
        "mt_other",
    ),
    Task.TEXT_GENERATION: (
        "chat",
        "data2text",
        "sql",
        "codegen",
        "maths",
        "commonsense",
        "headline",
    ),
    Task.RECOMMENDATION: (
        "ctr",
        "topn",
    ),
    Task.PROTEIN: (
        "protein_class",
        "protein_fold",
        "protein_value",
    ),
    Task.OTHER: ("text_to_speech", "diarisation", "robot_policy", "something_new"),
}
"""Kinds of data sets by task, as data/dataset_kinds.csv and the words spell them."""

SPLIT: Mapping[str, Mapping[str, float]] = {
    "intent": {"intent_clear": 0.7, "queue": 0.3},
    "sentiment_graded": {"sentiment_neutral": 0.6, "sentiment_stars": 0.4},
}
"""Kinds that were split later, with the shares of the parts in data/dataset_kinds.csv."""

LANGUAGES = ("english", "chinese", "other", "low_resource", "code")
"""Groups of languages: how much text of them the base models have seen."""

LANGUAGE_TASKS = frozenset(
    {
        Task.TEXT_CLASSIFICATION,
        Task.TOKEN_CLASSIFICATION,
        Task.QUESTION_ANSWERING,
        Task.SUMMARISATION,
        Task.TRANSLATION,
        Task.TEXT_GENERATION,
        Task.SPEECH_RECOGNITION,
    }
)
"""Tasks whose data have a language."""

_SPELLED = {"en": "english", "zh": "chinese", "low-resource": "low_resource"}


@dataclass(frozen=True)
class Described:
    """What data/dataset_kinds.csv says of one data set; blank or None where nothing is known."""

    kind: str = ""
    language: str = ""
    n_classes: float | None = None
    majority_share: float | None = None


NOTHING = Described()


def split_of(task: str) -> frozenset[str]:
    """Kinds of a task that were split later and may still be stated."""
    known = KINDS.get(task, ())
    return frozenset(word for word, parts in SPLIT.items() if set(parts) <= set(known))


def kind_word(task: str, stated: object, sure: float, dataset: str) -> str:
    """The kind of a data set as the model's rows spell it.

    Parameters
    ----------
    task : str
    stated : object
        What somebody said: a kind, one that was split later, or blank.
    sure : float
        Share of such statements that are right; what is left stays with the unknown.
    dataset : str
        Id of the data set, which names an unknown kind.

    Returns
    -------
    str
        A kind; several as ``kind~share`` joined by ``+``; or ``?`` and the data set.
    """
    word = re.sub(r"[^a-z0-9]+", "_", str(stated or "").strip().lower()).strip("_")
    known = KINDS.get(task, ())
    parts = dict(SPLIT.get(word, {word: 1.0} if word in known else {}))
    if not parts or not set(parts) <= set(known):
        return f"{UNKNOWN}{dataset}"
    if len(parts) == 1 and sure >= 1:
        return word
    return "+".join(f"{name}~{share * sure:.6g}" for name, share in parts.items())


def language_word(task: str, stated: object, dataset: str) -> str:
    """The language group of a data set; ``none`` for tasks without one, else as `kind_word`."""
    if task not in LANGUAGE_TASKS:
        return "none"
    word = str(stated or "").strip().lower().replace(" ", "_")
    word = _SPELLED.get(word, word)
    if not word or word == "nan":
        return f"{UNKNOWN}{dataset}"
    return word if word in LANGUAGES else "other"


@lru_cache(maxsize=65536)
def shares_of(word: str) -> tuple[tuple[str, float], ...]:
    """Kinds and shares of a word of `kind_word`; nothing where the kind is unknown."""
    if word.startswith(UNKNOWN):
        return ()
    if "~" not in word:
        return ((word, 1.0),)
    pairs = (part.split("~") for part in word.split("+"))
    return tuple((name, float(share)) for name, share in pairs)
