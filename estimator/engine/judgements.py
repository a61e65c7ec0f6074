"""What the judgements carry: money of a bill that rests on them; what half or twice would do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide import quick_decision
from estimator.engine.decide.rerun import quiet
from estimator.engine.decide.worlds import Worlds
from estimator.engine.inputs import ProjectInputs
from estimator.engine.own_factors import judged_by
from estimator.engine.results import CandidateResult, Evaluation
from estimator.engine.simulate import Memo, before_results, evaluate

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

JUDGEMENT = "judgement"
DRAWS = 512
FACTORS = (0.5, 2.0)


@dataclass(frozen=True)
class Judged:
    """One judgement behind the bill of a row."""

    assumption: str
    value: float
    unit: str
    carried_usd: float
    """Lines in which it stands, in full: judgements share lines, so that these do not add up."""
    share: float
    """Of the total in the base case."""
    totals_usd: tuple[float, float]
    """Total at half and at twice its value, all else in the middle; its allowed range bounds it."""
    choices: tuple[str | None, str | None]
    """Row in which the plan most likely ends, at half and at twice."""


@dataclass(frozen=True)
class Judgements:
    """All judgements of one row."""

    row: str
    total_usd: float
    share: float
    """Lines in which any part is a judgement, over the total: the weakest part counts."""
    choice: str | None
    rows: tuple[Judged, ...]


@dataclass(frozen=True)
class Spread:
    """One judgement over several scenarios."""

    assumption: str
    mean_share: float
    """Lines in which it stands over the total, mean of all scenarios."""
    examples: int
    """Scenarios in whose plan it stands."""
    reason: str


@dataclass(frozen=True)
class OverExamples:
    """The judgements of several scenarios."""

    examples: int
    median_share: float
    rows: tuple[Spread, ...]


def carried(result: CandidateResult, assumptions: Assumptions) -> dict[str, float]:
    """Base money of the lines in which each judgement stands, most first [USD]."""
    found: dict[str, float] = {}
    for item in result.money.items:
        for name in set(item.assumption_ids):
            row = assumptions.rows.get(name)
            if (
                row is not None
                and row.source_id == JUDGEMENT
                and assumptions.basis(name) != "typed"
            ):
                found[name] = found.get(name, 0.0) + float(item.usd_draws[0])
    return dict(sorted(found.items(), key=lambda kv: (-kv[1], kv[0])))


def judgements(
    inputs: ProjectInputs,
    evidence: Evidence,
    progress: Callable[[int, int], None] = quiet,
    half_and_twice: bool = True,
    row: str | None = None,
) -> Judgements | None:
    """The judgements behind the row in which the plan ends, and what half or twice would change.

    Parameters
    ----------
    inputs : ProjectInputs
    evidence : Evidence
    progress : callable
        ``progress(done, total)`` between re-runs.
    half_and_twice : bool
        Without it nothing is re-run; totals and choices are those of today.
    row : str, optional
        Key of a row; by default the recommended one, else the first with a total.

    Returns
    -------
    Judgements or None
        None where no row has a total.
    """
    inputs = dataclasses.replace(inputs, draws=min(inputs.draws, DRAWS))
    memo = Memo()

    def choice(evaluation: Evaluation) -> str | None:
        judged = judged_by(evaluation.inputs, evidence)
        worlds = Worlds(evaluation, judged)
        value, moved = before_results(worlds, evidence)
        return quick_decision(
            evaluation, judged, value, False, worlds, moved
        ).recommendation.approach

    today = evaluate(inputs, evidence, memo=memo)
    chosen = choice(today)
    key = row or chosen
    known = [r for r in today.results if r.money.total_draws[0] == r.money.total_draws[0]]
    if not known:
        return None
    result = next((r for r in known if r.candidate.key == key), known[0])
    key, total = result.candidate.key, float(result.money.total_draws[0])
    assumptions = judged_by(inputs, evidence)
    money = carried(result, assumptions)
    out = []
    for done, (name, usd) in enumerate(money.items()):
        progress(done, len(money))
        totals, choices = [total, total], [chosen, chosen]
        for k, factor in enumerate(FACTORS if half_and_twice else ()):
            varied = evaluate(_at(inputs, assumptions, name, factor), evidence, memo=memo)
            same = next(r for r in varied.results if r.candidate.key == key)
            totals[k], choices[k] = float(same.money.total_draws[0]), choice(varied)
        out.append(
            Judged(
                name,
                assumptions.value(name),
                assumptions.rows[name].unit,
                usd,
                usd / total if total else 0.0,
                (totals[0], totals[1]),
                (choices[0], choices[1]),
            )
        )
    return Judgements(key, total, result.money.assumed_share, chosen, tuple(out))


def over_examples(examples: Mapping[str, ProjectInputs], evidence: Evidence) -> OverExamples:
    """Which judgement carries how much of the plans of several scenarios, most first."""
    found = [judgements(i, evidence, half_and_twice=False) for i in examples.values()]
    known = [f for f in found if f is not None]
    sums: dict[str, list[float]] = {}
    for one in known:
        for j in one.rows:
            sums.setdefault(j.assumption, []).append(j.share)
    rows = tuple(
        Spread(name, sum(shares) / len(known), len(shares), evidence.assumptions[name].reason)
        for name, shares in sorted(sums.items(), key=lambda kv: (-sum(kv[1]), kv[0]))
    )
    return OverExamples(len(known), median(f.share for f in known), rows)


def _at(inputs: ProjectInputs, assumptions: Assumptions, name: str, factor: float) -> ProjectInputs:
    row = assumptions.rows[name]
    value = min(max(assumptions.value(name) * factor, row.allowed_low), row.allowed_high)
    typed: Mapping[str, float] = {**inputs.assumptions, name: value}
    return inputs.replace("assumptions", typed)
