"""Rows of an evaluation as ways through a project: money by stage, truth by labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board, direction
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import as_is
from estimator.engine.results import AccuracyEstimate, CandidateResult, Evaluation
from estimator.units import WORKDAYS_PER_WEEK
from estimator.vocabulary import Approach, Phase, Task

START, GUIDE, TEST, LABELS, DATA, MODEL, RELEASE = (
    "start", "guide", "test", "labels", "data", "model", "release",
)  # fmt: skip
STAGES = (START, GUIDE, TEST, LABELS, DATA, MODEL, RELEASE)
LEAST_TEST = 50.0
T = TypeVar("T")
SHOWN_ROWS_TASKS = frozenset({Task.TABULAR_CLASSIFICATION, Task.RECOMMENDATION})
"""Tasks in which a model used as is learns from the project's own rows that it is shown."""


@dataclass(frozen=True)
class Way:
    """One row: what each of its stages costs and what it truly reaches.

    Parameters
    ----------
    truth, result : callables
        ``truth(n_labelled)``: the metric that the model really has, higher is better, shape (n,);
        ``result(n_labelled, n_test)``: what a test set of that size would show.
    n_planned : float
        Labelled examples of the plan, owned and bought.
    needs_labels : bool
        False: used as it is.
    money : mapping
        One-off money by stage with its share of the surprises [USD], shape (n,) each.
    usd_per_month : array
        Running cost [USD a month].
    weeks, labelling_weeks : float
        Calendar of the whole row and of its labels, middle case [weeks].
    calendar_weeks : array
        Calendar of the whole row in each draw [weeks].
    usd_per_label, usd_per_day : arrays
        One more labelled example; one person-day [USD].
    chance, total : float, optional
        Chance of the target and median money over the horizon [USD] as the table shows them, at
        all draws: what is compared there is compared here by the same figures.
    """

    key: str
    label: str
    approach: Approach
    index: int
    n_planned: float
    needs_labels: bool
    money: Mapping[str, Array]
    usd_per_month: Array
    weeks: float
    calendar_weeks: Array
    labelling_weeks: float
    usd_per_label: Array
    usd_per_day: float
    truth: Callable[[float], Array]
    result: Callable[[float, float], Array]
    measured: tuple[float, ...] = ()
    chance: float | None = None
    total: float | None = None

    @cached_property
    def one_off(self) -> Array:
        """All one-off money [USD]."""
        return np.asarray(sum(self.money.values()))

    @cached_property
    def one_off_p50(self) -> float:
        """Median one-off money [USD]."""
        return middle(self.one_off)

    def first(self, n: int) -> Way:
        """The same on the first ``n`` draws."""
        return replace(
            self,
            money={stage: usd[:n] for stage, usd in self.money.items()},
            usd_per_month=self.usd_per_month[:n],
            calendar_weeks=self.calendar_weeks[:n],
            usd_per_label=self.usd_per_label[:n],
            truth=lambda n_labelled: self.truth(n_labelled)[:n],
            result=lambda n_labelled, n_test: self.result(n_labelled, n_test)[:n],
        )

    def measured_at(self) -> float | None:
        """Most labels at which an own result was entered; None: nothing measured."""
        return max(self.measured, default=None)


@dataclass
class World:
    """What every plan of one scenario is computed on.

    Parameters
    ----------
    owned : float
        Labelled examples that are there, those of entered results included.
    n_test : float
        Examples of the test set.
    target : float
        Value to reach, turned so that higher is better.
    """

    inputs: ProjectInputs
    ways: tuple[Way, ...]
    n: int
    sign: float
    metric: str
    target: float
    wanted: float
    horizon_months: float
    owned: float
    n_test: float
    judged: Assumptions
    draws: Draws
    looks: dict[tuple[object, ...], object] = field(default_factory=dict)

    @cached_property
    def started(self) -> bool:
        """A result was entered: scoping, guide and test set are paid."""
        return bool(self.inputs.pilot)

    @cached_property
    def zero(self) -> Array:
        """Nothing, draw by draw."""
        return np.zeros(self.n)

    def way(self, key: str) -> Way:
        """A way by its key."""
        return next(w for w in self.ways if w.key == key)

    def noise(self, name: str) -> Array:
        """Standard normals of a named quantity, shape (n,)."""
        return self.draws.normal(name)[1 : 1 + self.n]

    @cached_property
    def tried(self) -> tuple[Way, ...]:
        """Ways with an own result."""
        return tuple(w for w in self.ways if w.measured_at() is not None)

    def first(self, n: int) -> World:
        """The same on the first ``n`` draws."""
        return replace(self, ways=tuple(w.first(n) for w in self.ways), n=n, looks={})

    def kept(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """A figure of this world that no value of a month changes, made once."""
        if key not in self.looks:
            self.looks[key] = make()
        return self.looks[key]  # type: ignore[return-value]

    def chance(self, way: Way, n_labelled: float) -> float:
        """Chance that a row reaches the target with so many labels."""
        if way.chance is not None and n_labelled == way.n_planned:
            return way.chance
        return self.kept(
            ("chance", way.key, n_labelled),
            lambda: float((way.truth(n_labelled) >= self.target).mean()),
        )

    def total_p50(self, way: Way) -> float:
        """Median money of a row over the horizon [USD]."""
        if way.total is not None:
            return way.total
        return self.kept(
            ("total", way.key),
            lambda: middle(way.one_off + self.horizon_months * way.usd_per_month),
        )

    def most_labels(self, way: Way) -> float:
        """Most labels that more buying could bring: ten times the plan, what exists, the budget."""
        return self.kept(("most", way.key), lambda: self._most_labels(way))

    def _most_labels(self, way: Way) -> float:
        planned = max(way.n_planned, 1.0)
        most = planned * self.judged.value("decision.most_growth")
        if way.n_planned <= self.owned and not self.inputs.n_labelled_to_buy:
            return planned
        there = self.owned + self.inputs.n_unlabelled_available
        if self.inputs.n_unlabelled_available:
            most = min(most, max(there, planned))
        budget = self.inputs.limits.budget_usd
        price = middle(way.usd_per_label) if budget else 0.0
        if budget and price > 0:
            most = min(most, planned + max(budget - self.total_p50(way), 0.0) / price)
        return float(rounded(most, up=False))


def make_world(
    evaluation: Evaluation, assumptions: Assumptions, board: Board, n: int | None = None
) -> World | None:
    """The ways of an evaluation; None where no accuracy or no target is known.

    Parameters
    ----------
    n : int, optional
        The first ``n`` draws only; a search needs fewer than what is shown.
    """
    inputs = evaluation.inputs
    n = min(n or evaluation.n_draws, evaluation.n_draws)
    if board.target is None or not board.allowed.any():
        return None
    metric = next(r.accuracy.metric for r in evaluation.results if r.accuracy.draws is not None)
    sign = direction(metric)
    measured: dict[str, list[float]] = {}
    for point in inputs.pilot:
        measured.setdefault(str(point.approach), []).append(float(point.n_labelled))
    bought = max((n for ns in measured.values() for n in ns), default=0.0)
    ways = tuple(
        _way(evaluation, i, r, n, board, tuple(measured.get(r.candidate.key, ())), sign)
        for i, r in enumerate(evaluation.results)
        if board.allowed[i]
    )
    return World(
        inputs=inputs,
        ways=ways,
        n=n,
        sign=sign,
        metric=metric,
        target=board.target,
        wanted=board.wanted,
        horizon_months=float(inputs.serving.horizon_months),
        owned=max(float(inputs.n_labelled_available), bought),
        n_test=max(float(inputs.n_evaluation), LEAST_TEST),
        judged=assumptions,
        draws=Draws(evaluation.n_draws, inputs.seed).first(n),
    )


def _way(
    evaluation: Evaluation,
    index: int,
    result: CandidateResult,
    n: int,
    board: Board,
    measured: tuple[float, ...],
    sign: float,
) -> Way:
    inputs, candidate, take = evaluation.inputs, result.candidate, slice(1, 1 + n)
    draws = Draws(evaluation.n_draws, inputs.seed).first(n)
    planned = float(candidate.n_labelled(inputs))
    money = money_by_stage(result, take)
    bought = float(candidate.n_labelled_to_buy)
    zero = np.zeros(n)
    rate = money[LABELS] / bought if bought else zero
    if not inputs.n_unlabelled_available:
        rate = rate + _collection(result, take, zero)
    return Way(
        key=candidate.key,
        label=board.labels[index],
        approach=candidate.approach,
        index=index,
        n_planned=planned,
        needs_labels=needs_labels(inputs, candidate.approach),
        money=money,
        usd_per_month=result.money.monthly_draws[take],
        weeks=middle(board.weeks[index, take]),
        calendar_weeks=np.asarray(board.weeks[index, take]),
        labelling_weeks=_labelling_weeks(result),
        usd_per_label=np.asarray(rate),
        usd_per_day=usd_per_person_week(result) / WORKDAYS_PER_WEEK,
        measured=measured,
        chance=float(board.target_probability[index]),
        total=float(board.median_total[index]),
        **_measuring(candidate.key, result.accuracy, take, sign, draws),
    )


def needs_labels(inputs: ProjectInputs, approach: Approach) -> bool:
    """Does an approach learn from labelled examples of the project?"""
    if approach is Approach.ZERO_SHOT:
        return inputs.task in SHOWN_ROWS_TASKS
    return not as_is(inputs, approach)


def money_by_stage(result: CandidateResult, take: slice) -> dict[str, Array]:
    """One-off money of a row by stage [USD]; what is below the lines is spread over the stages."""
    size = len(result.money.one_off_draws[take])
    out: dict[str, Array] = {name: np.zeros(size) for name in STAGES}
    for item in result.money.items:
        if item.timing == "one_off":
            usd = item.quantity_draws[take] * item.unit_price_usd_draws[take]
            out[str(item.stage)] += usd
    base = np.asarray(sum(out.values()))
    up = result.money.one_off_draws[take] / np.where(base > 0, base, 1.0)
    return {name: usd * up for name, usd in out.items()}


def usd_per_person_week(result: CandidateResult) -> float:
    """Mean base price of a person-week over the people lines of a row [USD]."""
    weeks = usd_sum = 0.0
    for item in result.money.items:
        if item.phase == Phase.PEOPLE and item.unit.startswith("person-week"):
            weeks += float(item.quantity_draws[0])
            usd_sum += float(item.usd_draws[0])
    return usd_sum / weeks if weeks else 0.0


def _collection(result: CandidateResult, take: slice, zero: Array) -> Array:
    for item in result.money.items:
        if item.item == "collection":
            return zero + item.unit_price_usd_draws[take]
    return zero


def _labelling_weeks(result: CandidateResult) -> float:
    bars = [t for t in result.money.calendar if t.name == "Labelling"]
    return float(sum(middle(t.weeks_draws[1:]) for t in bars))


def _measuring(
    key: str, accuracy: AccuracyEstimate, take: slice, sign: float, draws: Draws
) -> dict[str, Callable[..., Array]]:
    """The truth of a row and the results it would show, remembered while plans are weighed."""
    kept: dict[tuple[float, float], Array] = {}
    joint, curve = accuracy.truth, accuracy.noise_free or accuracy.curve
    if joint is not None:
        joint = joint.first(take.stop - 1)
    if joint is None and curve is None:
        raise ValueError("a row without a curve is no way")

    def truth(n_labelled: float) -> Array:
        at = (float(n_labelled), 0.0)
        if at not in kept:
            n = np.array([at[0]])
            if joint is not None:
                kept[at] = sign * joint(n)[0][take]
            else:
                kept[at] = sign * curve(n)[0][take]  # type: ignore[misc]
        return kept[at]

    def result(n_labelled: float, n_test: float) -> Array:
        at = (float(n_labelled), float(n_test))
        if at not in kept:
            if joint is not None:
                kept[at] = sign * joint.result(at[0], round(n_test))[take]
            else:
                value = truth(n_labelled)
                noise = draws.normal(f"decision.test.{key}.{at[0]:g}")[take]
                kept[at] = value + measuring_noise(np.abs(value), n_test) * noise
        return kept[at]

    return {"truth": truth, "result": result}


def middle(draws: Array) -> float:
    """Median of draws without a base case; sorting is faster than numpy's own partition."""
    s = np.sort(draws)
    half = len(s) // 2
    return float(s[half] if len(s) % 2 else (s[half - 1] + s[half]) / 2)


def rounded(n_labelled: float, up: bool = True) -> float:
    """A number of labels that people would say: two digits, the same function everywhere."""
    if n_labelled <= 10:
        return float(np.ceil(n_labelled) if up else np.floor(n_labelled))
    step = 10.0 ** (np.floor(np.log10(n_labelled)) - 1)
    whole = np.ceil(n_labelled / step - 1e-9) if up else np.floor(n_labelled / step + 1e-9)
    return float(whole * step)


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
