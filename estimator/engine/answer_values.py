"""The small types that an answer is made of: spreads, shares, sentences."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from estimator.vocabulary import Approach, Basis, DeviceKind, Phase, Stage

Share = Annotated[float | None, {"minimum": 0, "maximum": 1}]
ApproachName = Annotated[str, Approach]
BasisName = Annotated[str, Basis]
PhaseName = Annotated[str, Phase]
StageName = Annotated[str, Stage]
DeviceName = Annotated[str, DeviceKind]
Quantile = Literal["p10", "p50", "p90"]
QUANTILES: tuple[Quantile, ...] = ("p10", "p50", "p90")


class P50P90(TypedDict):
    """The middle and the upper end of a quantity."""

    p50: float
    p90: float


class Spread(TypedDict):
    """p10, p50 and p90 of a quantity."""

    p10: float
    p50: float
    p90: float


class MoneySpread(Spread):
    """Money [USD]: percentiles, the mean, and the base case with all inputs at their p50."""

    mean: float
    base: float


class Saving(Spread):
    """What an approach saves over the months of use [USD]."""

    mean: float


class MeanP90(TypedDict):
    """Money [USD]: the mean and what nine of ten stay below."""

    mean: float
    p90: float


class MetricSpread(Spread):
    """Quality of a row in the scenario's metric."""

    metric: str


class Said(TypedDict):
    """A sentence in English with its key and typed values."""

    text: str
    key: NotRequired[str]
    values: NotRequired[dict[str, Any]]
