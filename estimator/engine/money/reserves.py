"""Lines that rest on other lines: contingency, wage and price drift, tax."""

from __future__ import annotations

import numpy as np

from estimator.engine.money.context import Context, Figure
from estimator.engine.money.lines import ONE_OFF, YEARLY, Bill
from estimator.units import MONTHS_PER_YEAR
from estimator.vocabulary import Basis, Phase

REFERENCE_CLASS, NONE = "reference_class", "none"


def add_reserves(ctx: Context, bill: Bill) -> None:
    """Add contingency, drift and tax to a bill that holds everything else.

    Notes
    -----
    Contingency = share x one-off money; tax = rate x what is bought (own wages are not taxed);
    drift = ``sum over months of line x share x ((1 + d)^(t/12) - 1)``, apart for wages and prices.
    """
    if not bill.items:
        return
    _contingency(ctx, bill)
    if ctx.inputs.finance.wage_drift or ctx.inputs.finance.price_drift:
        _drift(ctx, bill)
    if ctx.inputs.finance.tax_rate:
        _tax(ctx, bill)


def contingency_share(ctx: Context) -> Figure:
    """Reserve on one-off money as a share; the reference class unless typed."""
    typed = ctx.inputs.finance.contingency
    if typed == REFERENCE_CLASS:
        return ctx.figure("finance.contingency_share")
    share = 0.0 if typed == NONE else float(typed)
    return Figure(share, Basis.TYPED, "", "typed reserve")


def _contingency(ctx: Context, bill: Bill) -> None:
    share = contingency_share(ctx)
    subtotal = np.zeros(bill.size)
    for item, usd in zip(bill.items, bill.usd, strict=True):
        if item.timing == ONE_OFF:
            subtotal += usd
    bill.add(
        "contingency", Phase.OTHER, subtotal, "USD of project", share.draws, share.basis,
        share.source_id, note=share.note,
    )  # fmt: skip


def _drift(ctx: Context, bill: Bill) -> None:
    finance = ctx.inputs.finance
    money, profiles = np.array(bill.usd), bill.profiles()
    wages = np.array([i.item in bill.wage_driven for i in bill.items])
    years = np.arange(bill.horizon + 1) / MONTHS_PER_YEAR
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
            item, Phase.OTHER, later, "USD of later months", share, Basis.TYPED, "", YEARLY,
            shares, note=f"{rate:.1%} a year", wages=item == "wage_drift",
        )  # fmt: skip


def _tax(ctx: Context, bill: Bill) -> None:
    rate = ctx.inputs.finance.tax_rate
    money, profiles = np.array(bill.usd), bill.profiles()
    skipped = bill.own_wages | {"contingency", "wage_drift"}
    taxed = np.array([i.item not in skipped for i in bill.items])
    now = np.array([i.timing == ONE_OFF for i in bill.items])
    for item, mine in (("tax_project", taxed & now), ("tax_running", taxed & ~now)):
        if not mine.any():
            continue
        net = money[mine].sum(axis=0)
        flow = money[mine][:, 0] @ profiles[mine]
        running = item == "tax_running"
        if running and flow.sum() == 0:
            continue
        shares = tuple(float(x) for x in flow / flow.sum()) if running else ()
        bill.add(
            item, Phase.OTHER, net, "USD net", rate, Basis.TYPED, "",
            YEARLY if running else ONE_OFF, shares, note=f"{rate:.1%} on what is bought",
        )  # fmt: skip
