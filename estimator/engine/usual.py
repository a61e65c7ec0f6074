"""What is usual of a task when nothing is said: its metric, target and length of an example."""

from __future__ import annotations

from estimator.vocabulary import Task

TASK_METRIC: dict[Task, str] = {
    Task.TEXT_CLASSIFICATION: "accuracy",
    Task.TOKEN_CLASSIFICATION: "f1",
    Task.QUESTION_ANSWERING: "f1",
    Task.SUMMARISATION: "rouge1",
    Task.TRANSLATION: "bleu",
    Task.TEXT_GENERATION: "accuracy",
    Task.IMAGE_CLASSIFICATION: "accuracy",
    Task.MEDICAL_IMAGING: "auc",
    Task.OBJECT_DETECTION: "map50",
    Task.SEMANTIC_SEGMENTATION: "miou",
    Task.SPEECH_RECOGNITION: "wer",
    Task.AUDIO_CLASSIFICATION: "accuracy",
    Task.TABULAR_CLASSIFICATION: "accuracy",
    Task.RECOMMENDATION: "auc",
    Task.IMAGE_GENERATION: "clip_i",
    Task.MUSIC_GENERATION: "fad",
    Task.PROTEIN: "accuracy",
    Task.TIME_SERIES: "relative_mase",
    Task.RETRIEVAL: "ndcg_at_10",
    Task.DOCUMENT_EXTRACTION: "f1",
    Task.DOCUMENT_OCR: "cer",
    Task.OTHER: "accuracy",
    Task.PREFERENCE_TUNING: "win_rate",
    Task.TABULAR_REGRESSION: "r2",
    Task.VIDEO_CLASSIFICATION: "accuracy",
}
"""Metric of the target when none is given; the canonical names of data/metrics.csv."""

JOINT_METRIC: dict[Task, str] = {
    Task.TEXT_CLASSIFICATION: "micro_f1",
    Task.IMAGE_CLASSIFICATION: "map",
    Task.AUDIO_CLASSIFICATION: "map",
}
"""The same where several classes hold for one example."""

DEFAULT_TARGET: dict[str, float] = {
    "accuracy": 0.90,
    "f1": 0.85,
    "rouge1": 45.0,
    "bleu": 30.0,
    "auc": 0.90,
    "map50": 0.70,
    "miou": 0.70,
    "wer": 0.10,
    "fid": 20.0,
    "fad": 3.0,
    "clip_i": 0.78,
    "win_rate": 0.60,
    "micro_f1": 0.80,
    "map": 0.75,
    "r2": 0.75,
    "relative_mase": 0.75,
    "ndcg_at_10": 0.60,
    "cer": 0.05,
}
"""Value of the target when none is given: default.target.* of data/assumptions.csv."""

DEFAULT_UNIT: dict[Task, float] = {
    Task.TEXT_CLASSIFICATION: 120,
    Task.TOKEN_CLASSIFICATION: 60,
    Task.QUESTION_ANSWERING: 300,
    Task.SUMMARISATION: 900,
    Task.TRANSLATION: 60,
    Task.TEXT_GENERATION: 500,
    Task.IMAGE_CLASSIFICATION: 224,
    Task.MEDICAL_IMAGING: 224,
    Task.OBJECT_DETECTION: 640,
    Task.SEMANTIC_SEGMENTATION: 512,
    Task.IMAGE_GENERATION: 512,
    Task.SPEECH_RECOGNITION: 8,
    Task.AUDIO_CLASSIFICATION: 5,
    Task.MUSIC_GENERATION: 30,
    Task.TABULAR_CLASSIFICATION: 40,
    Task.RECOMMENDATION: 50,
    Task.PROTEIN: 300,
    Task.TIME_SERIES: 24,
    Task.RETRIEVAL: 200,
    Task.DOCUMENT_EXTRACTION: 1,
    Task.DOCUMENT_OCR: 1,
    Task.OTHER: 500,
    Task.PREFERENCE_TUNING: 500,
    Task.TABULAR_REGRESSION: 40,
    Task.VIDEO_CLASSIFICATION: 224,
}
"""Length of one example when none is given: default.unit.* of data/assumptions.csv."""

DEFAULT_MORE: dict[str, float] = {
    "series": 100, "steps": 500, "covariates": 0, "passages": 100_000, "churn": 0.02,
    "reranked": 50, "fields": 10, "frames": 16,
}  # fmt: skip
"""Further facts of the examples when they are not given: default.unit.* of the same table."""

LEAST_UNIT = {
    "covariates": 0.0, "series": 1.0, "steps": 2.0, "passages": 1.0, "churn": 0.0, "reranked": 0.0,
    "fields": 1.0, "frames": 1.0,
}  # fmt: skip
"""Smallest value of a fact of the examples; a thousandth where none stands here."""
