"""The decision on held-out data and the tests of claims, on cases made by hand."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from estimator.engine.decide.board import direction
from estimator.engine.distributions import Draws
from estimator.lab.claims import claims
from estimator.lab.claims.claim_world import Holds, of_cases, published_pairs
from estimator.lab.decide.validation import Contest, judge, summarise


def contest(mean, actual, approaches=("zero_shot", "linear_probe", "full_finetune"), name="d"):
    k = len(mean)
    return Contest(
        task="text_classification",
        dataset=name,
        approaches=approaches,
        mean=np.array(mean, dtype=float),
        cov=0.25 * np.eye(k),
        actual=np.array(actual, dtype=float),
        chance=np.ones(k),
    )


def test_regret_of_each_rule_by_hand():
    j = judge(contest([0.0, -3.0, -1.0], [0.30, 0.12, 0.10]), Draws(512, 0))
    assert j.regret_points["recommended"] == pytest.approx(2.0)
    assert j.regret_points["cheapest"] == pytest.approx(20.0)
    assert j.regret_points["fine_tune"] == pytest.approx(0.0)
    assert j.winner == 2


def test_best_probability_follows_the_predicted_distribution():
    j = judge(contest([0.0, 0.0, 3.0], [0.1, 0.2, 0.3]), Draws(4096, 0))
    assert j.best_probability[:2] == pytest.approx([0.5, 0.5], abs=0.03)
    assert j.best_probability.sum() == pytest.approx(1.0)


def test_every_data_set_counts_once():
    good, bad = [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]
    many = [contest([-2.0, 0.0, 2.0], good, name="a") for _ in range(9)]
    one = [contest([-2.0, 0.0, 2.0], bad, name="b")]
    out = summarise(many + one)
    assert out["n_contests"] == 10
    assert out["n_datasets"] == 2
    assert out["regret_points"]["recommended"]["mean"] == pytest.approx(10.0)
    assert out["regret_points"]["recommended"]["share_best"] == pytest.approx(0.5)


def test_always_fine_tune_is_judged_where_fine_tuning_was_measured():
    without = contest([0.0, -1.0, -2.0], [0.3, 0.2, 0.1], ("baseline", "zero_shot", "scratch"), "t")
    out = summarise([without, contest([0.0, -3.0, -1.0], [0.30, 0.12, 0.10])])
    assert out["with_fine_tuning"]["fine_tune"]["mean"] == pytest.approx(0.0)
    assert out["n_datasets"] == 2


def test_calibration_says_and_sees():
    sure = [contest([-9.0, 5.0, 5.0], [0.1, 0.5, 0.5], name=str(i)) for i in range(5)]
    out = summarise(sure)
    top = out["calibration"][-1]
    assert top["said"] > 0.99
    assert top["seen"] == 1.0
    assert out["brier"] < 0.01


def test_widening_finds_overconfidence():
    """True gaps are three times as wide as predicted, so widening must help."""
    rng = np.random.default_rng(5)
    contests = []
    for i in range(150):
        mean = rng.normal(0, 0.5, 3)
        actual = mean + rng.normal(0, 1.5, 3)
        contests.append(contest(mean, 1 / (1 + np.exp(-actual)), name=str(i)))
    out = summarise(contests)
    assert out["widening"]["factor"] >= 2.0
    assert out["widening"]["brier"] < out["brier"]


def test_shipped_table_is_of_this_form(evidence):
    out = evidence.fits["decision_validation"]
    assert out["n_datasets"] >= 50
    assert set(out["with_fine_tuning"]) == {"recommended", "cheapest", "fine_tune"}
    recommended, cheapest = (out["regret_points"][k]["mean"] for k in ("recommended", "cheapest"))
    assert recommended < 0.6 * cheapest
    for b in out["calibration"]:
        assert b["from"] <= b["said"] <= b["to"]


def test_a_verdict_needs_every_case_half_of_them_or_fewer():
    assert of_cases({"a": True, "b": True}, "", "").verdict == Holds.HOLDS
    half = of_cases({"a": True, "b": False}, "", "")
    assert half.verdict == Holds.EXCEPTIONS
    assert half.exceptions == ("b",)
    assert of_cases({"a": False, "b": False, "c": True}, "", "").verdict == Holds.NOT
    assert of_cases({}, "", "").verdict == Holds.UNTESTED


def test_published_pairs_match_data_set_metric_source_and_size():
    rows = [
        ("text", "d", "accuracy", "s", "full_finetune", 100, 80.0),
        ("text", "d", "accuracy", "s", "scratch", 100, 60.0),
        ("text", "d", "accuracy", "s", "scratch", 200, 70.0),
        ("text", "d", "accuracy", "other", "scratch", 100, 99.0),
        ("text", "d", "accuracy", "s", "zero_shot", 0, 50.0),
        ("text", "d", "error rate", "s", "full_finetune", 100, 20.0),
        ("text", "d", "error rate", "s", "scratch", 100, 40.0),
    ]
    columns = ["task_family", "dataset", "metric", "source_family", "approach", "n_labelled"]
    pairs = published_pairs(pd.DataFrame(rows, columns=[*columns, "value"]))
    assert sorted(pairs["full_finetune", "scratch"]) == [
        ("text", 100.0, -20.0, -40.0),
        ("text", 100.0, 80.0, 60.0),
    ]
    assert pairs["full_finetune", "zero_shot"] == [("text", 100.0, 80.0, 50.0)]
    assert len(pairs["scratch", "zero_shot"]) == 2


def test_every_claim_of_the_table_has_a_test_or_a_reason(evidence):
    ids = set(evidence.table("claims")["claim_id"])
    tested = set(claims.tests()) | set(claims.SAME_TEST) | set(claims.TEXT_ONLY)
    assert ids == tested
    assert all(re.fullmatch(r"C\d\d", i) for i in ids)


def test_shipped_verdicts_cover_the_table(evidence):
    shipped = evidence.fits["claims"]["verdicts"]
    assert [v["claim_id"] for v in shipped] == list(evidence.table("claims")["claim_id"])
    words = {str(h) for h in Holds}
    for v in shipped:
        assert v["verdict"] in words
        assert v["computed"]
    assert sum(v["verdict"] == "not tested" for v in shipped) <= 4


def test_directions_are_those_of_the_table_of_metrics(evidence):
    table = evidence.table("metrics")
    outside = {"label_error_rate", "seconds", "spread_over_splits", "usd"}
    for name, way in zip(table["metric"], table["direction"], strict=True):
        if name not in outside:
            assert direction(name) == (1.0 if way == "higher" else -1.0), name


def test_staged_plans_lose_less_than_every_fixed_policy_on_left_out_curves(evidence):
    out = evidence.fits["decision_validation"]["staging"]
    losses = out["loss_usd"]
    fixed = {k: v for k, v in losses.items() if k not in ("plan", "hindsight")}
    assert losses["hindsight"] <= losses["plan"] < min(fixed.values())
    assert out["saves_usd"]["p2.5"] > 0
    assert out["regret_share_of_tuned"] <= 0.5
    for row in out["plan_chances"]:
        if row["n"] >= 20:
            assert abs(row["said"] - row["seen"]) < 0.1
