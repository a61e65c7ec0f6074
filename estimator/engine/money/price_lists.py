"""Price lists of gpuhunt and SkyPilot: machines and what an hour of them costs."""

from __future__ import annotations

import re

from estimator.engine.money.price_cells import Sheet, day_of
from estimator.engine.money.price_found import Found, Known, Row, offer
from estimator.evidence.things import PriceRow
from estimator.words.statement import state

GIB = 1024.0


def read_gpuhunt(sheet: Sheet, known: Known, found: Found) -> None:
    """The catalogue of gpuhunt, one file of a provider or all of them."""
    comma = sheet.decimal_comma(("price",))
    for line, row in sheet.rows:
        option = "spot" if row.get("spot", "").lower() in ("true", "1", "yes") else "on_demand"
        _listed(
            found, known, line, row, option,
            provider=row.get("provider", ""),
            instance=row["instancename"],
            region=row["location"],
            device=row.get("gpuname", ""),
            memory=sheet.number(row.get("gpumemory", ""), comma),
            count=sheet.number(row.get("gpucount", ""), comma),
            vcpus=sheet.number(row.get("cpu", ""), comma),
            gib=sheet.number(row.get("memory", ""), comma),
            cell=("price", row["price"], sheet.number(row["price"], comma)),
        )  # fmt: skip


def read_skypilot(sheet: Sheet, known: Known, found: Found) -> None:
    """The machines of a cloud in the catalogue of SkyPilot, on demand and spot."""
    comma = sheet.decimal_comma(("price", "spotprice"))
    for line, row in sheet.rows:
        size = re.search(r"SizeInMiB'?\"?: *(\d+)", row.get("gpuinfo", ""))
        for column, option in (("price", "on_demand"), ("spotprice", "spot")):
            cell = row.get(column, "")
            if not cell or sheet.number(cell, comma) == 0.0:
                continue
            _listed(
                found, known, line, row, option,
                provider=row.get("provider", "") or row.get("cloud", ""),
                instance=row["instancetype"] or row["acceleratorname"],
                region=row["region"],
                device=row["acceleratorname"],
                memory=float(size[1]) / GIB if size else None,
                count=sheet.number(row.get("acceleratorcount", ""), comma),
                vcpus=sheet.number(row.get("vcpus", ""), comma),
                gib=sheet.number(row.get("memorygib", ""), comma),
                cell=(column, cell, sheet.number(cell, comma)),
            )  # fmt: skip
    _cheapest_zone(found)


def _listed(
    found: Found, known: Known, line: int, row: Row, option: str, *,
    provider: str, instance: str, region: str, device: str,
    memory: float | None, count: float | None, vcpus: float | None, gib: float | None,
    cell: tuple[str, str, float | None],
) -> None:  # fmt: skip
    """One offer of a price list."""
    column, text, usd = cell
    if usd is None or not usd > 0:
        found.refuse(line, column, text, state("allowed.price"))
        return
    processors = f"CPU-{vcpus:g}vcpu" if vcpus else None
    name = known.device(device, memory) if device else processors
    if name is None or not region:
        found.left_out += 1
        return
    day = day_of(row.get("asof", "") or row.get("date", ""), None) or known.today
    if not day:
        found.refuse(line, "as_of", "", state("allowed.day"))
        return
    owner = provider or known.provider(instance, region) or ""
    if not owner:
        found.refuse(line, "provider", "", state("allowed.provider_column", instance=instance))
        return
    found.rows.append(
        offer(owner, instance, name, count or 1.0, vcpus, gib, region, option, usd, day, line)
    )


def _cheapest_zone(found: Found) -> None:
    """Of the zones of a region the cheapest price."""
    best: dict[tuple[str, ...], PriceRow] = {}
    for row in found.rows:
        key = (row.provider, row.instance_type, row.accelerator, row.region, row.purchase_option)
        if key not in best or row.usd_per_instance_hour < best[key].usd_per_instance_hour:
            best[key] = row
    found.rows = list(best.values())
