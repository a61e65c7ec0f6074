"""Free-text hardware and precision names, and the peak rate a run can reach on a device."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from estimator.evidence.things import Accelerator
from estimator.vocabulary import DeviceKind

_GPU = r"(?:geforce |nvidia |rtx[- _]?|gtx[- _]?|^)"
_RULES: tuple[tuple[str, str], ...] = (
    (r"strix[- ]?halo|ryzen[- ]ai[- ]max|radeon 8060s|gfx1151", "Ryzen-AI-Max-395"),
    (r"gb300", "GB300-288GB"),
    (r"gb200|p6e-gb200|a4x", "GB200-186GB"),
    (r"gh200|grace ?hopper", "GH200-96GB"),
    (r"gb10\b|dgx[- ]?spark", "GB10"),
    (r"b300|p6-b300", "B300-288GB"),
    (r"b200|blackwell gpu|\ba4-highgpu", "B200-180GB"),
    (r"h200|p5en|p5e\b|a3-ultragpu", "H200-141GB"),
    (r"h100.{0,6}nvl|h100-94|nc\d+ads_h100|nc\d+adis_h100", "H100-NVL-94GB"),
    (r"h100.*96 ?gb", "H100-80GB"),
    (r"h100.*pci|pci.*h100", "H100-PCIe-80GB"),
    (r"h800", "H800-80GB"),
    (r"h100|p5\.|a3-(?:high|mega|edge)gpu|nd\d*is?r?_h100", "H100-80GB"),
    (r"\bh20\b", "H20-96GB"),
    (r"a800.*pci", "A800-PCIe-40GB"),
    (r"a800", "A800-80GB"),
    (r"a100.*pci.*80|a100.*80.*pci|nc\d+ads_a100", "A100-PCIe-80GB"),
    (r"a100.*pci", "A100-PCIe-40GB"),
    (r"a100.*80|p4de|a2-ultragpu|ndm?\d*amsr|nd\d+m\w*_a100", "A100-80GB"),
    (r"a100.*40|p4d\b|a2-(?:high|mega)gpu|nd96asr", "A100-40GB"),
    (r"\ba100\b|\ba100[-_]", "A100-40GB"),
    (r"\ba30\b", "A30"),
    (r"\ba40\b", "A40"),
    (r"\ba10g\b|\bg5\.", "A10G"),
    (r"\ba10\b|nv\d+ad[ms]s_a10|vm\.gpu\.a10", "A10"),
    (r"\ba16\b", "A16"),
    (r"\ba2\b(?!-)", "A2"),
    (r"a6000 ada|6000 ada|rtx ?6000 ?ada|6000-ada", "RTX-6000-Ada"),
    (r"5000[ -]?ada", "RTX-5000-Ada"),
    (r"4500[ -]?ada", "RTX-4500-Ada"),
    (r"4000[ -]?ada", "RTX-4000-Ada"),
    (r"2000[ -]?ada", "RTX-2000-Ada"),
    (r"pro[ -]?6000|6000 pro|6000.{0,12}blackwell|g7e\.|g4-standard", "RTX-PRO-6000"),
    (r"pro[ -]?5000|5000 pro", "RTX-PRO-5000"),
    (r"pro[ -]?4500|4500 pro", "RTX-PRO-4500"),
    (r"pro[ -]?4000|4000 pro", "RTX-PRO-4000"),
    (r"a6000", "RTX-A6000"),
    (r"a5500", "RTX-A5500"),
    (r"a5000", "RTX-A5000"),
    (r"a4500", "RTX-A4500"),
    (r"a4000", "RTX-A4000"),
    (r"a2000", "RTX-A2000-12GB"),
    (r"\bl40s\b|g6e\.", "L40S"),
    (r"\bl40\b", "L40"),
    (r"\bl20\b", "L20"),
    (r"\bl4\b|\bg6\.|\bgr6\.|g2-standard", "L4"),
    (r"gv100", "Quadro-GV100"),
    (r"gp100", "GP100"),
    (r"v100s", "V100-32GB"),
    (r"v100.*32|dgxs 32|p3dn|nd40rs", "V100-32GB"),
    (r"v100.*(pci)", "V100-PCIe-16GB"),
    (r"v100|dgx-1|\bp3\.|nc\d+r?s[_ ]v3", "V100-16GB"),
    (r"p100.*sxm", "P100-SXM2-16GB"),
    (r"p100|nc\d+r?s[_ ]v2", "P100-16GB"),
    (r"p6000", "Quadro-P6000"),
    (r"\bp40\b", "P40"),
    (r"\bp4\b", "P4"),
    (r"\bk80\b|\bp2\.", "K80"),
    (r"\bk40", "K40"),
    (r"\bt4g?\b|g4dn|g5g\.|colab free|t4_v3|t4 v3", "T4"),
    (r"\bm60\b|\bg3s?\.", "M60"),
    (r"rtx[- ]?8000", "Quadro-RTX-8000"),
    (r"rtx[- ]?5000", "Quadro-RTX-5000"),
    (r"rtx[- ]?4000", "Quadro-RTX-4000"),
    (r"rtx[- ]?6000", "Quadro-RTX-6000"),
    (r"5090", "RTX-5090"),
    (r"5080", "RTX-5080"),
    (r"5070[- ]?ti", "RTX-5070-Ti"),
    (r"5070", "RTX-5070"),
    (r"5060[- ]?ti", "RTX-5060-Ti-16GB"),
    (_GPU + r"5060", "RTX-5060"),
    (_GPU + r"5050", "RTX-5050"),
    (r"4090[- ]?(laptop|mobile|m\b)|laptop.*4090", "RTX-4090-Laptop"),
    (r"4090[- ]?d\b", "RTX-4090-D"),
    (r"4090", "RTX-4090"),
    (r"4080[- ]?s(uper)?\b", "RTX-4080-Super"),
    (r"4080", "RTX-4080"),
    (r"4070[- ]?ti[- ]?s(uper)?\b", "RTX-4070-Ti-Super"),
    (r"4070[- ]?ti", "RTX-4070-Ti"),
    (r"4070[- ]?s(uper)?\b", "RTX-4070-Super"),
    (r"4070", "RTX-4070"),
    (r"4060[- ]?ti", "RTX-4060-Ti-16GB"),
    (_GPU + r"4060", "RTX-4060"),
    (r"3090[- ]?ti", "RTX-3090-Ti"),
    (r"3090", "RTX-3090"),
    (r"3080[- ]?ti", "RTX-3080-Ti"),
    (r"3080", "RTX-3080"),
    (r"3070[- ]?ti", "RTX-3070-Ti"),
    (r"3070", "RTX-3070"),
    (r"3060[- ]?ti", "RTX-3060-Ti"),
    (r"3060", "RTX-3060-12GB"),
    (_GPU + r"3050", "RTX-3050-8GB"),
    (r"2080[- ]?s(uper)?\b", "RTX-2080-Super"),
    (r"2080[- ]?ti", "RTX-2080-Ti"),
    (r"2080", "RTX-2080"),
    (r"2070", "RTX-2070"),
    (_GPU + r"2060", "RTX-2060"),
    (r"1660[- ]?ti", "GTX-1660-Ti"),
    (_GPU + r"1660", "GTX-1660-Super"),
    (_GPU + r"1650", "GTX-1650"),
    (r"1080[- ]?ti", "GTX-1080-Ti"),
    (r"1080", "GTX-1080"),
    (r"1070[- ]?ti", "GTX-1070-Ti"),
    (r"1070", "GTX-1070"),
    (_GPU + r"1060", "GTX-1060-6GB"),
    (r"980[- ]?ti", "GTX-980-Ti"),
    (r"titan[- ]?rtx|titan 24", "Titan-RTX"),
    (r"titan[- ]?v", "Titan-V"),
    (r"titan[- ]?xp", "Titan-Xp"),
    (r"titan[- ]?x", "Titan-X"),
    (r"titan[- ]black", "Titan-Black"),
    (r"agx[- ]?orin|jetson.*64|orin 64", "Jetson-AGX-Orin-64GB"),
    (r"orin[- ]?nx|jetson.*orin", "Jetson-Orin-NX-16GB"),
    (r"7900[- ]?xtx", "RX-7900-XTX"),
    (r"7900[- ]?xt\b", "RX-7900-XT"),
    (r"9070[- ]?xt", "RX-9070-XT"),
    (r"6900[- ]?xt", "RX-6900-XT"),
    (r"6800[- ]?xt", "RX-6800-XT"),
    (r"w7900", "Radeon-PRO-W7900"),
    (r"r9700", "Radeon-AI-PRO-R9700"),
    (r"radeon[- ]vii", "Radeon-VII"),
    (r"\ba770\b", "Arc-A770"),
    (r"\bb580\b", "Arc-B580"),
    (r"mi355", "MI355X"),
    (r"mi350", "MI350X"),
    (r"mi325", "MI325X"),
    (r"mi300x|mi300(?!a)", "MI300X"),
    (r"mi250x", "MI250X"),
    (r"mi250", "MI250"),
    (r"mi210", "MI210"),
    (r"mi100", "MI100"),
    (r"mi50\b", "MI50"),
    (r"gaudi.{0,4}3", "Gaudi3"),
    (r"gaudi(\(r\))? ?2|gaudi2|dl2q?\.", "Gaudi2"),
    (r"gaudi|hpu|dl1\.", "Gaudi1"),
    (r"trainium ?2|trn2", "Trainium2"),
    (r"trainium ?1|trn1|trainium(?! ?\d)", "Trainium1"),
    (r"inferentia ?2|inf2", "Inferentia2"),
    (r"ascend ?910", "Ascend-910"),
    (r"bow ?ipu", "Bow-IPU"),
    (r"gc200|graphcore|\bipu\b", "IPU-GC200"),
    (r"tpu.{0,10}(v7|7x|ironwood)|ironwood|tpu7x", "TPU-v7"),
    (r"tpu.{0,10}(v6e?|trillium)|trillium|\bv6e\b|ct6e", "TPU-v6e"),
    (r"tpu.{0,10}v5p|\bv5p\b|ct5p", "TPU-v5p"),
    (r"tpu.{0,10}v5(e|lite)?|\bv5e\b|v5litepod|ct5lp", "TPU-v5e"),
    (r"tpu.{0,10}v4|\bv4-\d", "TPU-v4"),
    (r"tpu.{0,10}v3|\bv3-\d", "TPU-v3"),
    (r"tpu.{0,10}v2|\bv2-\d", "TPU-v2"),
    (r"\bm(\d)[- ]?(ultra|max|pro)\b", "Apple-M{0}-{1}"),
    (r"(?:apple|macbook|mac mini|imac|mac studio).{0,20}\bm(\d)\b|^m([1-4])$", "Apple-M{0}"),
    (r"(\d+)[- ]?vcpus?", "CPU-{0}vcpu"),
    (r"\b[cmr]\d+[a-z]*\.(?:metal-)?(\d+)xl(?:arge)?\b", "CPU-{0}xl"),
    (r"(\d+) (?:physical )?cores", "CPU-{0}cores"),
    (r"xeon|epyc|\bcpus?\b|threadripper|ryzen|core i\d|\bi[579]-|graviton", "CPU-16vcpu"),
    (r"\b(?:c|m|r)\d+[a-z]*\.\d*x?large|c7i|physical cores|\d+ cores", "CPU-16vcpu"),
)
_CPU_SIZES = (2, 4, 8, 16, 32, 64)

_CORES = re.compile(r"\bcores?\b", re.IGNORECASE)
_DIE = re.compile(r"\bgcds?\b|\bdies?\b", re.IGNORECASE)
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
    for pattern, ident in _RULES:
        m = re.search(pattern, low)
        if m:
            return _named(ident, m)
    return None


def _named(ident: str, m: re.Match[str]) -> str:
    if "{" not in ident:
        return ident
    words = [g.capitalize() for g in m.groups() if g]
    if ident.startswith("CPU"):
        vcpus = float(words[0]) * (4.0 if "xl" in ident else 2.0 if "cores" in ident else 1.0)
        return f"CPU-{min(_CPU_SIZES, key=lambda n: abs(n - vcpus))}vcpu"
    return ident.format(*words)


def resolve_hardware(text: str, accelerators: Mapping[str, Accelerator]) -> Hardware | None:
    """The accelerator a free-text string names, with chips per counted unit.

    A TPU v2 or v3 chip has two cores; "one device" of those is a board of four chips. An MI250 has
    two dies, which software counts as devices.
    """
    ident = accelerator_id(text)
    if ident is None:
        return None
    found = accelerators.get(ident)
    if found is None:
        return None
    per_unit = 1.0
    if ident.startswith("MI250"):
        per_unit = 0.5 if _DIE.search(text) else 1.0
    elif ident in ("TPU-v2", "TPU-v3"):
        if _CORES.search(text):
            per_unit = 0.5
        elif _TPU_BOARD.search(text):
            per_unit = 4.0
    return Hardware(found, per_unit)


def trains(accelerator: Accelerator) -> bool:
    """Whether people train on the device: not a CPU and not built for inference alone."""
    inference = accelerator.accelerator.startswith("Inferentia")
    return accelerator.kind is not DeviceKind.CPU and not inference


def precision_class(text: str) -> str | None:
    """One of fp32, tf32, half, fp8, int4 (weights in 4 bits, arithmetic in half); None if blank."""
    low = text.lower().strip()
    if not low or low == "nan":
        return None
    if re.search(r"nf4|qlora|4-?bit|int4|bnb\.", low):
        return "int4"
    if re.search(r"fp8|float8", low):
        return "fp8"
    if re.search(r"bf16|fp16|\bhalf\b|\bmixed\b|\bamp\b|bfloat|float16|\b16-|int8|8-?bit", low):
        return "half"
    if "tf32" in low:
        return "tf32"
    if re.search(
        r"fp32|float32|32-true|fp64|float64|(?:^|\W)(?:single|full)(?:[- ]precision|$)", low
    ):
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
    (r"^(K80|K40|Titan-Black|Titan-X$|M60|GTX-9)", "maxwell"),
    (r"^(P100|GTX-10|Titan-Xp|P4|GP100|Quadro-P)", "pascal"),
    (r"^(V100|Titan-V|Quadro-GV)", "volta"),
    (r"-Ada$|^(L4|L40|L20|RTX-40[5-9])", "ada"),
    (r"^(RTX-PRO|RTX-50[5-9]|GB|B200|B300)", "blackwell"),
    (r"^(T4|RTX-20|GTX-16|Titan-RTX|Quadro)", "turing"),
    (r"^(A100|A30|A800)", "ampere"),
    (r"^(A10|A40|A16|A2|RTX-A|RTX-30|Jetson)", "ampere_gddr"),
    (r"^(H100|H200|GH200|H800|H20)", "hopper"),
    (r"^MI|^RX|^Radeon|^Ryzen", "amd"),
    (r"^TPU-v[23]", "tpu_old"),
    (r"^TPU", "tpu"),
    (r"^Gaudi", "gaudi"),
    (r"^Apple", "apple"),
    (r"^(Trainium|Inferentia|Ascend|IPU|Bow|Arc)", "other_asic"),
)


@lru_cache(maxsize=512)
def architecture(accelerator: str) -> str:
    """Architecture family of an accelerator id, for the device effect of the utilisation fit."""
    return next((a for pattern, a in _ARCH if re.search(pattern, accelerator)), "cpu")


def compiles_whole(accelerator: Accelerator) -> bool:
    """Whether programs for a device are compiled as a whole before their first step."""
    return accelerator.kind is DeviceKind.TPU
