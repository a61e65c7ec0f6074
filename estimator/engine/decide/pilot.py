"""The value of a pilot: what it would save, its size and cost, and the questions it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, direction, make_board
from estimator.engine.decide.recommend import Recommendation, label_price, recommend
from estimator.engine.decide.rerun import Progress, quiet
from estimator.engine.decide.rule import Outcome
from estimator.engine.decide.words import count, listed, measured, points, usd
from estimator.engine.distributions import Array, Draws
from estimator.engine.results import CandidateResult, Evaluation
from estimator.units import DAYS_PER_WEEK, WORKDAYS_PER_WEEK
from estimator.vocabulary import Approach, Phase

SIZES = (50, 100, 200, 500, 1000, 2000)
EVSI_DRAWS = 4096
FOLDS = 2


@dataclass(frozen=True)
class PilotOption:
    """One pilot that was weighed; money [USD], ``evsi_usd`` = expected saving before its cost."""

    n_labelled: int
    approaches: tuple[str, ...]
    cost_usd: float
    weeks: float
    evsi_usd: float

    @property
    def net_usd(self) -> float:
        """Expected saving after the cost of the pilot [USD]."""
        return self.evsi_usd - self.cost_usd


@dataclass(frozen=True)
class PilotPlan:
    """The best pilot of those weighed, or why none is worth it.

    ``perfect_usd`` is the expected saving of knowing everything, an upper bound on any pilot.
    ``narrows`` gives the width of the p10-p90 interval of the metric before and after.
    """

    worth_it: bool
    best: PilotOption | None
    options: tuple[PilotOption, ...]
    perfect_usd: float
    narrows: tuple[float, float] | None
    questions: tuple[str, ...]
    text: str

    def to_dict(self) -> dict[str, Any]:
        """The ``pilot_plan`` of the JSON."""
        best = self.best
        return {
            "worth_it": self.worth_it,
            "approaches": list(best.approaches) if best else [],
            "n_labelled": best.n_labelled if best else None,
            "cost_usd": best.cost_usd if best else None,
            "weeks": best.weeks if best else None,
            "expected_saving_usd": best.evsi_usd if best else None,
            "net_saving_usd": best.net_usd if best else None,
            "perfect_information_usd": self.perfect_usd,
            "interval_before": self.narrows[0] if self.narrows else None,
            "interval_after": self.narrows[1] if self.narrows else None,
            "questions": list(self.questions),
            "text": self.text,
            "options": [
                {
                    "n_labelled": o.n_labelled,
                    "approaches": list(o.approaches),
                    "cost_usd": o.cost_usd,
                    "weeks": o.weeks,
                    "expected_saving_usd": o.evsi_usd,
                    "net_saving_usd": o.net_usd,
                }
                for o in self.options
            ],
        }


def pilot_plan(
    evaluation: Evaluation,
    assumptions: Assumptions,
    draws: Draws,
    progress: Progress = quiet,
) -> PilotPlan:
    """Weigh pilots by the money that a better choice after them is expected to save.

    Notes
    -----
    Expected value of sample information by regression (Strong, Oakley, Brennan 2014): the net
    benefit of each row, and of stopping, is regressed on the results that the pilot would show -
    the metric of each tried approach at the pilot's size with the noise of its test set - by a
    cubic, fitted on one half of the draws and used on the other; then
    ``EVSI = E[max_d E[benefit_d | result]] - max_d E[benefit_d]``, never below 0. See
    ``net_benefit`` for what a row is worth where the scenario does not say.
    """
    board = make_board(evaluation, assumptions)
    recommendation = recommend(evaluation, assumptions)
    rows = np.flatnonzero(board.allowed)
    if len(rows) < 2 or recommendation.approach is None:
        return _none("With fewer than two possible approaches a pilot cannot change the choice.")
    take = slice(1, 1 + min(EVSI_DRAWS, evaluation.n_draws))
    losses = -net_benefit(board, rows, board.index(recommendation.approach))[:, take]
    perfect = float(losses.mean(axis=1).min() - losses.min(axis=0).mean())
    tried = _tried(evaluation, board, recommendation, rows)
    sizes = _sizes(evaluation, tried)
    options: list[PilotOption] = []
    for done, n in enumerate(sizes, start=1):
        for some in (tried[:1],) if len(tried) == 1 else (tried[:1], tried):
            seen = np.array([_result(evaluation, i, n, draws)[take] for i in some])
            saving = evsi(losses, seen)
            cost, weeks = _cost(evaluation, some, n, assumptions)
            names = tuple(board.keys[i] for i in some)
            options.append(PilotOption(n, names, cost, weeks, saving))
        progress(done, len(sizes))
    if not options:
        return _none("No approach among the candidates can be tried with few labels.", perfect)
    best = max(options, key=lambda o: (o.net_usd, -o.cost_usd))
    narrows = _narrows(evaluation, board, rows, recommendation, best, draws)
    worth = best.net_usd > 0
    metric = str(evaluation.inputs.target.metric)
    text = _text(board, best, worth, narrows, perfect, metric)
    questions = _questions(evaluation, board, recommendation, best)
    return PilotPlan(worth, best, tuple(options), perfect, narrows, questions, text)


def net_benefit(board: Board, rows: np.ndarray, chosen: int) -> Array:
    """Benefit of taking each row and, last, of stopping, shape (rows + 1, n + 1) [USD].

    Notes
    -----
    With money on accuracy: the net value. Else a model that reaches the target is taken to be
    worth the least that justifies the choice at the wanted probability,
    ``V = median total of the chosen row / wanted probability``; a row that reaches the target
    brings ``V - total``, one that misses it loses its one-off money, because it is stopped after
    its evaluation. Stopping brings 0; it is no choice where every net value is negative, because
    then the work is done anyway and only its cost is compared.
    """
    stop = np.zeros((1, board.total.shape[1]))
    if board.valued:
        net = board.net[rows]
        return np.vstack([net, stop]) if net.mean(axis=1).max() > 0 else net
    worth = board.median_total[chosen] / board.wanted
    benefit = np.where(board.reaches[rows], worth - board.total[rows], -board.one_off[rows])
    return np.vstack([benefit, stop])


def evsi(losses: Array, results: Array) -> float:
    """Expected value of sample information [unit of ``losses``].

    Parameters
    ----------
    losses : array, shape (decisions, n)
        Loss of each decision in each draw.
    results : array, shape (k, n)
        What the experiment would show in each draw.
    """
    design = quadratic(results)
    n = losses.shape[1]
    half = np.arange(n) % FOLDS
    achieved = np.empty(n)
    for fold in range(FOLDS):
        train, test = half != fold, half == fold
        coefficients, *_ = np.linalg.lstsq(design[train], losses[:, train].T, rcond=None)
        pick = (design[test] @ coefficients).argmin(axis=1)
        achieved[test] = losses[:, test][pick, np.arange(test.sum())]
    return float(max(losses.mean(axis=1).min() - achieved.mean(), 0.0))


def quadratic(x: Array) -> Array:
    """Constant, standardised columns, their squares, products and cubes, shape (n, terms)."""
    mean, sd = x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
    z = (x - mean) / np.where(sd > 0, sd, 1.0)
    columns = [np.ones(x.shape[1]), *z, *(z**2), *(z**3)]
    columns += [z[i] * z[j] for i in range(len(z)) for j in range(i)]
    return np.array(columns).T


def _tried(
    evaluation: Evaluation, board: Board, recommendation: Recommendation, rows: np.ndarray
) -> list[int]:
    """The choice and its strongest rivals that learn from labels, at most two."""
    able = [
        int(i)
        for i in rows
        if evaluation.results[i].accuracy.curve is not None
        and evaluation.results[i].candidate.approach != Approach.SCRATCH
    ]
    first = [board.index(k) for k in (recommendation.approach, *recommendation.equals) if k]
    shares = [recommendation.rows[board.keys[i]].best_probability or 0.0 for i in able]
    rivals = [i for _, i in sorted(zip(shares, able, strict=True), key=lambda p: (-p[0], p[1]))]
    ordered = list(dict.fromkeys([i for i in first if i in able] + rivals))
    return ordered[:2]


def _sizes(evaluation: Evaluation, tried: Sequence[int]) -> list[int]:
    planned = [evaluation.results[i].candidate.n_labelled(evaluation.inputs) for i in tried]
    most = max(planned, default=0) or max(SIZES)
    return [n for n in SIZES if n <= most] or [min(SIZES)]


def _result(evaluation: Evaluation, index: int, n: int, draws: Draws) -> Array:
    """What a pilot would show for one row, turned so that higher is better, shape (n + 1,)."""
    accuracy = evaluation.results[index].accuracy
    curve = accuracy.noise_free or accuracy.curve
    if curve is None:
        raise ValueError("a row without a curve cannot be tried")
    value = curve(np.array([float(n)]))[0]
    noise = measuring_noise(value, evaluation.inputs.n_evaluation or n)
    name = f"decision.pilot.{evaluation.results[index].candidate.key}"
    return np.asarray(direction(accuracy.metric) * (value + noise * draws.normal(name)))


def measuring_noise(value: Array, n_test: float) -> Array:
    """Standard error of a measured metric on ``n_test`` examples.

    Notes
    -----
    Binomial, ``sqrt(v (1 - v) / n)``, for fractions; for scores of 0 to 100 (BLEU, ROUGE) the same
    on v / 100; others a relative ``1 / sqrt(n)``.
    """
    typical = float(np.median(np.abs(value)))
    if typical <= 1:
        v = np.clip(value, 0.01, 0.99)
        return np.asarray(np.sqrt(v * (1 - v) / n_test))
    if typical <= 100:
        v = np.clip(value / 100, 0.01, 0.99)
        return np.asarray(100 * np.sqrt(v * (1 - v) / n_test))
    return np.asarray(np.abs(value) / np.sqrt(n_test))


def _cost(
    evaluation: Evaluation, tried: Sequence[int], n: int, assumptions: Assumptions
) -> tuple[float, float]:
    """Money [USD] and weeks that the pilot adds.

    Notes
    -----
    Labels of the pilot stay in use, so only those above the planned number are an extra cost;
    so does the reused share of the work (``decision.pilot_reuse``). One training run per approach
    is added.
    """
    inputs = evaluation.inputs
    owned = inputs.n_labelled_available
    days = assumptions.value("decision.pilot_days")
    days += assumptions.value("decision.pilot_days_per_approach") * len(tried)
    first = evaluation.results[tried[0]]
    lost = days * (1.0 - assumptions.value("decision.pilot_reuse"))
    people = lost / WORKDAYS_PER_WEEK * _usd_per_person_week(first)
    machine = sum(_one_run_usd(evaluation.results[i], inputs.n_labelled, n) for i in tried)
    planned = first.candidate.n_labelled(inputs)
    price = label_price(evaluation, tried[0]) or 0.0
    labels = max(n - max(planned, owned), 0) * price
    weeks = days / WORKDAYS_PER_WEEK + max(n - owned, 0) / assumptions.value(
        "decision.pilot_labels_per_week"
    )
    return float(people + machine + labels), float(weeks)


def _usd_per_person_week(result: CandidateResult) -> float:
    """Mean base price of a person-week over the people lines of a row [USD]."""
    weeks = usd_sum = 0.0
    for item in result.money.items:
        if item.phase == Phase.PEOPLE and item.unit.startswith("person-week"):
            weeks += float(item.quantity_draws[0])
            usd_sum += float(item.usd_draws[0])
    return usd_sum / weeks if weeks else 0.0


def _one_run_usd(result: CandidateResult, planned: int, n: int) -> float:
    hours = float(result.compute.single_run_device_hours_draws[0])
    return hours * min(n / max(planned, 1), 1.0) * (result.money.usd_per_device_hour or 0.0)


def _narrows(
    evaluation: Evaluation,
    board: Board,
    rows: np.ndarray,
    recommendation: Recommendation,
    best: PilotOption,
    draws: Draws,
) -> tuple[float, float] | None:
    """Width of the p10-p90 interval of the chosen row's metric before and after the pilot."""
    index = board.index(str(recommendation.approach))
    score = board.score[index, 1:]
    if index not in rows or not np.isfinite(score).all():
        return None
    seen = np.array(
        [_result(evaluation, board.index(k), best.n_labelled, draws)[1:] for k in best.approaches]
    )
    design = quadratic(seen)
    coefficients, *_ = np.linalg.lstsq(design, score, rcond=None)
    left = score - design @ coefficients
    before, after = (float(np.diff(np.quantile(x, [0.1, 0.9]))[0]) for x in (score, left))
    return before, min(after, before)


def _questions(
    evaluation: Evaluation, board: Board, recommendation: Recommendation, best: PilotOption
) -> tuple[str, ...]:
    names = [board.labels[board.index(k)] for k in best.approaches]
    metric = str(evaluation.inputs.target.metric)
    value = evaluation.inputs.target.value
    out = [
        "Do people agree on the labels? (two people label the first 50 examples alone)",
        f"What does the simple baseline reach on the {count(evaluation.inputs.n_evaluation)} "
        "test examples?",
        f"What does {names[0]} reach with {count(best.n_labelled)} labels?",
    ]
    if len(names) > 1:
        out.append(f"Is {names[1]} better on the same labels, by more than the test noise?")
    if value is not None:
        out.append(
            f"Does the curve through these points reach {measured(metric, float(value))} with "
            "the planned labels?"
        )
    if recommendation.outcome == Outcome.NOBODY_REACHES:
        out.append("If not: buy more labels, or agree on a lower target?")
    return tuple(out)


def _text(
    board: Board,
    best: PilotOption,
    worth: bool,
    narrows: tuple[float, float] | None,
    perfect: float,
    metric: str,
) -> str:
    names = listed([board.labels[board.index(k)] for k in best.approaches])
    days = round(best.weeks * DAYS_PER_WEEK)
    plan = f"try {names} on {count(best.n_labelled)} labels ({usd(best.cost_usd)}, {days} days)"
    width = ""
    if narrows is not None:
        before, after = (points(x, metric) for x in narrows)
        width = f"; the interval narrows from {before} to {after}"
    if worth:
        return f"A pilot pays: {plan}; it is expected to save {usd(best.evsi_usd)}{width}."
    return (
        f"No pilot pays for itself by a better choice: the best would be to {plan}, expected to "
        f"save {usd(best.evsi_usd)}; knowing everything would save {usd(perfect)}{width}."
    )


def _none(text: str, perfect: float = 0.0) -> PilotPlan:
    return PilotPlan(False, None, (), perfect, None, (), text)
