"""The sheets that are calculated: lines, cash flow, and the budget that is signed.

Totals, fee, tax, cash flow, quarters and the budget are formulas over the sheet ``lines``; whoever
changes a quantity or a price there sees all of them follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from openpyxl.utils import get_column_letter

from estimator.engine.answer import Answer, Item, Row
from estimator.report.budget import budget_of, quarter_head, quarters
from estimator.report.text import key_of, recommended
from estimator.units import WORKDAYS_PER_WEEK
from estimator.vocabulary import Phase, Stage

LINES_HEAD = (
    "key", "approach", "phase", "item", "quantity", "unit", "unit_price_usd", "usd",
    "p10_usd", "p50_usd", "p90_usd", "basis", "source_id", "timing", "note",
    "stage", "own_staff", "from_month", "to_month", "every", "months", "judgements",
)  # fmt: skip
JUDGEMENT_HEAD = ("assumption_id", "p10", "p50", "p90", "unit", "reason", "source_id")
PAID_HOURS = 40.0
FEE, TAX_PROJECT, TAX_RUNNING = "labelling_platform_fee", "tax_project", "tax_running"


class Formula(str):
    """A formula of ours; every other text that starts like one is neutralised."""


def _quantity(item: Item, first: int, row: int, tax_from: int) -> Any:
    """Quantity of a line, a formula where it is money of other lines."""
    if row <= first:
        return item["quantity"]

    def column(letter: str, end: int) -> str:
        return f"${letter}${first}:${letter}${end}"

    if item["item"] == FEE:
        last = row - 1
        return Formula(f'=SUMIFS({column("H", last)},{column("F", last)},"*label")')
    if item["item"] in (TAX_PROJECT, TAX_RUNNING) and tax_from > first:
        last = tax_from - 1
        when = '"one_off"' if item["item"] == TAX_PROJECT else '"<>one_off"'
        ours = f'{column("Q", last)},"no"'
        return Formula(f"=SUMIFS({column('H', last)},{column('N', last)},{when},{ours})")
    return item["quantity"]


def line_rows(answer: Answer) -> list[list[Any]]:
    """One row per line of every approach, in the order of the bill."""
    rows: list[list[Any]] = []
    for r in answer["approaches"]:
        first = len(rows) + 2
        names = [i["item"] for i in r["items"]]
        taxes = [first + k for k, n in enumerate(names) if n in (TAX_PROJECT, TAX_RUNNING)]
        for i in r["items"]:
            n, usd = len(rows) + 2, i["usd"]
            spent = i.get("spent") or {"from": 0, "to": 0, "every": 1}
            rows.append(
                [
                    key_of(r), r["label"], i["phase"], i["item"],
                    _quantity(i, first, n, min(taxes, default=0)), i["unit"],
                    i["unit_price_usd"], Formula(f"=ROUND(E{n}*G{n},2)"),
                    usd["p10"], usd["p50"], usd["p90"], i["basis"], i["source_id"],
                    i.get("timing"), i.get("note"), i.get("stage"),
                    "yes" if i.get("own_staff") else "no",
                    spent["from"], spent["to"], spent["every"],
                    Formula(f"=INT((S{n}-R{n})/T{n})+1"),
                    ", ".join(i.get("assumption_ids") or ()),
                ]
            )  # fmt: skip
    return rows


def cash_rows(answer: Answer, n_lines: int) -> tuple[list[str], list[list[Any]]]:
    """Money by month and row: every line in equal shares of the months it is spent in."""
    rows_of = [r for r in answer["approaches"] if r.get("cash_flow_usd")]
    heads = ["month", *(key_of(r) for r in rows_of)]
    months = max((len(r["cash_flow_usd"]) for r in rows_of), default=0)
    end = n_lines + 1

    def lines(letter: str) -> str:
        return f"lines!${letter}$2:${letter}${end}"

    def cell(month: int, k: int) -> Formula:
        n = month + 2
        key = f"{get_column_letter(k + 2)}$1"
        inside = f"({lines('R')}<=$A{n})*({lines('S')}>=$A{n})"
        due = f"(MOD($A{n}-{lines('R')},{lines('T')})=0)"
        share = f"{lines('H')}/{lines('U')}"
        return Formula(f"=SUMPRODUCT(({lines('A')}={key})*{inside}*{due}*{share})")

    rows: list[list[Any]] = [[m, *(cell(m, k) for k in range(len(rows_of)))] for m in range(months)]
    letters = [get_column_letter(k + 2) for k in range(len(rows_of))]
    rows.append(["total", *(Formula(f"=SUM({c}2:{c}{months + 1})") for c in letters)])
    return heads, rows


def budget_rows(answer: Answer, n_lines: int) -> list[list[Any]]:
    """The recommended row as a budget: plan, allowance, expected, safe; who is paid, and when."""
    row = recommended(answer) or _first(answer)
    if row is None:
        return []
    key, end = key_of(row), n_lines + 1

    def lines(letter: str) -> str:
        return f"lines!${letter}$2:${letter}${end}"

    def total(*conditions: tuple[str, str]) -> Formula:
        tests = "".join(f',{lines(letter)},"{value}"' for letter, value in conditions)
        return Formula(f"=SUMIFS({lines('H')},{lines('A')},$B$2{tests})")

    budget = budget_of(row)
    expected = budget["expected"]
    safe = budget["safe"]
    plan = budget["plan"]
    more = _share(budget["allowance"], plan)
    held = _share(None if safe is None or expected is None else safe - expected, expected)
    out: list[list[Any]] = [
        ["approach", key],
        ["plan: all lines", total()],
        ["allowance for surprises", Formula("=ROUND(B3*C4,2)"), more, "of the plan"],
        ["expected total", Formula("=B3+B4")],
        ["held for 9 of 10 cases", Formula("=ROUND(B5*C6,2)"), held, "of the expected total"],
        ["safe in 9 of 10 cases", Formula("=B5+B6")],
        [],
        ["by phase", None],
        *([f"{p}", total(("C", str(p)))] for p in Phase),
        [],
        ["by stage", None],
        *([f"{s}", total(("P", str(s)))] for s in Stage),
        [],
        ["by who is paid", None],
    ]
    own = len(out) + 2
    out += [
        ["own staff", total(("Q", "yes"))],
        ["cloud and hosted models", _cloud(lines)],
        ["other purchase orders", Formula(f"=B3-B{own}-B{own + 1}")],
        ["person-weeks of own staff", _own_weeks(lines)],
        ["own staff already employed, count cash only (yes or no)", "no"],
        ["expected cash to approve", Formula(f'=B5-B{own}*(B{own + 4}="yes")')],
        [],
        [quarter_head(answer, "en"), None],
        *_quarters(answer, row),
        [],
        ["approved by", None],
        ["date", None],
    ]
    return out


def _share(part: float | None, whole: float | None) -> float | None:
    """A reserve as a share of what it belongs to, so that it follows the lines."""
    return part / whole if part is not None and whole else None


def _first(answer: Answer) -> Row | None:
    return next((r for r in answer["approaches"] if r["feasible"]), None)


CLOUD_UNITS = ("device-hour", "million tokens", "GB-month", "GB", "audio minute", "image")
"""Units in which clouds and makers of hosted models bill."""

OWN_WEEKS = {"person-week": 1.0, "person-day": 1 / WORKDAYS_PER_WEEK, "hour": 1 / PAID_HOURS}
"""Weeks of work in one unit of a line of own staff."""


def _cloud(lines: Callable[[str], str]) -> Formula:
    """Rented machines, storage and hosted models; labels drafted by a model are labels."""
    tests = f'{lines("A")},$B$2,{lines("Q")},"no",{lines("C")},"<>labelling"'
    units = (f'SUMIFS({lines("H")},{tests},{lines("F")},"{u}")' for u in CLOUD_UNITS)
    return Formula(f"=SUM({','.join(units)})")


def _own_weeks(lines: Callable[[str], str]) -> Formula:
    """Work of own staff, whatever unit its lines are in."""
    tests = f'{lines("A")},$B$2,{lines("Q")},"yes"'
    units = (
        f'{weeks:.6g}*SUMIFS({lines("E")},{tests},{lines("F")},"{unit}")'
        for unit, weeks in OWN_WEEKS.items()
    )
    return Formula(f"=SUM({','.join(units)})")


def _quarters(answer: Answer, row: Row) -> list[list[Any]]:
    """The cash flow by quarter, added up in the sheet."""
    flows = [r for r in answer["approaches"] if r.get("cash_flow_usd")]
    if row not in flows:
        return []
    column = get_column_letter(flows.index(row) + 2)
    return [
        [name, Formula(f"=SUM('cash flow'!{column}{part[0] + 2}:{column}{part[-1] + 2})")]
        for name, part in quarters(answer, row).items()
    ]


def judgement_rows(answer: Answer) -> list[Sequence[Any]]:
    """Every judgement behind the lines with its range and the reason for it."""
    return [[a.get(n) for n in JUDGEMENT_HEAD] for a in answer.get("assumptions") or ()]
