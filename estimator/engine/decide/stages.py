"""Stages of a project as policies: what each spends, how long it takes, what its gate decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from estimator.engine.decide.loss import Loss
from estimator.engine.decide.policy import (
    ALL,
    LIVE,
    MORE,
    PILOT,
    PROBE,
    REST,
    SWITCH,
    TAKE,
    Finish,
    Step,
    along,
    gate,
    live,
    stop,
)
from estimator.engine.decide.way import (
    DATA,
    GUIDE,
    LEAST_TEST,
    MODEL,
    START,
    TEST,
    Way,
    World,
    middle,
    rounded,
)
from estimator.engine.distributions import Array
from estimator.units import WORKDAYS_PER_WEEK
from estimator.vocabulary import JOINED_TASKS

WORTH_MORE = 1.5
"""A round of buying that grows the labels by less teaches nothing new."""
NEVER_IN_A_PART = "scratch"


@dataclass(frozen=True, order=True)
class Policy:
    """Which stages in which order; comparable between scenarios, draws and seeds.

    Parameters
    ----------
    kind : str
        stop, live, more, rest, switch, all, probe or pilot: the first thing that is done.
    tried : tuple of str
        Keys of the ways that it is done with.
    probe : str
        Key of what is measured as it is beforehand; empty: nothing.
    share : float
        Share of the planned labels that the pilot uses.
    spare : str
        Key of the way that the project can switch to later.
    push : float
        Times the value of a month that the gates reckon with: above 1 they go on where the loss
        alone would stop, the price of a wanted chance; below 1 they stop earlier.
    """

    kind: str
    tried: tuple[str, ...] = ()
    probe: str = ""
    share: float = 1.0
    spare: str = ""
    push: float = 1.0

    @property
    def keys(self) -> frozenset[str]:
        """Ways that it can end in."""
        return frozenset((*self.tried, self.probe, self.spare))

    @property
    def alone(self) -> bool:
        """Is one row built at once, to go live or not?"""
        return self.kind == "all" and not self.spare

    @property
    def parts(self) -> int:
        """How much there is to it: the simpler of two equal plans is taken."""
        usual = {"stop": 0, "live": 1, "pilot": 3}
        later = self.kind == "all" and bool(self.spare)
        return usual.get(self.kind, 2) + len(self.tried) + bool(self.probe) + later


class Builder:
    """Builds policies of one scenario at one loss; parts that plans share are made once."""

    def __init__(self, world: World, loss: Loss) -> None:
        self.world, self.loss = world, loss
        self._made: dict[tuple[object, ...], Step] = {}
        self._others: dict[float, Builder] = {}
        judged = world.judged.value
        self.gate_weeks = judged("decision.gate_weeks")
        self.iterate = judged("decision.iterate_share")

    def build(self, policy: Policy, exact: bool = False) -> Step:
        """The solved policy; ``exact``: its gates weigh only what comes to them."""
        if policy.push != 1.0:
            return self._pushed(policy.push).build(replace(policy, push=1.0), exact)
        found = self._solved(policy)
        return along(found, self.world, self.loss, np.ones(self.world.n, bool)) if exact else found

    def _solved(self, policy: Policy) -> Step:
        w = self.world
        ways = tuple(w.way(k) for k in policy.tried)
        if policy.kind == "stop":
            return stop(w)
        if policy.kind == "live":
            return self._take(ways[0], LIVE)
        if policy.kind == "all":
            return self._everything(ways[0], w.way(policy.spare) if policy.spare else None)
        if policy.kind == "probe":
            return self._probe(ways[0], None)
        spare = w.way(policy.spare) if policy.spare else None
        if policy.kind == "rest":
            return self._rest(ways[0], 0.0, spare)
        if policy.kind == "switch":
            return self._switch(ways[0], self._planned(ways[0]), 0.0)
        if policy.kind == "more":
            return self._more(ways[0], self._planned(ways[0]), 0.0)
        if not policy.probe:
            return self._pilot(ways, policy.share, spare, 0.0, False)
        first = w.way(policy.probe)
        _, weeks = self._probe_cost(first, ways[0])
        return self._probe(first, self._pilot(ways, policy.share, spare, weeks, True), ways[0])

    def _pushed(self, push: float) -> Builder:
        if push not in self._others:
            at = self.loss.at(push * self.loss.usd_per_month, self.loss.typed)
            self._others[push] = Builder(self.world, at)
        return self._others[push]

    def _planned(self, way: Way) -> float:
        return max(way.n_planned, way.measured_at() or 0.0, 1.0)

    def _sunk(self, way: Way, block: str) -> Array:
        """Money of a block that is still to be spent."""
        started = self.world.started and block in (START, GUIDE, TEST)
        return self.world.zero if started else way.money[block]

    def _model_left(self, way: Way) -> Array:
        """Modelling still to be done: what was measured was trained."""
        at = way.measured_at()
        if at is None:
            return way.money[MODEL]
        if at >= way.n_planned:
            return self.world.zero
        return np.maximum(way.money[MODEL] - self._made_by_trying(way), 0.25 * way.money[MODEL])

    def _made_by_trying(self, way: Way) -> Array:
        judged = self.world.judged.value
        reuse = judged("decision.pilot_reuse")
        return np.asarray(
            reuse * (judged("decision.pilot_days") * way.usd_per_day + self._try(way))
        )

    def _try(self, way: Way) -> Array:
        judged = self.world.judged.value
        days = judged("decision.pilot_days_per_approach") * way.usd_per_day
        return np.maximum(days, judged("decision.pilot_try_share") * way.money[MODEL])

    def _labels(self, way: Way, n_labelled: float, have: float) -> Array:
        return np.asarray(way.usd_per_label * max(n_labelled - max(have, self.world.owned), 0.0))

    def _labelling_weeks(self, way: Way, n_labelled: float, have: float) -> float:
        more = max(n_labelled - max(have, self.world.owned), 0.0)
        planned = max(way.n_planned - self.world.inputs.n_labelled_available, 1.0)
        return way.labelling_weeks * more / planned

    def _take(self, way: Way, kind: str = TAKE, elapsed: float = 0.0) -> Step:
        """Going live with what was measured."""
        n = way.measured_at() if way.needs_labels else 0.0
        return live(self.world, self.loss, way, n or 0.0, elapsed, kind=kind)

    def _low(self, elapsed: float, but: Way | None = None) -> list[tuple[Step, ...]]:
        """What is done where a result is bad: stop, or take what was measured before."""
        best: Step | None = None
        for way in self.world.tried:
            if way is but:
                continue
            step = self._take(way, TAKE, elapsed)
            if step.outcome.works.mean() < self.world.wanted:
                continue
            if best is None or self._net(step) > self._net(best):
                best = step
        ends: list[tuple[Step, ...]] = [(stop(self.world),)]
        return ends if best is None or self._net(best) <= 0 else [*ends, (best,)]

    def _net(self, step: Step) -> float:
        return float(step.payoff.mean())

    def _everything(self, way: Way, spare: Way | None) -> Step:
        """The whole row is built, and its last evaluation decides on going live.

        With a spare way what misses can still go on: more labels, or that way on the same labels.
        """
        w = self.world
        have = way.measured_at() or 0.0
        n = self._planned(way) if way.needs_labels else 0.0
        usd = w.kept((ALL, way.key), lambda: self._everything_usd(way, n, have))
        weeks = max(way.weeks - w.judged.value("decision.release_weeks"), self.gate_weeks)
        actions = self._low(weeks, way)
        if spare is not None:
            actions.append((self._switch(spare, n, weeks),))
            if way.needs_labels and w.most_labels(way) >= WORTH_MORE * n:
                actions.append((self._more(way, n, weeks),))
        actions.append((live(w, self.loss, way, n, weeks),))
        return gate(w, self.loss, ALL, (way,), n, w.n_test, usd, weeks, actions)

    def _everything_usd(self, way: Way, n: float, have: float) -> Array:
        usd = self._labels(way, n, have) + self._model_left(way)
        usd = usd + sum(self._sunk(way, b) for b in (START, GUIDE, TEST)) + way.money[DATA]
        return np.asarray(usd)

    def probe_examples(self, ref: Way) -> float:
        """Test examples of a probe: 200, no dearer than a tenth of the row, at least 50."""
        return self.world.kept(("probe_examples", ref.key), lambda: self._probe_examples(ref))

    def _probe_examples(self, ref: Way) -> float:
        w = self.world
        judged = w.judged.value
        few = w.inputs.task in JOINED_TASKS
        n = min(judged(f"decision.probe_examples{'.joined' if few else ''}"), w.n_test)
        test = middle(ref.money[TEST])
        if test > 0:
            most = judged("decision.probe_money_share") * ref.one_off_p50
            n = min(n, w.n_test * most / test)
        return min(max(rounded(n, up=False), LEAST_TEST), w.n_test)

    def _probe_cost(self, way: Way, ref: Way) -> tuple[Array, float]:
        key = (PROBE, way.key, ref.key)
        return self.world.kept(key, lambda: self._make_probe_cost(way, ref))

    def _make_probe_cost(self, way: Way, ref: Way) -> tuple[Array, float]:
        days = self.world.judged.value("decision.probe_days")
        share = self.probe_examples(ref) / self.world.n_test
        usd = self._sunk(ref, GUIDE) + share * self._sunk(ref, TEST)
        scoping = self.world.judged.value("decision.probe_scoping")
        usd = usd + scoping * self._sunk(ref, START) + days * way.usd_per_day
        return np.asarray(usd), days / WORKDAYS_PER_WEEK + self.gate_weeks

    def _probe(self, way: Way, then: Step | None, ref: Way | None = None) -> Step:
        w = self.world
        ref = ref or way
        usd, weeks = self._probe_cost(way, ref)
        go = live(w, self.loss, way, 0.0, weeks, {MODEL: 1.0})
        low = self._low(weeks, way) if then is None else [(then,)]
        n_test = self.probe_examples(ref)
        return gate(w, self.loss, PROBE, (way,), 0.0, n_test, usd, weeks, [*low, (go,)])

    def pilot_labels(self, way: Way, share: float) -> float:
        """Labelled examples of a pilot: those that are owned first, a share of the plan else."""
        planned = max(way.n_planned, 1.0)
        least = min(self.world.judged.value("decision.least_pilot_labels"), planned)
        n = max(share * planned, least, min(self.world.owned, planned))
        return min(rounded(n), planned)

    def _pilot(
        self, ways: tuple[Way, ...], share: float, spare: Way | None, elapsed: float, probed: bool
    ) -> Step:
        w = self.world
        ref = ways[0]
        n = self.pilot_labels(ref, share)
        judged = w.judged.value
        days = judged("decision.pilot_days") + judged("decision.pilot_days_per_approach")
        key = (PILOT, *(way.key for way in ways), n, probed)
        usd = w.kept(key, lambda: self._pilot_usd(ways, n, probed))
        weeks = days / WORKDAYS_PER_WEEK + self.gate_weeks + self._labelling_weeks(ref, n, 0.0)
        then = elapsed + weeks
        others = [
            next((o for o in (*ways, spare) if o is not None and o is not way), None)
            for way in ways
        ]
        actions = self._low(then)
        if n >= max(way.n_planned for way in ways):
            actions += self._finished(ways, others, n, then)
        else:
            rest = [self._rest(way, then, o, n) for way, o in zip(ways, others, strict=True)]
            now = [live(w, self.loss, way, n, then, {DATA: 0.5, MODEL: 0.25}) for way in ways]
            actions += [tuple(rest), tuple(now)]
        return gate(w, self.loss, PILOT, ways, n, w.n_test, usd, weeks, actions)

    def _finished(
        self, ways: tuple[Way, ...], others: list[Way | None], n: float, then: float
    ) -> list[tuple[Step, ...]]:
        """After a pilot on all labels: a second measurement on them would tell nothing new.

        What is left of the work is done only where the result is good enough to go live.
        """
        w = self.world
        actions: list[tuple[Step, ...]] = []
        if all(o is not None for o in others):
            actions.append(tuple(self._switch(o, n, then, 0.5) for o in others if o is not None))
        left = [Finish(w.kept((REST, way.key, n), partial(self._rest_usd, way, n, n)),
                       self._rest_weeks(way)) for way in ways]  # fmt: skip
        go = [live(w, self.loss, way, n, then, finish=f) for way, f in zip(ways, left, strict=True)]
        return [*actions, tuple(go)]

    def _rest_weeks(self, way: Way) -> float:
        share = self.world.judged.value("decision.rest_weeks_share")
        return max(share * way.weeks, self.gate_weeks)

    def _pilot_usd(self, ways: tuple[Way, ...], n: float, probed: bool) -> Array:
        w, ref = self.world, ways[0]
        judged = w.judged.value
        left = 1.0 - self.probe_examples(ref) / w.n_test if probed else 1.0
        usd = 0.0 if probed else self._sunk(ref, GUIDE)
        scoping = 1.0 - judged("decision.probe_scoping") if probed else 1.0
        usd = usd + scoping * self._sunk(ref, START) + left * self._sunk(ref, TEST)
        usd = usd + self._labels(ref, n, 0.0) + (0.0 if w.started else 0.5) * ref.money[DATA]
        usd = usd + judged("decision.pilot_days") * ref.usd_per_day
        return np.asarray(usd + sum(self._try(way) for way in ways))

    def _rest(self, way: Way, elapsed: float, other: Way | None, piloted: float = 0.0) -> Step:
        key = ("rest", way.key, round(elapsed, 3), other.key if other else "", piloted)
        if key not in self._made:
            self._made[key] = self._build_rest(way, elapsed, other, piloted)
        return self._made[key]

    def _build_rest(self, way: Way, elapsed: float, other: Way | None, piloted: float) -> Step:
        w = self.world
        have = max(piloted, way.measured_at() or 0.0)
        n = max(self._planned(way), have)
        usd = w.kept((REST, way.key, have), lambda: self._rest_usd(way, n, have))
        weeks = self._rest_weeks(way) + self.gate_weeks
        then = elapsed + weeks
        actions = self._low(then, way)
        if other is not None:
            actions.append((self._switch(other, n, then),))
        if w.most_labels(way) >= WORTH_MORE * n:
            actions.append((self._more(way, n, then),))
        actions.append((live(w, self.loss, way, n, then),))
        return gate(w, self.loss, REST, (way,), n, w.n_test, usd, weeks, actions)

    def _rest_usd(self, way: Way, n: float, have: float) -> Array:
        model = way.money[MODEL]
        left = np.maximum(model - self._made_by_trying(way), 0.25 * model)
        return np.asarray(self._labels(way, n, have) + 0.5 * way.money[DATA] + left)

    def _switch(self, way: Way, n: float, elapsed: float, data: float = 0.0) -> Step:
        """The other approach on the same labels; ``data`` of their preparation is still to do."""
        w = self.world
        weeks = max(0.5 * way.weeks, self.gate_weeks) + self.gate_weeks
        then = elapsed + weeks
        go = live(w, self.loss, way, n, then)
        return gate(
            w, self.loss, SWITCH, (way,), n, w.n_test, way.money[MODEL] + data * way.money[DATA],
            weeks,
            [*self._low(then, way), (go,)],
        )  # fmt: skip

    def _more(self, way: Way, have: float, elapsed: float) -> Step:
        w = self.world
        n = w.most_labels(way)
        usd = w.kept(
            (MORE, way.key, have),
            lambda: self._labels(way, n, have) + self.iterate * way.money[MODEL],
        )
        weeks = 0.3 * way.weeks + self.gate_weeks + self._labelling_weeks(way, n, have)
        then = elapsed + weeks
        go = live(w, self.loss, way, n, then)
        return gate(
            w, self.loss, MORE, (way,), n, w.n_test, usd, weeks,
            [*self._low(then, way), (go,)],
        )  # fmt: skip
