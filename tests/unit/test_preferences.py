"""Preferences: winning against the model before, pairs as labels, a frozen copy beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from estimator import ProjectInputs
from estimator.engine.accuracy import family
from estimator.engine.distributions import percentiles
from estimator.engine.family_names import tuned_from
from estimator.engine.simulate import evaluate
from estimator.lab.accuracy.backtest import backtest_curves
from estimator.lab.accuracy.family_pairs import recipe_of
from estimator.vocabulary import Task

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence


def rows(
    evidence: Evidence, task: str = "preference_tuning", **more: object
) -> dict[str, CandidateResult]:
    data = {"task": task, "n_labelled_to_buy": 5000, "draws": 1024, **more}
    found = evaluate(ProjectInputs.from_dict(data), evidence)
    return {r.candidate.key: r for r in found.results if r.candidate.applies}


def spread(row: CandidateResult) -> tuple[float, float, float]:
    assert row.accuracy.draws is not None
    return percentiles(row.accuracy.draws)


def test_models_left_out_are_missed_by_less_than_the_recipes_differ(evidence: Evidence) -> None:
    fit = evidence.fits["families"]["preference_tuning"]["win_rate"]
    left = fit["validation"]["known"]["all"]
    assert fit["validation"]["n_collections"] >= 5
    assert left["median_abs_error"] <= 0.045
    assert 0.7 <= left["coverage_80"] <= 0.9
    assert fit["recipes"]["best"] - fit["recipes"]["worst"] > 0.1


def test_the_model_before_wins_half_and_pairs_add_to_it(evidence: Evidence) -> None:
    found = rows(evidence)
    assert set(found) == {"baseline", "zero_shot", "lora", "full_finetune"}
    assert spread(found["baseline"]) == pytest.approx((0.5, 0.5, 0.5))
    many = rows(evidence, n_labelled_to_buy=60_000)
    for key in ("lora", "full_finetune"):
        assert 0.5 < spread(found[key])[1] < spread(many[key])[1] < 0.8
    assert found["baseline"].candidate.n_labelled_to_buy == 0


def test_an_own_result_moves_the_rows(evidence: Evidence) -> None:
    own = [{"approach": "lora", "n_labelled": 1000, "value": 0.52, "n_test": 400}]
    without, moved = rows(evidence), rows(evidence, pilot=own)
    assert spread(moved["full_finetune"])[1] < spread(without["full_finetune"])[1]


def test_pairs_cost_two_readings_and_a_choice(evidence: Evidence) -> None:
    def usd(task: str, unit: int) -> float:
        row = rows(evidence, task, unit={"tokens": unit})["full_finetune"]
        return next(float(i.usd_draws[0]) for i in row.money.items if i.item == "labelling")

    assert usd("preference_tuning", 400) > 1.8 * usd("text_classification", 400)


def test_a_full_update_keeps_a_frozen_copy_and_adapters_do_not(evidence: Evidence) -> None:
    models = {"full_finetune": "llama-3.1-8b", "lora": "llama-3.1-8b"}
    where = {"models": models, "training": {"micro_batch": 1}, "compute": {"n_devices": 8}}
    pairs, plain = (
        rows(evidence, task, **where) for task in ("preference_tuning", "text_generation")
    )
    size = evidence.models["llama-3.1-8b"].params_total
    assert size is not None
    memory = [r["full_finetune"].compute.peak_memory_gb for r in (pairs, plain)]
    assert memory[0] > memory[1] + size * 2 / 1e9 / 8 * 0.9
    hours = [float(r["lora"].compute.device_hours_draws[0]) for r in (pairs, plain)]
    assert hours[0] != hours[1]


def test_every_published_stage_knows_its_recipe(evidence: Evidence) -> None:
    points = family.published(evidence, Task.PREFERENCE_TUNING)
    tuned = [p for p in points if p.member.cell == "tuned"]
    assert len(tuned) >= 50
    assert all(recipe_of(p.member.model) for p in tuned)
    assert tuned_from("Mistral Instruct 7B") == tuned_from("Mistral-7B-Instruct-v0.2")


def test_backtest_begins_with_the_model_before(evidence: Evidence) -> None:
    def row(approach: str, model: str, value: float, given: int) -> dict[str, object]:
        return {
            "curve_id": "a", "task_family": "preference_tuning", "dataset": "our assistant",
            "approach": approach, "backbone": model, "n_labelled": 60_000 if value != value else 0,
            "metric": "AlpacaEval 2 LC win rate %", "value": value, "source_family": "us",
            "given": given,
        }  # fmt: skip

    table = pd.DataFrame(
        [
            row("zero_shot", "own SFT", 20.0, 1),
            row("full_finetune", "own CPO", np.nan, 0),
            row("full_finetune", "own SimPO", np.nan, 0),
        ]
    )
    weak, strong = backtest_curves(table, evidence)["rows"][-2:]
    assert 20 < weak["p50"] < strong["p50"] < 50
    alone = backtest_curves(table[1:], evidence)["rows"]
    assert all(r["p50"] is None for r in alone)
