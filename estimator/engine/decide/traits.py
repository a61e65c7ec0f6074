"""What each approach is like beyond money and accuracy, each with the rule that produced it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.words import count, labels_needed
from estimator.engine.distributions import enough, median
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import Approach, DeviceKind

FLEXIBILITY: dict[Approach, tuple[str, int, str]] = {
    Approach.ZERO_SHOT: ("very low", 0, "only the prompt can be changed"),
    Approach.BASELINE: ("low", 1, "own features, but one simple form of model"),
    Approach.LINEAR_PROBE: ("low", 1, "the base stays as it is, only a classifier is trained"),
    Approach.PARTIAL_FINETUNE: ("low", 1, "only the last layers of the base are trained"),
    Approach.DISTILL: (
        "moderate",
        2,
        "the student's shape is free, it imitates a teacher",
    ),
    Approach.LORA: ("moderate", 2, "every layer is adapted within a small budget of weights"),
    Approach.FULL_FINETUNE: ("moderate to high", 3, "every weight is trained, the shape is given"),
    Approach.CONTINUED_PRETRAIN: ("high", 4, "weights and domain knowledge are retrained"),
    Approach.HYBRID: ("high", 4, "own parts are trained beside the pre-trained one"),
    Approach.SCRATCH: ("full", 5, "shape, data and every weight are the project's own"),
}
"""Class, rank and rule: how much of the model the project can shape."""

LOCK_IN_RANK = {"none": 0, "low": 1, "moderate": 2, "high": 3}


@dataclass(frozen=True)
class Trait:
    """A class of an approach, its rank among the classes, and the rule behind it."""

    level: str
    rank: int
    rule: str


@dataclass(frozen=True)
class Traits:
    """All classes of one row; ``enough_data`` and ``enough_people`` are sentences."""

    flexibility: Trait
    lock_in: Trait
    control: Trait
    privacy: Trait
    bias_audit: Trait
    compatibility: Trait
    enough_data: str
    enough_people: str


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
        return Trait("low", 1, "what can be trained is what the vendor offers")
    return Trait(*FLEXIBILITY[approach])


def lock_in(result: CandidateResult) -> Trait:
    """Dependence on whoever made the base model, by who holds the weights and their licence."""
    model, approach = result.candidate.model, result.candidate.approach
    if hosted(result):
        return Trait("high", 3, "the vendor holds the weights and sets price and end of life")
    if approach in (Approach.BASELINE, Approach.SCRATCH) or model is None:
        return Trait("none", 0, "every weight is the project's own")
    if model.commercial_use in ("restricted", "no"):
        return Trait("high", 3, f"the licence of {model.name} ({model.licence}) limits its use")
    if approach == Approach.ZERO_SHOT:
        return Trait("high", 3, f"all of the behaviour is that of {model.name}")
    if model.commercial_use == "unknown":
        return Trait("moderate", 2, f"the licence of {model.name} is not known")
    if approach in (Approach.HYBRID, Approach.DISTILL):
        return Trait("low", 1, f"only a part rests on {model.name}, whose weights are kept")
    return Trait("moderate", 2, f"built on {model.name}, whose open weights are kept")


def _control(result: CandidateResult) -> Trait:
    if hosted(result):
        return Trait("low", 0, "weights are held by the vendor")
    if result.candidate.approach in (Approach.BASELINE, Approach.SCRATCH):
        return Trait("full", 2, "weights and training data are the project's own")
    return Trait("shared", 1, "the weights are kept, what the base was trained on is given")


def _privacy(result: CandidateResult) -> Trait:
    places = result.money.data_goes_to
    if any("API" in p for p in places):
        return Trait("low", 0, f"data go to: {', '.join(places)}")
    if places:
        return Trait("moderate", 1, f"data go to: {', '.join(places)}")
    return Trait("high", 2, "no data leave the house")


def _bias_audit(result: CandidateResult, inputs: ProjectInputs) -> Trait:
    usd = sum(float(i.usd_draws[0]) for i in result.money.items if i.item.startswith("bias_audit"))
    if inputs.limits.sensitive_domain:
        return Trait("needed", 2, f"people are affected; ${usd:,.0f} of the plan is the audit")
    return Trait("not asked for", 0, "limits.sensitive_domain is off")


def _compatibility(result: CandidateResult) -> Trait:
    names = ("people_compatibility", "people_integration")
    weeks = sum(float(i.quantity_draws[0]) for i in result.money.items if i.item in names)
    rank = 0 if weeks < 1 else (1 if weeks < 4 else 2)
    level = ("easy", "moderate", "hard")[rank]
    return Trait(level, rank, f"{weeks:.1f} person-weeks to fit it in")


def _enough_data(result: CandidateResult, inputs: ProjectInputs, limit: float) -> str:
    planned = result.candidate.n_labelled(inputs)
    owned = inputs.n_labelled_available
    have = f"{count(owned)} labels owned, {count(planned)} with those to buy"
    needed = result.accuracy.labels_for_target_draws
    if needed is None:
        return f"{have}; how many are needed is not known for this approach."
    p50, p90 = (enough(needed, q) for q in (0.5, 0.9))
    if not np.isfinite(p50):
        return f"{have}; no number of labels in range reaches the target in half of the cases."
    safe = f"{count(p90)} to be safe in 9 of 10 cases" if p90 <= limit else "no number is safe"
    word = "Enough" if planned >= p50 else "Not enough"
    return f"{word}: {have}; {labels_needed(max(p50, 1), limit)} needed, {safe}."


def _enough_people(result: CandidateResult, inputs: ProjectInputs) -> str:
    weeks = sum(
        float(i.quantity_draws[0])
        for i in result.money.items
        if i.item.startswith("people_") and i.unit == "person-week" and i.timing == "one_off"
    )
    calendar = median(result.money.calendar_weeks_draws)
    needed = weeks / calendar if calendar > 0 else 0.0
    text = f"{weeks:.1f} person-weeks within {calendar:.1f} weeks: about {needed:.1f} people needed"
    team = inputs.people.team
    if team is None:
        return f"{text}; the team is not stated."
    return f"{text}, {team} available."
