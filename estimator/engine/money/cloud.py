"""What a device-hour costs: joint rows of the price book only, whole instances, never a guess."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from estimator.engine.figure import Figure, leaf
from estimator.engine.money.context import Context
from estimator.engine.money.pricebook import OWN_SOURCE
from estimator.errors import PriceNotFoundError
from estimator.evidence.things import PriceRow
from estimator.vocabulary import Basis, PurchaseOption
from estimator.words.statement import Date, Number, Share, Statement, Term, joined, listed, state

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
    note: Statement
    factor: Figure = Figure(1.0)
    """The price over its p50: spot prices move."""

    @property
    def price(self) -> Figure:
        """Price of a device-hour as a figure [USD]."""
        name = "compute.usd_per_device_hour"
        if self.basis is not Basis.TYPED and self.row is not None:
            name = f"price.{self.row.provider}.{self.row.instance_type}"
        listed = leaf(
            name, self.usd_per_device_hour, "USD per device-hour", self.basis, self.source_id
        )
        return (listed * self.factor).named(self.note)

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
    """Rows that can be bought together; a blank provider, region or option is any of them.

    Rows of which a later change is known are left out where there are others.
    """
    cpu = names_cpu(accelerator)
    found = [
        r
        for r in prices
        if provider in ("", r.provider)
        and region in ("", r.region)
        and purchase_option in ("", r.purchase_option)
        and (is_cpu(r) if cpu else r.accelerator == accelerator)
        and r.usd_per_instance_hour > 0
        and (cpu or r.accelerator_count >= 1)
    ]
    return [r for r in found if not r.stale] or found


def cheapest_offer(
    prices: Iterable[PriceRow],
    accelerator: str,
    n_devices: int = 1,
    provider: str = "",
    region: str = "",
    purchase_option: str = PurchaseOption.ON_DEMAND,
) -> tuple[PriceRow, int] | None:
    """The cheapest whole purchase of a device and how many instances it takes.

    Parameters
    ----------
    prices : iterable of PriceRow
    accelerator : str
    n_devices : int
        Devices that work together, so that they are bought in one place.
    provider, region, purchase_option : str
        Blank: any.

    Returns
    -------
    (PriceRow, int) or None
        None where nobody sells it. Bill, page, command line and API all ask this function.
    """
    places: dict[tuple[str, str, str], list[PriceRow]] = {}
    for r in offers(prices, provider, region, accelerator, purchase_option):
        places.setdefault((r.provider, r.region, r.purchase_option), []).append(r)
    found = [cheapest_whole(rows, n_devices) for rows in places.values()]
    return min(
        found,
        key=lambda f: (f[0].usd_per_instance_hour * f[1], f[0].provider, f[0].region),
        default=None,
    )


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
    say = [
        state(
            "price.not_offered",
            device=accelerator,
            provider=provider,
            region=region,
            option=option,
        )
    ]
    if options:
        say.append(state("price.offered", names=listed(options)))
    if there:
        say.append(state("price.regions", names=listed(there)))
    elif here:
        say.append(state("price.devices", names=listed(here)))
    else:
        say.append(state("price.type_own"))
    return PriceNotFoundError(state("joined", parts=listed(say)))


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
    provider, region = c.provider, c.region
    return [r for r in ctx.evidence.prices if r.provider == provider and r.region == region]


def _rent(ctx: Context, accelerator: str, n_devices: int) -> Rental:
    c = ctx.inputs.compute
    typed = c.usd_per_device_hour
    if accelerator != c.accelerator:
        typed = None
    here = ctx.once("place", lambda: place(ctx))
    rows = offers(here, c.provider, c.region, accelerator, c.purchase_option)
    if not rows and names_cpu(accelerator):
        rows = offers(here, c.provider, c.region, accelerator, "on_demand")
    if not rows:
        if typed is not None:
            return Rental(
                None, 1, n_devices, float(n_devices), float(typed), Basis.TYPED, "",
                state("note.typed_price"),
            )  # fmt: skip
        raise not_offered(ctx.evidence.prices, c.provider, c.region, accelerator, c.purchase_option)
    if names_cpu(accelerator) and typed is None:
        return _rent_cpu(ctx, rows, accelerator)
    found = cheapest_offer(rows, accelerator, n_devices, purchase_option="")
    assert found is not None
    row, count = found
    billed = row.accelerator_count * count
    discount = float(ctx.inputs.finance.discounts.get(c.provider, 0.0))
    listed = row.usd_per_instance_hour / row.accelerator_count
    note = joined(
        state(
            "note.rented",
            n=count,
            instance=row.instance_type,
            place=row.region or row.provider,
            option=Term("ui.option", row.purchase_option),
            billed=Number(billed),
            used=n_devices,
            date=Date(str(row.as_of)),
        ),
        state("note.discount", share=Share(discount)) if discount else "",
        state("note.stale") if row.stale else "",
    )
    if typed is not None:
        return Rental(
            row,
            count,
            n_devices,
            billed,
            float(typed),
            Basis.TYPED,
            "",
            joined(state("note.typed"), note),
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


def _spot(ctx: Context, row: PriceRow) -> Figure:
    if row.purchase_option != PurchaseOption.SPOT:
        return Figure(1.0)
    return ctx.figure("money.spot_price_factor")


def _rent_cpu(ctx: Context, rows: Sequence[PriceRow], accelerator: str) -> Rental:
    size = accelerator.removeprefix(f"{CPU}-").removesuffix("vcpu")
    need = float(size) if size.isdigit() else ctx.value("serving.cpu_vcpus")
    fits = [r for r in rows if (r.vcpus or 0) >= need] or list(rows)
    row = min(fits, key=lambda r: r.usd_per_instance_hour)
    discount = float(ctx.inputs.finance.discounts.get(row.provider, 0.0))
    note = state(
        "note.cpu",
        instance=row.instance_type,
        vcpus=Number(float(row.vcpus or 0.0)),
        place=row.region,
        date=Date(str(row.as_of)),
    )
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
            joined(rental.note, state("note.no_cpu")),
        )  # fmt: skip
