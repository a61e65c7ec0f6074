"""The words of a training configuration: batch, accumulation, length, packing, adapters, kernels.

Reads command lines, configuration files and prose alike: ``per_device_train_batch_size 4``,
``micro_batch_size: 2``, ``bs 4, ga 8, ctx 2048, packing``, ``batch 2x8 (2 per GPU)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from estimator.engine.compute import text as parse

_N = r"[ :=_]{0,3}(\d[\d,]*)\b"
_S = r"(?:[ _-]?size)?(?: of)?"
_GLOBAL = (
    rf"(?:global|total|effective|overall)[ _-]?(?:train[ _-]?)?(?:batch|bs){_S}{_N}",
    rf"\bGBS{_N}",
    rf"\bmini-?batch(?:[ _-]size)?{_N}",
)
_MICRO = (
    rf"per[ _-]?(?:device|gpu)[ _-]?(?:train(?:ing)?[ _-]?)?(?:mini[ _-]?)?batch{_S}{_N}",
    rf"batch(?:[ _-]?size)? per[ _-](?:device|gpu){_N}",
    rf"micro-?[ _]?batch(?:[ _-]?size)?(?:[ _]per[ _]gpu)?(?: of)?{_N}",
    rf"\bmbs{_N}",
    r"(\d+) ?(?:im(?:g|age)?s? ?)?(?:/ ?|per[ _-])(?:gpu|device|card)\b",
    rf"\bbatch(?:[ _-]?size)?{_N} ?(?:/ ?|per[ _-]?)(?:gpu|device|card)\b",
    rf"\btrain[ _-]?batch[ _-]?size{_N}",
    rf"\bbs{_N}",
)
_ACCUMULATION = (
    rf"grad(?:ient)?s?[ _-]?acc\w*(?:[ _-]?steps?)?(?: of)?{_N}",
    rf"accum(?:ulat\w*)?[ _-]?(?:grad\w*|steps?|iter\w*|freq)?(?: of)?{_N}",
    rf"\bga{_N}",
)
_BARE = (rf"\bbatch(?:[ _-]?size)?(?: of)?{_N}(?! ?[x×])",)
_CAP = (
    rf"max(?:imum)?[ _-]?(?:seq(?:uence)?|target|model|text)?[ _-]?len(?:gth)?{_N}",
    rf"(?:model|seq)[ _]max[ _]len(?:gth)?{_N}",
    rf"cut-?off(?:[ _-]?len(?:gth)?)?{_N}",
    rf"sequence_len{_N}",
    rf"\bctx(?:[ _-]?len(?:gth)?)?{_N}",
    rf"\bn_ctx{_N}",
)
_MEAN = (
    rf"(?:mean|average|avg\.?)(?: sequence)?(?: length)?(?: of)?{_N}(?: tokens)?",
    r"longest[a-z ]*?\((\d[\d,]*) tokens\)",
)
_PACKED = re.compile(
    r"(?<!un)\bpack(?:ed|ing)?\b|sample_packing|constant[ _-]?length|pad[ _]to[ _]max|"
    r"pad_to_sequence|block[ _]size"
)
_PADDED = re.compile(r"(?<!un)padd(?:ed|ing) to|\bpad[ _]to|\(padded\)")
_IN_TURN = re.compile(r"spread over|device_map.{0,4}auto|one (?:device|gpu) at a time")
_NOT_PACKED = re.compile(
    r"unpacked|(?:no|without) packing|packing[ :=]*(?:false|no\b|off)|group_by_length"
)
_CHECKPOINT = r"(?:gradient|activation|act)[ _-]?(?:check-?pointing|checkpoints?|ckpt)"
_NO_CHECKPOINT = re.compile(
    rf"{_CHECKPOINT}[ :=]*(?:is )?(?:false|no\b|off|none|disabled)|"
    rf"(?:no|without) (?:{_CHECKPOINT}|recomput|checkpoint)|recomputation off"
)
_DO_CHECKPOINT = re.compile(
    rf"{_CHECKPOINT}|recomput|checkpointing|full recompute|activation offloading"
)
_OPTIMISER: tuple[tuple[str, str], ...] = (
    (r"paged[ _-]?adamw?[ _-]?8-?bit", "adamw_paged_8bit"),
    (r"paged[ _-]?adamw?(?:[ _-]?32-?bit)?", "adamw_paged"),
    (r"adamw?[ _-]?(?:bnb[ _-]?)?8-?bit|8-?bit[ _-]?adam|adam8bit", "adamw_8bit"),
    (r"lion[ _-]?8-?bit", "lion_8bit"),
    (r"adafactor", "adafactor"),
    (r"\blion\b", "lion"),
    (r"\bsgd\b", "sgd"),
    (r"adam", "adamw"),
)
_RANK = (
    rf"\brank{_N}",
    rf"\b(?:lora_)?r{_N}",
    rf"lora[ _-](?:dim|rank|r){_N}",
    rf"network[ _]dim{_N}",
)
_ALL_LINEAR = re.compile(
    r"all[ _-]?(?:the )?linear|gate_proj|up_proj|down_proj|attention and mlp|\bmlp\b"
)
_ATTENTION_ONLY = re.compile(
    r"[qv]_?proj|attention[ -](?:only|layers?|proj\w*|modules?|blocks?|weights)|"
    r"(?:on|to|in|targets?) (?:the )?attention\b|^attention$"
)
_FRAMEWORK: tuple[tuple[str, str], ...] = (
    (r"unsloth", "unsloth"),
    (r"axolotl", "axolotl"),
    (r"llama[-_ ]?factory", "llamafactory"),
    (r"\btrl\b|sfttrainer", "trl"),
    (r"kohya|sd-scripts|network_dim", "kohya"),
    (r"ultralytics", "ultralytics"),
    (r"torchtune", "torchtune"),
    (r"lit-?(?:gpt|llama)", "litgpt"),
    (r"megatron|\bnemo\b", "megatron"),
    (r"\bmlx\b", "mlx"),
)
_FLASH = re.compile(
    r"flash[ _-]?att|sdpa|xformers|torch\.compile|compiled|memory[ _-]efficient att"
)
_EAGER = re.compile(
    r"eager|disable_flash_attn\d? true|(?:no|without) flash|"
    r"flash[ _-]?att\w*[ :=]*(?:off|false|no\b)"
)
K_TOKENS = 1024.0


@dataclass(frozen=True)
class Settings:
    """What a text says of one training run; None where it is silent.

    ``micro_batch`` counts examples on one device in one forward pass; ``cap_tokens`` is the
    longest example allowed, ``length_tokens`` a stated sequence length, ``mean_tokens`` a mean.
    """

    micro_batch: float | None = None
    accumulation: float | None = None
    global_batch: float | None = None
    cap_tokens: float | None = None
    length_tokens: float | None = None
    mean_tokens: float | None = None
    is_packed: bool | None = None
    checkpointing: bool | None = None
    optimiser: str | None = None
    lora_rank: float | None = None
    lora_targets: str | None = None
    framework: str | None = None
    kernel: str | None = None
    offloaded: bool = False
    sharding: str | None = None
    weights_fp32: bool = False
    is_padded: bool = False
    """Every example is filled up to the stated length."""
    in_turn: bool = False
    """Layers lie on several devices of which one works at a time."""

    @property
    def longest_tokens(self) -> float | None:
        """Tokens that memory must hold for one example: the cap, else the stated length."""
        return self.cap_tokens or self.length_tokens or self.mean_tokens


SILENT = Settings()


def _first(patterns: tuple[str, ...], text: str) -> float | None:
    for pattern in patterns:
        m = re.search(pattern, text, re.IGNORECASE)
        if m:
            found = parse.number(m.group(1))
            if found:
                return found
    return None


def _named(table: tuple[tuple[str, str], ...], low: str) -> str | None:
    return next((name for pattern, name in table if re.search(pattern, low)), None)


def batch_settings(text: str, n_devices: float | None) -> Settings:
    """Micro-batch, accumulation and global batch; the third follows from the other two.

    A bare ``batch N`` is the micro-batch where accumulation is named, one device is used, or it
    is not larger than the number of devices.
    """
    n = n_devices or 1.0
    whole, micro, accumulated = (_first(p, text) for p in (_GLOBAL, _MICRO, _ACCUMULATION))
    times = re.search(r"batch(?:[ _-]?size)?[ :=]*(\d[\d,]*) ?[x×] ?(\d+)", text, re.IGNORECASE)
    if times:
        a, b = (parse.number(g) or 1.0 for g in times.groups())
        whole = whole or a * b
    bare = _first(_BARE, text) if not times else None
    if bare and not micro and bare != whole:
        if accumulated or n == 1.0 or bare <= n:
            micro = bare
        elif not whole:
            whole = bare
    if micro and not whole:
        whole = micro * (accumulated or 1.0) * n
    elif whole and not micro and accumulated:
        micro = max(whole / accumulated / n, 1.0)
    elif whole and micro and not accumulated:
        accumulated = max(whole / micro / n, 1.0)
    return Settings(micro_batch=micro, accumulation=accumulated, global_batch=whole)


def _length(patterns: tuple[str, ...], text: str) -> float | None:
    found = _first(patterns, text)
    return found if found and 4 <= found <= 2e6 else None


def framework_of(text: str) -> str | None:
    """Training framework named in a text."""
    return _named(_FRAMEWORK, text.lower())


def read_settings(text: str, n_devices: float | None = None, source: str = "") -> Settings:
    """All settings that a text names; ``n_devices`` turns a micro-batch into a global one.

    The words of the source tell the framework where the text does not.
    """
    low = text.lower()
    batch = batch_settings(text, n_devices)
    thousands = re.search(
        r"\b(\d+)k[ -]?(?:context|ctx|seq|tokens? (?:context|window))|seq[a-z_ ]*?(\d+)k\b", low
    )
    stated = parse.sequence_length(text)
    if thousands:
        stated = float(thousands.group(1) or thousands.group(2)) * K_TOKENS
    checkpointing: bool | None = None
    if _NO_CHECKPOINT.search(low) or "select" in low:
        checkpointing = False
    elif _DO_CHECKPOINT.search(low):
        checkpointing = True
    sharding = _named(
        (
            (r"zero-?(?:stage )?_?3|fsdp|full[ _]shard|fully sharded", "full"),
            (r"zero-?(?:stage )?[12]", "states"),
        ),
        low,
    )
    rank = _first(_RANK, low) if re.search(r"lora|dora|rank|network_dim|r=", low) else None
    return replace(
        batch,
        cap_tokens=_length(_CAP, low),
        length_tokens=stated,
        mean_tokens=_length(_MEAN, low),
        is_packed=False if _NOT_PACKED.search(low) else True if _PACKED.search(low) else None,
        checkpointing=checkpointing,
        optimiser=_named(_OPTIMISER, low),
        lora_rank=rank,
        lora_targets="all_linear"
        if _ALL_LINEAR.search(low)
        else "attention"
        if _ATTENTION_ONLY.search(low)
        else None,
        framework=framework_of(low) or framework_of(source),
        kernel="eager" if _EAGER.search(low) else "flash" if _FLASH.search(low) else None,
        offloaded=bool(
            re.search(
                r"cpu[ _-]offload|zero-?3[ _-]?offload|optimi[sz]er[ _-]offload|\boffload\b", low
            )
        ),
        sharding=sharding,
        is_padded=_PADDED.search(low) is not None,
        in_turn=_IN_TURN.search(low) is not None,
        weights_fp32=bool(
            re.search(r"(?:loaded|weights|base)[a-z ]* (?:in )?(?:fp32|float32|32[ -]bit)", low)
        ),
    )
