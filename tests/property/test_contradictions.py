"""What an answer says must not be contradicted by its own table: presets and perturbed presets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from estimator import ProjectInputs, load_evidence
from estimator.engine.decide.board import direction
from estimator.engine.simulate import quick_comparison
from estimator.errors import InputError
from estimator.report.text import Answer, story

PRESETS = Path(__file__).resolve().parents[2] / "data" / "presets"
SAMPLED = ("support_tickets", "call_transcription", "fraud", "small_firm")
DRAWS = 512
SAME, NEAR, LUCK = 0.01, 0.005, 0.03
GROWTH = 10.0


@lru_cache(maxsize=1)
def shipped():
    return load_evidence()


def run(inputs: ProjectInputs) -> Answer:
    return quick_comparison(inputs, shipped()).to_dict()


@lru_cache(maxsize=32)
def base_of(name: str) -> tuple[ProjectInputs, Answer]:
    text = (PRESETS / f"{name}.yaml").read_text(encoding="utf-8")
    inputs = ProjectInputs.from_dict({**yaml.safe_load(text), "draws": DRAWS})
    return inputs, run(inputs)


def sign_of(answer: Answer) -> float:
    return direction(answer["inputs"]["target"]["metric"])


def found(answer: Answer) -> Iterator[str]:
    """Contradictions of one answer with itself, each in words."""
    advice, plan = answer["recommendation"], answer["staged_plan"]
    rows = {r["key"]: r for r in answer["approaches"]}
    feasible = {k: r for k, r in rows.items() if r["feasible"]}
    chance = {k: r["target_probability"] for k, r in feasible.items()
              if r["target_probability"] is not None}  # fmt: skip
    total = {k: r["cost_usd"]["total"]["p50"] for k, r in rows.items()}
    key, wanted = advice["approach"], answer["inputs"]["target"]["probability"]
    if advice["outcome"] != plan["outcome"]:
        yield f"outcome {advice['outcome']} beside {plan['outcome']}"
    if (key is None) != (plan["outcome"] in ("not_worth", "no_evidence")):
        yield f"outcome {plan['outcome']} recommends {key}"
    good = [k for k, p in chance.items() if p >= wanted]
    if key is not None:
        if key not in feasible:
            yield f"{key} is recommended and not feasible"
        # A chance is known within half a point: such a row is sure enough too.
        if good and chance.get(key, 0) < wanted - NEAR:
            yield f"{key} is recommended although {good} are sure enough"
        if good and total[key] > min(total[k] for k in good) * 1.001:
            yield f"{key} is not the cheapest of {good}"
        for k, p in chance.items():
            as_sure = p >= wanted or chance.get(key, 0) < wanted
            near = p >= chance.get(key, 0) - NEAR and as_sure
            if chance.get(key, 0) >= 0.1 and near and total[k] < 0.98 * total[key]:
                yield f"{k} beats {key} on money and chance"
        mine = rows[key].get("regret_usd")
        for k, row in rows.items():
            other = row.get("regret_usd")
            if mine and other and all(other[q] < 0.9 * mine[q] - 1 for q in ("p50", "p90")):
                yield f"{k} has the smaller regret {other} than the recommended {key} {mine}"
    best = max(chance.values(), default=0.0)
    # A row that is surer than wanted may cost more than that is worth.
    if plan["ends"] and plan["success_probability"] + LUCK < wanted <= best:
        yield f"the plan reaches in {plan['success_probability']:.3f}, a row in {best:.3f}"
    for way in advice["would_reach"]:
        if way["probability"] <= max(chance.values(), default=0) + 0.005:
            yield f"{way['n_labelled_needed']:g} labels bring {way['approach']} no nearer"
        n = rows[way["approach"]]["n_labelled_to_buy"] + answer["inputs"]["n_labelled_available"]
        if way["n_labelled_needed"] > GROWTH * max(n, 1) * 1.001:
            yield f"{way['n_labelled_needed']:g} labels are beyond ten times the plan"
    told = story(answer)
    if told.approve.lower().startswith("approve"):
        yield "approval is asked for beside a plan with gates"
    if "nobody reaches" in told.headline.lower():
        yield "nobody reaches"
    for row in rows.values():
        if row["items"] and math.isfinite(row["cost_usd"]["total"]["base"] or math.nan):
            base = sum(i["usd"]["base"] for i in row["items"])
            if abs(base - row["cost_usd"]["total"]["base"]) > 0.011:
                yield f"{row['key']}: lines {base:.2f}, total {row['cost_usd']['total']['base']}"
    yield from staged(answer)
    yield from levels(answer)


def levels(answer: Answer) -> Iterator[str]:
    """The level that is reached surely lies on the safe side of the row's middle, in its metric."""
    advice, sign = answer["recommendation"], sign_of(answer)
    row = next((r for r in answer["approaches"] if r["key"] == advice["approach"]), None)
    level, wanted = advice["reachable_target"], answer["inputs"]["target"]["probability"]
    if row is None or not row["accuracy"] or level is None or wanted < 0.5:
        return
    found = row["accuracy"]
    safe = found["p10"] if sign > 0 else found["p90"]
    if sign * level > sign * found["p50"] + 1e-6:
        yield f"reached in {wanted}: {level}, the middle is {found['p50']}"
    if wanted <= 0.9 and sign * level < sign * safe - 1e-6:
        yield f"reached in {wanted}: {level}, the safe end is {safe}"
    one_off = row["cost_usd"]["one_off"]["p50"]
    regret = row.get("regret_usd")
    built = answer["staged_plan"]["outcome"] == "commit" and row["target_probability"] < 0.5
    if built and regret and regret["p50"] < 0.25 * one_off:
        yield f"missed in most cases after {one_off:.0f}, regret {regret['p50']:.0f}"


def staged(answer: Answer) -> Iterator[str]:
    """Contradictions inside the staged plan."""
    plan, sign = answer["staged_plan"], sign_of(answer)
    if not plan["ends"]:
        return
    if abs(sum(e["probability"] for e in plan["ends"]) - 1) > 1e-4:
        yield "the chances of the ends do not add to one"
    works = sum(e["probability"] for e in plan["ends"] if e["success"])
    if abs(works - plan["success_probability"]) > 1e-4:
        yield "the ends with success do not add to the stated chance"
    money = plan["authorise_usd"]
    if not money["now"] <= money["expected"] + 1 <= money["most"] * 1.5 + 2:
        yield f"totals out of order: {money}"
    if abs(sum(s["expected_usd"] for s in plan["stages"]) - money["expected"]) > 1:
        yield "stages times their chances are not the expected total"
    if plan["first_step"]["usd"] > plan["spend_usd"]["p90"] * 1.001:
        yield "the first step costs more than 9 of 10 whole plans"
    measured = {p["approach"]: p["n_labelled"] for p in answer["inputs"]["pilot"]}
    for gate in plan["gates"]:
        begins = [sign * t for t in gate["thresholds"]]
        if begins != sorted(begins):
            yield f"thresholds out of order: {gate['thresholds']}"
    first = plan["first_step"]
    asked = [k for k in first["approaches"] if first["n_labelled"] > measured.get(k, -1)]
    if first["kind"] in ("probe", "pilot") and not asked:
        yield f"{first['approaches']} are to be measured again"


def cases(inputs: ProjectInputs, answer: Answer) -> Iterator[tuple[str, ProjectInputs]]:
    """Variants: easier and harder targets, other labels, own results beyond the target."""
    key = answer["recommendation"]["approach"]
    row = next((r for r in answer["approaches"] if r["key"] == key), None)
    target = inputs.target.value
    sign = sign_of(answer)
    if row is not None and row["accuracy"]:
        low, high = row["accuracy"]["p10"], row["accuracy"]["p90"]
        easy, hard = (low, high) if sign > 0 else (high, low)
        yield "easy", inputs.replace("target.value", easy)
        yield "hard", inputs.replace("target.value", hard)
    if inputs.n_labelled_to_buy:
        yield "more", inputs.replace("n_labelled_to_buy", 10 * inputs.n_labelled_to_buy)
        yield "fewer", inputs.replace("n_labelled_to_buy", max(inputs.n_labelled_to_buy // 10, 1))
    if target is not None and abs(target) <= 1:
        rare = inputs.facts.minority_share if inputs.target.metric in ("auc", "f1") else None
        told_apart = max(inputs.n_evaluation, 50) * (rare or 1.0)
        se = math.sqrt(target * (1 - target) / told_apart)
        hit = min(max(target + sign * 3 * se, 0.002), 0.998)
        n = inputs.n_labelled_available + inputs.n_labelled_to_buy
        for name, labels in (("lora", n), ("baseline", n)):
            result: list[dict[str, Any]] = [{"approach": name, "n_labelled": labels, "value": hit}]
            yield f"hit {name}", inputs.replace("pilot", result)


@pytest.mark.parametrize("name", sorted(p.stem for p in PRESETS.glob("*.yaml")))
def test_an_answer_does_not_contradict_itself(name: str) -> None:
    """Every preset; of the cases all for some, two in turn for the others."""
    inputs, answer = base_of(name)
    assert not list(found(answer))
    chance = {r["key"]: r["target_probability"] for r in answer["approaches"]}
    every = list(cases(inputs, answer))
    turn = sum(name.encode()) % max(len(every), 1)
    some = every if name in SAMPLED else (every[turn:] + every[:turn])[:2]
    for case, changed in some:
        other = run(changed)
        assert not [f"{case}: {text}" for text in found(other)]
        for row in other["approaches"]:
            before, now = chance[row["key"]], row["target_probability"]
            if before is None or now is None:
                continue
            if case in ("easy", "more"):
                assert now >= before - SAME, f"{case}: {row['key']}"
            if case in ("hard", "fewer"):
                assert now <= before + SAME, f"{case}: {row['key']}"
            if case == f"hit {row['key']}":
                assert now >= before - SAME, f"{case} lowers the chance"
                assert now >= 0.8, f"{case} is not believed"


def test_a_target_out_of_range_is_refused() -> None:
    inputs, _ = base_of("support_tickets")
    with pytest.raises(InputError):
        run(inputs.replace("target.value", 90.0))
