"""Names as people paste them, in the spelling of the shipped tables: one resolver for all doors.

Devices, instances of clouds, clouds and their regions, metrics. Base models are found by
``Evidence.find_model``, tasks and approaches by ``vocabulary.word_of``; what names several things
is refused with their names.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from estimator.engine.compute.hardware import accelerator_id
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.finance import latest_rate
from estimator.engine.money.price_cells import read_sheet
from estimator.engine.money.price_found import Found, Known
from estimator.engine.money.price_layouts import layout_of, read_layout
from estimator.engine.money.pricebook import Problem, parse_price_csv
from estimator.errors import InputError
from estimator.evidence.names import plain
from estimator.evidence.things import PriceRow
from estimator.words.statement import listed, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

MAKERS = re.compile(
    r"\b(nvidia|tesla|geforce|amd|instinct|google|cloud|gpu|graphics|card|tensor|core)\b",
    re.IGNORECASE,
)
VARIANT = re.compile(r"-(PCIe|NVL)\b|-\d+GB$")
CLOUDS = {
    "amazon": "aws", "amazonwebservices": "aws", "ec2": "aws", "google": "gcp",
    "googlecloud": "gcp", "googlecloudplatform": "gcp", "gce": "gcp", "microsoft": "azure",
    "microsoftazure": "azure", "oraclecloud": "oci", "oracle": "oci", "lambdalabs": "lambda",
}  # fmt: skip


def device_named(name: str, evidence: Evidence, field: str = "compute.accelerator") -> str:
    """The accelerator id of a name; the name itself where nothing is known of it.

    Parameters
    ----------
    name : str
        An id, a maker's name or an instance type of the price book, in any spelling.
    evidence : Evidence
    field : str
        For the message.

    Raises
    ------
    InputError
        Where the name stands for devices of several memories.
    """
    known = evidence.accelerators
    if name in known:
        return name
    short = plain(MAKERS.sub(" ", name))
    exact = [a for a in known if plain(a) in (short, plain(name))]
    if exact:
        return exact[0]
    family = [a for a in known if plain(VARIANT.sub("", VARIANT.sub("", a))) == short]
    if len(family) > 1:
        raise InputError(field, name, state("allowed.memories", devices=listed(family)))
    if family:
        return family[0]
    types = {r.accelerator for r in evidence.prices if plain(r.instance_type) == plain(name)}
    if len(types) == 1 and types <= set(known):
        return types.pop()
    read = accelerator_id(name)
    return read if read is not None and read in known else name


def own_book(
    text: str, evidence: Evidence, today: str = ""
) -> tuple[tuple[PriceRow, ...], tuple[Problem, ...]]:
    """Rows and problems of a price book, price list or bill; see `read_book`."""
    book = read_book(text, evidence, today)
    return tuple(book.rows), tuple(book.problems)


def read_book(text: str, evidence: Evidence, today: str = "") -> Found:
    """A price book in which devices may stand in any spelling, or the table of somebody else.

    Parameters
    ----------
    text : str
        The template, a list of gpuhunt or SkyPilot, a bill of AWS, Google Cloud or Azure.
    evidence : Evidence
    today : str
        Day of a list that has no dates, YYYY-MM-DD; blank: such a list is refused.
    """
    accelerators = set(evidence.accelerators)
    try:
        sheet = read_sheet(text)
    except csv.Error as error:
        return Found("", problems=[Problem(1, "file", str(error), state("allowed.csv"))])
    layout = layout_of(sheet.header)
    if layout is None:
        rows, problems = parse_price_csv(
            text, accelerators, lambda name: device_named(name, evidence, "prices")
        )
        return Found("", list(rows), list(problems))
    return read_layout(sheet, layout, _known(evidence, today))


def _known(evidence: Evidence, today: str) -> Known:
    machines: dict[tuple[str, str], PriceRow] = {}
    owners: dict[str, set[str]] = {}
    for r in evidence.prices:
        machines.setdefault((r.provider, plain(r.instance_type)), r)
        owners.setdefault(plain(r.instance_type), set()).add(r.provider)
        owners.setdefault(f"in {r.region}", set()).add(r.provider)

    def device(name: str, memory: float | None) -> str | None:
        spelled = [f"{name}-{memory:.0f}GB", name] if memory else [name]
        for one in spelled:
            try:
                found = device_named(one, evidence, "prices")
            except InputError:
                continue
            if found in evidence.accelerators:
                return found
        return None

    def provider(instance: str, region: str) -> str | None:
        for names in (owners.get(plain(instance), set()), owners.get(f"in {region}", set())):
            if len(names) == 1:
                return next(iter(names))
        return None

    def usd(currency: str) -> float | None:
        if currency == "USD":
            return 1.0
        rate = latest_rate(evidence.records("fx"), currency)
        return rate[0] if rate else None

    return Known(
        lambda owner, instance: machines.get((owner, plain(instance))),
        device,
        provider,
        usd,
        today,
    )


def provider_named(name: str, evidence: Evidence) -> str:
    """The provider of the price book that a name stands for; the name itself where none does."""
    if name in evidence.regions:
        return name
    by_plain = {plain(p): p for p in evidence.regions}
    return by_plain.get(plain(name)) or by_plain.get(CLOUDS.get(plain(name), ""), name)


def region_named(name: str, provider: str, evidence: Evidence) -> str:
    """The region of a provider that a name stands for; the name itself where none does."""
    if name in evidence.regions.get(provider, ()):
        return name
    by_plain = {plain(r): r for r in evidence.regions.get(provider, ())}
    return by_plain.get(plain(name), name)


def metric_named(name: str, evidence: Evidence) -> str:
    """The canonical metric of a published spelling; the name itself where none is known."""
    if name in evidence.metrics:
        return name
    found = {plain(s): m.name for s, m in evidence.metric_spellings.items()}
    return found.get(plain(name), name)


def published_rate(inputs: ProjectInputs, evidence: Evidence) -> float:
    """The newest published rate of the scenario's currency [USD for one unit].

    Raises
    ------
    InputError
        Where none is published; dollars are never printed under another name.
    """
    name = inputs.finance.currency
    if name == "USD":
        return 1.0
    found = latest_rate(evidence.records("fx"), name)
    if found is None:
        raise InputError("finance.usd_rate", None, state("allowed.usd_rate", currency=name))
    return found[0]


def with_known_names(inputs: ProjectInputs, evidence: Evidence) -> ProjectInputs:
    """The scenario with every such name in the spelling of the shipped tables.

    Raises
    ------
    InputError
        Where a name stands for several things, or a value does not fit the metric it names.
    """
    compute = inputs.compute
    provider = provider_named(compute.provider, evidence)
    wanted: dict[str, tuple[str, str]] = {
        "compute.provider": (compute.provider, provider),
        "compute.region": (compute.region, region_named(compute.region, provider, evidence)),
        "compute.accelerator": (compute.accelerator, device_named(compute.accelerator, evidence)),
    }
    metric = str(inputs.target.metric)
    wanted["target.metric"] = (metric, metric_named(metric, evidence))
    if inputs.own_hardware:
        field, named = "own_hardware.accelerator", inputs.own_hardware.accelerator
        wanted[field] = (named, device_named(named, evidence, field))
    for path, (given, name) in wanted.items():
        if given != name:
            inputs = inputs.replace(path, name)
    if inputs.finance.usd_rate is None:
        inputs = inputs.replace("finance.usd_rate", published_rate(inputs, evidence))
    return inputs
