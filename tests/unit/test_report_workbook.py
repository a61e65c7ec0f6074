"""The workbook lives: recalculated, its totals, fee, tax and cash flow follow a changed price."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from estimator.engine.simulate import compare_approaches
from estimator.report.budget import quarter_rows
from estimator.report.csv_export import csv_bytes
from estimator.report.xlsx import xlsx_bytes
from tests.conftest import load_preset

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

KEY, SIGNED = "lora", "Budget to sign"


@pytest.fixture(scope="module")
def answer(evidence: Evidence) -> dict[str, Any]:
    """One row of the tickets, with purchase tax, recalculation being slow."""
    inputs = load_preset("support_tickets").replace("finance.tax_rate", 0.2).replace("draws", 64)
    found = compare_approaches(inputs, evidence).to_dict()
    found["approaches"] = [r for r in found["approaches"] if r["approach"] == KEY]
    found["recommendation"]["approach"] = KEY
    return found


def recalculated(raw: bytes, path: Path) -> dict[str, Any]:
    """Values of all cells by 'SHEET'!CELL, as a spreadsheet program would show them."""
    formulas = pytest.importorskip("formulas")
    path.write_bytes(raw)
    solved = formulas.ExcelModel().loads(str(path)).finish().calculate()
    out: dict[str, Any] = {}
    for name, cell in solved.items():
        value = getattr(cell, "value", None)
        if value is not None and getattr(value, "size", 0) == 1:
            out[str(name).split("]")[-1].replace("'", "")] = value[0, 0]
    return out


def at(book: openpyxl.Workbook, sheet: str, column: str, text: str) -> int:
    """Row of the sheet whose cell in a column says ``text``."""
    return next(c.row for c in book[sheet][column] if c.value == text)


def test_a_changed_price_moves_fee_tax_cash_flow_and_budget(
    answer: dict[str, Any], tmp_path: Path
) -> None:
    raw = xlsx_bytes(answer)
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert book.sheetnames[0] == "Budget to sign"
    row = next(r for r in answer["approaches"] if r["approach"] == KEY)
    items = {i["item"]: i["usd"]["base"] for i in row["items"]}
    before = recalculated(raw, tmp_path / "before.xlsx")
    assert before["BUDGET TO SIGN!B3"] == pytest.approx(row["cost_usd"]["total"]["base"], abs=0.02)
    assert before["BUDGET TO SIGN!B5"] == pytest.approx(
        row["extras"]["budget"]["expected_usd"], abs=0.02
    )
    flow = row["cash_flow_usd"]
    column = "B" if answer["approaches"][0]["approach"] == KEY else "C"
    total = before[f"CASH FLOW!{column}{len(flow) + 2}"]
    assert total == pytest.approx(before["BUDGET TO SIGN!B3"], abs=0.02)

    lines = book["lines"]
    mine = {r[3].value: r[0].row for r in lines.iter_rows(min_row=2) if r[0].value == KEY}
    label = lines[f"G{mine['labelling']}"]
    label.value = label.value + 1.0
    switch = at(book, SIGNED, "A", "own staff already employed, count cash only (yes or no)")
    book[SIGNED][f"B{switch}"].value = "yes"
    out = io.BytesIO()
    book.save(out)
    after = recalculated(out.getvalue(), tmp_path / "after.xlsx")
    more = 3000.0
    fee = after[f"LINES!H{mine['labelling_platform_fee']}"]
    assert fee == pytest.approx(items["labelling_platform_fee"] + 0.2 * more, abs=0.02)
    tax = after[f"LINES!H{mine['tax_project']}"]
    assert tax == pytest.approx(items["tax_project"] + 0.2 * 1.2 * more, abs=0.03)
    moved = after["BUDGET TO SIGN!B3"] - before["BUDGET TO SIGN!B3"]
    assert moved == pytest.approx(more * 1.2 * 1.2, abs=0.05)
    known, plan = row["extras"]["budget"], before["BUDGET TO SIGN!B3"]
    assert before["BUDGET TO SIGN!B7"] == pytest.approx(known["safe_9_of_10_usd"], abs=0.05)
    assert after["BUDGET TO SIGN!B4"] == pytest.approx(
        known["allowance_usd"] * (plan + moved) / plan, abs=0.02
    )
    assert after["BUDGET TO SIGN!B7"] == pytest.approx(
        known["safe_9_of_10_usd"] * (plan + moved) / plan, abs=0.05
    )
    assert after[f"CASH FLOW!{column}{len(flow) + 2}"] - total == pytest.approx(moved, abs=0.05)
    cash, own = f"BUDGET TO SIGN!B{switch + 1}", f"BUDGET TO SIGN!B{switch - 4}"
    assert before[cash] == pytest.approx(before["BUDGET TO SIGN!B5"])
    assert after[cash] == pytest.approx(after["BUDGET TO SIGN!B5"] - after[own])
    weeks = {"person-week": 1.0, "person-day": 0.2, "hour": 1 / 40}
    staff = sum(i["quantity"] * weeks[i["unit"]] for i in row["items"] if i["own_staff"])
    assert before[f"BUDGET TO SIGN!B{switch - 1}"] == pytest.approx(staff, rel=1e-4)


def test_quarters_are_those_of_the_calendar_where_the_start_is_known(
    answer: dict[str, Any],
) -> None:
    dated = {**answer, "inputs": {**answer["inputs"], "start_date": "2026-11-15"}}
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(dated)))
    cells = {r[0].value: r[1].value for r in book[SIGNED].iter_rows()}
    assert cells["2026 Q4"].endswith("2:B3)")
    assert cells["2027 Q1"].endswith("4:B6)")
    plain = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(answer)))
    assert "Q1" in {r[0].value for r in plain[SIGNED].iter_rows()}


def test_quarters_of_the_fiscal_year_add_up_to_the_plan(answer: dict[str, Any]) -> None:
    """A year from October to September: November 2026 is in its first quarter, of 2027."""
    finance = {**answer["inputs"]["finance"], "fiscal_start": 10}
    dated = {**answer["inputs"], "start_date": "2026-11-15", "finance": finance}
    found = {**answer, "inputs": dated}
    row = next(r for r in answer["approaches"] if r["approach"] == KEY)
    rows = quarter_rows(found, row)
    assert [name for name, _ in rows[:5]] == [
        "FY2027 Q1", "FY2027 Q2", "FY2027 Q3", "FY2027 Q4", "FY2028 Q1",
    ]  # fmt: skip
    flow = row["cash_flow_usd"]
    assert rows[0][1] == pytest.approx(sum(flow[:2]))
    assert rows[1][1] == pytest.approx(sum(flow[2:5]))
    total = sum(usd for _, usd in rows)
    assert total == pytest.approx(row["extras"]["budget"]["plan_usd"], abs=0.01)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(found)))
    assert "FY2027 Q2" in {r[0].value for r in book[SIGNED].iter_rows()}


def test_going_on_as_today_is_a_row_of_every_table(answer: dict[str, Any]) -> None:
    """12,000 USD a month over 36 months; no row where the cost of today is not stated."""
    today = {"usd_per_month": 12000.0, "total_usd": 432000.0, "saving": {}, "payback_months": {}}
    stated = {**answer, "recommendation": {**answer["recommendation"], "as_today": today}}
    rows = list(csv.DictReader(io.StringIO(csv_bytes(stated).decode())))
    assert [r["key"] for r in rows] == [KEY, "as_today"]
    assert float(rows[-1]["expected_usd"]) == 432000.0
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(stated)))["approaches"]
    heads = [c.value for c in sheet[1]]
    (row,) = [r for r in sheet.iter_rows(min_row=2, values_only=True) if r[0] == "as_today"]
    assert row[heads.index("expected_usd")] == 432000.0
    bare = {**answer, "recommendation": {**answer["recommendation"], "as_today": None}}
    assert b"as_today" not in csv_bytes(bare)


def test_reasons_of_judgements_stand_in_the_workbook(answer: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(answer)))
    reasons = {r[0].value: r[5].value for r in book["judgements"].iter_rows(min_row=2)}
    used = {a for r in answer["approaches"] for i in r["items"] for a in i["assumption_ids"]}
    assert used <= set(reasons)
    assert all(reasons.values())
