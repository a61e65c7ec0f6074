"""Up to six scenarios side by side: what changed, what came of it, which line moved most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.staged import plan_value, staged_plan
from estimator.engine.decide.worlds import Worlds
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import CandidateResult, Evaluation
from estimator.errors import InputError
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import (
    Metric,
    Points,
    Setting,
    Statement,
    Term,
    Usd,
    Value,
    listed,
    state,
    with_statements,
)

MOST = 6
NAMED = 4
"""Changed fields that a sentence names."""
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
    text: Statement


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
        raise InputError("scenarios", len(evaluations), state("allowed.scenarios", most=MOST))
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
                **with_statements({"text": c.text}),
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
    worlds = Worlds(evaluation, assumptions)
    value = plan_value(evaluation, assumptions, worlds)
    plan = staged_plan(evaluation, assumptions, value, worlds, whole=False)
    row = None if plan.row is None else evaluation.results[plan.row]
    return row, plan.outcome


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
        text=state("scenario.first") if is_first else _text(row, first_row, changes, moved),
    )


def _median(draws: Any) -> float:
    return float(np.median(draws[1:]))


def _text(
    row: CandidateResult | None,
    first: CandidateResult | None,
    changes: tuple[Change, ...],
    moved: tuple[LineMove, ...],
) -> Statement:
    if row is None or first is None:
        return state("scenario.nothing")
    metric = row.accuracy.metric
    named: list[Value] = [
        state(
            "scenario.change",
            field=c.path,
            first=Setting(c.path, c.first, metric),
            here=Setting(c.path, c.here, metric),
        )
        for c in changes[:NAMED]
    ]
    if len(changes) > NAMED:
        named.append(state("scenario.more", n=len(changes) - NAMED))
    what = listed(named) if named else state("scenario.no_input")
    choice, other = row.candidate.key, first.candidate.key
    same = row.candidate.approach == first.candidate.approach
    taken = state("scenario.same", choice=ApproachName(choice))
    if not same:
        taken = state("scenario.other", choice=ApproachName(choice), other=ApproachName(other))
    delta = _median(row.money.total_draws) - _median(first.money.total_draws)
    parts = [taken, state(f"scenario.{'higher' if delta > 0 else 'lower'}", usd=Usd(abs(delta)))]
    a, b = row.accuracy.draws, first.accuracy.draws
    if a is not None and b is not None and metric == first.accuracy.metric:
        gain = _median(a) - _median(b)
        if abs(gain) >= 0.0005:
            way = "up" if gain > 0 else "down"
            gap = Points(gain, metric)
            parts.append(state(f"scenario.{way}", metric=Metric(0.0, metric), gap=gap))
    if moved:
        name = Term("item", moved[0].item)
        parts.append(state("scenario.line", item=name, usd=Usd(moved[0].change_usd)))
    return state("scenario.changed", what=what, parts=listed(parts))
