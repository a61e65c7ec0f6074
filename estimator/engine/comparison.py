"""Comparison: the whole answer to one scenario, and its JSON form (CONTRACT section 4)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

import numpy as np

from estimator.engine.answer import Answer, Judgement, Row, Source
from estimator.engine.distributions import Array, percentiles
from estimator.engine.figure import Part
from estimator.engine.results import (
    AccuracyEstimate,
    CandidateResult,
    ComputeEstimate,
    CostItem,
    Evaluation,
    MoneyEstimate,
)
from estimator.vocabulary import Phase
from estimator.words.statement import Statement, with_statements

SIGNIFICANT_DIGITS = 6
SAME = frozenset({str, bool, int, type(None)})
"""Kinds of values that stand in the JSON as they are."""


def round_figure(x: float | None) -> float | None:
    """Six significant digits; None for what is not a finite number."""
    if x is None or not math.isfinite(x):
        return None
    if x == 0:
        return 0.0
    return round(float(x), SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(x))))


def round_money(x: float | None) -> float | None:
    """Cents; None for what is not a finite number."""
    return None if x is None or not math.isfinite(x) else round(float(x), 2) + 0.0


class Figures:
    """Figures of arrays of draws; rows share half of their lines, which are read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[float, ...], list[tuple[Array, tuple[float, ...]]]] = {}

    def of(self, draws: Array) -> tuple[float, ...]:
        """p10, p50, p90 and the mean of the draws."""
        last = len(draws) - 1
        key = (float(draws[0]), float(draws[last // 3]), float(draws[last]))
        like = self._known.setdefault(key, [])
        for other, figures in like:
            if other is draws or np.array_equal(other, draws):
                return figures
        found = (*percentiles(draws), float(draws[1:].mean()))
        like.append((draws, found))
        return found


def spread(draws: Array, figures: Figures | None = None) -> dict[str, float | None]:
    """p10, p50 and p90 as printed."""
    p10, p50, p90, _ = (figures or Figures()).of(draws)
    return {"p10": round_figure(p10), "p50": round_figure(p50), "p90": round_figure(p90)}


def money_spread(draws: Array, figures: Figures | None = None) -> dict[str, float | None]:
    """p10, p50, p90, the mean and the base case, in cents."""
    p10, p50, p90, mean = (figures or Figures()).of(draws)
    return {
        "p10": round_money(p10),
        "p50": round_money(p50),
        "p90": round_money(p90),
        "mean": round_money(mean),
        "base": round_money(float(draws[0])),
    }


@dataclass(frozen=True)
class Comparison:
    """Every approach of one scenario, the recommendation and where the figures come from.

    Parameters
    ----------
    evaluation : Evaluation
        Draws of every row.
    rows : tuple of mapping
        Per row what the decision adds: best_probability, flexibility, lock_in, risks.
    recommendation, pilot_plan, staged_plan : mapping
        As in the JSON.
    frontier : tuple of str
        Keys of the rows that no other row beats in both cost and accuracy.
    assumptions : tuple of mapping
        The judgements that the lines of some row rest on.
    sources : tuple of mapping
        source_id, title, year, url and licence of every source named in the rows.
    data_version, code_version : str
    own_projects : mapping
        Own factors in force, the rows without them, and what they did in words; empty without.
    rules_of_thumb : tuple of mapping
        What is published on how much data the task takes, where no curve says it.
    passages : mapping
        Finding passages against tuning: spending in sum and months of crossing; empty without.
    """

    evaluation: Evaluation
    rows: tuple[Mapping[str, Any], ...]
    recommendation: Mapping[str, Any]
    frontier: tuple[str, ...]
    pilot_plan: Mapping[str, Any]
    staged_plan: Mapping[str, Any]
    sources: tuple[Mapping[str, Any], ...]
    data_version: str
    code_version: str
    assumptions: tuple[Mapping[str, Any], ...] = ()
    own_projects: Mapping[str, Any] = field(default_factory=dict)
    rules_of_thumb: tuple[Mapping[str, Any], ...] = ()
    passages: Mapping[str, Any] = field(default_factory=dict)
    _cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def to_dict(self) -> Answer:
        """The JSON document of ``compare --json``."""
        return self._document(detail=True)

    def summary(self) -> Answer:
        """The same document without what a row shows only when it is opened.

        Lines of the bill, calendar, work, energy and cash flow are most of the work of
        ``to_dict``; sentences and the table of rows do not need them.
        """
        return self._document(detail=False)

    def _document(self, detail: bool) -> Answer:
        inputs = self.evaluation.inputs
        pairs, known = zip(self.evaluation.results, self.rows, strict=True), Figures()
        found: Answer = {
            "schema": inputs.schema,
            "data_version": self.data_version,
            "code_version": self.code_version,
            "seed": inputs.seed,
            "draws": self.evaluation.n_draws,
            "inputs": inputs.to_dict(),
            "approaches": [approach_row(result, extra, detail, known) for result, extra in pairs],
            "recommendation": clean(self.recommendation),
            "staged_plan": clean(self.staged_plan),
            "frontier": list(self.frontier),
            "pilot_plan": clean(self.pilot_plan),
            "sources": [cast(Source, dict(s)) for s in self.sources],
            "assumptions": [cast(Judgement, dict(a)) for a in self.assumptions],
            "rules_of_thumb": [clean(r) for r in self.rules_of_thumb],
        }
        if self.passages:
            found["passages"] = clean(self.passages)
        if self.own_projects:
            found["own_projects"] = clean(self.own_projects)
        return found


def approach_row(
    result: CandidateResult,
    extra: Mapping[str, Any],
    detail: bool = True,
    figures: Figures | None = None,
) -> Row:
    """One entry of ``approaches``; without ``detail`` only what sentences and table show."""
    candidate, figures = result.candidate, figures or Figures()
    row = {
        "approach": str(candidate.approach),
        "key": candidate.key,
        "label": candidate.label,
        "base_model": candidate.model.name if candidate.model else None,
        "n_labelled_to_buy": candidate.n_labelled_to_buy,
        "feasible": result.feasible,
        **({} if candidate.applies else {"applies": False}),
        **({"retrieval": True} if candidate.retrieval else {}),
        **clean({"reasons": list(result.reasons)}),
        **accuracy_fields(result.accuracy),
        **compute_fields(result.compute, detail, figures),
        **money_fields(result.money, detail, figures),
        "evidence": evidence_fields(result.accuracy),
        **{name: clean(value) for name, value in extra.items()},
    }
    return cast(Row, row)


def accuracy_fields(accuracy: AccuracyEstimate) -> dict[str, Any]:
    """accuracy, its reason, target_probability and labels_for_target."""
    value = None
    if accuracy.draws is not None:
        value = {"metric": accuracy.metric, **spread(accuracy.draws)}
    labels = None
    if accuracy.labels_named is not None:
        p50, p90 = accuracy.labels_named
        labels = {"p50": round_figure(p50), "p90": round_figure(p90)}
    return {
        "accuracy": value,
        **clean({"accuracy_reason": accuracy.reason or ""}),
        "target_probability": round_figure(accuracy.target_probability),
        "labels_for_target": labels,
        **clean({"labels_reason": accuracy.labels_reason or ""}),
    }


def compute_fields(
    compute: ComputeEstimate, detail: bool = True, figures: Figures | None = None
) -> dict[str, Any]:
    """Devices, recipe, hours, memory; with ``detail`` the work and the energy."""
    head = {
        "device_kind": str(compute.device_kind),
        "accelerator": compute.accelerator.accelerator if compute.accelerator else None,
        "n_devices": compute.n_devices,
        "recipe": clean(compute.recipe),
        "device_hours": spread(compute.device_hours_draws, figures),
        "hours_parts": parts_of(compute.hours_parts),
        "wallclock_hours": spread(compute.wallclock_hours_draws, figures),
        "min_devices": compute.min_devices,
        "peak_memory_gb": round_figure(compute.peak_memory_gb),
    }
    if not detail:
        return head
    return {
        **head,
        "work": [
            {
                "name": w.name,
                "units": round_figure(w.units),
                "unit": w.unit,
                "flop_per_unit": round_figure(w.flop_per_unit),
                "passes": round_figure(w.passes),
                **clean({"formula": w.formula}),
            }
            for w in compute.work
        ],
        "training_flop": round_figure(compute.training_flop),
        "energy_kwh": spread(compute.energy_kwh_draws, figures),
        "co2_kg": spread(compute.co2_kg_draws, figures),
        "compute_source_ids": list(compute.source_ids),
    }


def money_fields(
    money: MoneyEstimate, detail: bool = True, figures: Figures | None = None
) -> dict[str, Any]:
    """Costs, weeks and where the data go; with ``detail`` lines, calendar and cash flow."""
    head = {
        "usd_per_device_hour": round_figure(money.usd_per_device_hour),
        "calendar_weeks": spread(money.calendar_weeks_draws, figures),
        "cost_usd": {
            "one_off": money_spread(money.one_off_draws, figures),
            "monthly": money_spread(money.monthly_draws, figures),
            "total": money_spread(money.total_draws, figures),
            "npv": money_spread(money.npv_draws, figures),
            "by_phase": {str(p): money_spread(money.by_phase_draws[p], figures) for p in Phase},
        },
        "assumed_share": round_figure(money.assumed_share),
        **clean({"data_goes_to": list(money.data_goes_to)}),
    }
    if not detail:
        return {**head, "extras": clean({"budget": money.extras.get("budget", {})})}
    return {
        **head,
        "calendar": [
            {
                "name": t.name,
                "role": t.role,
                "start_weeks": spread(t.start_weeks_draws, figures),
                "weeks": spread(t.weeks_draws, figures),
            }
            for t in money.calendar
        ],
        "cash_flow_usd": [round_money(x) for x in money.cash_flow_base_usd],
        "items": [item_fields(item, figures) for item in money.items],
        "net_value_usd": money_spread(money.net_value_draws, figures),
        "extras": clean(money.extras),
    }


def spent_months(months: Sequence[float]) -> dict[str, int]:
    """First and last month in which a line is spent, and the months from one time to the next."""
    when = [m for m, share in enumerate(months) if share > 0] or [0]
    every = min((b - a for a, b in pairwise(when)), default=1)
    return {"from": when[0], "to": when[-1], "every": every}


def item_fields(item: CostItem, figures: Figures | None = None) -> dict[str, Any]:
    """One line of the bill; the base is quantity x unit price as printed, to the cent."""
    quantity = round_figure(float(item.quantity_draws[0])) or 0.0
    price = round_figure(float(item.unit_price_usd_draws[0])) or 0.0
    usd = money_spread(item.usd_draws, figures)
    usd["base"] = round_money(quantity * price)
    return {
        "item": item.item,
        "phase": str(item.phase),
        "quantity": quantity,
        "unit": item.unit,
        "unit_price_usd": price,
        "usd": usd,
        "basis": str(item.basis),
        "source_id": item.source_id,
        "timing": item.timing,
        "stage": str(item.stage),
        "own_staff": item.own_staff,
        "spent": spent_months(item.months),
        **_noted(item.note),
        "assumption_ids": list(item.assumption_ids),
        "parts": parts_of(item.parts),
    }


@lru_cache(maxsize=4096)
def _noted(note: Statement | str) -> Mapping[str, Any]:
    """The note of a line; most lines say what they said in the answer before."""
    return cast("Mapping[str, Any]", clean({"note": note}))


def parts_of(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Figures that a number was made of, with their origin."""
    return [
        {
            "name": part.name,
            "value": round_figure(part.value),
            "unit": part.unit,
            "basis": str(part.basis),
            "source_id": part.source_id,
            "assumption_id": part.assumption_id,
        }
        for part in parts
    ]


def evidence_fields(accuracy: AccuracyEstimate) -> dict[str, Any]:
    """Grade of the accuracy evidence with its reason."""
    grade = accuracy.grade
    return {
        "grade": grade.grade,
        **clean({"reason": grade.reason}),
        "n_points": grade.n_points,
        "n_sources": grade.n_sources,
        "source_ids": list(grade.source_ids),
        "extrapolation_ratio": round_figure(grade.extrapolation_ratio),
        **clean({"checked": grade.checked or ""}),
    }


def clean(value: Any) -> Any:
    """Plain JSON values: money fields to cents, other numbers to 6 digits, no NaN."""
    return _clean(value, "")


def _clean(value: Any, name: str) -> Any:
    kind = type(value)
    if kind in SAME:
        return value
    if kind is float:
        return round_money(value) if name.endswith("_usd") else round_figure(value)
    if kind is list or kind is tuple:
        return [_clean(v, name) for v in value]
    if kind is dict or isinstance(value, Mapping):
        money = name if name.endswith("_usd") else ""
        return {
            str(k): v if type(v) in SAME else _clean(v, money or str(k))
            for k, v in with_statements(value).items()
        }
    if isinstance(value, np.generic | np.ndarray):
        return _clean(value.tolist(), name)
    if isinstance(value, list | tuple):
        return [_clean(v, name) for v in value]
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return round_money(float(value)) if name.endswith("_usd") else round_figure(float(value))
    return str(value)
