"""Warnings, each with the money or the probability that makes it matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, make_board
from estimator.engine.decide.traits import hosted
from estimator.engine.distributions import median
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import Approach, Domain, Phase
from estimator.words.statement import Approach as ApproachName
from estimator.words.statement import (
    Count,
    Date,
    Metric,
    Months,
    Number,
    Points,
    Share,
    Statement,
    Usd,
    state,
)

HIGH, MEDIUM, LOW = "high", "medium", "low"
NO_LABELS_TRAINED = frozenset({Approach.ZERO_SHOT})
FEW_WEIGHTS = frozenset({Approach.BASELINE, Approach.LINEAR_PROBE, Approach.ZERO_SHOT})


@dataclass(frozen=True)
class Risk:
    """One warning: ``usd`` the money at stake, ``probability`` its chance; one of them is known."""

    risk: str
    severity: str
    text: Statement
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
            *_label_quality(evaluation, result),
            *_skipped_baseline(evaluation, board, i),
            *_overfitting(evaluation, result, assumptions),
            *_negative_transfer(evaluation, board, i, result),
            *_lock_in(result),
            *_licence(result),
            *_retires(evaluation, result),
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
    text = state("risk.text.target", chance=Share(p), lost=Usd(lost))
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
        text = state("risk.text.budget", budget=Usd(budget), chance=Share(p))
        return [Risk("cost overrun", _by_probability(p), text, extra, p)] if p > 0.05 else []
    margin = assumptions.value("decision.overrun_share")
    p = float((total[1:] > total[0] * (1 + margin)).mean())
    extra = p90 - float(total[0])
    text = state("risk.text.overrun", margin=Share(margin), chance=Share(p), extra=Usd(extra))
    return [Risk("cost overrun", MEDIUM if p >= 0.2 else LOW, text, extra, p)] if p > 0.05 else []


def _late(evaluation: Evaluation, board: Board, i: int) -> list[Risk]:
    deadline = evaluation.inputs.limits.deadline_weeks
    if deadline is None:
        return []
    p = float((board.weeks[i, 1:] > deadline).mean())
    text = state("risk.text.late", deadline=Number(deadline), chance=Share(p))
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
    other = ApproachName(board.keys[j])
    text = state("risk.text.scratch", other=other, less=Usd(lost))
    p = float((board.total[i, 1:] > board.total[j, 1:]).mean())
    return [Risk("from scratch although a base exists", HIGH, text, lost, p)]


def _no_evaluation(evaluation: Evaluation, board: Board, i: int) -> list[Risk]:
    n = evaluation.inputs.n_evaluation
    at_stake = float(board.median_total[i])
    if n == 0:
        text = state("risk.text.no_test_set", usd=Usd(at_stake))
        return [Risk("no evaluation", HIGH, text, at_stake)]
    score = board.score[i, 0]
    if not np.isfinite(score) or not 0 < score < 1:
        return []
    half = 1.645 * float(np.sqrt(score * (1 - score) / n))
    if half < 0.03:
        return []
    metric = str(evaluation.inputs.target.metric)
    text = state("risk.text.small_test_set", n=Count(n), half=Points(half, metric))
    return [Risk("small test set", MEDIUM, text, at_stake, None)]


def _bias(evaluation: Evaluation, result: CandidateResult) -> list[Risk]:
    if not evaluation.inputs.limits.sensitive_domain:
        return []
    items = [i for i in result.money.items if i.item.startswith("bias_audit")]
    money = sum(float(i.usd_draws[0]) for i in items)
    days = sum(float(i.quantity_draws[0]) for i in items if i.unit == "person-day")
    if not items:
        text = state("risk.text.no_audit")
        return [Risk("bias", HIGH, text, median(result.money.total_draws))]
    text = state("risk.text.audit", usd=Usd(money), days=Count(round(days)))
    return [Risk("bias", HIGH, text, money)]


def _label_quality(evaluation: Evaluation, result: CandidateResult) -> list[Risk]:
    wrong = evaluation.wrong_labels
    spent = sum(
        float(i.usd_draws[0])
        for i in result.money.items
        if i.phase == Phase.LABELLING and i.timing == "one_off"
    )
    if wrong < 0.02 or result.candidate.approach in NO_LABELS_TRAINED:
        return []
    lost = wrong * spent
    text = state("risk.text.label_noise", wrong=Share(wrong), lost=Usd(lost))
    return [Risk("label quality", HIGH if wrong >= 0.1 else MEDIUM, text, lost, wrong)]


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
    text = state("risk.text.baseline_first", chance=Share(p), saved=Usd(saved))
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
    values = {"n": Count(round(per_class)), "limit": Count(limit), "missing": Count(missing)}
    text = state("risk.text.few_labels", **values)
    if draws is not None:
        metric = result.accuracy.metric
        low, high = (Metric(float(x), metric) for x in np.quantile(draws[1:], [0.1, 0.9]))
        text = state("risk.text.few_labels_width", **values, low=low, high=high)
    price = result.money.usd_per_labelled_example
    money = None if price is None else missing * price
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
    text = state("risk.text.negative_transfer", chance=Share(p))
    return [Risk("negative transfer", _by_probability(p), text, None, p)]


def _lock_in(result: CandidateResult) -> list[Risk]:
    if not hosted(result):
        return []
    running = median(result.money.by_phase_draws[Phase.RUNNING])
    if not np.isfinite(running):
        return []
    text = state("risk.text.lock_in", usd=Usd(running))
    return [Risk("lock-in", MEDIUM, text, running)]


def _licence(result: CandidateResult) -> list[Risk]:
    model = result.candidate.model
    if model is None or model.commercial_use in ("yes", "unknown"):
        return []
    spent = median(result.money.one_off_draws)
    forbids = model.commercial_use == "no"
    key = "risk.text.licence_forbids" if forbids else "risk.text.licence_restricts"
    text = state(key, model=model.name, licence=model.licence, usd=Usd(spent))
    return [Risk("licence", HIGH if forbids else MEDIUM, text, spent)]


def _retires(evaluation: Evaluation, result: CandidateResult) -> list[Risk]:
    """A hosted model that its provider switches off before the use ends."""
    end = result.money.extras.get("retires")
    model = result.candidate.model
    if model is None or not isinstance(end, Mapping):
        return []
    months = int(end["months_left"])
    text = state("risk.text.retires" if months > 0 else "risk.text.retired", model=model.name,
                 date=Date(str(end["date"])), months=Months(months),
                 use=Months(evaluation.inputs.serving.horizon_months))  # fmt: skip
    return [Risk("retirement", MEDIUM if months > 0 else HIGH, text, probability=1.0)]


def _compatibility(result: CandidateResult) -> list[Risk]:
    money = sum(
        float(i.usd_draws[0]) for i in result.money.items if i.item == "people_compatibility"
    )
    if money <= 0:
        return []
    text = state("risk.text.compatibility", usd=Usd(money))
    return [Risk("compatibility", LOW, text, money)]


def _sunk(evaluation: Evaluation) -> list[Risk]:
    spent = evaluation.inputs.finance.spent_usd
    if spent <= 0:
        return []
    text = state("risk.text.sunk", usd=Usd(spent))
    return [Risk("sunk cost", LOW, text, spent)]


def _extrapolation(board: Board, i: int, result: CandidateResult) -> list[Risk]:
    ratio = result.accuracy.grade.extrapolation_ratio
    if ratio is None or ratio <= 1:
        return []
    at_stake = float(board.median_one_off[i])
    text = state("risk.text.extrapolation", ratio=Number(ratio))
    return [Risk("outside the evidence", MEDIUM if ratio > 3 else LOW, text, at_stake)]
