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
from estimator.engine.groups import QUANTITIES, OwnFactors
from estimator.engine.own_factors import Seen, moved_judgements, own_factor
from estimator.errors import InputError
from estimator.evidence.load import Evidence
from estimator.report.exports import scenario_yaml
from estimator.store import entries, register, right, scenarios
from estimator.store.database import Database
from estimator.store.forecast import anonymous, forecast_of
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


def test_three_projects_move_nothing_and_twelve_move_every_quantity(evidence: Evidence) -> None:
    inputs = load_preset("support_tickets").replace("draws", 1024)
    before = compare_approaches(inputs, evidence, searches=False).to_dict()
    ratios = {"effort": 1.5, "weeks": 1.5, "labels": 1.5, "hours": 1.5}
    assert right.with_own(inputs, [row(i, **ratios) for i in range(3)], evidence) == inputs
    many = [row(i, **ratios) for i in range(12)]
    moved = right.with_own(inputs, many, evidence)
    after = compare_approaches(moved, evidence, searches=False).to_dict()
    assert after["data_version"] == before["data_version"]
    pairs = list(zip(before["approaches"], after["approaches"], strict=True))
    for old, new in pairs:
        effort = [
            sum(i["quantity"] for i in r["items"] if i["unit"] == "person-week")
            for r in (old, new)
        ]  # fmt: skip
        assert 1.3 < effort[1] / effort[0] < 1.5
        if old["device_hours"]["p50"]:
            assert 1.3 < new["device_hours"]["p50"] / old["device_hours"]["p50"] < 1.6
        labels = [
            next((i["quantity"] for i in r["items"] if i["item"] == "labelling"), 0.0)
            for r in (old, new)
        ]  # fmt: skip
        assert labels[1] == pytest.approx(moved.own_factors.labels["p50"] * labels[0], rel=1e-5)
        seen = after["own_projects"]["before"][old["key"]]
        assert seen["usd"] == pytest.approx(old["cost_usd"]["one_off"]["p50"], rel=1e-5)
        assert seen["hours"] == old["device_hours"]["p50"]
    weeks = [n["calendar_weeks"]["p50"] / o["calendar_weeks"]["p50"] for o, n in pairs]
    assert 1.2 < float(np.median(weeks)) < 1.6
    assert "12 projects" in after["own_projects"]["sentences"][0]
    off = right.with_own(inputs.replace("own_factors.ignore", True), many, evidence)
    shipped = compare_approaches(off, evidence, searches=False).to_dict()
    assert shipped["approaches"] == before["approaches"]
    assert right.with_own(moved, [row(1)], evidence) == moved, "stated factors stay"


def test_runs_of_the_project_itself_say_more_of_its_hours(evidence: Evidence) -> None:
    run = {"model": "bert-base", "task": "text_classification", "hardware": "L40S", "n_devices": 1,
           "n_train": 5000, "epochs": 3, "minutes": 9}  # fmt: skip
    inputs = load_preset("support_tickets").replace("draws", 256).replace("own_runs", [run, run])
    moved = right.with_own(inputs, [row(i, hours=3.0) for i in range(12)], evidence)
    assert moved.own_factors.hours["p50"] > 2
    hours = [
        [r["device_hours"] for r in compare_approaches(i, evidence, False).to_dict()["approaches"]]
        for i in (inputs, moved)
    ]  # fmt: skip
    assert hours[0] == hours[1]


def test_every_quantity_has_its_factor(judged: Assumptions) -> None:
    rows = [row(i, effort=1.2, weeks=0.9, labels=2.0, hours=0.5) for i in range(6)]
    found = right.factors(rows, judged)
    assert tuple(found) == QUANTITIES
    assert found["labels"].p50 > 1 > found["hours"].p50
    own = OwnFactors(effort=found["effort"].told(), weeks=found["weeks"].told())
    moved = moved_judgements(own, judged)
    assert set(moved) == {"people.adaptation_weeks", "people.wait_weeks", "people.usual_team"}
    spread = moved["people.adaptation_weeks"]
    shipped = judged.rows["people.adaptation_weeks"]
    assert spread.p90 / spread.p10 < shipped.p90 / shipped.p10
    with pytest.raises(InputError, match="in this order"):
        OwnFactors(effort={"p10": 2.0, "p50": 1.0, "p90": 3.0})


def test_a_forecast_that_own_projects_moved_is_scored_without_them(
    judged: Assumptions, evidence: Evidence
) -> None:
    """Else the firm's way would vanish from its register as soon as it is used."""
    inputs = load_preset("support_tickets").replace("draws", 256)
    moved = right.with_own(inputs, [row(i, effort=1.5) for i in range(12)], evidence)
    answer = compare_approaches(moved, evidence, searches=False).to_dict()
    forecast = forecast_of(answer, "lora")
    as_shipped = answer["own_projects"]["before"]["lora"]["effort"]
    assert forecast["quantities"]["effort"]["p50"] > 1.2 * as_shipped
    body = {k: v for k, v in forecast.items() if k != "plan"}
    made = anonymous("0" * 16, "2026-11-02", body, "live", {"effort": 1.5 * as_shipped}, 0)
    (seen,) = right.seen([made], "effort")
    assert seen.ratio == pytest.approx(1.5)
    assert right.read_rows(json.dumps(made)) == [made]


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


def test_compare_with_own_projects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def factors(*words: str) -> dict[str, Any] | None:
        assert main(["compare", str(PRESET), "--quick", "--json", *words]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found.get("own_projects", {}).get("factors")

    file = tmp_path / "rows.jsonl"
    rows = [row(i, effort=1.5, weeks=1.5) for i in range(12)]
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    monkeypatch.delenv("ESTIMATOR_DATABASE_URL", raising=False)
    told = factors("--register", str(file))
    assert told is not None
    assert set(told) == {"effort", "weeks"}
    assert factors() is None
    address = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", address)
    database = Database(address)
    register.merge(database, ADA, file.read_text(encoding="utf-8"))
    database.close()
    assert factors() == told
    assert factors("--no-own-projects") is None
    assert main(["compare", str(PRESET), "--quick"]) == 0
    assert "person-weeks × 1.4" in capsys.readouterr().out
    file.write_text("{}\n", encoding="utf-8")
    assert main(["compare", str(PRESET), "--quick", "--register", str(file)]) == 2
    assert "line 1" in capsys.readouterr().err


def test_a_record_with_own_projects_replays_without_the_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ESTIMATOR_DATABASE_URL", raising=False)
    rows, record, small = (tmp_path / n for n in ("rows.jsonl", "a.json", "small.yaml"))
    lines = [json.dumps(row(i, effort=1.5, labels=1.2)) for i in range(6)]
    rows.write_text("\n".join(lines), encoding="utf-8")
    small.write_bytes(scenario_yaml(load_preset("support_tickets").replace("draws", 64).to_dict()))
    words = ["compare", str(small), "--register", str(rows), "--record", str(record)]
    assert main(words) == 0
    assert main(["replay", str(record)]) == 0
    assert "same" in capsys.readouterr().out
