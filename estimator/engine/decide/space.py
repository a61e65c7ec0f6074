"""What the optimiser may choose from, and a plan as changes of the scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.rerun import LABEL_PRICE, LABELS, changed
from estimator.engine.inputs import ProjectInputs
from estimator.engine.results import Evaluation
from estimator.evidence.things import BaseModel
from estimator.vocabulary import Approach, LabellingSource, PurchaseOption

OWN = "own"
Mix = tuple[tuple[LabellingSource, float], ...]
"""Shares of the labels by source; they sum to 1, the largest first."""

MIXES: tuple[Mix, ...] = (
    ((LabellingSource.CROWD, 1.0),),
    ((LabellingSource.EXPERT, 1.0),),
    ((LabellingSource.MODEL_ASSISTED, 1.0),),
    ((LabellingSource.MODEL, 1.0),),
    ((LabellingSource.MODEL, 0.8), (LabellingSource.EXPERT, 0.2)),
    ((LabellingSource.CROWD, 0.8), (LabellingSource.EXPERT, 0.2)),
    ((LabellingSource.MODEL_ASSISTED, 0.8), (LabellingSource.EXPERT, 0.2)),
    ((LabellingSource.MODEL_ASSISTED, 0.5), (LabellingSource.CROWD, 0.5)),
)
ACCELERATORS = ("T4", "L40S", "A100-80GB", "H100-80GB")
LABEL_FACTORS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
ALTERNATIVES = 2


@dataclass(frozen=True)
class Hardware:
    """One way of renting the machines."""

    accelerator: str
    n_devices: int
    purchase_option: str


@dataclass(frozen=True)
class Space:
    """The grid: every combination of its parts is a plan.

    ``models`` lists extra base models as (approach, catalogue name) beside each row's own.
    """

    approaches: tuple[Approach, ...]
    n_labelled_to_buy: tuple[int, ...]
    accelerators: tuple[str, ...]
    n_devices: tuple[int, ...]
    purchase_options: tuple[str, ...]
    mixes: tuple[Mix, ...]
    models: tuple[tuple[Approach, str], ...] = ()

    @property
    def hardware(self) -> tuple[Hardware, ...]:
        """All combinations of accelerator, count and purchase option."""
        return tuple(
            Hardware(a, n, p)
            for a in self.accelerators
            for n in self.n_devices
            for p in self.purchase_options
        )

    @property
    def size(self) -> int:
        """Number of plans."""
        rows = len(self.approaches) + len(self.models)
        return rows * len(self.n_labelled_to_buy) * len(self.hardware) * len(self.mixes)


def default_space(evaluation: Evaluation, models: Mapping[str, BaseModel] | None = None) -> Space:
    """The usual grid around a scenario; extra base models when a catalogue is given.

    Own machines are not exchanged; an accelerator that is not sold in the scenario's region drops
    out while searching.
    """
    inputs = evaluation.inputs
    compute, planned = inputs.compute, inputs.n_labelled_to_buy or 1000
    own = compute.provider == OWN or inputs.own_hardware is not None
    purchase = (str(compute.purchase_option), str(PurchaseOption.SPOT))
    accelerators = (compute.accelerator,) if own else (compute.accelerator, *ACCELERATORS)
    labels = {round(planned * f) for f in LABEL_FACTORS} | {inputs.n_labelled_to_buy}
    source: Mix = ((inputs.labelling.source, 1.0),)
    free = inputs.labelling.source != LabellingSource.OWN and inputs.labelling.usd_per_label is None
    return Space(
        approaches=tuple(Approach),
        n_labelled_to_buy=tuple(sorted(labels)),
        accelerators=tuple(dict.fromkeys(accelerators)),
        n_devices=tuple(dict.fromkeys((compute.n_devices, 1, 8))),
        purchase_options=purchase[:1] if own else tuple(dict.fromkeys(purchase)),
        mixes=tuple(dict.fromkeys((source, *MIXES))) if free else (source,),
        models=_alternatives(evaluation, models or {}),
    )


def _alternatives(
    evaluation: Evaluation, models: Mapping[str, BaseModel]
) -> tuple[tuple[Approach, str], ...]:
    """Catalogue models of the task nearest in size to each row's own, two per approach."""
    task = str(evaluation.inputs.task)
    able = [m for m in models.values() if task in m.tasks and m.params_total and not m.hosted]
    out: list[tuple[Approach, str]] = []
    for r in evaluation.results:
        own = r.candidate.model
        if own is None or own.hosted or not own.params_total or "#" in r.candidate.key:
            continue
        size = np.log(own.params_total)
        near = sorted(
            (m for m in able if m.name != own.name and m.commercial_use != "no"),
            key=lambda m: (abs(np.log(m.params_total or 1.0) - size), m.name),
        )
        out += [(r.candidate.approach, m.name) for m in near[:ALTERNATIVES]]
    return tuple(out)


@dataclass(frozen=True)
class Plan:
    """One point of the grid as it can be set in a scenario."""

    approach: Approach
    model: str | None
    n_labelled_to_buy: int
    hardware: Hardware
    mix: Mix

    def applied(
        self, inputs: ProjectInputs, prices: Mapping[LabellingSource, float], a: Assumptions
    ) -> ProjectInputs:
        """The scenario with this plan set; the rows of other approaches stay."""
        for path, value in self.changes(prices, a, inputs):
            inputs = changed(inputs, path, value)
        return inputs

    def changes(
        self,
        prices: Mapping[LabellingSource, float],
        assumptions: Assumptions,
        inputs: ProjectInputs,
    ) -> tuple[tuple[str, Any], ...]:
        """Dotted paths and values that turn the scenario into this plan."""
        out = [
            (LABELS, self.n_labelled_to_buy),
            ("compute.accelerator", self.hardware.accelerator),
            ("compute.n_devices", self.hardware.n_devices),
            ("compute.purchase_option", self.hardware.purchase_option),
            *mix_changes(self.mix, prices, assumptions, inputs),
        ]
        if self.model is not None:
            out.append((f"models.{self.approach}", self.model))
        return tuple(out)


def mix_changes(
    mix: Mix,
    prices: Mapping[LabellingSource, float],
    assumptions: Assumptions,
    inputs: ProjectInputs,
) -> tuple[tuple[str, Any], ...]:
    """A mix of sources as scenario fields: its main source, mean price and mean noise.

    A single source sets nothing but itself, so that its own price and noise are used.
    """
    if mix == ((inputs.labelling.source, 1.0),):
        return ()
    main = mix[0][0]
    if len(mix) == 1:
        return (("labelling.source", str(main)),)
    price = sum(prices[source] * share for source, share in mix)
    noise = sum(
        assumptions.value(f"decision.label_noise.{source}") * share for source, share in mix
    )
    return (
        ("labelling.source", str(main)),
        (LABEL_PRICE, price),
        ("labelling.label_noise", noise),
    )


def sources_of(mixes: Sequence[Mix]) -> tuple[LabellingSource, ...]:
    """Every source named in some mixes."""
    return tuple(dict.fromkeys(source for mix in mixes for source, _ in mix))
