"""The words of the product: approaches, tasks and their labels, each spelled in one place."""

from __future__ import annotations

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


class Modality(StrEnum):
    """The kind of input; it decides the unit of one example."""

    TEXT = "text"
    VISION = "vision"
    AUDIO = "audio"
    TABULAR = "tabular"
    RECOMMENDATION = "recommendation"
    BIOLOGY = "biology"


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
    OWN = "own"


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
}

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
}

UNIT_BY_MODALITY: dict[Modality, str] = {
    Modality.TEXT: "tokens",
    Modality.VISION: "pixels",
    Modality.AUDIO: "audio_seconds",
    Modality.TABULAR: "columns",
    Modality.RECOMMENDATION: "interactions",
    Modality.BIOLOGY: "residues",
}

METRIC_LABELS: dict[str, str] = {
    "accuracy": "accuracy", "f1": "F1", "auc": "AUC", "map50": "mAP@50", "map": "mAP",
    "miou": "mIoU", "wer": "WER", "bleu": "BLEU", "rouge1": "ROUGE-1", "fid": "FID",
    "fad": "FAD", "dice": "Dice", "error": "error rate",
}  # fmt: skip
"""Metrics that people spell differently; the others as they are, without underscores."""

HUNDRED_SCALE = {"bleu", "chrf", "rouge", "rouge1", "rouge2", "rougel"}
PLAIN_SCALE = {
    "fid", "fad", "perplexity", "rmse", "mae", "mase", "mt_bench", "count", "factor", "seconds",
    "usd", "direction", "difference_points", "spread_over_splits",
}  # fmt: skip
"""Metrics that are no fractions: of 0 to 100, and in units of their own."""
