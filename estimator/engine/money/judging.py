"""Who judges the test set: people, a model, or both with the split that measures best."""

from __future__ import annotations

import math

from estimator.engine.figure import Figure, leaf
from estimator.engine.money.context import Context
from estimator.engine.money.lines import Bill
from estimator.engine.money.serving_api import TOKENS_PER_MILLION, api_discount, list_price
from estimator.errors import InputError, PriceNotFoundError
from estimator.vocabulary import Approach, Basis, Phase, Stage, Task
from estimator.words.statement import Count, Number, state

PEOPLE, JUDGE, BOTH = "people", "judge", "both"
JUDGES = (PEOPLE, JUDGE, BOTH)
MOST_TIMES = 20.0
"""Times the planned test set that a judge reads at most: so many examples have to be there."""


def agreement_weight(agreement: float) -> float:
    """Correlation of two right-or-wrong verdicts that agree so often, evenly split: 2 a - 1."""
    return max(2.0 * agreement - 1.0, 0.0)


def best_split(
    budget: float, usd_person: float, usd_judge: float, agreement: float, most: float
) -> tuple[float, float]:
    """Examples that people judge, and that the model judges, which measure best for the money.

    Parameters
    ----------
    budget : float
        [USD].
    usd_person, usd_judge : float
        Price of one judged example [USD].
    agreement : float
        Share of verdicts in which model and people agree.
    most : float
        Examples there are.

    Returns
    -------
    tuple of float
        People's are among those that the model judges too.

    Notes
    -----
    Variance of the corrected mean: ``(1 - r^2) / n + r^2 / N`` with r of `agreement_weight`, for
    ``n usd_person + N usd_judge = budget``; least at ``N / n = r sqrt(usd_person / usd_judge) /
    sqrt(1 - r^2)``. Where that is below 1 the judge adds nothing and people judge alone.

    References
    ----------
    Angelopoulos, Duchi, Zrnic (2023), PPI++: efficient prediction-powered inference.
    """
    alone = min(budget / usd_person, most)
    r = agreement_weight(agreement)
    if r <= 0 or usd_judge <= 0:
        return alone, 0.0
    ratio = r * math.sqrt(usd_person / usd_judge / max(1.0 - r * r, 1e-9))
    if ratio <= 1.0:
        return alone, 0.0
    n = budget / (usd_person + ratio * usd_judge)
    judged = min(ratio * n, most)
    people = min((budget - judged * usd_judge) / usd_person, judged)
    return (people, judged) if error(people, judged, r) < error(alone, 0.0, r) else (alone, 0.0)


def error(people: float, judged: float, r: float) -> float:
    """Standard error of a share near one half."""
    if people <= 0:
        return math.inf
    if judged <= 0:
        return 0.5 / math.sqrt(people)
    return 0.5 * math.sqrt((1.0 - r * r) / people + r * r / judged)


def add_test_set(
    ctx: Context, bill: Bill, n_eval: int, answers: int, usd: Figure, paid: bool
) -> float:
    """Lines of the test set; the answers that people give.

    Raises
    ------
    InputError
        When the judge is no hosted model with a price of tokens.
    """
    by = ctx.inputs.judging.by
    people, judged, note = float(n_eval), 0.0, state("note.test_set")
    if by != PEOPLE and n_eval:
        each = _judge_usd(ctx)
        agreement = ctx.inputs.judging.agreement or ctx.value("judging.agreement")
        if by == JUDGE:
            people, judged = 0.0, float(n_eval)
        else:
            price = float(usd.base) * answers
            budget = n_eval * price
            most = n_eval * MOST_TIMES
            split = best_split(budget, price, float(each.base), agreement, most)
            people, judged = round(split[0]), round(split[1])
            r = agreement_weight(agreement)
            note = state(
                "note.judged_both", people=Count(people), judged=Count(judged),
                half=Number(128 * error(people, judged, r)),
                alone=Number(128 * error(n_eval, 0.0, r)),
            )  # fmt: skip
        if judged:
            alone = state("note.judge_alone") if by == JUDGE else ""
            bill.add("evaluation_judge", Phase.LABELLING, judged, "example", each,
                     stage=Stage.TEST, note=alone)  # fmt: skip
    if people:
        bill.add("evaluation_set", Phase.LABELLING, people * answers, "label", usd,
                 stage=Stage.TEST, wages=paid, own=paid, note=note)  # fmt: skip
    return people * answers


def _judge_usd(ctx: Context) -> Figure:
    """Price of one verdict: what the judge reads and writes, at its own price of tokens."""
    inputs = ctx.inputs
    usual = (str(Task.TEXT_GENERATION), str(Approach.ZERO_SHOT))
    name = inputs.judging.judge or ctx.evidence.default_models.get(usual) or ""
    model = ctx.evidence.find_model(name)
    price = ctx.evidence.api_price_of.get(model.name) if model else None
    if price is None:
        raise InputError("judging.judge", name, state("allowed.judge"))
    if not price.input_usd_per_mtok or not price.output_usd_per_mtok:
        raise PriceNotFoundError(state("price.no_tokens", approach="zero_shot", model=name))
    keep = (1.0 - api_discount(ctx, price.provider)) / TOKENS_PER_MILLION
    listed = [
        leaf(f"api.{price.model}", usd * keep, "USD per token", Basis.PUBLISHED, price.source_id,
             note=list_price(price))
        for usd in (price.input_usd_per_mtok, price.output_usd_per_mtok)
    ]  # fmt: skip
    answer = f"serving.output_tokens.{inputs.task}"
    known = answer if answer in ctx.assumptions.rows else "serving.output_tokens.other"
    length = inputs.unit_length if inputs.unit_name == "tokens" else 1000.0
    read = ctx.figure("serving.prompt_tokens") + ctx.figure(known) + length
    return read * listed[0] + ctx.figure("judging.output_tokens") * listed[1]
