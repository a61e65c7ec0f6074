"""The decision register on the page: decide, results at gates, outcome, how right we were."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from estimator.engine.assumptions import Assumptions
from estimator.errors import EstimatorError
from estimator.metrics import is_fraction, is_hundred
from estimator.report.text import row_name
from estimator.ui import cached, errors, own_projects, remembered, state, team
from estimator.ui.components import bullets, e, heading, html_table, number_style
from estimator.ui.words import language, w
from estimator.words.format import Style, metric_name
from estimator.words.texts import say

if TYPE_CHECKING:
    from estimator.store.entries import Decision
    from estimator.store.right import Score

ACTUAL = ("usd", "weeks", "effort", "labels", "hours", "accuracy")
UPLOAD_LIMIT = 20_000_000


def decide() -> None:
    """Decisions on the open project: take one, enter results at gates and the outcome."""
    from estimator.store import entries

    kind, text = remembered.said()
    if text:
        (errors.message if kind == "error" else errors.note)(text)
    here = remembered.project()
    if here is None:
        errors.note(w("register.none_open"))
        return
    database, actor = remembered.both()
    answer = cached.answer(state.current())
    names = {r["key"]: row_name(r, language()) for r in answer["approaches"]}
    chosen = answer["recommendation"].get("approach")
    st.html(f'<p class="es es-say">{e(w("register.decide_help", n=here[1]))}</p>')
    with st.form("register:decide", border=False, clear_on_submit=True):
        keys = list(names)
        key = st.selectbox(
            w("register.row"), keys, keys.index(chosen) if chosen in names else 0,
            format_func=lambda k: names.get(k, k), key=f"register:row:{language()}",
        )  # fmt: skip
        note = st.text_input(w("register.note"), key="register:note")
        if st.form_submit_button(w("register.decide"), type="primary"):
            remembered.tried(lambda: _decided(key, note))
            st.rerun()
    for decision in entries.decisions(database, actor, here[0])[::-1]:
        _one(decision)


def _decided(key: str, note: str) -> str:
    from estimator.store import entries, scenarios
    from estimator.store.forecast import forecast_of

    database, actor = remembered.both()
    here = remembered.project() or ("", 0)
    kept = scenarios.opened(database, actor, *here, trace=False)
    if kept.shown is None:
        raise EstimatorError(w("then.no_figures"))
    forecast = forecast_of(kept.shown, key)
    entries.decide(database, actor, here[0], here[1], forecast["approach"], forecast, note)
    return w("register.decided")


def _one(decision: Decision) -> None:
    """One decision: its forecast, its gates, its outcome."""
    from estimator.store import entries, register

    database, actor = remembered.both()
    style, outcome = number_style(), register.outcomes(database).get(decision.id)
    who = f", {decision.who}" if decision.who else ""
    heading(w("register.one", date=Style(language()).date(decision.at[:10]), who=who), 3)
    if decision.note:
        st.html(f'<p class="es es-say">{e(decision.note)}</p>')
    metric = str(decision.forecast.get("metric", ""))
    actual = outcome.actual if outcome else {}
    rows = [
        [e(_title(name)), *_cells(name, three, actual.get(name), style, metric)]
        for name, three in _in_order(decision.forecast.get("quantities") or {})
    ]
    header = [w(f"register.{h}") for h in ("quantity", "p10", "p50", "p90", "actual", "inside")]
    st.html(html_table(header, rows, (1, 2, 3, 4), w("register.forecast")))
    seen = [r for r in entries.results(database, actor, decision.scenario_id) if r.kind == "gate"]
    for r in seen:
        reached = _amount("accuracy", r.body.get("value"), style, metric)
        told = w("register.gate_seen", gate=r.body.get("gate", ""), at=r.at[:10], value=reached)
        bullets([told])
    if outcome:
        errors.note(w(f"register.state_{outcome.state}"))
    with st.popover(w("register.gate_enter")), st.form(f"register:gate:{decision.id}"):
        gate = st.text_input(w("register.gate"), key=f"gate:name:{decision.id}")
        value = st.number_input(
            w("register.accuracy"), value=None, key=f"gate:value:{decision.id}", format="%.4f"
        )
        if st.form_submit_button(w("register.enter")):
            body = {"gate": gate[:100], "value": value, "metric": metric}
            remembered.tried(lambda: _gate(decision, body))
            st.rerun()
    with st.popover(w("register.close")), st.form(f"register:outcome:{decision.id}"):
        result = st.segmented_control(
            w("register.state"), ("live", "stopped"), default="live", required=True,
            format_func=lambda s: w(f"register.{s}"), key=f"outcome:state:{decision.id}",
        )  # fmt: skip
        given = {
            name: st.number_input(
                w(f"register.{name}"), value=None, min_value=None if name == "accuracy" else 0.0,
                key=f"outcome:{name}:{decision.id}", format="%.4f" if name == "accuracy" else "%g",
            )
            for name in ACTUAL
        }  # fmt: skip
        note = st.text_input(w("register.note"), key=f"outcome:note:{decision.id}")
        if st.form_submit_button(w("register.enter"), type="primary"):
            remembered.tried(lambda: _closed(decision, str(result), given, note))
            st.rerun()


def _in_order(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, found[name]) for name in ACTUAL if name in found]


def _title(name: str) -> str:
    return w(
        {"usd": "register.cost", "accuracy": "register.quality_head"}.get(name, f"register.{name}")
    )


def _gate(decision: Decision, body: Mapping[str, Any]) -> str:
    from estimator.store import entries

    database, actor = remembered.both()
    entries.enter(database, actor, decision.scenario_id, "gate", body)
    return w("register.gate_kept")


def _closed(decision: Decision, result: str, given: Mapping[str, Any], note: str) -> str:
    from estimator.store import register

    database, actor = remembered.both()
    register.close(database, actor, decision.id, result, given, note)
    team.forget()
    return w("register.closed")


def _cells(
    name: str, three: Mapping[str, Any], actual: float | None, style: Style, metric: str
) -> list[str]:
    from estimator.store.right import is_inside

    cells = [_amount(name, three.get(p), style, metric) for p in ("p10", "p50", "p90")]
    within = None if actual is None else is_inside(three, actual)
    inside = "–" if within is None else w("register.yes" if within else "register.no")
    return [*map(e, cells), e(_amount(name, actual, style, metric)), e(inside)]


def _amount(name: str, value: float | None, style: Style, metric: str) -> str:
    if value is None:
        return "–"
    if name == "usd":
        return style.money_about(value)
    if name == "accuracy":
        return style.metric(value, metric)
    return style.about(value)


def how_right() -> None:
    """How right we were, over the firm's own projects."""
    from estimator.store import register

    kind, text = remembered.said()
    if text:
        (errors.message if kind == "error" else errors.note)(text)
    database, _ = remembered.both()
    found = register.rows(database)
    if not found:
        errors.note(w("register.empty"))
    else:
        _scores(found)
        _factors(found)
    st.download_button(
        w("register.export"), data="".join(json.dumps(r, sort_keys=True) + "\n" for r in found),
        file_name="projects.jsonl", mime="application/jsonl", key="register:export",
        on_click="ignore", disabled=not found, help=w("register.export_help"),
    )  # fmt: skip
    with st.popover(w("register.merge")):
        file = st.file_uploader(w("register.merge_file"), ("jsonl", "json"), key="register:file")
        if st.button(w("register.enter"), key="register:take") and file is not None:
            raw = file.getvalue()[:UPLOAD_LIMIT].decode("utf-8-sig", "replace")
            remembered.tried(lambda: _merged(raw))
            st.rerun()


def _merged(text: str) -> str:
    from estimator.store import register

    database, actor = remembered.both()
    new, known = register.merge(database, actor, text)
    team.forget()
    return w("register.merged", new=new, known=known)


def _scores(found: Sequence[Mapping[str, Any]]) -> None:
    from estimator.store import right

    style = number_style()
    live = sum(r["state"] == "live" for r in found)
    told = [w("register.count", n=len(found), live=live, stopped=len(found) - live)]
    chance = right.chances(found)
    if chance:
        promised, came, n = chance
        told.append(
            w("register.chance", promised=style.percent(promised), came=style.percent(came), n=n)
        )
    bullets(told)
    rows = []
    for score in right.scores(found):
        share = style.percent(score.inside / score.judged) if score.judged else "–"
        name = w(f"register.{score.quantity}")
        if score.metrics:
            named = style.listed([metric_name(m, language()) for m in score.metrics])
            name = w("register.quality_lower" if score.lower else "register.quality", names=named)
        rows.append(
            [e(name), str(score.n), str(score.n_stopped), e(_middle(score, style)), e(share)]
        )
    names = ("quantity", "n", "n_stopped", "median", "share_inside")
    header = [w(f"register.{name}") for name in names]
    st.html(html_table(header, rows, (1, 2, 3, 4), w("register.title")))


def _middle(score: Score, style: Style) -> str:
    """The median in words: times the forecast, or how far from it and which way."""
    middle = score.median_ratio
    if middle is None:
        return "–"
    if not score.metrics:
        return f"× {style.number(middle, 2)}"
    gap = style.metric_gap(0.0, abs(middle), score.metrics[0])
    if is_fraction(score.metrics[0]) or is_hundred(score.metrics[0]):
        gap = say("points", language(), gap=gap)
    if middle == 0:
        return w("register.as_forecast")
    better = (middle < 0) == score.lower
    return w("register.better" if better else "register.worse", gap=gap)


def _factors(found: Sequence[Mapping[str, Any]]) -> None:
    """Own factors, and what they would change in the scenario in force."""
    from estimator.store import right

    heading(w("register.factors"), 2)
    inputs = state.current()
    judged = Assumptions(cached.evidence().assumptions, inputs.assumptions)
    own = right.factors(found, judged)
    least = int(judged.value("register.least_projects"))
    style = number_style()
    rows = [
        [
            e(w(f"register.{name}")), str(f.n), str(f.n_stopped), f"× {style.number(f.p50, 2)}",
            f"× {style.number(f.p10, 2)} – {style.number(f.p90, 2)}",
            e(w("register.yes") if f.applies else w("register.too_few", n=least)),
        ]
        for name, f in own.items()
    ]  # fmt: skip
    names = ("quantity", "n_all", "n_stopped", "factor", "range", "applies")
    st.html(html_table([w(f"register.{x}") for x in names], rows, (1, 2, 3), w("register.factors")))
    if not any(f.applies for f in own.values()):
        errors.note(w("register.moves_nothing", n=least))
        return
    own_projects.sentence(inputs)
    ignore = inputs.own_factors.ignore
    st.button(
        w("own_factors.turn_on" if ignore else "own_factors.turn_off"), key="register:use",
        on_click=lambda: state.set_field("own_factors.ignore", not ignore),
    )  # fmt: skip
    told = cached.answer(inputs).get("own_projects")
    if told:
        _before_after(cached.answer(inputs), told["before"])


def _before_after(answer: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Every row as shipped and with own factors."""
    style = number_style()
    rows = []
    for row in answer["approaches"]:
        old = before[row["key"]]
        effort = sum(
            i["quantity"]
            for i in row["items"]
            if i["phase"] == "people" and i["unit"] == "person-week"
        )
        pairs = (
            (old["usd"], row["cost_usd"]["one_off"]["p50"], style.money_about),
            (old["weeks"], row["calendar_weeks"]["p50"], style.weeks),
            (old["effort"], effort, style.about),
            (old["hours"], row["device_hours"]["p50"], style.hours),
        )
        cells = [f"{write(a)} → {write(b)}" if a and b else "–" for a, b, write in pairs]
        rows.append([e(row_name(row, language())), *map(e, cells)])
    names = ("cost", "weeks", "effort", "hours")
    header = [w("register.row_head"), *(w(f"register.{name}") for name in names)]
    st.html(html_table(header, rows, (1, 2, 3, 4), w("register.before_after")))
