"""The kinds of task that people ask about in public, and the scenario that expresses each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from estimator import ProjectInputs
from estimator.engine.simulate import evaluate

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

SOUND = {"metric": "naturalness, higher, 1 to 5", "value": 4.0}
TYPED = {"lora": {"params": 2e8}}

EXPRESSED: dict[str, dict[str, Any]] = {
    "text classification": {"task": "text_classification", "n_classes": 8},
    "named entities": {"task": "token_classification", "n_classes": 5},
    "document classification": {"task": "text_classification", "unit": {"tokens": 2000}},
    "instruction tuning": {"task": "text_generation", "n_classes": 1},
    "translation": {"task": "translation"},
    "speech recognition": {"task": "speech_recognition"},
    "tables": {"task": "tabular_classification"},
    "detection": {"task": "object_detection"},
    "segmentation": {"task": "semantic_segmentation"},
    "labels assisted by a model": {
        "task": "text_classification", "labelling": {"source": "model_assisted"},
    },
    "labels that occur together": {
        "task": "text_classification", "n_classes": 12, "facts": {"labels_per_example": 2.5},
    },
    "fields of documents": {"task": "document_extraction"},
    "picture generation": {
        "task": "image_generation", "n_labelled_available": 20, "n_labelled_to_buy": 0,
    },
    "hosted use": {"task": "text_generation", "models": {"zero_shot": "gpt-5.4-mini"}},
    "reading pages and handwriting": {"task": "document_ocr"},
    "time series": {"task": "time_series"},
    "search, embeddings, reranking": {"task": "retrieval"},
    "preferences": {"task": "preference_tuning"},
    "video": {"task": "video_classification", "n_classes": 10},
    "who speaks when": {
        "task": "other", "models": TYPED,
        "target": {"metric": "DER, lower, 0 to 1", "value": 0.1},
    },
    "text to speech": {"task": "other", "models": TYPED, "target": SOUND},
    "robot policies": {
        "task": "other", "models": TYPED,
        "target": {"metric": "success rate, higher, 0 to 1", "value": 0.8},
    },
}  # fmt: skip
"""Two more are not here as tasks: tuning of a hosted model is a price of a row, and a model that
judges is a line of the evaluation."""

WITHOUT_FIGURES = {"who speaks when", "text to speech", "robot policies"}
"""Nothing published: quality is told once an own result is there."""


@pytest.mark.parametrize("name", EXPRESSED)
def test_it_can_be_asked(name: str, evidence: Evidence) -> None:
    found = evaluate(ProjectInputs.from_dict({**EXPRESSED[name], "draws": 256}), evidence)
    shown = [r for r in found.results if r.candidate.applies]
    assert len(shown) >= 3
    priced = [r for r in shown if float(r.money.total_draws[0]) > 0]
    assert priced
    figures = [r for r in shown if r.accuracy.draws is not None]
    assert bool(figures) == (name not in WITHOUT_FIGURES)


def test_most_of_what_is_asked_can_be_expressed() -> None:
    assert len(EXPRESSED) >= 20
