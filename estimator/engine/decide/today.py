"""Doing nothing, and what becomes of projects whatever their quality: two yardsticks of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import Board
from estimator.engine.decide.loss import Loss, make_loss
from estimator.engine.distributions import Array, median, percentiles
from estimator.engine.ramp import months_until_earned
from estimator.engine.results import Evaluation
from estimator.units import WEEKS_PER_MONTH
from estimator.vocabulary import Basis
from estimator.words.statement import Approach, Months, Share, Statement, Usd, state

GOING_LIVE, SCRAPPED = "decision.going_live_share", "decision.scrapped_share"


@dataclass(frozen=True)
class Saving:
    """What a row saves of today's cost, its own money taken off.

    ``usd`` is (p10, p50, p90) and ``mean_usd`` the mean over the draws [USD]; ``works`` and
    ``pays`` are the shares of draws that reach the target, and in which it saves anything.
    """

    usd: tuple[float, float, float]
    mean_usd: float
    works: float
    pays: float


@dataclass(frozen=True)
class AsToday:
    """Doing nothing: what the work costs today over the horizon, and what each row would save.

    ``saving`` holds the rows whose quality is known; ``payback_months`` of a working system count
    from kick-off; a model is worth its whole value after ``ramp_months`` in use.
    """

    usd_per_month: float
    total_usd: float
    saving: Mapping[str, Saving]
    payback_months: Mapping[str, float | None]
    ramp_months: float


@dataclass(frozen=True)
class GoingLive:
    """Share of models that go live in surveys, and of experiments that are scrapped."""

    share: tuple[float, float, float]
    scrapped: float
    source_ids: tuple[str, ...]

    def said(self) -> Statement:
        """The one sentence about it."""
        low, _, high = (Share(x) for x in self.share)
        return state("today.going_live", low=low, high=high, scrapped=Share(self.scrapped))


def as_today(evaluation: Evaluation, board: Board, assumptions: Assumptions) -> AsToday | None:
    """Savings of every row against going on as today; None where no cost of today is typed.

    Notes
    -----
    Saved is today's cost in the months in which a useful system runs: none where the target is
    missed, a part just below it, and none before the system is there. A miss also costs what it
    took, until it is noticed and taken back (``Loss.released``).
    """
    inputs = evaluation.inputs
    monthly = inputs.value.today_usd_per_month
    if monthly <= 0:
        return None
    target = -np.inf if board.target is None else board.target
    loss = make_loss(inputs, assumptions, str(inputs.target.metric), target)
    saving: dict[str, Saving] = {}
    payback: dict[str, float | None] = {}
    for i, result in enumerate(evaluation.results):
        key, money = board.keys[i], result.money
        if not np.isfinite(board.score[i]).all() or not np.isfinite(board.total[i]).all():
            continue
        usd = _saved(loss, monthly, board.score[i], board.one_off[i], board.total[i],
                     money.calendar_weeks_draws)  # fmt: skip
        works, pays = board.target_probability[i], (usd[1:] > 0).mean()
        saving[key] = Saving(percentiles(usd), float(usd[1:].mean()), float(works), float(pays))
        wait = median(money.calendar_weeks_draws) / WEEKS_PER_MONTH
        months = months_until_earned(float(board.median_one_off[i]), monthly,
                                     median(money.monthly_draws), loss.ramp_months)  # fmt: skip
        within = months is not None and months <= loss.horizon_months
        payback[key] = wait + months if within and months is not None else None
    total = monthly * loss.horizon_months
    return AsToday(monthly, total, saving, payback, loss.ramp_months)


def _saved(
    loss: Loss, monthly: float, score: Array, one_off: Array, total: Array, weeks: Array
) -> Array:
    """Today's cost that is saved less the money of the row, by draw [USD]."""
    running = (total - one_off) / loss.horizon_months
    share = loss.share(score)
    spent = loss.release_usd(share, one_off, running)
    months = loss.months(np.minimum(share, 1.0), weeks)
    return np.asarray(monthly * months - spent)


def said_of(today: AsToday, key: str | None) -> Statement:
    """Doing nothing in one sentence, beside the row that is taken."""
    over = Months(today.total_usd / today.usd_per_month)
    saving = today.saving.get(key or "")
    if key is None or saving is None:
        return state("today.only", usd=Usd(today.total_usd), horizon=over)
    return state(
        "today.saves" if saving.mean_usd >= 0 else "today.costs", usd=Usd(today.total_usd),
        horizon=over, approach=Approach(key), saved=Usd(abs(saving.mean_usd)),
        pays=Share(saving.pays), works=Share(saving.works), ramp=Months(today.ramp_months),
    )  # fmt: skip


def going_live(assumptions: Assumptions) -> GoingLive:
    """The published shares, or the typed one."""
    rows = [assumptions.rows[name] for name in (GOING_LIVE, SCRAPPED)]
    share = (rows[0].p10, rows[0].p50, rows[0].p90)
    if assumptions.basis(GOING_LIVE) is Basis.TYPED:
        share = (assumptions.value(GOING_LIVE),) * 3
    sources = tuple(r.source_id for r in rows)
    return GoingLive(share, assumptions.value(SCRAPPED), sources)
