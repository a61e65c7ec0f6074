"""The spectrum from use-as-is to from-scratch, with computed classes for five factors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.engine.decide.board import direction
from estimator.engine.decide.traits import flexibility
from estimator.engine.distributions import Array
from estimator.engine.results import Evaluation
from estimator.vocabulary import Approach

ORDER: tuple[Approach, ...] = (
    Approach.ZERO_SHOT,
    Approach.BASELINE,
    Approach.LINEAR_PROBE,
    Approach.PARTIAL_FINETUNE,
    Approach.LORA,
    Approach.FULL_FINETUNE,
    Approach.DISTILL,
    Approach.CONTINUED_PRETRAIN,
    Approach.HYBRID,
    Approach.SCRATCH,
)
"""From least to most of the model made by the project."""

FACTORS = ("data", "compute", "time", "flexibility", "performance")
CLASSES = ("low", "moderate", "high")


@dataclass(frozen=True)
class SpectrumRow:
    """One approach on the spectrum: values of the five factors and their classes.

    ``data`` is the median number of labels for the target, ``compute`` median device-hours,
    ``time`` median weeks, ``flexibility`` a rank from 0 to 5, ``performance`` the median metric.
    A value is None where it is unknown; inf labels mean that none in range suffice.
    """

    key: str
    label: str
    values: dict[str, float | None]
    classes: dict[str, str | None]


def spectrum(evaluation: Evaluation) -> tuple[SpectrumRow, ...]:
    """The ten standard rows in the order of the spectrum, classed by terciles."""
    rows = {r.candidate.approach: r for r in reversed(evaluation.results)}
    shown = [rows[a] for a in ORDER if a in rows]
    table: dict[str, list[float]] = {name: [] for name in FACTORS}
    for r in shown:
        needed = r.accuracy.labels_for_target_draws
        draws = r.accuracy.draws
        table["data"].append(
            0.0
            if r.candidate.approach == Approach.ZERO_SHOT
            else np.nan
            if needed is None
            else float(np.quantile(needed[1:], 0.5, method="higher"))
        )
        table["compute"].append(float(np.median(r.compute.device_hours_draws[1:])))
        table["time"].append(float(np.median(r.money.calendar_weeks_draws[1:])))
        table["flexibility"].append(float(flexibility(r).rank))
        table["performance"].append(np.nan if draws is None else float(np.median(draws[1:])))
    metric = next((r.accuracy.metric for r in shown if r.accuracy.metric), "accuracy")
    sign = {name: direction(metric) if name == "performance" else 1.0 for name in FACTORS}
    classed = {
        name: terciles(sign[name] * np.array(column, dtype=float)) for name, column in table.items()
    }
    return tuple(
        SpectrumRow(
            key=r.candidate.key,
            label=r.candidate.label,
            values={name: None if np.isnan(table[name][i]) else table[name][i] for name in FACTORS},
            classes={name: classed[name][i] for name in FACTORS},
        )
        for i, r in enumerate(shown)
    )


def terciles(values: Array) -> list[str | None]:
    """low, moderate or high by the position of each value among the known ones.

    Notes
    -----
    The share of other values below (ties count half) decides: under 1/3 low, over 2/3 high.
    """
    known = values[~np.isnan(values)]
    out: list[str | None] = []
    for value in values:
        if np.isnan(value):
            out.append(None)
            continue
        if len(known) < 2:
            out.append(CLASSES[1])
            continue
        below = float((known < value).sum() + 0.5 * ((known == value).sum() - 1))
        share = below / (len(known) - 1)
        out.append(CLASSES[0 if share < 1 / 3 else 2 if share > 2 / 3 else 1])
    return out
