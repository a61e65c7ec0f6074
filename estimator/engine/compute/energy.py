"""Electricity and CO2 of device-hours: power, facility overhead and the grid of the region."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Array, Draws
from estimator.evidence.things import Accelerator
from estimator.units import GRAMS_PER_KG, WATTS_PER_KW

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

_CLOUDS = {"aws": "Amazon Web Services", "azure": "Microsoft Azure", "gcp": "Google Cloud Platform"}
_PUE_ROWS = {
    "aws": "AWS (global)",
    "azure": "Microsoft (average)",
    "gcp": "Google (fleet)",
    "own": "On-premise (default)",
}


def _cell(row: Mapping[str, object], column: str) -> float | None:
    value = row.get(column)
    try:
        x = float(str(value))
    except ValueError:
        return None
    return x if x == x and x > 0 else None


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


_COUNTRY_OF_REGION = {"us": "United States", "uk": "United Kingdom", "eusouth2": "Spain"}
"""Regions of the price book without a row of their own."""


def grid_gco2_per_kwh(evidence: Evidence, provider: str, region: str) -> tuple[float, str]:
    """Grid factor of a cloud region or country [gCO2 per kWh] and its source.

    Where no row names the region: the median of the country averages.
    """
    cloud = _CLOUDS.get(provider.lower(), "")
    wanted = {_key(region), _key(_COUNTRY_OF_REGION.get(_key(region), region))}
    near: tuple[float, str] | None = None
    countries: list[tuple[float, str]] = []
    for row in evidence.records("energy"):
        grid = _cell(row, "grid_gco2_per_kwh")
        if grid is None:
            continue
        found = (grid, str(row["source_id"]))
        if str(row.get("kind")) == "country grid average":
            countries.append(found)
        names = {_key(str(row.get(c))) for c in ("cloud_region", "country_or_region")}
        if not names & wanted:
            continue
        if str(row.get("cloud_provider")) == cloud:
            return found
        near = near or found
    if near is not None:
        return near
    return sorted(countries)[len(countries) // 2]


def pue(evidence: Evidence, provider: str) -> tuple[float | None, str]:
    """Power usage effectiveness of a provider's fleet and its source."""
    wanted = _PUE_ROWS.get(provider.lower(), "Industry average (Uptime Institute survey)")
    for row in evidence.records("pue"):
        if row["provider"] == wanted:
            return _cell(row, "pue"), str(row["source_id"])
    return None, ""


def energy_kwh(
    device_hours: Array, accelerator: Accelerator | None, cpu_watts: float, overhead: float,
    assumptions: Assumptions, draws: Draws,
) -> Array:  # fmt: skip
    """Facility electricity [kWh]: hours x rated power x load and host share x PUE."""
    watts = (accelerator.tdp_watts if accelerator else None) or cpu_watts
    load = assumptions.draw("compute.power_share", draws)
    return device_hours * watts / WATTS_PER_KW * load * overhead


def co2_kg(
    kwh: Array, grid: float, device_hours: Array, accelerator: Accelerator | None,
    assumptions: Assumptions, draws: Draws, embodied: bool = False,
) -> Array:  # fmt: skip
    """CO2 of the electricity [kg], grid factor +-40 %; embodied adds manufacture."""
    factor = assumptions.draw("compute.grid_factor_spread", draws)
    out = kwh * grid / GRAMS_PER_KG * factor
    if embodied and accelerator is not None:
        out = out + device_hours * assumptions.draw("compute.embodied_kg_per_device_hour", draws)
    return out
