"""Tables for people: the ten rows, the lines of a bill, the sources, the inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.engine.answer import Answer, Row
from estimator.engine.answer_decision import AsToday
from estimator.engine.answer_values import MoneySpread
from estimator.report.budget import budget_rows, expected_span, span_text, total_span
from estimator.report.text import key_of, recommended, row_name, rows_for_people
from estimator.words.format import NONE, Style
from estimator.words.statement import said
from estimator.words.texts import approach_label, say


@dataclass(frozen=True)
class Bar:
    """An interval bar on its column's common scale: 0 to 1 from left to right."""

    low: float
    middle: float
    high: float
    target: float | None = None


@dataclass(frozen=True)
class Line:
    """One row of the ten-row table, as text and as bars."""

    key: str
    approach: str
    model: str
    recommended: bool
    feasible: bool
    reason: str
    accuracy: str
    accuracy_range: str
    accuracy_bar: Bar | None
    total: str
    total_range: str
    total_bar: Bar | None
    labelling: str
    hours: str
    device: str
    cloud: str
    people: str
    running: str
    weeks: str
    reaches_target: str
    best: str
    grade: str
    grade_reason: str
    assumed: str


def lines(answer: Answer, style: Style | None = None) -> list[Line]:
    """The rows of the answer in the order of the spectrum, with one scale for each column."""
    style = style or Style()
    rows = rows_for_people(answer)
    quality = _scale([r["accuracy"] for r in rows if r["accuracy"]])
    target = answer["inputs"]["target"]["value"]
    if target is not None and any(r["accuracy"] for r in rows):
        quality = (min(quality[0], target), max(quality[1], target))
    money = _scale([total_span(r) for r in rows], from_zero=True)
    return [_line(answer, r, quality, money, style) for r in rows]


def all_lines(answer: Answer, style: Style | None = None) -> list[Line]:
    """The rows, and doing nothing last where today's cost is stated."""
    style = style or Style()
    today = answer["recommendation"].get("as_today")
    return lines(answer, style) + ([] if not today else [_today(today, style)])


def _today(today: AsToday, style: Style) -> Line:
    """Going on as today: a total, and nothing that is built."""
    blank: dict[str, Any] = dict.fromkeys(
        ("labelling", "hours", "device", "cloud", "people", "running", "weeks", "reaches_target",
         "best", "grade", "accuracy"), NONE,
    )  # fmt: skip
    blank |= dict.fromkeys(
        ("model", "reason", "accuracy_range", "total_range", "grade_reason", "assumed"), ""
    )
    monthly = style.money_about(today["usd_per_month"])
    return Line(
        key="as_today",
        approach=say("row.as_today", style.language, monthly=monthly),
        recommended=False,
        feasible=True,
        accuracy_bar=None,
        total=style.money_short(today["total_usd"]),
        total_bar=None,
        **blank,
    )


def _scale(spreads: Sequence[Mapping[str, Any]], from_zero: bool = False) -> tuple[float, float]:
    lows = [s["p10"] for s in spreads if s["p10"] is not None]
    highs = [s["p90"] for s in spreads if s["p90"] is not None]
    if not lows or not highs:
        return 0.0, 1.0
    low, high = (0.0 if from_zero else min(lows)), max(highs)
    return low, high if high > low else low + 1.0


def _bar(
    spread: Mapping[str, Any] | None, scale: tuple[float, float], target: float | None = None
) -> Bar | None:
    if not spread or any(spread[p] is None for p in ("p10", "p50", "p90")):
        return None
    low, high = scale

    def at(x: float) -> float:
        return min(1.0, max(0.0, (x - low) / (high - low)))

    marks = (at(spread["p10"]), at(spread["p50"]), at(spread["p90"]))
    return Bar(*marks, target=None if target is None else at(target))


def _row_label(row: Row, language: str) -> str:
    """The approach; an extra row that is sent found passages says so."""
    name = approach_label(row["approach"], language)
    return say("with_passages", language, row=name) if row.get("retrieval") else name


def _line(
    answer: Answer,
    row: Row,
    quality: tuple[float, float],
    money: tuple[float, float],
    style: Style,
) -> Line:
    lang = style.language
    value, total = row["accuracy"], total_span(row)
    metric = value["metric"] if value else ""
    target = answer["inputs"]["target"]
    aim = target["value"] if value and target["metric"] == metric else None
    phases = row["cost_usd"]["by_phase"]
    grade = row["evidence"]["grade"]
    return Line(
        key=key_of(row),
        approach=_row_label(row, lang),
        model=row.get("base_model") or "",
        recommended=key_of(row) == answer["recommendation"].get("approach"),
        feasible=row["feasible"],
        reason="; ".join(said(row, "reasons", style) or said(row, "accuracy_reason", style)),
        accuracy=style.metric(value["p50"], metric) if value else say("no_evidence", lang),
        accuracy_range=_range(value, lambda x: style.metric(x, metric), style),
        accuracy_bar=_bar(value, quality, aim),
        total=style.money_short(total["p50"]),
        total_range=_range(total, style.money_short, style),
        total_bar=_bar(total, money),
        labelling=_phase(phases, "labelling", style),
        hours=hours_text(row, style),
        device=row.get("accelerator") or say(f"kind.{row['device_kind']}", lang),
        cloud=_phase(phases, "compute", style),
        people=_phase(phases, "people", style),
        running=_phase(phases, "running", style),
        weeks=style.number(row["calendar_weeks"]["p50"]),
        reaches_target=style.percent(row.get("target_probability")),
        best=style.percent(row.get("best_probability")),
        grade=grade if len(grade) == 1 else say(f"grade.{grade}", lang),
        grade_reason=" ".join(said(row["evidence"], "reason", style)),
        assumed=style.percent(row.get("assumed_share")),
    )


def _phase(phases: Mapping[str, MoneySpread], name: str, style: Style) -> str:
    usd = phases[name]["base"]
    return style.money_part(usd) if usd else NONE


def hours_text(row: Row, style: Style) -> str:
    """Device-hours with the kind of device; a dash where nothing is computed by the project."""
    hours = row["device_hours"]["p50"]
    if not hours:
        return say(f"kind.{row['device_kind']}", style.language)
    return f"{style.hours(hours)} {say('kind.' + row['device_kind'], style.language)}"


def _range(spread: Mapping[str, Any] | None, write: Any, style: Style) -> str:
    return style.between(write(spread["p10"]), write(spread["p90"])) if spread else ""


def finance(row: Row, style: Style | None = None) -> list[tuple[str, str]]:
    """Figures a finance officer asks for, name and value; what does not apply is left out."""
    style = style or Style()
    cost, extras = row["cost_usd"], row.get("extras") or {}

    def expected(of: MoneySpread) -> str:
        return span_text(expected_span(of), style)

    def money(name: str) -> str:
        return style.money_about(extras.get(name)) if extras.get(name) else ""

    months = extras.get("payback_months")
    values = {
        "one_off": expected(cost["one_off"]),
        "monthly": expected(cost["monthly"]),
        "total": span_text(total_span(row), style),
        "npv": expected(cost["npv"]),
        "safe_8": money("budget_safe_8_of_10_usd"),
        "per_1000": style.unit_price(extras["usd_per_1000_predictions"])
        if extras.get("usd_per_1000_predictions")
        else "",
        "per_point": money("usd_per_point"),
        "second_task": money("second_task_usd"),
        "second_iteration": money("second_iteration_usd"),
        "delay": money("delay_cost_usd_per_week"),
        "irr": style.percent(extras["irr"]) if extras.get("irr") is not None else "",
        "payback": style.months(months) if months else "",
        "spent": money("spent_usd"),
    }
    budget = [(name, style.money_about(usd)) for name, usd in budget_rows(row, style.language)]
    return budget + [(say(f"finance.{k}", style.language), v) for k, v in values.items() if v]


def sources(answer: Answer, style: Style | None = None) -> pd.DataFrame:
    """Title, year, address and licence of every source of the answer."""
    lang = (style or Style()).language
    heads = {name: say(f"col.{name}", lang) for name in ("title", "year", "url", "licence")}
    data = [
        {say("col.source", lang): s["source_id"], **{h: s.get(n) for n, h in heads.items()}}
        for s in answer["sources"]
    ]
    return pd.DataFrame(data, columns=[say("col.source", lang), *heads.values()])


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """A nested scenario as dotted paths: ``{"target.value": 0.9}``; lists stay as they are."""
    if isinstance(value, Mapping) and value:
        out: dict[str, Any] = {}
        for key, item in value.items():
            out |= flat(item, f"{path}.{key}" if path else str(key))
        return out
    return {path: value}


def inputs(answer: Answer, defaults: Mapping[str, Any], style: Style | None = None) -> pd.DataFrame:
    """Every input with its value and default; what differs is marked.

    Parameters
    ----------
    answer : mapping
        JSON of the comparison.
    defaults : mapping
        ``to_dict()`` of a scenario of the same task with nothing set.
    """
    lang = (style or Style()).language
    now, usual = flat(answer["inputs"]), flat(defaults)
    data = [
        {
            say("col.field", lang): path,
            say("col.value", lang): show(value, lang),
            say("col.default", lang): show(usual.get(path), lang),
            say("col.changed", lang): value != usual.get(path),
        }
        for path, value in now.items()
    ]
    return pd.DataFrame(data)


def show(value: Any, language: str = "en") -> str:
    """A scenario value as text."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return say("word.yes" if value else "word.no", language)
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {show(v, language)}" for k, v in value.items()) or NONE
    if isinstance(value, list | tuple):
        return ", ".join(show(v, language) for v in value) or NONE
    return str(value)


def differences(
    answers: Sequence[Answer], names: Sequence[str], style: Style | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scenarios side by side: the inputs that differ, and the outputs of each.

    Returns
    -------
    tuple of DataFrame
        Inputs (one row a field, one column a scenario) and outputs (one row a figure).
    """
    style = style or Style()
    lang = style.language
    tables = [flat(a["inputs"]) for a in answers]
    fields = [f for f in dict.fromkeys(k for t in tables for k in t) if f not in ("name", "schema")]
    differ = [f for f in fields if len({repr(t.get(f)) for t in tables}) > 1]
    head = say("col.field", lang)
    changed = pd.DataFrame(
        [
            {head: f, **{n: show(t.get(f), lang) for n, t in zip(names, tables, strict=True)}}
            for f in differ
        ],
        columns=[head, *names],
    )
    columns = [_outputs(a, style) for a in answers]
    outputs = pd.DataFrame(
        [{head: k, **{n: c[k] for n, c in zip(names, columns, strict=True)}} for k in columns[0]],
        columns=[head, *names],
    )
    return changed, outputs


def _outputs(answer: Answer, style: Style) -> dict[str, str]:
    row = recommended(answer)
    heads = [say(f"col.{n}", style.language) for n in ("approach", "accuracy", "target", "total")]
    heads += [say(f"col.{n}", style.language) for n in ("labels", "cloud", "people", "weeks")]
    if row is None:
        return dict.fromkeys(heads, NONE)
    line = next((x for x in lines(answer, style) if x.key == key_of(row)), None)
    if line is None:
        return dict.fromkeys(heads, NONE)
    values = (
        row_name(row, style.language),
        f"{line.accuracy} ({line.accuracy_range})" if line.accuracy_range else line.accuracy,
        line.reaches_target,
        f"{line.total} ({line.total_range})",
        line.labelling,
        line.cloud,
        line.people,
        line.weeks,
    )
    return dict(zip(heads, values, strict=True))
