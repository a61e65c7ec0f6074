"""Runs at the corners of the optimiser's grid, and the plans between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import direction
from estimator.engine.decide.rerun import (
    LABEL_PRICE,
    LABELS,
    Evaluate,
    Progress,
    changed,
    fewer_draws,
    value_now,
)
from estimator.engine.decide.space import (
    Hardware,
    Mix,
    Plan,
    Space,
    mix_changes,
    sources_of,
)
from estimator.engine.distributions import Array
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import CandidateResult, Evaluation
from estimator.errors import EstimatorError
from estimator.vocabulary import Approach, LabellingSource, PurchaseOption

GRID_DRAWS = 256
MISS_STEP = 0.05


class Objective(StrEnum):
    """What is looked for."""

    BEST_ACCURACY = "best_accuracy"
    CHEAPEST = "cheapest"
    EARLIEST = "earliest"


@dataclass(frozen=True)
class PlanFigures:
    """Medians of a plan: total [USD], metric, weeks; and its chance of reaching the target."""

    total_usd: float
    metric: float
    target_probability: float
    weeks: float


@dataclass(frozen=True)
class Goal:
    """Score of a plan, lower is better: first whether it meets the constraints, then how well.

    Plans that miss the wanted probability are told apart in steps of five cases in a hundred.
    """

    objective: Objective
    target: float | None
    wanted: float
    sign: float
    budget: float | None
    deadline: float | None

    def score(self, f: PlanFigures) -> tuple[float, float, float]:
        miss = max(self.wanted - f.target_probability, 0.0) if self.target is not None else 0.0
        miss = float(np.ceil(miss / MISS_STEP)) * MISS_STEP
        over = max(f.total_usd / self.budget - 1.0, 0.0) if self.budget is not None else 0.0
        late = max(f.weeks / self.deadline - 1.0, 0.0) if self.deadline is not None else 0.0
        metric = -self.sign * f.metric
        if self.objective == Objective.BEST_ACCURACY:
            return over + late, metric, f.total_usd
        first = f.total_usd if self.objective == Objective.CHEAPEST else f.weeks
        return miss + over + late, first, f.total_usd


class Grid:
    """Runs at the corners of the grid and the plans between them."""

    def __init__(
        self,
        inputs: ProjectInputs,
        evaluate: Evaluate,
        assumptions: Assumptions,
        space: Space,
        progress: Progress,
    ) -> None:
        self.inputs = fewer_draws(inputs, GRID_DRAWS)
        self.evaluate, self.assumptions, self.space = evaluate, assumptions, space
        labels = space.n_labelled_to_buy
        self.low, self.high = min(labels), max(labels)
        self._seen: dict[ProjectInputs, tuple[Evaluation, Evaluation] | None] = {}
        self.prices = self._prices()
        self.mixes = [m for m in space.mixes if all(s in self.prices for s, _ in m)]
        steps = 2 * (len(self._machines()) + len(self.mixes) + 1)
        self._tick = iter(range(1, steps + 1))
        self._progress: Callable[[], None] = lambda: progress(next(self._tick, steps), steps)
        self.base = self._ends(self.inputs)
        self.by_mix = {m: self._ends(self._mixed(m)) for m in self.mixes}
        self.by_machine = {h: self._ends(self._on(h)) for h in self._machines()}

    def _prices(self) -> dict[LabellingSource, float]:
        """Price of one answer by source, as the model uses it [USD]."""
        own = self.inputs.labelling.source
        out: dict[LabellingSource, float] = {}
        for source in sources_of(self.space.mixes):
            scenario = changed(self.inputs, LABELS, max(self.inputs.n_labelled_to_buy, 100))
            if source != own:
                scenario = changed(scenario, "labelling.source", str(source))
            try:
                price = value_now(self.evaluate(fewer_draws(scenario, 64)), LABEL_PRICE, None)
            except EstimatorError:
                continue
            if price is not None or source == own:
                out[source] = float(price or 0.0)
        return out

    def _machines(self) -> list[Hardware]:
        """Machines that are run: every accelerator and count, other purchases at one count."""
        s = self.space
        first = s.purchase_options[0]
        every = [Hardware(a, n, first) for a in s.accelerators for n in s.n_devices]
        every += [
            Hardware(a, s.n_devices[0], p) for a in s.accelerators for p in s.purchase_options[1:]
        ]
        return every

    def _on(self, h: Hardware) -> ProjectInputs:
        compute = dataclasses.replace(
            self.inputs.compute,
            accelerator=h.accelerator,
            n_devices=h.n_devices,
            purchase_option=PurchaseOption(h.purchase_option),
        )
        return dataclasses.replace(self.inputs, compute=compute)

    def _mixed(self, mix: Mix) -> ProjectInputs:
        scenario = self.inputs
        for path, value in mix_changes(mix, self.prices, self.assumptions, self.inputs):
            scenario = changed(scenario, path, value)
        return scenario

    def _ends(self, scenario: ProjectInputs) -> tuple[Evaluation, Evaluation] | None:
        """The model at the fewest and the most labels; None where something is not sold."""
        if scenario not in self._seen:
            try:
                low, high = (
                    self.evaluate(dataclasses.replace(scenario, n_labelled_to_buy=n))
                    for n in (self.low, self.high)
                )
                self._seen[scenario] = (low, high)
            except EstimatorError:
                self._seen[scenario] = None
        self._progress()
        return self._seen[scenario]

    def plans(self, goal: Goal) -> Iterator[tuple[tuple[float, float, float], Plan, PlanFigures]]:
        """Every possible plan with its approximate figures."""
        if self.base is None:
            return
        labels = np.array(self.space.n_labelled_to_buy, dtype=float)
        share = (labels - self.low) / max(self.high - self.low, 1)
        for row, start in enumerate(self.base[0].results):
            if start.candidate.approach not in self.space.approaches:
                continue
            for mix, ends in self.by_mix.items():
                if ends is None or not _possible(ends, row):
                    continue
                metric = self._metric(ends[1].results[row], labels)
                if metric is None:
                    continue
                reached = self._reached(goal, metric)
                middle = np.median(metric[:, 1:], axis=1)
                for hardware, delta in self._deltas(row):
                    yield from self._along(
                        goal, row, mix, ends, hardware, delta, share, middle, reached
                    )

    def _along(
        self,
        goal: Goal,
        row: int,
        mix: Mix,
        ends: tuple[Evaluation, Evaluation],
        hardware: Hardware,
        delta: Array,
        share: Array,
        middle: Array,
        reached: Array,
    ) -> Iterator[tuple[tuple[float, float, float], Plan, PlanFigures]]:
        start, stop = (
            (_usd_weeks(end.results[row]) + change)[:, 1:]
            for end, change in zip(ends, delta, strict=True)
        )
        w = share[:, None, None]
        medians = np.median((1 - w) * start + w * stop, axis=2)
        for k, n in enumerate(self.space.n_labelled_to_buy):
            total, weeks = medians[k]
            figures = PlanFigures(float(total), float(middle[k]), float(reached[k]), float(weeks))
            plan = Plan(self._approach(row), self._model(row), n, hardware, mix)
            yield goal.score(figures), plan, figures

    def _deltas(self, row: int) -> Iterator[tuple[Hardware, Array]]:
        """Change of (total, weeks) against today's machines at both ends, for each machine."""
        if self.base is None:
            return
        today = np.array([_usd_weeks(e.results[row]) for e in self.base])
        first = self.space.purchase_options[0]
        one = self.space.n_devices[0]
        for h in self.space.hardware:
            machine = self.by_machine.get(Hardware(h.accelerator, h.n_devices, first))
            if machine is None or not _possible(machine, row):
                continue
            delta = np.array([_usd_weeks(e.results[row]) for e in machine]) - today
            if h.purchase_option != first:
                other = self.by_machine.get(Hardware(h.accelerator, one, h.purchase_option))
                same = self.by_machine.get(Hardware(h.accelerator, one, first))
                if other is None or same is None or not _possible(other, row):
                    continue
                pairs = zip(other, same, strict=True)
                delta = delta + np.array(
                    [_usd_weeks(o.results[row]) - _usd_weeks(s.results[row]) for o, s in pairs]
                )
            yield h, delta

    def _approach(self, row: int) -> Approach:
        return self.base[0].results[row].candidate.approach if self.base else Approach.BASELINE

    def _model(self, row: int) -> str | None:
        candidate = self.base[0].results[row].candidate if self.base else None
        extra = candidate is not None and "#" in candidate.key and candidate.model is not None
        return candidate.model.name if extra and candidate and candidate.model else None

    def _metric(self, result: CandidateResult, labels: Array) -> Array | None:
        curve = result.accuracy.curve
        if result.accuracy.draws is None:
            return None
        if curve is None:
            return np.repeat(result.accuracy.draws[None, :], len(labels), axis=0)
        return curve(labels + self.inputs.n_labelled_available)

    def _reached(self, goal: Goal, metric: Array) -> Array:
        if goal.target is None:
            return np.ones(len(metric))
        return np.asarray((goal.sign * metric >= goal.sign * goal.target)[:, 1:].mean(axis=1))

    def run(self, plan: Plan) -> PlanFigures | None:
        """The model itself on one plan."""
        scenario = dataclasses.replace(
            plan.applied(self.inputs, self.prices, self.assumptions), options=()
        )
        return run_plan(scenario, plan, self.evaluate)


def run_plan(scenario: ProjectInputs, plan: Plan, evaluate: Evaluate) -> PlanFigures | None:
    """Figures of a plan by the model itself; None where it is not possible."""
    try:
        evaluation = evaluate(scenario)
    except EstimatorError:
        return None
    row = next(r for r in evaluation.results if r.candidate.key == str(plan.approach))
    draws = row.accuracy.draws
    if not row.feasible or draws is None:
        return None
    target = scenario.target.value
    sign = direction(str(scenario.target.metric))
    reached = 1.0 if target is None else float((sign * draws[1:] >= sign * target).mean())
    total, weeks = np.median(_usd_weeks(row)[:, 1:], axis=1)
    return PlanFigures(float(total), float(np.median(draws[1:])), reached, float(weeks))


def _usd_weeks(result: CandidateResult) -> Array:
    """Total [USD] and calendar [weeks], shape (2, n + 1)."""
    return np.array([result.money.total_draws, result.money.calendar_weeks_draws])


def _possible(ends: tuple[Evaluation, Evaluation], row: int) -> bool:
    """Feasible with the most labels: too few labels for scratch is weighed by its probability."""
    most = ends[1].results[row]
    return most.feasible and bool(np.isfinite(most.money.total_draws).all())
