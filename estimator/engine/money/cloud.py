"""What a device-hour costs: joint rows of the price book only, whole instances, never a guess."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from estimator.engine.catalogue import PriceRow
from estimator.engine.distributions import Array
from estimator.engine.money.context import Context
from estimator.engine.money.pricebook import OWN_SOURCE
from estimator.errors import PriceNotFoundError
from estimator.vocabulary import Basis, PurchaseOption

OWN = "own"
CPU = "CPU"


@dataclass(frozen=True)
class Rental:
    """One purchasable way to run a job: whole instances of one row of the price book."""

    row: PriceRow | None
    n_instances: int
    n_devices: int
    billed_devices: float
    usd_per_device_hour: float
    basis: Basis
    source_id: str
    note: str
    factor_draws: Array | float = 1.0
    """Draws of the price over its p50: spot prices move."""

    @property
    def usd_draws(self) -> Array | float:
        """Draws of the price of a device-hour [USD]."""
        return self.usd_per_device_hour * self.factor_draws

    @property
    def billed_factor(self) -> float:
        """Device-hours billed for one device-hour used."""
        return self.billed_devices / self.n_devices

    @property
    def usd_per_instance_hour(self) -> float:
        """Price of one instance-hour [USD]."""
        return self.usd_per_device_hour * self.billed_devices / self.n_instances


def is_cpu(row: PriceRow) -> bool:
    """The row rents processors only."""
    return names_cpu(row.accelerator)


def names_cpu(accelerator: str) -> bool:
    """The id means processors without an accelerator."""
    return accelerator.startswith(CPU)


def offers(
    prices: Iterable[PriceRow],
    provider: str,
    region: str,
    accelerator: str,
    purchase_option: str,
) -> list[PriceRow]:
    """Rows that can be bought together: provider, region, accelerator and option in one row."""
    cpu = names_cpu(accelerator)
    return [
        r
        for r in prices
        if r.provider == provider
        and r.region == region
        and r.purchase_option == purchase_option
        and (is_cpu(r) if cpu else r.accelerator == accelerator)
        and r.usd_per_instance_hour > 0
        and (cpu or r.accelerator_count >= 1)
    ]


def cheapest_whole(rows: Sequence[PriceRow], n_devices: int) -> tuple[PriceRow, int]:
    """Cheapest whole purchase with at least ``n_devices`` devices.

    One instance that holds them all where there is one (devices in one machine are connected);
    otherwise the fewest whole instances of each row, the cheapest set of them.
    """
    single = [r for r in rows if r.accelerator_count >= n_devices]
    if single:
        return min(single, key=lambda r: (r.usd_per_instance_hour, r.accelerator_count)), 1
    most = max(r.accelerator_count for r in rows)
    biggest = [r for r in rows if r.accelerator_count == most]
    row = min(biggest, key=lambda r: r.usd_per_instance_hour)
    return row, math.ceil(n_devices / row.accelerator_count)


def not_offered(
    prices: Iterable[PriceRow], provider: str, region: str, accelerator: str, option: str
) -> PriceNotFoundError:
    """The error that names what is missing and what is offered instead."""
    rows = list(prices)
    here = sorted(
        {
            r.accelerator
            for r in rows
            if (r.provider, r.region, r.purchase_option) == (provider, region, option)
        }
    )
    there = sorted(
        {
            r.region
            for r in rows
            if (r.provider, r.accelerator, r.purchase_option) == (provider, accelerator, option)
        }
    )
    options = sorted(
        {
            r.purchase_option
            for r in rows
            if (r.provider, r.region, r.accelerator) == (provider, region, accelerator)
        }
    )
    say = [f"{accelerator} is not offered by {provider} in {region} ({option})"]
    if options:
        say.append(f"offered there: {', '.join(options)}")
    if there:
        say.append(f"regions with it: {', '.join(there)}")
    elif here:
        say.append(f"accelerators there: {', '.join(here)}")
    else:
        say.append("type compute.usd_per_device_hour to use an own price")
    return PriceNotFoundError("compute.accelerator: " + "; ".join(say))


def rent(ctx: Context, accelerator: str, n_devices: int) -> Rental:
    """Cheapest purchasable way to run ``n_devices`` of an accelerator in the scenario's place.

    Notes
    -----
    ``usd per device-hour = usd per instance-hour / devices x (1 - discount of the provider)``.
    A typed ``compute.usd_per_device_hour`` is final: no discount applies to it. Rows of which a
    later change is known are taken only where there is no other.

    Raises
    ------
    PriceNotFoundError
        Names provider, region, accelerator and option, and what is offered instead.
    """
    return ctx.once(("rent", accelerator, n_devices), lambda: _rent(ctx, accelerator, n_devices))


def place(ctx: Context) -> list[PriceRow]:
    """Rows of the scenario's provider and region."""
    c = ctx.inputs.compute
    return [r for r in ctx.evidence.prices if r.provider == c.provider and r.region == c.region]


def _rent(ctx: Context, accelerator: str, n_devices: int) -> Rental:
    c = ctx.inputs.compute
    typed = c.usd_per_device_hour
    if accelerator != c.accelerator:
        typed = None
    here = ctx.once("place", lambda: place(ctx))
    rows = offers(here, c.provider, c.region, accelerator, c.purchase_option)
    if not rows and names_cpu(accelerator):
        rows = offers(here, c.provider, c.region, accelerator, "on_demand")
    rows = [r for r in rows if not r.stale] or rows
    if not rows:
        if typed is not None:
            return Rental(
                None, 1, n_devices, float(n_devices), float(typed), Basis.TYPED, "",
                "typed price of a device-hour",
            )  # fmt: skip
        raise not_offered(ctx.evidence.prices, c.provider, c.region, accelerator, c.purchase_option)
    if names_cpu(accelerator) and typed is None:
        return _rent_cpu(ctx, rows, accelerator)
    row, count = cheapest_whole(rows, n_devices)
    billed = row.accelerator_count * count
    discount = float(ctx.inputs.finance.discounts.get(c.provider, 0.0))
    listed = row.usd_per_instance_hour / row.accelerator_count
    note = (
        f"{count} x {row.instance_type} in {row.region or row.provider}, {row.purchase_option}, "
        f"{billed:g} devices billed for {n_devices} used, price of {row.as_of}"
    )
    if discount:
        note += f", {discount:.0%} discount"
    if row.stale:
        note += ", older source: a later cut is known"
    if typed is not None:
        return Rental(
            row, count, n_devices, billed, float(typed), Basis.TYPED, "", f"typed; {note}"
        )
    basis, source_id = _origin(row)
    return Rental(
        row, count, n_devices, billed, listed * (1.0 - discount), basis, source_id, note,
        _spot(ctx, row),
    )  # fmt: skip


def _origin(row: PriceRow) -> tuple[Basis, str]:
    """A row of the user's own price book is typed; it has no published source."""
    if row.source_id == OWN_SOURCE:
        return Basis.TYPED, ""
    return Basis.PUBLISHED, row.source_id


def _spot(ctx: Context, row: PriceRow) -> Array | float:
    if row.purchase_option != PurchaseOption.SPOT:
        return 1.0
    return ctx.figure("money.spot_price_factor").draws


def _rent_cpu(ctx: Context, rows: Sequence[PriceRow], accelerator: str) -> Rental:
    size = accelerator.removeprefix(f"{CPU}-").removesuffix("vcpu")
    need = float(size) if size.isdigit() else ctx.value("serving.cpu_vcpus")
    fits = [r for r in rows if (r.vcpus or 0) >= need] or list(rows)
    row = min(fits, key=lambda r: r.usd_per_instance_hour)
    discount = float(ctx.inputs.finance.discounts.get(row.provider, 0.0))
    note = f"1 x {row.instance_type} ({row.vcpus:g} vCPU) in {row.region}, price of {row.as_of}"
    basis, source_id = _origin(row)
    return Rental(
        row, 1, 1, 1.0, row.usd_per_instance_hour * (1.0 - discount), basis, source_id, note
    )


def rent_cpu_or(ctx: Context, accelerator: str, cpu: str = CPU) -> Rental:
    """A processor instance of the provider; where it sells none, its accelerator instance."""
    try:
        return rent(ctx, cpu, 1)
    except PriceNotFoundError:
        rental = rent(ctx, accelerator, 1)
        return Rental(
            rental.row, rental.n_instances, 1, rental.billed_devices, rental.usd_per_device_hour,
            rental.basis, rental.source_id,
            f"{rental.note}; the provider lists no processor-only instance",
        )  # fmt: skip
