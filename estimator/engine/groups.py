"""The groups of a scenario file (CONTRACT section 3), one frozen dataclass each."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.engine.fields import (
    REQUIRED,
    Checked,
    FrozenMap,
    choice,
    currency,
    flag,
    integer,
    number,
    numbers,
    text,
)
from estimator.engine.fields import names as name_list
from estimator.engine.kinds import LANGUAGES
from estimator.engine.typed import USES
from estimator.errors import InputError
from estimator.vocabulary import (
    Approach,
    Effort,
    HybridKind,
    Integration,
    LabellingSource,
    Pay,
    PurchaseOption,
)
from estimator.words.statement import state

QUANTITIES = ("effort", "weeks", "labels", "hours")
"""Person-weeks, calendar weeks, labels bought, device-hours."""
FACTOR = ("p10", "p50", "p90", "n", "n_stopped")
MAX_COUNT = 1_000_000_000_000
MAX_USD = 1e12


@dataclass(frozen=True)
class Target(Checked):
    """What must be reached, and how surely; null takes the task's usual metric and value."""

    metric: str | None = text(None, "metric of the target; null: the usual one of the task")
    value: float | None = number(None, 0, 1e6, "value to reach; fractions for accuracy, F1, WER")
    probability: float = number(0.8, 0.01, 0.999, "how surely the target must be reached")


@dataclass(frozen=True)
class Facts(Checked):
    """What is known about the data before any label is bought."""

    human_level: float | None = number(None, 0, 1e6, "how well people do, in the target's metric")
    state_of_the_art: float | None = number(None, 0, 1e6, "best published value on such data")
    annotator_agreement: float | None = number(None, 0, 1, "share of items two annotators agree on")
    similar_dataset: str | None = text(None, "a public data set that looks like this one")
    minority_share: float | None = number(None, 1e-7, 0.5, "share of the rarest class")
    majority_share: float | None = number(None, 1e-7, 1, "share of the most frequent class")
    labels_per_example: float = number(
        1.0, 1, 1000, "classes that hold for one example at once, on average; 1: one class alone"
    )
    augmentation: bool = flag(False, "training examples are augmented")
    kind: str | None = text(None, "what the data are most like; the kinds of the task by name")
    language: str | None = choice(None, LANGUAGES, "language of the data", optional=True)
    in_use: str | None = choice(
        None, USES, "in use: examples like the labelled ones, or later and other ones"
    )


@dataclass(frozen=True)
class Training(Checked):
    """Overrides of the recipe of every approach; null keeps the recipe."""

    epochs: float | None = number(None, 0.01, 100_000, "passes over the training examples")
    batch_size: int | None = integer(None, 1, 1_000_000, "examples per optimiser step")
    precision: str | None = choice(
        None, ("fp32", "tf32", "fp16", "bf16", "fp8", "int8", "int4"), "arithmetic of training"
    )
    optimiser: str | None = choice(
        None, ("adamw", "adamw_8bit", "sgd", "adafactor", "lion"), "optimiser"
    )
    checkpointing: bool | None = flag(None, "recompute activations to save memory")
    sequence: int | None = integer(None, 1, 10_000_000, "sequence length in tokens")
    micro_batch: int | None = integer(None, 1, 100_000, "examples on one device in one pass")
    accumulation: int | None = integer(None, 1, 100_000, "passes summed up before an update")
    packing: bool = flag(False, "short examples share a window of the sequence length")
    lora_rank: int | None = integer(None, 1, 4096, "rank of the adapters")
    lora_targets: str | None = choice(
        None, ("attention", "all_linear"), "layers that carry adapters"
    )
    framework: str | None = choice(
        None,
        (
            "axolotl",
            "kohya",
            "litgpt",
            "llamafactory",
            "torchtune",
            "trl",
            "ultralytics",
            "unsloth",
        ),
        "training framework",
    )


@dataclass(frozen=True)
class Hybrid(Checked):
    """Which two parts a hybrid joins."""

    kind: HybridKind = choice("frozen_plus_scratch", HybridKind, "parts of the hybrid")


@dataclass(frozen=True)
class Retrieval(Checked):
    """Passages that are found for a question and sent with it; nulls take the usual sizes."""

    passages: int | None = integer(
        None, 1, MAX_COUNT, "passages in the index; null: as many as unlabelled examples"
    )
    passage_tokens: float | None = number(None, 1, 1e6, "tokens of one passage; null: assumed")
    per_request: int | None = integer(
        None, 1, 10_000, "passages sent with each request; null: assumed"
    )
    churn: float = number(0.02, 0, 10, "share of the passages that is new or changed each month")


@dataclass(frozen=True)
class Judging(Checked):
    """Who judges the answers of the test set."""

    by: str = choice("people", ("people", "judge", "both"), "who judges the test set")
    judge: str | None = text(None, "hosted model that judges; null: the usual one")
    agreement: float | None = number(
        None, 0.5, 1, "share of verdicts in which the judge agrees with people; null: published"
    )


@dataclass(frozen=True)
class Labelling(Checked):
    """Who labels, at what price and quality."""

    source: LabellingSource = choice("crowd", LabellingSource, "who labels")
    usd_per_label: float | None = number(None, 0, 1e6, "price of one answer; null: price table")
    seconds_per_label: float | None = number(
        None, 0.1, 1e5, "measured seconds of one answer; null: the published time of the task"
    )
    labels_per_item: int = integer(3, 1, 99, "answers collected for each example")
    review_share: float = number(0.1, 0, 1, "share of examples checked by a second person")
    label_noise: float | None = number(None, 0, 0.95, "share of wrong labels from one annotator")
    labels_come_free: bool = flag(
        False, "labels come by themselves: clicks, chargebacks, closed tickets"
    )
    pay: Pay = choice("market", Pay, "what an hour of the crowd is paid")


@dataclass(frozen=True)
class Compute(Checked):
    """Where and on what training runs."""

    provider: str = text("aws", "a provider of the price book or `own`")
    region: str = text("us-east-1", "region of the provider")
    accelerator: str = text("L40S", "accelerator id")
    purchase_option: PurchaseOption = choice("on_demand", PurchaseOption, "how it is bought")
    n_devices: int = integer(1, 1, 100_000, "accelerators the job uses")
    trials: int = integer(5, 1, 10_000, "training runs tried before the final one is chosen")
    failed_run_share: float = number(0.1, 0, 0.95, "share of runs that fail and are repeated")
    usd_per_device_hour: float | None = number(None, 0, 1e5, "own price of one device-hour")


@dataclass(frozen=True)
class People(Checked):
    """Who does the work and what a week of it costs."""

    location: str = text("US", "country whose wages apply")
    team: int | None = integer(None, 1, 10_000, "people available; null: as many as the plan needs")
    users: int | None = integer(
        None, 0, 1_000_000, "people who are shown how to work with it; null: assumed"
    )
    automation: bool = flag(False, "automated model search replaces part of the work")
    effort: Effort = choice("standard", Effort, "how much care the project takes")
    integration: Integration = choice(
        "pipelines", Integration, "how a model gets into use in this firm"
    )
    partner_usd_per_day: float | None = number(None, 0, 1e5, "day rate of a partner or contractor")
    usd_per_week: FrozenMap = numbers(0, 1e6, "own loaded wage per week by role")
    wage_factor: float = number(1.0, 0, 100, "factor on every wage")


@dataclass(frozen=True)
class OwnFactors(Checked):
    """What finished projects of the firm became over their forecasts, by quantity.

    A quantity that is empty moves nothing; whoever has a register fills them in.
    """

    ignore: bool = flag(False, "finished projects of the firm do not move the estimate")
    effort: FrozenMap = numbers(0, 1e6, "person-weeks over forecast: p10, p50, p90, n, n_stopped")
    weeks: FrozenMap = numbers(0, 1e6, "calendar weeks over forecast: p10, p50, p90, n, n_stopped")
    labels: FrozenMap = numbers(0, 1e6, "labels bought over planned: p10, p50, p90, n, n_stopped")
    hours: FrozenMap = numbers(0, 1e6, "device-hours over forecast: p10, p50, p90, n, n_stopped")

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in QUANTITIES:
            found = getattr(self, name)
            if not found:
                continue
            ends = [found.get(p, 0.0) for p in ("p10", "p50", "p90")]
            if not 0 < ends[0] <= ends[1] <= ends[2] or set(found) - {*FACTOR}:
                raise InputError(name, dict(found), state("allowed.own_factor"))

    @property
    def told(self) -> bool:
        """Is any factor stated?"""
        return any(getattr(self, name) for name in QUANTITIES)

    @property
    def in_force(self) -> FrozenMap:
        """The factors that move the estimate, by quantity."""
        names = () if self.ignore else QUANTITIES
        return FrozenMap({n: getattr(self, n) for n in names if getattr(self, n)})


@dataclass(frozen=True)
class OwnHardware(Checked):
    """Accelerators that are bought rather than rented."""

    accelerator: str = text("H100-80GB", "accelerator id")
    count: int = integer(8, 1, 100_000, "devices bought")
    capex_usd: float = number(250_000.0, 0, MAX_USD, "purchase price of all of it")
    life_years: float = number(4.0, 0.25, 30, "years until it is replaced")
    rest_value: float = number(0.1, 0, 1, "share of the price left at the end")
    power_kw: float = number(10.0, 0, 1e6, "power drawn under load")
    usd_per_kwh: float = number(0.12, 0, 100, "price of electricity")
    utilisation: float = number(0.5, 0.001, 1, "share of hours it is used")
    staff_usd_per_year: float = number(0.0, 0, MAX_USD, "people who keep it running")


@dataclass(frozen=True)
class Serving(Checked):
    """Use of the finished model."""

    requests_per_month: float = number(100_000.0, 0, 1e12, "predictions a month")
    horizon_months: int = integer(36, 1, 60, "months the model is used")
    latency_ms: float | None = number(
        None,
        0.01,
        1e7,
        "longest acceptable answer time in milliseconds; own devices that work longer on one "
        "request are ruled out, hosted models publish no such time and are not",
    )
    retrain_every_months: int | None = integer(12, 1, 60, "months between retrainings", True)
    relabel_share: float = number(0.1, 0, 1, "share of the labels renewed at each retraining")
    interactive: bool | None = flag(
        None, "somebody waits for the answer; null: by the kind of task, no: one run a day"
    )
    batch: bool | None = flag(
        None, "hosted models at the batch price; null: where nobody waits for the answer"
    )
    cached_share: float = number(0.0, 0, 1, "share of the tokens sent that a provider has kept")
    reasoning_tokens: float = number(
        0.0, 0, 1e6, "tokens a hosted model thinks in before each answer, paid as output"
    )
    review_share: float = number(
        0.0, 0, 1, "share of the answers, the least sure ones, that people check before use"
    )


@dataclass(frozen=True)
class Finance(Checked):
    """How money is counted."""

    currency: str = currency("USD", "currency of the report")
    usd_rate: float | None = number(
        None, 1e-6, 1e4, "USD for one unit of the currency; null: the newest published rate"
    )
    discount_rate: float = number(0.08, 0, 1, "yearly discount rate")
    tax_rate: float = number(0.0, 0, 1, "tax added to bought goods and services")
    contingency: float | str = number(
        "reference_class", 0, 10, "reserve on top of the plan", words=("reference_class", "none")
    )
    discounts: FrozenMap = numbers(0, 1, "discount by provider", {"aws": 0.0})
    wage_drift: float = number(0.0, -0.5, 1, "yearly rise of wages")
    price_drift: float = number(0.0, -0.9, 1, "yearly rise of prices")
    fiscal_start: int | None = integer(
        None, 1, 12, "month in which the fiscal year begins; null: January"
    )
    spent_usd: float = number(0.0, 0, MAX_USD, "already spent; shown, never compared")


@dataclass(frozen=True)
class Value(Checked):
    """What a right answer is worth."""

    benefit_per_correct_usd: float = number(0.0, 0, 1e9, "gain from one right answer")
    cost_per_error_usd: float = number(0.0, 0, 1e9, "loss from one wrong answer")
    value_per_month_usd: float = number(0.0, 0, MAX_USD, "value of having the model for a month")
    today_usd_per_month: float = number(0.0, 0, MAX_USD, "what the work costs today")
    harm_usd: float | None = number(
        None, 0, 1e9, "harm of a release that falls short, beside its money; null: assumed"
    )
    useful_points: float | None = number(
        None,
        0,
        50,
        "points below the target from which a system is of some use (per cent of the target for "
        "plain scores); null: assumed",
    )
    ramp_months: float | None = number(
        None, 0, 60, "months in use over which the value grows to its whole; null: assumed"
    )
    today_level: float | None = number(
        None,
        0,
        1e6,
        "what today's way reaches, in the target's metric; typed, a month is worth as much as "
        "errors are saved, its whole value at the target; null: a ramp up to the target",
    )


@dataclass(frozen=True)
class Limits(Checked):
    """What must not be exceeded or done."""

    budget_usd: float | None = number(None, 0, MAX_USD, "most that may be spent in total")
    deadline_weeks: float | None = number(None, 0.1, 1000, "latest week of readiness")
    no_external_services: bool = flag(False, "no data may leave the house")
    regions: tuple[str, ...] | None = name_list("regions where data may be processed")
    edge_device: bool = flag(False, "the model must run on a small device")
    sensitive_domain: bool = flag(False, "people are affected: audit for bias")
    full_control: bool = flag(False, "weights and data must be owned")


@dataclass(frozen=True)
class PilotPoint(Checked):
    """One own measurement: an approach trained on n labelled examples reached a value."""

    approach: Approach = choice(REQUIRED, Approach, "approach measured")
    n_labelled: int = integer(REQUIRED, 0, MAX_COUNT, "labelled examples it was trained on")
    value: float = number(REQUIRED, -1e6, 1e6, "value reached, in the target's metric")
    n_test: int | None = integer(
        None, 1, MAX_COUNT, "examples it was tested on; null: the scenario's test set"
    )


@dataclass(frozen=True)
class TypedModel(Checked):
    """A base model that is not in the catalogue, by its sizes."""

    params: float = number(REQUIRED, 1, 1e14, "parameters")
    forward_gflop: float | None = number(
        None, 1e-6, 1e9, "GFLOP of one forward pass of one example"
    )
    layers: int | None = integer(None, 1, 10_000, "layers")


@dataclass(frozen=True)
class Option(Checked):
    """An extra row beside the ten."""

    approach: Approach = choice(REQUIRED, Approach, "approach of the row")
    model: str | None = text(None, "catalogue name; null: the usual one")
    n_labelled_to_buy: int | None = integer(None, 0, MAX_COUNT, "labels of this row")
    retrieval: bool = flag(False, "passages are found and sent with each request")
