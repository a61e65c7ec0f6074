"""What rests on the other lines: drift and tax as lines, surprises below the line."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from estimator.engine.distributions import Array, enough
from estimator.engine.money.context import Context
from estimator.engine.money.lines import ONE_OFF, YEARLY, Bill
from estimator.units import MONTHS_PER_YEAR
from estimator.vocabulary import Phase
from estimator.words.statement import Share, state

REFERENCE_CLASS, NONE = "reference_class", "none"
SAFE = 0.9
TAIL_FROM, TAIL_CUT = 1.5, 6.0
"""Overruns of large projects: where the published tail starts and where draws are cut."""


def add_reserves(ctx: Context, bill: Bill) -> None:
    """Add drift and tax to a bill that holds everything else, placed in its months.

    Notes
    -----
    Tax = rate x what is bought (own wages are not taxed); drift = ``sum over months of line x
    share x ((1 + d)^(t/12) - 1)``, apart for wages and prices.
    """
    if not bill.items:
        return
    if ctx.inputs.finance.wage_drift or ctx.inputs.finance.price_drift:
        _drift(ctx, bill)
    if ctx.inputs.finance.tax_rate:
        _tax(ctx, bill)


def surprises(ctx: Context, bill: Bill) -> Array:
    """What the project costs above its lines, by draw; 0 in the base case [USD].

    Notes
    -----
    A typed share is that share of the one-off money. The reference class tops up what the lines
    say: efforts are fitted to what projects took in the end, so they hold overruns already. Only
    the part of the published spread of overruns that a line does not show is added to it
    (``sd^2 = published^2 - own^2``, one common draw), line by line, so that a dearer line never
    makes the others safer. Above 15 million USD comes the published fat tail: 18 % of projects
    overrun by half and more, 5.5 times the plan on average, cut at six times.
    """
    money = [usd for item, usd in zip(bill.items, bill.usd, strict=True) if item.timing == ONE_OFF]
    if not money:
        return np.zeros(bill.size)
    return surprises_on(ctx, np.add.reduce(money), overrun(ctx, money))


def overrun(ctx: Context, lines: Sequence[Array]) -> Array:
    """One-off money with the published spread of overruns in every line, by draw [USD].

    Notes
    -----
    Linear in the price of every line, for a factor on a line leaves the spread of its logarithm.
    """
    out = np.zeros(ctx.draws.size)
    if ctx.inputs.finance.contingency != REFERENCE_CLASS:
        return out
    published, z = ctx.value("finance.overrun_sd"), ctx.draws.normal("finance.overrun")
    for usd in lines:
        own = float(np.var(np.log(np.maximum(np.abs(usd[1:]), 1e-9))))
        left = math.sqrt(max(published**2 - own, 0.0))
        out += usd * np.exp(left * z) if left else usd
    return out


def surprises_on(ctx: Context, one_off: Array, overrun_usd: Array) -> Array:
    """What comes on top of one-off money, shape (..., n + 1) in and out, base first [USD].

    Parameters
    ----------
    one_off : array
        Lines of the project itself [USD].
    overrun_usd : array
        The same with their overruns; see ``overrun`` [USD].
    """
    wanted, out = ctx.inputs.finance.contingency, np.zeros(one_off.shape)
    if wanted == NONE:
        return out
    if wanted != REFERENCE_CLASS:
        out = one_off * float(wanted)
    else:
        out = np.where(one_off[..., :1] > 0, _tailed(ctx, one_off, overrun_usd) - one_off, 0.0)
    out[..., 0] = 0.0
    return out


def _tailed(ctx: Context, one_off: Array, overrun_usd: Array) -> Array:
    """One-off money with overruns, and the published fat tail of large projects [USD]."""
    large = one_off[..., :1] > ctx.value("finance.large_project_usd")
    if not large.any():
        return overrun_usd
    chance, alpha = ctx.value("finance.tail_share"), ctx.value("finance.tail_alpha")
    u = ctx.draws.uniform("finance.tail")
    far = np.minimum(TAIL_FROM * (np.maximum(1.0 - u, 1e-12) / chance) ** (-1 / alpha), TAIL_CUT)
    tail = large & (u > 1.0 - chance)
    return np.asarray(np.where(tail, np.maximum(overrun_usd, one_off * far), overrun_usd))


def budget(total: Array) -> dict[str, float]:
    """The plan, the allowance for surprises, their sum, and the amount safe in nine of ten [USD].

    Notes
    -----
    Plan = the lines at their base, to the cent. Allowance = mean of the draws less the plan: lines
    are more often dearer than cheaper, and what nobody planned. Plan + allowance = expected, to the
    cent. ``held`` = what to keep beside the expected total to be safe in nine cases of ten.
    """
    plan = round(float(total[0]), 2)
    expected = round(float(total[1:].mean()), 2)
    safe = round(max(enough(total, SAFE), expected), 2)
    return {
        "plan_usd": plan,
        "allowance_usd": round(expected - plan, 2),
        "expected_usd": expected,
        "held_usd": round(safe - expected, 2),
        "safe_9_of_10_usd": safe,
    }


def _drift(ctx: Context, bill: Bill) -> None:
    finance = ctx.inputs.finance
    money, profiles = np.array(bill.usd), bill.profiles()
    wages = np.array([i.item in bill.wage_driven for i in bill.items])
    years = np.arange(bill.last + 1) / MONTHS_PER_YEAR
    for item, rate, mine in (
        ("wage_drift", finance.wage_drift, wages),
        ("price_drift", finance.price_drift, ~wages),
    ):
        if rate == 0.0 or not mine.any():
            continue
        growth = (1.0 + rate) ** years - 1.0
        extra = (profiles[mine] @ growth) @ money[mine]
        later = (profiles[mine][:, 1:].sum(axis=1)) @ money[mine]
        months = (money[mine][:, 0] @ profiles[mine]) * growth
        total = months.sum()
        if total == 0.0 or later[0] == 0.0:
            continue
        shares = tuple(float(x) for x in months / total)
        share = np.divide(extra, later, out=np.zeros_like(extra), where=later != 0)
        bill.add(
            item,
            Phase.OTHER,
            later,
            "USD of later months",
            share,
            timing=YEARLY,
            months=shares,
            note=state("note.yearly", rate=Share(rate)),
            wages=item == "wage_drift",
        )


def _tax(ctx: Context, bill: Bill) -> None:
    rate = ctx.inputs.finance.tax_rate
    money, profiles = np.array(bill.usd), bill.profiles()
    skipped = bill.own_wages | {"wage_drift"}
    taxed = np.array([i.item not in skipped for i in bill.items])
    now = np.array([i.timing == ONE_OFF for i in bill.items])
    for item, mine in (("tax_project", taxed & now), ("tax_running", taxed & ~now)):
        if not mine.any():
            continue
        net = money[mine].sum(axis=0)
        flow = money[mine][:, 0] @ profiles[mine]
        running = item == "tax_running"
        if flow.sum() == 0:
            continue
        shares = tuple(float(x) for x in flow / flow.sum())
        bill.add(
            item,
            Phase.OTHER,
            net,
            "USD net",
            rate,
            timing=YEARLY if running else ONE_OFF,
            months=shares,
            note=state("note.tax", rate=Share(rate)),
        )
