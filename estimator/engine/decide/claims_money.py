"""Claims of the field's guides on cost, compute and time, each with its test."""

from __future__ import annotations

import numpy as np

from estimator.engine.decide.claim_world import (
    TEXT_PRESET,
    ClaimWorld,
    Finding,
    Holds,
    hours,
    labels_needed,
    med,
    of_cases,
    of_fact,
    one_off_usd,
    phase_usd,
    row_of,
    span,
    weeks,
)
from estimator.engine.decide.words import count, usd
from estimator.units import HOURS_PER_DAY, HOURS_PER_WEEK, WEEKS_PER_MONTH
from estimator.vocabulary import Approach, Phase

A = Approach
PRESETS = "all presets"
SIZES = (1e8, 1e9, 7e9, 7e10)
LARGE_PRESET = "chatbot_llama_lora"
CLUSTER = 64


def c02(w: ClaimWorld) -> Finding:
    """Large models from scratch take weeks or months."""
    days = {f"{s:.2g} parameters": _scratch_days(w, s) for s in SIZES if s >= 1e9}
    cases = {k: d >= 14 for k, d in days.items()}
    return of_cases(
        cases, f"days on {CLUSTER} devices: {span(list(days.values()))}", "scratch at typed sizes"
    )


def _scratch_run(w: ClaimWorld, params: float) -> tuple[float, float]:
    """One scratch run at a typed size: wall-clock hours on the cluster, device-hours."""
    model = {"params": params, "forward_gflop": None, "layers": None}
    run = w.rerun(
        LARGE_PRESET,
        models={"scratch": model},
        compute__n_devices=CLUSTER,
        compute__provider="aws",
        compute__region="us-east-1",
        compute__accelerator="A100-80GB",
        compute__purchase_option="on_demand",
        own_hardware=None,
        compute__usd_per_device_hour=2.0,
    )
    row = row_of(run, A.SCRATCH)
    device = med(row.compute.single_run_device_hours_draws)
    return device / CLUSTER, device


def _scratch_days(w: ClaimWorld, params: float) -> float:
    return _scratch_run(w, params)[0] / HOURS_PER_DAY


def c03(w: ClaimWorld) -> Finding:
    """Large models from scratch cost six figures."""
    money = {s: 2.0 * _scratch_run(w, s)[1] for s in SIZES}
    cases = {f"{s:.2g} parameters": m >= 1e5 for s, m in money.items() if s >= 1e9}
    smallest = next((s for s, m in money.items() if m >= 1e5), None)
    least = "none of the sizes tried" if smallest is None else f"{smallest:.2g} parameters"
    table = ", ".join(f"{s:.2g}: {usd(m)}" for s, m in money.items())
    return of_cases(cases, f"one run by size: {table}; smallest: {least}", "$2 a device-hour")


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


def c13(w: ClaimWorld) -> Finding:
    """BERT from scratch takes weeks on expensive GPUs."""
    found = [
        (str(m), float(h), str(x))
        for m, h, x, a in zip(
            *(
                w.evidence.table("runs")[c]
                for c in ("model", "device_hours", "hardware", "approach")
            ),
            strict=True,
        )
        if str(m).lower().replace("_", "-").startswith("bert-base")
        and str(a) in ("pretrain", "scratch")
        and np.isfinite(h)
    ]
    cases = {f"{m} on {x}": h / 8 / HOURS_PER_WEEK >= 1 for m, h, x in found}
    spans = span([h / 8 / HOURS_PER_DAY for _, h, _ in found])
    return of_cases(cases, f"days if run on 8 such devices: {spans}", "published runs")


def c19(w: ClaimWorld) -> Finding:
    """A run of a large model costs 10,000 to over 100,000 USD."""
    money = {s: 2.0 * _scratch_run(w, s)[1] for s in (1e9, 7e9)}
    table = ", ".join(f"{s:.2g}: {usd(m)}" for s, m in money.items())
    return of_cases({f"{s:.2g}": m >= 1e4 for s, m in money.items()}, table, "$2 a device-hour")


def c20(w: ClaimWorld) -> Finding:
    """Scratch training takes days or weeks on GPUs."""
    wanted = ("resnet-50", "resnet50", "bert-base", "bert-large", "vit-b", "vit-l")
    frame = w.evidence.table("runs")
    days = {
        f"{m} ({i})": float(h) / 8 / HOURS_PER_DAY
        for i, m, h, a in zip(
            *(frame[c] for c in ("row_id", "model", "device_hours", "approach")), strict=True
        )
        if str(m).lower().replace("_", "-").startswith(wanted)
        and str(a) in ("pretrain", "scratch")
        and np.isfinite(h)
    }
    cases = {k: 1 <= d <= 30 for k, d in days.items()}
    return of_cases(cases, f"days on 8 devices {span(list(days.values()))}", "published runs")


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


def c36(w: ClaimWorld) -> Finding:
    """Trials multiply training compute."""
    few, many = (
        hours(row_of(w.rerun(TEXT_PRESET, compute__trials=t), A.FULL_FINETUNE)) for t in (1, 10)
    )
    return of_fact(
        many > 2 * few, f"10 trials take {many / few:.1f} times the hours of 1", TEXT_PRESET
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


def c40(w: ClaimWorld) -> Finding:
    """Fine-tuning runs on commodity hardware."""
    cases: dict[str, bool] = {}
    memory: list[float] = []
    for k, rows in w.rows(A.LORA, A.FULL_FINETUNE).items():
        for r in rows:
            model, peak = r.candidate.model, r.compute.peak_memory_gb
            if model and model.params_total and model.params_total <= 1e9 and peak:
                cases[f"{k}: {r.candidate.label} of {model.name}"] = peak <= 24
                memory.append(peak)
    return of_cases(cases, f"GB per device {span(memory)}", "presets, models up to 1 billion")


def c41(w: ClaimWorld) -> Finding:
    """Pre-trained models stand for billions of dollars and millions of hours."""
    frame = w.evidence.table("runs")
    total = [
        float(h)
        for h, a in zip(frame["device_hours"], frame["approach"], strict=True)
        if str(a) in ("pretrain", "scratch") and np.isfinite(h)
    ]
    good = sum(total) >= 1e6
    text = f"{len(total)} published runs add up to {count(sum(total))} device-hours"
    return of_fact(good, f"{text}, {usd(2 * sum(total))} at $2 an hour", "published runs")


def c42(w: ClaimWorld) -> Finding:
    """Scratch needs specialised infrastructure and supervision."""
    big = row_of(w.rerun("image_recognition", compute__n_devices=CLUSTER), A.SCRATCH)
    small = row_of(w.rerun("image_recognition", compute__n_devices=1), A.FULL_FINETUNE)
    watch = [
        sum(float(i.usd_draws[0]) for i in r.money.items if i.item == "people_operations")
        for r in (big, small)
    ]
    return of_fact(
        watch[0] > 0 and watch[1] == 0,
        f"watching costs {usd(watch[0])} on {CLUSTER} devices, {usd(watch[1])} on one",
        "image_recognition",
    )


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
            text.append(f"{k}: {value}")
    return of_cases(found, "; ".join(text) or "no own hardware", "presets with own hardware")


def c54(w: ClaimWorld) -> Finding:
    """A smaller model lowers energy."""
    rows = w.rows(A.LINEAR_PROBE, A.FULL_FINETUNE, A.SCRATCH)
    cases = {
        k: med(p.compute.energy_kwh_draws)
        <= med(f.compute.energy_kwh_draws)
        <= med(s.compute.energy_kwh_draws)
        for k, (p, f, s) in rows.items()
    }
    kwh = [med(s.compute.energy_kwh_draws) for _, _, s in rows.values()]
    return of_cases(cases, f"kWh of scratch {span(kwh)}", PRESETS)


def c57(w: ClaimWorld) -> Finding:
    """Automation lowers manual effort."""
    off, on = (
        phase_usd(row_of(w.rerun(TEXT_PRESET, people__automation=x), A.FULL_FINETUNE), Phase.PEOPLE)
        for x in (False, True)
    )
    return of_fact(on < off, f"people cost {usd(off)} without, {usd(on)} with", TEXT_PRESET)


def c61(w: ClaimWorld) -> Finding:
    """Order of training time: transfer, fine-tuning, scratch."""
    rows = w.rows(A.PARTIAL_FINETUNE, A.FULL_FINETUNE, A.SCRATCH)
    cases = {k: hours(a) < hours(b) < hours(c) for k, (a, b, c) in rows.items()}
    return of_cases(cases, "device-hours strictly in this order", PRESETS)


def c62(w: ClaimWorld) -> Finding:
    """Fine-tuning needs at most a tenth of the compute of scratch."""
    rows = w.rows(A.FULL_FINETUNE, A.SCRATCH)
    ratio = {k: hours(f) / max(hours(s), 1e-12) for k, (f, s) in rows.items()}
    return of_cases(
        {k: r <= 0.1 for k, r in ratio.items()}, f"ratio {span(list(ratio.values()))}", PRESETS
    )


def c63(w: ClaimWorld) -> Finding:
    """Memory grows with the number of trained parameters."""
    order = (A.LINEAR_PROBE, A.PARTIAL_FINETUNE, A.FULL_FINETUNE)
    return _memory_order(w, order, "probe <= last layers <= full, on the same base model")


def c64(w: ClaimWorld) -> Finding:
    """Parameter-efficient tuning is more feasible than full."""
    return _memory_order(w, (A.LORA, A.FULL_FINETUNE), "LoRA <= full, on the same base model")


def _memory_order(w: ClaimWorld, order: tuple[Approach, ...], text: str) -> Finding:
    cases: dict[str, bool] = {}
    for k, evaluation in w.evaluations.items():
        model = row_of(evaluation, A.FULL_FINETUNE).candidate.model
        if model is None or model.hosted:
            continue
        run = w.rerun(k, models={str(a): model.name for a in order})
        peaks = [row_of(run, a).compute.peak_memory_gb for a in order]
        known = [p for p in peaks if p is not None]
        if len(known) == len(order):
            cases[k] = bool(np.all(np.diff(known) >= -1e-9))
    return of_cases(cases, text, PRESETS)


def c12(w: ClaimWorld) -> Finding:
    """Downloading a pre-trained model takes seconds."""
    model = w.evidence.models.get("bert-base")
    if model is None or not model.params_total:
        return Finding(Holds.UNTESTED, "size not known", "catalogue")
    seconds = model.params_total * 4 * 8 / 1e8
    return of_fact(
        seconds <= 60,
        f"{seconds:.0f} s for BERT-base (4 bytes a weight) at 100 Mbit/s",
        "catalogue",
    )


def c69(w: ClaimWorld) -> Finding:
    """Trained parameters run to millions."""
    sizes = [m.params_total for m in w.evidence.models.values() if m.params_total]
    text = f"{count(min(sizes))} to {count(max(sizes))} parameters in {len(sizes)} models"
    return of_fact(max(sizes) >= 1e6, text, "catalogue")
