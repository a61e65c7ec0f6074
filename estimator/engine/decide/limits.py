"""What a limit of the scenario forbids, row by row, with the reason in words."""

from __future__ import annotations

import dataclasses

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.words import count, labels_needed, usd
from estimator.engine.distributions import median
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import (
    AccuracyEstimate,
    Candidate,
    CandidateResult,
    ComputeEstimate,
    MoneyEstimate,
)
from estimator.vocabulary import Approach, DeviceKind, LabellingSource

OUTSIDE_LABELLERS = frozenset(
    {LabellingSource.CROWD, LabellingSource.VENDOR, LabellingSource.MODEL_ASSISTED}
)
OWN_WEIGHTS = frozenset({Approach.BASELINE, Approach.SCRATCH})
NO_EVIDENCE = "no evidence for this task and approach"
SMALL_ON_PURPOSE = frozenset({Approach.BASELINE, Approach.DISTILL})


def inside_only(inputs: ProjectInputs) -> ProjectInputs:
    """The scenario as it can be run inside the house.

    Where no external services are allowed, outside labellers and drafts by a hosted model are
    replaced by the own staff; all else is left as it is.
    """
    if not inputs.limits.no_external_services or inputs.labelling.source not in OUTSIDE_LABELLERS:
        return inputs
    labelling = dataclasses.replace(inputs.labelling, source=LabellingSource.IN_HOUSE)
    return dataclasses.replace(inputs, labelling=labelling)


def limit_reasons(
    inputs: ProjectInputs,
    candidate: Candidate,
    accuracy: AccuracyEstimate,
    compute: ComputeEstimate,
    money: MoneyEstimate,
    assumptions: Assumptions,
) -> tuple[str, ...]:
    """Why the scenario's limits forbid a row, in words; empty when nothing does.

    Notes
    -----
    Budget and deadline forbid a row whose median exceeds them; the chance of exceeding them is
    reported for every row beside. ``full_control`` leaves only rows whose weights are all
    trained by the project itself.
    """
    rules = (
        _external(inputs, candidate, compute, money),
        _regions(inputs, candidate, compute),
        _edge(inputs, candidate, compute, assumptions),
        _control(inputs, candidate),
        _budget(inputs, money),
        _deadline(inputs, money),
        _too_few_labels(inputs, candidate, accuracy, assumptions),
    )
    return tuple(reason for reason in rules if reason)


def feasibility(
    inputs: ProjectInputs,
    candidate: Candidate,
    accuracy: AccuracyEstimate,
    compute: ComputeEstimate,
    money: MoneyEstimate,
    assumptions: Assumptions,
) -> tuple[bool, tuple[str, ...]]:
    """Can this row be taken at all? With every reason against it, in words.

    Reasons come from memory and devices (compute), missing prices (money), the limits of the
    scenario, and missing evidence (accuracy).
    """
    rows = (("does not fit", compute), ("has no price", money))
    reasons = [
        reason for word, row in rows if not row.feasible for reason in (row.reasons or (word,))
    ]
    reasons += limit_reasons(inputs, candidate, accuracy, compute, money, assumptions)
    if accuracy.draws is None:
        reasons.append(accuracy.reason or NO_EVIDENCE)
    unique = tuple(dict.fromkeys(reasons))
    return not unique, unique


def row_reasons(
    result: CandidateResult, inputs: ProjectInputs, assumptions: Assumptions
) -> tuple[str, ...]:
    """Reasons against a row: those it came with and those of the limits, each once."""
    _, reasons = feasibility(
        inputs, result.candidate, result.accuracy, result.compute, result.money, assumptions
    )
    came_with = () if result.feasible else result.reasons
    return tuple(dict.fromkeys((*came_with, *reasons)))


def _hosted(candidate: Candidate, compute: ComputeEstimate) -> bool:
    return compute.device_kind == DeviceKind.API or bool(candidate.model and candidate.model.hosted)


def _external(
    inputs: ProjectInputs, candidate: Candidate, compute: ComputeEstimate, money: MoneyEstimate
) -> str:
    if not inputs.limits.no_external_services:
        return ""
    places = [p for p in money.data_goes_to if p.startswith(("API", "labeller"))]
    if _hosted(candidate, compute):
        return "uses a hosted API, and no external services are allowed"
    if places:
        return f"sends data to {', '.join(places)}, and no external services are allowed"
    return ""


def _regions(inputs: ProjectInputs, candidate: Candidate, compute: ComputeEstimate) -> str:
    regions = inputs.limits.regions
    if regions is None:
        return ""
    if _hosted(candidate, compute):
        return "uses a hosted API whose region is not known"
    in_house = inputs.compute.provider == "own" or inputs.own_hardware is not None
    if not in_house and inputs.compute.region not in regions:
        allowed = ", ".join(regions) or "none"
        return f"trains in {inputs.compute.region}; allowed regions: {allowed}"
    return ""


def _edge(
    inputs: ProjectInputs, candidate: Candidate, compute: ComputeEstimate, assumptions: Assumptions
) -> str:
    if not inputs.limits.edge_device or candidate.approach in SMALL_ON_PURPOSE:
        return ""
    if _hosted(candidate, compute):
        return "answers through a hosted API, not on the device"
    limit = assumptions.value("decision.edge_params")
    params = candidate.model.params_total if candidate.model else None
    if params is not None and params > limit:
        return f"has {count(params)} parameters; a small device holds about {count(limit)}"
    return ""


def _control(inputs: ProjectInputs, candidate: Candidate) -> str:
    if not inputs.limits.full_control or candidate.approach in OWN_WEIGHTS:
        return ""
    base = f" ({candidate.model.name})" if candidate.model else ""
    return f"rests on weights trained by others{base}, and full control is asked for"


def _budget(inputs: ProjectInputs, money: MoneyEstimate) -> str:
    budget = inputs.limits.budget_usd
    if budget is None:
        return ""
    typical = median(money.total_draws)
    if not typical > budget:
        return ""
    return f"costs about {usd(typical)}, more than the budget of {usd(budget)}"


def _deadline(inputs: ProjectInputs, money: MoneyEstimate) -> str:
    deadline = inputs.limits.deadline_weeks
    if deadline is None:
        return ""
    typical = median(money.calendar_weeks_draws)
    if not typical > deadline:
        return ""
    return f"is ready after about {typical:.1f} weeks, later than the {deadline:g} allowed"


def _too_few_labels(
    inputs: ProjectInputs,
    candidate: Candidate,
    accuracy: AccuracyEstimate,
    assumptions: Assumptions,
) -> str:
    needed = accuracy.labels_for_target_draws
    reached = accuracy.target_probability
    if candidate.approach != Approach.SCRATCH or needed is None or reached is None:
        return ""
    owned = candidate.n_labelled(inputs)
    if reached >= assumptions.value("decision.scratch_refusal"):
        return ""
    typical = median(needed)
    if typical <= owned:
        return ""
    amount = labels_needed(typical, assumptions.value("decision.labels_limit"))
    return f"needs {amount} to reach the target from scratch; there would be {count(owned)} labels"
