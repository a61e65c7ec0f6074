"""JSON Schema of ``compare --json``, written from the contract and not from the code."""

from __future__ import annotations

from typing import Any

from estimator.vocabulary import Approach

NUMBER: dict[str, Any] = {"type": "number"}
MAYBE: dict[str, Any] = {"type": ["number", "null"]}
TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
FLAG: dict[str, Any] = {"type": "boolean"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
PROBABILITY: dict[str, Any] = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
BASES = ["measured", "published", "fitted", "assumed", "typed"]
PHASES = ["labelling", "compute", "people", "running", "other"]


def obj(**properties: Any) -> dict[str, Any]:
    """An object in which every named property is required and others may stand beside it."""
    return {"type": "object", "required": list(properties), "properties": properties}


def rows(of: dict[str, Any], at_least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": at_least}


def maybe(of: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [of, {"type": "null"}]}


SPREAD = obj(p10=NUMBER, p50=NUMBER, p90=NUMBER)
MONEY = obj(p10=NUMBER, p50=NUMBER, p90=NUMBER, base=NUMBER)

ITEM = obj(
    item=TEXT,
    phase={"enum": PHASES},
    quantity=NUMBER,
    unit=TEXT,
    unit_price_usd={"type": "number", "exclusiveMinimum": 0},
    usd=MONEY,
    basis={"enum": BASES},
    source_id=TEXT,
)

APPROACH = obj(
    approach={"enum": [str(a) for a in Approach]},
    label=TEXT,
    base_model=MAYBE_TEXT,
    base_model_choice=maybe(
        obj(
            reason=TEXT,
            others=rows(
                obj(
                    base_model=TEXT,
                    more_points=NUMBER,
                    spread_points=NUMBER,
                    more_usd=MAYBE,
                )
            ),
        )
    ),
    feasible=FLAG,
    reasons=rows(TEXT),
    accuracy=maybe(obj(metric=TEXT, p10=NUMBER, p50=NUMBER, p90=NUMBER)),
    accuracy_reason={"type": ["string", "null"]},
    target_probability=PROBABILITY,
    best_probability=PROBABILITY,
    labels_for_target=maybe(obj(p50=MAYBE, p90=MAYBE)),
    device_kind={"enum": ["cpu", "gpu", "tpu", "api"]},
    accelerator=MAYBE_TEXT,
    n_devices=COUNT,
    usd_per_device_hour=MAYBE,
    recipe=obj(epochs=MAYBE, batch_size=MAYBE, unit_length=MAYBE, trials=MAYBE),
    device_hours=SPREAD,
    wallclock_hours=SPREAD,
    min_devices={"type": ["integer", "null"]},
    peak_memory_gb=MAYBE,
    energy_kwh=SPREAD,
    co2_kg=SPREAD,
    calendar_weeks=SPREAD,
    cost_usd=obj(
        one_off=MONEY,
        monthly=MONEY,
        total=MONEY,
        npv=MONEY,
        by_phase=obj(**dict.fromkeys(PHASES, MONEY)),
    ),
    data_goes_to=rows(TEXT),
    items=rows(ITEM, 3),
    flexibility={},
    lock_in={},
    risks=rows(obj(risk=TEXT, severity=TEXT, text=TEXT)),
    evidence=obj(
        grade=TEXT,
        reason=TEXT,
        n_points=COUNT,
        n_sources=COUNT,
        source_ids=rows(TEXT),
        extrapolation_ratio=MAYBE,
    ),
    net_value_usd=maybe(MONEY),
)

RESULTS = obj(
    schema={"const": 1},
    data_version=TEXT,
    code_version=TEXT,
    seed=COUNT,
    draws=COUNT,
    inputs={"type": "object"},
    approaches=rows(APPROACH, 10),
    recommendation=obj(
        approach=MAYBE_TEXT,
        best_probability=PROBABILITY,
        regret_usd=maybe(obj(p50=NUMBER, p90=NUMBER)),
        reason=TEXT,
        decision_path=rows({}, 1),
        switching=rows(
            obj(input=TEXT, value_now={}, value_at_switch={}, to_approach=MAYBE_TEXT), 7
        ),
        drivers=rows(obj(input=TEXT, low={}, high={}, effect_usd={}), 10),
    ),
    staged_plan=obj(
        outcome=TEXT,
        sentence=TEXT,
        first_step=maybe({"type": "object"}),
        gates=rows({"type": "object"}),
        ends=rows(obj(end=TEXT, approach=MAYBE_TEXT, probability=PROBABILITY, success={})),
        by_value=rows({"type": "object"}),
        sentences=rows(TEXT),
    ),
    frontier=rows(TEXT),
    pilot_plan={"type": "object"},
    sources=rows(obj(source_id=TEXT, title=TEXT, year={}, url=TEXT, licence=TEXT), 1),
)
