"""The decision as JSON says it: recommendation, and the plan in stages (CONTRACT section 4)."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from estimator.engine.answer_values import P50P90, MeanP90, Said, Saving, Share


class Reach(TypedDict):
    """A row that would reach the target with more labels."""

    approach: str
    n_labelled: P50P90
    n_labelled_needed: float
    probability: Share
    extra_usd: float


class Switch(TypedDict):
    """The value of one input at which the choice changes; null with a reason where none does."""

    input: str
    value_now: Any
    value_at_switch: Any
    to_approach: str | None
    reason: str
    to_step: NotRequired[str]


class Driver(TypedDict):
    """What an input at its ends does to the money of the chosen row."""

    input: str
    name: str
    low: Any
    high: Any
    effect_usd: float
    effect_weeks: float | None
    effect_accuracy: float | None
    effect_gap_usd: float | None


class Limit(Said):
    """What a limit of the scenario costs."""

    limit: str
    approach: str
    approach_without: str
    extra_usd: float
    accuracy_lost: float | None
    target_probability_lost: float | None
    removed: list[str]


class AsToday(Said):
    """Going on as today: its cost, and what each row saves against it [USD, months]."""

    usd_per_month: float
    total_usd: float
    saving_usd: dict[str, Saving]
    works_probability: dict[str, float]
    pays_probability: dict[str, float]
    payback_months: dict[str, float | None]
    ramp_months: float


class GoingLive(Said):
    """Published shares of projects that go live and that are scrapped."""

    p10: float
    p50: float
    p90: float
    scrapped: float
    source_ids: list[str]


class Recommendation(TypedDict):
    """Which row the plan most likely ends in, why, and what would change that."""

    approach: str | None
    label: str
    outcome: str
    equals: list[str]
    headline: str
    best_probability: Share
    regret_usd: P50P90 | None
    reason: str
    next_step: str
    decision_path: list[str]
    order: list[str]
    reachable_target: float | None
    would_reach: list[Reach]
    as_today: AsToday | None
    going_live: GoingLive
    switching: list[Switch]
    drivers: list[Driver]
    limits: list[Limit]
    main_drivers: list[str]
    drivers_sentence: NotRequired[str]


class ValueMonth(TypedDict):
    """Value of a working system a month [USD]."""

    break_even: float | None
    used: float
    typed: bool


class FirstStep(Said):
    """What is done and paid first."""

    kind: NotRequired[str]
    approach: NotRequired[str]
    approaches: NotRequired[list[str]]
    n_labelled: NotRequired[float]
    n_test: NotRequired[float]
    usd: NotRequired[float]
    weeks: NotRequired[float]
    kept: NotRequired[float]


class Gate(Said):
    """A result that decides: thresholds in the metric, an action and a chance for each zone."""

    name: str
    approach: str
    approaches: list[str]
    n_labelled: float
    n_test: float
    reached: float
    thresholds: list[float]
    actions: list[str]
    chances: list[float]


class StageJson(TypedDict):
    """One stage: its money where it is reached, and times the chance that it is."""

    name: str
    approaches: list[str]
    n_labelled: float
    usd: float
    expected_usd: float
    weeks: float
    start_weeks: float
    chance: float
    after: int | None


class End(TypedDict):
    """One way in which the plan ends."""

    end: str
    approach: str | None
    probability: Share
    success: bool


class Authorise(TypedDict):
    """Three totals of one bill [USD]: the first gate, every gate passed, the expected one."""

    now: float
    most: float
    expected: float


class Ask(TypedDict):
    """What knowing an input better would save [USD]."""

    input: str
    saves_usd: float


Rung = TypedDict("Rung", {"from": float, "first_step": str, "plan": str, "success": float})
"""One rung of the ladder: from which value a month [USD] on which plan is best."""


class StagedPlan(TypedDict):
    """The plan in stages with gates; null where no evidence lets one be made."""

    outcome: str
    sentence: str
    here: NotRequired[str]
    before: NotRequired[str]
    kind: NotRequired[str]
    value_month_usd: ValueMonth | None
    first_step: FirstStep
    gates: list[Gate]
    stages: list[StageJson]
    ends: list[End]
    success_probability: Share
    false_go_probability: NotRequired[Share]
    spend_usd: MeanP90 | None
    works_usd: MeanP90 | None
    before_live_usd: P50P90 | None
    lost_if_fails_usd: P50P90 | None
    weeks: P50P90 | None
    authorise_usd: Authorise | None
    by_value: list[Rung]
    ladder: list[str]
    ask_first: list[Ask]
    ask: NotRequired[str]
    alternatives: dict[str, Any]
    net_value_usd: float | None
    value_of_staging_usd: float | None
    sentences: list[str]
    sentences_statements: NotRequired[list[dict[str, Any]]]
