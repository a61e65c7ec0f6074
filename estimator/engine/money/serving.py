"""Answering on rented or own instances, by published throughput, whole and with their load."""

from __future__ import annotations

import math

import numpy as np

from estimator.engine.catalogue import Accelerator, BaseModel
from estimator.engine.distributions import Array
from estimator.engine.money.cloud import OWN, Rental, rent, rent_cpu_or
from estimator.engine.money.context import Context, Figure, weakest
from estimator.engine.money.lines import MONTHLY, Bill
from estimator.engine.money.own_hardware import own_parts
from estimator.engine.money.serving_api import Load, request_load
from estimator.engine.results import Candidate
from estimator.errors import PriceNotFoundError
from estimator.units import GIGA, HOURS_PER_MONTH, SECONDS_PER_HOUR, TERA
from estimator.vocabulary import Approach, Basis, DeviceKind, Modality, Phase, Task

LLM_PARAMS = 1e9
BYTES_16_BIT = 2.0
MS_PER_SECOND = 1000.0
GENERATIVE = frozenset({Task.SUMMARISATION, Task.TRANSLATION, Task.TEXT_GENERATION})


def service_class(ctx: Context, model: BaseModel | None) -> str:
    """Kind of serving work; names the published utilisation that applies."""
    task = ctx.inputs.task
    if model is None:
        return "other"
    if task is Task.IMAGE_GENERATION:
        return "diffusion"
    if task in (Task.OBJECT_DETECTION, Task.SEMANTIC_SEGMENTATION):
        return "detection"
    if model.modality is Modality.TEXT:
        big = (model.params_total or 0.0) >= LLM_PARAMS
        return "llm" if big or task in GENERATIVE else "text_encoder"
    if model.modality is Modality.VISION:
        return "vision"
    return "audio" if model.modality is Modality.AUDIO else "other"


def forward_flop(ctx: Context, model: BaseModel, load: Load) -> Array | float:
    """Operations of one request on own devices [FLOP].

    Notes
    -----
    ``2 x active parameters x tokens`` for text; otherwise the model's forward GFLOP scaled with
    image area or length; without it ``2 x parameters x length`` of the project's unit.
    """
    params = model.params_active or model.params_total or 0.0
    length = ctx.inputs.unit_length
    if model.modality is Modality.TEXT:
        return 2.0 * params * (load.input_tokens + np.asarray(load.output_tokens))
    if model.forward_gflop:
        scale = 1.0
        if model.input_size:
            power = 2.0 if ctx.inputs.unit_name == "pixels" else 1.0
            scale = (length / model.input_size) ** power
        return model.forward_gflop * GIGA * scale
    return 2.0 * params * max(length, 1.0)


def peak_flop_per_s(device: Accelerator) -> float:
    """Dense 16-bit peak, 32-bit where there is no other; 0 where none is known."""
    peaks = device.peak_tflop_per_s
    return TERA * (peaks.get("bf16") or peaks.get("fp16") or peaks.get("fp32") or 0.0)


def device_seconds(ctx: Context, candidate: Candidate, device: Accelerator) -> Figure:
    """Device time of one request [s].

    Notes
    -----
    ``FLOP / (16-bit peak x published utilisation x stack efficiency)``; large language models
    count prompt and answer apart, with their own utilisations.
    """
    model, stack = candidate.model, ctx.figure("serving.stack_efficiency")
    assert model is not None
    load = request_load(ctx, candidate)
    peak = peak_flop_per_s(device)
    if peak <= 0:
        raise PriceNotFoundError(f"{device.accelerator}: no peak rate known, serving unpriced")
    kind = service_class(ctx, model)
    if kind == "llm":
        prefill = ctx.figure("serving.utilisation.llm_prefill")
        decode = ctx.figure("serving.utilisation.llm_decode")
        per_token = 2.0 * (model.params_active or model.params_total or 0.0) / peak
        seconds = per_token * (
            load.input_tokens / prefill.draws + load.output_tokens / decode.draws
        )
        parts = (prefill, decode, stack, *load.figures)
    else:
        used = ctx.figure(f"serving.utilisation.{kind}")
        seconds = forward_flop(ctx, model, load) / (peak * used.draws)
        parts = (used, stack)
    basis, source_id = weakest(*parts)
    return Figure(seconds / stack.draws, basis, source_id)


def cpu_seconds(ctx: Context, candidate: Candidate, vcpus: float) -> Figure:
    """Time of one request on a processor instance [s]."""
    if candidate.approach is Approach.BASELINE or candidate.model is None:
        rate = ctx.figure("serving.cpu_requests_per_s")
        return Figure(1.0 / (vcpus * rate.draws), rate.basis, rate.source_id)
    speed = ctx.figure("serving.cpu_gflop_per_s")
    flop = forward_flop(ctx, candidate.model, request_load(ctx, candidate))
    return Figure(flop / (vcpus * speed.draws * GIGA), speed.basis, speed.source_id)


def instance_hours(
    requests_per_month: float,
    seconds: Array | float,
    load_share: Array | float,
    standby: float,
    batch: tuple[float, float] | None,
) -> Array:
    """Whole instances paid for a month [instance-hours].

    Notes
    -----
    Always on: ``ceil(requests x seconds / (3600 x 730 x load)) + standby`` instances x 730 h, at
    least one. Batch (runs a month, shortest run in hours): ``max(requests x seconds / 3600,
    runs x shortest run)``, never more than always on.
    """
    busy = requests_per_month * np.asarray(seconds) / SECONDS_PER_HOUR
    instances = np.maximum(np.ceil(busy / (HOURS_PER_MONTH * load_share) - 1e-9), 1.0) + standby
    always_on = instances * HOURS_PER_MONTH
    if batch is None:
        return np.asarray(always_on)
    return np.minimum(np.maximum(busy, batch[0] * batch[1]), always_on)


def add_instance_serving(
    ctx: Context, bill: Bill, candidate: Candidate
) -> tuple[Rental | None, str]:
    """Lines of serving on rented or own instances, whole and always on unless batch will do.

    Returns
    -------
    tuple of (Rental or None, str)
        What is rented, and in words why it is too slow for the wanted latency; "" where it is not.

    Notes
    -----
    Processors serve where one small instance carries the load within the wanted latency; else the
    accelerator of the provider that serves it cheapest within that latency, as many devices as the
    weights need; the scenario's own where none is quick enough.
    """
    serving, c = ctx.inputs.serving, ctx.inputs.compute
    if ctx.inputs.limits.edge_device or serving.requests_per_month <= 0:
        return None, ""
    batch = None
    if serving.latency_ms is None:
        batch = (
            ctx.value("serving.batch_runs_per_month"),
            ctx.value("serving.batch_minimum_hours"),
        )
    load_share = ctx.figure("serving.load")
    vcpus = ctx.value("serving.cpu_vcpus")
    seconds = cpu_seconds(ctx, candidate, vcpus)
    on_cpu = _cpu_carries(ctx, candidate, seconds.base, load_share.base)
    if c.provider == OWN:
        cpu = seconds if on_cpu else None
        busy, name = _serve_on_own(ctx, bill, candidate, load_share, batch, cpu)
        return None, _too_slow(serving.latency_ms, busy, name)
    if on_cpu:
        rental = rent_cpu_or(ctx, c.accelerator)
    else:
        rental, seconds = _cheapest_device(ctx, candidate, load_share.base, batch)
    hours = instance_hours(
        serving.requests_per_month, seconds.draws, load_share.draws,
        ctx.value("serving.standby_instances"), batch,
    )  # fmt: skip
    price = Figure(1.0, rental.basis, rental.source_id)
    basis, source_id = weakest(price, seconds, load_share)
    bill.add(
        "serving_instances", Phase.RUNNING,
        hours * bill.horizon * rental.billed_devices, "device-hour", rental.usd_draws,
        basis, source_id or rental.source_id, MONTHLY, note=rental.note,
    )  # fmt: skip
    device = rental.row.accelerator if rental.row else c.accelerator
    return rental, _too_slow(serving.latency_ms, float(seconds.base), device)


def _too_slow(latency_ms: float | None, busy_seconds: float, name: str) -> str:
    """Why a device cannot answer in time, in words.

    Notes
    -----
    ``busy_seconds`` is the time for which one request occupies the device at full load. Waiting
    and batching come on top, so no answer can be quicker; a row that passes may still be slow.
    """
    busy = busy_seconds * MS_PER_SECOND
    if latency_ms is None or busy <= latency_ms:
        return ""
    return f"works about {busy:.3g} ms on a request on {name}; allowed are {latency_ms:g} ms"


def _cheapest_device(
    ctx: Context, candidate: Candidate, load_share: float, batch: tuple[float, float] | None
) -> tuple[Rental, Figure]:
    c, serving = ctx.inputs.compute, ctx.inputs.serving
    limit = math.inf if serving.latency_ms is None else serving.latency_ms / MS_PER_SECOND
    standby = ctx.value("serving.standby_instances")
    known = ctx.evidence.accelerators
    usual = device_seconds(ctx, candidate, known[c.accelerator])
    best: tuple[bool, float, bool] | None = None
    chosen = rent(ctx, c.accelerator, _devices_for_weights(ctx, candidate, known[c.accelerator]))
    factor = 1.0 / chosen.n_devices
    for name in [c.accelerator, *ctx.once("serving_devices", lambda: _devices_sold(ctx))]:
        peak = peak_flop_per_s(known[name])
        if peak <= 0:
            continue
        rental = rent(ctx, name, _devices_for_weights(ctx, candidate, known[name]))
        slower = peak_flop_per_s(known[c.accelerator]) / peak / rental.n_devices
        seconds = usual.base * slower
        hours = instance_hours(serving.requests_per_month, seconds, load_share, standby, batch)
        usd = float(hours) * rental.billed_devices * rental.usd_per_device_hour
        rank = (seconds > limit, usd, name != c.accelerator)
        if best is None or rank < best:
            best, chosen, factor = rank, rental, slower
    return chosen, Figure(usual.draws * factor, usual.basis, usual.source_id)


def _devices_sold(ctx: Context) -> tuple[str, ...]:
    """Other GPUs that the provider sells in the scenario's place under its purchase option."""
    c = ctx.inputs.compute
    sold = {
        r.accelerator
        for r in ctx.evidence.prices
        if (r.provider, r.region, r.purchase_option) == (c.provider, c.region, c.purchase_option)
    }
    known = ctx.evidence.accelerators
    return tuple(
        sorted(
            name
            for name in sold - {c.accelerator}
            if name in known and known[name].kind is DeviceKind.GPU
        )
    )


def _cpu_carries(ctx: Context, candidate: Candidate, seconds: float, load_share: float) -> bool:
    if candidate.approach is Approach.BASELINE or candidate.model is None:
        return True
    latency = ctx.inputs.serving.latency_ms
    if latency is not None and seconds * MS_PER_SECOND > latency:
        return False
    busy = ctx.inputs.serving.requests_per_month * seconds / SECONDS_PER_HOUR
    return busy <= HOURS_PER_MONTH * load_share


def _devices_for_weights(ctx: Context, candidate: Candidate, device: Accelerator) -> int:
    model = candidate.model
    params = (model.params_total or 0.0) if model else 0.0
    need_gb = params * BYTES_16_BIT * ctx.value("serving.memory_factor") / GIGA
    return max(1, int(np.ceil(need_gb / device.memory_gb)))


def _serve_on_own(
    ctx: Context,
    bill: Bill,
    candidate: Candidate,
    load_share: Figure,
    batch: tuple[float, float] | None,
    cpu: Figure | None,
) -> tuple[float, str]:
    """Lines of the own devices; the time of one request [s] and the device it runs on."""
    hw = ctx.inputs.own_hardware
    name = hw.accelerator if hw else ctx.inputs.compute.accelerator
    device = ctx.evidence.accelerators[name]
    n, seconds = 1, cpu
    trained = candidate.approach is not Approach.BASELINE and candidate.model is not None
    if cpu is None or trained:
        n, seconds = _devices_for_weights(ctx, candidate, device), None
    if seconds is None:
        seconds = device_seconds(ctx, candidate, device)
    hours = instance_hours(
        ctx.inputs.serving.requests_per_month, seconds.draws / n, load_share.draws,
        ctx.value("serving.standby_instances"), batch,
    )  # fmt: skip
    quantity = hours * bill.horizon * n
    note = "served on own hardware; whole devices"
    for part, usd, basis, source_id, why in own_prices(ctx):
        bill.add(
            f"serving_{part}", Phase.RUNNING, quantity, "device-hour", usd, basis, source_id,
            MONTHLY, note=f"{note}; {why}",
        )  # fmt: skip
    return float(seconds.base) / n, name


def own_prices(ctx: Context) -> tuple[tuple[str, float, Basis, str, str], ...]:
    """Parts of an own device-hour, or the typed price of one."""
    typed = ctx.inputs.compute.usd_per_device_hour
    if typed is not None:
        return (("own_devices", float(typed), Basis.TYPED, "", "typed price of a device-hour"),)
    parts = own_parts(ctx)
    if not parts:
        raise PriceNotFoundError(
            "compute.provider: own needs own_hardware or compute.usd_per_device_hour"
        )
    return tuple((f"own_{name}", usd, b, s, why) for name, usd, b, s, why in parts)
