"""The plan in weeks: tasks with what can run in parallel, a Gantt as a list of bars."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.figure import Figure
from estimator.engine.money.context import Context
from estimator.engine.money.labelling import LabellingPlan
from estimator.engine.money.people import ROLE_LABELS, PhaseEffort
from estimator.engine.results import CalendarTask, ComputeEstimate
from estimator.errors import EstimatorError
from estimator.units import DAYS_PER_WEEK, HOURS_PER_WEEK, WEEKS_PER_MONTH, WEEKS_PER_YEAR
from estimator.vocabulary import Effort, Stage
from estimator.words.statement import Count, state

MAX_YEARS = 100.0
"""Nobody plans a longer project, and its cash flow has a month for each of them [years]."""
STAGE_OF_TASK = (
    ("Scoping", Stage.START),
    ("Labelling", Stage.GUIDE),
    ("Labelling", Stage.TEST),
    ("Labelling", Stage.LABELS),
    ("Collecting data", Stage.DATA),
    ("Cleaning data", Stage.DATA),
    ("Modelling", Stage.MODEL),
    ("Training runs", Stage.MODEL),
    ("Integration, release", Stage.RELEASE),
)
"""The tasks whose start is when a stage is paid."""


@dataclass(frozen=True)
class Plan:
    """Tasks of one approach and the week of readiness."""

    tasks: tuple[CalendarTask, ...]
    weeks_draws: Array
    lean_weeks_draws: Array
    """The same project at lean care, for comparison [weeks]."""


def pace(ctx: Context, work: Array | float) -> Array | float:
    """Calendar weeks of one person-week of a project with ``work`` person-weeks.

    Notes
    -----
    ``team^-a`` with a stated team. Where none is stated it grows with the work: a project of the
    usual size takes ``usual team^-a``, and time grows with ``work^b``, b = people.schedule_power.
    """
    power = ctx.value("people.team_power")
    team = ctx.inputs.people.team
    if team is not None:
        return float(float(team) ** -power)
    usual = ctx.value("people.adaptation_weeks")
    grown = np.maximum(np.asarray(work) / usual, 1e-9) ** (ctx.value("people.schedule_power") - 1.0)
    # No team is smaller than one person.
    shorter: Array = np.minimum(ctx.value("people.usual_team") ** -power * grown, 1.0)
    return shorter


def waiting(ctx: Context, level: Effort) -> Array | float:
    """Weeks of access, procurement, review and approvals [weeks]."""
    wait = ctx.figure("people.wait_weeks")
    if level is not Effort.STANDARD:
        wait = wait * ctx.figure(f"people.wait_level.{level}")
    return wait.draws


def lean_weeks(ctx: Context, work: Array) -> Array:
    """The calendar of the same work at lean care, labels not awaited [weeks]."""
    if ctx.inputs.people.effort is not Effort.LEAN:
        work = work * ctx.value("people.level.lean")
    if ctx.inputs.people.effort is Effort.REGULATED:
        work = work / ctx.value("people.level.regulated")
    return np.asarray(waiting(ctx, Effort.LEAN) + work * pace(ctx, work))


def plan(
    ctx: Context,
    efforts: dict[str, PhaseEffort],
    labelling: LabellingPlan,
    compute: ComputeEstimate,
    audit: Figure | None,
) -> Plan:
    """Start and length of every task, shape (n + 1,) [weeks].

    Notes
    -----
    Calendar = waiting + work / team^a. Half of the waiting (access, procurement) comes first, half
    (review, approvals) last; the phases follow one another, for what runs side by side is in the
    power of the team. Labels are made beside the work on data and awaited, the audit beside the
    review.
    """
    size = ctx.draws.size
    work = np.broadcast_to(np.asarray(sum(e.weeks.draws for e in efforts.values())), (size,))
    per_week = pace(ctx, work)

    def length(phase: str) -> Array:
        return np.broadcast_to(np.asarray(efforts[phase].weeks.draws * per_week), (size,))

    def task(name: str, role: str, start: Array, weeks: Array) -> Array:
        if np.any(weeks > 0):
            tasks.append(CalendarTask(name, role, start, weeks))
        return np.asarray(start + weeks)

    tasks: list[CalendarTask] = []
    half = np.broadcast_to(np.asarray(waiting(ctx, ctx.inputs.people.effort)) / 2, (size,))
    lead, data = ROLE_LABELS["project_lead"], ROLE_LABELS["data_engineer"]
    scoped = task("Scoping", lead, np.zeros(size), length("scoping"))
    open_ = task("Access and procurement", lead, scoped, half)
    collected = task("Collecting data", data, open_, length("data_collection"))
    cleaned = task("Cleaning data", data, collected, length("data_cleaning"))
    weeks = np.broadcast_to(np.asarray(labelling.weeks_draws, dtype=float), (size,))
    start = np.maximum(open_, scoped + labelling.start_weeks_draws)
    labelled = task("Labelling", "labellers", start, weeks)
    ready = np.maximum(cleaned, labelled)
    ml, software = ROLE_LABELS["ml_engineer"], ROLE_LABELS["software_engineer"]
    compatible = task("Compatibility", software, ready, length("compatibility"))
    modelled = task("Modelling", ml, compatible, length("modelling"))
    hours = compute.wallclock_hours_draws / HOURS_PER_WEEK
    trained = task("Training runs", "machines", modelled, hours)
    evaluated = task("Evaluation", ROLE_LABELS["data_scientist"], trained, length("evaluation"))
    integrated = task("Integration, release", software, evaluated, length("integration"))
    governed = task("Governance", lead, integrated, length("governance"))
    done = task("Review and approvals", lead, governed, half)
    if audit is not None:
        days = np.broadcast_to(np.asarray(audit.draws, dtype=float), (size,))
        done = np.maximum(done, task("Bias audit", "data scientist", governed, days))
    return Plan(tuple(tasks), done, lean_weeks(ctx, work))


def months_of(plan: Plan) -> tuple[int, dict[Stage, int]]:
    """Months of the project, and the month in which the money of each stage is spent.

    Notes
    -----
    Base case. A stage is paid in the month its first task starts; a project shorter than a month is
    month 0 alone.

    Raises
    ------
    EstimatorError
        Where the project takes more than ``MAX_YEARS``.
    """
    years = float(plan.weeks_draws[0]) / WEEKS_PER_YEAR
    if years > MAX_YEARS:
        raise EstimatorError(
            state("error.project_years", years=Count(years), most=Count(MAX_YEARS))
        )
    starts = {t.name: float(t.start_weeks_draws[0]) for t in plan.tasks}
    last = max(math.ceil(float(plan.weeks_draws[0]) / WEEKS_PER_MONTH - 1e-9), 1)
    first: dict[Stage, int] = {}
    for name, stage in STAGE_OF_TASK:
        if name in starts:
            month = int(starts[name] / WEEKS_PER_MONTH)
            first[stage] = min(first.get(stage, month), month)
    data = first.get(Stage.DATA, 0)
    for stage in (Stage.GUIDE, Stage.TEST, Stage.LABELS):
        first.setdefault(stage, data)
    return last, first


def dates(tasks: tuple[CalendarTask, ...], start_ordinal: int) -> list[tuple[str, int, int]]:
    """Base-case bars as (name, first day, last day) in ordinal days from a start day."""
    return [
        (
            t.name,
            start_ordinal + int(np.floor(t.start_weeks_draws[0] * DAYS_PER_WEEK)),
            start_ordinal
            + int(np.ceil((t.start_weeks_draws[0] + t.weeks_draws[0]) * DAYS_PER_WEEK)),
        )
        for t in tasks
    ]
