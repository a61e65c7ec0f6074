"""A small synthetic engine for the tests of the decision: power-law curves, linear costs."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.money.reserves import budget
from estimator.engine.results import (
    AccuracyEstimate,
    Candidate,
    CandidateResult,
    ComputeEstimate,
    CostItem,
    Evaluation,
    EvidenceGrade,
    MoneyEstimate,
)
from estimator.evidence.things import Assumption, BaseModel
from estimator.vocabulary import (
    APPROACH_LABELS,
    Approach,
    Basis,
    DeviceKind,
    LabellingSource,
    Modality,
    Phase,
    Stage,
)
from estimator.words.statement import state

ROOT = Path(__file__).resolve().parents[1]

FORMS: dict[Approach, tuple[float, float, float, float, float, float]] = {
    # error at 0 labels, floor, labels scale, hours per 1,000 labels, weeks, USD per 1,000 requests
    Approach.BASELINE: (0.90, 0.16, 120.0, 0.0, 2.0, 0.02),
    Approach.ZERO_SHOT: (0.22, 0.20, 50.0, 0.0, 1.0, 1.50),
    Approach.LINEAR_PROBE: (0.70, 0.10, 60.0, 0.1, 2.5, 0.10),
    Approach.PARTIAL_FINETUNE: (0.70, 0.08, 60.0, 0.5, 3.0, 0.12),
    Approach.LORA: (0.70, 0.06, 50.0, 1.5, 3.5, 0.14),
    Approach.FULL_FINETUNE: (0.70, 0.055, 55.0, 2.0, 3.8, 0.14),
    Approach.CONTINUED_PRETRAIN: (0.70, 0.05, 45.0, 40.0, 6.0, 0.14),
    Approach.DISTILL: (0.70, 0.08, 60.0, 6.0, 5.0, 0.03),
    Approach.HYBRID: (0.80, 0.07, 90.0, 8.0, 7.0, 0.12),
    Approach.SCRATCH: (0.92, 0.04, 30_000.0, 900.0, 20.0, 0.12),
}
LABEL_PRICE = {
    LabellingSource.CROWD: 0.5,
    LabellingSource.VENDOR: 0.9,
    LabellingSource.IN_HOUSE: 1.5,
    LabellingSource.EXPERT: 6.0,
    LabellingSource.MODEL_ASSISTED: 0.25,
    LabellingSource.OWN: 0.4,
}
LABEL_QUALITY = {
    LabellingSource.CROWD: 1.0,
    LabellingSource.VENDOR: 1.1,
    LabellingSource.IN_HOUSE: 1.2,
    LabellingSource.EXPERT: 1.5,
    LabellingSource.MODEL_ASSISTED: 0.7,
    LabellingSource.OWN: 1.2,
}
SPEED = {"L40S": 1.0, "A100-80GB": 2.0, "H100-80GB": 4.0, "T4": 0.25}
DEVICE_USD = {"L40S": 1.9, "A100-80GB": 3.4, "H100-80GB": 6.0, "T4": 0.55}
PURCHASE = {"on_demand": 1.0, "spot": 0.45, "committed_1y": 0.7, "committed_3y": 0.5}
GRADE = EvidenceGrade("B", "synthetic", 30, 5, ("synthetic",), None)

Evaluate = Callable[[ProjectInputs], Evaluation]


@lru_cache(maxsize=1)
def shipped_assumptions() -> dict[str, Assumption]:
    """The rows of data/assumptions.csv."""
    out = {}
    with (ROOT / "data" / "assumptions.csv").open(newline="") as f:
        for row in csv.DictReader(f):
            numbers = {
                k: float(row[k]) for k in ("p10", "p50", "p90", "allowed_low", "allowed_high")
            }
            texts = {
                k: row[k] for k in ("assumption_id", "unit", "distribution", "reason", "source_id")
            }
            out[row["assumption_id"]] = Assumption(**numbers, **texts)
    return out


def assumptions(**overrides: float) -> Assumptions:
    """Shipped judgements, some overridden by ``decision__name=value``."""
    return Assumptions(
        shipped_assumptions(), {k.replace("__", "."): v for k, v in overrides.items()}
    )


def model(approach: Approach) -> BaseModel | None:
    """A base model for the rows that have one."""
    if approach in (Approach.BASELINE, Approach.SCRATCH):
        return None
    hosted = approach == Approach.ZERO_SHOT
    params = 7e10 if hosted else 1.1e8
    return BaseModel(
        name="hosted-large" if hosted else "base-110m",
        family="synthetic",
        modality=Modality.TEXT,
        tasks=("text_classification",),
        params_total=params,
        params_active=params,
        layers=12,
        hidden_size=768,
        input_size=None,
        input_unit="tokens",
        forward_gflop=None,
        flop_formula="",
        licence="proprietary" if hosted else "apache-2.0",
        commercial_use="yes",
        release_year=2020,
        hosted=hosted,
        source_id="synthetic",
        locator="none",
    )


def evaluate(inputs: ProjectInputs) -> Evaluation:
    """Ten rows on common random numbers; a pure function of the scenario."""
    draws = Draws(inputs.draws, inputs.seed)
    rows = [_row(inputs, draws, a, inputs.n_labelled_to_buy, str(a)) for a in Approach]
    for i, option in enumerate(inputs.options):
        n = option.n_labelled_to_buy
        n = inputs.n_labelled_to_buy if n is None else n
        rows.append(_row(inputs, draws, option.approach, n, f"{option.approach}#{i}"))
    return Evaluation(inputs, inputs.draws, tuple(rows), inputs.labelling.label_noise or 0.0)


def _row(
    inputs: ProjectInputs, draws: Draws, approach: Approach, to_buy: int, key: str
) -> CandidateResult:
    e0, floor, scale, hours_k, weeks, serve = FORMS[approach]
    candidate = Candidate(key, approach, APPROACH_LABELS[approach], model(approach), to_buy)
    hard = draws.normal("accuracy.dataset")
    own = draws.normal(f"accuracy.{approach}")
    quality = LABEL_QUALITY[inputs.labelling.source]

    def curve(n: Array) -> Array:
        n = np.atleast_1d(np.asarray(n, dtype=float))[:, None] * quality
        error = floor + (e0 - floor) * (1 + n / scale) ** -0.6
        logit = np.log(error / (1 - error)) + 0.5 * hard + 0.25 * own
        return np.asarray(1 / (1 + np.exp(logit)))

    n = candidate.n_labelled(inputs)
    metric = curve(np.array([n]))[0]
    target = inputs.target.value
    grid = np.geomspace(10, 1e8, 60)
    levels = curve(grid)
    hit = levels >= target
    needed = np.where(hit.any(axis=0), grid[hit.argmax(axis=0)], np.inf)
    accuracy = AccuracyEstimate(
        "accuracy",
        metric,
        "",
        float((metric[1:] >= target).mean()),
        needed,
        GRADE,
        curve,
        curve,
    )
    compute = _compute(inputs, draws, approach, n, hours_k)
    money = _money(inputs, draws, approach, to_buy, weeks, serve, compute, metric)
    return CandidateResult(candidate, accuracy, compute, money, True, ())


def _compute(
    inputs: ProjectInputs, draws: Draws, approach: Approach, n: int, hours_k: float
) -> ComputeEstimate:
    speed = SPEED[inputs.compute.accelerator]
    hours = (
        hours_k
        * (0.2 + n / 1000)
        * inputs.compute.trials
        / speed
        * np.exp(0.4 * draws.normal("compute.mfu"))
    )
    api = approach == Approach.ZERO_SHOT
    return ComputeEstimate(
        device_kind=DeviceKind.API
        if api
        else (DeviceKind.CPU if approach == Approach.BASELINE else DeviceKind.GPU),
        accelerator=None,
        n_devices=inputs.compute.n_devices,
        min_devices=1,
        feasible=True,
        reasons=(),
        recipe={"epochs": 3, "trials": inputs.compute.trials},
        work=(),
        training_flop=0.0,
        device_hours_draws=hours,
        wallclock_hours_draws=hours / inputs.compute.n_devices,
        peak_memory_gb=8.0,
        energy_kwh_draws=hours * 0.3,
        co2_kg_draws=hours * 0.1,
        single_run_device_hours_draws=hours / inputs.compute.trials,
        source_ids=("synthetic",),
    )


def _money(
    inputs: ProjectInputs,
    draws: Draws,
    approach: Approach,
    to_buy: int,
    weeks: float,
    serve: float,
    compute: ComputeEstimate,
    metric: Array,
) -> MoneyEstimate:
    one = np.ones(draws.size)
    labelling = inputs.labelling
    price = labelling.usd_per_label
    price_draws = (
        one * LABEL_PRICE[labelling.source] * np.exp(0.2 * draws.normal("labels.price"))
        if price is None
        else one * price
    )
    answers = one * to_buy * labelling.labels_per_item
    device = inputs.compute.usd_per_device_hour
    device = (
        DEVICE_USD[inputs.compute.accelerator] * PURCHASE[inputs.compute.purchase_option]
        if device is None
        else device
    )
    horizon = inputs.serving.horizon_months
    requests = inputs.serving.requests_per_month * horizon
    wage = 3000.0 * inputs.people.wage_factor * np.exp(0.1 * draws.normal("wage"))
    person_weeks = weeks * np.exp(0.2 * draws.normal(f"weeks.{approach}")) * 1.5
    months = (1.0,) + (0.0,) * horizon
    spread = (0.0,) + (1.0 / horizon,) * horizon

    stages = {"labelling": Stage.LABELS, "serving": Stage.LIVE}

    def item(
        name: str, phase: Phase, quantity: Array, unit: str, usd: Array, timing: str
    ) -> CostItem:
        shares = months if timing == "one_off" else spread
        stage = stages.get(name, Stage.MODEL)
        return CostItem(
            name, phase, quantity, unit, usd, Basis.ASSUMED, "", timing, shares, stage=stage
        )

    hours = compute.device_hours_draws
    items = tuple(
        i
        for i in (
            item("labelling", Phase.LABELLING, answers, "label", price_draws, "one_off"),
            item("training", Phase.COMPUTE, hours, "device-hour", one * device, "one_off"),
            item("people", Phase.PEOPLE, person_weeks, "person-week", wage * one, "one_off"),
            item(
                "serving",
                Phase.RUNNING,
                one * requests / 1000,
                "1000 requests",
                one * serve,
                "monthly",
            ),
        )
        if i.quantity_draws[0] > 0
    )
    one_off = sum((i.usd_draws for i in items if i.timing == "one_off"), start=0 * one)
    running = sum((i.usd_draws for i in items if i.timing == "monthly"), start=0 * one)
    total = one_off + running
    value = inputs.value
    gain = value.benefit_per_correct_usd * metric - value.cost_per_error_usd * (1 - metric)
    calendar = weeks * np.exp(0.2 * draws.normal(f"weeks.{approach}")) + to_buy / 5000
    return MoneyEstimate(
        items=items,
        one_off_draws=one_off,
        monthly_draws=running / horizon,
        total_draws=total,
        npv_draws=total,
        net_value_draws=gain * requests - total,
        by_phase_draws={
            p: sum((i.usd_draws for i in items if i.phase == p), start=0 * one) for p in Phase
        },
        cash_flow_base_usd=(float(one_off[0]),) + (float(running[0]) / horizon,) * horizon,
        calendar_weeks_draws=calendar,
        calendar=(),
        data_goes_to=(state("place.labeller", source="crowd"),) if to_buy else (),
        usd_per_device_hour=device,
        assumed_share=1.0,
        extras={"budget": budget(total)},
    )
