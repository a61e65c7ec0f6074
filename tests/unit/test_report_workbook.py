"""The workbook lives: recalculated, its totals, fee, tax and cash flow follow a changed price."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from estimator.engine.simulate import compare_approaches
from estimator.report.xlsx import xlsx_bytes
from tests.conftest import load_preset

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

KEY = "lora"


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
    assert after["BUDGET TO SIGN!B7"] - before["BUDGET TO SIGN!B7"] == pytest.approx(
        moved, abs=0.02
    )
    assert after[f"CASH FLOW!{column}{len(flow) + 2}"] - total == pytest.approx(moved, abs=0.05)


def test_reasons_of_judgements_stand_in_the_workbook(answer: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(answer)))
    reasons = {r[0].value: r[5].value for r in book["judgements"].iter_rows(min_row=2)}
    used = {a for r in answer["approaches"] for i in r["items"] for a in i["assumption_ids"]}
    assert used <= set(reasons)
    assert all(reasons.values())
