"""One input at a time: how far cost, date, accuracy and the gap between the two best move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.board import is_valued
from estimator.engine.decide.recommend import Recommendation
from estimator.engine.decide.rerun import (
    DEVICE_PRICE,
    HORIZON,
    INTEGERS,
    LABEL_PRICE,
    LABELS,
    SEARCH_DRAWS,
    Evaluate,
    Progress,
    changed,
    fewer_draws,
    quiet,
    value_now,
)
from estimator.engine.results import Evaluation
from estimator.errors import EstimatorError
from estimator.vocabulary import Domain
from estimator.words.statement import Field, Setting, Statement, Usd, listed, state

FACTORS: dict[str, str] = {
    LABELS: "labels",
    "n_evaluation": "evaluation",
    LABEL_PRICE: "label_price",
    "labelling.labels_per_item": "labels_per_item",
    DEVICE_PRICE: "device_price",
    "compute.trials": "trials",
    "people.wage_factor": "wage",
    "serving.requests_per_month": "volume",
    HORIZON: "horizon",
    "serving.retrain_every_months": "retrain",
    "n_classes": "classes",
}
"""Inputs multiplied by the p10 and p90 of ``decision.range.*``."""

VALUES: dict[str, str] = {
    "labelling.label_noise": "label_noise",
    "labelling.review_share": "review",
    "compute.failed_run_share": "failed_runs",
    "serving.relabel_share": "relabel",
}
"""Inputs set to the p10 and p90 of ``decision.range.*``."""


@dataclass(frozen=True)
class Bar:
    """Effect of one input, low to high, on the recommended row; medians, the rest unchanged.

    ``usd``, ``weeks``, ``metric`` and ``gap_usd`` hold the value at ``low`` and at ``high``;
    ``gap_usd`` is the total (net value when accuracy is worth money) of the second choice minus
    the first. ``effect_usd`` = usd at high - usd at low.
    """

    input: str
    now: Any
    low: Any
    high: Any
    usd: tuple[float, float]
    weeks: tuple[float, float]
    metric: tuple[float, float] | None
    gap_usd: tuple[float, float] | None

    @property
    def effect_usd(self) -> float:
        """Change of the median total from low to high [USD]."""
        return self.usd[1] - self.usd[0]

    @property
    def effect_weeks(self) -> float:
        """Change of the median weeks until ready from low to high."""
        return self.weeks[1] - self.weeks[0]

    @property
    def effect_metric(self) -> float | None:
        """Change of the median metric from low to high; None without evidence."""
        return None if self.metric is None else self.metric[1] - self.metric[0]

    @property
    def effect_gap_usd(self) -> float | None:
        """Change of the gap between the two best from low to high [USD]; None for one row."""
        return None if self.gap_usd is None else self.gap_usd[1] - self.gap_usd[0]


@dataclass(frozen=True)
class Tornado:
    """Bars ordered by their effect on cost, the three main drivers and a sentence on them."""

    key: str | None
    second: str | None
    bars: tuple[Bar, ...]
    main_drivers: tuple[str, ...]
    sentence: Statement


def tornado(
    evaluation: Evaluation,
    recommendation: Recommendation,
    evaluate: Evaluate,
    assumptions: Assumptions,
    progress: Progress = quiet,
) -> Tornado:
    """Re-run the model with each input low and high; 1,024 common draws.

    Notes
    -----
    Ranges are the p10 and p90 of ``decision.range.*``: factors for counts, prices and volumes,
    values for shares. An input that is 0 now runs from 0 to ``decision.range.from_zero``. Where no
    approach is left, the cheapest of the excluded ones is varied.
    """
    key = recommendation.approach or _cheapest(evaluation)
    others = [k for k in recommendation.order if k != key]
    second = others[0] if others else None
    ends = driver_ranges(evaluation, key, assumptions)
    bars: list[Bar] = []
    for done, (path, (now, low, high)) in enumerate(ends.items(), start=1):
        bar = _bar(evaluation, evaluate, key, second, path, now, low, high)
        if bar is not None:
            bars.append(bar)
        progress(done, len(ends))
    bars.sort(key=lambda b: -abs(b.effect_usd))
    main = tuple(b.input for b in bars[:3])
    told = _sentence(bars[:3], str(evaluation.inputs.target.metric))
    return Tornado(key, second, tuple(bars), main, told)


def _cheapest(evaluation: Evaluation) -> str:
    known = [r for r in evaluation.results if np.isfinite(r.money.total_draws[0])]
    return min(known, key=lambda r: r.money.total_draws[0]).candidate.key


def driver_ranges(
    evaluation: Evaluation, key: str, assumptions: Assumptions
) -> dict[str, tuple[Any, Any, Any]]:
    """Value now, low and high of every input that is varied."""
    out: dict[str, tuple[Any, Any, Any]] = {}
    inputs = evaluation.inputs
    unit = f"unit.{inputs.unit_name}"
    zero = assumptions.value("decision.range.from_zero")
    for path, name in {**FACTORS, unit: "unit"}.items():
        now = value_now(evaluation, path, key)
        if now is None:
            continue
        row = assumptions.rows[f"decision.range.{name}"]
        low, high = (now * row.p10, now * row.p90) if now else (0.0, zero)
        if path == HORIZON:
            high = min(high, 60.0)
        if path in INTEGERS:
            low, high = max(round(low), 0 if now == 0 else 1), round(high)
        out[path] = (now, low, high)
    for path, name in VALUES.items():
        row = assumptions.rows[f"decision.range.{name}"]
        out[path] = (inputs.get(path), row.p10, row.p90)
    out["domain"] = (str(inputs.domain), str(Domain.CLOSE), str(Domain.FAR))
    return out


def _bar(
    evaluation: Evaluation,
    evaluate: Evaluate,
    key: str,
    second: str | None,
    path: str,
    now: Any,
    low: Any,
    high: Any,
) -> Bar | None:
    try:
        ends = [
            _figures(
                evaluate(fewer_draws(changed(evaluation.inputs, path, value), SEARCH_DRAWS)),
                key,
                second,
            )
            for value in (low, high)
        ]
    except EstimatorError:
        return None
    (usd_l, weeks_l, metric_l, gap_l), (usd_h, weeks_h, metric_h, gap_h) = ends
    return Bar(
        input=path,
        now=now,
        low=low,
        high=high,
        usd=(usd_l, usd_h),
        weeks=(weeks_l, weeks_h),
        metric=None if metric_l is None or metric_h is None else (metric_l, metric_h),
        gap_usd=None if gap_l is None or gap_h is None else (gap_l, gap_h),
    )


def _figures(
    evaluation: Evaluation, key: str, second: str | None
) -> tuple[float, float, float | None, float | None]:
    rows = {r.candidate.key: r for r in evaluation.results}
    row = rows[key]
    total, weeks = _median(row.money.total_draws), _median(row.money.calendar_weeks_draws)
    draws = row.accuracy.draws
    metric = None if draws is None else _median(draws)
    gap = None
    if second is not None:
        other = rows[second].money
        gap = _median(other.total_draws - row.money.total_draws)
        if is_valued(evaluation):
            gap = _median(row.money.net_value_draws - other.net_value_draws)
    return total, weeks, metric, gap


def _median(draws: np.ndarray) -> float:
    return float(np.median(draws[1:]))


def _sentence(bars: list[Bar], metric: str) -> Statement:
    if not bars:
        return state("driver_sentence.none")
    parts = [
        state(
            "driver_sentence.one",
            name=Field(b.input),
            usd=Usd(abs(b.effect_usd)),
            low=Setting(b.input, b.low, metric),
            high=Setting(b.input, b.high, metric),
        )
        for b in bars
    ]
    return state("driver_sentence.most", drivers=listed(parts))
