"""Rates of boosted trees from published fits: medians by library and kind of device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.compute import text as parse
from estimator.engine.compute.hardware import accelerator_id
from estimator.engine.compute.run_tables import records
from estimator.engine.compute.trees import Rate, columns_named, library_of, trees_named
from estimator.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

LARGE_VALUES = 2e7
"""Rows x columns from which the floor of a tree does not count."""
SMALL_VALUES = 1e6


def published_fits(evidence: Evidence) -> list[tuple[str, str, float, float]]:
    """(library, cpu or gpu, values, seconds of a tree and device) of every published fit."""
    out = []
    for r in records(evidence, "runs"):
        library = library_of(parse.words(r.get("model")))
        context = parse.words(r.get("context"))
        rows, hours = parse.number(r.get("units_per_epoch")), parse.number(r.get("device_hours"))
        columns, trees = columns_named(context), trees_named(context)
        device = accelerator_id(parse.words(r.get("hardware")))
        if library and rows and hours and columns and trees and device:
            kind = "cpu" if device.startswith("CPU") else "gpu"
            out.append((library, kind, rows * columns, hours * SECONDS_PER_HOUR / trees))
    return out


def fit_rates(evidence: Evidence) -> Mapping[tuple[str, str], Rate]:
    """Median rate of large tables and median seconds of a tree of small ones.

    Libraries without small tables take the median floor of all on that kind of device; ``other``
    is the median of the named libraries.
    """
    rates, floors = defaultdict(list), defaultdict(list)
    for library, kind, values, seconds in published_fits(evidence):
        if values >= LARGE_VALUES:
            rates[library, kind].append(values / seconds)
        elif values <= SMALL_VALUES:
            floors[library, kind].append(seconds)
    out: dict[tuple[str, str], Rate] = {}
    for kind in ("cpu", "gpu"):
        every = [s for (_, k), found in floors.items() if k == kind for s in found]
        usual = float(np.median(every))
        named = [key for key in rates if key[1] == kind and key[0] != "other"]
        for key in named:
            floor = float(np.median(floors[key])) if floors[key] else usual
            out[key] = Rate(float(np.median(rates[key])), floor)
        middle = float(np.median([out[key].values_per_s for key in named]))
        out["other", kind] = Rate(middle, usual)
    return out


def left_out_log_error(evidence: Evidence) -> list[float]:
    """log(predicted / published) seconds of every published fit at the fitted rates."""
    rates = fit_rates(evidence)
    return [
        float(np.log((rates[lib, kind].floor_s + v / rates[lib, kind].values_per_s) / s))
        for lib, kind, v, s in published_fits(evidence)
        if (lib, kind) in rates
    ]
