"""The next labels: how many until the target, how many to tell the two best apart, in rounds."""

from __future__ import annotations

from typing import Any

import streamlit as st

from estimator.lab.run import shipped_validation
from estimator.report.text import key_of, row_name
from estimator.ui import cached, errors, progress, state
from estimator.ui.components import e, html_table, number_style
from estimator.ui.words import language, w


def next_labels() -> None:
    """What more labels would reach and settle, approach by approach."""
    inputs, style = state.current(), number_style()
    full = progress.search(w("plan.searching"), lambda tick: cached.full_answer(inputs, tick))
    if full is None:
        return
    plan = full["pilot_plan"].get("next_labels") or {"steps": []}
    if not plan["steps"]:
        errors.note(w("plan.no_accuracy"))
        return
    names = {key_of(r): row_name(r, language()) for r in full["approaches"]}
    for line in _sentences(plan, names):
        st.html(f'<p class="es es-say">{e(line)}</p>')
    header = [w("rows.approach"), *(w(f"plan.labels_{c}") for c in ("now", "p50", "p90", "next"))]
    cells = [
        [
            e(names.get(s["key"], s["key"])),
            e(style.count(s["n_labelled"])),
            *(e(_missing(s[c])) for c in ("missing_p50", "missing_p90", "next_round")),
        ]
        for s in plan["steps"]
    ]
    st.html(html_table(header, cells, (1, 2, 3, 4), w("plan.labels")))
    st.html(f'<p class="es es-quiet">{e(w("plan.labels_note"))}</p>')


def _missing(n: float | None) -> str:
    if n is None:
        return w("plan.labels_never")
    return number_style().count(n) if n > 0 else w("plan.labels_enough")


def _sentences(plan: dict[str, Any], names: dict[str, str]) -> list[str]:
    style, out = number_style(), []
    best, second = plan["best"], plan["second"]
    if best and second:
        out.append(
            w(
                "plan.apart_now",
                a=names.get(best, best),
                b=names.get(second, second),
                chance=style.chances(plan["probability_best"]),
            )
        )
        if plan["labels_to_tell_apart"] is None:
            out.append(w("plan.apart_never"))
        else:
            out.append(w("plan.apart_at", n=style.count(plan["labels_to_tell_apart"])))
        if plan["evaluation_labels_to_tell_apart"]:
            n = style.count(plan["evaluation_labels_to_tell_apart"])
            out.append(w("plan.apart_test", n=n))
    rounds = shipped_validation(cached.evidence())["accuracy"]["labels_in_rounds"]
    share = style.chances(rounds["reached_in_3"])
    out.append(w("plan.rounds", share=share, n=style.count(rounds["n_curves"])))
    return out
