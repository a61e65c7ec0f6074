"""A task of the user's own through everything that reads an answer: without and with results."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import compare_approaches, quick_comparison
from estimator.errors import InputError
from estimator.metrics import known_metric
from estimator.report.pdf import report_data
from estimator.report.text import story
from estimator.vocabulary import Approach, LabellingSource
from estimator.words.format import Style

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

SCENARIOS = int(os.environ.get("OTHER_SCENARIOS", "12"))
METRICS = (
    *("accuracy", "wer", "fid"),
    *("MCD, lower, 0 to 20", "opinion, higher, 1 to 5", "z, higher, -3 to 3"),
)


def scenario(rng: random.Random, models: list[str]) -> dict[str, Any]:
    """Anything that somebody could type of such a task."""
    metric = rng.choice(METRICS)
    known = known_metric(metric)
    assert known is not None
    span = min(known.high, known.low + 100) - known.low

    def value() -> float:
        return known.low + span * rng.choice([0, 0.001, 0.5, 0.9, 1, rng.random()])

    rows = rng.sample(list(Approach), rng.randint(0, 4))
    return {
        "task": "other",
        "draws": 128,
        "target": {"metric": metric, "value": rng.choice([None, value()])},
        "n_labelled_available": rng.choice([0, 5, 4000]),
        "n_labelled_to_buy": rng.choice([0, 10, 5000]),
        "n_evaluation": rng.choice([0, 50, 1000]),
        "n_unlabelled_available": rng.choice([0, 10_000]),
        "models": {
            str(a): rng.choice([{"params": 10 ** rng.uniform(4, 12)}, rng.choice(models)])
            for a in rows
        },
        "pilot": [
            {"approach": str(rng.choice(list(Approach))), "n_labelled": n, "value": value()}
            for n in rng.sample([0, 50, 500, 5000], rng.choice([0, 0, 1, 3]))
        ],
        "value": rng.choice([{}, {"value_per_month_usd": 9000}, {"today_usd_per_month": 5000}]),
        "facts": rng.choice([{}, {"kind": "text_to_speech"}, {"human_level": value()}]),
        "limits": rng.choice([{}, {"budget_usd": 20_000}, {"no_external_services": True}]),
        "labelling": {"source": str(rng.choice(list(LabellingSource)))},
    }


@pytest.mark.parametrize("turn", range(SCENARIOS))
def test_every_way_out_holds_without_a_value(turn: int, evidence: Evidence) -> None:
    rng = random.Random(f"other {turn}")
    data = scenario(rng, sorted(evidence.models))
    whole = turn % 4 == 0
    try:
        inputs = ProjectInputs.from_dict(data)
        found = (compare_approaches if whole else quick_comparison)(inputs, evidence)
    except InputError:
        return
    answer = found.to_dict()
    measured = {p["approach"] for p in data["pilot"]}
    assert {r["approach"] for r in answer["approaches"] if r["accuracy"]} <= measured
    for language in ("en", "de"):
        assert story(answer, Style(language, "EUR", 1.1)).headline
    report_data(found, evidence, Style("de", "EUR", 1.1))
