"""What rests on the other lines: drift and tax as lines, surprises below the line."""

from __future__ import annotations

import numpy as np

from estimator.engine.distributions import Array, enough
from estimator.engine.money.context import Context
from estimator.engine.money.lines import ONE_OFF, YEARLY, Bill, Sums
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
    the part of the published spread of overruns that the one-off money of the row does not show is
    added (``sd^2 = published^2 - own^2``), and above 15 million USD the published fat tail: 18 % of
    projects overrun by half and more, 5.5 times the plan on average, cut at six times.
    """
    money = [usd for item, usd in zip(bill.items, bill.usd, strict=True) if item.timing == ONE_OFF]
    return surprises_on(ctx, np.add.reduce(money) if money else np.zeros(bill.size))


def surprises_on(ctx: Context, one_off: Array) -> Array:
    """What comes on top of one-off money, shape (..., n + 1) in and out, base first [USD]."""
    wanted, out = ctx.inputs.finance.contingency, np.zeros(one_off.shape)
    if wanted == NONE:
        return out
    if wanted != REFERENCE_CLASS:
        out = one_off * float(wanted)
    else:
        base = one_off[..., :1]
        out = np.where(base > 0, one_off * (_overrun(ctx, one_off, base) - 1.0), 0.0)
    out[..., 0] = 0.0
    return out


def _overrun(ctx: Context, one_off: Array, base: Array) -> Array:
    """Actual over planned one-off money that the draws of the lines do not hold yet."""
    logs = np.log(np.maximum(one_off[..., 1:], 1e-9))
    published = ctx.value("finance.overrun_sd")
    left = np.sqrt(np.maximum(published**2 - np.var(logs, axis=-1, keepdims=True), 0.0))
    factor = np.exp(left * ctx.draws.normal("finance.overrun"))
    large = base > ctx.value("finance.large_project_usd")
    if large.any():
        chance, alpha = ctx.value("finance.tail_share"), ctx.value("finance.tail_alpha")
        u = ctx.draws.uniform("finance.tail")
        far = np.minimum(
            TAIL_FROM * (np.maximum(1.0 - u, 1e-12) / chance) ** (-1 / alpha), TAIL_CUT
        )
        factor = np.where(large & (u > 1.0 - chance), np.maximum(factor, far), factor)
    return np.asarray(factor)


def budget(sums: Sums) -> dict[str, float]:
    """The plan, the allowance for surprises, their sum, and the amount safe in nine of ten [USD].

    Notes
    -----
    Plan = the lines at their base, to the cent. Allowance = mean of the draws less the plan: lines
    are more often dearer than cheaper, and what nobody planned. Plan + allowance = expected, to the
    cent. ``held`` = what to keep beside the expected total to be safe in nine cases of ten.
    """
    plan = float(sums.total[0])
    expected = round(float(sums.total[1:].mean()), 2)
    safe = round(max(enough(sums.total, SAFE), expected), 2)
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
