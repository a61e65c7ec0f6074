"""What to ask first: the money that knowing one input would save, before anything is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.engine.decide.choose import Weighed
from estimator.engine.decide.loss import Loss
from estimator.engine.decide.policy import stable_order
from estimator.engine.decide.way import LABELS, World
from estimator.engine.distributions import Array
from estimator.engine.results import Evaluation
from estimator.vocabulary import Phase

BINS = 16
PLANS = 6
VALUE_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
VALUE_WEIGHTS = (0.1, 0.2, 0.4, 0.2, 0.1)
"""What a month is worth, where nobody has said: within a factor of four of what is used."""
VALUE, ACCURACY, PEOPLE, LABELLING, USE = (
    "value.value_per_month_usd", "accuracy", "people", "labelling", "serving.requests_per_month",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """An input and what knowing it exactly would save on average [USD]."""

    input: str
    usd: float


def questions_to_ask(
    evaluation: Evaluation, world: World, loss: Loss, found: Sequence[Weighed]
) -> tuple[Question, ...]:
    """Inputs by the partial expected value of perfect information, largest first.

    Notes
    -----
    ``E_x[max_plan E[net | x]] - max_plan E[net]`` over the best plans, the conditional mean taken
    in equal bins of x; for accuracy x is the truth of the row in which the best plan ends. Gates
    are not solved anew for each x, so it is a lower bound.
    """
    few = sorted(found, key=lambda w: -w.net)[:PLANS]
    stop = next((w for w in found if w.policy.kind == "stop"), None)
    plans = [*few, *([stop] if stop is not None and stop not in few else [])]
    nets = np.array([w.nets for w in plans])
    n = nets.shape[1]
    row = next((w.row for w in few if w.row >= 0), -1)
    if row < 0:
        return ()
    way = next(w for w in world.ways if w.index == row)
    people = sum(
        (i.usd_draws for i in evaluation.results[row].money.items if i.phase == Phase.PEOPLE),
        start=np.zeros(world.n + 1),
    )
    drawn = {
        ACCURACY: way.truth(way.n_planned)[:n],
        PEOPLE: people[1 : 1 + n],
        LABELLING: way.money[LABELS][:n],
        USE: way.usd_per_month[:n],
    }
    out = [Question(name, _saved(nets, x)) for name, x in drawn.items()]
    if not loss.typed:
        out.append(Question(VALUE, _value_known(loss, plans)))
    return tuple(sorted((q for q in out if q.usd > 0), key=lambda q: -q.usd))


def _saved(nets: Array, x: Array) -> float:
    if np.ptp(x) == 0:
        return 0.0
    bins = np.array_split(stable_order(x), BINS)
    known = sum(len(b) * nets[:, b].mean(axis=1).max() for b in bins) / nets.shape[1]
    return float(max(known - nets.mean(axis=1).max(), 0.0))


def _value_known(loss: Loss, plans: Sequence[Weighed]) -> float:
    months = np.array([w.months for w in plans])
    spend = np.array([w.spend for w in plans])
    values = loss.usd_per_month * np.array(VALUE_FACTORS)
    weights = np.array(VALUE_WEIGHTS)
    each = values[:, None] * months - spend
    return float(weights @ each.max(axis=1) - (weights @ each).max())
