"""Seconds and prices of labels against hand-worked figures; the fit against the shipped rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate
from estimator.lab.money.label_fit import fit_label_seconds

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence


def scenario(task: str, source: str, **unit: float) -> ProjectInputs:
    labelling = {"source": source, "labels_per_item": 1, "review_share": 0}
    body = {"task": task, "n_labelled_to_buy": 1000, "n_evaluation": 0, "labelling": labelling}
    return ProjectInputs.from_dict({**body, "unit": unit} if unit else body)


def row(inputs: ProjectInputs, evidence: Evidence) -> CandidateResult:
    found = evaluate(inputs, evidence, n_draws=64).results
    return next(r for r in found if r.candidate.key == "full_finetune")


def price(inputs: ProjectInputs, evidence: Evidence) -> float:
    """Base price of one label [USD]."""
    items = row(inputs, evidence).money.items
    return float(next(i for i in items if i.item == "labelling").unit_price_usd_draws[0])


CROWD, VENDOR = 7.969, 25.0
"""Published pay of an hour [USD]."""


@pytest.mark.parametrize(("task", "source", "unit", "usd"), [
    ("text_classification", "crowd", {"tokens": 120}, 3.2 * 120**0.646 * CROWD / 3600),
    ("text_classification", "vendor", {"tokens": 1000}, 3.2 * 1000**0.646 * VENDOR / 3600),
    ("question_answering", "crowd", {"tokens": 300}, 3.2 * 300**0.646 * 1.6 * CROWD / 3600),
    ("summarisation", "crowd", {"tokens": 900}, (3.2 * 900**0.646 + 120 * 2.3) * CROWD / 3600),
    ("semantic_segmentation", "crowd", {}, 54 * 8 * CROWD / 3600),
    ("semantic_segmentation", "expert", {}, 54 * 8 * 3 * 69.28 / 3600),
    ("image_classification", "crowd", {}, 4.5 * CROWD / 3600),
    ("object_detection", "crowd", {}, 0.04762 * 8),
    ("object_detection", "vendor", {}, 0.07746 * 8),
    ("speech_recognition", "vendor", {"audio_seconds": 30}, 1.225 / 2),
    ("token_classification", "vendor", {"tokens": 50}, 2.828 / 20),
    ("text_classification", "model", {"tokens": 120}, 0.005119),
])  # fmt: skip
def test_a_label_costs_its_seconds_or_its_published_price(
    task: str, source: str, unit: dict[str, float], usd: float, evidence: Evidence
) -> None:
    assert price(scenario(task, source, **unit), evidence) == pytest.approx(usd, rel=1e-4)


def test_an_outline_of_a_medical_image_is_a_task_of_its_own(evidence: Evidence) -> None:
    plain = scenario("medical_imaging", "expert")
    outline = plain.replace("target.metric", "dice").replace("target.value", 0.8)
    ratio = price(outline, evidence) / price(plain, evidence)
    assert ratio == pytest.approx(3600 / 330, rel=1e-4)


@pytest.mark.parametrize(("level", "usd"), [("floor", 1.0), ("market", CROWD), ("fair", 13.5)])
def test_the_level_of_pay_sets_the_price(level: str, usd: float, evidence: Evidence) -> None:
    inputs = scenario("text_classification", "crowd", tokens=120).replace("labelling.pay", level)
    assert price(inputs, evidence) == pytest.approx(3.2 * 120**0.646 * usd / 3600, rel=1e-4)


def test_a_level_of_pay_also_holds_where_a_price_per_label_is_published(
    evidence: Evidence,
) -> None:
    """A class of a picture takes 4.5 s: at 13.5 USD an hour 0.0169 USD, not the published 0.02."""
    inputs = scenario("image_classification", "crowd")
    fair = price(inputs.replace("labelling.pay", "fair"), evidence)
    assert fair == pytest.approx(4.5 * 13.5 / 3600, rel=1e-3)
    assert price(inputs, evidence) != pytest.approx(fair)


@pytest.mark.parametrize(
    ("task", "share"), [("semantic_segmentation", 0.25), ("text_classification", 0.77)]
)
def test_drafts_save_three_quarters_of_pictures_and_one_of_texts(
    task: str, share: float, evidence: Evidence
) -> None:
    by_hand, assisted = (price(scenario(task, s), evidence) for s in ("in_house", "model_assisted"))
    assert assisted / by_hand == pytest.approx(share, rel=1e-4)


def test_a_model_that_labels_alone_is_audited(evidence: Evidence) -> None:
    found = {i.item: i for i in row(scenario("text_classification", "model"), evidence).money.items}
    assert found["labelling"].quantity_draws[0] == 1000
    assert found["labelling_audit"].quantity_draws[0] == pytest.approx(100)
    assert not {"labelling_review", "labelling_adjudication"} & set(found)


def test_a_small_order_is_filled_up_to_what_a_vendor_takes(evidence: Evidence) -> None:
    small = scenario("image_classification", "vendor").replace("n_labelled_to_buy", 200)
    found = {i.item: float(i.usd_draws[0]) for i in row(small, evidence).money.items}
    labels = found["labelling"] + found.get("labelling_pilot_round", 0.0)
    assert found["labelling_minimum_order"] + labels == pytest.approx(1500, abs=0.1)
    big = small.replace("n_labelled_to_buy", 1_000_000)
    filled = [i for i in row(big, evidence).money.items if i.item == "labelling_minimum_order"]
    assert all(i.usd_draws[0] == 0 for i in filled)


def test_shipped_seconds_are_those_of_the_fit_and_hold_left_out_points(evidence: Evidence) -> None:
    fit, rows = fit_label_seconds(evidence), evidence.assumptions
    assert rows["labelling.text_scale"].p50 == pytest.approx(fit["scale"], rel=5e-3)
    assert rows["labelling.text_power"].p50 == pytest.approx(fit["power"], rel=5e-3)
    factors = np.array([r["factor"] for r in fit["rows"]])
    assert 0.67 <= np.median(factors) <= 1.5
    assert np.mean((factors >= 0.5) & (factors <= 2.0)) >= 0.8, "half and double hold 80 %"
