"""Views that vary inputs: budget, cost curves, break-even, drivers, optimiser, limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from estimator import ProjectInputs
from estimator.engine import decide
from estimator.engine.decide.budget_curve import budget_curve
from estimator.errors import EstimatorError
from estimator.report import figures_decision, figures_money
from estimator.report.chart_source import BOTH, MONEY
from estimator.report.judged import judged_heads, judged_rows, judged_sentence
from estimator.report.text import key_of, recommended, row_name
from estimator.report.words import drivers_sentence
from estimator.ui import cached, errors, progress, state
from estimator.ui.components import bullets, dark, e, facts, heading, number_style, show_frame
from estimator.ui.fields import change_text
from estimator.ui.sources import sourced
from estimator.ui.words import complaint, language, w
from estimator.words.texts import approach_label

MOST_ROWS = 5


def frontier(inputs: ProjectInputs) -> decide.Frontier:
    """Who beats whom in both cost and quality."""
    return decide.cost_accuracy_frontier(cached.evaluation(inputs), cached.judged(inputs))


def _search(work: Callable[[cached.Tick], Any]) -> Any:
    return progress.search(w("tradeoffs.searching"), work)


def _best_rows() -> list[str]:
    answer = cached.answer(state.current())
    row = recommended(answer)
    ranked = sorted(answer["approaches"], key=lambda r: -(r.get("best_probability") or 0))
    keys = [row["key"]] if row else []
    keys += [*answer["frontier"], *(r["key"] for r in ranked if r["feasible"])]
    return list(dict.fromkeys(keys))[:MOST_ROWS]


def _row_names() -> dict[str, str]:
    """Approaches by row key; extra rows with their model and labels, to tell them apart."""
    return {
        key_of(r): row_name(r, language())
        if "#" in key_of(r)
        else approach_label(key_of(r), language())
        for r in cached.answer(state.current())["approaches"]
    }


def sensitivity_view() -> None:
    """What moves the cost, strongest first, and the three main drivers in a sentence."""
    inputs, style = state.current(), number_style()
    full = _search(lambda tick: cached.full_answer(inputs, tick))
    if full is None:
        return
    st.html(f'<p class="es es-say"><b>{e(drivers_sentence(full, style))}</b></p>')
    sourced(figures_decision.tornado(full, style, dark()), "tornado", full, (MONEY,))


def judgements_view() -> None:
    """Every judgement behind the bill: what it carries, what half or twice would change."""
    inputs, style = state.current(), number_style()
    found = _search(lambda tick: cached.judgements(inputs, tick))
    if found is None:
        return
    st.html(f'<p class="es es-say"><b>{e(judged_sentence(found, style))}</b></p>')
    rows = judged_rows(found, cached.evidence().assumptions, style)
    show_frame(pd.DataFrame(rows, columns=judged_heads(style)), "judgements", 420)


def budget_view() -> None:
    """The best quality that each budget buys."""
    inputs = state.current()
    curves = _search(lambda tick: cached.cost_curves(inputs, tick))
    bought = budget_curve(curves or ())
    if bought is None:
        errors.note(w("tradeoffs.no_curves"))
        return
    chart = figures_decision.budget(
        cached.answer(inputs),
        bought.budgets_usd.tolist(),
        bought.quality.tolist(),
        bought.keys,
        number_style(),
        dark(),
    )
    sourced(chart, "budget", cached.answer(inputs), BOTH)


def cost_curves_view() -> None:
    """What a quality costs, row by row, and where two rows cost the same."""
    inputs, style = state.current(), number_style()
    curves = _search(lambda tick: cached.cost_curves(inputs, tick))
    if not curves:
        errors.note(w("tradeoffs.no_curves"))
        return
    keys = _best_rows()
    shown = tuple(c for c in curves if c.key in keys)
    frames = {
        c.key: pd.DataFrame(
            {
                "n_labelled": c.n_labelled,
                "value": c.metric_p50,
                "usd_p10": c.usd_p10,
                "usd_p50": c.usd_p50,
                "usd_p90": c.usd_p90,
                "extrapolated": ~c.fitted,
            }
        )
        for c in shown
    }
    chart = figures_decision.cost_curves(cached.answer(inputs), frames, style, dark())
    sourced(chart, "cost-curves", cached.answer(inputs), BOTH)
    crossings = decide.break_even_accuracy(shown)
    lines = [
        w(
            "tradeoffs.same_cost",
            a=approach_label(x.first, language()),
            b=approach_label(x.second, language()),
            value=style.metric(x.value, shown[0].metric),
            usd=style.money_short(x.usd),
            beyond=approach_label(x.cheaper_beyond, language()),
        )
        for x in crossings
    ]
    bullets(lines)


def break_even_view() -> None:
    """Cost against the volume of requests, and the volumes at which two rows cost the same."""
    inputs, style = state.current(), number_style()
    keys = _best_rows()

    volumes = np.geomspace(1e3, 1e8, 11).tolist()
    small = inputs.replace("draws", min(inputs.draws, 1024))
    path = "serving.requests_per_month"
    crossings = _search(lambda tick: cached.searched("break_even", inputs, tick))
    every = _search(lambda tick: cached.searched("totals", small, tick, path, volumes))
    if crossings is None or every is None:
        return
    totals = {
        key: [np.quantile(rows[key][1:], (0.1, 0.5, 0.9)) for rows in every]
        for key in keys
        if key in every[0]
    }
    kept = [x for x in crossings if x.first in keys and x.second in keys]
    pairs = [(x.first, x.second, x.value) for x in kept]
    now = inputs.serving.requests_per_month
    chart = figures_money.break_even(volumes, totals, pairs, now, style, dark())
    sourced(chart, "break-even", cached.answer(inputs), (MONEY,))
    names = _row_names()
    lines = [
        w(
            "tradeoffs.cheaper",
            below=names[x.cheaper_below],
            above=names[x.cheaper_above],
            value=style.count(x.value),
        )
        for x in kept
    ]
    bullets(lines or [w("tradeoffs.no_crossing")])


def optimiser_view() -> None:
    """The best plan of a grid, verified by the model, and one click to take it over."""
    inputs, style = state.current(), number_style()
    goal = st.segmented_control(
        w("tradeoffs.objective"),
        tuple(decide.Objective),
        default=decide.Objective.CHEAPEST,
        required=True,
        format_func=lambda o: w(f"objective.{o}"),
        key="optimiser:goal",
        persist_state="session",
    )
    objective = decide.Objective(goal or decide.Objective.CHEAPEST)
    found = _search(lambda tick: cached.optimum(inputs, objective, tick))
    if found is None:
        return
    st.html(f'<p class="es es-say"><b>{e(found.text.say(style))}</b></p>')
    if found.plan is None or found.figures is None:
        return
    figures = found.figures
    st.html(
        facts(
            [
                (w("detail.total"), style.money_short(figures.total_usd)),
                (w("answer.quality"), style.metric(figures.metric, str(inputs.target.metric))),
                (w("detail.target"), style.chances(figures.target_probability)),
                (w("detail.weeks"), style.weeks(figures.weeks)),
                (w("tradeoffs.considered"), style.count(found.considered)),
            ]
        )
    )
    heading(w("tradeoffs.changes"), 3)
    bullets([change_text(path, value) for path, value in found.changes])
    st.button(
        w("tradeoffs.take"),
        key="optimiser:take",
        on_click=_take,
        args=(found.changes,),
        type="primary",
    )


def _take(changes: tuple[tuple[str, Any], ...]) -> None:
    inputs = state.current()
    try:
        for path, value in changes:
            inputs = inputs.replace(path, value)
        state.adopt(inputs)
    except EstimatorError as error:
        st.session_state[state.LINK_ERROR] = complaint(error)


def limits_view() -> None:
    """What each limit of the scenario costs."""
    inputs = state.current()
    found = _search(lambda tick: cached.searched("limits", inputs, tick))
    if found:
        bullets([x.text.say(number_style()) for x in found])
    elif found is not None:
        errors.note(w("tradeoffs.no_limits"))
