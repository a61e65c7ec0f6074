"""Claims of the field's guides on accuracy and labels, each with its test."""

from __future__ import annotations

import numpy as np

from estimator.engine.decide.board import direction
from estimator.engine.results import CandidateResult
from estimator.lab.claims.claim_world import (
    TEXT_PRESET,
    ClaimWorld,
    Finding,
    Holds,
    labels_needed,
    med,
    of_cases,
    of_fact,
    one_off_usd,
    oriented,
    row_of,
    span,
)
from estimator.units import PERCENT, SECONDS_PER_HOUR
from estimator.vocabulary import Approach
from estimator.words.format import Style

STYLE = Style()

A = Approach
PRESETS = "all presets with evidence"
CURVES = "published pairs on the same data set, metric and source"
SPEECH_PRESET = "call_transcription"
FULL_LABELS = 1_000_000
GRID = np.geomspace(20, 1e7, 60)


def _medians(result: CandidateResult, n: np.ndarray) -> np.ndarray:
    """Median metric along the curve, higher is better."""
    curve = result.accuracy.curve
    if curve is None:
        return np.full(len(n), med(oriented(result)))
    return direction(result.accuracy.metric) * np.median(curve(n)[:, 1:], axis=1)


def c01(w: ClaimWorld) -> Finding:
    """Scratch needs millions of labels to come near fine-tuning."""
    needed: dict[str, float] = {}
    for k, (f, s) in w.known(A.FULL_FINETUNE, A.SCRATCH).items():
        if direction(f.accuracy.metric) < 0:
            continue
        goal = 0.95 * med(oriented(f))
        reached = GRID[_medians(s, GRID) >= goal]
        needed[k] = float(reached[0]) if len(reached) else np.inf
    cases = {k: n >= 1e6 for k, n in needed.items()}
    finite = [n for n in needed.values() if np.isfinite(n)]
    return of_cases(cases, f"labels, where in range: {span(finite)}", PRESETS)


def c06(w: ClaimWorld) -> Finding:
    """A pre-trained start is more accurate until scratch catches up."""
    cases: dict[str, bool] = {}
    crossing: list[float] = []
    for k, (f, s) in w.known(A.FULL_FINETUNE, A.SCRATCH).items():
        ahead = _medians(f, GRID) >= _medians(s, GRID) - 1e-9
        cases[k] = bool(ahead[: len(GRID) // 2].all())
        if not ahead.all():
            crossing.append(float(GRID[np.flatnonzero(~ahead)[0]]))
    return of_cases(
        cases, f"{len(crossing)} cross within 10 million labels, at {span(crossing)}", PRESETS
    )


def _pair_share(
    w: ClaimWorld, a: Approach, b: Approach, low: float, high: float, wanted: float
) -> Finding:
    """How often published a is at least as good as b between two numbers of labels."""
    found = [x for x in w.pairs.get((str(a), str(b)), []) if low <= x[1] <= high]
    return _share(found, wanted)


def _share(found: list[tuple[str, float, float, float]], wanted: float) -> Finding:
    if not found:
        return Finding(Holds.UNTESTED, "no published pair", CURVES)
    good = [x[2] >= x[3] for x in found]
    share = float(np.mean(good))
    tasks = sorted({x[0] for x, g in zip(found, good, strict=True) if not g})
    verdict = Holds.NOT if share < 0.5 else Holds.EXCEPTIONS if share < wanted else Holds.HOLDS
    return Finding(verdict, f"true in {share:.0%} of {len(good)} pairs", CURVES, tuple(tasks))


def c07(w: ClaimWorld) -> Finding:
    """Scratch generalises worse on little data."""
    return _pair_share(w, A.FULL_FINETUNE, A.SCRATCH, 1, 1e4, 0.9)


def c08(w: ClaimWorld) -> Finding:
    """Fine-tuning can only add to the pre-trained baseline."""
    found = w.pairs.get((str(A.FULL_FINETUNE), str(A.ZERO_SHOT)), [])
    worse = [x for x in found if x[2] < x[3]]
    verdict = Holds.HOLDS if not worse else Holds.EXCEPTIONS
    if len(worse) > len(found) / 2:
        verdict = Holds.NOT
    tasks = tuple(sorted({x[0] for x in worse}))
    return Finding(
        verdict, f"worse than as-is in {len(worse)} of {len(found)} pairs", CURVES, tasks
    )


def c11(w: ClaimWorld) -> Finding:
    """Pre-trained models are often as effective as custom ones."""
    found = w.pairs.get((str(A.FULL_FINETUNE), str(A.SCRATCH)), [])
    largest: dict[str, tuple[str, float, float, float]] = {}
    for x in found:
        if x[0] not in largest or x[1] > largest[x[0]][1]:
            largest[x[0]] = x
    cases = {t: x[2] >= x[3] for t, x in largest.items()}
    gaps = ", ".join(f"{t} {x[2] - x[3]:+.3g}" for t, x in sorted(largest.items()))
    return of_cases(cases, f"gap at the largest number of labels, as published: {gaps}", CURVES)


def c14(w: ClaimWorld) -> Finding:
    """BERT on 1,000 support tickets is above 90 %."""
    cases: dict[str, bool] = {}
    parts: list[str] = []
    for k in (2, 6, 12, 77):
        run = w.rerun(TEXT_PRESET, n_classes=k, n_labelled_to_buy=1000, n_labelled_available=0)
        draws = oriented(row_of(run, A.FULL_FINETUNE))[1:]
        p05, p50, p95 = np.quantile(draws, [0.05, 0.5, 0.95])
        parts.append(f"{k} classes {_exact(p50)} ({_exact(p05)} to {_exact(p95)})")
        if k <= 12:
            cases[f"{k} classes"] = bool(p50 >= 0.9 or p05 <= 0.9 <= p95)
    return of_cases(cases, "; ".join(parts), TEXT_PRESET)


def c16(w: ClaimWorld) -> Finding:
    """A self-supervised speech model needs little labelled data."""
    evaluation = w.evaluations[SPEECH_PRESET]
    seconds = evaluation.inputs.unit_length
    hours = np.array([1 / 6, 1.0, 10.0, 100.0])
    n = np.maximum(hours * SECONDS_PER_HOUR / seconds, 1.0)
    tuned, scratch = (-_medians(row_of(evaluation, a), n) for a in (A.FULL_FINETUNE, A.SCRATCH))
    cases = {f"{h:.2g} h": bool(t < s) for h, t, s in zip(hours, tuned, scratch, strict=True)}
    text = ", ".join(
        f"{h:.2g} h: {_exact(float(t))} against {_exact(float(s))}"
        for h, t, s in zip(hours, tuned, scratch, strict=True)
    )
    return of_cases(cases, f"WER {text}", SPEECH_PRESET)


def c18(w: ClaimWorld) -> Finding:
    """Custom models need thousands to millions of labels."""
    needed = {k: labels_needed(s) for k, (s,) in w.known(A.SCRATCH).items()}
    cases = {k: 1e3 <= n <= 1e6 for k, n in needed.items()}
    return of_cases(cases, f"labels for the target {span(list(needed.values()))}", PRESETS)


def c22(w: ClaimWorld) -> Finding:
    """Fine-tuning: 80 % of the benefit at 10 % of the cost.

    The full custom model is scratch with a million labels, its labels paid.
    """
    cases: dict[str, bool] = {}
    benefits: list[float] = []
    costs: list[float] = []
    for k, (b, f) in w.known(A.BASELINE, A.FULL_FINETUNE).items():
        full = row_of(w.rerun(k, n_labelled_to_buy=FULL_LABELS), A.SCRATCH)
        if full.accuracy.draws is None or not np.isfinite(one_off_usd(full)):
            continue
        base, tuned, custom = (med(oriented(r)) for r in (b, f, full))
        cost = one_off_usd(f) / one_off_usd(full)
        share = (tuned - base) / (custom - base) if custom > base else np.inf
        benefits.append(share)
        costs.append(cost)
        cases[k] = share >= 0.8 and cost <= 0.1
    text = f"benefit share {span(benefits)}, cost share {span(costs)}"
    return of_cases(cases, f"{text}, against scratch with a million labels", PRESETS)


def c27(w: ClaimWorld) -> Finding:
    """A custom model beats a generic one when there is enough data."""
    found: dict[tuple[str, int], tuple[str, float, float, float]] = {}
    for a in (A.SCRATCH, A.FULL_FINETUNE):
        for i, x in enumerate(w.pairs.get((str(a), str(A.ZERO_SHOT)), [])):
            if x[1] >= 1000:
                found[str(a), i] = x
    return _share(list(found.values()), 0.9)


def c29(w: ClaimWorld) -> Finding:
    """A simple baseline is 90 % as good at 1 % of the effort."""
    cases: dict[str, bool] = {}
    quality: list[float] = []
    costs: list[float] = []
    for k in w.known(A.BASELINE):
        rows = [r for r in w.evaluations[k].results if r.accuracy.draws is not None]
        base = row_of(w.evaluations[k], A.BASELINE)
        best = max(rows, key=lambda r: med(oriented(r)))
        if direction(base.accuracy.metric) < 0 or not np.isfinite(one_off_usd(best)):
            continue
        quality.append(med(oriented(base)) / med(oriented(best)))
        costs.append(one_off_usd(base) / one_off_usd(best))
        cases[k] = quality[-1] >= 0.9 and costs[-1] <= 0.01
    return of_cases(cases, f"quality {span(quality)}, cost {span(costs)} of the best", PRESETS)


def _compare(
    w: ClaimWorld, path: str, values: tuple[object, ...], approach: Approach
) -> dict[str, list[float]]:
    """Median metric of an approach in every preset for each value of one field."""
    out: dict[str, list[float]] = {}
    for k in w.known(approach):
        runs = [row_of(w.rerun(k, **{path: v}), approach) for v in values]
        if all(r.accuracy.draws is not None for r in runs):
            out[k] = [med(oriented(r)) for r in runs]
    return out


def c33(w: ClaimWorld) -> Finding:
    """Compute cannot repair bad labels."""
    cases: dict[str, bool] = {}
    lost: list[float] = []
    for k in w.known(A.FULL_FINETUNE):
        one = {"labelling__labels_per_item": 1, "labelling__review_share": 0.0}
        clean, noisy, more = (
            med(oriented(row_of(w.rerun(k, **one, **extra), A.FULL_FINETUNE)))
            for extra in (
                {"labelling__label_noise": 0.0},
                {"labelling__label_noise": 0.2},
                {"labelling__label_noise": 0.2, "compute__trials": 50},
            )
        )
        cases[k] = noisy < clean and more < clean
        lost.append(clean - noisy)
    return of_cases(cases, f"20 % wrong labels cost {span(lost)} of the metric", PRESETS)


def c34(w: ClaimWorld) -> Finding:
    """Overfitting is commoner with little data."""
    cases: dict[str, bool] = {}
    for k, (f,) in w.known(A.FULL_FINETUNE).items():
        if f.accuracy.curve is None:
            continue
        draws = f.accuracy.curve(np.array([30.0, 30_000.0]))[:, 1:]
        few, many = np.diff(np.quantile(draws, [0.1, 0.9], axis=1), axis=0)[0]
        cases[k] = bool(few > many)
    return of_cases(cases, "p10-p90 wider at 30 than at 30,000 labels", PRESETS)


def c35(w: ClaimWorld) -> Finding:
    """Augmentation helps, most with little data."""
    cases: dict[str, bool] = {}
    gains: list[float] = []
    for k in w.known(A.FULL_FINETUNE):
        off, on = (
            row_of(w.rerun(k, facts__augmentation=x), A.FULL_FINETUNE) for x in (False, True)
        )
        n = np.array([100.0, 100_000.0])
        few, many = _medians(on, n) - _medians(off, n)
        cases[k] = bool(few > 0 and few >= many - 1e-9)
        gains.append(float(few))
    return of_cases(cases, f"gain at 100 labels {span(gains)}", PRESETS)


def c43(w: ClaimWorld) -> Finding:
    """The domain data is where the value lies."""
    gain: dict[str, float] = {}
    for k, (f, z) in w.known(A.FULL_FINETUNE, A.ZERO_SHOT).items():
        n = f.candidate.n_labelled(w.evaluations[k].inputs)
        gain[k] = (med(oriented(f)) - med(oriented(z))) / max(n, 1) * 1000
    cases = {k: g > 0 for k, g in gain.items()}
    return of_cases(cases, f"gain per 1,000 own labels {span(list(gain.values()))}", PRESETS)


def c49(w: ClaimWorld) -> Finding:
    """Fine-tuning overfits on narrow data."""
    from_few = c34(w)
    limit = w.evidence.assumptions["decision.labels_per_class"].p50
    text = f"{from_few.computed}; a warning stands under {STYLE.count(limit)} labels per class"
    return Finding(from_few.verdict, text, from_few.evidence, from_few.exceptions)


def c50(w: ClaimWorld) -> Finding:
    """Success depends on how close the base model is."""
    found = _compare(w, "domain", ("close", "related", "far"), A.FULL_FINETUNE)
    cases = {k: v[0] >= v[1] >= v[2] and v[0] > v[2] for k, v in found.items()}
    lost = [v[0] - v[2] for v in found.values()]
    return of_cases(cases, f"close minus far {span(lost)}", PRESETS)


def c65(w: ClaimWorld) -> Finding:
    """A distilled student keeps performance in a small model."""
    found = w.pairs.get((str(A.DISTILL), str(A.FULL_FINETUNE)), [])
    kept = [x[2] / x[3] for x in found if x[3] > 0]
    if not kept:
        return Finding(Holds.UNTESTED, "no published pair", CURVES)
    share = float(np.mean([r >= 0.95 for r in kept]))
    verdict = Holds.HOLDS if share >= 0.9 else Holds.EXCEPTIONS if share >= 0.5 else Holds.NOT
    text = f"at least 95 % kept in {share:.0%} of {len(kept)} pairs; share kept {span(kept)}"
    return Finding(verdict, text, CURVES)


def c66(w: ClaimWorld) -> Finding:
    """Transfer to an unrelated task does not help."""
    gains: dict[str, list[float]] = {}
    for k in w.known(A.PARTIAL_FINETUNE, A.SCRATCH):
        gains[k] = []
        for domain in ("close", "far"):
            run = w.rerun(k, domain=domain)
            partial, scratch = (row_of(run, a) for a in (A.PARTIAL_FINETUNE, A.SCRATCH))
            gains[k].append(med(oriented(partial)) - med(oriented(scratch)))
    cases = {k: g[1] <= 0.25 * max(g[0], 0.0) for k, g in gains.items()}
    text = f"gain over scratch close {span([g[0] for g in gains.values()])}"
    return of_cases(cases, f"{text}, far {span([g[1] for g in gains.values()])}", PRESETS)


def c67(w: ClaimWorld) -> Finding:
    """Scratch on too little data performs poorly."""
    cases: dict[str, bool] = {}
    found: list[float] = []
    for k, (s,) in w.known(A.SCRATCH).items():
        if s.accuracy.metric != "accuracy" or w.evaluations[k].inputs.n_classes < 2:
            continue
        chance = 1.0 / w.evaluations[k].inputs.n_classes
        reached = float(_medians(s, np.array([500.0]))[0])
        share = (reached - chance) / (1 - chance)
        found.append(share)
        cases[k] = share <= 0.3
    text = f"share of the way from chance to perfect at 500 labels {span(found)}"
    return of_cases(cases, text, PRESETS)


def c15(w: ClaimWorld) -> Finding:
    """A speech model covers many languages."""
    models = [m for m in w.evidence.models.values() if m.name.startswith("whisper")]
    noted = [m for m in models if "language" in m.notes.lower()]
    if not noted:
        return Finding(Holds.UNTESTED, "the catalogue does not state the languages", "catalogue")
    return of_fact(True, f"{noted[0].name}: {noted[0].notes[:120]}", "catalogue")


def _exact(value: float) -> str:
    """A fraction in per cent with a decimal, as a verdict states it."""
    text = f"{value * PERCENT:.1f}"
    return f"{value * PERCENT:.6g} %" if text == "100.0" and value < 1.0 else f"{text} %"
