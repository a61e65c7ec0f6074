"""Evidence rows for the utilisation fit: published runs, measured utilisation and throughput."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from estimator.engine.compute import text as parse
from estimator.engine.compute.features import run_features
from estimator.engine.compute.hardware import peak_tflop, precision_class, resolve_hardware
from estimator.engine.compute.names import text_model
from estimator.engine.compute.publishers import is_tuned, publisher_of
from estimator.engine.compute.resolve import RunWork, Unresolved, resolve_run
from estimator.engine.compute.run_tables import NameTables, records, tables_of
from estimator.engine.compute.steps import NOMINAL_UTILISATION
from estimator.engine.compute.trees import TREES
from estimator.units import TERA

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

PLAUSIBLE_LOG = (-0.3, 7.0)
"""Runs faster than the peak (with 35 % for the work) or 1,000 times slower are errors of the
source or of the work that was read from it."""


ASSUMED_UTILISATION = (0.2, 0.3, 0.4)


def is_circular(y: float) -> bool:
    """Work of a secondary database that is its hours times a round utilisation says nothing."""
    return any(abs(math.exp(-y) / u - 1) < 0.012 for u in ASSUMED_UTILISATION)


@dataclass(frozen=True)
class FitRow:
    """One row of the fit: ``y = log(device-hours / base hours)``."""

    row_id: str
    features: Mapping[str, float]
    y: float
    source: str
    noise: str
    run: RunWork
    steady: bool
    device_hours: float | None
    row: Mapping[str, object]


def noise_class(run: RunWork) -> str:
    """Secondary databases and assumed work scatter more than measured runs."""
    if run.publisher == "epoch":
        return "secondary"
    return "assumed" if run.guessed >= 0.3 else "stated"


def _row(
    row_id: str,
    run: RunWork,
    y: float,
    steady: bool,
    hours: float | None,
    raw: Mapping[str, object],
) -> FitRow:
    features = run_features(run, steady)
    features[f"source|{run.source}"] = 1.0
    features[f"source_model|{run.source}:{run.model.name}"] = 1.0
    return FitRow(row_id, features, y, run.source, noise_class(run), run, steady, hours, raw)


def run_rows(frame: Sequence[Mapping[str, object]], tables: NameTables) -> list[FitRow]:
    """Rows of runs.csv that state device-hours and can be resolved."""
    out = []
    for raw in frame:
        hours = parse.number(raw.get("device_hours"))
        if hours is None:
            continue
        run = resolve_run(raw, tables)
        if isinstance(run, Unresolved) or run.model.group == TREES:
            continue
        hours *= run.devices_per_unit
        y = math.log(hours / run.base_hours)
        if run.publisher == "epoch" and is_circular(math.log(hours / run.ideal_hours)):
            continue
        if PLAUSIBLE_LOG[0] < math.log(hours / run.ideal_hours) < PLAUSIBLE_LOG[1]:
            out.append(_row(parse.words(raw.get("run_id")), run, y, False, hours, raw))
    return out


def mfu_rows(
    frame: Sequence[Mapping[str, object]], tables: NameTables, titles: Mapping[str, str]
) -> list[FitRow]:
    """Rows of mfu.csv: the reciprocal of model-FLOP utilisation at the class peak."""
    out = []
    for i, raw in enumerate(frame):
        hardware = resolve_hardware(parse.words(raw.get("hardware")), tables.accelerators)
        name = parse.words(raw.get("model"))
        model = text_model(
            re.sub(r"\(.*", "", name), parse.number(raw.get("params")), tables.lexicon
        )
        if hardware is None or model is None:
            continue
        precision = precision_class(parse.words(raw.get("precision"))) or "half"
        peak = peak_tflop(hardware.accelerator, precision)
        mfu, rate = parse.number(raw.get("mfu_percent")), parse.number(raw.get("tflops_per_device"))
        hfu = parse.number(raw.get("hfu_percent"))
        if not peak:
            continue
        share = mfu / 100 if mfu else rate / peak if rate and not hfu else None
        if share is None or not 0.02 < share < 1.2:
            continue
        if mfu and precision == "fp8" and rate and peak:
            share = rate / peak if not hfu else share * 2
        title = titles.get(parse.words(raw.get("source_id")), parse.words(raw.get("source_title")))
        low = name.lower()
        approach = "lora" if "lora" in low else "full_finetune" if "finetune" in low else "scratch"
        run = RunWork(
            training_flop=peak * TERA * 3600, ideal_hours=1.0,
            base_hours=1.0 / NOMINAL_UTILISATION,
            accelerator=hardware.accelerator,
            precision=precision, precision_stated=True, model=model, approach=approach,
            n_devices=parse.number(raw.get("n_devices")), seq=parse.sequence_length(name),
            pixels=None, batch=None, year=None, text=low, source=title,
            publisher=publisher_of({"source_title": title}), guessed=0.0,
            tuned=is_tuned({"source_title": title}),
        )  # fmt: skip
        out.append(_row(f"mfu{i}", run, -math.log(share * run.base_hours), True, None, raw))
    return out


_WORKLOAD = re.compile(r"SQuAD fine-tuning|object detection|ImageNet|\(.*?\)")


def throughput_rows(
    frame: Sequence[Mapping[str, object]], tables: NameTables, titles: Mapping[str, str],
    model_column: str, skip: str,
) -> list[FitRow]:  # fmt: skip
    """Rows of a throughput table: the work of one second over what the devices could do in it."""
    out = []
    for i, raw in enumerate(frame):
        rate = parse.number(raw.get("throughput_total")) or parse.number(raw.get("throughput"))
        per_device = parse.number(raw.get("throughput_per_device"))
        hardware = parse.words(raw.get("hardware"))
        multiple = re.match(r"(?:lambdacloud )?(\d)x", hardware.lower())
        n = parse.number(raw.get("n_devices")) or 1.0
        n = max(n, float(multiple.group(1))) if multiple else n
        if rate is None and per_device:
            rate = per_device * n
        name = parse.words(raw.get(model_column))
        title = titles.get(parse.words(raw.get("source_id")), parse.words(raw.get("source_title")))
        if rate is None or re.search(skip, f"{title} {name}", re.IGNORECASE):
            continue
        unit = parse.words(raw.get("unit")).lower()
        text_like = re.search(r"token|sequence|sentence", unit) is not None
        row = {
            "steady": True,
            "model": _WORKLOAD.sub("", name).strip(),
            "modality": "text" if text_like else "vision",
            "task": "SQuAD" if "squad" in name.lower() else "",
            "approach": parse.words(raw.get("approach")) or "full_finetune",
            "params_total": raw.get("params"),
            "unit": "tokens" if "token" in unit else "samples" if text_like else "images",
            "units_seen": rate * 3600,
            "context": f"{parse.words(raw.get('context'))} {parse.words(raw.get('setting'))} {name}"
            + (f" batch {raw.get('batch')}" if parse.number(raw.get("batch")) else ""),
            "hardware": re.sub(r"^(LambdaCloud )?\d+x ?", "", hardware, flags=re.IGNORECASE),
            "n_devices": n,
            "precision": raw.get("precision"),
            "source_title": title,
        }  # fmt: skip
        if "squad" in name.lower() and not parse.sequence_length(str(row["context"])):
            row["context"] = f"{row['context']} seq 384"
        run = resolve_run(row, tables)
        if isinstance(run, Unresolved):
            continue
        run = replace(run, source=title)
        y = math.log(n / run.base_hours)
        if PLAUSIBLE_LOG[0] < math.log(n / run.ideal_hours) < 4.5:
            out.append(_row(f"{model_column}{i}", run, y, True, None, raw))
    return out


STEADY_ROWS_PER_SOURCE = 60


def thinned(rows: Sequence[FitRow]) -> list[FitRow]:
    """At most 60 throughput rows of one source, evenly picked: they say the same thing."""
    total = Counter(r.source for r in rows if r.steady)
    seen: Counter[str] = Counter()
    out = []
    for r in rows:
        if r.steady and total[r.source] > STEADY_ROWS_PER_SOURCE:
            seen[r.source] += 1
            if seen[r.source] % -(-total[r.source] // STEADY_ROWS_PER_SOURCE):
                continue
        out.append(r)
    return out


def titled_runs(evidence: Evidence) -> list[dict[str, Any]]:
    """Rows of runs.csv with the title and year of their source."""
    runs = records(evidence, "runs")
    for r in runs:
        source = evidence.sources.get(parse.words(r.get("source_id")))
        r["source_title"] = source.title if source else ""
        r["year"] = source.year if source else None
    return runs


def evidence_rows(evidence: Evidence) -> list[FitRow]:
    """All rows of the fit, in a fixed order."""
    tables = tables_of(evidence)
    titles = {k: s.title for k, s in evidence.sources.items()}

    out = run_rows(titled_runs(evidence), tables)
    out += mfu_rows(records(evidence, "mfu"), tables, titles)
    out += throughput_rows(
        records(evidence, "throughput_text"),
        tables,
        titles,
        "model",
        "mosaicml|megatron|nemo|maxtext|tpu-recipes",
    )
    out += throughput_rows(
        records(evidence, "throughput_vision_speech"),
        tables,
        titles,
        "model",
        "lambda deep.*benchmark \\(|timm|jasper|quartz|fastpitch|moflow|tft|temporal",
    )
    out += throughput_rows(
        records(evidence, "throughput_lambda"), tables, titles, "workload", "transformer-?xl"
    )
    return thinned(out)
