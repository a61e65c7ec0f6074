"""The three questions of the field's decision framework, beside the computed answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.limits import needed_labels
from estimator.engine.decide.recommend import Recommendation, RowDecision, recommend
from estimator.engine.results import CandidateResult, Evaluation
from estimator.evidence.things import BaseModel
from estimator.vocabulary import Approach, Domain
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import (
    Count,
    Number,
    Share,
    Statement,
    Term,
    Usd,
    listed,
    sentences,
    state,
)

HUBS = ("Hugging Face", "TensorFlow Hub", "PyTorch Hub", "SageMaker JumpStart")
AS_IS = (Approach.ZERO_SHOT,)
LIGHT = (Approach.LINEAR_PROBE, Approach.PARTIAL_FINETUNE, Approach.LORA, Approach.FULL_FINETUNE)
HEAVY = (Approach.CONTINUED_PRETRAIN, Approach.HYBRID, Approach.FULL_FINETUNE, Approach.LORA)
OWN = (Approach.SCRATCH,)
NEAREST_MODELS = 6
Enough = tuple[bool, Statement]


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

    question: Statement
    answer: bool
    why: Statement
    then: Statement


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
    explanation: Statement
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
    names = [f"{m.name} ({m.licence})" for m in near[:3]]
    models = listed(names) if names else state("guide.no_model")
    return Step(
        state("guide.solved"),
        solved,
        _why(domain, answers.solved),
        state("guide.look_as_is" if solved else "guide.look", hubs=listed(HUBS), models=models),
    )


def _why(domain: Domain, answered: bool | None) -> Statement:
    stated = Term("ui.option.domain", str(domain))
    return state("guide.domain", domain=stated) if answered is None else state("guide.answered")


def _close(evaluation: Evaluation, answers: Answers) -> Step:
    domain = evaluation.inputs.domain
    close = domain != Domain.FAR if answers.close is None else answers.close
    then = state("guide.adapt" if close else "guide.third")
    return Step(state("guide.close"), close, _why(domain, answers.close), then)


def _unique(evaluation: Evaluation, answers: Answers, limit: float) -> Step:
    scratch = _row(evaluation, Approach.SCRATCH)
    data, data_why = _enough_data(evaluation, scratch, limit)
    money, money_why = _enough_money(evaluation, scratch)
    skill, skill_why = _enough_skill(evaluation, scratch)
    unique = (data and money and skill) if answers.unique is None else answers.unique
    why = [data_why, money_why, skill_why]
    if answers.unique is not None:
        why.insert(0, state("guide.answered"))
    then = state("guide.train" if unique else "guide.base")
    return Step(state("guide.unique"), unique, sentences(*why), then)


def _row(evaluation: Evaluation, approach: Approach) -> CandidateResult | None:
    return next((r for r in evaluation.results if r.candidate.approach == approach), None)


def _enough_data(evaluation: Evaluation, scratch: CandidateResult | None, limit: float) -> Enough:
    if scratch is None or scratch.accuracy.labels_for_target_draws is None:
        return False, state("guide.data_unknown")
    needed = float(np.quantile(scratch.accuracy.labels_for_target_draws[1:], 0.5, method="higher"))
    planned = scratch.candidate.n_labelled(evaluation.inputs)
    enough = planned >= needed
    amount = needed_labels(needed, limit)
    return enough, state("guide.data", n=Count(planned), amount=amount)


def _enough_money(evaluation: Evaluation, scratch: CandidateResult | None) -> Enough:
    if scratch is None:
        return False, state("guide.budget_unknown")
    cost = float(np.median(scratch.money.total_draws[1:]))
    budget = evaluation.inputs.limits.budget_usd
    if budget is None:
        return True, state("guide.budget_none", usd=Usd(cost))
    return bool(cost <= budget), state("guide.budget", budget=Usd(budget), usd=Usd(cost))


def _enough_skill(evaluation: Evaluation, scratch: CandidateResult | None) -> Enough:
    team = evaluation.inputs.people.team
    if scratch is None or team is None:
        return True, state("guide.skill_unknown")
    weeks = sum(
        float(i.quantity_draws[0])
        for i in scratch.money.items
        if i.item.startswith("people_") and i.timing == "one_off"
    )
    calendar = max(float(np.median(scratch.money.calendar_weeks_draws[1:])), 1e-9)
    needed = weeks / calendar
    return team >= needed, state("guide.skill", team=Number(team), needed=Number(needed))


def _approach(evaluation: Evaluation, key: str | None) -> Approach | None:
    return next((r.candidate.approach for r in evaluation.results if r.candidate.key == key), None)


def _explain(
    evaluation: Evaluation,
    advice: Recommendation,
    guided: tuple[Approach, ...],
    computed: Approach | None,
    agrees: bool,
) -> Statement:
    names = listed([ApproachName(str(a)) for a in guided])
    if computed is None:
        return state("guide.none_left", guided=names)
    choice = ApproachName(str(advice.approach))
    if agrees:
        return state("guide.agrees", guided=names, choice=choice)
    parts: list[Statement] = []
    for result in evaluation.results:
        row = advice.rows[result.candidate.key]
        if result.candidate.approach not in guided or "#" in result.candidate.key:
            continue
        if row.feasible:
            parts.append(_reached("guide.costs", result, row))
        else:
            name = ApproachName(result.candidate.key)
            parts.append(state("guide.excluded", row=name, reason=row.reasons[0]))
    own = next(r for r in evaluation.results if r.candidate.key == advice.approach)
    parts.append(_reached("guide.reaches", own, advice.rows[str(advice.approach)]))
    why = state("joined", parts=listed(parts))
    return state("guide.differs", guided=names, choice=choice, why=why)


def _reached(key: str, result: CandidateResult, row: RowDecision) -> Statement:
    cost = Usd(float(np.median(result.money.total_draws[1:])))
    name = ApproachName(result.candidate.key)
    if row.target_probability is None:
        return state(key, row=name, usd=cost)
    return state(f"{key}_chance", row=name, usd=cost, chance=Share(row.target_probability))
