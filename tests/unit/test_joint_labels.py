"""Labels that occur together: their metric, what an example counts, its time and price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator import ProjectInputs
from estimator.engine.simulate import evaluate
from estimator.errors import InputError
from estimator.measure import door
from estimator.measure.describe import Facts
from estimator.vocabulary import JOINT_TASKS

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence


def rows(
    evidence: Evidence, held: float, task: str = "text_classification", **more: object
) -> dict[str, CandidateResult]:
    data = {
        "task": task, "n_classes": 12, "n_labelled_to_buy": 1000, "draws": 512,
        "facts": {"labels_per_example": held}, "labelling": {"source": "in_house"}, **more,
    }  # fmt: skip
    found = evaluate(ProjectInputs.from_dict(data), evidence)
    return {r.candidate.key: r for r in found.results}


@pytest.mark.parametrize("task", sorted(JOINT_TASKS))
def test_joint_labels_have_their_own_usual_metric(task: str) -> None:
    together = ProjectInputs.from_dict(
        {"task": task, "n_classes": 12, "facts": {"labels_per_example": 2.5}}
    )
    alone = ProjectInputs.from_dict({"task": task, "n_classes": 12})
    assert alone.target.metric == "accuracy"
    assert together.target.metric in ("micro_f1", "map")


def test_every_joint_task_has_figures_but_where_nothing_is_published(evidence: Evidence) -> None:
    for task in ("text_classification", "image_classification"):
        found = rows(evidence, 2.0, task)
        assert all(found[k].accuracy.draws is not None for k in ("linear_probe", "full_finetune"))


def test_an_example_of_several_classes_counts_for_each(evidence: Evidence) -> None:
    one, three = (
        rows(evidence, held, target={"metric": "micro_f1"})["full_finetune"] for held in (1.0, 3.0)
    )
    assert one.accuracy.draws is not None
    assert three.accuracy.draws is not None
    assert np.median(three.accuracy.draws) > np.median(one.accuracy.draws)


def test_further_classes_take_time_and_vendors_price_each(evidence: Evidence) -> None:
    def usd(held: float, task: str, source: str) -> float:
        row = rows(evidence, held, task, labelling={"source": source})["full_finetune"]
        return next(float(i.usd_draws[0]) for i in row.money.items if i.item == "labelling")

    assert usd(3.0, "text_classification", "in_house") > usd(1.0, "text_classification", "in_house")
    vendor = [usd(held, "image_classification", "vendor") for held in (1.0, 3.0)]
    assert vendor[1] == pytest.approx(3 * vendor[0], rel=0.05)


@pytest.mark.parametrize(
    ("task", "held"), [("text_classification", 20.0), ("token_classification", 2.0)]
)
def test_more_than_there_are_and_other_tasks_are_refused(task: str, held: float) -> None:
    with pytest.raises(InputError, match=r"facts\.labels_per_example"):
        ProjectInputs.from_dict(
            {"task": task, "n_classes": 12, "facts": {"labels_per_example": held}}
        )


def test_a_file_with_joint_labels_leads_here(tmp_path: object) -> None:
    lines = ["text,labels"] + [f"message {i},{('a#b', 'a', 'b#c', 'c')[i % 4]}" for i in range(80)]
    looked = door.look_at_bytes("\n".join(lines).encode(), door.Settings())
    facts: Facts = looked.facts
    assert facts.joint
    fields = door.scenario_fields(facts)
    assert fields["facts.labels_per_example"] == pytest.approx(1.5, abs=0.02)
    assert fields["task"] == "text_classification"
