"""One row on every machine that can be rented: hours, price of its training, cheapest first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.base_models import choose_models
from estimator.engine.candidates import build_candidates
from estimator.engine.compute.choose import hours_table
from estimator.engine.compute.hardware import trains
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.cloud import cheapest_offer
from estimator.evidence.things import PriceRow

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

COUNTS = (1, 2, 4, 8)
"""Machines in one node; more of them need the optimiser, which prices every step of the plan."""


@dataclass(frozen=True)
class Machine:
    """The cheapest way to train one row on one kind of device."""

    accelerator: str
    n_devices: int
    wallclock_hours: float
    device_hours: float
    usd: float
    """Wall-clock hours x price of the instances that hold the devices [USD]."""
    offer: PriceRow


def machines(
    inputs: ProjectInputs, key: str, evidence: Evidence, assumptions: Assumptions
) -> tuple[Machine, ...]:
    """Every device on which a row's training fits and which somebody rents, cheapest first.

    Parameters
    ----------
    inputs : ProjectInputs
        Its purchase option is asked for; provider and region are not held, so that the table
        shows what another place would cost.
    key : str
        Of the row.
    evidence : Evidence
    assumptions : Assumptions

    Returns
    -------
    tuple of Machine
        Base case of all trials and repeats of one training, without taxes and storage; empty for
        rows that train nothing. Of 1, 2, 4 and 8 devices the cheapest that holds the job.
    """
    chosen = choose_models(inputs, evidence, assumptions)
    candidates = [c for c in build_candidates(inputs, evidence, chosen) if c.key == key]
    offered: dict[str, list[PriceRow]] = defaultdict(list)
    for row in evidence.prices:
        offered[row.accelerator].append(row)
    devices = [a for a in evidence.accelerators.values() if trains(a) and offered[a.accelerator]]
    best: dict[str, Machine] = {}
    for n in COUNTS:
        hours, needed = hours_table(inputs, candidates, devices, evidence, assumptions, n)
        for device, spent, least in zip(devices, hours.T, needed.T, strict=True):
            name = device.accelerator
            if not spent.size or not np.isfinite(spent[0]) or not 0 < least[0] <= n:
                continue
            option = inputs.compute.purchase_option
            found = cheapest_offer(offered[name], name, n, purchase_option=option)
            if found is None:
                continue
            offer, instances = found
            clock = float(spent[0]) / n
            usd = clock * offer.usd_per_instance_hour * instances
            if name not in best or usd < best[name].usd:
                best[name] = Machine(name, n, clock, float(spent[0]), usd, offer)
    return tuple(sorted(best.values(), key=lambda m: (m.usd, m.wallclock_hours, m.accelerator)))
