"""Claims of the field's guides on the choice itself, its rules and classes, each with its test."""

from __future__ import annotations

import dataclasses

import numpy as np

from estimator.engine.decide.policy import PILOT, PROBE
from estimator.engine.decide.recommend import recommend
from estimator.engine.decide.risks import risks
from estimator.engine.decide.spectrum import FACTORS, spectrum
from estimator.engine.decide.traits import LOCK_IN_RANK, traits
from estimator.engine.results import Evaluation
from estimator.lab.claims.claim_world import (
    TEXT_PRESET,
    ClaimWorld,
    Finding,
    Holds,
    of_cases,
    of_fact,
    row_of,
    weeks,
)
from estimator.vocabulary import Approach, DeviceKind, Domain
from estimator.words.format import Style

STYLE = Style()

A = Approach
PRESETS = "all presets"
MIDDLE = frozenset(
    {
        A.LINEAR_PROBE,
        A.PARTIAL_FINETUNE,
        A.LORA,
        A.FULL_FINETUNE,
        A.CONTINUED_PRETRAIN,
        A.DISTILL,
        A.HYBRID,
    }
)
GUIDE_CLASSES: dict[Approach, dict[str, tuple[str, ...]]] = {
    A.SCRATCH: {
        "data": ("high",),
        "compute": ("high",),
        "time": ("high",),
        "flexibility": ("high",),
        "performance": ("high",),
    },
    A.PARTIAL_FINETUNE: {
        "data": ("low",),
        "compute": ("low",),
        "time": ("low",),
        "flexibility": ("low",),
        "performance": ("moderate", "high"),
    },
    A.FULL_FINETUNE: {
        "data": ("moderate",),
        "compute": ("moderate",),
        "time": ("moderate",),
        "flexibility": ("moderate", "high"),
        "performance": ("high",),
    },
}
"""Factor table of the guides: data, compute, time, flexibility, performance."""


def _taken(w: ClaimWorld, preset: str) -> Approach | None:
    key = w.recommended[preset].approach
    return None if key is None else A(key.split("#")[0])


def c09(w: ClaimWorld) -> Finding:
    """Scratch is justified for novel tasks, full control and unique data."""
    chosen = [k for k in w.evaluations if _taken(w, k) == A.SCRATCH]
    reasons = {
        "novel task": lambda e: e.inputs.domain == Domain.FAR,
        "full control": lambda e: e.inputs.limits.full_control,
        "unique data": lambda e: e.inputs.n_labelled_available >= 10_000,
    }
    cases = {name: any(test(w.evaluations[k]) for k in chosen) for name, test in reasons.items()}
    return of_cases(cases, f"recommended in {', '.join(chosen) or 'no preset'}", PRESETS)


def c10(w: ClaimWorld) -> Finding:
    """Those cases are the exception."""
    share = float(np.mean([_taken(w, k) == A.SCRATCH for k in w.evaluations]))
    return of_fact(share < 0.2, f"scratch is recommended in {share:.0%} of the presets", PRESETS)


def c25(w: ClaimWorld) -> Finding:
    """Most projects end in the middle of the spectrum."""
    share = float(np.mean([_taken(w, k) in MIDDLE for k in w.evaluations]))
    return of_fact(share > 0.5, f"in the middle in {share:.0%} of the presets", PRESETS)


def c30(w: ClaimWorld) -> Finding:
    """Training from scratch although a base exists is a waste."""
    cases: dict[str, bool] = {}
    lost: list[float] = []
    for k, evaluation in w.evaluations.items():
        if evaluation.inputs.limits.full_control:
            continue
        found = risks(evaluation, w.assumptions(evaluation))[str(A.SCRATCH)]
        fired = [r for r in found if r.risk.startswith("from scratch although")]
        if row_of(evaluation, A.SCRATCH).accuracy.draws is not None:
            cases[k] = bool(fired)
            lost += [r.usd for r in fired if r.usd]
    money = STYLE.money_about(float(np.median(lost))) if lost else "nothing"
    return of_cases(cases, f"the warning fires; median money lost {money}", PRESETS)


def c31(w: ClaimWorld) -> Finding:
    """Every model is measured on the own test set."""
    cases = {
        k: all(
            any(i.item == "evaluation_set" for i in r.money.items)
            for r in e.results
            if r.money.feasible
        )
        for k, e in w.evaluations.items()
        if e.inputs.n_evaluation
    }
    bare = w.rerun(TEXT_PRESET, n_evaluation=0)
    warned = risks(bare, w.assumptions(bare))[str(A.FULL_FINETUNE)]
    fires = any(r.risk == "no evaluation" for r in warned)
    return of_cases(
        {**cases, "a test set of none is warned about": fires},
        "the evaluation set is a line of every row",
        PRESETS,
    )


def c32(w: ClaimWorld) -> Finding:
    """A bias audit where people are affected."""
    off, on = (
        row_of(w.rerun(TEXT_PRESET, limits__sensitive_domain=x), A.FULL_FINETUNE)
        for x in (False, True)
    )
    money = sum(float(i.usd_draws[0]) for i in on.money.items if i.item.startswith("bias_audit"))
    days = 7 * (weeks(on) - weeks(off))
    return of_fact(
        money > 0 and days >= 0,
        f"adds {STYLE.money_about(money)} and {days:.1f} days to the date",
        TEXT_PRESET,
    )


def c46(w: ClaimWorld) -> Finding:
    """Scratch is freest, as-is least free."""
    cases: dict[str, bool] = {}
    for k, e in w.evaluations.items():
        own = traits(e, w.assumptions(e))
        free = {a: t.flexibility.rank for a, t in own.items()}
        tied = {a: LOCK_IN_RANK[t.lock_in.level] for a, t in own.items()}
        cases[k] = (
            free[str(A.SCRATCH)] == max(free.values())
            and free[str(A.ZERO_SHOT)] == min(free.values())
            and tied[str(A.SCRATCH)] == min(tied.values())
            and tied[str(A.ZERO_SHOT)] == max(tied.values())
        )
    return of_cases(cases, "ranks of flexibility and lock-in", PRESETS)


def c48(w: ClaimWorld) -> Finding:
    """The recommended approach changes with the number of labels."""
    cases: dict[str, bool] = {}
    parts: list[str] = []
    for k, e in w.evaluations.items():
        if all(r.accuracy.draws is None for r in e.results):
            continue
        taken = []
        for n in (100, 10_000, 1_000_000):
            run = w.rerun(k, n_labelled_to_buy=n, n_labelled_available=0)
            key = recommend(run, w.assumptions(run)).approach
            taken.append(str(key).split("#")[0])
        cases[k] = len(set(taken)) > 1
        parts.append(f"{k}: {' / '.join(taken)}")
    return of_cases(cases, f"at 100 / 10,000 / 1 million labels: {'; '.join(parts)}", PRESETS)


def c55(w: ClaimWorld) -> Finding:
    """No external services removes hosted models and says so."""
    cases: dict[str, bool] = {}
    for k, e in w.evaluations.items():
        run = w.rerun(k, limits__no_external_services=True, labelling__source="in_house")
        hosted = [
            r
            for r in run.results
            if r.compute.device_kind == DeviceKind.API
            or (r.candidate.model and r.candidate.model.hosted)
        ]
        if hosted:
            cases[k] = all(
                not r.feasible and any("external" in str(reason) for reason in r.reasons)
                for r in hosted
            )
        elif e.inputs.limits.no_external_services:
            cases[k] = True
    return of_cases(cases, "every hosted row is greyed with the reason", PRESETS)


def c56(w: ClaimWorld) -> Finding:
    """Pilot before deciding."""
    cases: dict[str, bool] = {}
    looks = 0
    for k, e in w.evaluations.items():
        if sum(r.accuracy.draws is not None and r.feasible for r in e.results) < 2:
            continue
        first = recommend(e, w.assumptions(e)).plan.first
        cases[k] = first is not None and float(first.usd.mean()) > 0
        looks += first is not None and first.kind in (PROBE, PILOT)
    return of_cases(
        cases,
        f"a first step with its cost is named; in {looks} presets it is a measurement",
        PRESETS,
    )


def _classes(w: ClaimWorld, approach: Approach) -> Finding:
    cells: dict[str, bool] = {}
    for k, e in w.evaluations.items():
        row = next(r for r in spectrum(e) if r.key == str(approach))
        for factor in FACTORS:
            found = row.classes[factor]
            if found is not None:
                cells[f"{k}: {factor} {found}"] = found in GUIDE_CLASSES[approach][factor]
    share = sum(cells.values()) / max(len(cells), 1)
    verdict = Holds.HOLDS if share >= 0.9 else Holds.EXCEPTIONS if share >= 0.5 else Holds.NOT
    by_factor = ", ".join(
        f"{f} {sum(v for c, v in cells.items() if f': {f} ' in c)}" for f in FACTORS
    )
    text = f"{share:.0%} of {len(cells)} cells agree (agreeing: {by_factor})"
    return Finding(verdict, text, "terciles over the ten approaches of every preset")


def c58(w: ClaimWorld) -> Finding:
    """Factor row of scratch."""
    return _classes(w, A.SCRATCH)


def c59(w: ClaimWorld) -> Finding:
    """Factor row of transfer learning."""
    return _classes(w, A.PARTIAL_FINETUNE)


def c60(w: ClaimWorld) -> Finding:
    """Factor row of fine-tuning."""
    return _classes(w, A.FULL_FINETUNE)


def c68(w: ClaimWorld) -> Finding:
    """Small firms: transfer first, fine-tuning for more accuracy."""
    light = (A.LINEAR_PROBE, A.PARTIAL_FINETUNE)
    tuned = (A.LORA, A.FULL_FINETUNE)
    first = _taken(w, "small_firm")
    evaluation = w.evaluations["small_firm"]
    higher = _first_target(w, evaluation, tuned)
    return of_cases(
        {"transfer first": first in light, "a higher target leads to fine-tuning": higher > 0},
        f"recommended: {first}"
        + (f"; from a target of {higher:.2f} fine-tuning" if higher else "; no target leads there"),
        "small_firm",
    )


def _first_target(w: ClaimWorld, evaluation: Evaluation, wanted: tuple[Approach, ...]) -> float:
    """Lowest target from 0.5 up at which one of some approaches is taken; 0 for none."""
    for target in np.arange(0.5, 1.0, 0.05):
        goal = dataclasses.replace(evaluation.inputs.target, value=float(target))
        run = w.evaluate(dataclasses.replace(evaluation.inputs, target=goal))
        key = recommend(run, w.assumptions(run)).approach
        if key is not None and A(key.split("#")[0]) in wanted:
            return float(target)
    return 0.0
