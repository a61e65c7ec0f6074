"""Up to six scenarios side by side: what changed, what came of it, which line moved most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import make_board
from estimator.engine.decide.rule import Margins, choose
from estimator.engine.decide.words import metric_words, usd
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import CandidateResult, Evaluation
from estimator.errors import InputError
from estimator.units import PERCENT

MOST = 6
IGNORED = frozenset({"schema", "name"})


@dataclass(frozen=True)
class Change:
    """One input that differs from the first scenario."""

    path: str
    first: Any
    here: Any


@dataclass(frozen=True)
class LineMove:
    """One cost line of the recommended rows: base money in the first scenario and here [USD]."""

    item: str
    first_usd: float
    here_usd: float

    @property
    def change_usd(self) -> float:
        """Money that the line moved [USD]."""
        return self.here_usd - self.first_usd


@dataclass(frozen=True)
class ScenarioColumn:
    """One scenario beside the first.

    Medians of the recommended row; ``lines`` are the cost lines that moved, the largest move
    first; ``text`` explains the difference in a sentence.
    """

    name: str
    approach: str | None
    label: str
    outcome: str
    total_usd: float | None
    one_off_usd: float | None
    metric: str
    metric_value: float | None
    target_probability: float | None
    weeks: float | None
    changes: tuple[Change, ...]
    lines: tuple[LineMove, ...]
    text: str


def compare_scenarios(
    evaluations: Sequence[Evaluation], assumptions: Sequence[Assumptions]
) -> tuple[ScenarioColumn, ...]:
    """Compare scenarios with the first of them.

    Parameters
    ----------
    evaluations : sequence of Evaluation
        One to six.
    assumptions : sequence of Assumptions
        Those of each scenario.

    Raises
    ------
    InputError
        For none or more than six scenarios.
    """
    if not 1 <= len(evaluations) <= MOST:
        raise InputError("scenarios", len(evaluations), f"1 to {MOST} scenarios")
    rows = [_taken(e, a) for e, a in zip(evaluations, assumptions, strict=True)]
    first, first_row = evaluations[0], rows[0][0]
    return tuple(
        _column(e, row, outcome, first, first_row, is_first=i == 0)
        for i, (e, (row, outcome)) in enumerate(zip(evaluations, rows, strict=True))
    )


def to_dict(columns: Sequence[ScenarioColumn]) -> dict[str, Any]:
    """The JSON of ``scenarios``."""
    return {
        "scenarios": [
            {
                "name": c.name,
                "approach": c.approach,
                "label": c.label,
                "outcome": c.outcome,
                "total_usd": c.total_usd,
                "one_off_usd": c.one_off_usd,
                "metric": c.metric,
                "accuracy": c.metric_value,
                "target_probability": c.target_probability,
                "calendar_weeks": c.weeks,
                "changes": [{"input": x.path, "first": x.first, "here": x.here} for x in c.changes],
                "lines": [
                    {
                        "item": x.item,
                        "first_usd": x.first_usd,
                        "here_usd": x.here_usd,
                        "change_usd": x.change_usd,
                    }
                    for x in c.lines
                ],
                "text": c.text,
            }
            for c in columns
        ]
    }


def changed_inputs(first: ProjectInputs, here: ProjectInputs) -> tuple[Change, ...]:
    """Every field that differs, by dotted path, in the order of the scenario file."""
    a, b = _flat(first.to_dict()), _flat(here.to_dict())
    paths = list(dict.fromkeys([*a, *b]))
    return tuple(
        Change(p, a.get(p), b.get(p))
        for p in paths
        if a.get(p) != b.get(p) and p.split(".")[0] not in IGNORED
    )


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in data.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            out |= _flat(value, f"{path}.")
        else:
            out[path] = value
    return out


def _taken(evaluation: Evaluation, assumptions: Assumptions) -> tuple[CandidateResult | None, str]:
    choice = choose(make_board(evaluation, assumptions), Margins.from_assumptions(assumptions))
    row = None if choice.index is None else evaluation.results[choice.index]
    return row, str(choice.outcome)


def _lines(row: CandidateResult | None) -> dict[str, float]:
    out: dict[str, float] = {}
    for item in row.money.items if row else ():
        out[item.item] = out.get(item.item, 0.0) + float(item.usd_draws[0])
    return out


def _column(
    evaluation: Evaluation,
    row: CandidateResult | None,
    outcome: str,
    first: Evaluation,
    first_row: CandidateResult | None,
    is_first: bool,
) -> ScenarioColumn:
    changes = () if is_first else changed_inputs(first.inputs, evaluation.inputs)
    a, b = _lines(first_row), _lines(row)
    moves = [LineMove(k, a.get(k, 0.0), b.get(k, 0.0)) for k in dict.fromkeys([*a, *b])]
    moved = tuple(
        sorted((m for m in moves if abs(m.change_usd) >= 0.01), key=lambda m: -abs(m.change_usd))
    )
    draws = row.accuracy.draws if row else None
    return ScenarioColumn(
        name=evaluation.inputs.name,
        approach=row.candidate.key if row else None,
        label=row.candidate.label if row else "none",
        outcome=outcome,
        total_usd=_median(row.money.total_draws) if row else None,
        one_off_usd=_median(row.money.one_off_draws) if row else None,
        metric=str(evaluation.inputs.target.metric),
        metric_value=None if draws is None else _median(draws),
        target_probability=row.accuracy.target_probability if row else None,
        weeks=_median(row.money.calendar_weeks_draws) if row else None,
        changes=changes,
        lines=moved,
        text="The scenario that the others are compared with."
        if is_first
        else _text(row, first_row, changes, moved),
    )


def _said(value: Any) -> str:
    if value is None:
        return "not stated"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _median(draws: Any) -> float:
    return float(np.median(draws[1:]))


def _text(
    row: CandidateResult | None,
    first: CandidateResult | None,
    changes: tuple[Change, ...],
    moved: tuple[LineMove, ...],
) -> str:
    if row is None or first is None:
        return "No approach is left in one of the two, so there is nothing to compare."
    named = [f"{c.path} {_said(c.first)} → {_said(c.here)}" for c in changes[:4]]
    what = ", ".join(named) or "no input"
    if len(changes) > 4:
        what += f" and {len(changes) - 4} more"
    taken = (
        f"{row.candidate.label} is taken either way"
        if row.candidate.approach == first.candidate.approach
        else f"{row.candidate.label} is taken instead of {first.candidate.label}"
    )
    delta = _median(row.money.total_draws) - _median(first.money.total_draws)
    cost = f"the total is {usd(abs(delta))} {'higher' if delta > 0 else 'lower'}"
    line = (
        f"; the line that moved most is {moved[0].item} ({usd(moved[0].change_usd)})"
        if moved
        else ""
    )
    metric = ""
    a, b = row.accuracy.draws, first.accuracy.draws
    if a is not None and b is not None and row.accuracy.metric == first.accuracy.metric:
        gain = _median(a) - _median(b)
        if abs(gain) >= 0.0005:
            size = abs(gain) * (PERCENT if max(np.abs(a).max(), np.abs(b).max()) <= 1.0 else 1.0)
            way = "up" if gain > 0 else "down"
            metric = f", {metric_words(row.accuracy.metric)} {size:.1f} points {way}"
    return f"Changed: {what}. {taken}; {cost}{metric}{line}."
