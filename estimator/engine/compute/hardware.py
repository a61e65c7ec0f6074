"""Free-text hardware and precision names, and the peak rate a run can reach on a device."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from estimator.engine.catalogue import Accelerator

_RULES: tuple[tuple[str, str], ...] = (
    (r"gb300", "GB300-288GB"),
    (r"gb200", "GB200-186GB"),
    (r"gh200", "GH200-96GB"),
    (r"b300", "B300-288GB"),
    (r"b200|blackwell gpu", "B200-180GB"),
    (r"h200", "H200-141GB"),
    (r"h100.{0,6}nvl|h100-94", "H100-NVL-94GB"),
    (r"h100.*96 ?gb", "H100-80GB"),
    (r"h100.*pci|pci.*h100", "H100-PCIe-80GB"),
    (r"h100|h800", "H100-80GB"),
    (r"a[18]00.*pci.*80|a[18]00.*80.*pci", "A100-PCIe-80GB"),
    (r"a[18]00.*pci", "A100-PCIe-40GB"),
    (r"a[18]00.*80|p4de", "A100-80GB"),
    (r"a[18]00.*40|p4d\b|a2-highgpu", "A100-40GB"),
    (r"\ba[18]00\b", "A100-40GB"),
    (r"\ba30\b", "A30"),
    (r"\ba40\b", "A40"),
    (r"\ba10g\b|\bg5\.", "A10G"),
    (r"\ba10\b", "A10"),
    (r"a6000 ada|6000 ada|rtx ?6000 ?ada", "RTX-6000-Ada"),
    (r"pro 6000", "RTX-PRO-6000"),
    (r"a6000", "RTX-A6000"),
    (r"a5000", "RTX-A5000"),
    (r"a4000", "RTX-A4000"),
    (r"\bl40s\b|g6e\.", "L40S"),
    (r"\bl40\b", "L40"),
    (r"\bl4\b|\bg6\.", "L4"),
    (r"v100s", "V100-32GB"),
    (r"v100.*32|dgxs 32|p3dn", "V100-32GB"),
    (r"v100.*(pci)", "V100-PCIe-16GB"),
    (r"v100|dgx-1|\bp3\.", "V100-16GB"),
    (r"p100", "P100-16GB"),
    (r"gp100", "GP100"),
    (r"\bp40\b", "P40"),
    (r"\bk80\b|\bp2\.", "K80"),
    (r"\bk40", "K40"),
    (r"\bt4\b|g4dn|colab free", "T4"),
    (r"\bm60\b", "M60"),
    (r"rtx ?8000", "Quadro-RTX-8000"),
    (r"rtx ?5000", "Quadro-RTX-5000"),
    (r"rtx ?4000", "Quadro-RTX-4000"),
    (r"rtx ?6000", "Quadro-RTX-6000"),
    (r"5090", "RTX-5090"),
    (r"4090", "RTX-4090"),
    (r"4080", "RTX-4080"),
    (r"4070", "RTX-4070"),
    (r"3090 ?ti", "RTX-3090-Ti"),
    (r"3090", "RTX-3090"),
    (r"3080", "RTX-3080"),
    (r"3070", "RTX-3070"),
    (r"3060", "RTX-3060-12GB"),
    (r"2080 ?ti", "RTX-2080-Ti"),
    (r"2080", "RTX-2080"),
    (r"2070", "RTX-2070"),
    (r"1080 ?ti", "GTX-1080-Ti"),
    (r"1080", "GTX-1080"),
    (r"1070", "GTX-1070"),
    (r"titan ?rtx|titan 24", "Titan-RTX"),
    (r"titan ?v", "Titan-V"),
    (r"titan ?xp", "Titan-Xp"),
    (r"titan ?x", "Titan-X"),
    (r"titan black", "Titan-Black"),
    (r"7900 ?xtx", "RX-7900-XTX"),
    (r"mi355", "MI355X"),
    (r"mi350", "MI350X"),
    (r"mi325", "MI325X"),
    (r"mi300", "MI300X"),
    (r"mi250", "MI250X"),
    (r"mi210", "MI210"),
    (r"mi100", "MI100"),
    (r"gaudi.{0,4}3", "Gaudi3"),
    (r"gaudi(\(r\))? ?2|gaudi2", "Gaudi2"),
    (r"gaudi|hpu|dl1\.", "Gaudi1"),
    (r"trainium ?2|trn2", "Trainium2"),
    (r"trainium|trn1", "Trainium1"),
    (r"ascend ?910", "Ascend-910"),
    (r"bow ?ipu", "Bow-IPU"),
    (r"gc200|graphcore|\bipu\b", "IPU-GC200"),
    (r"tpu.{0,10}(v7|7x|ironwood)|ironwood", "TPU-v7"),
    (r"tpu.{0,10}(v6e?|trillium)|trillium", "TPU-v6e"),
    (r"tpu.{0,10}v5p|\bv5p\b", "TPU-v5p"),
    (r"tpu.{0,10}v5(e|lite)?|\bv5e\b", "TPU-v5e"),
    (r"tpu.{0,10}v4|\bv4-\d", "TPU-v4"),
    (r"tpu.{0,10}v3|\bv3-\d", "TPU-v3"),
    (r"tpu.{0,10}v2|\bv2-\d", "TPU-v2"),
    (r"xeon|epyc|\bcpu\b", "CPU"),
)

_CORES = re.compile(r"\bcores?\b", re.IGNORECASE)
_TPU_BOARD = re.compile(r"one device|4 chips each", re.IGNORECASE)


@dataclass(frozen=True)
class Hardware:
    """A resolved device: ``devices_per_unit`` converts the file's unit (core, board) into chips."""

    accelerator: Accelerator
    devices_per_unit: float


@lru_cache(maxsize=4096)
def accelerator_id(text: str) -> str | None:
    """Accelerator id of a free-text hardware string, None where no rule applies."""
    low = text.lower()
    if "not stated" in low and not re.search(r"a100|v100|h100|tpu|p100", low):
        return None
    if low.count("nvidia ") > 1 and "," in low:
        low = low.split(",")[0]
    return next((ident for pattern, ident in _RULES if re.search(pattern, low)), None)


def resolve_hardware(text: str, accelerators: Mapping[str, Accelerator]) -> Hardware | None:
    """The accelerator a free-text string names, with chips per counted unit.

    A TPU v2 or v3 chip has two cores; "one device" of those is a board of four chips.
    """
    ident = accelerator_id(text)
    if ident is None:
        return None
    found = accelerators.get(ident)
    if found is None:
        return None
    per_unit = 1.0
    if ident in ("TPU-v2", "TPU-v3"):
        if _CORES.search(text):
            per_unit = 0.5
        elif _TPU_BOARD.search(text):
            per_unit = 4.0
    return Hardware(found, per_unit)


PRECISIONS = ("fp32", "tf32", "half", "fp8", "int4")


def precision_class(text: str) -> str | None:
    """One of fp32, tf32, half, fp8, int4 (weights in 4 bits, arithmetic in half); None if blank."""
    low = text.lower().strip()
    if not low or low == "nan":
        return None
    if re.search(r"nf4|qlora|4-?bit|int4|bnb\.", low):
        return "int4"
    if re.search(r"fp8|float8", low):
        return "fp8"
    if re.search(r"bf16|fp16|half|mixed|amp|bfloat|float16|16-|int8|8-?bit", low):
        return "half"
    if "tf32" in low:
        return "tf32"
    if re.search(r"fp32|float32|single|32-true|full|fp64|float64", low):
        return "fp32"
    return None


FP8_FROM_YEAR = 2022


def default_precision(
    accelerator: Accelerator, year: float | None, tuned_transformer: bool = False
) -> str:
    """Precision assumed when a run does not state one: half where tensor cores exist, else fp32.

    Speed-tuned runs of transformers use fp8 on devices that have it (Transformer Engine, 2022).
    """
    peaks = accelerator.peak_tflop_per_s
    if not (peaks.get("bf16") or peaks.get("fp16")):
        return "fp32"
    if accelerator.launch_year < 2017 or (year is not None and year < 2018):
        return "fp32"
    if tuned_transformer and peaks.get("fp8") and (year or FP8_FROM_YEAR) >= FP8_FROM_YEAR:
        return "fp8"
    return "half"


FP8_GAIN = 1.4
"""fp8 doubles the rate of the matrix products only; the rest of a step stays as it is."""


def peak_tflop(accelerator: Accelerator, precision: str) -> float | None:
    """Dense peak of the device at a precision class [TFLOP/s]; falls back to the next slower one.

    fp8 counts 1.4 times the half-precision peak: only the matrix products run in fp8.
    """
    p = accelerator.peak_tflop_per_s
    half = p.get("bf16") or p.get("fp16")
    if accelerator.launch_year < 2017 and accelerator.vendor == "NVIDIA":
        half = None
    single = p.get("fp32")
    if precision == "fp32":
        return single or half
    if precision == "tf32":
        return p.get("tf32") or single or half
    if precision == "fp8" and half and p.get("fp8"):
        return FP8_GAIN * half
    return half or single


_ARCH: tuple[tuple[str, str], ...] = (
    (r"^(K80|K40|Titan-Black|Titan-X$|M60)", "maxwell"),
    (r"^(P100|GTX-10|Titan-Xp)", "pascal"),
    (r"^(V100|Titan-V)", "volta"),
    (r"^(T4|RTX-20|RTX-8000|RTX-6000$|RTX-5000|RTX-4000|Titan-RTX|Quadro)", "turing"),
    (r"^(A100|A30)", "ampere"),
    (r"^(A10|A40|RTX-A|RTX-30)", "ampere_gddr"),
    (r"^(L4|L40|RTX-40|RTX-6000-Ada)", "ada"),
    (r"^(H100|H200|GH200|H800)", "hopper"),
    (r"^(B200|B300|GB200|GB300|RTX-PRO|RTX-50)", "blackwell"),
    (r"^MI|^RX", "amd"),
    (r"^TPU-v[23]", "tpu_old"),
    (r"^TPU", "tpu"),
    (r"^Gaudi", "gaudi"),
    (r"^(Trainium|Inferentia|Ascend|IPU|Bow)", "other_asic"),
)


@lru_cache(maxsize=512)
def architecture(accelerator: str) -> str:
    """Architecture family of an accelerator id, for the device effect of the utilisation fit."""
    return next((a for pattern, a in _ARCH if re.search(pattern, accelerator)), "cpu")
