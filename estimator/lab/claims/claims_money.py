"""Claims of the field's guides on cost and time, each with its test."""

from __future__ import annotations

import numpy as np

from estimator.lab.claims.claim_world import (
    TEXT_PRESET,
    ClaimWorld,
    Finding,
    hours,
    labels_needed,
    of_cases,
    of_fact,
    one_off_usd,
    phase_usd,
    row_of,
    span,
    weeks,
)
from estimator.units import WEEKS_PER_MONTH
from estimator.vocabulary import Approach, Phase
from estimator.words.format import Style

STYLE = Style()

A = Approach
PRESETS = "all presets"


def c04(w: ClaimWorld) -> Finding:
    """Fine-tuning takes days where scratch takes months."""
    ratio = {k: weeks(s) / weeks(f) for k, (s, f) in w.rows(A.SCRATCH, A.FULL_FINETUNE).items()}
    return of_cases(
        {k: r >= 10 for k, r in ratio.items()},
        f"calendar ratio scratch / fine-tuning {span(list(ratio.values()))}",
        PRESETS,
    )


def c05(w: ClaimWorld) -> Finding:
    """Pre-trained models cost less in data and compute."""
    rows = w.rows(A.FULL_FINETUNE, A.SCRATCH)
    cases = {
        k: phase_usd(f, Phase.COMPUTE) <= phase_usd(s, Phase.COMPUTE)
        and labels_needed(f) <= labels_needed(s)
        for k, (f, s) in rows.items()
    }
    ratio = [
        phase_usd(f, Phase.COMPUTE) / max(phase_usd(s, Phase.COMPUTE), 1e-9)
        for f, s in rows.values()
    ]
    return of_cases(cases, f"compute fine-tuning / scratch {span(ratio)}", PRESETS)


def c21(w: ClaimWorld) -> Finding:
    """Custom work needs months before production."""
    found = {k: weeks(s) for k, (s,) in w.rows(A.SCRATCH).items()}
    limit = 2 * WEEKS_PER_MONTH
    return of_cases(
        {k: x >= limit for k, x in found.items()}, f"weeks {span(list(found.values()))}", PRESETS
    )


def c23(w: ClaimWorld) -> Finding:
    """Feature extraction is cheaper than fine-tuning."""
    rows = w.rows(A.LINEAR_PROBE, A.FULL_FINETUNE)
    ratio = {k: one_off_usd(p) / one_off_usd(f) for k, (p, f) in rows.items()}
    return of_cases(
        {k: r < 1 for k, r in ratio.items()}, f"one-off ratio {span(list(ratio.values()))}", PRESETS
    )


def c24(w: ClaimWorld) -> Finding:
    """Cost order: as is, fine-tuning, heavy fine-tuning, scratch."""
    rows = w.rows(A.ZERO_SHOT, A.FULL_FINETUNE, A.CONTINUED_PRETRAIN, A.SCRATCH)
    cases = {k: bool(np.all(np.diff([one_off_usd(r) for r in v]) > 0)) for k, v in rows.items()}
    dearest = [
        k
        for k, v in rows.items()
        if phase_usd(v[0], Phase.RUNNING) > phase_usd(v[1], Phase.RUNNING)
    ]
    return of_cases(
        cases,
        f"running cost of as-is exceeds that of fine-tuning in {len(dearest)} of {len(rows)}",
        PRESETS,
    )


def c26(w: ClaimWorld) -> Finding:
    """Prototype in days with a pre-trained model."""
    rows = w.rows(A.ZERO_SHOT, A.LINEAR_PROBE)
    cases = {k: max(weeks(z), weeks(p)) <= 2 for k, (z, p) in rows.items()}
    longest = [max(weeks(z), weeks(p)) for z, p in rows.values()]
    return of_cases(cases, f"weeks {span(longest)}; two working weeks are the limit", PRESETS)


def c28(w: ClaimWorld) -> Finding:
    """Inference is cheap against training."""
    cases: dict[str, bool] = {}
    breakeven: list[float] = []
    for k, (f,) in w.rows(A.FULL_FINETUNE).items():
        serving = w.evaluations[k].inputs.serving
        served = serving.requests_per_month * serving.horizon_months
        running, training = phase_usd(f, Phase.RUNNING), phase_usd(f, Phase.COMPUTE)
        cases[k] = running <= training
        if running > 0 and served > 0:
            breakeven.append(training / running * served)
    return of_cases(
        cases, f"predictions after which running costs more: {span(breakeven)}", PRESETS
    )


def c37(w: ClaimWorld) -> Finding:
    """Experts' labels cost ten times as much."""
    cases: dict[str, bool] = {}
    ratios: list[float] = []
    for k in w.evaluations:
        price = {}
        for source in ("crowd", "expert"):
            run = w.rerun(
                k,
                labelling__source=source,
                labelling__usd_per_label=None,
                n_labelled_to_buy=1000,
            )
            lines = row_of(run, A.LINEAR_PROBE).money.items
            found = [i for i in lines if i.item == "labelling" and i.unit == "label"]
            price[source] = float(found[0].unit_price_usd_draws[0]) if found else np.nan
        ratio = price["expert"] / price["crowd"]
        if np.isfinite(ratio):
            cases[k], ratios = ratio >= 10, [*ratios, ratio]
    return of_cases(cases, f"expert / crowd price of one label {span(ratios)}", PRESETS)


def c38(w: ClaimWorld) -> Finding:
    """Six months against two weeks for text classification."""
    run = w.evaluations[TEXT_PRESET]
    s, f = weeks(row_of(run, A.SCRATCH)), weeks(row_of(run, A.FULL_FINETUNE))
    months = s / WEEKS_PER_MONTH
    good = 4 <= months <= 9 and 1 <= f <= 4 and 6 <= s / f <= 26
    return of_fact(
        good, f"{months:.1f} months against {f:.1f} weeks, {s / f:.1f} to 1", TEXT_PRESET
    )


def c39(w: ClaimWorld) -> Finding:
    """Ten times cheaper development."""
    run = w.evaluations[TEXT_PRESET]
    ratio = (
        row_of(run, A.SCRATCH).money.one_off_draws
        / row_of(run, A.FULL_FINETUNE).money.one_off_draws
    )[1:]
    p10, p50, p90 = np.quantile(ratio, [0.1, 0.5, 0.9])
    return of_fact(5 <= p50 <= 50, f"one-off ratio {p50:.1f} ({p10:.1f} to {p90:.1f})", TEXT_PRESET)


def c44(w: ClaimWorld) -> Finding:
    """Shipping months earlier is worth money."""
    rows = w.rows(A.SCRATCH, A.FULL_FINETUNE)
    gap = {k: (weeks(s) - weeks(f)) / WEEKS_PER_MONTH for k, (s, f) in rows.items()}
    text = f"months earlier {span(list(gap.values()))}; at $10,000 a month of value each costs that"
    return of_cases({k: g >= 2 for k, g in gap.items()}, text, PRESETS)


def c45(w: ClaimWorld) -> Finding:
    """Fine-tuning needs less data, time and resources than scratch."""
    rows = w.rows(A.FULL_FINETUNE, A.SCRATCH)
    cases = {
        k: labels_needed(f) <= labels_needed(s) and weeks(f) < weeks(s) and hours(f) < hours(s)
        for k, (f, s) in rows.items()
    }
    parts = [
        sum(test(f, s) for f, s in rows.values())
        for test in (
            lambda f, s: labels_needed(f) <= labels_needed(s),
            lambda f, s: weeks(f) < weeks(s),
            lambda f, s: hours(f) < hours(s),
        )
    ]
    return of_cases(
        cases,
        f"data {parts[0]}, time {parts[1]}, device-hours {parts[2]} of {len(rows)}",
        PRESETS,
    )


def c51(w: ClaimWorld) -> Finding:
    """Compatibility work adds cost."""
    cases = {
        k: any(i.item == "people_compatibility" for i in f.money.items)
        for k, (f,) in w.rows(A.FULL_FINETUNE).items()
    }
    money = [
        sum(float(i.usd_draws[0]) for i in f.money.items if i.item == "people_compatibility")
        for (f,) in w.rows(A.FULL_FINETUNE).values()
    ]
    return of_cases(cases, f"USD {span(money)}", PRESETS)


def c52(w: ClaimWorld) -> Finding:
    """A hybrid costs between its parts."""
    rows = w.rows(A.LINEAR_PROBE, A.HYBRID, A.SCRATCH)
    cases = {k: one_off_usd(a) <= one_off_usd(h) <= one_off_usd(b) for k, (a, h, b) in rows.items()}
    return of_cases(cases, "one-off money between frozen features and scratch", PRESETS)


def c53(w: ClaimWorld) -> Finding:
    """Own hardware against cloud: a break-even in hours a month."""
    found: dict[str, bool] = {}
    text = []
    for k, (f,) in w.rows(A.FULL_FINETUNE).items():
        value = next((v for n, v in f.money.extras.items() if "break_even" in n and v), None)
        if w.evaluations[k].inputs.own_hardware is not None:
            found[k] = isinstance(value, float | int)
            if found[k]:
                text.append(f"{k}: {value:,.0f} hours a month")
    return of_cases(found, "; ".join(text) or "no own hardware", "presets with own hardware")


def c57(w: ClaimWorld) -> Finding:
    """Automation lowers manual effort."""
    off, on = (
        phase_usd(row_of(w.rerun(TEXT_PRESET, people__automation=x), A.FULL_FINETUNE), Phase.PEOPLE)
        for x in (False, True)
    )
    return of_fact(
        on < off,
        f"people cost {STYLE.money_about(off)} without, {STYLE.money_about(on)} with",
        TEXT_PRESET,
    )
