"""The doors between the rooms of the engine: what each hands to the next, frozen.

Arrays named ``*_draws`` have shape (n + 1,), base case first (see distributions.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from estimator.engine.catalogue import Accelerator, BaseModel
from estimator.engine.distributions import Array
from estimator.engine.inputs import ProjectInputs
from estimator.vocabulary import Approach, Basis, DeviceKind, Phase


@dataclass(frozen=True)
class Candidate:
    """One row of the comparison: an approach with its base model and number of labels to buy.

    ``key`` is the approach for the ten standard rows and ``approach#i`` for extra options.
    """

    key: str
    approach: Approach
    label: str
    model: BaseModel | None
    n_labelled_to_buy: int

    def n_labelled(self, inputs: ProjectInputs) -> int:
        """Labelled training examples this row trains on: owned plus bought."""
        return inputs.n_labelled_available + self.n_labelled_to_buy


@dataclass(frozen=True)
class EvidenceGrade:
    """How near the evidence is: grade A-D, ``borrowed`` or ``none``, with the reason in words."""

    grade: str
    reason: str
    n_points: int
    n_sources: int
    source_ids: tuple[str, ...]
    extrapolation_ratio: float | None


@dataclass(frozen=True)
class AccuracyEstimate:
    """Predictive distribution of the target metric for one candidate.

    Parameters
    ----------
    metric : str
        Canonical name in data/metrics.csv.
    draws : array or None
        The metric at the candidate's n_labelled, shape (n + 1,); None with ``reason`` in words.
    target_probability : float or None
        Share of draws that reach ``target.value``; None without a target.
    labels_for_target_draws : array or None
        Total labelled examples that reach the target, inf where none does.
    curve : callable or None
        ``curve(n_labelled[k]) -> (k, n + 1)`` draws of the metric along the learning curve,
        on the same dataset draw; used by charts, optimiser and switching values.
    noise_free : callable or None
        As ``curve`` without the noise of a finite test set.
    """

    metric: str
    draws: Array | None
    reason: str
    target_probability: float | None
    labels_for_target_draws: Array | None
    grade: EvidenceGrade
    curve: Callable[[Array], Array] | None = field(default=None, compare=False, repr=False)
    noise_free: Callable[[Array], Array] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class WorkItem:
    """One line of training work: FLOP = units x flop_per_unit x passes."""

    name: str
    units: float
    unit: str
    flop_per_unit: float
    passes: float
    formula: str


@dataclass(frozen=True)
class ComputeEstimate:
    """Training compute of one candidate, all trials, failures and evaluation included."""

    device_kind: DeviceKind
    accelerator: Accelerator | None
    n_devices: int
    min_devices: int | None
    feasible: bool
    reasons: tuple[str, ...]
    recipe: Mapping[str, float | int | str | None]
    work: tuple[WorkItem, ...]
    training_flop: float
    device_hours_draws: Array
    wallclock_hours_draws: Array
    peak_memory_gb: float | None
    energy_kwh_draws: Array
    co2_kg_draws: Array
    single_run_device_hours_draws: Array
    source_ids: tuple[str, ...]
    api_tokens_draws: Array | None = None


@dataclass(frozen=True)
class CostItem:
    """One line of the bill: usd = quantity x unit_price_usd, draw by draw."""

    item: str
    phase: Phase
    quantity_draws: Array
    unit: str
    unit_price_usd_draws: Array
    basis: Basis
    source_id: str
    timing: str
    """``one_off``, ``monthly`` or ``yearly``; the quantity covers the whole horizon."""
    months: tuple[float, ...] = ()
    """Share of the line that falls in each month of the horizon (index 0 = today, the project)."""
    note: str = ""

    @property
    def usd_draws(self) -> Array:
        """Draws of the line's money over the horizon, the base case to the cent."""
        usd = self.quantity_draws * self.unit_price_usd_draws
        usd[0] = round(float(usd[0]), 2)
        return usd


@dataclass(frozen=True)
class CalendarTask:
    """One bar of the Gantt: start and length in weeks, draws."""

    name: str
    role: str
    start_weeks_draws: Array
    weeks_draws: Array


@dataclass(frozen=True)
class MoneyEstimate:
    """All lines of one candidate and what follows from them."""

    items: tuple[CostItem, ...]
    one_off_draws: Array
    monthly_draws: Array
    total_draws: Array
    npv_draws: Array
    net_value_draws: Array
    by_phase_draws: Mapping[Phase, Array]
    cash_flow_base_usd: tuple[float, ...]
    """Base case by month, index 0 = the project itself; sums to the base total to the cent."""
    calendar_weeks_draws: Array
    calendar: tuple[CalendarTask, ...]
    data_goes_to: tuple[str, ...]
    usd_per_device_hour: float | None
    assumed_share: float
    """Share of the base total whose basis is ``assumed``."""
    feasible: bool = True
    reasons: tuple[str, ...] = ()
    extras: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CandidateResult:
    """One row of the answer before the decision."""

    candidate: Candidate
    accuracy: AccuracyEstimate
    compute: ComputeEstimate
    money: MoneyEstimate
    feasible: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """All rows of one scenario on common random numbers."""

    inputs: ProjectInputs
    n_draws: int
    results: tuple[CandidateResult, ...]
