"""The room's own errors: leave-one-source-out hours against simpler forms, memory, replacement."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from estimator.engine.compute import text as parse
from estimator.engine.compute.hardware import peak_tflop, resolve_hardware
from estimator.engine.compute.lexicon import TEXT_GROUPS, calibration_group
from estimator.engine.compute.model import IntArray, Widths, design, noise_variance, row_weights
from estimator.engine.compute.resolve import RunWork, Unresolved, resolve_run
from estimator.engine.compute.run_tables import NameTables, records, tables_of
from estimator.engine.distributions import Z90, Array
from estimator.lab.compute.fit import LeftOut, left_out, publication_of, widths_of
from estimator.lab.compute.leave_out import leave_out
from estimator.lab.compute.memory_runs import run_memory_gb
from estimator.lab.compute.rows import FitRow, evidence_rows, run_rows, titled_runs
from estimator.units import GIB_PER_GB

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

BoolArray = NDArray[np.bool_]
CONSTANT_MFU = 0.35
REPORTED = 0.1
"""``guessed`` of runs whose work is the FLOP figure of the source."""
_MODALITY = {"audio": "speech", "image generation": "vision"}


@dataclass(frozen=True)
class RunPoint:
    """One published run for the page: predicted against published device-hours."""

    run_id: str
    source_id: str
    locator: str
    modality: str
    device: str
    approach: str
    model: str
    published_hours: float
    predicted_hours: float
    p10: float
    p90: float

    @property
    def residual(self) -> float:
        """Natural logarithm of predicted over published hours."""
        return math.log(self.predicted_hours / self.published_hours)


def modality_of(row: FitRow) -> str:
    """Modality of a run as reported: audio joins speech, image generation joins vision."""
    named = parse.words(row.row.get("modality"))
    return _MODALITY.get(named, named) or "other"


def _figures(error: Array, inside: BoolArray, pick: BoolArray) -> dict[str, float | int]:
    e = np.abs(error[pick])
    return {
        "n": int(pick.sum()),
        "median_factor": round(float(np.exp(np.median(e))), 4),
        "within_2x": round(float(np.mean(e <= math.log(2))), 4),
        "within_3x": round(float(np.mean(e <= math.log(3))), 4),
        "coverage_80": round(float(np.mean(inside[pick])), 4),
        "bias_factor": round(float(np.exp(np.median(error[pick]))), 4),
    }


def _by(
    rows: Sequence[FitRow], error: Array, inside: BoolArray, key: Callable[[FitRow], str]
) -> dict[str, dict[str, float | int]]:
    keys = np.array([key(r) for r in rows])
    return {str(k): _figures(error, inside, keys == k) for k in np.unique(keys)}


def _scale(rows: Sequence[FitRow], factors: Mapping[str, float]) -> Array:
    groups = [calibration_group(r.run.model.group) for r in rows]
    return np.array([factors.get(g, factors["all"]) for g in groups])


def _median_form(
    rows: Sequence[FitRow], y: Array, source: IntArray, key: Callable[[FitRow], str]
) -> Array:
    """Left-out median of y by key; the median of all where a key has no other source."""
    keys = np.array([key(r) for r in rows])
    out = np.empty(len(rows))
    for s in np.unique(source):
        other = source != s
        for i in np.flatnonzero(~other):
            same = other & (keys == keys[i])
            out[i] = np.median(y[same if same.any() else other])
    return out


def _without(out: LeftOut, groups: Sequence[str], widths: Widths) -> Array:
    rows = [
        {k: v for k, v in r.features.items() if k.split("|")[0] not in groups} for r in out.rows
    ]
    d = design(rows, widths.prior_sd)
    noise = noise_variance([r.noise for r in out.rows], widths.noise_sd)
    weights = row_weights(d, out.y, noise)
    return leave_out(d, out.y, noise, weights, out.source)[0]


def textbook_log(row: FitRow) -> float:
    """log(device-hours / our base hours) of the usual calculator: MFU 0.35 of textbook work.

    Text: 6 (full) or 4 (adapters) FLOP per parameter and token, tokens = examples x stated
    length; images and audio: 3 x forward FLOP; peak of the stated precision, else of half.
    """
    run = row.run
    flop = run.training_flop
    text = run.model.group in TEXT_GROUPS and run.guessed != REPORTED
    if text and run.examples and run.seq and run.model.params_active:
        passes = {"lora": 2.0, "linear_probe": 1.0}.get(run.approach, 3.0)
        flop = passes * 2 * run.model.params_active * run.examples * run.seq
    peaks = run.accelerator.peak_tflop_per_s
    precision = run.precision if run.precision_stated else "half"
    peak = peaks.get("fp8") if precision == "fp8" else peak_tflop(run.accelerator, precision)
    peak = peak or peak_tflop(run.accelerator, run.precision) or 1.0
    ours = peak_tflop(run.accelerator, run.precision) or 1.0
    ideal = run.ideal_hours / run.base_hours
    return math.log(flop / run.training_flop * ours / peak / CONSTANT_MFU * ideal)


def _constant_log(row: FitRow) -> float:
    return math.log(row.run.ideal_hours / row.run.base_hours / CONSTANT_MFU)


def compare_forms(out: LeftOut, widths: Widths) -> dict[str, dict[str, float | int]]:
    """Errors of simpler forms on the same left-out rows, whole runs only."""
    whole = np.array([not r.steady for r in out.rows])
    never = np.zeros(len(out.rows), dtype=bool)
    forms = {
        "constant MFU 0.35, textbook work": np.array([textbook_log(r) for r in out.rows]),
        "constant MFU 0.35": np.array([_constant_log(r) for r in out.rows]),
        "median of the work group": _median_form(
            out.rows, out.y, out.source, lambda r: r.run.model.group
        ),
        "median of group and precision": _median_form(
            out.rows, out.y, out.source, lambda r: f"{r.run.model.group}:{r.run.precision}"
        ),
        "mixed model without kind of source": _without(
            out, ("tuned", "tuned_group", "publisher", "publisher_family"), widths
        ),
        "mixed model without device balance": _without(
            out, ("balance", "balance_group", "arch_precision"), widths
        ),
        "mixed model (shipped)": out.mean,
    }
    return {name: _figures(mean - out.y, never, whole) for name, mean in forms.items()}


def memory_rows(evidence: Evidence, tables: NameTables) -> list[dict[str, Any]]:
    """Rows that publish a peak memory, with the predicted one [GB]."""
    rows: list[dict[str, Any]] = []

    def add(raw: Mapping[str, Any], peak_gb: float) -> None:
        run = resolve_run(raw, tables)
        gb = run_memory_gb(raw, run, tables)
        if gb is not None:
            rows.append(
                {
                    "model": parse.words(raw.get("model")),
                    "approach": parse.words(raw.get("approach")),
                    "hardware": parse.words(raw.get("hardware")),
                    "published_gb": round(peak_gb, 3),
                    "predicted_gb": gb,
                    "source_id": parse.words(raw.get("source_id")),
                    "locator": parse.words(raw.get("locator")),
                }
            )

    for r in records(evidence, "throughput_text"):
        peak = parse.number(r.get("peak_mem_gib"))
        if peak:
            add({**r, "modality": "text", "params_total": r.get("params")}, peak / GIB_PER_GB)
    for r in records(evidence, "measured_time"):
        if "max GPU memory" in parse.words(r.get("metric")):
            how = parse.words(r.get("approach"))
            raw = {
                **r,
                "modality": "text",
                "context": f"{how}; {r.get('dataset')}",
                "precision": how,
            }
            add({**raw, "approach": how.split(" ")[0]}, parse.number(r.get("value")) or 0.0)
    for r in records(evidence, "runs"):
        used = parse.gigabytes_used(parse.words(r.get("task")))
        if used:
            add({str(k): v for k, v in r.items()}, used)
    return rows


def validate_compute(evidence: Evidence, refit: bool = False) -> dict[str, Any]:
    """Leave-one-source-out errors of hours and memory.

    Parameters
    ----------
    evidence : Evidence
        Shipped tables and fits.
    refit : bool
        True recomputes; False returns the shipped table.

    Returns
    -------
    dict
        ``hours`` in all and by modality, device, approach and source; ``forms`` with simpler
        models on the same rows; ``memory``; ``unpredicted`` with reasons.
    """
    if not refit:
        stored: dict[str, Any] = evidence.fits["utilisation_validation"]
        return stored
    widths = widths_of(evidence)
    out, _ = left_out(evidence_rows(evidence), widths)
    factors = evidence.fits["utilisation"]["calibration"]
    error = out.mean - out.y
    inside = np.abs(error) <= Z90 * _scale(out.rows, factors) * np.sqrt(out.var)
    pick = [i for i, r in enumerate(out.rows) if not r.steady]
    rows, e, ok = [out.rows[i] for i in pick], error[pick], inside[pick]
    text = [i for i, r in enumerate(rows) if r.run.model.group in TEXT_GROUPS]
    tables = tables_of(evidence)
    memory = memory_rows(evidence, tables)
    gaps = np.array([abs(r["predicted_gb"] / r["published_gb"] - 1) for r in memory])
    forms = compare_forms(out, widths)
    textbook = math.log(forms["constant MFU 0.35, textbook work"]["median_factor"])
    constant = math.log(forms["constant MFU 0.35"]["median_factor"])
    ours = math.log(forms["mixed model (shipped)"]["median_factor"])
    return {
        "hours": {
            "all": _figures(e, ok, np.ones(len(rows), dtype=bool)),
            "by_modality": _by(rows, e, ok, modality_of),
            "by_approach": _by(rows, e, ok, lambda r: r.run.approach),
            "text_by_approach": _by(
                [rows[i] for i in text], e[text], ok[text], lambda r: r.run.approach
            ),
            "by_device": _by(rows, e, ok, lambda r: r.run.accelerator.accelerator),
            "by_source": _by(rows, e, ok, lambda r: r.source),
        },
        "hours_by_publication": publications(out.rows, factors, widths),
        "forms": forms,
        "error_ratio_to_constant_mfu": round(constant / ours, 4),
        "error_ratio_to_textbook": round(textbook / ours, 4),
        "memory": {
            "n": len(memory),
            "median_abs_error": round(float(np.median(gaps)), 4),
            "mean_abs_error": round(float(np.mean(gaps)), 4),
            "within_25_percent": round(float(np.mean(gaps <= 0.25)), 4),
        },
        "unpredicted": unpredicted(evidence, tables),
    }


def publications(
    fit_rows: Sequence[FitRow], factors: Mapping[str, float], widths: Widths
) -> dict[str, float | int]:
    """Errors when one publication is left out and others of its publisher stay.

    The case of a new round, README or model card of a known kind of source.
    """
    out, _ = left_out(fit_rows, widths, publication_of)
    whole = np.array([not r.steady for r in out.rows])
    error = out.mean - out.y
    inside = np.abs(error) <= Z90 * _scale(out.rows, factors) * np.sqrt(out.var)
    constant = np.abs(np.array([_constant_log(r) for r in out.rows]) - out.y)[whole]
    ratio = float(np.median(constant) / np.median(np.abs(error[whole])))
    return {**_figures(error, inside, whole), "error_ratio_to_constant_mfu": round(ratio, 4)}


def unpredicted(evidence: Evidence, tables: NameTables) -> dict[str, Any]:
    """Rows with device-hours that are not predicted, by reason, and the share that should be."""
    reasons: dict[str, int] = {}
    known = missed = 0
    for r in records(evidence, "runs"):
        raw = {str(k): v for k, v in r.items()}
        if parse.number(raw.get("device_hours")) is None:
            continue
        run = resolve_run(raw, tables)
        stated = _all_stated(raw)
        known += stated
        if isinstance(run, Unresolved):
            kind = str(run.reason).split(":")[0]
            kind = "hardware not in the accelerator list" if kind.startswith("hardware") else kind
            kind = "model without known size" if kind.startswith("model") else kind
            reasons[kind] = reasons.get(kind, 0) + 1
            missed += stated
    return {
        "by_reason": dict(sorted(reasons.items())),
        "stated": known,
        "stated_unpredicted": missed,
        "stated_unpredicted_share": round(missed / max(known, 1), 4),
    }


def _all_stated(raw: Mapping[str, Any]) -> bool:
    epochs = parse.number(raw.get("units_per_epoch")) and parse.number(raw.get("epochs"))
    work = parse.number(raw.get("units_seen")) or epochs
    return bool(work and parse.words(raw.get("hardware")) and parse.words(raw.get("model")))


def run_points(evidence: Evidence) -> list[RunPoint]:
    """Predicted against published hours of every predicted run, left-out source by source."""
    points = []
    stored = {p[0]: p[1:] for p in evidence.fits["utilisation"]["points"]}
    for r in run_rows(titled_runs(evidence), tables_of(evidence)):
        if r.row_id not in stored or r.device_hours is None:
            continue
        p10, p50, p90 = stored[r.row_id]
        points.append(
            RunPoint(
                r.row_id, parse.words(r.row.get("source_id")), parse.words(r.row.get("locator")),
                modality_of(r), r.run.accelerator.accelerator, r.run.approach,
                parse.words(r.row.get("model")), r.device_hours, p50, p10, p90,
            )
        )  # fmt: skip
    return points


_NAMED = (
    "BERT", "RoBERTa", "ELECTRA", "T5", "GPT-2", "GPT-3", "LLaMA", "Llama", "Falcon", "MPT",
    "Pythia", "BLOOM", "OPT-", "StarCoder", "Phi", "phi", "TinyLlama", "DeepSeek", "CLIP", "ViT",
    "DINO", "MAE", "ResNet", "wav2vec", "Whisper", "Stable Diffusion", "Segment Anything",
    "AlphaFold", "ESM", "PixArt",
)  # fmt: skip
MIN_REPLACEMENT_HOURS = 50.0


def replacement_runs(evidence: Evidence) -> list[dict[str, Any]]:
    """Published pre-training runs of named base models: what re-creating them takes.

    Returns
    -------
    list of dict
        model, device, device_hours (published), training_flop where known, source_id, locator;
        money is added where a price of the device is known.
    """
    tables = tables_of(evidence)
    rows = []
    for r in records(evidence, "runs"):
        raw = {str(k): v for k, v in r.items()}
        hours = parse.number(raw.get("device_hours"))
        name = parse.words(raw.get("model"))
        scratch = parse.words(raw.get("approach")) in ("scratch", "pretrain")
        if not scratch or not hours or hours < MIN_REPLACEMENT_HOURS:
            continue
        if not any(word in name for word in _NAMED) or "MLPerf" in parse.words(
            raw.get("source_family")
        ):
            continue
        rows.append(_replacement(name, hours, raw, tables))
    for model in records(evidence, "models"):
        hours = parse.number(model.get("pretraining_device_hours"))
        if hours:
            raw = {**model, "hardware": model.get("pretraining_hardware")}
            rows.append(_replacement(parse.words(model.get("name")), hours, raw, tables))
    return sorted(rows, key=lambda row: -float(row["device_hours"]))


def _replacement(
    name: str, hours: float, raw: Mapping[str, Any], tables: NameTables
) -> dict[str, Any]:
    run = resolve_run(raw, tables)
    found = resolve_hardware(parse.words(raw.get("hardware")), tables.accelerators)
    return {
        "model": name,
        "accelerator": found.accelerator.accelerator if found else None,
        "hardware": parse.words(raw.get("hardware")),
        "device_hours": hours * (found.devices_per_unit if found else 1.0),
        "training_flop": run.training_flop if isinstance(run, RunWork) else None,
        "source_id": parse.words(raw.get("source_id")),
        "locator": parse.words(raw.get("locator")),
    }
