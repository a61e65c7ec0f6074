"""A result inside a zone of the first gate leads to the action that the gate promised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from estimator import ProjectInputs, load_evidence
from estimator.engine.assumptions import Assumptions
from estimator.engine.decide import Worlds, staged_plan
from estimator.engine.decide.way import measuring_noise
from estimator.engine.simulate import before_results, evaluate

PRESETS = Path(__file__).resolve().parents[2] / "data" / "presets"
NAMES = (
    "support_tickets", "contracts", "translation", "crop_satellite", "call_transcription",
    "chatbot_llama_lora", "edge_device", "factory_defects", "fraud", "recommendation",
    "customer_behaviour", "demand_forecast",
)  # fmt: skip
DRAWS = 1024
VALUES = 20
SAMPLED = 3
DOES = {"stop": {"stop"}, "live": {"live"}, "take": {"live"}, "rest": {"rest"}, "more": {"more"},
        "pilot": {"pilot"}, "switch": {"switch"}}  # fmt: skip


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


def plan_of(inputs, evidence):
    evaluation = evaluate(inputs, evidence)
    worlds = Worlds(evaluation, Assumptions(evidence.assumptions, inputs.assumptions))
    value, moved = before_results(worlds, evidence)
    return staged_plan(evaluation, worlds.assumptions, value, worlds, ladder=False, moved=moved)


def inside(plan, count):
    """Measured values more than one standard error inside a zone, each with the zone's action."""
    view = plan.gates[0]
    step, sign = view.step, plan.world.sign
    seen = np.sort(np.max([w.result(step.n_labelled, step.n_test) for w in step.ways], axis=0))
    low, high = seen[int(0.02 * len(seen))], seen[int(0.98 * len(seen))]
    ends = [-np.inf, *(sign * z.begins for z in view.zones[1:]), np.inf]
    out = []
    for zone, begins, to in zip(view.zones, ends, ends[1:], strict=False):
        for x in np.linspace(low, high, count):
            error = float(measuring_noise(np.array([x]), step.n_test)[0])
            if begins + error < x < to - error:
                out.append((zone.action, float(x)))
    return out


@pytest.mark.parametrize("name", NAMES)
def test_a_result_leads_where_its_zone_says(name, evidence):
    text = (PRESETS / f"{name}.yaml").read_text(encoding="utf-8")
    inputs = ProjectInputs.from_dict({**yaml.safe_load(text), "draws": DRAWS})
    plan = plan_of(inputs, evidence)
    step, sign = plan.gates[0].step, plan.world.sign
    found = inside(plan, VALUES)
    assert found
    turn = sum(name.encode())
    for k in range(SAMPLED):
        action, x = found[(turn + k * len(found) // SAMPLED) % len(found)]
        results = [
            {"approach": str(w.approach), "n_labelled": int(step.n_labelled), "value": abs(x) - j
             * sign * float(measuring_noise(np.array([x]), step.n_test)[0]),
             "n_test": int(step.n_test)}
            for j, w in enumerate(step.ways)
        ]  # fmt: skip
        after = plan_of(inputs.replace("pilot", results), evidence)
        assert after.best.policy.kind in DOES[action], f"{x:.3f}: {action}"
        following = {w.key for z in plan.gates[0].zones if z.next is not None for w in z.next.ways}
        assert set(after.best.policy.tried) <= following | {w.key for w in step.ways}
