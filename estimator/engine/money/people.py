"""People: person-weeks by role, phase and approach x loaded wage."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.engine.distributions import Array
from estimator.engine.money.context import Context, Figure, weakest
from estimator.engine.money.lines import Bill
from estimator.engine.money.rates import usd_per_week
from estimator.engine.money.serving_api import retrieves
from estimator.engine.results import Candidate, ComputeEstimate
from estimator.units import HOURS_PER_MONTH, WORKDAYS_PER_WEEK
from estimator.vocabulary import Basis, Phase

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

ROLE_LABELS: dict[str, str] = {
    "data_scientist": "data scientist",
    "data_engineer": "data engineer",
    "ml_engineer": "machine learning engineer",
    "software_engineer": "software engineer",
    "project_lead": "project lead",
    "labeller": "labeller",
}


@dataclass(frozen=True)
class Effort:
    """Person-weeks of one phase."""

    phase: str
    role: str
    weeks: Figure


def effort(ctx: Context, candidate: Candidate, phase: str) -> Effort:
    """Person-weeks of a phase for an approach.

    Notes
    -----
    ``weeks of a custom model x factor of the approach``; with automation the modelling part is
    multiplied by people.automation_factor. The weeks are shared by all approaches (common draws).
    """
    base = ctx.figure(f"people.weeks.{phase}")
    name = f"people.factor.{phase}.{candidate.approach}"
    if retrieves(ctx, candidate) and f"people.factor.{phase}.retrieval" in ctx.assumptions.rows:
        name = f"people.factor.{phase}.retrieval"
    factor = ctx.figure(name)
    draws: Array | float = base.draws * factor.draws
    parts = [base] if factor.base == 1.0 and factor.basis is Basis.ASSUMED else [base, factor]
    if phase == "modelling" and ctx.inputs.people.automation:
        automation = ctx.figure("people.automation_factor")
        draws, parts = draws * automation.draws, [*parts, automation]
    basis, source_id = weakest(*parts)
    note = f"{base.base:.3g} weeks of a custom model x {factor.base:g} ({name})"
    return Effort(phase, ROLE_OF[phase], Figure(draws, basis, source_id, note))


def add_people(ctx: Context, bill: Bill, candidate: Candidate) -> dict[str, Effort]:
    """One line per phase: person-weeks x loaded wage of its role."""
    own = ctx.inputs.people.partner_usd_per_day is None
    out = {}
    for phase, role in ROLE_OF.items():
        e = effort(ctx, candidate, phase)
        wage = usd_per_week(ctx, role)
        basis, source_id = weakest(e.weeks, wage)
        bill.add(
            f"people_{phase}", Phase.PEOPLE, e.weeks.draws, "person-week", wage.draws,
            basis, source_id, note=f"{ROLE_LABELS[role]}: {e.weeks.note}; {wage.note}",
            wages=True, own=own,
        )  # fmt: skip
        out[phase] = e
    return out


def add_operations(ctx: Context, bill: Bill, compute: ComputeEstimate, per_node: float) -> None:
    """Watching a training run on more than one machine; none for a single one."""
    if compute.n_devices <= per_node:
        return
    load = ctx.figure("people.weeks.operations")
    months = compute.wallclock_hours_draws / HOURS_PER_MONTH
    wage = usd_per_week(ctx, "ml_engineer")
    basis, source_id = weakest(load, wage)
    bill.add(
        "people_operations", Phase.PEOPLE, load.draws * months, "person-week", wage.draws,
        basis, source_id, note="a run on several machines is watched", wages=True,
        own=ctx.inputs.people.partner_usd_per_day is None,
    )  # fmt: skip


def add_bias_audit(ctx: Context, bill: Bill) -> Figure | None:
    """Bias audit in a sensitive domain, in money and days; its weeks for the calendar."""
    if not ctx.inputs.limits.sensitive_domain:
        return None
    days, outside = ctx.figure("people.bias_audit_days"), ctx.figure("people.bias_audit_usd")
    wage = usd_per_week(ctx, "data_scientist")
    basis, source_id = weakest(days, wage)
    bill.add(
        "bias_audit", Phase.OTHER, days.draws, "person-day", wage.draws / WORKDAYS_PER_WEEK,
        basis, source_id, note=days.note, wages=True,
        own=ctx.inputs.people.partner_usd_per_day is None,
    )  # fmt: skip
    bill.add(
        "bias_audit_review", Phase.OTHER, 1.0, "audit", outside.draws, outside.basis,
        outside.source_id, note=outside.note,
    )  # fmt: skip
    return Figure(days.draws / WORKDAYS_PER_WEEK, Basis(days.basis), days.source_id, days.note)
