"""Search, documents and pictures in the evidence: kinds of system, base models, data sets."""

from __future__ import annotations

import re
from functools import lru_cache

from estimator.vocabulary import Approach, Task

SIMPLE, AS_IS, TUNED = "simple", "as_is", "tuned"
CELLS = (SIMPLE, AS_IS, TUNED)
"""What a system is: words or rules alone, a pre-trained model as it is, one tuned on own labels."""

FAMILY_TASKS: dict[Task, frozenset[str]] = {
    Task.RETRIEVAL: frozenset({"retrieval"}),
    Task.DOCUMENT_EXTRACTION: frozenset({"document_extraction"}),
    Task.DOCUMENT_OCR: frozenset({"document_ocr"}),
    Task.IMAGE_GENERATION: frozenset({"image_generation"}),
    Task.PREFERENCE_TUNING: frozenset({"preference_tuning"}),
    Task.TABULAR_REGRESSION: frozenset({"tabular_regression"}),
    Task.VIDEO_CLASSIFICATION: frozenset({"video_classification"}),
    Task.MUSIC_GENERATION: frozenset({"music_generation", "audio_generation"}),
}
"""Tasks with a fit in data/fits/families.json, and the evidence's names of them."""

TRAINED = frozenset(
    {
        Approach.LINEAR_PROBE,
        Approach.PARTIAL_FINETUNE,
        Approach.LORA,
        Approach.FULL_FINETUNE,
        Approach.CONTINUED_PRETRAIN,
        Approach.DISTILL,
        Approach.SCRATCH,
    }
)

_MODELS: tuple[tuple[str, str], ...] = (
    (r"bm25", "bm25"),
    (r"bge ?(small|base|large) ?en ?v1\.5", "bge-{}-en-v1.5"),
    (r"bge ?m3", "bge-m3"),
    (r"multilingual ?e5 ?(small|base|large)", "multilingual-e5-{}"),
    (r"e5 ?mistral", "e5-mistral-7b-instruct"),
    (r"e5 ?(small|base|large)", "e5-{}-v2"),
    (r"qwen3 ?embedding ?([0-9.]+)b", "qwen3-embedding-{}b"),
    (r"text ?embedding ?3 ?(small|large)", "text-embedding-3-{}"),
    (r"gemini ?embedding", "gemini-embedding-001"),
    (r"embed ?english ?v3", "cohere-embed-english-v3"),
    (r"all ?minilm ?l6", "all-minilm-l6-v2"),
    (r"all ?mpnet", "all-mpnet-base-v2"),
    (r"contriever.*(?:ms ?marco|fine)", "contriever-msmarco"),
    (r"contriever", "contriever"),
    (r"splade", "splade-pp"),
    (r"gte ?modern ?colbert", "gte-moderncolbert-v1"),
    (r"repllama", "repllama-7b"),
    (r"layout ?xlm", "layoutxlm-base"),
    (r"^layoutlm ?v3(?: (base|large))?(?! base chinese)", "layoutlmv3-{}"),
    (r"^layoutlm ?v2(?: (base|large))?", "layoutlmv2-{}"),
    (r"^layoutlm(?: (base|large))?", "layoutlm-{}"),
    (r"^lilt", "lilt"),
    (r"^bros", "bros-base"),
    (r"donut", "donut-base"),
    (r"info ?xlm", "infoxlm-base"),
    (r"xlm ?r(?:oberta)?", "xlm-roberta-base"),
    (r"trocr ?(small|base|large)", "trocr-{}"),
    (r"paddleocr ?vl|tachiwin", "paddleocr-vl"),
    (r"kraken|catmus|manu", "kraken"),
    (r"stylegan ?2", "stylegan2"),
    (r"xgboost|lightgbm|catboost|gradient boosting", "boosting"),
    (r"\bmlp\b", "mlp"),
    (r"musicgen (small|medium|large)", "musicgen-{}"),
    (r"magnet (small|medium)", "magnet-{}"),
    (r"cr ?biggan", "cr-biggan"),
    (r"biggan", "biggan"),
    (r"textual inversion", "textual-inversion"),
    (r"dreambooth", "dreambooth"),
    (r"roberta ?(base|large)?", "roberta-{}"),
    (r"\bbert ?(base|large)?", "bert-{}"),
)
"""Spellings of base models; the first that fits counts, with its size put in."""

SEEN_BY = frozenset(
    {"bge-small-en-v1.5", "bge-base-en-v1.5", "bge-large-en-v1.5", "bge-m3",
     "e5-mistral-7b-instruct", "gemini-embedding-001", "qwen3-embedding-0.6b",
     "qwen3-embedding-8b"}
)  # fmt: skip
SEEN_SETS = frozenset({"fiqa", "nq", "hotpotqa", "nfcorpus", "scifact"})
"""Newer embedding models learned from the training parts of these sets: not as is on one's data."""

_SET_WORDS = {
    "beir": "", "mteb": "", "retrieval": "", "test": "", "dev": "", "fiqa2018": "fiqa",
    "naturalquestions": "nq", "treccovid": "trec-covid", "quoraretrieval": "quora",
    "germanquad": "germanquad", "dbpedia": "dbpedia", "entity": "", "touche": "touche2020",
    "webis": "", "2020": "", "task": "", "3": "",
}  # fmt: skip


@lru_cache(maxsize=4096)
def family_model(name: str) -> str:
    """Name of a base model by its spelling; the spelling where none fits."""
    low = re.sub(r"[^a-z0-9.]+", " ", name.lower()).strip()
    for pattern, model in _MODELS:
        found = re.search(pattern, low)
        if found:
            return model.format(*(g or "base" for g in found.groups()))
    return low


def tuned_from(name: str) -> str:
    """The model that preferences are taught to, by its spelling: family, and base or instruct."""
    low = name.lower()
    family = next((f for f in ("llama", "mistral", "gemma") if f in low), low)
    return f"{family}-{'instruct' if re.search('instruct|gemma', low) else 'base'}"


@lru_cache(maxsize=4096)
def family_set(name: str) -> str:
    """One id for the spellings of a data set: BEIR FiQA, MTEB FiQA2018 are fiqa."""
    words = [w for w in re.split(r"[^a-z0-9.]+", name.lower()) if w]
    words = [_SET_WORDS.get(w, w) for w in words]
    return "-".join(w for w in words if w)


def collection_of(dataset: str) -> str:
    """What is left out together: the forums of CQADupStack, forms of one collection."""
    first = dataset.split("-")[0]
    return first if first in COLLECTIONS else dataset


COLLECTIONS = frozenset(
    {"cqadupstack", "touche2020", "marker", "ffhq", "imagenet", "pokemon", "afhq"}
)
AUGMENTED = re.compile(r"diffaugment|ada\b|fakeclr|insgen")
"""Generators whose discriminator sees changed copies of the pictures."""


def cell_of(approach: str, task: Task | None = None, backbone: str = "") -> str:
    """Kind of system of an approach; a generator without augmentation is the simple kind.

    What makers of music models trained is used by others as it is.
    """
    if approach == Approach.BASELINE:
        return SIMPLE
    if task is Task.IMAGE_GENERATION and approach == Approach.SCRATCH:
        return TUNED if AUGMENTED.search(backbone.lower()) else SIMPLE
    if task is Task.MUSIC_GENERATION and approach == Approach.SCRATCH:
        return AS_IS
    return TUNED if approach in set(TRAINED) | {"adapter"} else AS_IS
