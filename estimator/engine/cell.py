"""Scenarios that differ only in what things cost, priced together.

A bill is linear in what things cost. So such scenarios are priced at the corners of the box they
span and mixed from these, all draws at once; what is added on top of the lines is computed after
the mixing, as it is not linear. The mix is checked against bills priced in full inside the box, and
where it does not hold (an order below a minimum, another machine being cheapest) every scenario is
priced by itself. Accuracy, hours and bills are kept by what they read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from estimator.engine.accuracy import predict_accuracy
from estimator.engine.assumptions import Assumptions
from estimator.engine.base_models import choose_models
from estimator.engine.candidates import build_candidates, check_names
from estimator.engine.comparison import round_figure
from estimator.engine.compute import predict_compute
from estimator.engine.decide import feasibility, inside_only
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money import price_candidates
from estimator.engine.money.context import Context
from estimator.engine.money.lines import ONE_OFF
from estimator.engine.money.reserves import overrun, surprises_on
from estimator.engine.own_factors import judged_by
from estimator.engine.results import (
    AccuracyEstimate,
    ComputeEstimate,
    EvidenceGrade,
    MoneyEstimate,
)
from estimator.engine.simulate import Memo
from estimator.engine.spelling import with_known_names
from estimator.engine.summaries import (
    UNKNOWN,
    RowSummary,
    ScenarioSummary,
    Three,
    figures_of,
    money_of,
)
from estimator.engine.watched import Kept
from estimator.words.statement import state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

T = TypeVar("T")
CHECK = 1e-9
"""Relative error of the mixed money that passes for equal."""
KEPT_BYTES = 2e8
AT_ONCE_BYTES = 4e6
NO_ACCURACY = AccuracyEstimate(
    "", None, None, None, None, EvidenceGrade("none", state("limit.no_evidence"), 0, 0, (), None)
)
"""Lines of a bill do not read it."""


@dataclass(frozen=True, eq=False)
class Bills:
    """The bills of all rows at one point, shape (rows, n + 1), and what money does not move."""

    once: Array
    overrun: Array
    """``once`` with what its lines overrun."""
    later: Array
    weeks: Array
    computes: tuple[ComputeEstimate, ...]
    monies: tuple[MoneyEstimate, ...]
    """Without their lines."""

    @property
    def unknown(self) -> Array:
        """Rows that lack a price."""
        return np.array([bool(np.isnan(m.total_draws[0])) for m in self.monies])


@dataclass
class ManyMemo:
    """What earlier scenarios computed; emptied when it has grown large."""

    rooms: Memo = field(default_factory=Memo)
    bills: Kept = field(default_factory=Kept)
    figures: dict[Hashable, Any] = field(default_factory=dict)
    held: list[Any] = field(default_factory=list)
    """Keeps what ``figures`` are named by alive."""
    weight: float = 0.0

    def grown(self, n_bytes: float) -> None:
        """Count what was added, and begin anew above the limit."""
        self.weight += n_bytes
        if self.weight > KEPT_BYTES:
            self.rooms, self.bills = Memo(), Kept()
            self.figures, self.held, self.weight = {}, [], n_bytes

    def once(self, made_of: Sequence[Any], more: Hashable, make: Callable[[], T]) -> T:
        """A figure made once for the same things."""
        key = (tuple(map(id, made_of)), more)
        if key not in self.figures:
            self.figures[key] = make()
            self.held.append(tuple(made_of))
        return cast(T, self.figures[key])


class Cell:
    """Scenarios that differ in linear fields only.

    Parameters
    ----------
    one : ProjectInputs
        One of them.
    varying : sequence of (group, field)
    points : array
        Their values in each scenario, shape (scenarios, fields).
    """

    def __init__(
        self,
        one: ProjectInputs,
        varying: Sequence[tuple[str, str]],
        points: Array,
        evidence: Evidence,
        memo: ManyMemo,
    ) -> None:
        self.inputs = with_known_names(one, evidence)
        check_names(self.inputs, evidence)
        self.evidence, self.memo = evidence, memo
        self.assumptions = judged_by(one, evidence)
        self.draws = Draws(one.draws, one.seed)
        self.run = inside_only(self.inputs)
        chosen = memo.rooms.models.get(
            lambda i, a: choose_models(i, evidence, a), self.run, self.assumptions, evidence
        )
        self.candidates = build_candidates(self.run, evidence, chosen)
        moving = [k for k in range(points.shape[1]) if np.ptp(points[:, k]) > 0]
        self.fields = [varying[k] for k in moving]
        self.points = points[:, moving]

    def summaries(self) -> list[ScenarioSummary]:
        """One summary for each scenario."""
        points, where = np.unique(self.points, axis=0, return_inverse=True)
        corners, weights = self._mix(points)
        if corners:
            first = corners[0]
            one_off, total = self._money(corners, weights)
        else:
            alone = [self._bills(p) for p in points]
            first = alone[0]
            parts = [self._money([b], np.ones((1, 1))) for b in alone]
            one_off, total = (np.concatenate(x) for x in zip(*parts, strict=True))
        fixed = self._fixed(first)
        rows = [self._rows(fixed, *both) for both in zip(one_off, total, strict=True)]
        return [rows[k] for k in where.reshape(-1)]

    def _mix(self, points: Array) -> tuple[list[Bills], Array]:
        """Corners of the box and the weight of each for every point; none where not linear."""
        count = points.shape[1]
        if count == 0:
            return [self._bills(points[0])], np.ones((len(points), 1))
        low, high = points.min(axis=0), points.max(axis=0)
        checks = _checks(points)
        if len(points) <= 2**count + len(checks):
            return [], points
        ends = np.array(list(product((0.0, 1.0), repeat=count)))
        corners = [self._bills(np.where(end > 0, high, low)) for end in ends]
        beside = [self._bills(point) for point in checks]
        if not all(_alike(b, corners[0]) for b in (*corners, *beside)):
            return [], points
        for name in ("once", "overrun", "later"):
            mixed = np.tensordot(
                _weights(checks, low, high, ends), [getattr(c, name) for c in corners], 1
            )
            full = np.array([getattr(b, name) for b in beside])
            if not np.allclose(mixed[..., 1:], full[..., 1:], rtol=CHECK, atol=CHECK):
                return [], points
        return corners, _weights(points, low, high, ends)

    def _bills(self, point: Array) -> Bills:
        """The bills of all rows with the linear fields at one point."""
        run = self.run
        for (group, name), value in zip(self.fields, point, strict=True):
            changed = dataclasses.replace(getattr(run, group), **{name: float(value)})
            run = dataclasses.replace(run, **{group: changed})
        beside = (self.candidates, self.draws, self.evidence)
        rest = (self.candidates, self.evidence)
        computes = self.memo.rooms.computes.get(
            lambda i, a: predict_compute(i, *rest, a, self.draws), run, self.assumptions, beside
        )
        found: Bills = self.memo.bills.get(
            lambda i, a: self._priced(i, a, computes),
            run,
            self.assumptions,
            (*beside, *map(id, computes)),
        )
        return found

    def _priced(
        self,
        inputs: ProjectInputs,
        assumptions: Assumptions,
        computes: Sequence[ComputeEstimate],
    ) -> Bills:
        blank = [NO_ACCURACY] * len(computes)
        with np.errstate(invalid="ignore"):
            monies = price_candidates(
                inputs, self.candidates, blank, computes, self.evidence, assumptions, self.draws
            )
        size, ctx = self.draws.size, Context(inputs, self.evidence, assumptions, self.draws)
        self.memo.grown(6 * 8 * size * len(monies))
        return Bills(
            once=np.array([_sum(_lines(m, project=True), size) for m in monies]),
            overrun=np.array([overrun(ctx, _lines(m, project=True)) for m in monies]),
            later=np.array([_sum(_lines(m, project=False), size) for m in monies]),
            weeks=np.array([m.calendar_weeks_draws for m in monies]),
            computes=tuple(computes),
            monies=tuple(dataclasses.replace(m, items=(), by_phase_draws={}) for m in monies),
        )

    def _money(self, corners: Sequence[Bills], weights: Array) -> tuple[Array, Array]:
        """p10, p50, p90 of one-off money and of all of it, shape (points, rows, 3) [USD]."""
        key = (weights.tobytes(), self.inputs.finance.contingency)
        found: tuple[Array, Array] = self.memo.once(
            corners, key, lambda: self._summed(corners, weights)
        )
        return found

    def _summed(self, corners: Sequence[Bills], weights: Array) -> tuple[Array, Array]:
        ctx = Context(self.run, self.evidence, self.assumptions, self.draws)
        shape = corners[0].once.shape
        once, over, later = (
            np.array([getattr(c, name) for c in corners]).reshape(len(corners), -1)
            for name in ("once", "overrun", "later")
        )
        step = max(int(AT_ONCE_BYTES / (8 * once.shape[1])), 1)
        one_off, total = [], []
        for k in range(0, len(weights), step):
            some = weights[k : k + step]
            lines = (some @ once).reshape(-1, *shape)
            project = lines + surprises_on(ctx, lines, (some @ over).reshape(-1, *shape))
            one_off.append(_percentiles(project))
            total.append(_percentiles(project + (some @ later).reshape(-1, *shape)))
        both = np.concatenate(one_off), np.concatenate(total)
        for part in both:
            part[:, corners[0].unknown] = np.nan
        return both

    def _fixed(self, bills: Bills) -> list[RowSummary]:
        """What of each row does not move with the linear fields, within any budget."""
        beside = (self.candidates, self.draws, self.evidence)
        accuracies: Sequence[AccuracyEstimate] = self.memo.rooms.accuracies.get(
            self._accuracies, self.run, self.assumptions, beside
        )
        limits = dataclasses.replace(self.inputs.limits, budget_usd=None)
        inputs = dataclasses.replace(self.inputs, limits=limits)
        out = []
        for row in zip(self.candidates, accuracies, bills.computes, bills.monies, strict=True):
            possible, _ = feasibility(inputs, *row, self.assumptions)
            candidate, accuracy, compute, money = row
            out.append(
                RowSummary(
                    key=candidate.key,
                    feasible=possible,
                    metric=accuracy.metric,
                    target_probability=round_figure(accuracy.target_probability),
                    accuracy=self._once(accuracy, accuracy.draws),
                    device_hours=self._once(compute, compute.device_hours_draws),
                    weeks=self._once(money, money.calendar_weeks_draws),
                    one_off_usd=UNKNOWN,
                    total_usd=UNKNOWN,
                )
            )
        return out

    def _once(self, of: object, draws: Array | None) -> Three:
        return self.memo.once([of], "spread", lambda: figures_of(draws))

    def _accuracies(
        self, inputs: ProjectInputs, assumptions: Assumptions
    ) -> Sequence[AccuracyEstimate]:
        self.memo.grown(20 * 8 * self.draws.size * len(self.candidates))
        return predict_accuracy(inputs, self.candidates, self.evidence, assumptions, self.draws)

    def _rows(self, fixed: Sequence[RowSummary], one_off: Array, total: Array) -> ScenarioSummary:
        budget = self.inputs.limits.budget_usd
        usd = zip(fixed, one_off.tolist(), total.tolist(), strict=True)
        return ScenarioSummary(
            tuple(
                RowSummary(
                    row.key,
                    row.feasible and (budget is None or not whole[1] > budget),
                    row.metric,
                    row.target_probability,
                    row.accuracy,
                    row.device_hours,
                    row.weeks,
                    money_of(once),
                    money_of(whole),
                )
                for row, once, whole in usd
            )
        )


def _checks(points: Array) -> Array:
    """Points inside the box at which the mix is checked: its middle, one scenario, its edges."""
    low, high = points.min(axis=0), points.max(axis=0)
    out = [(low + high) / 2, points[len(points) // 2]]
    for k in range(points.shape[1]):
        values = np.unique(points[:, k])[1:-1]
        thirds = values[[len(values) // 3, -1 - len(values) // 3]] if len(values) else values
        for value in np.unique(thirds):
            edge = low.copy()
            edge[k] = value
            out.append(edge)
    return np.array(out)


def _weights(points: Array, low: Array, high: Array, ends: Array) -> Array:
    """Weight of each corner of the box at each point, shape (points, corners)."""
    share = ((points - low) / (high - low))[:, None, :]
    return np.asarray(np.where(ends[None] > 0, share, 1.0 - share).prod(axis=2))


def _alike(a: Bills, b: Bills) -> bool:
    """Do two bills differ in money only?"""
    return (
        bool(np.array_equal(a.weeks, b.weeks))
        and all(x is y for x, y in zip(a.computes, b.computes, strict=True))
        and all(
            (x.feasible, x.data_goes_to) == (y.feasible, y.data_goes_to)
            for x, y in zip(a.monies, b.monies, strict=True)
        )
        and bool(np.array_equal(a.unknown, b.unknown))
    )


def _lines(money: MoneyEstimate, project: bool) -> list[Array]:
    """Lines of the project, or those after it [USD]."""
    return [i.usd_draws for i in money.items if (i.timing == ONE_OFF) == project]


def _sum(lines: Sequence[Array], size: int) -> Array:
    return np.asarray(np.add.reduce(lines)) if lines else np.zeros(size)


def _percentiles(x: Array) -> Array:
    """p10, p50 and p90 along the last axis, the base case left out."""
    s = np.sort(x[..., 1:], axis=-1)
    last = s.shape[-1] - 1
    out = []
    for q in (0.1, 0.5, 0.9):
        low, share = int(q * last), q * last % 1
        high = min(low + 1, last)
        out.append(s[..., low] * (1 - share) + s[..., high] * share if share else s[..., low])
    return np.stack(out, axis=-1)
