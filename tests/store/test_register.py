"""The register: forecasts stay as they stood, a known bias is recovered, three move nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimator import compare_approaches
from estimator.cli.main import main
from estimator.engine.assumptions import Assumptions
from estimator.engine.money.own_factors import QUANTITIES, Seen, moved_judgements, own_factor
from estimator.errors import InputError
from estimator.evidence.load import Evidence
from estimator.store import entries, register, right, scenarios
from estimator.store.database import Database
from estimator.store.forecast import forecast_of
from tests.conftest import ROOT, load_preset
from tests.store.conftest import ADA, ADMIN, BEN, INPUTS, shown

PRESET = ROOT / "data" / "presets" / "support_tickets.yaml"


def three(middle: float, spread: float = 1.5) -> dict[str, float]:
    return {"p10": middle / spread, "p50": middle, "p90": middle * spread}


def row(number: int, state: str = "live", **ratios: float) -> dict[str, Any]:
    """A finished project whose quantities became ``ratio`` times their forecast."""
    forecast = {name: three(10.0 + number) for name in ratios}
    return {
        "row": f"{number:016x}", "schema": 1, "task": "text_classification", "approach": "lora",
        "metric": "accuracy", "decided": "2026-Q4", "data_version": "d1", "code_version": "1",
        "success_probability": 0.7, "forecast": forecast, "state": state, "gates": 2,
        "actual": {name: ratio * (10.0 + number) for name, ratio in ratios.items()},
    }  # fmt: skip


@pytest.fixture
def judged(evidence: Evidence) -> Assumptions:
    return Assumptions(evidence.assumptions)


@pytest.mark.parametrize("bias", [0.6, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("stopped", [0, 4])
def test_twelve_projects_recover_a_known_bias(
    judged: Assumptions, bias: float, stopped: int
) -> None:
    inside = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        ratios = bias * np.exp(0.4 * rng.standard_normal(12))
        # A project is stopped somewhere before its end: it has taken a part of what it would.
        parts = [float(rng.uniform(0.3, 1.0)) if i < stopped else 1.0 for i in range(12)]
        seen = [
            Seen(float(r) * part, i < stopped)
            for i, (r, part) in enumerate(zip(ratios, parts, strict=True))
        ]
        found = own_factor(seen, judged)
        assert found.applies
        assert found.n_stopped == stopped
        inside += found.p10 <= bias <= found.p90
    assert inside >= 26, "an 80 % interval holds the truth in most of 40 registers"


def test_a_stopped_project_counts_as_at_least_so_much(judged: Assumptions) -> None:
    done = [Seen(1.4)] * 8
    low = own_factor([*done, *[Seen(0.2, True)] * 4], judged)
    high = own_factor([*done, *[Seen(2.5, True)] * 4], judged)
    alone = own_factor(done, judged)
    assert low.p50 == pytest.approx(alone.p50, rel=0.02)
    assert high.p50 > 1.15 * alone.p50
    assert low.n == 12
    naive = own_factor([*done, *[Seen(0.2)] * 4], judged)
    assert naive.p50 < 0.7 * low.p50


def test_the_factor_is_shrunk_towards_one(judged: Assumptions) -> None:
    few, many = own_factor([Seen(2.0)] * 5, judged), own_factor([Seen(2.0)] * 50, judged)
    assert 1.0 < few.p50 < many.p50 < 2.0
    assert few.p90 / few.p10 > many.p90 / many.p10
    none = own_factor([], judged)
    assert (none.p50, none.applies) == (1.0, False)


def test_three_projects_move_nothing_and_twelve_move_effort_and_weeks(evidence: Evidence) -> None:
    inputs = load_preset("support_tickets").replace("draws", 1024)
    before = compare_approaches(inputs, evidence, searches=False).to_dict()
    few = right.with_own(evidence, [row(i, effort=1.5, weeks=1.5) for i in range(3)])
    assert compare_approaches(inputs, few, searches=False).to_dict() == before
    many = right.with_own(evidence, [row(i, effort=1.5, weeks=1.5) for i in range(12)])
    after = compare_approaches(inputs, many, searches=False).to_dict()
    assert after["data_version"].startswith(f"{before['data_version']}+own.")
    pairs = list(zip(before["approaches"], after["approaches"], strict=True))
    for old, new in pairs:
        effort = [
            sum(i["quantity"] for i in r["items"] if i["item"].startswith("people_"))
            for r in (old, new)
        ]  # fmt: skip
        assert 1.3 < effort[1] / effort[0] < 1.5
    weeks = [n["calendar_weeks"]["p50"] / o["calendar_weeks"]["p50"] for o, n in pairs]
    assert 1.2 < float(np.median(weeks)) < 1.6


def test_every_quantity_has_its_factor(judged: Assumptions) -> None:
    rows = [row(i, effort=1.2, weeks=0.9, labels=2.0, hours=0.5) for i in range(6)]
    found = right.factors(rows, judged)
    assert tuple(found) == QUANTITIES
    assert found["labels"].p50 > 1 > found["hours"].p50
    moved = moved_judgements(found, judged)
    assert set(moved) == {"people.adaptation_weeks", "people.wait_weeks", "people.usual_team"}
    spread = moved["people.adaptation_weeks"]
    shipped = judged.rows["people.adaptation_weeks"]
    assert spread.p90 / spread.p10 < shipped.p90 / shipped.p10


def test_the_forecast_stays_as_it_stood(database: Database, evidence: Evidence) -> None:
    inputs = load_preset("support_tickets").replace("draws", 256)
    answer = compare_approaches(inputs, evidence, searches=False).to_dict()
    kept = scenarios.save(database, ADA, answer["inputs"], answer)
    forecast = forecast_of(answer, "lora")
    lora = next(r for r in answer["approaches"] if r["key"] == "lora")
    assert forecast["quantities"]["usd"]["p50"] == lora["cost_usd"]["one_off"]["p50"]
    assert forecast["quantities"]["accuracy"]["p90"] == lora["accuracy"]["p90"]
    for p in ("p10", "p50", "p90"):
        assert forecast["quantities"]["effort"][p] > 0
    decision = entries.decide(database, ADA, kept.id, 1, "lora", forecast)
    entries.enter(database, BEN, kept.id, "gate", {"gate": "pilot", "value": 0.8})
    register.close(database, BEN, decision.id, "stopped", {"usd": 1.0})
    actual = {"usd": 1.2 * forecast["quantities"]["usd"]["p50"], "weeks": 20, "accuracy": 0.5}
    register.close(database, BEN, decision.id, "live", actual, "at last")
    scenarios.save(database, ADA, {**answer["inputs"], "name": "renamed"}, None, kept.id, 1)
    (found,) = register.rows(database)
    assert found["forecast"] == forecast["quantities"]
    assert (found["state"], found["gates"]) == ("live", 1)
    scores = {s.quantity: s for s in right.scores([found])}
    assert scores["usd"].median_ratio == pytest.approx(1.2)
    assert scores["accuracy"].n == scores["accuracy"].judged == 1
    bought = [{**row(1, labels=1.4), "forecast": {"labels": dict.fromkeys(three(1.0), 1000.0)}}]
    (labels,) = right.scores(bought)
    assert (labels.n, labels.judged) == (1, 0), "a plan has no interval to lie in"
    with pytest.raises(InputError, match="state"):
        register.close(database, ADA, decision.id, "unknown", {})
    with pytest.raises(InputError, match="usd"):
        register.close(database, ADA, decision.id, "live", {"usd": math.nan})
    with pytest.raises(InputError, match=r"0\.9"):
        register.close(database, ADA, decision.id, "live", {"accuracy": 90.0})
    with pytest.raises(InputError, match="value"):
        entries.enter(database, BEN, kept.id, "gate", {"value": 80, "metric": "accuracy"})
    with pytest.raises(InputError, match="decision"):
        register.close(database, ADA, "nothing", "live", {})


def quality(number: int, metric: str, forecast: float, actual: float) -> dict[str, Any]:
    found = {"p10": 0.8 * forecast, "p50": forecast, "p90": 1.2 * forecast}
    one = {**row(number), "metric": metric, "forecast": {"accuracy": found}}
    return {**one, "actual": {"accuracy": actual}}


def test_metrics_of_two_directions_never_share_a_median() -> None:
    rows = [
        quality(1, "accuracy", 0.8, 0.9), quality(2, "macro_f1", 0.8, 0.86),
        quality(3, "wer", 0.2, 0.15), quality(4, "cer", 0.2, 0.17),
        quality(5, "fid", 30.0, 24.0), quality(6, "mase", 1.0, 1.1), quality(7, "bleu", 30, 33),
    ]  # fmt: skip
    found = {s.metrics: s for s in right.scores(rows)}
    assert set(found) == {
        ("accuracy", "macro_f1"), ("wer", "cer"), ("fid",), ("mase",), ("bleu",)
    }  # fmt: skip
    assert found["accuracy", "macro_f1"].median_ratio == pytest.approx(0.08)
    assert found["wer", "cer"].median_ratio == pytest.approx(-0.04)
    assert [found[m].lower for m in (("wer", "cer"), ("fid",), ("bleu",))] == [True, True, False]
    assert found["fid",].median_ratio == pytest.approx(-6.0)


def test_rows_hold_no_names_and_merge_once(
    database: Database, everything: Callable[[], str]
) -> None:
    kept = scenarios.save(database, ADA, {**INPUTS, "name": "Secret plan"}, shown())
    forecast = {**row(1), "quantities": {"usd": three(100.0)}}
    decision = entries.decide(database, ADA, kept.id, 1, "lora", forecast, "for Ada")
    register.close(database, ADA, decision.id, "live", {"usd": 130.0}, "thanks, Ada")
    own = register.rows(database)
    text = "\n".join(json.dumps(r) for r in [*own, row(7, usd=1.1), row(8, "stopped", usd=0.4)])
    for secret in ("ada", "Secret", "Ada", kept.id, decision.id):
        assert secret not in text
    assert register.merge(database, BEN, text) == (2, 1)
    assert register.merge(database, BEN, text) == (0, 3)
    assert len(register.rows(database)) == 3
    from estimator.store.privacy import retain
    from tests.store.test_privacy import aged

    aged(database, kept.id, 400, ())
    with database.writing() as connection:
        from sqlalchemy import text as sql

        for table in ("decision", "outcome"):
            connection.execute(sql(f"UPDATE {table} SET at = '2020-01-01T00:00:00'"))
    retain(database, ADMIN, 365)
    assert scenarios.listed(database, ADA) == []
    assert own[0]["row"] in {r["row"] for r in register.rows(database)}


@pytest.mark.parametrize(
    "change",
    [{"name": "x"}, {"row": "../x"}, {"task": "=cmd"}, {"forecast": {"usd": 1}}, {"gates": -1},
     {"actual": {"usd": "1"}}, {"actual": {"x": 1}}, {"success_probability": 2}, {"schema": 2}],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_line(database: Database, change: dict[str, Any]) -> None:
    text = json.dumps(row(1, usd=1.0)) + "\n" + json.dumps({**row(2, usd=1.0), **change})
    with pytest.raises(InputError, match=r"line 2|usd|x:"):
        register.merge(database, ADA, text)
    assert register.rows(database) == []


def test_compare_with_own_projects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [row(i, effort=1.5, weeks=1.5) for i in range(12)]
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    assert main(["compare", str(PRESET), "--quick", "--json", "--register", str(file)]) == 0
    assert "+own." in json.loads(capsys.readouterr().out)["data_version"]
    file.write_text("{}\n", encoding="utf-8")
    assert main(["compare", str(PRESET), "--quick", "--register", str(file)]) == 2
    assert "line 1" in capsys.readouterr().err
