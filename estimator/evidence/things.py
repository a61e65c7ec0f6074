"""Types of the catalogue: accelerators, base models, prices; loaded by evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimator.vocabulary import DeviceKind, Modality


@dataclass(frozen=True)
class Accelerator:
    """One row of data/catalog/hardware.csv; peaks are dense TFLOP/s per device."""

    accelerator: str
    vendor: str
    kind: DeviceKind
    memory_gb: float
    memory_bw_gb_per_s: float | None
    peak_tflop_per_s: Mapping[str, float]
    """By precision: fp32, tf32, fp16, bf16, fp8; only those the device has."""
    tdp_watts: float | None
    launch_year: int
    source_id: str
    locator: str


@dataclass(frozen=True)
class BaseModel:
    """One row of data/catalog/models.csv.

    ``forward_gflop`` is for one input of ``input_size`` ``input_unit`` (FLOP = 2 x MAC); for
    text models it may be None: 2 x params_active per token plus attention.
    """

    name: str
    family: str
    modality: Modality
    tasks: tuple[str, ...]
    params_total: float | None
    params_active: float | None
    layers: int | None
    hidden_size: int | None
    input_size: float | None
    input_unit: str
    forward_gflop: float | None
    flop_formula: str
    """Named formula when forward_gflop is derived, empty when it was read."""
    licence: str
    commercial_use: str
    """yes, restricted, no or unknown."""
    release_year: int | None
    hosted: bool
    """True: reached through an API only, priced by token, minute or image."""
    source_id: str
    locator: str
    notes: str = ""
    max_input: float | None = None
    """Longest input; of an in-context model for tables the rows that it is shown at most."""


@dataclass(frozen=True)
class PriceRow:
    """One purchasable instance in a region; prices are per instance-hour in USD."""

    provider: str
    instance_type: str
    accelerator: str
    accelerator_count: float
    vcpus: float | None
    memory_gib: float | None
    region: str
    purchase_option: str
    usd_per_instance_hour: float
    as_of: str
    stale: bool
    source_id: str
    locator: str


@dataclass(frozen=True)
class ApiPrice:
    """One hosted model's list price."""

    provider: str
    model: str
    kind: str
    input_usd_per_mtok: float | None
    cached_input_usd_per_mtok: float | None
    output_usd_per_mtok: float | None
    batch_discount: float | None
    finetune_train_usd_per_mtok: float | None
    finetuned_input_usd_per_mtok: float | None
    finetuned_output_usd_per_mtok: float | None
    other_unit: str
    other_unit_price_usd: float | None
    as_of: str
    source_id: str
    locator: str
    retires: str = ""
    """Day after which the provider answers no more; blank where none was announced."""
    finetuned_retires: str = ""


@dataclass(frozen=True)
class Assumption:
    """One row of data/assumptions.csv; ``distribution`` is fixed, lognormal or normal."""

    assumption_id: str
    p10: float
    p50: float
    p90: float
    unit: str
    distribution: str
    reason: str
    source_id: str
    allowed_low: float
    allowed_high: float
