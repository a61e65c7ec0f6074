"""JSON Schema of the results (CONTRACT section 4); fields may be added, never renamed."""

from __future__ import annotations

from typing import Any

from estimator.vocabulary import Approach, Basis, DeviceKind, Phase, Stage

Schema = dict[str, Any]

NUMBER: Schema = {"type": ["number", "null"]}
TEXT: Schema = {"type": ["string", "null"]}
SHARE: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
WHOLE: Schema = {"type": ["integer", "null"]}
FLAG: Schema = {"type": "boolean"}


def _object(**properties: Any) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _words(words: Any) -> Schema:
    return {"type": "string", "enum": [str(w) for w in words]}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _spread(*parts: str) -> Schema:
    return _object(**dict.fromkeys(parts, NUMBER))


def results_schema() -> Schema:
    """Schema (draft 2020-12) of ``compare --json``."""
    three, four = _spread("p10", "p50", "p90"), _spread("p10", "p50", "p90", "base")
    item = _object(
        item=TEXT,
        phase=_words(Phase),
        quantity=NUMBER,
        unit=TEXT,
        unit_price_usd=NUMBER,
        usd=four,
        basis=_words(Basis),
        source_id=TEXT,
        stage=_words(Stage),
        assumption_ids=_list(TEXT),
        parts=_list(
            _object(
                name=TEXT,
                value=NUMBER,
                unit=TEXT,
                basis=_words(Basis),
                source_id=TEXT,
                assumption_id=TEXT,
            )
        ),
    )
    cost = _object(
        one_off=four,
        monthly=four,
        total=four,
        npv=four,
        by_phase=_object(**{str(p): four for p in Phase}),
    )
    row = _object(
        approach=_words(Approach),
        label=TEXT,
        base_model=TEXT,
        feasible=FLAG,
        reasons=_list(TEXT),
        accuracy=_or_null(_object(metric=TEXT, p10=NUMBER, p50=NUMBER, p90=NUMBER)),
        accuracy_reason=TEXT,
        target_probability=SHARE,
        best_probability=SHARE,
        labels_for_target=_or_null(_spread("p50", "p90")),
        labels_reason=TEXT,
        device_kind=_words(DeviceKind),
        accelerator=TEXT,
        n_devices=WHOLE,
        usd_per_device_hour=NUMBER,
        recipe={"type": "object"},
        device_hours=three,
        hours_parts={"type": "array"},
        wallclock_hours=three,
        min_devices=WHOLE,
        peak_memory_gb=NUMBER,
        energy_kwh=three,
        co2_kg=three,
        calendar_weeks=three,
        cost_usd=cost,
        data_goes_to=_list(TEXT),
        items=_list(item),
        flexibility={},
        lock_in={},
        risks=_list(_object(risk=TEXT, severity=TEXT, text=TEXT)),
        evidence=_object(
            grade=TEXT,
            reason=TEXT,
            n_points=WHOLE,
            n_sources=WHOLE,
            source_ids=_list(TEXT),
            extrapolation_ratio=NUMBER,
            checked=TEXT,
        ),
        net_value_usd=_or_null(three),
    )
    switch = _object(input=TEXT, value_now={}, value_at_switch={}, to_approach=_or_null(TEXT))
    driver = _object(input=TEXT, low={}, high={}, effect_usd={})
    advice = _object(
        approach=_or_null(TEXT),
        best_probability=SHARE,
        regret_usd=_or_null(_spread("p50", "p90")),
        reason=TEXT,
        decision_path=_list({}),
        switching=_list(switch),
        drivers=_list(driver),
    )
    body = _object(
        schema={"const": 1},
        data_version=TEXT,
        code_version=TEXT,
        seed=WHOLE,
        draws=WHOLE,
        inputs={"type": "object"},
        approaches=_list(row),
        recommendation=advice,
        frontier=_list(TEXT),
        staged_plan=_object(
            outcome=TEXT,
            sentence=TEXT,
            value_month_usd={},
            first_step={},
            gates=_list({"type": "object"}),
            stages=_list({"type": "object"}),
            ends=_list(_object(end=TEXT, approach={}, probability=SHARE, success={})),
            success_probability={},
            spend_usd={},
            works_usd={},
            before_live_usd={},
            lost_if_fails_usd={},
            weeks={},
            authorise_usd={},
            by_value=_list({"type": "object"}),
            alternatives={"type": "object"},
            sentences=_list(TEXT),
        ),
        pilot_plan={"type": "object"},
        sources=_list(_object(source_id=TEXT, title=TEXT, year={}, url=TEXT, licence=TEXT)),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Results of compare",
        **body,
    }
