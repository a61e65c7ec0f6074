"""The plan as limits that a scheduler can hold a run to: money, hours, and what each gate stops."""

from __future__ import annotations

import json
from typing import Any

import yaml

from estimator.engine.answer import Answer, Row
from estimator.metrics import lower_is_better
from estimator.report.budget import budget_of
from estimator.report.text import row_of

SCHEMA = 1
STOP, LIVE = "stop", "live"


def limits_of(answer: Answer) -> dict[str, Any]:
    """Budget, 90th percentile of the hours and stop rule of each gate.

    Parameters
    ----------
    answer : mapping
        JSON of a comparison.

    Returns
    -------
    dict
        Money in USD, hours in device-hours and wall-clock hours, values in the target's metric.
        What the plan does not know is null, never 0.
    """
    plan, inputs = answer["staged_plan"], answer["inputs"]
    authorise, first = plan.get("authorise_usd"), plan.get("first_step") or {}
    metric, spend = inputs["target"]["metric"], plan["spend_usd"]
    keys = dict.fromkeys([k for g in plan["gates"] for k in g["approaches"]])
    chosen = answer["recommendation"].get("approach") or first.get("approach")
    rows = [row_of(answer, key) for key in dict.fromkeys([*keys, *([chosen] if chosen else [])])]
    return {
        "schema": SCHEMA,
        "project": inputs["name"],
        "made_with": {n: answer[n] for n in ("data_version", "code_version", "seed")},  # type: ignore[literal-required]
        "money_usd": {
            "until_first_gate": authorise["now"] if authorise else None,
            "expected": authorise["expected"] if authorise else None,
            "p90": spend["p90"] if spend else None,
            "most": authorise["most"] if authorise else None,
            "budget": inputs["limits"]["budget_usd"],
        },
        "weeks": {
            "p50": plan["weeks"]["p50"] if plan["weeks"] else None,
            "p90": plan["weeks"]["p90"] if plan["weeks"] else None,
            "deadline": inputs["limits"]["deadline_weeks"],
        },
        "runs": [_run(row, inputs["compute"]["trials"]) for row in rows if row],
        "gates": [_gate(dict(gate), metric) for gate in plan["gates"]],
    }


def _run(row: Row, trials: int) -> dict[str, Any]:
    """What the training of one row may take; a run that passes it is stopped and looked at."""
    return {
        "approach": row["key"],
        "base_model": row["base_model"],
        "accelerator": row["accelerator"],
        "n_devices": row["n_devices"],
        "runs": trials,
        "device_hours": {p: row["device_hours"][p] for p in ("p50", "p90")},  # type: ignore[literal-required]
        "wallclock_hours": {p: row["wallclock_hours"][p] for p in ("p50", "p90")},  # type: ignore[literal-required]
        "memory_gb": row["peak_memory_gb"],
        "safe_budget_usd": budget_of(row).get("safe"),
    }


def _gate(gate: dict[str, Any], metric: str) -> dict[str, Any]:
    """When a result stops the work, and from which value on it goes live."""
    worse = "above" if lower_is_better(metric) else "below"
    better = "at_most" if lower_is_better(metric) else "at_least"
    actions, ends = gate["actions"], gate["thresholds"]
    stop = ends[0] if actions[0] == STOP and ends else None
    live = ends[-1] if actions[-1] == LIVE and ends else None
    return {
        "after": gate["name"],
        "approaches": gate["approaches"],
        "n_labelled": round(gate["n_labelled"]),
        "n_test": round(gate["n_test"]),
        "metric": metric,
        f"stop_{worse}": stop,
        f"live_{better}": live,
        "reached": gate["reached"],
    }


def limits_bytes(answer: Answer, path: str = "limits.yaml") -> bytes:
    """The limits as JSON where the name ends so, else as YAML."""
    found = limits_of(answer)
    if path.lower().endswith(".json"):
        return (json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    text = yaml.safe_dump(found, sort_keys=False, allow_unicode=True)
    return f"# money in USD, hours of devices; null: not known\n{text}".encode()
