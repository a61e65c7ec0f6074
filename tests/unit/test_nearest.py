"""A task that cannot be named is refused with the nearest one and what that leaves out."""

from __future__ import annotations

import pytest

from estimator import ProjectInputs
from estimator.engine.nearest import NEAREST, allowed_task
from estimator.errors import InputError
from estimator.vocabulary import Task
from estimator.words.texts import catalogue


@pytest.mark.parametrize(
    ("name", "task", "words"),
    [
        ("handwriting", "document_ocr", "under its name"),
        ("invoice extraction", "document_extraction", "under its name"),
        ("reranking", "retrieval", "under its name"),
        ("RAG", "question_answering", "nDCG"),
        ("video clips", "video_classification", "under its name"),
        ("DPO", "preference_tuning", "under its name"),
        ("regression of prices", "tabular_regression", "under its name"),
        ("text-to-speech", "other", "until an own result"),
        ("speaker diarization", "other", "until an own result"),
        ("demand forecasting", "time_series", "under its name"),
    ],
)
def test_the_nearest_task_is_named(name: str, task: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        ProjectInputs.from_dict({"task": name})
    assert f"the nearest is {task}" in str(refused.value)
    assert words in str(refused.value)


def test_other_names_are_refused_with_the_list() -> None:
    with pytest.raises(InputError, match="time_series"):
        ProjectInputs.from_dict({"task": "making tea"})
    assert allowed_task("Text classification") is None
    assert all(allowed_task(t) is None for t in Task)


def test_every_language_says_what_is_left_out() -> None:
    keys = {f"nearest.{key}" for _, _, key in NEAREST}
    assert all(keys <= set(texts) for texts in catalogue().values())
