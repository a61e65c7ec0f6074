"""The base model of a row: the rule by hand, licence, language, devices, and what is told."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator import ProjectInputs, compare_approaches
from estimator.engine.base_models import cheapest_enough, choose_models, rising, worth_of_point
from estimator.engine.own_factors import judged_by
from estimator.engine.simulate import Memo, evaluate
from estimator.report.base_models import base_model_reason, other_models
from estimator.report.schema import results_schema
from estimator.words.format import Style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimator.engine.results import Choice
    from estimator.evidence.load import Evidence

SMALL = {
    "task": "text_classification", "n_classes": 2, "n_labelled_available": 500,
    "draws": 256, "facts": {"kind": "sentiment_polar"},
}  # fmt: skip


def chosen(inputs: ProjectInputs, evidence: Evidence) -> Mapping[str, Choice]:
    return choose_models(inputs, evidence, judged_by(inputs, evidence))


def scenario(**changes: object) -> ProjectInputs:
    return ProjectInputs.from_dict({**SMALL, **changes})


def test_the_cheapest_that_comes_near_enough() -> None:
    points, usd = np.array([80.0, 83.0, 83.8, 90.0]), np.array([10.0, 11.0, 12.0, 9000.0])
    assert cheapest_enough(points, usd, least=1.0, worth=100.0) == 1
    assert cheapest_enough(points, usd, least=0.5, worth=100.0) == 2
    assert cheapest_enough(points, usd, least=1.0, worth=2000.0) == 3
    assert cheapest_enough(points, usd, least=1.0, worth=0.0) == 0
    out = np.array([10.0, np.inf, np.nan, 9000.0])
    assert cheapest_enough(points, out, least=1.0, worth=100.0) == 0


def test_models_that_add_nothing_are_not_priced() -> None:
    assert rising(np.array([80.0, 80.1, 79.0, 80.3, 81.0]), 0.25) == [0, 3, 4]


def test_a_small_encoder_stands_where_seven_billion_parameters_add_too_little(
    evidence: Evidence,
) -> None:
    found = chosen(scenario(), evidence)["lora"]
    model = evidence.models[str(found.model)]
    assert evidence.default_models["text_classification", "lora"] == "mistral-7b"
    assert (model.params_total or 0.0) < 1e9
    large = next(o for o in found.others if o.base_model == "mistral-7b")
    assert large.more_usd is not None
    assert large.more_points < 1.0 or large.more_usd > 1000.0 * large.more_points


def test_a_dearer_model_is_taken_where_a_point_is_worth_it(evidence: Evidence) -> None:
    few, many = (
        chosen(scenario(assumptions={"accuracy.usd_per_point": usd}), evidence)["full_finetune"]
        for usd in (0.0, 1e6)
    )
    dearer = {o.base_model: o.more_usd for o in few.others}
    assert few.model != many.model
    assert (dearer[str(many.model)] or 0.0) > 0
    paid = scenario(value={"value_per_month_usd": 50_000})
    judged = judged_by(paid, evidence)
    assert worth_of_point(paid, judged) == 500 * paid.serving.horizon_months


def test_every_candidate_exists_may_be_used_and_goes_from_small_to_large(
    evidence: Evidence,
) -> None:
    for (task, approach), named in evidence.base_models.items():
        assert (task, approach) in evidence.default_models
        for spoken in ("english", "other", "any"):
            models = [evidence.models[n] for n, language in named if language == spoken]
            assert all(m.commercial_use == "yes" and not m.hosted for m in models), (task, approach)
            sizes = [m.params_total for m in models if m.params_total]
            assert sizes == sorted(sizes), (task, approach)


def test_other_languages_get_models_that_read_them(evidence: Evidence) -> None:
    facts = {"kind": "sentiment_polar", "language": "other"}
    found = chosen(scenario(facts=facts), evidence)
    readers = {
        n for named in evidence.base_models.values() for n, language in named if language == "other"
    }
    for approach in ("linear_probe", "full_finetune", "lora"):
        assert found[approach].model in readers


def test_what_is_named_stays_and_devices_bind(evidence: Evidence) -> None:
    named = chosen(scenario(models={"lora": "llama-3.1-8b"}), evidence)["lora"]
    assert named.model is None
    assert named.reason.key == "model.named"
    text = {"task": "text_generation", "n_labelled_available": 3000, "draws": 256}
    worth = {"accuracy.usd_per_point": 1e6}
    wide = ProjectInputs.from_dict({**text, "assumptions": worth})
    narrow = wide.replace("compute.accelerator", "T4")
    sizes = [
        evidence.models[str(chosen(i, evidence)["full_finetune"].model)].params_total or 0.0
        for i in (wide, narrow)
    ]
    assert sizes[1] < sizes[0]


def test_long_texts_get_models_that_read_them_whole(evidence: Evidence) -> None:
    found = chosen(scenario(unit={"tokens": 3000}), evidence)
    for approach in ("full_finetune", "partial_finetune", "lora"):
        assert (evidence.models[str(found[approach].model)].max_input or 0) >= 3000


def test_a_typed_price_of_an_hour_moves_no_model(evidence: Evidence) -> None:
    models = [
        {
            k: c.model
            for k, c in chosen(scenario(compute={"usd_per_device_hour": p}), evidence).items()
        }
        for p in (0.5, 500.0)
    ]
    assert models[0] == models[1]


def test_what_is_varied_keeps_the_models_of_the_scenario(evidence: Evidence) -> None:
    inputs = scenario()
    first = evaluate(inputs, evidence)
    more = dataclasses.replace(inputs, n_labelled_to_buy=200_000)
    memo = Memo(chosen=first.models)
    kept = [r.candidate.model for r in evaluate(more, evidence, memo=memo).results]
    assert kept == [r.candidate.model for r in first.results]


def test_the_answer_tells_why_and_what_else(evidence: Evidence) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    answer = compare_approaches(scenario(), evidence).to_dict()
    jsonschema.validate(answer, results_schema())
    row = next(r for r in answer["approaches"] if r["approach"] == "lora")
    for language in ("en", "de"):
        style = Style(language, "USD", 1.0)
        assert str(row["base_model"]) in base_model_reason(row, style)
        assert any("mistral-7b" in other for other in other_models(row, style))
