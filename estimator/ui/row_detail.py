"""What stands behind one row: figures, lines with formula and source, recipe, risks, overrides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from estimator.engine.answer import Answer, Item, LabelsForTarget, Row, Source
from estimator.engine.distributions import Z90
from estimator.report.base_models import base_model_reason, other_models
from estimator.report.budget import budget_rows, expected_span, span_text, total_span
from estimator.report.text import row_name
from estimator.ui import cached, state
from estimator.ui.components import e, facts, heading, html_table, source_link, sources_by_id
from estimator.ui.inputs_special import assumption_box
from estimator.ui.machines_view import machines_table
from estimator.ui.training_files import training_buttons
from estimator.ui.words import language, w
from estimator.units import GIB_PER_GB
from estimator.vocabulary import TASK_MODALITY, Approach
from estimator.words.format import NONE, Style, capital, metric_name
from estimator.words.statement import said
from estimator.words.texts import judgement, phase_label, say, term


def detail(answer: Answer, row: Row, style: Style) -> None:
    """Everything behind a row, drawn when its door is opened."""
    heading(row_name(row, language()))
    if row["reasons"]:
        st.html(f'<p class="es es-note">{e("; ".join(said(row, "reasons", style)))}</p>')
    st.html(facts(figures_of(row, style)))
    hint = narrower_hours(answer, row, style)
    if hint:
        st.html(f'<p class="es es-note">{e(hint)}</p>')
    st.html(_evidence(answer, row, style))
    st.html(_base_model(row, style))
    heading(w("detail.lines"), 3)
    st.html(lines_table(answer, row, style))
    st.html(f'<p class="es es-say">{e(w("detail.lines_note"))}</p>')
    heading(w("detail.recipe"), 3)
    st.html(_recipe(row, style))
    training_buttons(row, "detail")
    table = machines_table(row, style)
    if table:
        st.html(table)
    if row.get("risks"):
        heading(w("detail.risks"), 3)
        items = "".join(
            f"<li><b>{e(term('risk', r['risk'], language()))}</b> "
            f"({e(term('level', r['severity'], language()))}): "
            f"{e(' '.join(said(r, 'text', style)))}</li>"
            for r in row["risks"]
        )
        st.html(f'<ul class="es es-steps">{items}</ul>')
    _overrides(row)


def labels_text(needed: float | None, style: Style) -> str:
    """A needed number of labels; in words above the most that anybody would buy."""
    limit = cached.judged(state.current()).value("decision.labels_limit")
    return style.count(needed) if needed is None or needed <= limit else w("detail.too_many")


def _labels_range(labels: LabelsForTarget | None, style: Style) -> str:
    middle, safe = (labels["p50"], labels["p90"]) if labels else (None, None)
    if safe is None:
        return labels_text(middle, style)
    return f"{labels_text(middle, style)} ({w('detail.safe')} {labels_text(safe, style)})"


def figures_of(row: Row, style: Style) -> list[tuple[str, str]]:
    """The named figures of a row, each with its interval."""
    value, labels = row["accuracy"], row["labels_for_target"]
    cost = row["cost_usd"]
    pairs = [
        *((name, style.money_about(usd)) for name, usd in budget_rows(row, language())),
        (w("detail.total"), span_text(total_span(row), style)),
        (w("detail.one_off"), span_text(expected_span(cost["one_off"]), style)),
        (w("detail.monthly"), span_text(expected_span(cost["monthly"]), style)),
        (w("detail.npv"), span_text(expected_span(cost["npv"]), style)),
        (w("detail.target"), style.chances(row["target_probability"])),
        (w("detail.best"), style.chances(row.get("best_probability"))),
        (w("detail.labels"), _labels_range(labels, style)),
        (w("detail.hours"), _range(row["device_hours"], style.hours)),
        *_hours_made_of(row, style),
        (w("detail.wallclock"), _range(row["wallclock_hours"], style.hours)),
        (w("detail.devices"), _devices(row, style)),
        (w("detail.weeks"), _range(row["calendar_weeks"], style.weeks)),
        (w("detail.energy"), _range(row["energy_kwh"], lambda x: style.about(x, 2))),
        (w("detail.co2"), _range(row["co2_kg"], lambda x: style.about(x, 2))),
        (
            w("detail.data"),
            ", ".join(said(row, "data_goes_to", style)) or w("detail.nowhere"),
        ),
        (w("detail.flexibility"), term("level", row.get("flexibility") or "–", language())),
        (w("detail.lock_in"), term("level", row.get("lock_in") or "–", language())),
        (w("detail.assumed"), style.percent(row.get("assumed_share"))),
    ]
    if value:
        text = _range(value, lambda x: style.metric(x, value["metric"]))
        pairs.insert(0, (capital(metric_name(value["metric"], language())), text))
    return pairs


def _hours_made_of(row: Row, style: Style) -> list[tuple[str, str]]:
    part = {p["name"]: p["value"] or 0.0 for p in row["hours_parts"]}
    if not part:
        return []
    if "utilisation" not in part:
        text = w(
            "detail.hours_cpu", compute=style.hours(part["compute_one_run"]),
            start=style.hours(part["start_up"]), runs=style.count(part["runs"]),
        )  # fmt: skip
        return [(w("detail.hours_how"), text)]
    text = w(
        "detail.hours_text", compute=style.hours(part["compute_one_run"]),
        start=style.hours(part["start_up"]), runs=style.count(part["runs"]),
        once=w("detail.hours_once", hours=style.hours(part["once"])) if part["once"] else "",
        use=style.percent(part["utilisation"]),
        again=style.percent(part["repeats"] * part["interruptions"] - 1.0),
    )  # fmt: skip
    own = part.get("own_projects")
    more = [] if own is None else [(w("detail.hours_own"), f"× {style.number(own, 2)}")]
    return [(w("detail.hours_how"), text), *more]


def narrower_hours(answer: Answer, row: Row, style: Style) -> str:
    """What would narrow the hours of adapters of text models; empty where nothing is known to."""
    inputs, hours = answer["inputs"], row["device_hours"]
    text = TASK_MODALITY.get(inputs["task"]) == "text" and row["approach"] == Approach.LORA
    spread = cached.evidence().fits["utilisation"]["project_sd"].get("text_lora")
    stated = inputs["training"]["micro_batch"] is not None or inputs["own_runs"]
    if not text or stated or spread is None or not (hours or {}).get("p10"):
        return ""
    then, now = math.exp(2 * Z90 * spread), hours["p90"] / hours["p10"]
    if then > 0.7 * now:
        return ""
    return w("detail.hours_narrow", now=style.about(now, 2), then=style.about(then, 2))


def _range(value: Mapping[str, Any], show: Any) -> str:
    if not value["p90"]:
        return NONE
    return f"{show(value['p50'])} ({show(value['p10'])} – {show(value['p90'])})"


def _devices(row: Row, style: Style) -> str:
    memory = row["peak_memory_gb"]
    if not row["accelerator"]:
        kind = say(f"kind.{row['device_kind']}", language())
        held = [w("detail.main_memory", gb=style.about(memory))] if memory else []
        return ", ".join([kind, *held])
    text = f"{row['n_devices']} x {row['accelerator']}"
    if row["min_devices"] and row["min_devices"] > 1:
        text += f" ({w('detail.at_least', n=row['min_devices'])})"
    if not memory:
        return text
    gib = style.about(memory * GIB_PER_GB)
    return f"{text}, {w('detail.memory', gb=style.about(memory), gib=gib)}"


def _evidence(answer: Answer, row: Row, style: Style) -> str:
    proof = row["evidence"]
    known = sources_by_id(answer)
    grade = say(f"grade.{proof['grade']}", language())
    head = w("detail.evidence", grade=grade)
    links = "".join(f"<li>{source_link(known.get(s), s)}</li>" for s in proof["source_ids"][:30])
    reason = " ".join(said(row, "accuracy_reason", style) or said(proof, "reason", style))
    reason += ". " + " ".join(said(proof, "checked", style)) if proof.get("checked") else ""
    return (
        f'<div class="es"><p class="es-say"><b>{e(head)}</b> {e(reason)}</p>'
        f"<details><summary>{e(w('detail.sources', n=len(proof['source_ids'])))}</summary>"
        f'<ul class="es-steps">{links}</ul></details></div>'
    )


def _base_model(row: Row, style: Style) -> str:
    reason, others = base_model_reason(row, style), other_models(row, style)
    if not reason:
        return ""
    listed = "".join(f"<li>{e(other)}</li>" for other in others)
    more = f"<details><summary>{e(w('detail.other_models'))}</summary>" if listed else ""
    more += f'<ul class="es-steps">{listed}</ul></details>' if listed else ""
    return f'<div class="es"><p class="es-say">{e(reason)}.</p>{more}</div>'


def lines_table(answer: Answer, row: Row, style: Style) -> str:
    """The bill line by line: quantity x unit price, interval, basis and source."""
    known, lang = sources_by_id(answer), language()
    header = [say(f"col.{c}", lang) for c in ("item", "quantity", "price", "plan")]
    header += [w("detail.interval"), say("col.basis", lang), say("col.source", lang)]
    rows, phase = [], None
    for item in sorted(row["items"], key=lambda i: PHASES.index(i["phase"])):
        if item["phase"] != phase:
            phase = item["phase"]
            cost = row["cost_usd"]["by_phase"][phase]
            name = f"<b>{e(phase_label(phase, lang))}</b>"
            rows.append(
                [
                    name,
                    "",
                    "",
                    f"<b>{e(style.money(cost['base']))}</b>",
                    e(_ends(cost, style)),
                    "",
                    "",
                ]
            )
        basis = item["basis"]
        tag = f'<span class="es-tag {e(basis)}">{e(say(f"basis.{basis}", lang))}</span>'
        why = " ".join(said(item, "note", style))
        note = f"<br><small>{e(why)}</small>" if why else ""
        rows.append(
            [
                e(term("item", item["item"], lang)) + note,
                f"{e(style.quantity(item['quantity']))} {e(term('unit', item['unit'], lang))}",
                e(style.unit_price(item["unit_price_usd"])),
                e(style.money(item["usd"]["base"])),
                e(_ends(item["usd"], style)),
                tag,
                _line_source(item, known),
            ]
        )
    rows += [
        [f"<b>{e(name)}</b>", "", "", f"<b>{e(style.money(usd))}</b>", "", "", ""]
        for name, usd in budget_rows(row, lang)
    ]
    return html_table(header, rows, (1, 2, 3, 4), w("detail.lines"))


PHASES = ("labelling", "compute", "people", "running", "other")


def _ends(value: Mapping[str, Any], style: Style) -> str:
    return f"{style.money_short(value['p10'])} – {style.money_short(value['p90'])}"


def _line_source(item: Item, known: Mapping[str, Source]) -> str:
    """Every part of a line: its source, or the reason and range of the judgement."""
    judged, lang = cached.judged(state.current()), language()
    shown = []
    for part in item["parts"]:
        name = part["assumption_id"]
        if name and part["basis"] != "published":
            row = judged.rows[name]
            reason, unit = judgement(name, row.reason, lang), term("unit", row.unit, lang)
            text = f"{reason} ({row.p10:g} – {row.p50:g} – {row.p90:g} {unit})"
            shown.append(f"<details><summary>{e(name)}</summary>{e(text)}</details>")
        elif part["source_id"] in known:
            shown.append(source_link(known[part["source_id"]], part["source_id"]))
    return "<br>".join(dict.fromkeys(shown))


def _recipe(row: Row, style: Style) -> str:
    def shown(name: str, value: Any) -> str:
        if isinstance(value, str):
            return " ".join(said(row["recipe"], name, style))
        return style.about(value) if isinstance(value, float) else str(value)

    pairs = [
        (term("recipe", k, language()), shown(k, v))
        for k, v in row["recipe"].items()
        if v is not None and not k.endswith("_statements")
    ]
    if row["usd_per_device_hour"]:
        pairs.append((w("detail.device_hour"), style.unit_price(row["usd_per_device_hour"])))
    body = facts(pairs)
    work = row.get("work") or ()
    if work:
        header = [
            w("detail.work"),
            w("detail.units"),
            w("detail.flop"),
            w("detail.passes"),
            w("detail.formula"),
        ]
        cells = [
            [
                e(term("work", x["name"], language())),
                f"{e(style.about(x['units']))} {e(term('unit', x['unit'], language()))}",
                e(style.short(x["flop_per_unit"])),
                e(style.about(x["passes"])),
                e(" ".join(said(x, "formula", style))),
            ]
            for x in work
        ]
        body += html_table(header, cells, (1, 2, 3), w("detail.work"))
    return body


def _overrides(row: Row) -> None:
    """Judgements behind the row's lines, each with a box to type another value."""
    known = cached.evidence().assumptions
    used = [name for item in row["items"] for name in item["assumption_ids"]]
    used = list(dict.fromkeys([*used, *(n for n in state.current().assumptions if n in known)]))
    if not used:
        return
    heading(w("detail.override"), 3)
    with st.container(horizontal=True, gap="small"):
        for name in used:
            with st.container(width=260):
                assumption_box(name, state.current(), prefix="row")
