"""Warnings, each with the money or the probability that makes it matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, make_board
from estimator.engine.decide.traits import hosted
from estimator.engine.decide.words import chance, count, level, points, usd
from estimator.engine.distributions import median
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import Approach, Domain, Phase

HIGH, MEDIUM, LOW = "high", "medium", "low"
NO_LABELS_TRAINED = frozenset({Approach.ZERO_SHOT})
FEW_WEIGHTS = frozenset({Approach.BASELINE, Approach.LINEAR_PROBE, Approach.ZERO_SHOT})


@dataclass(frozen=True)
class Risk:
    """One warning: ``usd`` the money at stake, ``probability`` its chance; one of them is known."""

    risk: str
    severity: str
    text: str
    usd: float | None = None
    probability: float | None = None


def risks(
    evaluation: Evaluation, assumptions: Assumptions, board: Board | None = None
) -> dict[str, tuple[Risk, ...]]:
    """Warnings of every row, the gravest first, by key."""
    board = board or make_board(evaluation, assumptions)
    out: dict[str, tuple[Risk, ...]] = {}
    for i, result in enumerate(evaluation.results):
        found = [
            *_target(board, i),
            *_overrun(evaluation, board, i, assumptions),
            *_late(evaluation, board, i),
            *_scratch(board, i, result),
            *_no_evaluation(evaluation, board, i),
            *_bias(evaluation, result),
            *_label_quality(evaluation, result, assumptions),
            *_skipped_baseline(evaluation, board, i),
            *_overfitting(evaluation, result, assumptions),
            *_negative_transfer(evaluation, board, i, result),
            *_lock_in(result),
            *_licence(result),
            *_compatibility(result),
            *_extrapolation(board, i, result),
            *_sunk(evaluation),
        ]
        order = {HIGH: 0, MEDIUM: 1, LOW: 2}
        out[result.candidate.key] = tuple(sorted(found, key=lambda r: order[r.severity]))
    return out


def _by_probability(p: float) -> str:
    return HIGH if p >= 0.5 else MEDIUM if p >= 0.2 else LOW


def _target(board: Board, i: int) -> list[Risk]:
    if board.target is None or not np.isfinite(board.score[i]).all():
        return []
    p = 1.0 - float(board.target_probability[i])
    if p <= 1.0 - board.wanted:
        return []
    lost = float(board.median_one_off[i])
    text = f"It misses the target in {chance(p)}; {usd(lost)} is spent before that is known."
    return [Risk("misses the target", _by_probability(p), text, lost, p)]


def _overrun(evaluation: Evaluation, board: Board, i: int, assumptions: Assumptions) -> list[Risk]:
    total = board.total[i]
    if not np.isfinite(total).all():
        return []
    budget = evaluation.inputs.limits.budget_usd
    p90 = float(np.quantile(total[1:], 0.9))
    if budget is not None:
        p = float((total[1:] > budget).mean())
        extra = max(p90 - budget, 0.0)
        text = f"It exceeds the budget of {usd(budget)} in {chance(p)}."
        return [Risk("cost overrun", _by_probability(p), text, extra, p)] if p > 0.05 else []
    margin = assumptions.value("decision.overrun_share")
    p = float((total[1:] > total[0] * (1 + margin)).mean())
    extra = p90 - float(total[0])
    text = (
        f"It costs over {margin:.0%} more than planned in {chance(p)}; "
        f"{usd(extra)} more covers 9 of 10 cases."
    )
    return [Risk("cost overrun", MEDIUM if p >= 0.2 else LOW, text, extra, p)] if p > 0.05 else []


def _late(evaluation: Evaluation, board: Board, i: int) -> list[Risk]:
    deadline = evaluation.inputs.limits.deadline_weeks
    if deadline is None:
        return []
    p = float((board.weeks[i, 1:] > deadline).mean())
    text = f"It is later than the {deadline:g} weeks allowed in {chance(p)}."
    return [Risk("late delivery", _by_probability(p), text, None, p)] if p > 0.05 else []


def _scratch(board: Board, i: int, result: CandidateResult) -> list[Risk]:
    """Training from scratch although a base exists: money lost against the cheapest as good."""
    if result.candidate.approach != Approach.SCRATCH:
        return []
    good = board.allowed & (board.target_probability >= board.target_probability[i])
    good &= np.array([not k.startswith((Approach.BASELINE, Approach.SCRATCH)) for k in board.keys])
    if not good.any():
        return []
    j = int(np.where(good, board.median_total, np.inf).argmin())
    lost = float(board.median_total[i] - board.median_total[j])
    if lost <= 0:
        return []
    text = (
        f"A base model exists: {board.labels[j]} is at least as likely to reach the target and "
        f"costs {usd(lost)} less."
    )
    p = float((board.total[i, 1:] > board.total[j, 1:]).mean())
    return [Risk("from scratch although a base exists", HIGH, text, lost, p)]


def _no_evaluation(evaluation: Evaluation, board: Board, i: int) -> list[Risk]:
    n = evaluation.inputs.n_evaluation
    at_stake = float(board.median_total[i])
    if n == 0:
        text = f"There is no test set: {usd(at_stake)} is spent without knowing how good it is."
        return [Risk("no evaluation", HIGH, text, at_stake)]
    score = board.score[i, 0]
    if not np.isfinite(score) or not 0 < score < 1:
        return []
    half = 1.645 * float(np.sqrt(score * (1 - score) / n))
    if half < 0.03:
        return []
    text = f"With {count(n)} test examples the measured value is only good to ± {points(half)}."
    return [Risk("small test set", MEDIUM, text, at_stake, None)]


def _bias(evaluation: Evaluation, result: CandidateResult) -> list[Risk]:
    if not evaluation.inputs.limits.sensitive_domain:
        return []
    items = [i for i in result.money.items if i.item.startswith("bias_audit")]
    money = sum(float(i.usd_draws[0]) for i in items)
    days = sum(float(i.quantity_draws[0]) for i in items if i.unit == "person-day")
    text = "People are affected, and no bias audit is in the plan."
    if not items:
        return [Risk("bias", HIGH, text, median(result.money.total_draws))]
    text = f"People are affected: a bias audit of {usd(money)} and {days:.0f} days is in the plan."
    return [Risk("bias", HIGH, text, money)]


def _label_quality(
    evaluation: Evaluation, result: CandidateResult, assumptions: Assumptions
) -> list[Risk]:
    labelling = evaluation.inputs.labelling
    noise = labelling.label_noise
    if noise is None:
        noise = assumptions.value(f"decision.label_noise.{labelling.source}")
    wrong = majority_noise(noise, labelling.labels_per_item)
    spent = sum(
        float(i.usd_draws[0])
        for i in result.money.items
        if i.phase == Phase.LABELLING and i.timing == "one_off"
    )
    if wrong < 0.02 or result.candidate.approach in NO_LABELS_TRAINED:
        return []
    lost = wrong * spent
    text = (
        f"About {level(wrong)} of the labels stay wrong after the vote; that is {usd(lost)} of "
        "labelling, and more computing does not repair it."
    )
    return [Risk("label quality", HIGH if wrong >= 0.1 else MEDIUM, text, lost, wrong)]


def majority_noise(noise: float, votes: int) -> float:
    """Share of labels that stay wrong after a majority vote of independent annotators.

    Parameters
    ----------
    noise : float
        Share of wrong answers of one annotator.
    votes : int
        Answers per example; of an even number the last is not counted, because a tie is decided
        by one of them.

    Notes
    -----
    Binomial tail with k = odd number of votes: P(more than k / 2 wrong).
    """
    k = votes if votes % 2 else max(votes - 1, 1)
    wrong = np.arange(k // 2 + 1, k + 1)
    ways = np.array([_choose(k, int(w)) for w in wrong], dtype=float)
    return float((ways * noise**wrong * (1 - noise) ** (k - wrong)).sum())


def _choose(n: int, k: int) -> int:
    out = 1
    for i in range(min(k, n - k)):
        out = out * (n - i) // (i + 1)
    return out


def _skipped_baseline(evaluation: Evaluation, board: Board, i: int) -> list[Risk]:
    rows = [r.candidate.approach for r in evaluation.results]
    if rows[i] == Approach.BASELINE or Approach.BASELINE not in rows:
        return []
    b = rows.index(Approach.BASELINE)
    if not board.allowed[b] or board.target is None:
        return []
    p = float(board.target_probability[b])
    saved = float(board.median_total[i] - board.median_total[b])
    if p < 0.05 or saved <= 0:
        return []
    text = (
        f"Measure the simple baseline first: it reaches the target in {chance(p)} and would then "
        f"save {usd(saved)}."
    )
    return [Risk("skipped baseline", _by_probability(p), text, saved, p)]


def _overfitting(
    evaluation: Evaluation, result: CandidateResult, assumptions: Assumptions
) -> list[Risk]:
    if result.candidate.approach in FEW_WEIGHTS:
        return []
    per_class = result.candidate.n_labelled(evaluation.inputs) / evaluation.inputs.n_classes
    limit = assumptions.value("decision.labels_per_class")
    if per_class >= limit:
        return []
    missing = (limit - per_class) * evaluation.inputs.n_classes
    draws = result.accuracy.draws
    width = ""
    if draws is not None:
        low, high = np.quantile(draws[1:], [0.1, 0.9])
        width = f"; 8 of 10 cases lie between {level(float(low))} and {level(float(high))}"
    text = (
        f"{per_class:.0f} labels per class are few for so many weights (under {limit:.0f}); "
        f"{count(missing)} more would be needed{width}."
    )
    price = [i for i in result.money.items if i.item == "labelling" and i.unit == "label"]
    money = None
    if price:
        answers = evaluation.inputs.labelling.labels_per_item
        money = missing * answers * float(price[0].unit_price_usd_draws[0])
    return [Risk("overfitting", HIGH if per_class < limit / 5 else MEDIUM, text, money, None)]


def _negative_transfer(
    evaluation: Evaluation, board: Board, i: int, result: CandidateResult
) -> list[Risk]:
    """Chance that the base model does no better than training without it."""
    far = evaluation.inputs.domain == Domain.FAR
    if not far or result.candidate.approach in (Approach.BASELINE, Approach.SCRATCH):
        return []
    keys = [r.candidate.approach for r in evaluation.results]
    without = [j for j, a in enumerate(keys) if a in (Approach.BASELINE, Approach.SCRATCH)]
    known = [j for j in without if np.isfinite(board.score[j]).all()]
    if not known or not np.isfinite(board.score[i]).all():
        return []
    best = board.score[known, 1:].max(axis=0)
    p = float((board.score[i, 1:] <= best).mean())
    text = (
        f"The base was trained on something else: in {chance(p)} it does no better than a model "
        "without it."
    )
    return [Risk("negative transfer", _by_probability(p), text, None, p)]


def _lock_in(result: CandidateResult) -> list[Risk]:
    if not hosted(result):
        return []
    running = median(result.money.by_phase_draws[Phase.RUNNING])
    if not np.isfinite(running):
        return []
    text = (
        f"The vendor sets the price: {usd(running)} of running cost over the horizon rises "
        "with it, and the model may be withdrawn."
    )
    return [Risk("lock-in", MEDIUM, text, running)]


def _licence(result: CandidateResult) -> list[Risk]:
    model = result.candidate.model
    if model is None or model.commercial_use in ("yes", "unknown"):
        return []
    spent = median(result.money.one_off_draws)
    forbids = model.commercial_use == "no"
    word = "forbids commercial use" if forbids else "restricts use"
    text = f"The licence of {model.name} ({model.licence}) {word}; {usd(spent)} rests on it."
    return [Risk("licence", HIGH if forbids else MEDIUM, text, spent)]


def _compatibility(result: CandidateResult) -> list[Risk]:
    money = sum(
        float(i.usd_draws[0]) for i in result.money.items if i.item == "people_compatibility"
    )
    if money <= 0:
        return []
    text = f"Fitting somebody else's model into the own systems is planned with {usd(money)}."
    return [Risk("compatibility", LOW, text, money)]


def _sunk(evaluation: Evaluation) -> list[Risk]:
    spent = evaluation.inputs.finance.spent_usd
    if spent <= 0:
        return []
    text = f"{usd(spent)} is spent already and counts for no approach: it is gone either way."
    return [Risk("sunk cost", LOW, text, spent)]


def _extrapolation(board: Board, i: int, result: CandidateResult) -> list[Risk]:
    ratio = result.accuracy.grade.extrapolation_ratio
    if ratio is None or ratio <= 1:
        return []
    at_stake = float(board.median_one_off[i])
    text = f"The planned labels are {ratio:.1f} times more than any in the evidence used."
    return [Risk("outside the evidence", MEDIUM if ratio > 3 else LOW, text, at_stake)]
