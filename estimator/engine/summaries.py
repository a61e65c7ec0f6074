"""A scenario in a few figures: what a sweep keeps of each row and of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from estimator.engine.comparison import round_figure, round_money
from estimator.engine.distributions import Array, percentiles
from estimator.engine.results import Evaluation

Three = tuple[float | None, float | None, float | None]
UNKNOWN: Three = (None, None, None)


@dataclass(frozen=True)
class RowSummary:
    """p10, p50 and p90 of one row as printed: accuracy in its metric, hours, weeks, USD."""

    key: str
    feasible: bool
    metric: str
    target_probability: float | None
    accuracy: Three
    device_hours: Three
    weeks: Three
    one_off_usd: Three
    total_usd: Three


@dataclass(frozen=True)
class PlanSummary:
    """What the staged plan of a scenario comes to."""

    outcome: str
    approach: str | None
    """Row in which it most likely ends."""
    success: float | None
    first_step: str | None
    first_approach: str | None
    first_usd: float | None
    spend_usd: float | None
    value_month_usd: float | None


@dataclass(frozen=True)
class ScenarioSummary:
    """Rows and plan of one scenario; without rows ``problem`` says why."""

    rows: tuple[RowSummary, ...] = ()
    plan: PlanSummary | None = None
    problem: str = ""


def summary_of(evaluation: Evaluation) -> ScenarioSummary:
    """The same summary of an evaluation that is already there."""
    return ScenarioSummary(
        tuple(
            RowSummary(
                key=r.candidate.key,
                feasible=r.feasible,
                metric=r.accuracy.metric,
                target_probability=round_figure(r.accuracy.target_probability),
                accuracy=figures_of(r.accuracy.draws),
                device_hours=figures_of(r.compute.device_hours_draws),
                weeks=figures_of(r.money.calendar_weeks_draws),
                one_off_usd=money_of(percentiles(r.money.one_off_draws)),
                total_usd=money_of(percentiles(r.money.total_draws)),
            )
            for r in evaluation.results
        )
    )


def figures_of(draws: Array | None) -> Three:
    """p10, p50 and p90 of draws as printed; none of an unknown quantity."""
    if draws is None:
        return UNKNOWN
    p10, p50, p90 = map(round_figure, percentiles(draws))
    return p10, p50, p90


def money_of(usd: Sequence[float]) -> Three:
    """Three amounts to the cent [USD]."""
    p10, p50, p90 = map(round_money, usd)
    return p10, p50, p90
