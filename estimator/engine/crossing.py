"""Finding passages against tuning: what each has cost by a month, and when they change places."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.learns import as_is, finds
from estimator.engine.results import CandidateResult, Evaluation
from estimator.vocabulary import FINDS_PASSAGES
from estimator.vocabulary import Approach as RowName
from estimator.words.statement import Approach, Count, Statement, state

RETRIEVAL, TUNING, BOTH = "retrieval", "tuning", "both"
TUNED = (
    RowName.PARTIAL_FINETUNE,
    RowName.LORA,
    RowName.FULL_FINETUNE,
    RowName.CONTINUED_PRETRAIN,
)


def passages_against_tuning(evaluation: Evaluation) -> dict[str, Any]:
    """The cheapest row of each way, their spending in sum by month, and the months of crossing.

    Parameters
    ----------
    evaluation : Evaluation

    Returns
    -------
    dict
        ``rows`` by way, ``crossings`` with the row that is cheaper first and later and the month,
        and sentences; empty where no row finds passages.

    Notes
    -----
    Planned spending (base case) from the first day, the project itself in month 0.
    """
    if evaluation.inputs.task not in FINDS_PASSAGES:
        return {}
    found: dict[str, CandidateResult] = {}
    for result in evaluation.results:
        way = _way(evaluation, result)
        if way is None or not np.isfinite(result.money.total_draws[0]):
            continue
        known = found.get(way)
        if known is None or result.money.total_draws[0] < known.money.total_draws[0]:
            found[way] = result
    if TUNING not in found or not {RETRIEVAL, BOTH} & set(found):
        return {}
    pairs = [_crossing(a, b) for a, b in combinations(found.items(), 2)]
    return {
        "rows": {way: r.candidate.key for way, r in found.items()},
        "spent_usd": {way: [round(float(x), 2) for x in _spent(r)] for way, r in found.items()},
        "crossings": [{"cheaper_first": a, "cheaper_later": b, "month": m} for a, b, m, _ in pairs],
        "sentences": [said for *_, said in pairs],
    }


def _way(evaluation: Evaluation, result: CandidateResult) -> str | None:
    c, inputs = result.candidate, evaluation.inputs
    if not c.applies or c.model is None:
        return None
    looks = c.retrieval or finds(inputs, c.approach)
    if as_is(inputs, c.approach):
        return RETRIEVAL if looks else None
    if c.approach not in TUNED:
        return None
    return BOTH if looks else TUNING


def _spent(result: CandidateResult) -> Array:
    return np.cumsum(result.money.cash_flow_base_usd)


def _crossing(
    one: tuple[str, CandidateResult], other: tuple[str, CandidateResult]
) -> tuple[str, str, int | None, Statement]:
    """The row that is cheaper first, the one later, the month from which, and that in words."""
    (_, a), (_, b) = one, other
    both = min(len(a.money.cash_flow_base_usd), len(b.money.cash_flow_base_usd))
    gap = _spent(a)[:both] - _spent(b)[:both]
    sign = 1.0 if gap[0] <= 0 else -1.0
    (way, first), (way_later, later) = (one, other) if gap[0] <= 0 else (other, one)
    turned = np.flatnonzero(sign * gap > 0)
    names = first.candidate.key, later.candidate.key
    told = {
        "first": Approach(names[0]), "first_way": state(f"way.{way}"),
        "later": Approach(names[1]), "later_way": state(f"way.{way_later}"),
    }  # fmt: skip
    if not turned.size:
        return (*names, None, state("crossing.never", **told, month=Count(both - 1)))
    month = int(turned[0])
    return (*names, month, state("crossing.month", **told, month=Count(month)))
