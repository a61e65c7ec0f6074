"""The people around a model in use: those who are shown how, those who check its answers."""

from __future__ import annotations

import numpy as np

from estimator.engine.distributions import Array
from estimator.engine.figure import Figure, typed
from estimator.engine.money.context import Context
from estimator.engine.money.label_time import seconds_per_label
from estimator.engine.money.lines import MONTHLY, Bill
from estimator.engine.money.rates import pay, usd_per_hour
from estimator.units import SECONDS_PER_HOUR
from estimator.vocabulary import Effort, LabellingSource, Phase, Stage
from estimator.words.statement import Number, Share, Statement, state

FOUND = "serving.review_power"


def unseen_errors(wrong: Array, reviewed: float, power: float) -> Array:
    """Share of wrong answers that go out when the least sure ones are checked by people.

    Parameters
    ----------
    wrong : array
        Share of wrong answers of the model.
    reviewed : float
        Share of answers that is checked.
    power : float
        1 where doubt says nothing about errors; the larger, the better it finds them.

    Notes
    -----
    ``wrong x (1 - reviewed)^power``; never more found than checked.
    """
    left = wrong * (1.0 - reviewed) ** power
    return np.asarray(np.maximum(left, np.maximum(wrong - reviewed, 0.0)))


def skips_training(ctx: Context) -> bool:
    """A lean project shows nobody how to work with it unless somebody is named."""
    return ctx.inputs.people.users is None and ctx.inputs.people.effort is Effort.LEAN


def add_users(ctx: Context, bill: Bill) -> None:
    """Showing people how to work with the model, and their checks of the answers it is unsure of.

    Notes
    -----
    Shown: ``people x hours each x wage``. Checked: ``requests x share checked x seconds of a
    label``, at the pay of experts where they label, else of own staff.
    """
    if not skips_training(ctx):
        named = ctx.inputs.people.users
        people = ctx.figure("people.users") if named is None else _typed(named)
        hours = people * ctx.figure("people.training_hours_per_user")
        bill.add(
            "people_user_training",
            Phase.PEOPLE,
            hours,
            "hour",
            usd_per_hour(ctx, "labeller"),
            stage=Stage.RELEASE,
            note=state("note.shown", people=Number(people.base)),
            wages=True,
            own=ctx.own_team,
            same=True,
        )
    share = ctx.inputs.serving.review_share
    requests = ctx.inputs.serving.requests_per_month * bill.horizon
    expert = ctx.inputs.labelling.source is LabellingSource.EXPERT
    who = LabellingSource.EXPERT if expert else LabellingSource.IN_HOUSE
    hours = seconds_per_label(ctx) * (requests * share / SECONDS_PER_HOUR)
    bill.add(
        "human_review",
        Phase.RUNNING,
        hours,
        "hour",
        pay(ctx, who),
        timing=MONTHLY,
        note=state("note.checked", share=Share(share)),
        wages=not expert,
        own=not expert,
        same=True,
    )


def unreviewed(ctx: Context) -> Statement | str:
    """Why there is no line for people who check answers."""
    return "" if ctx.inputs.serving.review_share else state("note.unreviewed")


def _typed(people: int) -> Figure:
    return typed("people.users", float(people), "person")
