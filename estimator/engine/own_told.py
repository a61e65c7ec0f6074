"""What the firm's own finished projects did to an answer: its rows without them, and in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimator.engine.groups import OwnFactors
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import Phase
from estimator.words.statement import (
    Approach,
    Count,
    Hours,
    Number,
    Statement,
    Usd,
    Value,
    Weeks,
    listed,
    state,
)


def own_projects(before: Evaluation, now: Evaluation, chosen: str | None) -> dict[str, Any]:
    """Factors in force, every row as it would be without them, and what they did to one row.

    Parameters
    ----------
    before, now : Evaluation
        The scenario without own factors, and with them.
    chosen : str or None
        Key of the row that the sentence is about; the first one by default.
    """
    factors = now.inputs.own_factors.in_force
    pairs = zip(before.results, now.results, strict=True)
    both = {new.candidate.key: (figures(old), figures(new)) for old, new in pairs}
    key = chosen if chosen in both else next(iter(both))
    share = factors.get("labels", {}).get("p50", 1.0)
    sentences = [factors_told(now.inputs.own_factors), _row(key, *both[key], share)]
    return {
        "factors": {name: dict(found) for name, found in factors.items()},
        "before": {key: old for key, (old, _) in both.items()},
        "sentences": sentences,
    }


def factors_told(own: OwnFactors) -> Statement:
    """The factors in force in one sentence."""
    told = [
        state(
            f"own.{name}", factor=Number(found["p50"]), n=Count(found.get("n", 0.0)),
            stopped=Count(found.get("n_stopped", 0.0)),
        )
        for name, found in own.in_force.items()
    ]  # fmt: skip
    return state("own.moved", factors=listed(told))


def figures(result: CandidateResult) -> dict[str, float]:
    """The quantities that a register keeps of a row, at their middle.

    Returns
    -------
    dict
        one-off cost [USD], calendar [weeks], effort [person-weeks], labels to buy, device-hours.
    """
    people = (i for i in result.money.items if i.phase == Phase.PEOPLE and i.unit == "person-week")
    return {
        "usd": float(np.median(result.money.one_off_draws[1:])),
        "weeks": float(np.median(result.money.calendar_weeks_draws[1:])),
        "effort": sum(float(i.quantity_draws[0]) for i in people),
        "labels": float(result.candidate.n_labelled_to_buy),
        "hours": float(np.median(result.compute.device_hours_draws[1:])),
    }


def _row(key: str, old: dict[str, float], new: dict[str, float], share: float) -> Statement:
    new = {**new, "labels": new["labels"] * share}
    shown: dict[str, type[Value]] = {
        "usd": Usd, "weeks": Weeks, "effort": Number, "labels": Count, "hours": Hours,
    }  # fmt: skip
    parts = [
        state(f"own.before_{name}", before=kind(old[name]), now=kind(new[name]))  # type: ignore[call-arg]
        for name, kind in shown.items()
        if old[name] == old[name] and abs(new[name] - old[name]) > 1e-9 * abs(old[name])
    ]
    if not parts:
        return state("own.same", approach=Approach(key))
    return state("own.row", approach=Approach(key), parts=listed(parts))
