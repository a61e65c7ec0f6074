"""Tuning of a hosted model is billed by the tokens that it is trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.money_rows import lines, row, usd

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence


@pytest.fixture
def tuned(support_tickets: ProjectInputs) -> ProjectInputs:
    """10,000 examples of 512 tokens, 3 epochs, 5 trials, retrained twice."""
    return (
        support_tickets.replace("models", {"lora": "gpt-4o"})
        .replace("n_labelled_available", 0)
        .replace("n_labelled_to_buy", 10_000)
        .replace("unit", {"tokens": 512})
        .replace("training.epochs", 3.0)
        .replace("compute.trials", 5)
        .replace("serving.horizon_months", 36)
        .replace("serving.retrain_every_months", 12)
    )


def test_tokens_x_epochs_x_trials_x_price(tuned: ProjectInputs, evidence: Evidence) -> None:
    """15.36 M tokens a run, 76.8 M in five, at 25 USD a million: 1,920 USD; 384 a retraining."""
    found = row(tuned, evidence, "lora")
    line = lines(found)["training_api"]
    assert line.quantity_draws[0] == pytest.approx(76.8)
    assert line.unit_price_usd_draws[0] == 25.0
    assert usd(found, "training_api") == pytest.approx(1920.0)
    assert usd(found, "retraining_api") == pytest.approx(2 * 384.0)


@pytest.mark.parametrize(("field", "value", "times"), [
    ("n_labelled_to_buy", 100_000, 10.0),
    ("training.epochs", 6.0, 2.0),
    ("compute.trials", 1, 0.2),
    ("n_evaluation", 20_000, 1.0),
])  # fmt: skip
def test_the_bill_follows_its_parts(
    tuned: ProjectInputs, evidence: Evidence, field: str, value: float, times: float
) -> None:
    found = row(tuned.replace(field, value), evidence, "lora")
    assert usd(found, "training_api") == pytest.approx(1920.0 * times)


def test_each_model_with_a_price_of_tuning_is_billed_by_it(
    tuned: ProjectInputs, evidence: Evidence
) -> None:
    priced = {
        name: p.finetune_train_usd_per_mtok
        for name, p in evidence.api_price_of.items()
        if p.finetune_train_usd_per_mtok
    }
    assert priced
    for name, price in priced.items():
        found = row(tuned.replace("models", {"full_finetune": name}), evidence)
        assert usd(found, "training_api") == pytest.approx(76.8 * price)


def test_tuning_without_a_price_is_unknown_not_free(
    tuned: ProjectInputs, evidence: Evidence
) -> None:
    without = next(
        name
        for name, p in sorted(evidence.api_price_of.items())
        if not p.finetune_train_usd_per_mtok and p.input_usd_per_mtok and p.kind == "chat"
    )
    found = row(tuned.replace("models", {"full_finetune": without}), evidence)
    assert not found.money.feasible
    assert found.money.total_draws[0] != found.money.total_draws[0]
    assert found.money.reasons


def test_a_model_as_it_is_still_pays_for_the_prompts_that_are_tried(
    tuned: ProjectInputs, evidence: Evidence
) -> None:
    few, many = (
        row(tuned.replace("n_labelled_to_buy", n), evidence, "zero_shot") for n in (10, 10_000)
    )
    assert usd(few, "training_api") == usd(many, "training_api") > 0
