"""One budget on every surface: plan, allowance for surprises, expected total, safe in 9 of 10."""

from __future__ import annotations

import csv
import html
import io
import math
from functools import lru_cache
from typing import Any

import pytest
from openpyxl import load_workbook

from estimator import ProjectInputs, load_evidence
from estimator.engine.comparison import Comparison
from estimator.engine.simulate import quick_comparison
from estimator.report import exports, figures_money, pdf, tables
from estimator.report.budget import NAMES, budget_of, budget_rows
from estimator.report.first_screen import cards, money_line
from estimator.report.html import html_bytes
from estimator.report.markdown import markdown
from estimator.report.text import Answer, Row, key_of, recommended, rows_for_people, story
from estimator.report.xlsx import xlsx_bytes
from estimator.ui.row_table import table_html
from estimator.vocabulary import Phase
from estimator.words.format import Style
from estimator.words.texts import say
from tests.conftest import PRESETS, load_preset

SAMPLED = ("support_tickets", "fraud", "translation", "small_firm")
STYLE = Style()
CENT = 0.011


@lru_cache(maxsize=32)
def compared(name: str) -> Comparison:
    inputs: ProjectInputs = load_preset(name).replace("draws", 512)
    return quick_comparison(inputs, load_evidence())


@lru_cache(maxsize=32)
def answered(name: str) -> Answer:
    return compared(name).to_dict()


def chosen(answer: Answer) -> Row:
    row = recommended(answer)
    return answer["approaches"][0] if row is None else row


@pytest.mark.parametrize("name", PRESETS)
def test_the_figures_of_a_row_add_up(name: str) -> None:
    """Lines, phases, one-off money and months make the plan; their means the expected total."""
    answer = answered(name)
    months = answer["inputs"]["serving"]["horizon_months"]
    for row in answer["approaches"]:
        cost, known = row["cost_usd"], row["extras"]["budget"]
        if known["plan_usd"] is None:
            assert set(known.values()) == {None}, "a missing price leaves no figure"
            continue
        for part, whole in (("base", known["plan_usd"]), ("mean", known["expected_usd"])):
            assert cost["total"][part] == pytest.approx(whole, abs=CENT)
            assert sum(cost["by_phase"][str(p)][part] for p in Phase) == pytest.approx(
                whole, abs=5 * CENT
            )
            built = cost["one_off"][part] + months * cost["monthly"][part]
            assert built == pytest.approx(whole, abs=months * CENT)
        assert sum(i["usd"]["base"] for i in row["items"]) == pytest.approx(
            known["plan_usd"], abs=CENT
        )
        assert sum(row["cash_flow_usd"]) == pytest.approx(known["plan_usd"], abs=CENT)
        expected = known["plan_usd"] + known["allowance_usd"]
        assert expected == pytest.approx(known["expected_usd"], abs=CENT)
        safe = known["expected_usd"] + known["held_usd"]
        assert safe == pytest.approx(known["safe_9_of_10_usd"], abs=CENT)
        assert known["safe_9_of_10_usd"] >= cost["total"]["p90"] - CENT


def surfaces(name: str) -> dict[str, str]:
    """Every surface that names the money of the recommended row, as text."""
    answer = answered(name)
    row, key = chosen(answer), key_of(chosen(answer))
    data = pdf.report_data(compared(name), load_evidence())
    bill = " ".join(cell for line in data["lines"] for cell in line["cells"])
    return {
        "strip": " ".join(v for _, v in story(answer).strip),
        "money line": money_line(row, STYLE),
        "cash flow": figures_money.cashflow(answer, key).alt,
        "bill of the PDF": bill,
        "note of the bill": data["costs_note"],
        "HTML": html.unescape(html_bytes(compared(name), load_evidence()).decode()),
        "Markdown": markdown(answer, STYLE, "2026-12-01").replace("\\", ""),
        "finance": " ".join(v for _, v in tables.finance(row)),
    }


def written(usd: float) -> tuple[str, ...]:
    """The ways in which an amount may be written."""
    return STYLE.money_short(usd), STYLE.money_about(usd), STYLE.money(usd)


@pytest.mark.parametrize("name", SAMPLED)
def test_every_surface_names_plan_expected_and_safe(name: str) -> None:
    answer = answered(name)
    known = budget_of(chosen(answer))
    assert budget_rows(chosen(answer), "en")[0] == ("Plan: all lines", known["plan"])
    for surface, text in surfaces(name).items():
        names = ("allowance", "expected", "safe") if surface == "strip" else NAMES
        if surface in ("cash flow", "note of the bill"):
            names = ("plan", "expected", "safe")
        if surface == "money line":  # adds up; the safe amount stands in its card and in the table
            names = ("plan", "allowance", "expected")
        for part in names:
            assert any(w in text for w in written(known[part])), f"{surface}: {part}"


@pytest.mark.parametrize("name", SAMPLED)
def test_one_figure_stands_for_the_total(name: str) -> None:
    """Cards, table, terminal and charts show the expected total, never another middle."""
    answer = answered(name)
    page = html.unescape(table_html(answer, STYLE))
    costs = figures_money.costs(answer).table
    for line, row, (_, drawn) in zip(
        tables.lines(answer), rows_for_people(answer), costs.iterrows(), strict=True
    ):
        known = budget_of(row)
        expected, safe = (STYLE.money_short(known[n]) for n in ("expected", "safe"))
        assert line.total == expected
        assert line.total_range.endswith(safe)
        assert expected in page
        for part in NAMES:
            shown = drawn[f"{say(f'budget.{part}')}, USD"]
            assert shown == pytest.approx(known[part], abs=CENT)
    row = recommended(answer)
    if row is not None:
        works = next(c for c in cards(answer, STYLE) if c.name == "works")
        known = budget_of(row)
        assert works.value == STYLE.money_short(known["expected"])
        assert STYLE.money_short(known["safe"]) in works.note


def test_files_hold_the_budget_of_every_row() -> None:
    answer = answered("support_tickets")
    rows = list(csv.DictReader(io.StringIO(exports.csv(answer).decode())))
    book = load_workbook(io.BytesIO(xlsx_bytes(answer)))
    heads = [c.value for c in book["approaches"][1]]
    sheet: Any = book["Budget to sign"]
    signed = {r[0].value: (r[1].value, r[2].value) for r in sheet.iter_rows()}
    for i, (line, row) in enumerate(zip(rows, answer["approaches"], strict=True), start=2):
        known = budget_of(row)
        for part in NAMES:
            assert float(line[f"{part}_usd"]) == known[part]
        cell = {h: book["approaches"].cell(i, heads.index(h) + 1).value for h in heads}
        assert cell["allowance_usd"] == known["allowance"]
        assert cell["safe_9_of_10_usd"] == known["safe"]
        assert cell["expected_usd"].startswith("=SUM(")
    formula, share = signed["allowance for surprises"]
    known = budget_of(chosen(answer))
    assert sheet["A3"].value == "plan: all lines", "the formula's B3"
    assert sheet["C4"].value == share, "the formula's C4"
    assert formula == "=ROUND(B3*C4,2)"
    assert known["plan"] * share == pytest.approx(known["allowance"], abs=0.011)


def test_phases_of_the_strip_and_the_allowance_reach_the_expected_total() -> None:
    """A reader who adds up the strip arrives at the headline."""
    for name in SAMPLED:
        row = chosen(answered(name))
        phases = [f["base"] for f in row["cost_usd"]["by_phase"].values()]
        known = budget_of(row)
        assert math.fsum(phases) + known["allowance"] == pytest.approx(known["expected"], abs=0.06)
        shown = [value for _, value in story(answered(name)).strip]
        for usd in (p for p in phases if p):
            assert {STYLE.money_short(usd), STYLE.money_part(usd)} & set(shown)
