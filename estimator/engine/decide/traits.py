"""What each approach is like beyond money and accuracy, each with the rule that produced it."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.limits import needed_labels
from estimator.engine.distributions import enough, median
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import Approach, DeviceKind
from estimator.words.statement import Count, Number, Statement, Usd, listed, state

FLEXIBILITY: dict[Approach, tuple[str, int]] = {
    Approach.ZERO_SHOT: ("very low", 0),
    Approach.BASELINE: ("low", 1),
    Approach.LINEAR_PROBE: ("low", 1),
    Approach.PARTIAL_FINETUNE: ("low", 1),
    Approach.DISTILL: ("moderate", 2),
    Approach.LORA: ("moderate", 2),
    Approach.FULL_FINETUNE: ("moderate to high", 3),
    Approach.CONTINUED_PRETRAIN: ("high", 4),
    Approach.HYBRID: ("high", 4),
    Approach.SCRATCH: ("full", 5),
}
"""Class and rank: how much of the model the project can shape; the rule is a text by approach."""

APIS = ("place.api", "place.drafts", "place.teacher")
LOCK_IN_RANK = {"none": 0, "low": 1, "moderate": 2, "high": 3}


@dataclass(frozen=True)
class Trait:
    """A class of an approach, its rank among the classes, and the rule behind it."""

    level: str
    rank: int
    rule: Statement


@dataclass(frozen=True)
class Traits:
    """All classes of one row; ``enough_data`` and ``enough_people`` are sentences."""

    flexibility: Trait
    lock_in: Trait
    control: Trait
    privacy: Trait
    bias_audit: Trait
    compatibility: Trait
    enough_data: Statement
    enough_people: Statement


def traits(evaluation: Evaluation, assumptions: Assumptions) -> dict[str, Traits]:
    """Classes of every row, by key."""
    limit = assumptions.value("decision.labels_limit")
    return {
        r.candidate.key: Traits(
            flexibility=flexibility(r),
            lock_in=lock_in(r),
            control=_control(r),
            privacy=_privacy(r),
            bias_audit=_bias_audit(r, evaluation.inputs),
            compatibility=_compatibility(r),
            enough_data=_enough_data(r, evaluation.inputs, limit),
            enough_people=_enough_people(r, evaluation.inputs),
        )
        for r in evaluation.results
    }


def hosted(result: CandidateResult) -> bool:
    """Is the row served by somebody else's API?"""
    model = result.candidate.model
    return result.compute.device_kind == DeviceKind.API or bool(model and model.hosted)


def flexibility(result: CandidateResult) -> Trait:
    """How much of the model the project can shape, by which weights it trains."""
    approach = result.candidate.approach
    if hosted(result) and approach not in (Approach.ZERO_SHOT, Approach.DISTILL):
        return Trait("low", 1, state("trait.flexibility.hosted"))
    return Trait(*FLEXIBILITY[approach], state(f"trait.flexibility.{approach}"))


def lock_in(result: CandidateResult) -> Trait:
    """Dependence on whoever made the base model, by who holds the weights and their licence."""
    model, approach = result.candidate.model, result.candidate.approach
    if hosted(result):
        return Trait("high", 3, state("trait.lock_in.hosted"))
    if approach in (Approach.BASELINE, Approach.SCRATCH) or model is None:
        return Trait("none", 0, state("trait.lock_in.none"))
    if model.commercial_use in ("restricted", "no"):
        why = state("trait.lock_in.limited", model=model.name, licence=model.licence)
        return Trait("high", 3, why)
    if approach == Approach.ZERO_SHOT:
        return Trait("high", 3, state("trait.lock_in.as_is", model=model.name))
    if model.commercial_use == "unknown":
        return Trait("moderate", 2, state("trait.lock_in.unknown", model=model.name))
    if approach in (Approach.HYBRID, Approach.DISTILL):
        return Trait("low", 1, state("trait.lock_in.part", model=model.name))
    return Trait("moderate", 2, state("trait.lock_in.open", model=model.name))


def _control(result: CandidateResult) -> Trait:
    if hosted(result):
        return Trait("low", 0, state("trait.control.hosted"))
    if result.candidate.approach in (Approach.BASELINE, Approach.SCRATCH):
        return Trait("full", 2, state("trait.control.full"))
    return Trait("shared", 1, state("trait.control.shared"))


def _privacy(result: CandidateResult) -> Trait:
    places = result.money.data_goes_to
    if not places:
        return Trait("high", 2, state("trait.privacy.none"))
    why = state("trait.privacy.places", places=listed(places))
    return Trait("low", 0, why) if any(p.key in APIS for p in places) else Trait("moderate", 1, why)


def _bias_audit(result: CandidateResult, inputs: ProjectInputs) -> Trait:
    usd = sum(float(i.usd_draws[0]) for i in result.money.items if i.item.startswith("bias_audit"))
    if inputs.limits.sensitive_domain:
        return Trait("needed", 2, state("trait.bias.audit", usd=Usd(usd)))
    return Trait("not asked for", 0, state("trait.bias.none"))


def _compatibility(result: CandidateResult) -> Trait:
    names = ("people_compatibility", "people_integration")
    weeks = sum(float(i.quantity_draws[0]) for i in result.money.items if i.item in names)
    rank = 0 if weeks < 1 else (1 if weeks < 4 else 2)
    level = ("easy", "moderate", "hard")[rank]
    return Trait(level, rank, state("trait.compatibility", weeks=Number(weeks)))


def _enough_data(result: CandidateResult, inputs: ProjectInputs, limit: float) -> Statement:
    planned = result.candidate.n_labelled(inputs)
    owned = inputs.n_labelled_available
    have = {"owned": Count(owned), "planned": Count(planned)}
    needed = result.accuracy.labels_for_target_draws
    if needed is None:
        return state("enough.data.unknown", **have)
    if result.accuracy.labels_reason is not None:
        return state("enough.data.none", **have, why=result.accuracy.labels_reason)
    p50, p90 = (enough(needed, q) for q in (0.5, 0.9))
    safe = state("enough.data.safe", n=Count(p90)) if p90 <= limit else state("enough.data.unsafe")
    key = "enough.data.yes" if planned >= p50 else "enough.data.no"
    return state(key, **have, needed=needed_labels(max(p50, 1), limit), safe=safe)


def _enough_people(result: CandidateResult, inputs: ProjectInputs) -> Statement:
    weeks = sum(
        float(i.quantity_draws[0])
        for i in result.money.items
        if i.item.startswith("people_") and i.unit == "person-week" and i.timing == "one_off"
    )
    calendar = median(result.money.calendar_weeks_draws)
    needed = weeks / calendar if calendar > 0 else 0.0
    values = {"work": Number(weeks), "weeks": Number(calendar), "needed": Number(needed)}
    team = inputs.people.team
    if team is None:
        return state("enough.people.unknown", **values)
    return state("enough.people.known", **values, team=Number(team))
