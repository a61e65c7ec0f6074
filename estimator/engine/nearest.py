"""A task that cannot be named here yet: the nearest one that can, and what it leaves out."""

from __future__ import annotations

import re

from estimator.vocabulary import Task, word_of
from estimator.words.statement import Statement, state
from estimator.words.statement import Task as TaskWord

NEAREST: tuple[tuple[str, Task, str], ...] = (
    (r"forecast|time ?series|demand|vorhersage|zeitreihe", Task.TIME_SERIES, "spelling"),
    (r"\bocr|handwrit|\bhtr\b|handschrift", Task.DOCUMENT_OCR, "spelling"),
    (
        r"document|invoice|receipt|\bforms?\b|layout|dokument|rechnung",
        Task.DOCUMENT_EXTRACTION,
        "spelling",
    ),
    (r"\brag\b", Task.QUESTION_ANSWERING, "ranking"),
    (r"retriev|search|rerank|embedding|suche", Task.RETRIEVAL, "spelling"),
    (r"video|action recog", Task.VIDEO_CLASSIFICATION, "spelling"),
    (r"preference|\bdpo\b|rlhf|reward", Task.PREFERENCE_TUNING, "spelling"),
    (r"regress", Task.TABULAR_REGRESSION, "spelling"),
    (r"\btts\b|text to speech|speech synth|voice clon|sprachsynth", Task.OTHER, "generic"),
    (r"diari[sz]|speaker", Task.OTHER, "generic"),
    (r"robot|\bvla\b|policy|roboter|generic|custom|sonstig", Task.OTHER, "generic"),
    (r"multi ?label|joint label", Task.TEXT_CLASSIFICATION, "joint"),
)
"""Words of a task's name, the task to take instead, and the key of what that leaves out."""


def allowed_task(name: str) -> Statement | None:
    """What to say of a task that is none; None where the name is one.

    Parameters
    ----------
    name : str
        As somebody wrote it.
    """
    if word_of(name, Task) is not None:
        return None
    every = ", ".join(Task)
    low = re.sub(r"[^a-z0-9]+", " ", name.lower())
    for pattern, task, key in NEAREST:
        if re.search(pattern, low):
            without = state(f"nearest.{key}")
            return state("allowed.task_near", task=TaskWord(task), id=str(task), without=without,
                         names=every)  # fmt: skip
    return None
