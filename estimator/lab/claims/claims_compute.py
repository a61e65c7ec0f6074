"""Claims of the field's guides on compute and memory, each with its test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from estimator.engine.results import Evaluation
from estimator.lab.claims.claim_world import (
    TEXT_PRESET,
    ClaimWorld,
    Finding,
    Holds,
    hours,
    med,
    of_cases,
    of_fact,
    row_of,
    span,
)
from estimator.units import HOURS_PER_DAY, HOURS_PER_WEEK
from estimator.vocabulary import Approach
from estimator.words.format import Style

STYLE = Style()

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
    table = ", ".join(f"{s:.2g}: {STYLE.money_about(m)}" for s, m in money.items())
    return of_cases(cases, f"one run by size: {table}; smallest: {least}", "$2 a device-hour")


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
    table = ", ".join(f"{s:.2g}: {STYLE.money_about(m)}" for s, m in money.items())
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


def c36(w: ClaimWorld) -> Finding:
    """Trials multiply training compute."""
    few, many = (
        hours(row_of(w.rerun(TEXT_PRESET, compute__trials=t), A.FULL_FINETUNE)) for t in (1, 10)
    )
    return of_fact(
        many > 2 * few, f"10 trials take {many / few:.1f} times the hours of 1", TEXT_PRESET
    )


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
    text = f"{len(total)} published runs add up to {STYLE.count(sum(total))} device-hours"
    return of_fact(
        good, f"{text}, {STYLE.money_about(2 * sum(total))} at $2 an hour", "published runs"
    )


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
        f"watching costs {STYLE.money_about(watch[0])} on {CLUSTER} devices, "
        f"{STYLE.money_about(watch[1])} on one",
        "image_recognition",
    )


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


def c61(w: ClaimWorld) -> Finding:
    """Order of training time: transfer, fine-tuning, scratch."""
    order = (A.PARTIAL_FINETUNE, A.FULL_FINETUNE, A.SCRATCH)
    cases = {}
    for k, run in _on_one_model(w, order):
        a, b, c = (hours(row_of(run, approach)) for approach in order)
        cases[k] = a < b < c
    return of_cases(cases, "device-hours strictly in this order, on the same base model", PRESETS)


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


def _on_one_model(w: ClaimWorld, order: Sequence[Approach]) -> Iterator[tuple[str, Evaluation]]:
    """Presets with the catalogued model of full fine-tuning in all rows of an order."""
    for k, evaluation in w.evaluations.items():
        model = row_of(evaluation, A.FULL_FINETUNE).candidate.model
        if model is not None and model.name in w.evidence.models and not model.hosted:
            yield k, w.rerun(k, models={str(a): model.name for a in order})


def _memory_order(w: ClaimWorld, order: tuple[Approach, ...], text: str) -> Finding:
    cases: dict[str, bool] = {}
    for k, run in _on_one_model(w, order):
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
    text = (
        f"{STYLE.count(min(sizes))} to {STYLE.count(max(sizes))} parameters in {len(sizes)} models"
    )
    return of_fact(max(sizes) >= 1e6, text, "catalogue")
