"""People: person-weeks by role, phase and approach x loaded wage."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.engine.figure import Figure
from estimator.engine.money.context import Context
from estimator.engine.money.lines import Bill
from estimator.engine.money.rates import usd_per_week
from estimator.engine.money.serving_api import retrieves
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.units import HOURS_PER_MONTH, WORKDAYS_PER_WEEK
from estimator.vocabulary import Approach, Effort, Integration, Phase, Stage
from estimator.words.statement import Number, Term, joined, state

ROLE_OF: dict[str, str] = {
    "scoping": "project_lead",
    "data_collection": "data_engineer",
    "data_cleaning": "data_engineer",
    "modelling": "ml_engineer",
    "evaluation": "data_scientist",
    "compatibility": "software_engineer",
    "integration": "software_engineer",
    "governance": "project_lead",
}
"""Who does a phase, in the order of the work."""

STAGE_OF: dict[str, Stage] = {
    "scoping": Stage.START,
    "data_collection": Stage.DATA,
    "data_cleaning": Stage.DATA,
    "modelling": Stage.MODEL,
    "evaluation": Stage.MODEL,
    "compatibility": Stage.RELEASE,
    "integration": Stage.RELEASE,
    "governance": Stage.RELEASE,
}

ROLE_LABELS: dict[str, str] = {
    "data_scientist": "data scientist",
    "data_engineer": "data engineer",
    "ml_engineer": "machine learning engineer",
    "software_engineer": "software engineer",
    "project_lead": "project lead",
    "labeller": "labeller",
}


REFERENCE = (Approach.LORA, Approach.FULL_FINETUNE)
"""Approaches that are the adaptation the published efforts are about."""

NO_FOREIGN_MODEL = (Approach.BASELINE, Approach.SCRATCH)


@dataclass(frozen=True)
class PhaseEffort:
    """Person-weeks of one phase."""

    phase: str
    role: str
    weeks: Figure


def project_weeks(ctx: Context) -> Figure:
    """Person-weeks of one adapted model in this firm at the stated care.

    Notes
    -----
    ``fitted person-weeks x level of care``, more in a sensitive domain unless the level already is
    the regulated one. Shared by all approaches and phases, and by the calendar (common draws).
    """

    def weeks() -> Figure:
        level = ctx.inputs.people.effort
        whole = ctx.figure("people.adaptation_weeks")
        if level is not Effort.STANDARD:
            whole = whole * ctx.figure(f"people.level.{level}")
        if ctx.inputs.limits.sensitive_domain and level is not Effort.REGULATED:
            whole = whole * ctx.figure("people.sensitive_factor")
        return whole

    return ctx.once("project_weeks", weeks)


def effort(ctx: Context, candidate: Candidate, phase: str) -> PhaseEffort:
    """Person-weeks of a phase for an approach.

    Notes
    -----
    ``person-weeks of an adapted model x share of the phase x factor``: data work and modelling
    differ by approach, integration by the firm; with automation the modelling part is multiplied by
    people.automation_factor.
    """
    share = ctx.point(f"people.share.{phase}")
    if phase == "compatibility" and candidate.approach in NO_FOREIGN_MODEL:
        share = Figure(0.0)
    weeks = project_weeks(ctx) * share
    kind = {"data_collection": "data", "data_cleaning": "data", "modelling": "modelling"}.get(phase)
    if kind and candidate.approach not in REFERENCE:
        name = "retrieval" if retrieves(ctx, candidate) else str(candidate.approach)
        weeks = weeks * ctx.point(f"people.{kind}_factor.{name}")
    way = ctx.inputs.people.integration
    if phase == "integration" and way is not Integration.PIPELINES:
        weeks = weeks * ctx.point(f"people.integration.{way}")
    if phase == "modelling" and ctx.inputs.people.automation:
        weeks = weeks * ctx.figure("people.automation_factor")
    weeks_told = Number(project_weeks(ctx).base)
    note = state("note.effort", weeks=weeks_told, share=Number(share.base))
    if ctx.inputs.people.effort is Effort.LEAN:
        note = joined(note, state(f"note.lean.{phase}"))
        if phase == "integration" and ctx.inputs.people.users is None:
            note = joined(note, state("note.lean.users"))
        if phase == "modelling":
            note = joined(note, state("note.lean.standby"))
    return PhaseEffort(phase, ROLE_OF[phase], weeks.named(note))


def add_people(ctx: Context, bill: Bill, candidate: Candidate) -> dict[str, PhaseEffort]:
    """One line per phase: person-weeks x loaded wage of its role."""
    out = {}
    for phase, role in ROLE_OF.items():
        e = effort(ctx, candidate, phase)
        wage = usd_per_week(ctx, role)
        bill.add(
            f"people_{phase}",
            Phase.PEOPLE,
            e.weeks,
            "person-week",
            wage,
            stage=STAGE_OF[phase],
            note=joined(Term("role", ROLE_LABELS[role]), e.weeks.note, wage.note),
            wages=True,
            own=ctx.own_team,
        )
        out[phase] = e
    return out


def add_operations(ctx: Context, bill: Bill, compute: ComputeEstimate, per_node: float) -> None:
    """Watching a training run on more than one machine; none for a single one."""
    if compute.n_devices <= per_node:
        return
    load = ctx.figure("people.weeks.operations")
    months = compute.wallclock_hours_draws / HOURS_PER_MONTH
    wage = usd_per_week(ctx, "ml_engineer")
    bill.add(
        "people_operations",
        Phase.PEOPLE,
        load * months,
        "person-week",
        wage,
        stage=Stage.MODEL,
        note=state("note.watched"),
        wages=True,
        own=ctx.own_team,
    )


def add_bias_audit(ctx: Context, bill: Bill) -> Figure | None:
    """Bias audit in a sensitive domain, in money and days; its weeks for the calendar."""
    if not ctx.inputs.limits.sensitive_domain:
        return None
    days, outside = ctx.figure("people.bias_audit_days"), ctx.figure("people.bias_audit_usd")
    wage = usd_per_week(ctx, "data_scientist")
    bill.add(
        "bias_audit",
        Phase.OTHER,
        days,
        "person-day",
        wage / WORKDAYS_PER_WEEK,
        note=days.note,
        wages=True,
        own=ctx.own_team,
    )
    bill.add("bias_audit_review", Phase.OTHER, 1.0, "audit", outside)
    return days / WORKDAYS_PER_WEEK
