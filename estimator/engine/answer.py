"""The answer as JSON says it (CONTRACT section 4): its types, of which the JSON Schema is made.

Money is in USD, time in hours, weeks or months as the names end; accuracy-like metrics are
fractions. Beside a text or list of texts ``X`` the JSON may hold ``X_statements``: the same as
``{key, values}``, read by ``words.statement.said``.
"""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from estimator.engine.answer_decision import Recommendation, StagedPlan
from estimator.engine.answer_values import (
    P50P90,
    ApproachName,
    BasisName,
    DeviceName,
    MetricSpread,
    MoneySpread,
    PhaseName,
    Said,
    Share,
    Spread,
    StageName,
)
from estimator.vocabulary import Phase


class PartJson(TypedDict):
    """One figure that another one was made of."""

    name: str
    value: float | None
    unit: str
    basis: BasisName
    source_id: str
    assumption_id: str


class Work(TypedDict):
    """One kind of training work: units x FLOP a unit x passes."""

    name: str
    units: float | None
    unit: str
    flop_per_unit: float | None
    passes: float | None
    formula: str


Spent = TypedDict("Spent", {"from": int, "to": int, "every": int})
"""First and last month in which a line is spent, and the months between two times."""


class Item(TypedDict):
    """One line of the bill; ``usd.base`` is quantity x unit price to the cent."""

    item: str
    phase: PhaseName
    quantity: float
    unit: str
    unit_price_usd: float
    usd: MoneySpread
    basis: BasisName
    source_id: str
    timing: str
    stage: StageName
    own_staff: bool
    spent: Spent
    note: str
    assumption_ids: list[str]
    parts: list[PartJson]


class Cost(TypedDict):
    """The money of a row [USD]; ``npv`` is the present value of costs, without benefits."""

    one_off: MoneySpread
    monthly: MoneySpread
    total: MoneySpread
    npv: MoneySpread
    by_phase: Annotated[dict[str, MoneySpread], {"required": [str(p) for p in Phase]}]


class CalendarTask(TypedDict):
    """One bar of the calendar [weeks from kick-off]."""

    name: str
    role: str
    start_weeks: Spread
    weeks: Spread


class RowEvidence(TypedDict):
    """How near the evidence is, and why."""

    grade: str
    reason: str
    n_points: int
    n_sources: int
    source_ids: list[str]
    extrapolation_ratio: float | None
    checked: str


class Trait(TypedDict):
    """One trait of an approach and the rule it follows from."""

    level: str
    rule: str


class Risk(Said):
    """A risk of a row; what is at stake only where it is a sum."""

    risk: str
    severity: str
    at_stake_usd: float | None
    probability: Share


class OtherModel(TypedDict):
    """A base model that was compared: quality [percent points, half of an 80 % interval], money."""

    base_model: str
    more_points: float
    spread_points: float
    more_usd: float | None


class BaseModelChoice(TypedDict):
    """Why a row works with its base model; others beyond it, from small to large."""

    reason: str
    reason_statements: NotRequired[list[dict[str, Any]]]
    others: list[OtherModel]


class Row(TypedDict):
    """One approach.

    In ``Comparison.summary()`` a row lacks what it shows only when it is opened: work, energy,
    calendar, cash flow, lines and net value.
    """

    approach: ApproachName
    key: str
    label: str
    base_model: str | None
    base_model_choice: BaseModelChoice | None
    n_labelled_to_buy: int
    feasible: bool
    applies: NotRequired[bool]
    retrieval: NotRequired[bool]
    reasons: list[str]
    accuracy: MetricSpread | None
    accuracy_reason: str
    target_probability: Share
    best_probability: Share
    miss_target_probability: Share
    over_budget_probability: Share
    late_probability: Share
    regret_usd: P50P90 | None
    labels_for_target: LabelsForTarget | None
    labels_reason: str
    device_kind: DeviceName
    accelerator: str | None
    n_devices: int | None
    recipe: dict[str, Any]
    device_hours: Spread
    hours_parts: list[PartJson]
    wallclock_hours: Spread
    min_devices: int | None
    peak_memory_gb: float | None
    work: list[Work]
    training_flop: float | None
    energy_kwh: Spread
    co2_kg: Spread
    compute_source_ids: list[str]
    usd_per_device_hour: float | None
    calendar_weeks: Spread
    cost_usd: Cost
    assumed_share: Share
    data_goes_to: list[str]
    data_goes_to_statements: NotRequired[list[dict[str, Any]]]
    calendar: list[CalendarTask]
    cash_flow_usd: list[float]
    items: list[Item]
    net_value_usd: MoneySpread | None
    extras: dict[str, Any]
    evidence: RowEvidence
    flexibility: str
    lock_in: str
    traits: dict[str, Trait]
    enough_data: str
    enough_people: str
    risks: list[Risk]


class LabelsForTarget(TypedDict):
    """Labels that reach the target; null where none are known to."""

    p50: float | None
    p90: float | None


class Source(TypedDict):
    """A source that some figure of the answer names."""

    source_id: str
    title: str
    year: int | None
    url: str
    licence: str


class Judgement(TypedDict):
    """An assumption that some line of the answer rests on."""

    assumption_id: str
    p10: float
    p50: float
    p90: float
    unit: str
    reason: str
    source_id: str


class Crossing(TypedDict):
    """Two rows that change places in what they have cost; no month where they do not."""

    cheaper_first: str
    cheaper_later: str
    month: int | None


class Passages(TypedDict):
    """Finding passages, tuning and both: the cheapest row of each, and its spending in sum."""

    rows: dict[str, str]
    spent_usd: dict[str, list[float]]
    crossings: list[Crossing]
    sentences: list[str]
    sentences_statements: NotRequired[list[dict[str, Any]]]


class Rule(Said):
    """A published rule of thumb on how much data the task takes."""

    source_id: str
    url: str


class OwnProjects(TypedDict):
    """What the firm's own finished projects did: factors, every row without them, in words."""

    factors: dict[str, dict[str, float]]
    before: dict[str, dict[str, float | None]]
    sentences: list[str]


class Answer(TypedDict):
    """What ``compare --json`` prints."""

    schema: int
    data_version: str
    code_version: str
    seed: int
    draws: int
    inputs: dict[str, Any]
    approaches: list[Row]
    recommendation: Recommendation
    staged_plan: StagedPlan
    frontier: list[str]
    pilot_plan: dict[str, Any]
    sources: list[Source]
    assumptions: list[Judgement]
    rules_of_thumb: list[Rule]
    passages: NotRequired[Passages]
    own_projects: NotRequired[OwnProjects]
