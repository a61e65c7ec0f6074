"""The words of the product: approaches, tasks and their labels, each spelled in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum


class Approach(StrEnum):
    """The ten ways of getting a model, in the order of the spectrum."""

    BASELINE = "baseline"
    ZERO_SHOT = "zero_shot"
    LINEAR_PROBE = "linear_probe"
    PARTIAL_FINETUNE = "partial_finetune"
    LORA = "lora"
    FULL_FINETUNE = "full_finetune"
    CONTINUED_PRETRAIN = "continued_pretrain"
    DISTILL = "distill"
    HYBRID = "hybrid"
    SCRATCH = "scratch"


class Task(StrEnum):
    """What the model is for."""

    TEXT_CLASSIFICATION = "text_classification"
    TOKEN_CLASSIFICATION = "token_classification"
    QUESTION_ANSWERING = "question_answering"
    SUMMARISATION = "summarisation"
    TRANSLATION = "translation"
    TEXT_GENERATION = "text_generation"
    IMAGE_CLASSIFICATION = "image_classification"
    MEDICAL_IMAGING = "medical_imaging"
    OBJECT_DETECTION = "object_detection"
    SEMANTIC_SEGMENTATION = "semantic_segmentation"
    SPEECH_RECOGNITION = "speech_recognition"
    AUDIO_CLASSIFICATION = "audio_classification"
    TABULAR_CLASSIFICATION = "tabular_classification"
    RECOMMENDATION = "recommendation"
    IMAGE_GENERATION = "image_generation"
    MUSIC_GENERATION = "music_generation"
    PROTEIN = "protein"
    TIME_SERIES = "time_series"
    RETRIEVAL = "retrieval"
    DOCUMENT_EXTRACTION = "document_extraction"
    DOCUMENT_OCR = "document_ocr"
    PREFERENCE_TUNING = "preference_tuning"
    TABULAR_REGRESSION = "tabular_regression"
    VIDEO_CLASSIFICATION = "video_classification"
    OTHER = "other"


class Modality(StrEnum):
    """The kind of input; it decides the unit of one example."""

    TEXT = "text"
    VISION = "vision"
    AUDIO = "audio"
    TABULAR = "tabular"
    RECOMMENDATION = "recommendation"
    BIOLOGY = "biology"
    SERIES = "series"
    DOCUMENTS = "documents"
    OTHER = "other"


class Domain(StrEnum):
    """How near a public base model is to the project, from nearest to farthest."""

    SOLVED = "solved"
    CLOSE = "close"
    RELATED = "related"
    FAR = "far"


class LabellingSource(StrEnum):
    """Who labels."""

    CROWD = "crowd"
    VENDOR = "vendor"
    IN_HOUSE = "in_house"
    EXPERT = "expert"
    MODEL_ASSISTED = "model_assisted"
    MODEL = "model"
    OWN = "own"


class Pay(StrEnum):
    """What an hour of a crowd is paid."""

    FLOOR = "floor"
    MARKET = "market"
    FAIR = "fair"


class PurchaseOption(StrEnum):
    """How cloud accelerators are bought."""

    ON_DEMAND = "on_demand"
    SPOT = "spot"
    COMMITTED_1Y = "committed_1y"
    COMMITTED_3Y = "committed_3y"


class HybridKind(StrEnum):
    """Which two parts a hybrid joins."""

    FROZEN_PLUS_SCRATCH = "frozen_plus_scratch"
    RETRIEVAL = "retrieval"


class DeviceKind(StrEnum):
    """What the training or the answering runs on."""

    CPU = "cpu"
    GPU = "gpu"
    TPU = "tpu"
    API = "api"


class Phase(StrEnum):
    """The five groups of cost lines; their sums are the total."""

    LABELLING = "labelling"
    COMPUTE = "compute"
    PEOPLE = "people"
    RUNNING = "running"
    OTHER = "other"


class Effort(StrEnum):
    """How much care a project takes."""

    LEAN = "lean"
    STANDARD = "standard"
    REGULATED = "regulated"


class Integration(StrEnum):
    """How a model gets into use in a firm, from the quickest way."""

    PLATFORM = "platform"
    PIPELINES = "pipelines"
    SCRIPTS = "scripts"
    BY_HAND = "by_hand"


class Stage(StrEnum):
    """The part of a project that a line of the bill is spent in, in the order of the work."""

    START = "start"
    GUIDE = "guide"
    TEST = "test"
    LABELS = "labels"
    DATA = "data"
    MODEL = "model"
    RELEASE = "release"
    LIVE = "live"


class Basis(StrEnum):
    """Where a figure comes from."""

    MEASURED = "measured"
    PUBLISHED = "published"
    FITTED = "fitted"
    ASSUMED = "assumed"
    TYPED = "typed"


class Grade(StrEnum):
    """How near the evidence is to this project."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    BORROWED = "borrowed"
    NONE = "none"


APPROACH_LABELS: dict[Approach, str] = {
    Approach.BASELINE: "Simple baseline",
    Approach.ZERO_SHOT: "Use as is",
    Approach.LINEAR_PROBE: "Feature extraction",
    Approach.PARTIAL_FINETUNE: "Transfer: last layers",
    Approach.LORA: "LoRA",
    Approach.FULL_FINETUNE: "Full fine-tuning",
    Approach.CONTINUED_PRETRAIN: "Heavy fine-tuning",
    Approach.DISTILL: "Distillation",
    Approach.HYBRID: "Hybrid",
    Approach.SCRATCH: "From scratch",
}

TASK_LABELS: dict[Task, str] = {
    Task.TEXT_CLASSIFICATION: "Text classification",
    Task.TOKEN_CLASSIFICATION: "Entities in text (NER)",
    Task.QUESTION_ANSWERING: "Question answering",
    Task.SUMMARISATION: "Summarisation",
    Task.TRANSLATION: "Translation",
    Task.TEXT_GENERATION: "Text generation, chatbot",
    Task.IMAGE_CLASSIFICATION: "Image classification",
    Task.MEDICAL_IMAGING: "Medical imaging",
    Task.OBJECT_DETECTION: "Object detection",
    Task.SEMANTIC_SEGMENTATION: "Segmentation",
    Task.SPEECH_RECOGNITION: "Speech recognition",
    Task.AUDIO_CLASSIFICATION: "Audio classification",
    Task.TABULAR_CLASSIFICATION: "Tables: classification",
    Task.RECOMMENDATION: "Recommendation",
    Task.IMAGE_GENERATION: "Image generation",
    Task.MUSIC_GENERATION: "Music generation",
    Task.PROTEIN: "Protein",
    Task.TIME_SERIES: "Time series: forecasting",
    Task.RETRIEVAL: "Search: retrieval, reranking",
    Task.DOCUMENT_EXTRACTION: "Documents: fields",
    Task.DOCUMENT_OCR: "Documents: text (OCR)",
    Task.PREFERENCE_TUNING: "Preference tuning (DPO)",
    Task.TABULAR_REGRESSION: "Tables: a number (regression)",
    Task.VIDEO_CLASSIFICATION: "Video classification",
    Task.OTHER: "Something else",
}

_SPOKEN = {
    re.sub(r"[^a-z0-9]+", "", label.lower()): str(word)
    for labels in (TASK_LABELS, APPROACH_LABELS)
    for word, label in labels.items()
}


def word_of(name: str, words: Iterable[str]) -> str | None:
    """The word that a name stands for: itself, another spelling of it or its label.

    Parameters
    ----------
    name : str
        As somebody wrote it.
    words : iterable of str
        What is allowed.
    """
    allowed = {re.sub(r"[^a-z0-9]+", "", w.lower()): w for w in words}
    plain = re.sub(r"[^a-z0-9]+", "", name.lower())
    spoken = _SPOKEN.get(plain)
    return allowed.get(plain) or (spoken if spoken in allowed.values() else None)


TASK_MODALITY: dict[Task, Modality] = {
    Task.TEXT_CLASSIFICATION: Modality.TEXT,
    Task.TOKEN_CLASSIFICATION: Modality.TEXT,
    Task.QUESTION_ANSWERING: Modality.TEXT,
    Task.SUMMARISATION: Modality.TEXT,
    Task.TRANSLATION: Modality.TEXT,
    Task.TEXT_GENERATION: Modality.TEXT,
    Task.IMAGE_CLASSIFICATION: Modality.VISION,
    Task.MEDICAL_IMAGING: Modality.VISION,
    Task.OBJECT_DETECTION: Modality.VISION,
    Task.SEMANTIC_SEGMENTATION: Modality.VISION,
    Task.IMAGE_GENERATION: Modality.VISION,
    Task.SPEECH_RECOGNITION: Modality.AUDIO,
    Task.AUDIO_CLASSIFICATION: Modality.AUDIO,
    Task.MUSIC_GENERATION: Modality.AUDIO,
    Task.TABULAR_CLASSIFICATION: Modality.TABULAR,
    Task.RECOMMENDATION: Modality.RECOMMENDATION,
    Task.PROTEIN: Modality.BIOLOGY,
    Task.TIME_SERIES: Modality.SERIES,
    Task.RETRIEVAL: Modality.TEXT,
    Task.DOCUMENT_EXTRACTION: Modality.DOCUMENTS,
    Task.DOCUMENT_OCR: Modality.DOCUMENTS,
    Task.OTHER: Modality.OTHER,
    Task.PREFERENCE_TUNING: Modality.TEXT,
    Task.TABULAR_REGRESSION: Modality.TABULAR,
    Task.VIDEO_CLASSIFICATION: Modality.VISION,
}

UNIT_BY_MODALITY: dict[Modality, str] = {
    Modality.TEXT: "tokens",
    Modality.VISION: "pixels",
    Modality.AUDIO: "audio_seconds",
    Modality.TABULAR: "columns",
    Modality.RECOMMENDATION: "interactions",
    Modality.BIOLOGY: "residues",
    Modality.SERIES: "horizon",
    Modality.DOCUMENTS: "pages",
    Modality.OTHER: "tokens",
}

MORE_UNITS: dict[Task, tuple[str, ...]] = {
    Task.TIME_SERIES: ("series", "steps", "covariates"),
    Task.RETRIEVAL: ("passages", "churn", "reranked"),
    Task.DOCUMENT_EXTRACTION: ("fields",),
    Task.VIDEO_CLASSIFICATION: ("frames",),
}
"""What else is said of the examples of a task: how many series are forecast, how many values of the
past each has, how many columns are known of the future; how many passages are searched, which share
of them is new each month, how many are reranked for a question; how many fields a page has; how
many pictures of a clip are looked at."""

NO_ROWS: dict[Task, frozenset[Approach]] = {
    Task.TIME_SERIES: frozenset(
        {Approach.LINEAR_PROBE, Approach.CONTINUED_PRETRAIN, Approach.DISTILL, Approach.HYBRID}
    ),
    Task.RETRIEVAL: frozenset({Approach.SCRATCH}),
    Task.DOCUMENT_EXTRACTION: frozenset({Approach.SCRATCH}),
    Task.DOCUMENT_OCR: frozenset({Approach.LINEAR_PROBE, Approach.DISTILL}),
    Task.OTHER: frozenset({Approach.DISTILL, Approach.HYBRID}),
    Task.TABULAR_REGRESSION: frozenset(Approach)
    - {Approach.BASELINE, Approach.LINEAR_PROBE, Approach.FULL_FINETUNE, Approach.SCRATCH},
    Task.VIDEO_CLASSIFICATION: frozenset({Approach.BASELINE, Approach.HYBRID}),
    Task.PREFERENCE_TUNING: frozenset(Approach)
    - {Approach.BASELINE, Approach.ZERO_SHOT, Approach.LORA, Approach.FULL_FINETUNE},
    Task.IMAGE_GENERATION: frozenset(
        {Approach.BASELINE, Approach.LINEAR_PROBE, Approach.CONTINUED_PRETRAIN, Approach.HYBRID}
    ),
    Task.MUSIC_GENERATION: frozenset(
        {
            Approach.BASELINE,
            Approach.LINEAR_PROBE,
            Approach.PARTIAL_FINETUNE,
            Approach.CONTINUED_PRETRAIN,
            Approach.DISTILL,
            Approach.HYBRID,
            Approach.SCRATCH,
        }
    ),
}
"""Approaches that mean nothing for a task; such rows are computed and not shown to people."""

LIKENESS = frozenset({"dino", "clip_i", "clip_t"})
"""Metrics of one subject or style, learned from a few pictures: likeness, and obedience to text."""


def no_rows(task: Task, metric: str | None) -> frozenset[Approach]:
    """Approaches that mean nothing for a task in a metric.

    A generator from scratch learns a collection and no subject; a few layers learn a subject and
    no collection.
    """
    none = NO_ROWS.get(task, frozenset())
    if task is Task.IMAGE_GENERATION and metric in LIKENESS:
        return none | {Approach.SCRATCH, Approach.DISTILL}
    if task is Task.IMAGE_GENERATION and metric == "fid":
        return none | {Approach.PARTIAL_FINETUNE, Approach.DISTILL}
    return none


JOINED_TASKS = frozenset({Task.RETRIEVAL, Task.DOCUMENT_EXTRACTION, Task.DOCUMENT_OCR})
"""Tasks whose hybrid joins what is there: two rankings, or reading and a language model."""

READY_BASELINES = JOINED_TASKS | {Task.PREFERENCE_TUNING}
"""Tasks whose baseline is there already: words alone, open OCR, the model before preferences."""

UNLABELLED_TESTS = frozenset({Task.IMAGE_GENERATION, Task.MUSIC_GENERATION})
"""Tasks whose test examples nobody labels: what is generated is looked at or measured."""

FINDS_PASSAGES = (Task.QUESTION_ANSWERING, Task.TEXT_GENERATION)
"""Tasks of which any row can be sent passages that were found for the question."""
JOINT_TASKS = (Task.TEXT_CLASSIFICATION, Task.IMAGE_CLASSIFICATION, Task.AUDIO_CLASSIFICATION)
"""Tasks in which several classes may hold for one example at once."""

NO_LABELS_TASKS = frozenset({Task.TIME_SERIES})
"""Tasks whose examples label themselves: the future of a series comes by itself."""

METRIC_LABELS: dict[str, str] = {
    "accuracy": "accuracy", "f1": "F1", "auc": "AUC", "map50": "mAP@50", "map": "mAP",
    "miou": "mIoU", "wer": "word error rate", "bleu": "BLEU", "rouge1": "ROUGE-1", "fid": "FID",
    "fad": "FAD", "dice": "Dice", "error": "error rate", "relative_mase": "relative forecast error",
    "clap": "CLAP", "clip_i": "CLIP-I", "clip_t": "CLIP-T", "dino": "DINO", "fd": "FD",
    "hps_v2": "HPS v2", "hps_v2_1": "HPS v2.1", "ndcg_at_10": "nDCG@10",
    "recall_at_10": "recall@10", "recall_at_20": "recall@20", "recall_at_100": "recall@100",
    "r2": "R²",
    "auprc": "AUPRC",
    "chrf": "chrF",
    "mae": "MAE",
    "map_at_r": "MAP@R",
    "mase": "MASE",
    "mcc": "MCC",
    "mt_bench": "MT-Bench",
    "rouge": "ROUGE",
    "rougel": "ROUGE-L",
}  # fmt: skip
"""Metrics that people spell differently; the others as they are, without underscores."""

_ISO_4217 = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD
KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND
VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = tuple(_ISO_4217.split())
"""ISO 4217 codes of currencies in use."""
