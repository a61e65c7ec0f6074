"""People, calendar, labels and upkeep against published projects: sources left out, and cases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Array, Draws, percentiles
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.context import Context
from estimator.engine.money.label_time import DRAWN, seconds_per_label, time_factor, units
from estimator.engine.results import CandidateResult
from estimator.engine.simulate import evaluate
from estimator.lab.money.effort_fit import efforts, left_out, stated, upkeep
from estimator.lab.money.label_fit import fit_label_seconds
from estimator.vocabulary import Phase

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

USD_PER_WEEK = 4000.0
"""Mean loaded wage of a person-week in the shipped table, for sources that state money [USD]."""

TABLES = ("cost_cases", "cost_cases_more")
CASE_DRAWS = 512
GROUP_OF = {
    "label_bill": "labelling bill",
    "seconds": "seconds of a label",
    "weeks": "calendar",
    "person_weeks": "people",
    "one_off": "people",
    "upkeep": "upkeep",
}
"""What a case measures; hours and compute money of runs stand in other sections."""

KEPT_ONCE = ("people_integration", "people_governance")


def validate_projects(evidence: Evidence, presets: Mapping[str, ProjectInputs]) -> dict[str, Any]:
    """Published efforts and times with every source left out, and published cases.

    Parameters
    ----------
    evidence : Evidence
    presets : mapping
        Shipped scenarios, which some cases name.

    Returns
    -------
    dict
        ``left_out``: people, calendar, upkeep and seconds of a label, each source predicted from
        the others; ``cases``: stated and predicted figures of published projects; ``summary`` of
        both: n, median_ratio (p50 over stated), inside = share whose interval touches what is
        stated.

    Notes
    -----
    Cases are no hold-out where their source is in a fit: ``left_out`` is the honest row for those.
    A ceiling, of which only the upper end is stated, is met from below and has no ratio. Bills
    are what was paid to labellers: own hours for the guide are no part of them.
    """
    adapted = [s for s in efforts(evidence, USD_PER_WEEK) if s.kind == "adapted"]
    calendars = [s for _, s in stated(evidence, "weeks") if s.kind == "adapted"]
    seconds = [
        {**r, "inside": 0.5 <= r["factor"] <= 2.0} for r in fit_label_seconds(evidence)["rows"]
    ]
    out: dict[str, list[dict[str, Any]]] = {
        "people": left_out(adapted, by_kind=True),
        "calendar": left_out(calendars),
        "upkeep": left_out(upkeep(evidence, USD_PER_WEEK)),
        "seconds of a label": seconds,
    }
    cases = _cases(evidence, presets)
    groups = sorted({str(c["group"]) for c in cases})
    return {
        "left_out": out,
        "cases": cases,
        "summary": {
            **{f"{name}, source left out": _summary(rows) for name, rows in out.items()},
            **{
                f"{g}, published cases": _summary([c for c in cases if c["group"] == g])
                for g in groups
            },
            "all published cases": _summary(cases),
        },
    }


def _summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    factors = np.array([float(r["factor"]) for r in rows if not r.get("ceiling")])
    return {
        "n": len(rows),
        "median_ratio": float(np.median(factors)),
        "inside": float(np.mean([bool(r["inside"]) for r in rows])),
    }


def _cases(evidence: Evidence, presets: Mapping[str, ProjectInputs]) -> list[dict[str, Any]]:
    out = []
    for row in (r for t in TABLES for r in evidence.table(t).to_dict("records")):
        if row["measure"] not in GROUP_OF or not row["scenario"]:
            continue
        body = json.loads(row["scenario"])
        named = body.get("preset")
        inputs = presets[named] if named else ProjectInputs.from_dict(body)
        p10, p50, p90 = percentiles(_measured(inputs, evidence, row["measure"], row["row"]))
        value = float(row["stated"])
        low, high = float(row["stated_low"]), float(row["stated_high"])
        ceiling = bool(np.isnan(low))
        out.append(
            {
                "case": row["case_id"],
                "group": GROUP_OF[row["measure"]],
                "stated": value,
                "p10": p10,
                "p50": p50,
                "p90": p90,
                "factor": p50 / value,
                "inside": bool(p10 <= max(high, value) and (ceiling or p90 >= min(low, value))),
                "ceiling": ceiling,
                "source_id": row["source_id"],
            }
        )
    return out


def _measured(inputs: ProjectInputs, evidence: Evidence, measure: str, key: str) -> Array:
    if measure == "seconds":
        judged = Assumptions(evidence.assumptions, inputs.assumptions)
        ctx = Context(inputs, evidence, judged, Draws(CASE_DRAWS, inputs.seed))
        one = seconds_per_label(ctx) * time_factor(ctx, inputs.labelling.source)
        if inputs.task in DRAWN:
            one = one / units(ctx, "object")
        return np.broadcast_to(np.asarray(one.draws, dtype=float), (CASE_DRAWS + 1,))
    found = evaluate(inputs, evidence, n_draws=CASE_DRAWS).results
    return _figure(next(r for r in found if r.candidate.key == key), measure)


def _figure(result: CandidateResult, measure: str) -> Array:
    money = result.money
    if measure == "weeks":
        return money.calendar_weeks_draws
    if measure == "one_off":
        return money.one_off_draws
    if measure == "person_weeks":
        people = (i for i in money.items if i.item.startswith("people_"))
        lines = [i.quantity_draws for i in people if i.unit == "person-week"]
    elif measure == "upkeep":
        lines = [i.usd_draws for i in money.items if i.timing != "one_off" or i.item in KEPT_ONCE]
    else:
        bought = (i for i in money.items if i.phase is Phase.LABELLING and i.timing == "one_off")
        lines = [i.usd_draws for i in bought if not i.own_staff]
    return np.asarray(np.add.reduce(lines))
