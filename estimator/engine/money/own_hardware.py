"""Own accelerators: what an hour of them costs, depreciation, and break-even against renting."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.engine.figure import Figure, typed
from estimator.engine.groups import OwnHardware
from estimator.engine.money.context import Context
from estimator.units import HOURS_PER_MONTH, HOURS_PER_YEAR, MONTHS_PER_YEAR
from estimator.words.statement import state


@dataclass(frozen=True)
class OwnHour:
    """Cost of one used device-hour of own hardware, by part [USD]."""

    depreciation_usd: float
    energy_usd: float
    space_usd: float
    staff_usd: float

    @property
    def total_usd(self) -> float:
        """All parts of one device-hour [USD]."""
        return self.depreciation_usd + self.energy_usd + self.space_usd + self.staff_usd


def used_hours_per_year(hw: OwnHardware) -> float:
    """Device-hours used in a year: ``count x 8760 x utilisation`` [device-hours]."""
    return hw.count * HOURS_PER_YEAR * hw.utilisation


def own_hour(hw: OwnHardware, pue: float, space_usd_per_kw_month: float) -> OwnHour:
    """Cost of one used device-hour of own hardware.

    Notes
    -----
    With ``H = count x 8760 x utilisation`` used device-hours a year:
    depreciation ``capex x (1 - rest) / life / H`` (straight line);
    energy ``power x PUE x utilisation x 8760 x USD/kWh / H`` (idle power is not counted);
    space ``power x USD per kW-month x 12 / H``; staff ``USD per year / H``.
    """
    hours = used_hours_per_year(hw)
    return OwnHour(
        depreciation_usd=hw.capex_usd * (1.0 - hw.rest_value) / hw.life_years / hours,
        energy_usd=hw.power_kw * pue * hw.usd_per_kwh / hw.count,
        space_usd=hw.power_kw * space_usd_per_kw_month * MONTHS_PER_YEAR / hours,
        staff_usd=hw.staff_usd_per_year / hours,
    )


def own_parts(ctx: Context) -> tuple[tuple[str, Figure], ...]:
    """Parts of an own device-hour as (name, USD per device-hour)."""
    hw = ctx.inputs.own_hardware
    if hw is None:
        return ()
    pue, space = ctx.figure("money.own_pue"), ctx.figure("money.space_usd_per_kw_month")
    hour = own_hour(hw, pue.base, space.base)
    unit = "USD per device-hour"
    return (
        (
            "depreciation",
            typed(
                "own_hardware.capex_usd",
                hour.depreciation_usd,
                unit,
                state("note.straight_line"),
            ),
        ),
        ("energy", pue.replaced(hour.energy_usd).named(f"PUE {pue.base:g}")),
        ("space", space.replaced(hour.space_usd)),
        (
            "staff",
            typed(
                "own_hardware.staff_usd_per_year",
                hour.staff_usd,
                unit,
                state("note.staff"),
            ),
        ),
    )


def break_even_hours_per_month(
    hw: OwnHardware, usd_per_device_hour_rented: float, pue: float, space_usd_per_kw_month: float
) -> float | None:
    """Device-hours a month above which buying beats renting; None when it never does.

    Notes
    -----
    Fixed cost a month ``capex x (1 - rest) / (12 life) + power x space + staff / 12`` over the
    saving of an hour, ``rent - power x PUE x USD/kWh / count``. None when the saving is not
    positive or the hours exceed what the devices have.
    """
    fixed = (
        hw.capex_usd * (1.0 - hw.rest_value) / hw.life_years / MONTHS_PER_YEAR
        + hw.power_kw * space_usd_per_kw_month
        + hw.staff_usd_per_year / MONTHS_PER_YEAR
    )
    saving = usd_per_device_hour_rented - hw.power_kw * pue * hw.usd_per_kwh / hw.count
    if saving <= 0:
        return None
    hours = fixed / saving
    return hours if hours <= hw.count * HOURS_PER_MONTH else None


def depreciation_schedule(hw: OwnHardware) -> tuple[tuple[int, float, float], ...]:
    """Straight-line schedule: (year, depreciation, book value at its end) [USD].

    The last year may be a part of one; the book value ends at ``capex x rest_value``.
    """
    yearly = hw.capex_usd * (1.0 - hw.rest_value) / hw.life_years
    rows, book, year, left = [], hw.capex_usd, 1, hw.life_years
    while left > 1e-9:
        part = yearly * min(1.0, left)
        book -= part
        rows.append((year, part, book))
        left, year = left - 1.0, year + 1
    return tuple(rows)
