"""The one loss: what a wrong release costs, from where a system is of use, errors saved."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from estimator import ProjectInputs, load_evidence
from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.loss import make_loss
from estimator.engine.simulate import quick_comparison
from estimator.errors import InputError

PRESETS = Path(__file__).resolve().parents[2] / "data" / "presets"


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


@pytest.fixture(scope="module")
def tickets() -> ProjectInputs:
    text = (PRESETS / "support_tickets.yaml").read_text(encoding="utf-8")
    return ProjectInputs.from_dict({**yaml.safe_load(text), "draws": 512})


def loss_of(inputs: ProjectInputs, evidence, sign: float = 1.0):
    judged = Assumptions(evidence.assumptions, inputs.assumptions)
    target = inputs.target
    return make_loss(inputs, judged, str(target.metric), sign * target.value, 1000.0)


def test_left_open_the_assumptions_count_and_typed_values_replace_them(tickets, evidence):
    judged = Assumptions(evidence.assumptions, {})
    usual = loss_of(tickets, evidence)
    assert usual.harm_usd == judged.value("decision.harm_usd")
    assert usual.useful == pytest.approx(0.9 - judged.value("decision.useful_points") / 100)
    own = loss_of(
        tickets.replace("value.harm_usd", 70_000.0).replace("value.useful_points", 5.0), evidence
    )
    assert (own.harm_usd, own.useful) == (70_000.0, pytest.approx(0.85))
    free = loss_of(tickets.replace("value.harm_usd", 0.0), evidence)
    assert free.harm_usd == 0.0


def test_a_month_is_worth_the_errors_that_are_saved(tickets, evidence):
    loss = loss_of(tickets.replace("value.today_level", 0.8), evidence)
    share = loss.share(np.array([0.7, 0.8, 0.85, 0.9, 1.0]))
    assert share == pytest.approx([0.0, 0.0, 0.5, 1.0, 2.0])
    paid = tickets.replace("value", {"today_level": 0.8, "today_usd_per_month": 500.0})
    assert loss_of(paid, evidence).share(np.array([1.0])) == pytest.approx([1.0])


def test_errors_count_the_other_way_round(evidence):
    text = (PRESETS / "call_transcription.yaml").read_text(encoding="utf-8")
    inputs = ProjectInputs.from_dict(yaml.safe_load(text)).replace("value.today_level", 0.2)
    share = loss_of(inputs, evidence, sign=-1.0).share(-np.array([0.25, 0.15, 0.10, 0.0]))
    assert share == pytest.approx([0.0, 0.5, 1.0, 2.0])


def test_today_must_fall_short_of_the_target(tickets):
    for value in (0.9, 0.95):
        with pytest.raises(InputError, match="today_level"):
            tickets.replace("value.today_level", value)
    read = ProjectInputs.from_dict({**tickets.to_dict(), "value": {"today_level": "80 %"}})
    assert read.value.today_level == pytest.approx(0.8)


def test_more_harm_never_makes_a_plan_worth_more_nor_lets_more_wrong_systems_live(
    tickets, evidence
):
    found = [
        quick_comparison(
            tickets.replace("value", {"harm_usd": usd, "value_per_month_usd": 15_000.0}), evidence
        ).to_dict()["staged_plan"]
        for usd in (0.0, 1e6, 3e7)
    ]
    net = [p["net_value_usd"] for p in found]
    wrong = [p["false_go_probability"] for p in found]
    equal = 0.02 * found[0]["spend_usd"]["mean"]  # plans this near are taken for their simplicity
    assert all(b <= a + equal for a, b in pairwise(net))
    assert wrong[2] < wrong[0]
