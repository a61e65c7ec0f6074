"""The ten rows as one table with interval bars inside; a row is a door to its detail."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager

from estimator.engine.answer import Answer, Row
from estimator.report.budget import total_span
from estimator.report.text import horizon_text, key_of, left_out, rows_for_people
from estimator.ui.components import e, tip
from estimator.ui.style import ROWS
from estimator.ui.words import language, w
from estimator.words.format import Style, capital, metric_means, metric_name
from estimator.words.statement import said
from estimator.words.texts import approach_label, say

NAME = "estimator_rows"
_MOUNTS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.root');
  const active = root.getRootNode().activeElement;
  const focused = active && active.dataset ? active.dataset.key : null;
  root.innerHTML = data.html;
  for (const button of root.querySelectorAll('button')) {
    button.onclick = () => setTriggerValue('row', button.dataset.key);
    if (focused && button.dataset.key === focused) button.focus();
  }
}
"""
FEW = ("weeks", "reaches")
MORE = ("labels", "hours", "cloud", "people", "weeks", "reaches")
"""Columns behind the bars: those of the first look, and all of them."""

WIDTHS = {
    "labels": "7.5%",
    "hours": "9.5%",
    "cloud": "7%",
    "people": "7%",
    "weeks": "6%",
    "reaches": "7%",
}
Scale = Callable[[float], float]


def rows_table(answer: Answer, style: Style, opened: str | None, more: bool = True) -> str | None:
    """Draw the table; returns the key of the row that was clicked in this run."""
    result = _component()(
        data={"html": table_html(answer, style, opened, more)},
        key="rows",
        on_row_change=lambda: None,
    )
    clicked: str | None = result.row
    if note := left_out(answer, style.language):
        st.caption(note)
    return clicked


def _component() -> Any:
    """The mounting command, registered once per server (tests start several)."""
    manager = get_bidi_component_manager()
    if manager not in _MOUNTS:
        _MOUNTS[manager] = st.components.v2.component(
            NAME, html="<div class='root'></div>", css=ROWS, js=JS
        )
    return _MOUNTS[manager]


def table_html(answer: Answer, style: Style, opened: str | None = None, more: bool = True) -> str:
    """The table as HTML; every text is escaped. ``more`` adds phases of the money and hours."""
    rows = rows_for_people(answer)
    lang = style.language
    metric = str(answer["inputs"]["target"]["metric"])
    target = answer["inputs"]["target"]["value"]
    quality = _linear([r["accuracy"] for r in rows if r["accuracy"]], target)
    money = _logarithmic([total_span(r) for r in rows])
    shown = MORE if more else FEW
    means = [text for text in (metric_means(metric, lang),) if text]
    alone = tip(w("rows.reaches"), [w("rows.reaches_means")])
    columns = (
        (w("rows.approach"), "26%" if more else "33%", ""),
        (
            capital(metric_name(metric, lang)),
            "17.5%" if more else "24%",
            tip(capital(metric_name(metric, lang)), means)
            + (_ends(quality, metric, style) if any(r["accuracy"] for r in rows) else ""),
        ),
        (
            w("rows.total", horizon=horizon_text(answer, lang)),
            "18.5%" if more else "25%",
            _money_ends(money, style),
        ),
        *((_head(name, lang), WIDTHS[name] if more else "9%", "num") for name in shown),
    )
    widths = "".join(f'<col style="width:{width}">' for _, width, _ in columns)
    head = "".join(
        f'<th scope="col" role="columnheader" class="num">{e(name)}'
        f"{alone if name == w('rows.reaches') else ''}</th>"
        if extra == "num"
        else f'<th scope="col" role="columnheader">{e(name)}{extra}</th>'
        for name, _, extra in columns
    )
    names = [name for name, _, _ in columns]
    body = _as_today(answer, style, money, names)
    for row in rows:
        body += _row(answer, row, style, (quality, money), names, opened, shown)
    return (
        f'<table role="table"><caption>{e(w("rows.caption"))}</caption>'
        f"<colgroup>{widths}</colgroup>"
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _row(
    answer: Answer,
    row: Row,
    style: Style,
    scales: tuple[Mapping[str, Any], Mapping[str, Any]],
    names: Sequence[str],
    opened: str | None,
    shown: Sequence[str],
) -> str:
    key = key_of(row)
    chosen = key == answer["recommendation"].get("approach")
    lang = language()
    label, model = approach_label(row["approach"], lang), row.get("base_model") or ""
    if row.get("retrieval"):
        label = say("with_passages", lang, row=label)
    if "#" in key and row.get("n_labelled_to_buy") is not None:
        model = say("with_labels", lang, row=model, n=style.count(row["n_labelled_to_buy"]))
    reasons = "; ".join(said(row, "reasons", style))
    mark = f'<span class="tick" aria-hidden="true">{e(w("rows.mark"))}</span>' if chosen else ""
    spoken = (f", {w('rows.chosen')}" if chosen else "") + f", {w('rows.open')}"
    # Without evidence the next cell says so; the name's place is the model's.
    out = not row["feasible"] and row["reasons"] != [row.get("accuracy_reason")]
    tail = (
        f'<span class="why">{e(w("rows.why", reason=reasons))}</span>'
        if out
        else f' <span class="model">{e(model)}</span>'
    )
    first = (
        f'<td role="cell"><button data-key="{e(key)}" aria-expanded="{str(key == opened).lower()}" '
        f'title="{e(f"{label} {model}. {reasons}".strip())}">{mark}'
        f'<span class="name">{e(label)}</span>{tail}<span class="sr">{e(spoken)}</span>'
        f"</button></td>"
    )
    value = row["accuracy"]
    target = answer["inputs"]["target"]["value"]
    if value:
        text = style.metric(value["p50"], value["metric"])
        bar = _bar(value, scales[0], target)
        low, high = (style.metric(x, value["metric"]) for x in (value["p10"], value["p90"]))
        good = _cell(text, bar, f"{low} – {high}", names[1])
    else:
        why = row.get("accuracy_reason") or ""
        good = f'<td role="cell" class="why" title="{e(why)}">{e(w("rows.no_evidence"))}</td>'
    total = total_span(row)
    money = _cell(
        style.money_short(total["p50"]),
        _bar(total, scales[1], answer["inputs"]["limits"]["budget_usd"]),
        f"{style.money_short(total['p10'])} – {style.money_short(total['p90'])}",
        names[2],
        64,
    )
    phases = row["cost_usd"]["by_phase"]
    kind, hours = say(f"kind.{row['device_kind']}", lang), row["device_hours"]["p50"]
    chance = row["target_probability"]
    cells = {
        "labels": e(style.money_part(phases["labelling"]["base"])),
        "hours": _hours(style.hours(hours), kind) if hours else e(kind),
        "cloud": e(style.money_part(phases["compute"]["base"])),
        "people": e(style.money_part(phases["people"]["base"])),
        "weeks": e(style.weeks(row["calendar_weeks"]["p50"])),
        "reaches": e(style.percent(chance)) if chance is not None else "–",
    }
    rest = "".join(
        f'<td role="cell" class="num" data-label="{e(name)}">{cells[column]}</td>'
        for name, column in zip(names[3:], shown, strict=True)
    )
    classes = " ".join(c for c, on in (("chosen", chosen), ("out", not row["feasible"])) if on)
    return f'<tr role="row" class="{classes}">{first}{good}{money}{rest}</tr>'


def _head(column: str, lang: str) -> str:
    return w(f"rows.{column}") if column in ("hours", "reaches") else say(f"col.{column}", lang)


def _hours(text: str, kind: str) -> str:
    return f"<span>{e(text)} <span class='kind'>{e(kind)}</span></span>"


def _cell(text: str, bar: str, spread: str, name: str, label: int = 46) -> str:
    return (
        f'<td role="cell" title="{e(spread)}"><div class="cell" data-label="{e(name)}" '
        f'style="--label:{label}px"><span class="val">{e(text)}</span>'
        f'<span class="track" role="img" aria-label="{e(spread)}">{bar}</span></div></td>'
    )


def _bar(value: Mapping[str, Any], scale: Mapping[str, Any], limit: float | None) -> str:
    at: Scale = scale["at"]
    low, mid, high = (at(value[p]) for p in ("p10", "p50", "p90"))
    line = ""
    if limit is not None and scale["low"] <= limit <= scale["high"]:
        line = f'<span class="target" style="left:{at(limit):.2f}%"></span>'
    return (
        f'<span class="band" style="left:{low:.2f}%;width:{max(high - low, 0.8):.2f}%"></span>'
        f'<span class="mid" style="left:{mid:.2f}%"></span>{line}'
    )


def _linear(values: Sequence[Mapping[str, Any]], target: float | None) -> dict[str, Any]:
    ends = [v[p] for v in values for p in ("p10", "p90")] + ([target] if target else [])
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    span = (high - low) or 1.0
    return {"low": low, "high": high, "at": lambda x: 100.0 * (x - low) / span}


def _logarithmic(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ends = [max(v[p], 1.0) for v in values for p in ("p10", "p90")] or [1.0, 10.0]
    low, high = min(ends), max(ends)
    span = math.log(high / low) or 1.0
    return {
        "low": low,
        "high": high,
        "at": lambda x: 100.0 * min(1.0, max(0.0, math.log(max(x, 1e-9) / low) / span)),
    }


def _ends(scale: Mapping[str, Any], metric: str, style: Style) -> str:
    low, high = style.metric(scale["low"], metric), style.metric(scale["high"], metric)
    return f'<span class="scale"><span>{e(low)}</span><span>{e(high)}</span></span>'


def _money_ends(scale: Mapping[str, Any], style: Style) -> str:
    low, high = style.money_short(scale["low"]), style.money_short(scale["high"])
    middle = w("rows.log")
    return (
        f'<span class="scale money" style="--label:64px"><span>{e(low)}</span>'
        f"<span>{e(middle)}</span><span>{e(high)}</span></span>"
    )


def _as_today(answer: Answer, style: Style, scale: Mapping[str, Any], names: Sequence[str]) -> str:
    monthly = answer["inputs"]["value"]["today_usd_per_month"]
    if not monthly:
        return ""
    total = monthly * answer["inputs"]["serving"]["horizon_months"]
    inside = scale["low"] <= total <= scale["high"]
    mark = f'<span class="mid" style="left:{scale["at"](total):.2f}%"></span>' if inside else ""
    money = _cell(style.money_short(total), mark, style.money_about(total), names[2], 64)
    text = say("row.as_today", style.language, monthly=style.money_about(monthly))
    rest = '<td role="cell" class="num">–</td>' * (len(names) - 3)
    return (
        f'<tr role="row" class="today"><td role="cell" title="{e(text)}">{e(text)}</td>'
        f'<td role="cell">–</td>{money}{rest}</tr>'
    )
