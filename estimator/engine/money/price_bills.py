"""Bills of AWS, Azure and Google Cloud: a price is cost over hours of one way of buying."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from estimator.engine.money.price_cells import Sheet, day_of
from estimator.engine.money.price_found import Found, Known, Row, offer
from estimator.words.statement import state

HOUR_UNITS = re.compile(r"^(1 )?(hrs?|hours?|instance[- ]hours?)$", re.IGNORECASE)


@dataclass(frozen=True)
class Bill:
    """Where the columns of a bill are, first name that the file has."""

    provider: str
    hours: tuple[str, ...]
    cost: Callable[[Row], str]
    """The column that holds what a line costs in effect."""
    currency: tuple[str, ...]
    day: tuple[str, ...]
    region: tuple[str, ...]
    unit: tuple[str, ...]
    instance: Callable[[Row], str]
    option: Callable[[Row], str | None]
    """Purchase option of a line; None: no hours of a machine; blank: the term is missing."""
    term_column: str


def read_bill(sheet: Sheet, bill: Bill, known: Known, found: Found) -> None:
    sums: dict[tuple[str, str, str], tuple[float, float]] = {}
    places: dict[tuple[str, str, str], tuple[int, str]] = {}
    columns = [c for c in sheet.header if "cost" in c or "amount" in c or "quantity" in c]
    comma = sheet.decimal_comma(columns)
    dates = next((c for c in bill.day if c in sheet.header), "")
    first = sheet.day_first(dates)
    for line, row in sheet.rows:
        instance, option = bill.instance(row), bill.option(row)
        unit = _first(row, bill.unit)
        machine = known.machine(bill.provider, instance) if instance else None
        if machine is None or option is None or (unit and not HOUR_UNITS.match(unit)):
            found.left_out += 1
            continue
        if not option:
            found.refuse(line, bill.term_column, "", state("allowed.term"))
            continue
        read = _amounts(sheet, row, bill, known, found, line, comma)
        if read is None:
            continue
        day = day_of(row.get(dates, ""), first)
        if day is None:
            found.refuse(line, dates or "date", row.get(dates, ""), state("allowed.day_plain"))
            continue
        hours, usd = read
        key = (machine.instance_type, _first(row, bill.region) or machine.region, option)
        before = sums.get(key, (0.0, 0.0))
        sums[key] = (before[0] + hours, before[1] + usd)
        at, latest = places.get(key, (line, day))
        places[key] = (at, max(latest, day))
    _priced(found, known, bill.provider, sums, places)


def _priced(
    found: Found,
    known: Known,
    provider: str,
    sums: Mapping[tuple[str, str, str], tuple[float, float]],
    places: Mapping[tuple[str, str, str], tuple[int, str]],
) -> None:
    """What an hour cost, by machine type, place and way of buying."""
    for (instance, region, option), (hours, usd) in sums.items():
        machine = known.machine(provider, instance)
        line, day = places[instance, region, option]
        if machine is None or hours <= 0 or usd <= 0:
            found.left_out += 1
            continue
        found.rows.append(
            offer(
                provider, instance, machine.accelerator, machine.accelerator_count,
                machine.vcpus, machine.memory_gib, region, option, usd / hours, day, line,
            )
        )  # fmt: skip


def _amounts(
    sheet: Sheet, row: Row, bill: Bill, known: Known, found: Found, line: int, comma: bool | None
) -> tuple[float, float] | None:
    """Hours and USD of a line; None where a cell was refused."""
    values = []
    for column in (next((c for c in bill.hours if c in row), ""), bill.cost(row)):
        value = sheet.number(row.get(column, ""), comma)
        if value is None:
            found.refuse(line, column, row.get(column, ""), state("allowed.number_plain"))
            return None
        values.append(value)
    currency = _first(row, bill.currency) or "USD"
    rate = known.usd(currency.upper())
    if rate is None:
        found.refuse(line, "currency", currency, state("allowed.currency_rate"))
        return None
    return values[0], values[1] * rate


def _first(row: Row, columns: Iterable[str]) -> str:
    return next((row[c] for c in columns if row.get(c)), "")


def _years(text: str) -> str:
    """committed_1y or committed_3y of a term as clouds write it; blank where it says neither."""
    found = re.search(r"(\d+)\s*(y|m)?", text.lower())
    years = {"1y": "1", "12m": "1", "1": "1", "12": "1", "3y": "3", "36m": "3", "3": "3", "36": "3"}
    if not found:
        return ""
    length = years.get(f"{found[1]}{found[2] or ''}")
    return f"committed_{length}y" if length else ""


def _aws_option(row: Row) -> str | None:
    kind, use = row.get("lineitemlineitemtype", "Usage"), row.get("lineitemusagetype", "")
    if kind in ("DiscountedUsage", "SavingsPlanCoveredUsage"):
        term = _first(row, ("pricingleasecontractlength", "savingsplanpurchaseterm"))
        return _years(term)
    if kind != "Usage" or not any(word in use for word in ("SpotUsage", "BoxUsage")):
        return None
    return "spot" if "SpotUsage" in use else "on_demand"


def _aws_cost(row: Row) -> str:
    return {
        "DiscountedUsage": "reservationeffectivecost",
        "SavingsPlanCoveredUsage": "savingsplansavingsplaneffectivecost",
    }.get(row.get("lineitemlineitemtype", ""), "lineitemunblendedcost")


def _aws_instance(row: Row) -> str:
    use = row.get("lineitemusagetype", "")
    return row.get("productinstancetype") or (use.split(":", 1)[1] if ":" in use else "")


def read_gcp(sheet: Sheet, known: Known, found: Found) -> None:
    """Google bills cores, memory and accelerators of a machine as lines of their own."""
    comma = sheet.decimal_comma(("cost", "usageamountinpricingunits"))
    first = sheet.day_first("usagestarttime")
    usd: dict[tuple[str, str, str], float] = {}
    hours: dict[tuple[str, str, str], float] = {}
    places: dict[tuple[str, str, str], tuple[int, str]] = {}
    for line, row in sheet.rows:
        option = _gcp_option(row)
        device = "gpu" in row["skudescription"].lower()
        name = MACHINE_SPEC.search(" ".join(row.values()))
        machine = known.machine("gcp", name[1]) if name else None
        if machine is None:
            if device:
                found.refuse(line, "system_labels", "", state("allowed.machine_spec"))
            found.left_out += not device
            continue
        if not option:
            found.refuse(line, "sku.description", row["skudescription"], state("allowed.term"))
            continue
        read = _amounts(sheet, row, GCP_COLUMNS, known, found, line, comma)
        day = day_of(row.get("usagestarttime", ""), first)
        if read is None or day is None:
            if day is None:
                found.refuse(line, "usage_start_time", "", state("allowed.day_plain"))
            continue
        region = row.get("locationregion") or machine.region
        key = (machine.instance_type, region, option)
        usd[key] = usd.get(key, 0.0) + read[1]
        if device:
            hours[key] = hours.get(key, 0.0) + read[0] / machine.accelerator_count
        at, latest = places.get(key, (line, day))
        places[key] = (at, max(latest, day))
    _priced(found, known, "gcp", {k: (hours.get(k, 0.0), usd[k]) for k in usd}, places)


def _gcp_option(row: Row) -> str:
    sku = row["skudescription"].lower()
    if "commit" in sku:
        return _years(sku.rsplit("for", 1)[-1])
    return "spot" if "spot" in sku or "preemptible" in sku else "on_demand"


def _azure_instance(row: Row) -> str:
    told = re.search(r"ServiceType\"+ *: *\"+([A-Za-z0-9_]+)", row.get("additionalinfo", ""))
    if told:
        return told[1]
    size = re.sub(r"\b(spot|low priority)\b", "", row.get("metername", ""), flags=re.I).strip()
    return f"Standard_{size.replace(' ', '_')}" if size else ""


def _azure_option(row: Row) -> str | None:
    if row.get("metercategory", "").lower().replace(" ", "") != "virtualmachines":
        return None
    model = row.get("pricingmodel", "").lower()
    if model in ("reservation", "savingsplan"):
        return _years(row.get("term", ""))
    if model == "spot" or re.search(r"\b(spot|low priority)\b", row.get("metername", ""), re.I):
        return "spot"
    return "on_demand"


MACHINE_SPEC = re.compile(r"machine_spec[\"':,a-z{}\s]*?[\"']+([a-z0-9]+-[a-z0-9-]+)")
GCP_COLUMNS = Bill(
    "gcp",
    ("usageamountinpricingunits",),
    lambda _: "cost",
    ("currency",),
    ("usagestarttime",),
    ("locationregion",),
    ("usagepricingunit",),
    lambda _: "",
    _gcp_option,
    "sku.description",
)
BILLS: dict[str, Bill] = {
    "aws": Bill(
        "aws",
        ("lineitemusageamount",),
        _aws_cost,
        ("lineitemcurrencycode",),
        ("lineitemusagestartdate",),
        ("productregioncode", "productregion"),
        ("pricingunit",),
        _aws_instance,
        _aws_option,
        "pricing/LeaseContractLength",
    ),
    "azure": Bill(
        "azure",
        ("quantity", "usagequantity"),
        lambda row: "costinbillingcurrency" if "costinbillingcurrency" in row else "pretaxcost",
        ("billingcurrency", "billingcurrencycode", "currency"),
        ("date", "usagedatetime", "usagedate"),
        ("resourcelocation", "location"),
        ("unitofmeasure",),
        _azure_instance,
        _azure_option,
        "Term",
    ),
}
