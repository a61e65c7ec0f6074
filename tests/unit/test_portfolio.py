"""A portfolio from files: its set, calendar, cash and risk; the figures of each project alone."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pypdf
import pytest
import yaml

from estimator.cli import main
from estimator.engine.distributions import Draws
from estimator.engine.portfolio.project import SharedDraws, is_common
from estimator.engine.portfolio.told import portfolio_dict
from estimator.engine.portfolio.whole import (
    Wanted,
    cash_flow,
    decided,
    make_portfolio,
)
from estimator.engine.simulate import quick_comparison
from estimator.errors import InputError
from estimator.report import portfolio as words
from estimator.report.portfolio_files import portfolio_pdf, portfolio_xlsx
from estimator.words.format import Style
from tests.conftest import ROOT, load_preset

if TYPE_CHECKING:
    from estimator.engine.portfolio.whole import Portfolio
    from estimator.evidence.load import Evidence

NAMES = ("support_tickets", "sentiment", "contracts", "factory_defects", "small_firm")


@pytest.fixture(scope="module")
def named() -> list[Any]:
    return [
        (n, load_preset(n).replace("draws", 256).replace("start_date", f"2027-0{k + 1}-04"))
        for k, n in enumerate(NAMES)
    ]


@pytest.fixture(scope="module")
def portfolio(named: list[Any], evidence: Evidence) -> Portfolio:
    return make_portfolio(named, evidence, Wanted(150_000.0, 40.0, 2.0))


def test_a_project_has_the_figures_of_its_own_answer(
    portfolio: Portfolio, named: list[Any], evidence: Evidence
) -> None:
    found = portfolio_dict(portfolio)
    for (_, inputs), row in zip(named, found["projects"], strict=True):
        answer = quick_comparison(inputs, evidence).to_dict()
        plan = answer["staged_plan"]
        assert row["outcome"] == plan["outcome"]
        assert row["approach"] == answer["recommendation"]["approach"]
        if row["approach"] is None:
            continue
        assert row["success_probability"] == plan["success_probability"]
        assert row["spend_usd"] == plan["spend_usd"]["mean"]
        assert row["first_step"]["usd"] == plan["first_step"]["usd"]


def test_limits_hold_and_what_is_not_taken_says_why(portfolio: Portfolio) -> None:
    found = portfolio_dict(portfolio)
    assert found["totals"]["before_live_usd"] <= 150_000
    assert found["totals"]["person_weeks"] <= 40
    assert {p["name"] for p in found["projects"] if p["chosen"]} == set(found["chosen"])
    for p in found["projects"]:
        assert bool(p["why_not"]) != p["chosen"]
    assert {"data_version", "code_version", "seed"} <= found.keys()
    assert found["chosen_by"] == "chance"
    assert found["totals"]["value_usd"] is None


def test_more_of_both_buys_the_next_project(named: list[Any], evidence: Evidence) -> None:
    tight = portfolio_dict(make_portfolio(named, evidence, Wanted(60_000.0, 15.0)))
    steps = [tight[k] for k in ("next_money", "next_person_weeks", "next_both") if tight[k]]
    assert steps
    assert all(s["gain_successes"] > 0 and s["joins"] for s in steps)


def test_cash_of_the_plans_is_their_expected_money(portfolio: Portfolio) -> None:
    found = portfolio_dict(portfolio)
    assert sum(cash_flow(portfolio)) == pytest.approx(found["totals"]["spend_usd"], rel=1e-6)


def test_the_team_is_never_larger_than_it_is(portfolio: Portfolio) -> None:
    weeks = np.zeros(400)
    for b in portfolio.calendar:
        length = max(int(np.ceil(portfolio.projects[b.project].weeks)), 1)
        weeks[int(b.week) : int(b.week) + length] += b.people
    assert weeks.max() <= 2.0 + 1e-9
    assert {b.project for b in portfolio.calendar} == set(portfolio.choice.chosen)


def test_wages_and_prices_are_common_and_data_are_not() -> None:
    a, b = SharedDraws(256, 0, own=1), SharedDraws(256, 0, own=2)
    for name in ("people.wage.US", "labelling.price.crowd", "assumption.labelling.crowd_fee"):
        assert is_common(name)
        assert np.array_equal(a.normal(name), b.normal(name))
        assert np.array_equal(a.normal(name), Draws(256, 0).normal(name))
    for name in ("accuracy.dataset", "finance.overrun", "assumption.people.adaptation_weeks"):
        assert not is_common(name)
        assert abs(np.corrcoef(a.normal(name)[1:], b.normal(name)[1:])[0, 1]) < 0.25


def test_twice_the_same_project_is_not_twice_the_same_luck(evidence: Evidence) -> None:
    inputs = load_preset("support_tickets").replace("draws", 512)
    both = make_portfolio([("a", inputs), ("b", inputs)], evidence, Wanted())
    one, other = both.projects
    agree = float((one.works == other.works).mean())
    chance = one.option.success
    assert agree < 1 - 0.5 * 2 * chance * (1 - chance)
    saved = {s.group[0] for s in both.choice.savings}
    assert {"server", "base_model"} <= saved


def test_typed_values_choose_by_value(evidence: Evidence) -> None:
    named = [
        (n, load_preset(n).replace("draws", 128).replace("value.value_per_month_usd", v))
        for n, v in (("support_tickets", 12_000.0), ("small_firm", 3_000.0))
    ]
    found = portfolio_dict(make_portfolio(named, evidence, Wanted(budget_usd=1e6)))
    assert found["chosen_by"] == "value"
    values = [p["net_value_usd"] for p in found["projects"] if p["chosen"]]
    saved = found["totals"]["saved_usd"]
    assert found["totals"]["value_usd"] == pytest.approx(sum(values) + saved, abs=0.02)


def test_the_same_seed_gives_the_same_portfolio(named: list[Any], evidence: Evidence) -> None:
    two = [portfolio_dict(make_portfolio(named[:2], evidence, Wanted(seed=3))) for _ in range(2)]
    assert two[0] == two[1]
    other = portfolio_dict(make_portfolio(named[:2], evidence, Wanted(seed=4)))
    assert other["risk"] != two[0]["risk"]
    assert other["totals"] == two[0]["totals"]


def test_no_project_and_too_many_are_refused(named: list[Any], evidence: Evidence) -> None:
    for some in ([], named[:1] * 51):
        with pytest.raises(InputError):
            make_portfolio(some, evidence, Wanted())
    with pytest.raises(InputError):
        Wanted(budget_usd=float("nan"))
    bad = named[1][1].replace("people.location", "Atlantis")
    with pytest.raises(InputError, match="the second"):
        make_portfolio([named[0], ("the second", bad)], evidence, Wanted())


@pytest.mark.parametrize("language", ["en", "de"])
def test_files_say_what_the_screen_says(portfolio: Portfolio, language: str) -> None:
    found, style = portfolio_dict(portfolio), Style(language)
    pdf = portfolio_pdf(found, style, "2027-01-01")
    assert pdf == portfolio_pdf(found, style, "2027-01-01")
    text = " ".join(
        " ".join(p.extract_text().split()) for p in pypdf.PdfReader(io.BytesIO(pdf)).pages
    )
    assert " ".join(words.headline(found, style).split()) in text
    assert found["data_version"] in text
    book = openpyxl.load_workbook(io.BytesIO(portfolio_xlsx(found, "2027-01-01")))
    flow = sum(row[1].value for row in book["cash flow"].iter_rows(min_row=2))
    assert flow == pytest.approx(sum(found["cash_flow_usd"]), abs=0.01)
    assert [r[0].value for r in book["projects"].iter_rows(min_row=2)] == list(NAMES)


def test_fifty_plans_make_a_portfolio_in_time(portfolio: Portfolio, evidence: Evidence) -> None:
    import time

    many = tuple(portfolio.projects[k % len(NAMES)] for k in range(50))
    start = time.process_time()
    found = decided(many, [evidence] * 50, Wanted(900_000.0, 250.0, 6.0))
    portfolio_dict(found)
    assert time.process_time() - start < 30


def test_the_command(tmp_path: Path, capsys: Any) -> None:
    files = []
    for n in NAMES[:2]:
        scenario = yaml.safe_load((ROOT / "data" / "presets" / f"{n}.yaml").read_text("utf-8"))
        file = tmp_path / f"{n}.yaml"
        file.write_text(yaml.safe_dump(scenario | {"draws": 128}), encoding="utf-8")
        files.append(str(file))
    pdf, book = tmp_path / "p.pdf", tmp_path / "p.xlsx"
    command = ["portfolio", *files, "--budget", "60000", "--person-weeks", "30"]
    assert main([*command, "--json", "--pdf", str(pdf), "--xlsx", str(book)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [p["file"] for p in told["projects"]] == files
    assert pdf.read_bytes().startswith(b"%PDF")
    record = tmp_path / "record.json"
    record.write_text(json.dumps(told), encoding="utf-8")
    assert main(["portfolio", "--replay", str(record)]) == 0
    assert "every figure is the same" in capsys.readouterr().out
    told["totals"]["before_live_usd"] += 1
    record.write_text(json.dumps({**told, "data_version": "old"}), encoding="utf-8")
    assert main(["portfolio", "--replay", str(record)]) == 1
    assert "totals" in capsys.readouterr().out
    record.write_text("{}", encoding="utf-8")
    assert main(["portfolio", "--replay", str(record)]) == 2
    capsys.readouterr()
    assert book.stat().st_size > 5000
    assert main([*command, "--language", "de"]) == 0
    assert "Personenwochen" in capsys.readouterr().out
    for wrong in (["--budget", "-1"], ["--seed", "-1"], ["--team", "nan"]):
        assert main([*command, *wrong]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_the_projects_of_the_store_join(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sqlalchemy")
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    preset = ROOT / "data" / "presets" / "small_firm.yaml"
    file = tmp_path / "one.yaml"
    content = yaml.safe_load(preset.read_text("utf-8")) | {"draws": 128}
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    assert main(["store", "save", str(file)]) == 0
    capsys.readouterr()
    assert main(["portfolio", str(file), "--stored", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["projects"]) == 2
    assert told["projects"][1]["file"].startswith("store:")
    assert main(["portfolio"]) == 2
    assert "1 to 50" in capsys.readouterr().err
