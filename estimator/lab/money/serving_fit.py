"""Published serving rates as a share of the 16-bit peak: where serving.utilisation.* come from."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.compute.hardware import accelerator_id
from estimator.units import GIGA, TERA

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

OFFLINE = "offline"
MEAN_SHARE_OF_PADDING = 0.5
"""Questions of SQuAD fill about half of the 384 tokens that the benchmark allows."""
BERT_TOKENS = 384
LENGTHS = {"llama3.1-8b": (778.0, 73.0), "llama2-70b-99": (294.0, 294.0)}
"""Mean tokens in and out of the benchmark's data sets."""
LONG = 4.0
"""Inputs this much longer than outputs measure reading, the reverse measures writing."""


def serving_utilisation(evidence: Evidence) -> dict[str, dict[str, float | int]]:
    """Share of the dense 16-bit peak that published serving systems turn into useful work.

    Parameters
    ----------
    evidence : Evidence
        inference (offline rows), hardware, models.

    Returns
    -------
    dict
        By class of model: n rows, p10, p50, p90. Above 1 where 8-bit arithmetic is counted.

    Notes
    -----
    ``samples/s x FLOP per sample / (devices x peak)``. Large language models: output tokens/s x
    2 x parameters x (tokens in + out) / out; rows with inputs at least four times as long as
    outputs measure prefill, the reverse measures decode.
    """
    found: dict[str, list[float]] = defaultdict(list)
    flop = _flop_per_sample(evidence)
    for row in evidence.table("inference").to_dict("records"):
        if OFFLINE not in str(row["scenario"]).lower() or "," in str(row["hardware"]):
            continue
        devices = _number(row["n_devices"])
        rate = _number(row["throughput"])
        device = evidence.accelerators.get(accelerator_id(str(row["hardware"])) or "")
        if not devices or not rate or device is None:
            continue
        peaks = device.peak_tflop_per_s
        peak = TERA * (peaks.get("bf16") or peaks.get("fp16") or 0.0) * devices
        if peak <= 0:
            continue
        model = str(row["model"])
        if model in flop:
            kind, per_sample = flop[model]
            found[kind].append(rate * per_sample / peak)
            continue
        lengths = _lengths(model, str(row["scenario"]))
        params = _number(row["params"])
        if lengths and params:
            tokens_in, tokens_out = lengths
            share = rate * 2.0 * params * (tokens_in + tokens_out) / tokens_out / peak
            if tokens_in >= LONG * tokens_out:
                found["llm_prefill"].append(share)
            elif tokens_out >= LONG * tokens_in:
                found["llm_decode"].append(share)
    return {kind: _summary(values) for kind, values in sorted(found.items())}


def _flop_per_sample(evidence: Evidence) -> dict[str, tuple[str, float]]:
    vision = evidence.models["resnet50"].forward_gflop or 0.0
    boxes = evidence.models["retinanet-resnet50-fpn"].forward_gflop or 0.0
    bert = 2.0 * (evidence.models["bert-large"].params_total or 0.0) * BERT_TOKENS
    return {
        "resnet50": ("vision", vision * GIGA),
        "retinanet": ("detection", boxes * GIGA),
        "bert-99": ("text_encoder", bert * MEAN_SHARE_OF_PADDING),
    }


def _lengths(model: str, scenario: str) -> tuple[float, float] | None:
    match = re.search(r"length (\d+)/(\d+)", scenario)
    return (float(match[1]), float(match[2])) if match else LENGTHS.get(model)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _summary(values: list[float]) -> dict[str, float | int]:
    p10, p50, p90 = np.quantile(values, [0.1, 0.5, 0.9])
    return {
        "n": len(values),
        "p10": float(f"{p10:.3g}"),
        "p50": float(f"{p50:.3g}"),
        "p90": float(f"{p90:.3g}"),
    }
