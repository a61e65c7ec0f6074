"""Frames of data/catalog turned into the frozen types of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from estimator.evidence.names import plain
from estimator.evidence.origin import Metric, Recipe, Source
from estimator.evidence.things import Accelerator, ApiPrice, Assumption, BaseModel, PriceRow
from estimator.vocabulary import DeviceKind, Modality

PEAKS = {
    "fp32": "peak_fp32_tflops",
    "tf32": "peak_tf32_dense_tflops",
    "fp16": "peak_fp16_dense_tflops",
    "bf16": "peak_bf16_dense_tflops",
    "fp8": "peak_fp8_dense_tflops",
}
KINDS = {
    "cpu": DeviceKind.CPU,
    "gpu": DeviceKind.GPU,
    "tpu": DeviceKind.TPU,
    "other": DeviceKind.GPU,
}
"""Accelerators of other makes (Gaudi, Trainium) are rented and used like GPUs."""
PRICE_COLUMNS = (
    "provider instance_type accelerator accelerator_count vcpus memory_gib region "
    "purchase_option usd_per_instance_hour as_of stale source_id locator"
)
API_COLUMNS = (
    "provider model kind input_usd_per_mtok cached_input_usd_per_mtok output_usd_per_mtok "
    "batch_discount finetune_train_usd_per_mtok finetuned_input_usd_per_mtok "
    "finetuned_output_usd_per_mtok other_unit other_unit_price_usd as_of source_id locator "
    "retires finetuned_retires"
)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries, None where a number is unknown."""
    columns = {
        c: [None if v != v else v for v in frame[c].tolist()] for c in map(str, frame.columns)
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def sources(frame: pd.DataFrame) -> Mapping[str, Source]:
    """Sources by id."""
    return {r["source_id"]: Source(**{**r, "year": _whole(r["year"])}) for r in _rows(frame)}


def assumptions(frame: pd.DataFrame) -> Mapping[str, Assumption]:
    """Judgements by id."""
    return {r["assumption_id"]: Assumption(**r) for r in _rows(frame)}


def accelerators(frame: pd.DataFrame) -> Mapping[str, Accelerator]:
    """Devices with a memory and at least one dense peak."""
    found = {}
    for r in _rows(frame):
        peaks = {p: r[column] for p, column in PEAKS.items() if r[column] is not None}
        if r["memory_gb"] is None or not peaks:
            continue
        found[r["accelerator"]] = Accelerator(
            accelerator=r["accelerator"],
            vendor=r["vendor"],
            kind=KINDS[r["kind"]],
            memory_gb=r["memory_gb"],
            memory_bw_gb_per_s=r["memory_bw_gbps"],
            peak_tflop_per_s=peaks,
            tdp_watts=r["tdp_watts"],
            launch_year=int(r["launch_year"]),
            source_id=r["source_id"],
            locator=r["locator"],
        )
    return found


def models(frame: pd.DataFrame) -> Mapping[str, BaseModel]:
    """Base models by name."""
    return {
        r["name"]: BaseModel(
            name=r["name"],
            family=r["family"],
            modality=Modality(r["modality"]),
            tasks=tuple(t for t in r["tasks"].split(";") if t),
            params_total=r["params_total"],
            params_active=r["params_active"],
            layers=_whole(r["layers"]),
            hidden_size=_whole(r["hidden_size"]),
            input_size=r["input_size"],
            input_unit=r["input_unit"],
            forward_gflop=r["forward_gflop"],
            flop_formula=r["flop_formula"],
            licence=r["licence"],
            commercial_use=r["commercial_use"],
            release_year=_whole(r["release_year"]),
            hosted=r["hosted"] == "yes",
            source_id=r["source_id"],
            locator=r["locator"],
            notes=r["notes"],
            max_input=r["max_input"],
        )
        for r in _rows(frame)
    }


def hub_names(frame: pd.DataFrame) -> Mapping[str, str]:
    """Name on its hub, owner and all, by catalogue name; models without one are not in it."""
    found: dict[str, str] = {}
    for name, spellings in zip(frame["name"], frame["aliases"], strict=True):
        for alias in filter(None, str(spellings or "").split("|")):
            if "/" in alias and " " not in alias:
                found.setdefault(str(name), alias)
    return found


def aliases(frame: pd.DataFrame) -> Mapping[str, str]:
    """Catalogue name by plain spelling of each name and alias; the first model keeps a clash."""
    found: dict[str, str] = {}
    for name in frame["name"]:
        found.setdefault(plain(name), name)
    for name, spellings in zip(frame["name"], frame["aliases"], strict=True):
        for spelling in spellings.split("|"):
            found.setdefault(plain(spelling), name)
    return found


def prices(frame: pd.DataFrame) -> tuple[PriceRow, ...]:
    """Offers of the price book."""
    columns = PRICE_COLUMNS.split()
    return tuple(PriceRow(**{**r, "stale": r["stale"] == "yes"}) for r in _rows(frame[columns]))


def refreshed(frame: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Rows of api.csv with the token prices that followed on theirs, and whose those are."""
    frame = frame.copy()
    columns = [c for c in later.columns if c != "row_id"]
    places = {key: i for i, key in enumerate(frame["row_id"])}
    for row in later.to_dict("records"):
        at = frame.index[places[row["row_id"]]]
        for column in columns:
            frame.loc[at, column] = row[column]
    return frame


def api_prices(frame: pd.DataFrame) -> tuple[ApiPrice, ...]:
    """List prices of hosted models."""
    columns = API_COLUMNS.split()
    return tuple(ApiPrice(**r) for r in _rows(frame[columns]))


def recipes(frame: pd.DataFrame) -> Mapping[tuple[str, str], Recipe]:
    """Usual settings by (task, approach)."""
    found = {}
    for r in _rows(frame):
        whole = {c: _whole(r[c]) for c in ("batch_size", "adapter_rank", "trials")}
        found[r["task"], r["approach"]] = Recipe(
            **{**r, **whole, "checkpointing": r["checkpointing"] == "yes"}
        )
    return found


def metrics(frame: pd.DataFrame) -> Mapping[str, Metric]:
    """Canonical metrics; a metric's own name gives its scale."""
    spelled = metric_spellings(frame)
    wanted = dict.fromkeys(frame["metric"])
    return {name: spelled[name] for name in wanted if name in spelled}


def metric_spellings(frame: pd.DataFrame) -> Mapping[str, Metric]:
    """Metric of each published spelling."""
    return {
        r["spelling"]: Metric(
            r["metric"], r["unit"], r["direction"], r["low"], r["high"], r["to_canonical"]
        )
        for r in _rows(frame)
    }
