"""The comparison as a workbook whose totals are live formulas: quantity x unit price."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from estimator.engine.answer import Answer
from estimator.report.budget import budget_of
from estimator.report.csv_export import as_today, safe_cell
from estimator.report.plan_tables import money_cells, plan_lines
from estimator.report.tables import flat, show
from estimator.report.text import key_of, own_text
from estimator.report.xlsx_budget import (
    JUDGEMENT_HEAD,
    LINES_HEAD,
    Formula,
    budget_rows,
    cash_rows,
    judgement_rows,
    line_rows,
)
from estimator.vocabulary import Phase
from estimator.words.format import Style

HEAD = PatternFill("solid", fgColor="1F3A5F")
MONEY = "#,##0.00"
EPOCH = (1980, 1, 1, 0, 0, 0)


def xlsx_bytes(answer: Answer, date: str | None = None) -> bytes:
    """The workbook: budget, approaches, plan, lines, cash flow, judgements, inputs, sources.

    Parameters
    ----------
    answer : mapping
        JSON of the comparison.
    date : str, optional
        ISO date written into the workbook; none by default, so that bytes repeat.
    """
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    lines = line_rows(answer)
    first.title = "Budget to sign"
    signed = ("budget", "USD", "share", "of what")
    add_table(first, signed, budget_rows(answer, len(lines)), money=range(2, 3))
    _approaches(book.create_sheet("approaches"), answer, len(lines), date)
    _plan(book.create_sheet("Plan"), answer)
    add_table(book.create_sheet("lines"), LINES_HEAD, lines, money=range(8, 12))
    heads, flow = cash_rows(answer, len(lines))
    add_table(book.create_sheet("cash flow"), heads, flow, money=range(2, len(heads) + 1))
    add_table(book.create_sheet("judgements"), JUDGEMENT_HEAD, judgement_rows(answer))
    add_table(
        book.create_sheet("inputs"),
        ("field", "value"),
        [(k, show(v)) for k, v in flat(answer["inputs"]).items()],
    )
    names = ("source_id", "title", "year", "url", "licence")
    rows = [[s.get(n) for n in names] for s in answer["sources"]]
    add_table(book.create_sheet("sources"), names, rows)
    out = io.BytesIO()
    book.save(out)
    return repeatable(out.getvalue(), date)


def _plan(sheet: Worksheet, answer: Answer) -> None:
    """The staged plan: its sentences, its three totals, its stages and its gates."""
    plan = answer["staged_plan"]
    rows: list[list[Any]] = [[line] for line in plan_lines(answer, Style())]
    rows += [[], ["authorise", "USD"], *([n, usd] for n, usd in money_cells(answer)), []]
    names = ("name", "approaches", "n_labelled", "start_weeks", "weeks", "chance", "usd",
             "expected_usd")  # fmt: skip
    rows.append(list(names))
    stages: list[Mapping[str, Any]] = [*plan["stages"]]
    rows += [[_cell(s[n]) for n in names] for s in stages]
    rows += [[], ["gate", "approaches", "n_labelled", "from", "action", "chance"]]
    for gate in plan["gates"]:
        zones = zip([None, *gate["thresholds"]], gate["actions"], gate["chances"], strict=True)
        rows += [
            [gate["name"], _cell(gate["approaches"]), gate["n_labelled"], *zone] for zone in zones
        ]
    rows += [[], ["end", "approach", "probability", "success"]]
    rows += [[e["end"], e["approach"], e["probability"], e["success"]] for e in plan["ends"]]
    add_table(sheet, ("staged plan", *[""] * (len(names) - 1)), rows)


def _cell(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def _approaches(sheet: Worksheet, answer: Answer, n_lines: int, date: str | None) -> None:
    phases = [str(p) for p in Phase]
    heads = ["key", "approach", "base_model", "recommended", "feasible", "metric", "accuracy_p10"]
    heads += ["accuracy_p50", "accuracy_p90", "target_probability", "weeks_p50"]
    first_phase = len(heads) + 1
    heads += [f"{p}_usd" for p in phases] + ["total_usd", "total_p10_usd", "total_p50_usd"]
    heads += ["total_p90_usd", "allowance_usd", "expected_usd", "safe_9_of_10_usd", "reasons"]
    rows: list[list[Any]] = []
    last = n_lines + 1
    for i, r in enumerate(answer["approaches"], start=2):
        quality: Mapping[str, Any] = r["accuracy"] or {}
        sums = [
            f'=SUMIFS(lines!$H$2:$H${last},lines!$A$2:$A${last},$A{i},lines!$C$2:$C${last},"{p}")'
            for p in phases
        ]
        left, right = (get_column_letter(first_phase + k) for k in (0, len(phases) - 1))
        total, budget = r["cost_usd"]["total"], budget_of(r)
        plan, allowance = (get_column_letter(first_phase + len(phases) + k) for k in (0, 4))
        rows.append(
            [
                key_of(r), r["label"], r["base_model"],
                key_of(r) == answer["recommendation"].get("approach"), r["feasible"],
                quality.get("metric"), quality.get("p10"), quality.get("p50"), quality.get("p90"),
                r["target_probability"], r["calendar_weeks"]["p50"],
                *(Formula(s) for s in sums), Formula(f"=SUM({left}{i}:{right}{i})"),
                total["p10"], total["p50"], total["p90"], budget["allowance"],
                Formula(f"=SUM({plan}{i},{allowance}{i})"), budget["safe"], "; ".join(r["reasons"]),
            ]
        )  # fmt: skip
    if today := as_today(answer):
        known = {h: today.get(h) for h in heads}
        known |= {"approach": today["label"], "total_usd": today["total_usd_base"]}
        known |= {"total_p50_usd": today["total_usd_base"], "expected_usd": today["expected_usd"]}
        known["safe_9_of_10_usd"] = today["safe_usd"]
        rows.append([known[h] for h in heads])
    add_table(sheet, heads, rows, money=range(first_phase, first_phase + len(phases) + 7))
    notes = [
        f"data {answer['data_version']}, code {answer['code_version']}, seed {answer['seed']}, "
        f"{answer['draws']} draws" + (f", {date}" if date else ""),
        "phase and total columns add up the sheet lines: change a quantity or a price there",
        *filter(None, [own_text(answer, Style())]),
    ]
    for k, note in enumerate(notes):
        sheet.cell(row=len(rows) + 3 + k, column=1, value=safe_cell(note))


def add_table(
    sheet: Worksheet,
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    money: range | None = None,
) -> None:
    """Fill a sheet with a table; texts of users stay texts, never formulas."""
    widths = [len(h) + 2 for h in heads]
    for c, head in enumerate(heads, start=1):
        cell = sheet.cell(row=1, column=c, value=safe_cell(head))
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for r, row in enumerate(rows, start=2):
        for c, value in enumerate(row, start=1):
            cell = sheet.cell(row=r, column=c)
            cell.value = str(value) if isinstance(value, Formula) else safe_cell(value)
            if isinstance(value, str) and not isinstance(value, Formula):
                cell.data_type = "s"
                widths[c - 1] = max(widths[c - 1], min(len(value) + 1, 48))
            if money and c in money:
                cell.number_format = MONEY
    for c, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(c)].width = width
    sheet.freeze_panes = "B2"


def repeatable(raw: bytes, date: str | None) -> bytes:
    """The same workbook with the same bytes every time."""
    stamp = f"{date or datetime.date(1980, 1, 1).isoformat()}T00:00:00Z"
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, data.decode())
                data = text.encode()
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return out.getvalue()
