"""The comparison as a workbook whose totals are live formulas: quantity x unit price."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from estimator.report.csv_export import safe_cell
from estimator.report.tables import flat, show
from estimator.report.text import Answer, key_of
from estimator.vocabulary import Phase

HEAD = PatternFill("solid", fgColor="1F3A5F")
MONEY = "#,##0.00"
EPOCH = (1980, 1, 1, 0, 0, 0)
LINES_HEAD = (
    "key", "approach", "phase", "item", "quantity", "unit", "unit_price_usd", "usd",
    "p10_usd", "p50_usd", "p90_usd", "basis", "source_id", "timing", "note",
)  # fmt: skip


def xlsx_bytes(answer: Answer, date: str | None = None) -> bytes:
    """The workbook: approaches, lines, cash flow, inputs, sources.

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
    n_lines = sum(len(r["items"]) for r in answer["approaches"])
    _approaches(first, answer, n_lines, date)
    _lines(book.create_sheet("lines"), answer)
    _cash_flow(book.create_sheet("cash flow"), answer)
    _table(
        book.create_sheet("inputs"),
        ("field", "value"),
        [(k, show(v)) for k, v in flat(answer["inputs"]).items()],
    )
    names = ("source_id", "title", "year", "url", "licence")
    rows = [[s.get(n) for n in names] for s in answer["sources"]]
    _table(book.create_sheet("sources"), names, rows)
    out = io.BytesIO()
    book.save(out)
    return _repeatable(out.getvalue(), date)


def _approaches(sheet: Worksheet, answer: Answer, n_lines: int, date: str | None) -> None:
    sheet.title = "approaches"
    phases = [str(p) for p in Phase]
    heads = ["key", "approach", "base_model", "recommended", "feasible", "metric", "accuracy_p10"]
    heads += ["accuracy_p50", "accuracy_p90", "target_probability", "weeks_p50"]
    first_phase = len(heads) + 1
    heads += [f"{p}_usd" for p in phases] + ["total_usd", "total_p10_usd", "total_p50_usd"]
    heads += ["total_p90_usd", "reasons"]
    rows: list[list[Any]] = []
    last = n_lines + 1
    for i, r in enumerate(answer["approaches"], start=2):
        quality = r["accuracy"] or {}
        sums = [
            f'=SUMIFS(lines!$H$2:$H${last},lines!$A$2:$A${last},$A{i},lines!$C$2:$C${last},"{p}")'
            for p in phases
        ]
        left, right = (get_column_letter(first_phase + k) for k in (0, len(phases) - 1))
        total = r["cost_usd"]["total"]
        rows.append(
            [
                key_of(r), r["label"], r["base_model"],
                key_of(r) == answer["recommendation"].get("approach"), r["feasible"],
                quality.get("metric"), quality.get("p10"), quality.get("p50"), quality.get("p90"),
                r["target_probability"], r["calendar_weeks"]["p50"],
                *(_Formula(s) for s in sums), _Formula(f"=SUM({left}{i}:{right}{i})"),
                total["p10"], total["p50"], total["p90"], "; ".join(r["reasons"]),
            ]
        )  # fmt: skip
    _table(sheet, heads, rows, money=range(first_phase, first_phase + len(phases) + 4))
    notes = [
        f"data {answer['data_version']}, code {answer['code_version']}, seed {answer['seed']}, "
        f"{answer['draws']} draws" + (f", {date}" if date else ""),
        "phase and total columns add up the sheet lines: change a quantity or a price there",
    ]
    for k, note in enumerate(notes):
        sheet.cell(row=len(rows) + 3 + k, column=1, value=safe_cell(note))


class _Formula(str):
    """A formula of ours; every other text that starts like one is neutralised."""


def _lines(sheet: Worksheet, answer: Answer) -> None:
    rows: list[list[Any]] = []
    for r in answer["approaches"]:
        for i in r["items"]:
            n = len(rows) + 2
            usd = i["usd"]
            rows.append(
                [
                    key_of(r), r["label"], i["phase"], i["item"], i["quantity"], i["unit"],
                    i["unit_price_usd"], _Formula(f"=ROUND(E{n}*G{n},2)"), usd["p10"], usd["p50"],
                    usd["p90"], i["basis"], i["source_id"], i.get("timing"), i.get("note"),
                ]
            )  # fmt: skip
    _table(sheet, LINES_HEAD, rows, money=range(8, 12))


def _cash_flow(sheet: Worksheet, answer: Answer) -> None:
    rows_of = [r for r in answer["approaches"] if r.get("cash_flow_usd")]
    heads = ["month", *(key_of(r) for r in rows_of)]
    months = max((len(r["cash_flow_usd"]) for r in rows_of), default=0)
    rows: list[list[Any]] = [
        [m, *(r["cash_flow_usd"][m] if m < len(r["cash_flow_usd"]) else None for r in rows_of)]
        for m in range(months)
    ]
    letters = [get_column_letter(k + 2) for k in range(len(rows_of))]
    rows.append(["total", *(_Formula(f"=SUM({c}2:{c}{months + 1})") for c in letters)])
    _table(sheet, heads, rows, money=range(2, len(heads) + 1))


def _table(
    sheet: Worksheet,
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    money: range | None = None,
) -> None:
    widths = [len(h) + 2 for h in heads]
    for c, head in enumerate(heads, start=1):
        cell = sheet.cell(row=1, column=c, value=safe_cell(head))
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for r, row in enumerate(rows, start=2):
        for c, value in enumerate(row, start=1):
            cell = sheet.cell(row=r, column=c)
            cell.value = str(value) if isinstance(value, _Formula) else _plain(value)
            if isinstance(value, str) and not isinstance(value, _Formula):
                cell.data_type = "s"
                widths[c - 1] = max(widths[c - 1], min(len(value) + 1, 48))
            if money and c in money:
                cell.number_format = MONEY
    for c, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(c)].width = width
    sheet.freeze_panes = "B2"


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return safe_cell("".join(ch if ch.isprintable() else " " for ch in value))
    return value


def _repeatable(raw: bytes, date: str | None) -> bytes:
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
