"""Predicted compute cost against every published run that states its cost, at its dated prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.compute.hardware import accelerator_id
from estimator.engine.groups import OwnHardware
from estimator.engine.money.own_hardware import own_hour
from estimator.lab.compute.backtest import backtest_runs
from estimator.units import WATTS_PER_KW

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

EPOCH = "Epoch AI"
MAX_YEARS_APART = 3
RENTED, COMMITTED, OWNED = "rented", "committed", "owned"
OPTION_COLUMNS: Mapping[str, tuple[str, ...]] = {
    RENTED: ("on_demand_per_chip_hour_usd",),
    COMMITTED: (
        "reserved_3yr_per_chip_hour_usd",
        "reserved_1yr_per_chip_hour_usd",
        "on_demand_per_chip_hour_usd",
    ),
    OWNED: ("purchase_price_per_chip_usd",),
}
GIVEN_HOURS, PREDICTED_HOURS = "published hours", "predicted hours"


@dataclass(frozen=True)
class DatedPrice:
    """Price of one accelerator in one year, median over its published rows."""

    usd: float
    year: int
    n_rows: int


class PriceHistory:
    """Median prices by accelerator, year and way of paying."""

    def __init__(self, rows: Iterable[Mapping[Any, Any]]) -> None:
        self._found: dict[tuple[str, str], dict[int, list[float]]] = {}
        for row in rows:
            name = accelerator_id(str(row["accelerator"]))
            if name is None:
                continue
            year = int(str(row["date"])[:4])
            for columns in OPTION_COLUMNS.values():
                for column in columns:
                    usd = float(row[column])
                    if usd > 0:
                        years = self._found.setdefault((name, column), {})
                        years.setdefault(year, []).append(usd)

    def at(self, accelerator: str, kind: str, year: int) -> DatedPrice | None:
        """Price in the nearest year with one, at most three years apart; None without."""
        for column in OPTION_COLUMNS[kind]:
            years = self._found.get((accelerator, column), {})
            near = [y for y in years if abs(y - year) <= MAX_YEARS_APART]
            if near:
                best = min(near, key=lambda y: (abs(y - year), y))
                return DatedPrice(median(sorted(set(years[best]))), best, len(years[best]))
        return None


def validate_cost(evidence: Evidence) -> dict[str, Any]:
    """Cost of every published run that states it, predicted and compared.

    Parameters
    ----------
    evidence : Evidence
        runs, epoch_costs, price_history, the utilisation fit.

    Returns
    -------
    dict
        ``rows``: source, run, kind, hours used, usd, predicted, factor = predicted / published;
        ``summary`` per kind and kind of hours: n, median_factor (of max(f, 1/f)), within_2x.

    Notes
    -----
    A run's own statement is compared with ``device-hours x on-demand price of its year``; Epoch
    AI's cloud cost with the committed price; its amortised cost with the own-hardware formula
    (purchase price of the year over the share of accelerators in a server, straight line, power).
    Hours are the published ones and, apart, those that the compute model predicts.
    """
    history = PriceHistory(evidence.table("price_history").to_dict("records"))
    rows = [*_runs(evidence, history), *_epoch(evidence, history)]
    groups = sorted({(r["kind"], r["hours"]) for r in rows})
    summary = {
        f"{kind}, {hours}": summarise([r for r in rows if (r["kind"], r["hours"]) == (kind, hours)])
        for kind, hours in groups
    }
    for hours in (GIVEN_HOURS, PREDICTED_HOURS):
        summary[f"all, {hours}"] = summarise([r for r in rows if r["hours"] == hours])
    return {"rows": rows, "summary": summary}


def summarise(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | int]:
    """Number of runs, median of max(f, 1/f), bias and share within a factor of two."""
    if not rows:
        return {"n": 0}
    factors = np.array([float(r["factor"]) for r in rows])
    spread = np.maximum(factors, 1 / factors)
    return {
        "n": len(factors),
        "median_factor": _digits(float(np.median(spread))),
        "median_ratio": _digits(float(np.median(factors))),
        "within_2x": _digits(float(np.mean(spread <= 2.0))),
    }


def _digits(x: float) -> float:
    return float(f"{x:.6g}")


def _runs(evidence: Evidence, history: PriceHistory) -> list[dict[str, Any]]:
    table = evidence.table("runs")
    stated = table[(table["reported_cost_usd"] > 0) & (table["duplicate_of"].fillna("") == "")]
    predicted = backtest_runs(stated, evidence)["rows"]
    years = {s.source_id: s.year for s in evidence.sources.values()}
    out = []
    for row, guess in zip(stated.to_dict("records"), predicted, strict=True):
        name = accelerator_id(str(row["hardware"]))
        epoch = str(row["source_family"]) == EPOCH and str(row["run_id"]).startswith("epoch_")
        kind = OWNED if epoch else RENTED
        year = years.get(str(row["source_id"]))
        if name is None or year is None:
            continue
        usd = _usd_per_hour(evidence, history, name, kind, int(year))
        if usd is None:
            continue
        for hours, value in (
            (GIVEN_HOURS, row["device_hours"]),
            (PREDICTED_HOURS, guess["p50"]),
        ):
            if value is not None and float(value) > 0:
                out.append(
                    _line(str(row["run_id"]), str(row["source_id"]), kind, hours, name,
                          float(value), usd, float(row["reported_cost_usd"]))
                )  # fmt: skip
    return out


def _epoch(evidence: Evidence, history: PriceHistory) -> list[dict[str, Any]]:
    out = []
    for row in evidence.table("epoch_costs").to_dict("records"):
        name = accelerator_id(str(row["hardware"]))
        hours = float(row["n_devices"]) * float(row["hours"])
        stated = float(row["cloud_cost_usd"])
        if name is None or not hours > 0 or not stated > 0:
            continue
        usd = _usd_per_hour(evidence, history, name, COMMITTED, int(row["year"]))
        if usd is not None:
            out.append(
                _line(str(row["model"]), str(row["source_id"]), COMMITTED, GIVEN_HOURS, name,
                      hours, usd, stated)
            )  # fmt: skip
    return out


def _line(
    run: str, source_id: str, kind: str, hours: str, accelerator: str, n: float, usd: float,
    stated: float,
) -> dict[str, Any]:  # fmt: skip
    return {
        "run": run,
        "source_id": source_id,
        "kind": kind,
        "hours": hours,
        "accelerator": accelerator,
        "device_hours": _digits(n),
        "usd_per_device_hour": _digits(usd),
        "predicted_usd": _digits(n * usd),
        "reported_usd": stated,
        "factor": _digits(n * usd / stated),
    }


def _usd_per_hour(
    evidence: Evidence, history: PriceHistory, name: str, kind: str, year: int
) -> float | None:
    price = history.at(name, kind, year)
    if price is None:
        return _today(evidence, name) if kind == RENTED else None
    if kind != OWNED:
        return price.usd
    device = evidence.accelerators.get(name)
    watts = device.tdp_watts if device else None
    value = {k: evidence.assumptions[k].p50 for k in _OWN}
    hw = OwnHardware(
        accelerator=name,
        count=1,
        capex_usd=price.usd / value["money.accelerator_share_of_server"],
        life_years=value["money.life_years"],
        rest_value=0.0,
        power_kw=(watts or 0.0) * value["money.server_power_factor"] / WATTS_PER_KW,
        usd_per_kwh=value["money.usd_per_kwh"],
        utilisation=1.0,
    )
    return own_hour(hw, value["money.own_pue"], 0.0).total_usd


_OWN = (
    "money.accelerator_share_of_server",
    "money.life_years",
    "money.server_power_factor",
    "money.usd_per_kwh",
    "money.own_pue",
)


def _today(evidence: Evidence, name: str) -> float | None:
    found = [
        r.usd_per_instance_hour / r.accelerator_count
        for r in evidence.prices
        if r.accelerator == name and r.purchase_option == "on_demand"
    ]
    return median(found) if found else None
