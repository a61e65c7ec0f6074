"""The three questions of the field's decision framework, beside the computed answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.catalogue import BaseModel
from estimator.engine.decide.recommend import Recommendation, recommend
from estimator.engine.decide.rule import Outcome
from estimator.engine.decide.words import chance, count, labels_needed, listed, usd
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import APPROACH_LABELS, Approach, Domain

HUBS = ("Hugging Face", "TensorFlow Hub", "PyTorch Hub", "SageMaker JumpStart")
AS_IS = (Approach.ZERO_SHOT,)
LIGHT = (Approach.LINEAR_PROBE, Approach.PARTIAL_FINETUNE, Approach.LORA, Approach.FULL_FINETUNE)
HEAVY = (Approach.CONTINUED_PRETRAIN, Approach.HYBRID, Approach.FULL_FINETUNE, Approach.LORA)
OWN = (Approach.SCRATCH,)
NEAREST_MODELS = 6


@dataclass(frozen=True)
class Answers:
    """Typed answers to the three questions; None is answered from the scenario."""

    solved: bool | None = None
    close: bool | None = None
    unique: bool | None = None


@dataclass(frozen=True)
class NearModel:
    """A catalogue model to look at first."""

    name: str
    family: str
    params_total: float | None
    licence: str
    commercial_use: str
    hosted: bool
    source_id: str


@dataclass(frozen=True)
class Step:
    """One question with its answer, why, and what follows from it."""

    question: str
    answer: bool
    why: str
    then: str


@dataclass(frozen=True)
class Questions:
    """The guided answer beside the computed one.

    ``guided`` are the approaches that the questions lead to; ``agrees`` says whether the
    computed one (or one of its equals) is among them; ``explanation`` says why, or why not.
    """

    steps: tuple[Step, ...]
    guided: tuple[Approach, ...]
    computed: str | None
    agrees: bool
    explanation: str
    hubs: tuple[str, ...]
    models: tuple[NearModel, ...]


def three_questions(
    evaluation: Evaluation,
    assumptions: Assumptions,
    models: Mapping[str, BaseModel],
    answers: Answers | None = None,
) -> Questions:
    """Solved already? Close to something solved? Truly unique, with data, budget and skill?

    Parameters
    ----------
    models : mapping of name to BaseModel
        The catalogue; the nearest models of the task are named in step one.
    answers : Answers, optional
        What the user typed; what is left open is answered from ``domain`` and the limits.
    """
    answers = answers or Answers()
    advice = recommend(evaluation, assumptions)
    near = nearest_models(evaluation, models)
    steps = [_solved(evaluation, answers, near)]
    guided: tuple[Approach, ...] = AS_IS
    if not steps[0].answer:
        steps.append(_close(evaluation, answers))
        guided = LIGHT
        if not steps[1].answer:
            steps.append(_unique(evaluation, answers, assumptions.value("decision.labels_limit")))
            guided = OWN if steps[2].answer else HEAVY
    computed = _approach(evaluation, advice.approach)
    taken = [computed, *(_approach(evaluation, k) for k in advice.equals)]
    agrees = any(a in guided for a in taken if a is not None)
    explanation = _explain(evaluation, advice, guided, computed, agrees)
    return Questions(tuple(steps), guided, advice.approach, agrees, explanation, HUBS, near)


def nearest_models(
    evaluation: Evaluation, models: Mapping[str, BaseModel]
) -> tuple[NearModel, ...]:
    """Catalogue models of the task: those of the rows first, then the newest, each once."""
    task = str(evaluation.inputs.task)
    used = [r.candidate.model for r in evaluation.results if r.candidate.model]
    able = sorted(
        (m for m in models.values() if task in m.tasks),
        key=lambda m: (m.commercial_use != "yes", -(m.release_year or 0), m.name),
    )
    found = {m.name: m for m in (*used, *able)}
    return tuple(
        NearModel(
            m.name, m.family, m.params_total, m.licence, m.commercial_use, m.hosted, m.source_id
        )
        for m in list(found.values())[:NEAREST_MODELS]
    )


def _solved(evaluation: Evaluation, answers: Answers, near: tuple[NearModel, ...]) -> Step:
    domain = evaluation.inputs.domain
    solved = domain == Domain.SOLVED if answers.solved is None else answers.solved
    names = listed([f"{m.name} ({m.licence})" for m in near[:3]]) or "none in the catalogue"
    return Step(
        "Has somebody solved this already?",
        solved,
        f"The domain is stated as '{domain}'." if answers.solved is None else "As answered.",
        f"Look on {listed(HUBS)}; nearest in the catalogue: {names}."
        + (" Use it as it is." if solved else ""),
    )


def _close(evaluation: Evaluation, answers: Answers) -> Step:
    domain = evaluation.inputs.domain
    close = domain != Domain.FAR if answers.close is None else answers.close
    return Step(
        "Is it close to something that is solved?",
        close,
        f"The domain is stated as '{domain}'." if answers.close is None else "As answered.",
        "Adapt a pre-trained model to your data."
        if close
        else "A pre-trained model may help less than usual; go on to the third question.",
    )


def _unique(evaluation: Evaluation, answers: Answers, limit: float) -> Step:
    scratch = _row(evaluation, Approach.SCRATCH)
    data, data_why = _enough_data(evaluation, scratch, limit)
    money, money_why = _enough_money(evaluation, scratch)
    skill, skill_why = _enough_skill(evaluation, scratch)
    unique = (data and money and skill) if answers.unique is None else answers.unique
    why = f"{data_why} {money_why} {skill_why}"
    return Step(
        "Is it truly unique, and are there the data, the budget and the skill?",
        unique,
        why if answers.unique is None else f"As answered. {why}",
        "Train your own model." if unique else "Even then start from a base, adapted heavily.",
    )


def _row(evaluation: Evaluation, approach: Approach) -> CandidateResult | None:
    return next((r for r in evaluation.results if r.candidate.approach == approach), None)


def _enough_data(
    evaluation: Evaluation, scratch: CandidateResult | None, limit: float
) -> tuple[bool, str]:
    if scratch is None or scratch.accuracy.labels_for_target_draws is None:
        return False, "How many labels scratch needs is not known."
    needed = float(np.quantile(scratch.accuracy.labels_for_target_draws[1:], 0.5, method="higher"))
    planned = scratch.candidate.n_labelled(evaluation.inputs)
    enough = planned >= needed
    amount = labels_needed(needed, limit)
    return enough, f"Data: {count(planned)} labels against {amount} that scratch needs."


def _enough_money(evaluation: Evaluation, scratch: CandidateResult | None) -> tuple[bool, str]:
    if scratch is None:
        return False, "Budget: not known."
    cost = float(np.median(scratch.money.total_draws[1:]))
    budget = evaluation.inputs.limits.budget_usd
    if budget is None:
        return True, f"Budget: none stated; scratch costs about {usd(cost)}."
    return bool(cost <= budget), f"Budget: {usd(budget)} against {usd(cost)}."


def _enough_skill(evaluation: Evaluation, scratch: CandidateResult | None) -> tuple[bool, str]:
    team = evaluation.inputs.people.team
    if scratch is None or team is None:
        return True, "Skill: the team is not stated."
    weeks = sum(
        float(i.quantity_draws[0])
        for i in scratch.money.items
        if i.item.startswith("people_") and i.timing == "one_off"
    )
    calendar = max(float(np.median(scratch.money.calendar_weeks_draws[1:])), 1e-9)
    needed = weeks / calendar
    return team >= needed, f"Skill: {team} people against about {needed:.1f} needed."


def _approach(evaluation: Evaluation, key: str | None) -> Approach | None:
    return next((r.candidate.approach for r in evaluation.results if r.candidate.key == key), None)


def _explain(
    evaluation: Evaluation,
    advice: Recommendation,
    guided: tuple[Approach, ...],
    computed: Approach | None,
    agrees: bool,
) -> str:
    names = listed([APPROACH_LABELS[a] for a in guided])
    if computed is None:
        return f"The questions lead to {names}; computed: every approach breaks a limit."
    if agrees:
        return f"The questions lead to {names}, and so does the calculation: {advice.label}."
    rows = [advice.rows[r.candidate.key] for r in evaluation.results]
    parts: list[str] = []
    for row, result in zip(rows, evaluation.results, strict=True):
        if result.candidate.approach not in guided or "#" in result.candidate.key:
            continue
        if not row.feasible:
            parts.append(f"{row.label} is excluded ({row.reasons[0]})")
        else:
            p = row.target_probability
            reach = "" if p is None else f" and reaches the target in {chance(p)}"
            cost = float(np.median(result.money.total_draws[1:]))
            parts.append(f"{row.label} costs {usd(cost)}{reach}")
    own = advice.rows[str(advice.approach)]
    cost = next(
        float(np.median(r.money.total_draws[1:]))
        for r in evaluation.results
        if r.candidate.key == advice.approach
    )
    reach = "" if own.target_probability is None else f" in {chance(own.target_probability)}"
    ending = (
        f"{advice.label} reaches it{reach} for {usd(cost)}"
        if advice.outcome != Outcome.NOBODY_REACHES
        else f"nobody reaches the target surely, and {advice.label} comes nearest for {usd(cost)}"
    )
    joined = "; ".join((*parts, ending))
    return f"The questions lead to {names}, the calculation to {advice.label}: {joined}."
