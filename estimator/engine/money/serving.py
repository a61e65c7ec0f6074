"""Answering on rented or own instances, by published throughput, whole and with their load."""

from __future__ import annotations

import math

import numpy as np

from estimator.engine.compute.work import example_flop, model_info
from estimator.engine.distributions import Array
from estimator.engine.figure import Figure, typed
from estimator.engine.money.cloud import OWN, Rental, rent, rent_cpu_or
from estimator.engine.money.context import Context
from estimator.engine.money.lines import MONTHLY, Bill
from estimator.engine.money.own_hardware import own_parts
from estimator.engine.money.serving_api import (
    Load,
    in_context,
    interactive,
    request_load,
    retrieves,
)
from estimator.engine.results import Candidate
from estimator.errors import PriceNotFoundError
from estimator.evidence.things import Accelerator, BaseModel
from estimator.units import GIGA, HOURS_PER_MONTH, SECONDS_PER_HOUR, TERA
from estimator.vocabulary import Approach, DeviceKind, Modality, Phase, Task
from estimator.words.statement import Note, Number, Statement, joined, state

LLM_PARAMS = 1e9
BYTES_16_BIT = 2.0
KB_PER_GB = 1e6
MS_PER_SECOND = 1000.0
ONE_PASS = frozenset({"StyleGAN2-ADA"})
"""Families that make a picture in one pass, without denoising steps."""
GENERATIVE = frozenset(
    {Task.SUMMARISATION, Task.TRANSLATION, Task.TEXT_GENERATION, Task.PREFERENCE_TUNING}
)


def service_class(ctx: Context, model: BaseModel | None) -> str:
    """Kind of serving work; names the published utilisation that applies."""
    task = ctx.inputs.task
    if model is None:
        return "other"
    if task is Task.IMAGE_GENERATION:
        return "diffusion"
    if task is Task.MUSIC_GENERATION:
        return "llm_decode"
    if task in (Task.OBJECT_DETECTION, Task.SEMANTIC_SEGMENTATION):
        return "detection"
    if model.modality is Modality.TEXT:
        big = (model.params_total or 0.0) >= LLM_PARAMS
        return "llm" if big or task in GENERATIVE else "text_encoder"
    if model.modality is Modality.VISION:
        return "vision"
    return "audio" if model.modality is Modality.AUDIO else "other"


def forward_flop(ctx: Context, model: BaseModel, load: Load) -> Figure:
    """Operations of one request on own devices [FLOP].

    Notes
    -----
    ``2 x active parameters x tokens`` for text; otherwise the forward FLOP of one example that
    training reads too; where none is known ``2 x parameters x length`` of the project's unit.
    """
    params = model.params_active or model.params_total or 0.0
    length = ctx.inputs.unit_length
    if model.modality is Modality.TEXT:
        return (load.input_tokens + load.output_tokens) * (2.0 * params)
    info = model_info(model, ctx.inputs.task)
    flop, _ = example_flop(ctx.inputs, info, typed=model.source_id == "typed")
    return Figure(flop if flop is not None else 2.0 * params * max(length, 1.0))


def passes(ctx: Context, candidate: Candidate) -> Figure:
    """Forward passes of one request: denoising steps, guidance, rows read again.

    Notes
    -----
    A picture takes its denoising steps with guidance, a piece of music two passes per audio token.
    An in-context model keeps what it made of its context rows in memory (their keys and values),
    so that an answer is the asked row and its look at each of them, a small part of a row.
    """
    task = ctx.inputs.task
    one_pass = candidate.model is not None and candidate.model.family in ONE_PASS
    if task is Task.IMAGE_GENERATION and not one_pass:
        return ctx.figure("serving.passes_per_picture")
    if task is Task.MUSIC_GENERATION:
        return ctx.figure("serving.passes_per_audio_token")
    if in_context(candidate):
        look = ctx.figure("serving.context_look_share")
        return look * context_rows(ctx, candidate) + 1.0
    return Figure(1.0)


def context_rows(ctx: Context, candidate: Candidate) -> float:
    """Training rows that an in-context model looks at for every answer."""
    most = ctx.value("serving.context_rows_most")
    return min(float(candidate.n_labelled(ctx.inputs)), most)


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
        raise PriceNotFoundError(state("price.no_serving_peak", device=device.accelerator))
    kind = service_class(ctx, model)
    if kind == "llm":
        prefill = ctx.figure("serving.utilisation.llm_prefill")
        decode = ctx.figure("serving.utilisation.llm_decode")
        per_token = 2.0 * (model.params_active or model.params_total or 0.0) / peak
        return (load.input_tokens / prefill + load.output_tokens / decode) * per_token / stack
    used = ctx.figure(f"serving.utilisation.{kind}")
    work = forward_flop(ctx, model, load) * passes(ctx, candidate)
    return work / (used * stack * peak)


def cpu_seconds(ctx: Context, candidate: Candidate, vcpus: float) -> Figure:
    """Time of one request on a processor instance [s]."""
    if candidate.approach is Approach.BASELINE or candidate.model is None:
        return Figure(1.0) / (ctx.figure("serving.cpu_requests_per_s") * vcpus)
    speed = ctx.figure("serving.cpu_gflop_per_s")
    flop = forward_flop(ctx, candidate.model, request_load(ctx, candidate))
    flop = flop * passes(ctx, candidate)
    return flop / (speed * (vcpus * GIGA))


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
) -> tuple[Rental | None, Statement | None]:
    """Lines of serving on rented or own instances, whole and always on unless batch will do.

    Returns
    -------
    tuple of (Rental or None, Statement or None)
        What is rented, and why it is too slow for the wanted latency; None where it is not.

    Notes
    -----
    Processors serve models of usable size where one small instance holds them and carries the load
    within the wanted latency; else the device of the training accelerator's maker that serves
    cheapest within that latency, as many as the weights need; the scenario's own where none is
    quick enough. Moving to another maker's devices means porting and is not done silently.
    """
    serving, c = ctx.inputs.serving, ctx.inputs.compute
    if ctx.inputs.limits.edge_device or serving.requests_per_month <= 0:
        return None, None
    batch = None
    if not interactive(ctx):
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
    used = (seconds * load_share).replaced(hours * bill.horizon * rental.billed_devices)
    bill.add(
        "serving_instances",
        Phase.RUNNING,
        used,
        "device-hour",
        rental.price,
        timing=MONTHLY,
        note=joined(rental.note, context_note(ctx, candidate)),
    )
    device = rental.row.accelerator if rental.row else c.accelerator
    return rental, _too_slow(serving.latency_ms, float(seconds.base), device)


def context_note(ctx: Context, candidate: Candidate) -> Note:
    """That the context rows are read once and kept, and how many; nothing for other models."""
    if not in_context(candidate):
        return ""
    rows, gb = context_rows(ctx, candidate), context_gb(ctx, candidate)
    return state("note.context_kept", rows=Number(rows), gb=Number(gb))


def _too_slow(latency_ms: float | None, busy_seconds: float, name: str) -> Statement | None:
    """Why a device cannot answer in time.

    Notes
    -----
    ``busy_seconds`` is the time for which one request occupies the device at full load. Waiting
    and batching come on top, so no answer can be quicker; a row that passes may still be slow.
    """
    busy = busy_seconds * MS_PER_SECOND
    if latency_ms is None or busy <= latency_ms:
        return None
    return state("price.too_slow", busy=Number(busy), device=name, allowed=Number(latency_ms))


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
    return chosen, usual * factor


def _devices_sold(ctx: Context) -> tuple[str, ...]:
    """Other GPUs that the provider sells in the scenario's place under its purchase option."""
    c = ctx.inputs.compute
    here = (c.provider, c.region, c.purchase_option)
    sold = {
        r.accelerator
        for r in ctx.evidence.prices
        if (r.provider, r.region, r.purchase_option) == here
    }
    known = ctx.evidence.accelerators
    maker = known[c.accelerator].vendor
    return tuple(
        sorted(
            name
            for name in sold - {c.accelerator}
            if name in known and known[name].kind is DeviceKind.GPU and known[name].vendor == maker
        )
    )


def _cpu_carries(ctx: Context, candidate: Candidate, seconds: float, load_share: float) -> bool:
    if candidate.approach is Approach.BASELINE or candidate.model is None:
        return True
    if not _cpu_is_usable(ctx, candidate):
        return False
    latency = ctx.inputs.serving.latency_ms
    if latency is not None and seconds * MS_PER_SECOND > latency:
        return False
    busy = ctx.inputs.serving.requests_per_month * seconds / SECONDS_PER_HOUR
    return busy <= HOURS_PER_MONTH * load_share


def _cpu_is_usable(ctx: Context, candidate: Candidate) -> bool:
    """A processor instance holds the model and answers it at a speed that somebody would accept."""
    params = (candidate.model.params_total or 0.0) if candidate.model else 0.0
    if ctx.inputs.task in (Task.IMAGE_GENERATION, Task.MUSIC_GENERATION):
        return False
    most = ctx.value("serving.cpu_most_params")
    if ctx.inputs.task is Task.RETRIEVAL and not retrieves(ctx, candidate):
        most *= max(ctx.inputs.unit_length / ctx.value("serving.query_tokens"), 1.0)
    if params > most:
        return False
    if in_context(candidate) and candidate.n_labelled(ctx.inputs) > ctx.value(
        "serving.cpu_context_rows"
    ):
        return False
    need_gb = params * BYTES_16_BIT * ctx.value("serving.memory_factor") / GIGA
    try:
        rental = rent_cpu_or(ctx, ctx.inputs.compute.accelerator)
    except PriceNotFoundError:
        return True
    held = rental.row.memory_gib if rental.row else None
    return held is None or need_gb <= held


def _devices_for_weights(ctx: Context, candidate: Candidate, device: Accelerator) -> int:
    model = candidate.model
    params = (model.params_total or 0.0) if model else 0.0
    need_gb = params * BYTES_16_BIT * ctx.value("serving.memory_factor") / GIGA
    need_gb += context_gb(ctx, candidate)
    return max(1, int(np.ceil(need_gb / device.memory_gb)))


def context_gb(ctx: Context, candidate: Candidate) -> float:
    """Keys and values of the context rows that an in-context model keeps in memory [GB]."""
    if not in_context(candidate):
        return 0.0
    cells = context_rows(ctx, candidate) * ctx.inputs.unit_length
    return cells * ctx.value("serving.context_kb_per_cell") / KB_PER_GB


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
    quantity = (seconds * load_share).replaced(hours * bill.horizon * n)
    for part, usd in own_prices(ctx):
        bill.add(
            f"serving_{part}",
            Phase.RUNNING,
            quantity,
            "device-hour",
            usd,
            timing=MONTHLY,
            note=joined(state("note.served_own"), usd.note),
        )
    return float(seconds.base) / n, name


def own_prices(ctx: Context) -> tuple[tuple[str, Figure], ...]:
    """Parts of an own device-hour, or the typed price of one."""
    usd = ctx.inputs.compute.usd_per_device_hour
    if usd is not None:
        name = "compute.usd_per_device_hour"
        note = state("note.typed_price")
        return (("own_devices", typed(name, float(usd), "USD per device-hour", note)),)
    parts = own_parts(ctx)
    if not parts:
        raise PriceNotFoundError(state("price.own_needs"))
    return tuple((f"own_{name}", usd) for name, usd in parts)
