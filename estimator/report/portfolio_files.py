"""A portfolio as PDF and as workbook."""

from __future__ import annotations

import io
import pkgutil
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from estimator.report import portfolio as words
from estimator.report.typeset import set_pages
from estimator.report.xlsx import add_table, repeatable
from estimator.words.format import Style
from estimator.words.texts import say

ROW_FIGURES = (
    "name", "chosen", "outcome", "approach", "success_probability", "net_value_usd",
    "before_live_usd", "spend_usd", "person_weeks", "weeks", "start_week", "people", "seed",
    "own_seed", "draws", "why_not",
)  # fmt: skip
GATE_FIGURES = (
    "name", "start_week", "gate_week", "gate_date", "end_week", "people", "usd", "kind", "text",
)  # fmt: skip


def portfolio_pdf(found: words.Found, style: Style, date: str | None = None) -> bytes:
    """The portfolio on a few pages; the same arguments give the same bytes."""
    lang = style.language
    blocks = (
        ("more_title", words.more(found, style)),
        ("shared_title", words.shared(found, style)),
        ("risk_title", words.risk(found, style)),
    )
    data = {
        "lang": lang,
        "title": say("portfolio.title", lang, n=len(found["projects"])),
        "date": style.date(date) if date else "",
        "origin": words.origin(found, style),
        "headline": words.headline(found, style),
        "notes": words.notes(found, style),
        "projects": _set(words.projects_table(found, style), wide=2),
        "blocks": [{"title": say(f"portfolio.{k}", lang), "lines": v} for k, v in blocks],
        "calendar_title": say("portfolio.calendar", lang),
        "calendar": _set(words.calendar_table(found, style), wide=1),
        "cash_title": say("portfolio.cash", lang),
        "cash": _set(words.cash_table(found, style), wide=0),
    }
    source = pkgutil.get_data("estimator.report", "portfolio.typ")
    if source is None:
        raise RuntimeError("portfolio.typ is not installed")
    return set_pages(source, data, "origin")


def _set(table: words.Table, wide: int) -> dict[str, Any]:
    heads, rows = table
    return {"heads": heads, "rows": rows, "wide": wide}


def portfolio_xlsx(found: words.Found, date: str | None = None) -> bytes:
    """The portfolio as a workbook of plain figures [USD, weeks, shares]."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "projects"
    rows: list[list[Any]] = [[p[name] for name in ROW_FIGURES] for p in found["projects"]]
    add_table(first, ROW_FIGURES, rows, money=range(6, 9))
    totals = [["before_live_usd", found["totals"]["before_live_usd"]],
              ["spend_usd", found["totals"]["spend_usd"]],
              ["value_usd", found["totals"]["value_usd"]],
              ["successes", found["totals"]["successes"]],
              ["person_weeks", found["totals"]["person_weeks"]],
              ["saved_usd", found["totals"]["saved_usd"]],
              ["budget_usd", found["budget_usd"]],
              ["person_weeks allowed", found["person_weeks"]],
              ["team", found["team"]]]  # fmt: skip
    add_table(book.create_sheet("totals"), ("figure", "value"), totals, money=range(2, 3))
    shared = [list(s.values()) for s in found["shared"]]
    heads = ("kind", "name", "paid_by", "saved_by", "saved_usd", "saved_before_live_usd",
             "saved_person_weeks")  # fmt: skip
    add_table(book.create_sheet("paid once"), heads, shared, money=range(5, 7))
    gates = [[g[name] for name in GATE_FIGURES] for g in found["calendar"]]
    add_table(book.create_sheet("calendar"), GATE_FIGURES, gates, money=range(7, 8))
    flow = [[month, usd] for month, usd in enumerate(found["cash_flow_usd"])]
    add_table(book.create_sheet("cash flow"), ("month", "usd"), flow, money=range(2, 3))
    about = found["risk"]
    risk = [[f"{name}.{k}", v] for name in ("before_live_usd", "successes")
            for k, v in (about[name] or {}).items()]  # fmt: skip
    risk += [[k, v] for k, v in about.items() if not isinstance(v, dict)]
    add_table(book.create_sheet("risk"), ("figure", "value"), risk, money=range(0))
    origin = [[k, found[k]] for k in ("data_version", "code_version", "seed", "chosen_by", "exact")]
    origin += [["notes", note] for note in words.notes(found, Style())]
    add_table(book.create_sheet("origin"), ("what", "value"), origin, money=range(0))
    out = io.BytesIO()
    book.save(out)
    return repeatable(out.getvalue(), date)
