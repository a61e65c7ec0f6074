"""What a limit of the scenario forbids, row by row, with the reason in words."""

from __future__ import annotations

import dataclasses

from estimator.engine.assumptions import Assumptions
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
from estimator.words.statement import Count, Number, Statement, Usd, Weeks, listed, state

OUTSIDE_LABELLERS = frozenset(
    {
        LabellingSource.CROWD,
        LabellingSource.VENDOR,
        LabellingSource.MODEL_ASSISTED,
        LabellingSource.MODEL,
    }
)
OWN_WEIGHTS = frozenset({Approach.BASELINE, Approach.SCRATCH})
NO_EVIDENCE = state("limit.no_evidence")
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
) -> tuple[Statement, ...]:
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
) -> tuple[bool, tuple[Statement, ...]]:
    """Can this row be taken at all? With every reason against it, in words.

    Reasons come from memory and devices (compute), missing prices (money), the limits of the
    scenario, and missing evidence (accuracy).
    """
    rows = (("limit.does_not_fit", compute), ("limit.no_price", money))
    reasons = [
        reason for key, row in rows if not row.feasible for reason in (row.reasons or (state(key),))
    ]
    reasons += limit_reasons(inputs, candidate, accuracy, compute, money, assumptions)
    if accuracy.draws is None:
        reasons.append(accuracy.reason or NO_EVIDENCE)
    unique = tuple(dict.fromkeys(reasons))
    return not unique, unique


def row_reasons(
    result: CandidateResult, inputs: ProjectInputs, assumptions: Assumptions
) -> tuple[Statement, ...]:
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
) -> Statement | None:
    if not inputs.limits.no_external_services:
        return None
    places = [p for p in money.data_goes_to if p.key != "place.cloud_region"]
    if _hosted(candidate, compute):
        return state("limit.hosted")
    if places:
        return state("limit.external", places=listed(places))
    return None


def _regions(
    inputs: ProjectInputs, candidate: Candidate, compute: ComputeEstimate
) -> Statement | None:
    regions = inputs.limits.regions
    if regions is None:
        return None
    if _hosted(candidate, compute):
        return state("limit.hosted_region")
    in_house = inputs.compute.provider == "own" or inputs.own_hardware is not None
    if not in_house and inputs.compute.region not in regions:
        region = inputs.compute.region
        if not regions:
            return state("limit.no_region", region=region)
        return state("limit.region", region=region, allowed=listed(regions))
    return None


def _edge(
    inputs: ProjectInputs, candidate: Candidate, compute: ComputeEstimate, assumptions: Assumptions
) -> Statement | None:
    if not inputs.limits.edge_device or candidate.approach in SMALL_ON_PURPOSE:
        return None
    if _hosted(candidate, compute):
        return state("limit.hosted_edge")
    limit = assumptions.value("decision.edge_params")
    params = candidate.model.params_total if candidate.model else None
    if params is not None and params > limit:
        return state("limit.edge", params=Count(params), limit=Count(limit))
    return None


def _control(inputs: ProjectInputs, candidate: Candidate) -> Statement | None:
    if not inputs.limits.full_control or candidate.approach in OWN_WEIGHTS:
        return None
    if candidate.model is None:
        return state("limit.control")
    return state("limit.control_model", model=candidate.model.name)


def _budget(inputs: ProjectInputs, money: MoneyEstimate) -> Statement | None:
    budget = inputs.limits.budget_usd
    if budget is None:
        return None
    typical = median(money.total_draws)
    if not typical > budget:
        return None
    return state("limit.budget", usd=Usd(typical), budget=Usd(budget))


def _deadline(inputs: ProjectInputs, money: MoneyEstimate) -> Statement | None:
    deadline = inputs.limits.deadline_weeks
    if deadline is None:
        return None
    typical = median(money.calendar_weeks_draws)
    if not typical > deadline:
        return None
    return state("limit.deadline", weeks=Weeks(typical), deadline=Number(deadline))


def _too_few_labels(
    inputs: ProjectInputs,
    candidate: Candidate,
    accuracy: AccuracyEstimate,
    assumptions: Assumptions,
) -> Statement | None:
    needed = accuracy.labels_for_target_draws
    reached = accuracy.target_probability
    if candidate.approach != Approach.SCRATCH or needed is None or reached is None:
        return None
    owned = candidate.n_labelled(inputs)
    if reached >= assumptions.value("decision.scratch_refusal"):
        return None
    typical = median(needed)
    if typical <= owned:
        return None
    amount = needed_labels(typical, assumptions.value("decision.labels_limit"))
    return state("limit.scratch_labels", amount=amount, owned=Count(owned))


def needed_labels(n: float, limit: float) -> Statement:
    """A needed number of labels; in words above what anyone would buy.

    Parameters
    ----------
    n : float
        Labelled examples needed.
    limit : float
        The most a project would label [labelled examples], ``decision.labels_limit``.
    """
    return state("labels.about", n=Count(n)) if n <= limit else state("labels.too_many")
