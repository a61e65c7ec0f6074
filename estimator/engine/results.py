"""The doors between the rooms of the engine: what each hands to the next, frozen.

Arrays named ``*_draws`` have shape (n + 1,), base case first (see distributions.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from estimator.engine.distributions import Array
from estimator.engine.figure import Part
from estimator.engine.inputs import ProjectInputs
from estimator.evidence.things import Accelerator, BaseModel
from estimator.vocabulary import Approach, Basis, DeviceKind, Phase, Stage
from estimator.words.statement import Note, Statement

RecipeValue = float | int | str | Statement | None


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
    applies: bool = True
    """False where the approach means nothing for the task: not shown to people."""
    retrieval: bool = False
    """An extra row that is sent found passages with each request."""

    def n_labelled(self, inputs: ProjectInputs) -> int:
        """Labelled training examples this row trains on: owned plus bought."""
        return inputs.n_labelled_available + self.n_labelled_to_buy


@dataclass(frozen=True)
class Other:
    """A base model that was compared with the chosen one.

    Parameters
    ----------
    base_model : str
    more_points : float
        Expected quality beyond that of the chosen one [percent points]; higher is better.
    spread_points : float
        Half of the 80 % interval of ``more_points``.
    more_usd : float or None
        Base-case money of training and answering beyond that of the chosen one [USD]; None where
        a smaller model is expected to do as well, which is not priced.
    """

    base_model: str
    more_points: float
    spread_points: float
    more_usd: float | None


@dataclass(frozen=True)
class Choice:
    """The base model of an approach, why, and what else was compared, from small to large."""

    model: str | None
    reason: Statement
    others: tuple[Other, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class EvidenceGrade:
    """How near the evidence is: grade A-D, ``borrowed`` or ``none``, with the reason in words."""

    grade: str
    reason: Statement
    n_points: int
    n_sources: int
    source_ids: tuple[str, ...]
    extrapolation_ratio: float | None
    checked: Statement | None = None
    """How far the product lay off on left-out data sets of this task and approach."""


class Truth(Protocol):
    """Draws of what a row's models really reach, on the same draws in all rows.

    ``truth(n_labelled[k], run)`` gives the true metric, shape (k, n + 1): ``run="kept"`` is the one
    model trained at each number of labels, which is the measured one where an own result stands
    there; ``run="new"`` is that work trained once more, as at a retraining. No noise of a test set.
    """

    def __call__(self, n_labelled: Array, run: str = "kept") -> Array:
        """True value of the metric, shape (k, n + 1)."""

    def result(self, n_labelled: float, n_test: int) -> Array:
        """What testing the kept model on the first ``n_test`` examples would show, shape (n + 1,).

        Test sets are nested in size and shared by all rows; by chance an extreme one leaves the
        range of the metric.
        """

    def weights(self, n_labelled: float, n_test: int, value: float) -> Array:
        """Weight of every draw once ``value`` was measured so, shape (n + 1,), base 0, sum 1.

        Filtering the draws by them agrees with entering the value in ``pilot``.
        """

    def first(self, taken: int) -> Truth:
        """The same on the base case and the first ``taken`` draws only."""


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
        Total labelled examples that reach the target, inf where none does that may be named
        (needs.py).
    curve : callable or None
        ``curve(n_labelled[k]) -> (k, n + 1)`` draws of the metric along the learning curve,
        on the same dataset draw; used by charts, optimiser and switching values.
    noise_free : callable or None
        As ``curve`` without the noise of a finite test set.
    truth : Truth or None
        True values by number of labels and training run; simulates and weighs results.
    labels_reason : Statement or None
        Why no number of labels is named for the target.
    labels_named : tuple of two floats or None
        p50 and p90 of the labels for the target as they are shown, inf where none may be.
    """

    metric: str
    draws: Array | None
    reason: Statement | None
    target_probability: float | None
    labels_for_target_draws: Array | None
    grade: EvidenceGrade
    curve: Callable[[Array], Array] | None = field(default=None, compare=False, repr=False)
    noise_free: Callable[[Array], Array] | None = field(default=None, compare=False, repr=False)
    truth: Truth | None = field(default=None, compare=False, repr=False)
    labels_reason: Statement | None = None
    labels_named: tuple[float, float] | None = None


@dataclass(frozen=True)
class WorkItem:
    """One line of training work: FLOP = units x flop_per_unit x passes."""

    name: str
    units: float
    unit: str
    flop_per_unit: float
    passes: float
    formula: Statement


@dataclass(frozen=True)
class ComputeEstimate:
    """Training compute of one candidate, all trials, failures and evaluation included."""

    device_kind: DeviceKind
    accelerator: Accelerator | None
    n_devices: int
    min_devices: int | None
    feasible: bool
    reasons: tuple[Statement, ...]
    recipe: Mapping[str, RecipeValue]
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
    tuning_tokens_draws: Array | None = None
    """Tokens that a provider trains its model on, all passes and trials."""
    hours_parts: tuple[Part, ...] = ()
    """What the device-hours were made of, base case, each with its origin."""


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
    note: Note = ""
    stage: Stage = Stage.LIVE
    """What has to be decided before the line is spent."""
    parts: tuple[Part, ...] = ()
    """Every figure in quantity and price, with its origin."""
    own_staff: bool = False
    """Paid as own wages: no purchase order."""

    @property
    def assumption_ids(self) -> tuple[str, ...]:
        """Judgements the line rests on, in the order of the parts."""
        return tuple(dict.fromkeys(p.assumption_id for p in self.parts if p.assumption_id))

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Every source behind the line."""
        return tuple(dict.fromkeys(p.source_id for p in self.parts if p.source_id))

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
    data_goes_to: tuple[Statement, ...]
    usd_per_device_hour: float | None
    assumed_share: float
    """Share of the base total whose basis is ``assumed``."""
    usd_per_labelled_example: float | None = None
    """Base price of one more labelled example, all its answers [USD]; None: labels come free."""
    feasible: bool = True
    reasons: tuple[Statement, ...] = ()
    extras: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CandidateResult:
    """One row of the answer before the decision."""

    candidate: Candidate
    accuracy: AccuracyEstimate
    compute: ComputeEstimate
    money: MoneyEstimate
    feasible: bool
    reasons: tuple[Statement, ...]


@dataclass(frozen=True)
class Evaluation:
    """All rows of one scenario on common random numbers."""

    inputs: ProjectInputs
    n_draws: int
    results: tuple[CandidateResult, ...]
    wrong_labels: float = 0.0
    """Share of wrong training labels after votes and review."""
    models: Mapping[str, Choice] = field(default_factory=dict)
    """Base models by approach and why."""
