"""The printed report: an A4 document set by Typst, tagged, without a browser or a network."""

from __future__ import annotations

import dataclasses
import pkgutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from estimator.engine.answer import Answer, Item, Row
from estimator.engine.comparison import Comparison
from estimator.engine.inputs import ProjectInputs
from estimator.report import plots, tables
from estimator.report.base_models import base_model_reason, other_models
from estimator.report.budget import budget_of, budget_rows, quarter_head, quarter_rows
from estimator.report.chart_source import BOTH, MONEY, QUALITY, chart_source, newest_price
from estimator.report.figures_crossing import crossing_rows
from estimator.report.first_page import first_page
from estimator.report.judged import judged_data
from estimator.report.plan_tables import worth_lines
from estimator.report.points import locators, published_points
from estimator.report.text import recommended, row_name, story, versions_of
from estimator.report.typeset import set_pages
from estimator.report.words import driver_name, effect_usd, joined
from estimator.words.format import NONE, Style, capital, metric_name
from estimator.words.statement import said
from estimator.words.texts import phase_label, say, task_label, term

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

URL_SHOWN = 70


def pdf_bytes(
    comparison: Comparison,
    evidence: Evidence | None = None,
    style: Style | None = None,
    date: str | None = None,
    full: bool = True,
) -> bytes:
    """The report of a comparison; the same arguments give the same bytes.

    Parameters
    ----------
    comparison : Comparison
    evidence : Evidence, optional
        For the published points behind the curves.
    style : Style, optional
        Language and currency; the scenario's currency by default.
    date : str, optional
        Date printed on the report; none is printed by default.
    full : bool
        All pages; else the first one alone: the answer, the ten rows, cost against quality.
    """
    data = {**report_data(comparison, evidence, style, date), "full": full}
    data |= judged_data(comparison, evidence if full else None, style)
    return set_pages(pkgutil.get_data("estimator.report", "report.typ") or b"", data, "footer")


def report_data(
    comparison: Comparison,
    evidence: Evidence | None = None,
    style: Style | None = None,
    date: str | None = None,
) -> dict[str, Any]:
    """Everything that the template prints, as plain values; user text stays data."""
    answer = comparison.to_dict()
    finance = answer["inputs"]["finance"]
    style = style or Style("en", finance["currency"], finance["usd_rate"] or 1.0)
    lang = style.language
    row = recommended(answer)
    told = story(answer, style)
    found = tables.all_lines(answer, style)
    target = answer["inputs"]["target"]
    data: dict[str, Any] = {
        "lang": lang,
        "title": say("pdf.title", lang, name=answer["inputs"]["name"]),
        "name": answer["inputs"]["name"],
        "task": task_label(answer["inputs"]["task"], lang),
        "date": date or "",
        "grade": _grade(row, style) if row else "",
        "footer": say(
            "pdf.footer",
            lang,
            **versions_of(answer),
        ),
        "page": say("pdf.page", lang),
        **first_page(comparison, answer, style, evidence, date),
        "changes_title": say("change.title", lang),
        "changes": list(told.changes),
        "table_title": say("pdf.table", lang),
        "parts_title": say("pdf.parts", lang),
        "model_head": say("pdf.model", lang),
        "heads": [
            say("col.approach", lang),
            capital(metric_name(target["metric"], lang)),
            say("col.total", lang),
            *(
                say(f"col.{c}", lang)
                for c in ("target", "labels", "hours", "cloud", "people", "weeks", "evidence")
            ),
        ],
        "rows": [dataclasses.asdict(x) for x in found],
        "table_note": say("pdf.table_note", lang, draws=style.count(answer["draws"])),
        "evidence_note": say("pdf.evidence_note", lang),
        "model_note": _model_note(row, style) if row else "",
        "not_possible": say("infeasible", lang),
        "reasons_title": say("pdf.reasons", lang),
        "excluded": _excluded(found, lang),
        "charts": _charts(comparison, answer, evidence, style),
        **_bill(answer, row, style),
        **_closing(answer, row, style, locators(comparison, evidence) if evidence else {}),
    }
    return data


def _excluded(found: Sequence[Any], language: str) -> list[list[str]]:
    """Names of the rows that are not possible, those with the same reason together."""
    names: dict[str, list[str]] = {}
    for x in found:
        if not x.feasible:
            names.setdefault(x.reason, []).append(x.approach)
    return [[joined(rows, language), reason] for reason, rows in names.items()]


def _model_note(row: Row, style: Style) -> str:
    """Why the recommended row works with its base model, and what others would bring."""
    reason = base_model_reason(row, style)
    return ". ".join([reason, *other_models(row, style, priced=True)]) + "." if reason else ""


def _grade(row: Row, style: Style) -> str:
    grade = row["evidence"]["grade"]
    word = say(f"grade.{grade}", style.language)
    shown = word if grade in ("borrowed", "none") else f"{grade} ({word})"
    return f"{say('col.evidence', style.language)}: {shown}"


def _charts(
    comparison: Comparison, answer: Answer, evidence: Evidence | None, style: Style
) -> list[dict[str, str]]:
    from estimator.report import figures, figures_accuracy, figures_money

    points = published_points(evidence, comparison.evaluation.inputs) if evidence else None
    lang = style.language
    newest = newest_price(evidence.prices) if evidence else None
    return [
        {
            "title": say("chart.frontier", lang),
            "svg": plots.frontier(answer, style),
            "alt": figures.frontier(answer, style).alt,
            "source": chart_source(answer, BOTH, style, newest),
        },
        {
            "title": say("chart.accuracy", lang),
            "svg": plots.accuracy(answer, comparison.evaluation, points, style),
            "alt": figures_accuracy.accuracy(answer, comparison.evaluation, style=style).alt,
            "source": chart_source(answer, (QUALITY,), style),
        },
        {
            "title": say("chart.costs", lang),
            "svg": plots.costs(answer, style),
            "alt": figures_money.costs(answer, style).alt,
            "source": chart_source(answer, (MONEY,), style, newest),
        },
    ]


def _bill(answer: Answer, row: Row | None, style: Style) -> dict[str, Any]:
    lang = style.language
    empty = {"lines": [], "quarters": [], "money_charts": [], "assumed": "", "costs_title": ""}
    empty |= {"finance": [], "finance_title": ""}
    if row is None:
        return {
            **empty,
            "line_heads": [],
            "costs_note": "",
            "quarters_title": "",
            "quarter_heads": [],
        }
    numbers = source_numbers(answer)
    heads = ("phase", "item", "quantity", "unit", "price", "plan", "low_high", "basis", "source")
    share = row.get("assumed_share")
    flow = row.get("cash_flow_usd") or []
    return {
        "costs_title": say("pdf.costs", lang, choice=row_name(row, lang)),
        "line_heads": [say(f"col.{h}", lang) for h in heads],
        "lines": [*(_line(i, numbers, style) for i in row["items"]), *_totals(row, style)],
        "costs_note": say("pdf.costs_note", lang)
        + " "
        + say(
            "pdf.costs_gap",
            lang,
            **{
                name: style.money_short(usd)
                for name, usd in budget_of(row).items()
                if name != "allowance"
            },
        ),
        "assumed": "" if share is None else say("pdf.assumed", lang, share=style.percent(share)),
        "money_charts": _money_charts(answer, row, flow, style),
        "finance_title": say("pdf.finance", lang),
        "finance": [
            list(pair) for pair in (*tables.finance(row, style), *crossing_rows(answer, style))
        ],
        "quarters_title": quarter_head(answer, lang),
        "quarter_heads": [say(f"col.{h}", lang) for h in ("quarter", "plan", "cumulative")],
        "quarters": _quarters(answer, row, style) if flow else [],
    }


def _line(item: Item, numbers: dict[str, int], style: Style) -> dict[str, Any]:
    lang, usd = style.language, item["usd"]
    source = numbers.get(item["source_id"])
    cells = [
        phase_label(item["phase"], lang),
        term("item", item["item"], lang),
        style.quantity(item["quantity"]),
        term("unit", item["unit"], lang),
        style.unit_price(item["unit_price_usd"]),
        style.money(usd["base"]),
        style.between(style.money_short(usd["p10"]), style.money_short(usd["p90"])),
        say(f"basis.{item['basis']}", lang),
        f"[{source}]" if source else "",
    ]
    return {"total": False, "cells": cells, "note": " ".join(said(item, "note", style))}


def _totals(row: Row, style: Style) -> list[dict[str, Any]]:
    """Plan, allowance for surprises, expected total and the amount safe in nine of ten."""
    return [
        {"total": True, "note": "", "cells": [name, "", "", "", "", style.money(usd), "", "", ""]}
        for name, usd in budget_rows(row, style.language)
    ]


def _money_charts(
    answer: Answer, row: Row, flow: Sequence[float], style: Style
) -> list[dict[str, str]]:
    from estimator.report import figures_decision, figures_money

    lang, out = style.language, []
    if len(flow) > 1:
        out.append(
            {
                "title": say("chart.cashflow", lang),
                "svg": plots.cashflow(row, answer["inputs"]["serving"]["horizon_months"], style),
                "alt": figures_money.cashflow(answer, style=style).alt,
                "source": chart_source(answer, (MONEY,), style),
            }
        )
    drivers = answer["recommendation"].get("drivers") or []
    effects = {driver_name(d, lang): effect_usd(d) for d in drivers}
    effects = {n: e for n, e in effects.items() if e}
    names = sorted(effects, key=lambda n: -abs(effects[n]))[:10]
    if names:
        out.append(
            {
                "title": say("chart.tornado", lang),
                "svg": plots.tornado(names, effects, style),
                "alt": figures_decision.tornado(answer, style).alt,
                "source": chart_source(answer, (MONEY,), style),
            }
        )
    return out


def _quarters(answer: Answer, row: Row, style: Style) -> list[list[str]]:
    total, out = 0.0, []
    for name, usd in quarter_rows(answer, row):
        total += usd
        out.append([name, style.money(usd), style.money(total)])
    return out


def _closing(
    answer: Answer, row: Row | None, style: Style, places: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    lang = style.language
    usual = ProjectInputs.from_dict({"task": answer["inputs"]["task"]}).to_dict()
    now, before = tables.flat(answer["inputs"]), tables.flat(usual)
    stated = {k: v for k, v in now.items() if tables.show(v) != NONE or v != before.get(k)}
    name = row_name(row, lang) if row else ""
    numbers = source_numbers(answer)
    return {
        "risks_title": say("pdf.risks", lang, choice=name),
        "risks": [
            [term("risk", r["risk"], lang), " ".join(said(r, "text", style))]
            for r in (row["risks"] if row else ())
        ],
        "facts": _facts(answer, row, style),
        "path_title": say("pdf.path", lang),
        "path": [
            *said(answer["recommendation"], "decision_path", style),
            *worth_lines(answer, style),
        ],
        "inputs_title": say("pdf.inputs", lang),
        "inputs_note": say("pdf.inputs_note", lang),
        "input_heads": [say("col.field", lang), say("col.value", lang)],
        "inputs": [
            {"field": k, "value": tables.show(v, lang), "changed": v != before.get(k)}
            for k, v in stated.items()
        ],
        "unset": say("pdf.unset", lang, fields=", ".join(k for k in now if k not in stated)),
        "method_title": say("pdf.method", lang),
        "method": [say(f"pdf.method_{m}", lang) for m in _METHOD],
        "limits_title": say("pdf.limits", lang),
        "limits": say("pdf.limits_text", lang),
        "sources_title": say("pdf.sources", lang),
        "sources_note": say("pdf.sources_note", lang),
        "sources": [
            _source(s, places.get(s["source_id"], ()))
            for s in sorted(answer["sources"], key=lambda s: numbers[s["source_id"]])
        ],
        "read_at": say("pdf.read_at", lang),
        "repeat": say("pdf.repeat", lang),
    }


_METHOD = ("accuracy", "compute", "money", "decision")


def _facts(answer: Answer, row: Row | None, style: Style) -> list[str]:
    if row is None:
        return []
    lang = style.language
    out = []
    if row.get("flexibility"):
        out.append(
            say(
                "pdf.flexibility",
                lang,
                flexibility=term("level", row["flexibility"], lang),
                lock_in=term("level", row["lock_in"], lang),
            )
        )
    if row.get("data_goes_to"):
        places = ", ".join(said(row, "data_goes_to", style))
        out.append(say("pdf.data_goes", lang, places=places))
    return out


def source_numbers(answer: Answer) -> dict[str, int]:
    """Numbers of the sources: those of the recommended row's lines first, then the others."""
    row = recommended(answer)
    used = [i["source_id"] for i in row["items"]] if row else []
    known = {s["source_id"] for s in answer["sources"]}
    order = dict.fromkeys([u for u in used if u in known] + sorted(known))
    return {source_id: n for n, source_id in enumerate(order, start=1)}


def _source(source: Any, places: Sequence[str]) -> dict[str, str]:
    url = str(source.get("url") or "")
    if not url.startswith(("http://", "https://")):
        url = ""
    year = f", {source['year']}" if source.get("year") else ""
    shown = url.removeprefix("https://").removeprefix("http://")
    return {
        "text": f"{source['title']}{year}",
        "url": url,
        "shown": shown if len(shown) <= URL_SHOWN else shown[: URL_SHOWN - 1] + "…",
        "licence": str(source.get("licence") or "").replace("facts, see url", ""),
        "places": "; ".join(places),
    }
