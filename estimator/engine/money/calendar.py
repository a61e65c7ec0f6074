"""The plan in weeks: tasks with what can run in parallel, a Gantt as a list of bars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.money.context import Context, Figure
from estimator.engine.money.labelling import LabellingPlan
from estimator.engine.money.people import ROLE_LABELS, Effort
from estimator.engine.results import CalendarTask, ComputeEstimate
from estimator.units import DAYS_PER_WEEK, HOURS_PER_WEEK


@dataclass(frozen=True)
class Plan:
    """Tasks of one approach and the week of readiness."""

    tasks: tuple[CalendarTask, ...]
    weeks_draws: Array


def people_on_a_phase(team: int | None, most: float) -> float:
    """People who share one phase: the team, at most ``most``; one when no team is stated."""
    return 1.0 if team is None else min(float(team), most)


def plan(
    ctx: Context,
    efforts: dict[str, Effort],
    labelling: LabellingPlan,
    compute: ComputeEstimate,
    audit: Figure | None,
) -> Plan:
    """Start and length of every task, shape (n + 1,) [weeks].

    Notes
    -----
    Scoping; then collection and cleaning beside labelling; modelling once data and labels are
    there, with the wall-clock of training; evaluation; audit. Integration starts with modelling
    and its part that cannot run beside it follows evaluation. A team of one does one phase after
    the other. Length of a phase = person-weeks / people who share it.
    """
    size, team = ctx.draws.size, ctx.inputs.people.team
    people = people_on_a_phase(team, ctx.value("people.max_parallel"))

    def length(phase: str) -> Array:
        return np.broadcast_to(np.asarray(efforts[phase].weeks.draws) / people, (size,))

    def task(name: str, role: str, start: Array, weeks: Array) -> Array:
        if np.any(weeks > 0):
            tasks.append(CalendarTask(name, role, start, weeks))
        return np.asarray(start + weeks)

    tasks: list[CalendarTask] = []
    zero = np.zeros(size)
    scoped = task("Scoping", ROLE_LABELS["project_lead"], zero, length("scoping"))
    data = ROLE_LABELS["data_engineer"]
    collected = task("Collecting data", data, scoped, length("data_collection"))
    cleaned = task("Cleaning data", data, collected, length("data_cleaning"))
    weeks = np.broadcast_to(np.asarray(labelling.weeks_draws, dtype=float), (size,))
    labelled = task("Labelling", "labellers", scoped, weeks)
    ready = np.maximum(cleaned, labelled)
    ml = ROLE_LABELS["ml_engineer"]
    compatible = task(
        "Compatibility", ROLE_LABELS["software_engineer"], ready, length("compatibility")
    )
    free = compatible if team == 1 else ready
    modelled = task("Modelling", ml, free, length("modelling"))
    hours = compute.wallclock_hours_draws / HOURS_PER_WEEK
    trained = task("Training runs", "machines", modelled, hours)
    evaluated = task(
        "Evaluation", ROLE_LABELS["data_scientist"], np.maximum(trained, compatible),
        length("evaluation"),
    )  # fmt: skip
    software, work = ROLE_LABELS["software_engineer"], length("integration")
    beside = 0.0 if team == 1 else ctx.value("people.integration_overlap")
    early = np.minimum(work * beside, np.maximum(evaluated - compatible, 0.0))
    task("Integration, prepared", software, compatible, early)
    integrated = task("Integration, release", software, evaluated, work - early)
    after = integrated if team == 1 else evaluated
    governed = task("Governance", ROLE_LABELS["project_lead"], after, length("governance"))
    done = np.maximum(integrated, governed)
    if audit is not None:
        days = np.broadcast_to(np.asarray(audit.draws, dtype=float), (size,))
        after = governed if team == 1 else evaluated
        done = np.maximum(done, task("Bias audit", "data scientist", after, days))
    return Plan(tuple(tasks), done)


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
